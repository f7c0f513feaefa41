/* SPDX-License-Identifier: MIT */
/* Lays RRULE, RDATE, EXDATE, EXRULE and the overrides of one UID over each other (RFC 5545, 3.8.5).
 */
#include "formats/series.h"

#include <string.h>

#include "base/limits.h"
#include "formats/recurrence.h"

#define SERIES_RULES 16             /* honest series have one, some two */
#define SLACK        (2 * WALL_DAY) /* between a wall time and its instant */
#define CLOCK_CHANGE 7200           /* how much longer than 24 hours a day can be */
#define DATE_STEPS   400 /* one RDATE or EXDATE: its zones cost more than a look at a rule */
#define EVENT_STEPS  40  /* what one occurrence costs of the budget, beside its texts */
#define TEXT_STEPS   4   /* bytes of text for one step */

/* One start that the master gives. */
struct instance {
	gint64 wall, when;
	bool has_span; /* an RDATE period */
	struct wall_duration span;
};

struct series {
	const struct vevent *master;    /* lent; what follows is empty without it */
	GPtrArray *overrides;           /* struct vevent, lent: one for each RECURRENCE-ID */
	GArray *instances;              /* struct instance */
	GHashTable *not_when, *not_day; /* gint64: instants and day numbers that do not take place
	                                   as the master says */
	gint64 shift;                   /* the farthest that RANGE=THISANDFUTURE moves */
	guint overrides_passed;         /* while instances are gone through in order */
	const struct vevent *range;     /* the last RANGE=THISANDFUTURE among those */
	struct series_question *question;
};

static bool too_slow(const struct vevent *entry, GError **error)
{
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, "line %u: rule is too slow",
	            entry->component->number);
	return false;
}

static bool steps_take(struct series *self, guint64 steps)
{
	const bool is_enough = self->question->steps >= steps;
	self->question->steps -= is_enough ? steps : self->question->steps;
	return is_enough;
}

static void set_add(GHashTable *set, gint64 number)
{
	gint64 *const key = g_new(gint64, 1);
	*key = number;
	g_hash_table_add(set, key);
}

/* A date takes out the day; and of a day series every value does (files mix them). */
static void series_exclude(struct series *self, const struct moment *moment)
{
	if (moment->is_date || self->master->start.is_date) {
		set_add(self->not_day, wall_day_of(moment->wall));
	} else {
		set_add(self->not_when, moment_when(moment));
	}
}

static bool series_excludes(const struct series *self, const struct instance *instance)
{
	const gint64 day = wall_day_of(instance->wall);
	return g_hash_table_contains(self->not_when, &instance->when) ||
	       g_hash_table_contains(self->not_day, &day);
}

static const struct zone *series_zone(const struct series *self)
{
	return self->master->start.zone;
}

static gint64 wall_to_when(const struct series *self, gint64 wall)
{
	return series_zone(self) ? zone_from_wall(series_zone(self), wall) : wall;
}

static struct instance instance_at(const struct series *self, gint64 wall)
{
	return (struct instance){.wall = wall, .when = wall_to_when(self, wall)};
}

static gint64 add_bounded(gint64 value, gint64 change)
{
	gint64 sum = 0;
	return __builtin_add_overflow(value, change, &sum) ? (change > 0 ? G_MAXINT64 : G_MININT64)
	                                                   : sum;
}

/* Instances that start before this cannot reach into the window. */
static gint64 earliest_start(const struct series *self)
{
	const struct wall_duration *const span = &self->master->span;
	const gint64 nominal = span->days > 0 ? span->days * WALL_DAY + CLOCK_CHANGE : 0;
	return add_bounded(self->question->window->since, -(nominal + span->seconds + self->shift));
}

static gint64 latest_start(const struct series *self)
{
	return add_bounded(self->question->window->until, self->shift);
}

/* UNTIL in wall seconds of the series: a date means its whole day. */
static gint64 rule_until(const struct series *self, const char *rule)
{
	g_autofree char *text = recurrence_until(rule);
	struct moment until = {0};
	if (!text || !wall_read(text, &until.wall, &until.is_date, &until.is_utc)) {
		return G_MAXINT64;
	}
	if (until.is_date || self->master->start.is_date) {
		return wall_day_of(until.wall) * WALL_DAY + WALL_DAY - 1;
	}
	until.zone = until.is_utc ? NULL : series_zone(self);
	return moment_wall_in(&until, &self->master->start);
}

