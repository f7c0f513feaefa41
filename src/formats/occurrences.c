/* SPDX-License-Identifier: MIT */
/* The events of a calendar text inside a window: grouped by UID, each group's overrides laid over
 * its master. */
#include <string.h>

#include "base/limits.h"
#include "formats/icalendar_parts.h"
#include "formats/recurrence.h"
#include "formats/series.h"

/* One UID: its master and what overrides it. */
struct group {
	struct vevent *master;
	GPtrArray *overrides; /* struct vevent */
};

static void group_free(struct group *self)
{
	vevent_free(self->master);
	g_ptr_array_unref(self->overrides);
	g_free(self);
}

static struct group *group_of(GHashTable *groups, GPtrArray *in_order, const struct vevent *entry)
{
	struct group *group = g_hash_table_lookup(groups, entry->uid);
	if (!group) {
		group = g_new0(struct group, 1);
		group->overrides = g_ptr_array_new_with_free_func((GDestroyNotify)vevent_free);
		g_hash_table_insert(groups, g_strdup(entry->uid), group);
		g_ptr_array_add(in_order, group);
	}
	return group;
}

/* Of two masters with one UID the newer revision counts (RFC 5545, 3.8.7.4). */
static void group_add(struct group *group, struct vevent *entry)
{
	if (entry->is_override) {
		g_ptr_array_add(group->overrides, entry);
	} else if (!group->master || entry->sequence >= group->master->sequence) {
		vevent_free(group->master);
		group->master = entry;
	} else {
		vevent_free(entry);
	}
}

/* A lone override that repeats is a series, whatever it claims to override (old ConnectDaily). */
static void group_settle(gpointer data, gpointer unused)
{
	(void)unused;
	struct group *const group = data;
	for (guint i = 0; !group->master && i < group->overrides->len; i++) {
		struct vevent *const override = g_ptr_array_index(group->overrides, i);
		if (component_property(override->component, "RRULE")) {
			override->is_override = false;
			group->master = g_ptr_array_steal_index(group->overrides, i);
		}
	}
}

static GPtrArray *groups_read(const struct calendar *calendar, struct zone_table *zones,
                              GError **error)
{
	g_autoptr(GHashTable) groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) in_order = g_ptr_array_new_with_free_func((GDestroyNotify)group_free);
	const GPtrArray *const events = calendar->tree->events;
	for (guint i = 0; i < events->len; i++) {
		const struct component *const event = g_ptr_array_index(events, i);
		if (events->len > 1 && !component_property(event, "DTSTART")) {
			continue; /* a reply beside its event (RFC 5546) takes place nowhere */
		}
		struct vevent *const entry = entry_read(calendar->tree, event, zones, error);
		if (!entry) {
			return NULL;
		}
		group_add(group_of(groups, in_order, entry), entry);
	}
	g_ptr_array_foreach(in_order, group_settle, NULL);
	return g_steal_pointer(&in_order);
}

static gint compare_events(gconstpointer left, gconstpointer right)
{
	const struct event *const a = *(struct event *const *)left;
	const struct event *const b = *(struct event *const *)right;
	if (a->starts != b->starts) {
		return a->starts < b->starts ? -1 : 1;
	}
	const int by_uid = strcmp(a->uid, b->uid);
	return by_uid != 0 ? by_uid : g_strcmp0(a->recurrence_id, b->recurrence_id);
}

GPtrArray *calendar_occurrences(const struct calendar *self, const struct occurrence_window *window,
                                gint64 *next, GError **error)
{
	OWNED(zone_table) zones = zone_table_new(self->tree, window->timezone, error);
	g_autoptr(GPtrArray) groups = zones ? groups_read(self, zones, error) : NULL;
	if (!groups) {
		return NULL;
	}
	g_autoptr(GPtrArray) events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
	struct series_question question = {window, zones, RECURRENCE_STEPS, G_MAXINT64};
	for (guint i = 0; i < groups->len; i++) {
		const struct group *const group = g_ptr_array_index(groups, i);
		if (!series_add(group->master, group->overrides, &question, events, error)) {
			return NULL;
		}
	}
	g_ptr_array_sort(events, compare_events);
	if (next) {
		*next = question.next == G_MAXINT64 ? 0 : question.next;
	}
	return g_steal_pointer(&events);
}
