/* SPDX-License-Identifier: MIT */
/* Lays the instances and the overrides of one UID over each other (RFC 5545, 3.8.4.4). */
#include "formats/series.h"

#include <string.h>

#include "base/limits.h"
#include "formats/series_parts.h"

#define EVENT_STEPS 40 /* what one occurrence costs of the budget, beside its texts */
#define TEXT_STEPS  4  /* bytes of text for one step */

static gint compare_instances(gconstpointer left, gconstpointer right)
{
	const struct instance *const a = left;
	const struct instance *const b = right;
	if (a->when != b->when) {
		return a->when < b->when ? -1 : 1;
	}
	return (int)b->has_span - (int)a->has_span; /* a period says more */
}

/* Which occurrence it is, as the series writes its DTSTART; without a master as the override writes
 * it. */
static char *override_id(const struct vevent *master, const struct vevent *override)
{
	const struct moment *const own = &override->recurrence;
	if (!master) {
		return wall_write(own->wall, own->is_date, own->is_utc);
	}
	const struct moment *const start = &master->start;
	if (own->is_date && !start->is_date) {
		const gint64 time = start->wall - wall_day_of(start->wall) * WALL_DAY;
		return wall_write(own->wall + time, false, start->is_utc);
	}
	return wall_write(moment_wall_in(own, start), start->is_date, start->is_utc);
}

static bool event_add(struct series *self, const struct vevent *entry, char *recurrence_id_taken,
                      gint64 starts, gint64 ends, GPtrArray *events)
{
	struct event *const event = event_new();
	g_free(event->title);
	g_free(event->location);
	g_free(event->description);
	event->uid = g_strdup(entry->uid);
	event->recurrence_id = recurrence_id_taken;
	event->title = component_text(entry->component, "SUMMARY");
	event->location = component_text(entry->component, "LOCATION");
	event->description = component_text(entry->component, "DESCRIPTION");
	event->starts = starts;
	event->ends = MAX(starts, ends);
	event->is_day = entry->start.is_date;
	event->guess = g_strdup(entry->guess ? entry->guess : self->guess);
	event->is_cancelled = entry->is_cancelled || (self->master && self->master->is_cancelled);
	event->is_tentative = entry->is_tentative;
	event->is_transparent = entry->is_transparent;
	g_ptr_array_add(events, event);
	const gsize bytes =
		strlen(event->title) + strlen(event->location) + strlen(event->description);
	return !event->recurrence_id || series_take_steps(self, EVENT_STEPS + bytes / TEXT_STEPS);
}

/* The last RANGE=THISANDFUTURE at or before the instance; both come in order. */
static const struct vevent *range_advance(struct series *self, const struct instance *instance)
{
	for (; self->overrides_passed < self->overrides->len; self->overrides_passed++) {
		const struct vevent *const override =
			g_ptr_array_index(self->overrides, self->overrides_passed);
		if (moment_when(&override->recurrence) > instance->when) {
			break;
		}
		if (override->is_range) {
			self->range = override;
		}
	}
	return self->range;
}

/* Where an instance really takes place, by the override that rules it. */
static void instance_place(const struct series *self, const struct instance *instance,
                           const struct vevent *range, gint64 *starts, gint64 *ends)
{
	const struct vevent *const entry = range ? range : self->master;
	const struct wall_duration *const span =
		instance->has_span && !range ? &instance->span : &entry->span;
	const struct zone *const zone = entry->start.zone;
	gint64 wall = instance->wall;
	gint64 when = instance->when;
	if (range) {
		/* the time of day and the days between stay the same in the override's own zone */
		const struct moment original = {instance->wall, self->master->start.is_date,
		                                self->master->start.is_utc, series_zone(self)};
		wall = moment_wall_in(&original, &entry->start) + entry->start.wall -
		       moment_wall_in(&range->recurrence, &entry->start);
		when = zone ? zone_from_wall(zone, wall) : wall;
	}
	*starts = when;
	*ends = span_end(span, zone, wall, when);
}

static void next_note(struct series_question *question, gint64 starts)
{
	question->next = MIN(question->next, starts);
}

/* 0: outside; 1: counts; and notes what starts beyond. */
static bool window_holds(struct series_question *question, gint64 starts, gint64 ends)
{
	if (starts >= question->window->until) {
		next_note(question, starts);
		return false;
	}
	return ends > question->window->since || question->window->since == G_MININT64;
}