/* Is any of it inside the window, before a change by THISANDFUTURE? */
static bool instance_may_count(const struct series *self, const struct instance *instance)
{
	return instance->when >= earliest_start(self);
}

static struct recurrence *rule_open(const struct series *self, const struct content_line *line,
                                    GError **error)
{
	const struct vevent *const master = self->master;
	struct recurrence *const recurrence =
		recurrence_new(line->value, master->start.wall, master->start.is_date, true,
	                       rule_until(self, line->value), error);
	if (!recurrence) {
		g_prefix_error(error, "line %u: ", line->number);
	}
	return recurrence;
}

/* Up to one instance beyond the window, and to LIMIT_OCCURRENCES inside; the one beyond tells when
 * to look again. */
static bool rule_follow(struct series *self, const struct content_line *line, GError **error)
{
	OWNED(recurrence) recurrence = rule_open(self, line, error);
	if (!recurrence) {
		return false;
	}
	const gint64 earliest = add_bounded(earliest_start(self), -SLACK);
	recurrence_seek(recurrence, earliest);
	gint64 wall = 0;
	guint count = 0;
	enum recurrence_step step = RECURRENCE_GIVEN;
	while (count <= LIMIT_OCCURRENCES) {
		step = recurrence_next(recurrence, &self->question->steps, &wall);
		if (step != RECURRENCE_GIVEN) {
			break;
		}
		if (wall < earliest) {
			continue;
		}
		const struct instance instance = instance_at(self, wall);
		if (!instance_may_count(self, &instance) || series_excludes(self, &instance)) {
			continue;
		}
		g_array_append_val(self->instances, instance);
		count++;
		if (instance.when >= latest_start(self)) {
			break;
		}
	}
	return step == RECURRENCE_TOO_SLOW ? too_slow(self->master, error) : true;
}

/* EXRULE (RFC 2445, 4.8.5.2; gone from RFC 5545, still in old files) */
static bool rule_exclude(struct series *self, const struct content_line *line, GError **error)
{
	OWNED(recurrence) recurrence = rule_open(self, line, error);
	if (!recurrence) {
		return false;
	}
	recurrence_seek(recurrence, add_bounded(earliest_start(self), -SLACK));
	const gint64 latest = add_bounded(latest_start(self), SLACK);
	gint64 wall = 0;
	enum recurrence_step step = recurrence_next(recurrence, &self->question->steps, &wall);
	while (step == RECURRENCE_GIVEN && wall <= latest) {
		if (!steps_take(self, EVENT_STEPS)) {
			step = RECURRENCE_TOO_SLOW;
			break;
		}
		const struct instance instance = instance_at(self, wall);
		set_add(self->not_when, instance.when);
		step = recurrence_next(recurrence, &self->question->steps, &wall);
	}
	return step == RECURRENCE_TOO_SLOW ? too_slow(self->master, error) : true;
}

/* RDATE: "19970714", "19970714T083000", "19970714T083000/PT1H", "…/19970714T093000" */
static bool date_add(struct series *self, const struct content_line *line, char *value,
                     GError **error)
{
	char *const slash = strchr(value, '/');
	if (slash) {
		*slash = '\0';
	}
	const struct zone *const floating =
		series_zone(self) ? series_zone(self) : self->question->zones->account;
	struct moment moment = {0};
	bool ignored = false;
	if (!wall_read(value, &moment.wall, &ignored, &ignored)) {
		return true; /* adds nothing, as other readers have it; an unreadable EXDATE is an
		                error */
	}
	if (!moment_read(line, value, self->question->zones, floating, &moment, error)) {
		return false;
	}
	struct instance instance = instance_at(self, moment_wall_in(&moment, &self->master->start));
	if (slash) {
		struct moment end = {0};
		instance.has_span = true;
		if (!wall_duration_read(slash + 1, &instance.span)) {
			if (!moment_read(line, slash + 1, self->question->zones, floating, &end,
			                 error)) {
				return false;
			}
			instance.span.seconds = moment_when(&end) - moment_when(&moment);
		}
		instance.span.days = MAX(instance.span.days, 0);
		instance.span.seconds = MAX(instance.span.seconds, 0);
	} else if (moment.is_date && !self->master->start.is_date) {
		/* the day, at the time of the series */
		const gint64 time =
			self->master->start.wall - wall_day_of(self->master->start.wall) * WALL_DAY;
		instance = instance_at(self, moment.wall + time);
	} else if (self->master->start.is_date) {
		instance = instance_at(self, wall_day_of(instance.wall) * WALL_DAY);
	}
	g_array_append_val(self->instances, instance);
	return true;
}

