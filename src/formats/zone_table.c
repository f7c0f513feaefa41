/* SPDX-License-Identifier: MIT */
/* The zones of a calendar text: known names first, then its own VTIMEZONEs (RFC 5545, 3.6.5). */
#include <string.h>

#include "formats/icalendar_parts.h"
#include "formats/recurrence.h"

#define ZONE_STEPS     1000000 /* for all rules of all zones of one text */
#define ZONE_CHANGES   1000    /* of one rule: two a year for 500 years */
#define ZONE_LAST_YEAR 2150    /* no change of clocks is followed beyond it */

struct zone_table *zone_table_new(const struct component_tree *tree, const char *zone_name,
                                  GError **error)
{
	struct zone *const account = zone_find(zone_name ? zone_name : "UTC");
	if (!account) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "unknown time zone \"%.200s\"", zone_name);
		return NULL;
	}
	struct zone_table *const self = g_new0(struct zone_table, 1);
	self->zones =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)zone_free);
	self->tree = tree;
	self->account = account;
	self->steps = ZONE_STEPS;
	self->defined = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = tree->zones->len; i-- > 0;) {
		struct component *const zone = g_ptr_array_index(tree->zones, i);
		g_hash_table_replace(self->defined, component_value(zone, "TZID"), zone);
	}
	return self;
}

void zone_table_free(struct zone_table *self)
{
	if (self) {
		g_hash_table_unref(self->zones);
		g_hash_table_unref(self->defined);
		zone_free(self->account);
		g_free(self->guess);
		g_free(self);
	}
}

void zone_table_guess(struct zone_table *self, GError *problem_taken)
{
	if (!self->guess) {
		self->guess = g_strdup(problem_taken->message);
	}
	g_error_free(problem_taken);
}

/* What is told by one STANDARD or DAYLIGHT. */
struct observance {
	gint64 start; /* wall time by the offset before */
	gint32 before, after;
};

static bool observance_read(const struct component *component, struct observance *observance)
{
	g_autofree char *start = component_value(component, "DTSTART");
	g_autofree char *before = component_value(component, "TZOFFSETFROM");
	g_autofree char *after = component_value(component, "TZOFFSETTO");
	bool is_date = false;
	bool is_utc = false;
	return wall_read(start, &observance->start, &is_date, &is_utc) &&
	       wall_offset_read(before, &observance->before) &&
	       wall_offset_read(after, &observance->after);
}

static void change_add(GArray *changes, const struct observance *observance, gint64 wall)
{
	const struct zone_change change = {wall - observance->before, observance->after};
	g_array_append_val(changes, change);
}

static bool rule_add(GArray *changes, const struct observance *observance, const char *rule,
                     guint64 *steps)
{
	gint64 until = G_MAXINT64;
	bool is_date = false;
	bool is_utc = false;
	g_autofree char *until_text = recurrence_until(rule);
	if (until_text && wall_read(until_text, &until, &is_date, &is_utc)) {
		until += is_utc ? observance->before : is_date ? WALL_DAY - 1 : 0;
	}
	OWNED(recurrence)
	recurrence = recurrence_new(rule, observance->start, false, false, until, NULL);
	if (!recurrence) {
		return false;
	}
	const gint64 last = wall_days(ZONE_LAST_YEAR, 12, 31) * WALL_DAY;
	gint64 wall = 0;
	enum recurrence_step step = RECURRENCE_ENDED;
	for (guint i = 0; i < ZONE_CHANGES; i++) {
		step = recurrence_next(recurrence, steps, &wall);
		if (step != RECURRENCE_GIVEN || wall > last) {
			break;
		}
		change_add(changes, observance, wall);
	}
	return step != RECURRENCE_TOO_SLOW;
}

static void dates_add(GArray *changes, const struct observance *observance, const char *list)
{
	g_auto(GStrv) values = g_strsplit(list, ",", -1);
	for (char **value = values; *value; value++) {
		gint64 wall = 0;
		bool is_date = false;
		bool is_utc = false;
		if (wall_read(g_strstrip(*value), &wall, &is_date, &is_utc)) {
			change_add(changes, observance, wall + (is_utc ? observance->before : 0));
		}
	}
}

static bool observance_add(GArray *changes, const struct component *component,
                           struct zone_change *first, guint64 *steps)
{
	struct observance observance = {0};
	if (!observance_read(component, &observance)) {
		return true; /* it tells nothing: the others may */
	}
	const gint64 since = observance.start - observance.before;
	if (since < first->since) {
		*first = (struct zone_change){since, observance.before};
	}
	change_add(changes, &observance, observance.start);
	for (guint i = 0; i < component->lines->len; i++) {
		const struct content_line *const line = g_ptr_array_index(component->lines, i);
		if (g_str_equal(line->name, "RRULE") &&
		    !rule_add(changes, &observance, line->value, steps)) {
			return false;
		}
		if (g_str_equal(line->name, "RDATE")) {
			dates_add(changes, &observance, line->value);
		}
	}
	return true;
}

static gint compare_changes(gconstpointer left, gconstpointer right)
{
	const struct zone_change *const a = left;
	const struct zone_change *const b = right;
	return a->since < b->since ? -1 : a->since > b->since;
}

static struct zone *zone_from_component(const struct component *component, guint64 *steps)
{
	g_autoptr(GArray) changes = g_array_new(FALSE, FALSE, sizeof(struct zone_change));
	struct zone_change first = {G_MAXINT64, 0};
	for (guint i = 0; i < component->children->len; i++) {
		const struct component *const child = g_ptr_array_index(component->children, i);
		const bool is_one = g_str_equal(child->name, "STANDARD") ||
		                    g_str_equal(child->name, "DAYLIGHT");
		if (is_one && !observance_add(changes, child, &first, steps)) {
			return NULL;
		}
	}
	if (changes->len == 0) {
		return NULL;
	}
	g_array_sort(changes, compare_changes);
	return zone_from_changes(g_steal_pointer(&changes), first.offset);
}

const struct zone *zone_table_find(struct zone_table *self, const char *tzid, GError **error)
{
	struct zone *zone = g_hash_table_lookup(self->zones, tzid);
	if (zone) {
		return zone;
	}
	zone = zone_find(tzid);
	const struct component *const defined = g_hash_table_lookup(self->defined, tzid);
	if (!zone && defined) {
		zone = zone_from_component(defined, &self->steps);
	}
	if (!zone) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "unknown time zone \"%.200s\"", tzid);
		return NULL;
	}
	g_hash_table_insert(self->zones, g_strdup(tzid), zone);
	return zone;
}