static bool instances_emit(struct series *self, GPtrArray *events, GError **error)
{
	guint count = 0;
	const struct moment *const start = &self->master->start;
	for (guint i = 0; i < self->instances->len; i++) {
		const struct instance *const instance =
			&g_array_index(self->instances, struct instance, i);
		if ((i > 0 && instance[-1].when == instance->when) ||
		    series_excludes(self, instance) || !instance_may_count(self, instance)) {
			continue;
		}
		gint64 starts = 0;
		gint64 ends = 0;
		const struct vevent *const range = range_advance(self, instance);
		instance_place(self, instance, range, &starts, &ends);
		if (!window_holds(self->question, starts, ends)) {
			continue;
		}
		if (count++ == LIMIT_OCCURRENCES) {
			next_note(self->question, starts);
			break;
		}
		char *const id = wall_write(instance->wall, start->is_date, start->is_utc);
		if (!event_add(self, range ? range : self->master, id, starts, ends, events)) {
			return series_too_slow(self->master, error);
		}
	}
	return true;
}

static bool overrides_emit(struct series *self, bool repeats, GPtrArray *events, GError **error)
{
	for (guint i = 0; i < self->overrides->len; i++) {
		const struct vevent *const override = g_ptr_array_index(self->overrides, i);
		const gint64 starts = moment_when(&override->start);
		const gint64 ends = span_end(&override->span, override->start.zone,
		                             override->start.wall, starts);
		if (repeats && !window_holds(self->question, starts, ends)) {
			continue;
		}
		if (!event_add(self, override, override_id(self->master, override), starts, ends,
		               events)) {
			return series_too_slow(override, error);
		}
	}
	return true;
}

static gint compare_overrides(gconstpointer left, gconstpointer right)
{
	const struct vevent *const a = *(struct vevent *const *)left;
	const struct vevent *const b = *(struct vevent *const *)right;
	const gint64 first = moment_when(&a->recurrence);
	const gint64 second = moment_when(&b->recurrence);
	return first != second ? (first < second ? -1 : 1) : 0;
}

/* One override for each occurrence, the newest revision, in the order of what they override. */
static GPtrArray *overrides_settle(const struct vevent *master, GPtrArray *overrides)
{
	g_autoptr(GHashTable) by_id = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < overrides->len; i++) {
		struct vevent *const override = g_ptr_array_index(overrides, i);
		char *const id = override_id(master, override);
		const struct vevent *const other = g_hash_table_lookup(by_id, id);
		if (!other || override->sequence >= other->sequence) {
			g_hash_table_replace(by_id, id, override);
		} else {
			g_free(id);
		}
	}
	GPtrArray *const settled = g_ptr_array_new();
	GHashTableIter iterator;
	gpointer override = NULL;
	g_hash_table_iter_init(&iterator, by_id);
	while (g_hash_table_iter_next(&iterator, NULL, &override)) {
		g_ptr_array_add(settled, override);
	}
	g_ptr_array_sort(settled, compare_overrides);
	return settled;
}

/* What an override replaces no longer takes place as the master says; a range moves those after it
 * as well. */
static void overrides_apply(struct series *self)
{
	for (guint i = 0; i < self->overrides->len; i++) {
		const struct vevent *const override = g_ptr_array_index(self->overrides, i);
		series_exclude(self, &override->recurrence);
		if (override->is_range) {
			const gint64 moved =
				moment_when(&override->start) - moment_when(&override->recurrence);
			const gint64 length =
				override->span.days * WALL_DAY + override->span.seconds;
			self->shift = MAX(self->shift, ABS(moved) + length + SERIES_SLACK);
		}
	}
}

static bool series_fill(struct series *self, GPtrArray *events, GError **error)
{
	const struct component *const component = self->master->component;
	const bool repeats =
		component_property(component, "RRULE") || component_property(component, "RDATE");
	overrides_apply(self);
	if (!repeats) {
		const struct moment *const start = &self->master->start;
		const struct instance only = instance_at(self, start->wall);
		const gint64 ends =
			span_end(&self->master->span, start->zone, start->wall, only.when);
		return (series_excludes(self, &only) ||
		        event_add(self, self->master, NULL, only.when, ends, events)) &&
		       overrides_emit(self, false, events, error);
	}
	if (!series_gather(self, error)) {
		return false;
	}
	self->guess = self->question->zones->guess;
	g_array_sort(self->instances, compare_instances);
	return instances_emit(self, events, error) && overrides_emit(self, true, events, error);
}

bool series_add(const struct vevent *master, GPtrArray *overrides, struct series_question *question,
                GPtrArray *events, GError **error)
{
	g_autoptr(GPtrArray) settled = overrides_settle(master, overrides);
	g_clear_pointer(&question->zones->guess, g_free);
	g_autoptr(GArray) instances = g_array_new(FALSE, FALSE, sizeof(struct instance));
	g_autoptr(GHashTable) not_when =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	g_autoptr(GHashTable) not_day =
		g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
	struct series series = {
		.master = master,
		.overrides = settled,
		.instances = instances,
		.not_when = not_when,
		.not_day = not_day,
		.question = question,
	};
	return master ? series_fill(&series, events, error)
	              : overrides_emit(&series, false, events, error);
}