static bool date_exclude(struct series *self, const struct content_line *line, char *value,
                         GError **error)
{
	const struct zone *const floating =
		series_zone(self) ? series_zone(self) : self->question->zones->account;
	struct moment moment = {0};
	if (!moment_read(line, value, self->question->zones, floating, &moment, error)) {
		return false;
	}
	series_exclude(self, &moment);
	return true;
}

typedef bool value_function(struct series *self, const struct content_line *line, char *value,
                            GError **error);
typedef bool line_function(struct series *self, const struct content_line *line, GError **error);

static bool values_each(struct series *self, const struct content_line *line,
                        value_function *function, GError **error)
{
	g_auto(GStrv) values = g_strsplit(line->value, ",", -1);
	for (char **value = values; *value; value++) {
		if (!steps_take(self, DATE_STEPS)) {
			return too_slow(self->master, error);
		}
		if (*g_strstrip(*value) && !function(self, line, *value, error)) {
			return false;
		}
	}
	return true;
}

static bool dates_add(struct series *self, const struct content_line *line, GError **error)
{
	return values_each(self, line, date_add, error);
}

static bool dates_exclude(struct series *self, const struct content_line *line, GError **error)
{
	return values_each(self, line, date_exclude, error);
}

static bool lines_each(struct series *self, const char *name, guint limit, line_function *function,
                       GError **error)
{
	const GPtrArray *const lines = self->master->component->lines;
	guint count = 0;
	for (guint i = 0; i < lines->len; i++) {
		const struct content_line *const line = g_ptr_array_index(lines, i);
		if (!g_str_equal(line->name, name)) {
			continue;
		}
		if (++count > limit) {
			return too_slow(self->master, error);
		}
		if (!function(self, line, error)) {
			return false;
		}
	}
	return true;
}

/* DTSTART always takes place (RFC 5545, 3.8.5.3: "the first instance"), also where the rule does
 * not give it. */
static void start_add(struct series *self)
{
	const struct instance first = instance_at(self, self->master->start.wall);
	g_array_append_val(self->instances, first);
}

static bool instances_gather(struct series *self, GError **error)
{
	start_add(self);
	return lines_each(self, "EXDATE", G_MAXUINT, dates_exclude, error) &&
	       lines_each(self, "EXRULE", SERIES_RULES, rule_exclude, error) &&
	       lines_each(self, "RDATE", G_MAXUINT, dates_add, error) &&
	       lines_each(self, "RRULE", SERIES_RULES, rule_follow, error);
}

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
	event->is_cancelled = entry->is_cancelled || (self->master && self->master->is_cancelled);
	g_ptr_array_add(events, event);
	const gsize bytes =
		strlen(event->title) + strlen(event->location) + strlen(event->description);
	return !event->recurrence_id || steps_take(self, EVENT_STEPS + bytes / TEXT_STEPS);
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
			return too_slow(self->master, error);
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
			return too_slow(override, error);
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
			self->shift = MAX(self->shift, ABS(moved) + length + SLACK);
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
	if (!instances_gather(self, error)) {
		return false;
	}
	g_array_sort(self->instances, compare_instances);
	return instances_emit(self, events, error) && overrides_emit(self, true, events, error);
}

bool series_add(const struct vevent *master, GPtrArray *overrides, struct series_question *question,
                GPtrArray *events, GError **error)
{
	g_autoptr(GPtrArray) settled = overrides_settle(master, overrides);
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
