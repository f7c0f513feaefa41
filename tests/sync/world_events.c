/* SPDX-License-Identifier: MIT */
/* Events of a random world: the person's, the other clients', and what must be true of them. */
#include "world.h"

#include <stdio.h>
#include <string.h>

#define ZONE  "Europe/Paris"
#define STAMP "%Y%m%dT%H%M%S"

char *world_event_key(json_t *parts)
{
	static const char *const names[] = {"title",     "location", "startdate",
	                                    "starttime", "enddate",  "endtime"};
	GString *key = g_string_new(NULL);
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_string_append_printf(key, "%s|",
		                       json_string_value(json_object_get(parts, names[i])));
	}
	return g_string_free(key, FALSE);
}

/* ---- what a file of the person says ---- */

struct series {
	char *uid, *title, *place;
	GDateTime *start; /* in its zone */
	guint minutes, count, days;
	bool is_day;
};

static void series_clear(struct series *self)
{
	g_free(self->uid);
	g_free(self->title);
	g_free(self->place);
	g_clear_pointer(&self->start, g_date_time_unref);
}

static char *value_of(const char *text, const char *name)
{
	g_autofree char *line = world_property(text, name);
	return line == NULL ? g_strdup("") : g_strdup(world_line_value(line));
}

/* RFC 5545, 3.3.5: of an hour that comes twice the first is meant, and in one that the clock leaves
 * out the offset before it counts. GLib promises neither. */
static GDateTime *first_of(GTimeZone *zone, GDateTime *wall)
{
	const gint64 seconds = g_date_time_to_unix(wall);
	gint64 first = 0;
	for (gint64 day = -86400; day <= 86400; day += 2 * 86400) {
		const gint interval =
			g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, seconds + day);
		const gint offset = g_time_zone_get_offset(zone, interval);
		const gint64 when = seconds - offset;
		first = day < 0 ? when : first;
		const gint then = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, when);
		if (g_time_zone_get_offset(zone, then) == offset) {
			first = when;
			break;
		}
	}
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(first);
	return g_date_time_to_timezone(time, zone);
}

static GDateTime *read_time(const char *value)
{
	int year = 0, month = 0, day = 0, hour = 0, minute = 0;
	sscanf(value, "%4d%2d%2dT%2d%2d", &year, &month, &day, &hour, &minute);
	g_autoptr(GTimeZone) zone = g_str_has_suffix(value, "Z") ? g_time_zone_new_utc()
	                                                         : g_time_zone_new_identifier(ZONE);
	g_autoptr(GDateTime) wall = g_date_time_new_utc(year, month, day, hour, minute, 0);
	return wall == NULL ? NULL : first_of(zone, wall);
}

/* The same wall clock, so many days later. */
static GDateTime *days_later(GDateTime *time, gint days)
{
	g_autoptr(GDateTime) wall =
		g_date_time_new_utc(g_date_time_get_year(time), g_date_time_get_month(time),
	                            g_date_time_get_day_of_month(time), g_date_time_get_hour(time),
	                            g_date_time_get_minute(time), 0);
	g_autoptr(GDateTime) later = g_date_time_add_days(wall, days);
	return first_of(g_date_time_get_timezone(time), later);
}

/* False: it is not one of the person's own. */
static bool series_read(struct series *self, const char *text)
{
	g_autofree char *minutes = value_of(text, "X-MINUTES");
	*self = (struct series){.count = 1, .days = 1};
	if (*minutes == '\0' || strstr(text, "END:VCALENDAR") == NULL) {
		return false;
	}
	g_autofree char *start = value_of(text, "DTSTART");
	g_autofree char *rule = value_of(text, "RRULE");
	self->uid = value_of(text, "UID");
	self->title = value_of(text, "SUMMARY");
	self->place = value_of(text, "LOCATION");
	self->is_day = strchr(start, 'T') == NULL;
	self->minutes = (guint)g_ascii_strtoull(minutes, NULL, 10);
	self->start = read_time(start);
	const char *count = strstr(rule, "COUNT=");
	if (count != NULL) {
		self->count = (guint)g_ascii_strtoull(count + strlen("COUNT="), NULL, 10);
		self->days = strstr(rule, "WEEKLY") != NULL ? 7 : 1;
	}
	return self->start != NULL;
}

static char *occurrence_key(const struct series *self, guint index)
{
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(ZONE);
	g_autoptr(GDateTime) start = days_later(self->start, (gint)(index * self->days));
	g_autoptr(GDateTime) end =
		g_date_time_add_minutes(start, self->is_day ? 23 * 60 + 59 : (gint)self->minutes);
	g_autoptr(GDateTime) here = g_date_time_to_timezone(start, zone);
	g_autoptr(GDateTime) until = g_date_time_to_timezone(end, zone);
	g_autofree char *from = g_date_time_format(here, "%d/%m/%Y|%H:%M");
	/* an end that the clock shows before the start is sent as the start: see passerelle(1) */
	g_autofree char *first = g_date_time_format(here, STAMP);
	g_autofree char *last = g_date_time_format(until, STAMP);
	GDateTime *shown = strcmp(last, first) < 0 ? here : until;
	g_autofree char *to = self->is_day ? g_date_time_format(here, "%d/%m/%Y|23:59")
	                                   : g_date_time_format(shown, "%d/%m/%Y|%H:%M");
	return g_strdup_printf("%s|%s|%s|%s|", self->title, self->place, from, to);
}

static GHashTable *history(struct world *self, const struct series *series, guint index)
{
	g_autofree char *stamp = g_date_time_format(series->start, STAMP);
	char *key = series->count == 1 ? g_strdup(series->uid)
	                               : g_strdup_printf("%s/%s/%u", series->uid, stamp, index);
	GHashTable *set = g_hash_table_lookup(self->histories, key);
	if (set == NULL) {
		set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		g_hash_table_insert(self->histories, key, set);
	} else {
		g_free(key);
	}
	return set;
}

/* Whatever an occurrence ever was, while its file could be read. */
void world_note_events(struct world *self)
{
	GHashTableIter iterator;
	gpointer text = NULL;
	g_hash_table_iter_init(&iterator, self->left[ITEM_EVENT]);
	while (g_hash_table_iter_next(&iterator, NULL, &text)) {
		struct series series;
		if (series_read(&series, text)) {
			for (guint i = 0; i < series.count; i++) {
				g_hash_table_add(history(self, &series, i),
				                 occurrence_key(&series, i));
			}
		}
		series_clear(&series);
	}
}

/* ---- the person ---- */

static char *time_value(struct world *self, bool is_day, bool is_utc)
{
	const gint64 when = self->bridge->since + 86400 +
	                    (gint64)world_random(self, 20 * 24) * 3600 +
	                    world_random(self, 4) * 900;
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(when / 900 * 900);
	return g_date_time_format(time, is_day ? "%Y%m%d" : is_utc ? STAMP "Z" : STAMP);
}

static void create(struct world *self, GHashTable *files)
{
	const guint number = ++self->n_titles;
	const bool is_day = world_chance(self, 10);
	g_autofree char *start = time_value(self, is_day, world_chance(self, 70));
	const guint minutes = 15 + 15 * world_random(self, 8);
	GString *text = g_string_new("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n"
	                             "BEGIN:VEVENT\r\nDTSTAMP:20260101T000000Z\r\n");
	g_string_append_printf(text, "UID:e%u\r\nSUMMARY:Event %u\r\nX-MINUTES:%u\r\n", number,
	                       number, minutes);
	if (is_day) {
		g_string_append_printf(text, "DTSTART;VALUE=DATE:%s\r\n", start);
	} else {
		g_string_append_printf(text, "DTSTART:%s\r\nDURATION:PT%uM\r\n", start, minutes);
	}
	if (world_chance(self, 35)) {
		g_string_append_printf(text, "RRULE:FREQ=%s;COUNT=%u\r\n",
		                       world_chance(self, 50) ? "DAILY" : "WEEKLY",
		                       2 + world_random(self, 3));
	}
	if (world_chance(self, 40)) {
		g_string_append_printf(text, "LOCATION:Place %u\r\nX-OWN:mine\r\n", number);
	}
	g_string_append(text, "END:VEVENT\r\nEND:VCALENDAR\r\n");
	g_autofree char *name = world_free_name(self, files, "e", ".ics");
	world_write(self, name, text->str);
	g_string_free(text, TRUE);
}

static char *edited(struct world *self, const char *text, bool is_day)
{
	g_autofree char *word = g_strdup_printf("Changed %u", ++self->n_titles);
	switch (world_random(self, is_day ? 3 : 4)) {
	case 0:
		return world_with_property(text, "SUMMARY", word);
	case 1:
		return world_with_property(text, "LOCATION", word);
	case 2:
		return world_with_property(text, "DESCRIPTION", word);
	default: {
		g_autofree char *start = time_value(self, false, true);
		return world_with_property(text, "DTSTART", start);
	}
	}
}

static void edit(struct world *self, GHashTable *files)
{
	g_autofree char *name = world_any_name(self, files);
	const char *text = name == NULL ? NULL : g_hash_table_lookup(files, name);
	struct series series = {0};
	if (text != NULL && !g_hash_table_contains(self->broken, name) &&
	    series_read(&series, text)) {
		g_autofree char *changed = edited(self, text, series.is_day);
		world_bin(self, name, text);
		world_write(self, name, changed);
	}
	series_clear(&series);
}

/* A copy goes on with the history of what it was copied from. */
static void inherit(struct world *self, GHashTable *before)
{
	g_autoptr(GHashTable) after = world_files(self, ITEM_EVENT);
	GHashTableIter iterator, other;
	gpointer name = NULL, text = NULL, old = NULL;
	g_hash_table_iter_init(&iterator, after);
	while (g_hash_table_iter_next(&iterator, &name, &text)) {
		struct series copy, source;
		const bool is_new = !g_hash_table_contains(before, name) &&
		                    series_read(&copy, text) && g_str_has_prefix(copy.uid, "copy");
		g_hash_table_iter_init(&other, before);
		while (is_new && g_hash_table_iter_next(&other, NULL, &old)) {
			const bool is_source = series_read(&source, old) &&
			                       strcmp(source.title, copy.title) == 0 &&
			                       strcmp(source.uid, copy.uid) != 0 &&
			                       source.count == copy.count;
			for (guint i = 0; is_source && i < copy.count; i++) {
				GHashTableIter keys;
				gpointer key = NULL;
				g_hash_table_iter_init(&keys, history(self, &source, i));
				while (g_hash_table_iter_next(&keys, &key, NULL)) {
					g_hash_table_add(history(self, &copy, i), g_strdup(key));
				}
			}
			series_clear(&source);
		}
		if (is_new) {
			series_clear(&copy);
		}
	}
}

void world_edit_events(struct world *self)
{
	g_autoptr(GHashTable) files = world_files(self, ITEM_EVENT);
	const guint chosen = world_random(self, 100);
	if (chosen < 40 && self->n_titles < 6) {
		create(self, files);
	} else if (chosen < 60 || !world_handle_files(self, ITEM_EVENT, files)) {
		edit(self, files);
	}
	inherit(self, files);
}

/* ---- other clients ---- */

static bool is_there(json_t *events, const char *key)
{
	size_t i;
	json_t *event;
	bool is_found = false;
	json_array_foreach(events, i, event)
	{
		g_autofree char *other = world_event_key(event);
		is_found = is_found || strcmp(other, key) == 0;
	}
	return is_found;
}

static char *key_of_any_file(struct world *self)
{
	g_autoptr(GHashTable) files = world_files(self, ITEM_EVENT);
	g_autofree char *name = world_any_name(self, files);
	struct series series = {0};
	char *key = NULL;
	if (name != NULL && series_read(&series, g_hash_table_lookup(files, name))) {
		key = occurrence_key(&series, 0);
		GHashTable *past = history(self, &series, 0);
		const guint same = g_hash_table_contains(past, key);
		if (g_hash_table_size(past) > same) { /* it may be there as what it was */
			g_clear_pointer(&key, g_free);
		}
	}
	series_clear(&series);
	return key;
}

void world_edit_remote_events(struct world *self)
{
	const bool is_known = world_chance(self, 40) && self->kind.remote.with_event_list;
	g_autofree char *key = is_known ? key_of_any_file(self) : NULL;
	if (key == NULL) {
		g_autofree char *day = time_value(self, true, true);
		key = g_strdup_printf("Theirs %u||%.2s/%.2s/%.4s|10:00|%.2s/%.2s/%.4s|11:15|",
		                      ++self->n_titles, day + 6, day + 4, day, day + 6, day + 4,
		                      day);
	}
	json_t *events = world_control(self, "events", NULL);
	const bool is_new = !is_there(events, key);
	json_decref(events);
	if (!is_new) {
		return;
	}
	g_auto(GStrv) parts = g_strsplit(key, "|", -1);
	json_t *event = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s}", "title", parts[0],
	                          "location", parts[1], "description", "", "startdate", parts[2],
	                          "starttime", parts[3], "enddate", parts[4], "endtime", parts[5]);
	char *body = json_dumps(event, JSON_SORT_KEYS);
	world_log(self, "  there: add-event %s", body);
	json_decref(world_control(self, "add-event", body));
	free(body);
	json_decref(event);
}

/* ---- after a cycle, and at the end ---- */

static bool is_of_others(const char *text)
{
	g_autofree char *title = value_of(text, "SUMMARY");
	return g_str_has_prefix(title, "Theirs");
}

static bool has_title(GHashTable *files, const char *title)
{
	GHashTableIter iterator;
	gpointer text = NULL;
	g_hash_table_iter_init(&iterator, files);
	while (g_hash_table_iter_next(&iterator, NULL, &text)) {
		g_autofree char *other = value_of(text, "SUMMARY");
		if (strcmp(other, title) == 0) {
			return true;
		}
	}
	return false;
}

/* All there of that title were sent from here. */
static bool is_own(struct world *self, const char *title)
{
	json_t *events = world_control(self, "events", NULL);
	bool is_all = true;
	size_t i;
	json_t *event;
	json_array_foreach(events, i, event)
	{
		g_autofree char *key = world_event_key(event);
		is_all = is_all &&
		         (strcmp(json_string_value(json_object_get(event, "title")), title) != 0 ||
		          g_hash_table_contains(self->sent, key));
	}
	json_decref(events);
	return is_all;
}

/* Of two files with one UID one is left alone: what it holds is known to nobody. */
static bool shares_uid(GHashTable *files, const char *text)
{
	g_autofree char *uid = value_of(text, "UID");
	GHashTableIter iterator;
	gpointer other = NULL;
	guint count = 0;
	g_hash_table_iter_init(&iterator, files);
	while (g_hash_table_iter_next(&iterator, NULL, &other)) {
		g_autofree char *other_uid = value_of(other, "UID");
		count += strcmp(uid, other_uid) == 0;
	}
	return count > 1;
}

/* The same occurrence stands in a file of the person's. */
static bool is_of_files(GHashTable *files, const char *text)
{
	const char *event = strstr(text, "BEGIN:VEVENT");
	g_autofree char *starts = value_of(event, "DTSTART");
	g_autofree char *ends = value_of(event, "DTEND");
	g_autofree char *title = value_of(event, "SUMMARY");
	g_autofree char *place = value_of(event, "LOCATION");
	if (strlen(starts) < strlen("20260101T0000") || strlen(ends) < strlen("20260101T0000")) {
		return has_title(files, title); /* a day */
	}
	g_autofree char *key =
		g_strdup_printf("%s|%s|%.2s/%.2s/%.4s|%.2s:%.2s|%.2s/%.2s/%.4s|%.2s:%.2s|", title,
	                        place, starts + 6, starts + 4, starts, starts + 9, starts + 11,
	                        ends + 6, ends + 4, ends, ends + 9, ends + 11);
	GHashTableIter iterator;
	gpointer other = NULL;
	bool is_found = false;
	g_hash_table_iter_init(&iterator, files);
	while (g_hash_table_iter_next(&iterator, NULL, &other)) {
		struct series series;
		const bool is_known = series_read(&series, other) && !shares_uid(files, other);
		for (guint i = 0; is_known && i < series.count; i++) {
			g_autofree char *one = occurrence_key(&series, i);
			is_found = is_found || strcmp(one, key) == 0;
		}
		series_clear(&series);
	}
	return is_found;
}

static void check_new_file(struct world *self, const char *name, const char *text)
{
	g_autofree char *title = value_of(text, "SUMMARY");
	world_log(self, "  the cycle wrote %s\n%s", name, text);
	if (self->bridge->options.direction == DIRECTION_PUSH ||
	    !self->kind.remote.with_event_list) {
		world_fail(self, "%s came from nowhere", name);
	}
	/* removed between a kill that left the file alone and the next cycle, it is new again */
	if (!g_hash_table_add(self->titles_seen, g_strdup(title)) && is_of_others(text) &&
	    !self->kind.has_kills) {
		world_fail(self, "'%s' got a second file, or came back", title);
	}
	/* after a fault the list of events may count as not offered, and others' are not known */
	/* a kill may come before the journal knows that they are one; if the person's is then
	 * moved, theirs is another */
	GHashTable *files = self->left[ITEM_EVENT];
	const bool is_here =
		self->kind.has_kills ? is_of_files(files, text) : has_title(files, title);
	if (!is_of_others(text) && !self->kind.has_faults && (is_own(self, title) || is_here)) {
		world_fail(self, "'%s' was sent from here and got a file %s", title, name);
	}
}

void world_check_events(struct world *self)
{
	GHashTable *after = world_files(self, ITEM_EVENT);
	GHashTable *before = self->left[ITEM_EVENT];
	g_autoptr(GPtrArray) names = world_names(before);
	for (guint i = 0; i < names->len; i++) {
		if (g_strcmp0(g_hash_table_lookup(before, names->pdata[i]),
		              g_hash_table_lookup(after, names->pdata[i])) != 0) {
			world_fail(self, "%s was changed or removed", (char *)names->pdata[i]);
		}
	}
	g_autoptr(GPtrArray) now = world_names(after);
	for (guint i = 0; i < now->len; i++) {
		if (!g_hash_table_contains(before, now->pdata[i])) {
			check_new_file(self, now->pdata[i],
			               g_hash_table_lookup(after, now->pdata[i]));
		}
	}
	g_hash_table_unref(before);
	self->left[ITEM_EVENT] = after;
}

static bool is_uid_twice(struct world *self, const char *uid)
{
	guint count = 0;
	GHashTableIter iterator;
	gpointer text = NULL;
	g_hash_table_iter_init(&iterator, self->left[ITEM_EVENT]);
	while (g_hash_table_iter_next(&iterator, NULL, &text)) {
		g_autofree char *other = value_of(text, "UID");
		count += strcmp(other, uid) == 0;
	}
	return count > 1;
}

static void check_sent(struct world *self, const struct series *series, json_t *events)
{
	for (guint i = 0; i < series->count; i++) {
		GHashTableIter iterator;
		gpointer key = NULL;
		bool is_sent = false;
		g_hash_table_iter_init(&iterator, history(self, series, i));
		while (g_hash_table_iter_next(&iterator, &key, NULL)) {
			is_sent = is_sent || is_there(events, key);
		}
		if (!is_sent) {
			g_autofree char *wanted = occurrence_key(series, i);
			world_fail(self, "occurrence %u of %s never came there: %s", i, series->uid,
			           wanted);
		}
	}
}

/* On a day that holds more than a page shows: no shorter time can be asked for. */
static bool is_out_of_sight(const struct world *self, json_t *events, json_t *event)
{
	static const char *const names[] = {"startdate", "enddate"};
	const int page = self->kind.remote.page_size == 0 ? 100 : self->kind.remote.page_size;
	const char *day = json_string_value(json_object_get(event, "startdate"));
	int count = 0;
	size_t i;
	json_t *other;
	json_array_foreach(events, i, other)
	{
		bool is_of_day = false;
		for (gsize j = 0; j < G_N_ELEMENTS(names); j++) {
			const char *date = json_string_value(json_object_get(other, names[j]));
			is_of_day = is_of_day || strcmp(date, day) == 0;
		}
		count += is_of_day;
	}
	return count > page;
}

static void check_fetched(struct world *self, json_t *events)
{
	size_t i;
	json_t *event;
	json_array_foreach(events, i, event)
	{
		const char *title = json_string_value(json_object_get(event, "title"));
		if (g_str_has_prefix(title, "Theirs") && !is_out_of_sight(self, events, event) &&
		    !g_hash_table_contains(self->titles_seen, title)) {
			world_fail(self, "'%s' is there and never had a file", title);
		}
	}
}

static void check_single(struct world *self, json_t *events)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	size_t i;
	json_t *event;
	json_array_foreach(events, i, event)
	{
		char *key = world_event_key(event);
		if (!g_hash_table_add(seen, key)) {
			world_fail(self, "is there twice: %s", key);
		}
	}
}

void world_check_events_at_end(struct world *self)
{
	json_t *events = world_control(self, "events", NULL);
	const enum direction direction = self->bridge->options.direction;
	GHashTableIter iterator;
	gpointer text = NULL;
	g_hash_table_iter_init(&iterator, self->left[ITEM_EVENT]);
	while (direction != DIRECTION_PULL && !self->kind.has_refusals &&
	       g_hash_table_iter_next(&iterator, NULL, &text)) {
		struct series series;
		if (series_read(&series, text) && !is_uid_twice(self, series.uid)) {
			check_sent(self, &series, events);
		}
		series_clear(&series);
	}
	if (self->kind.remote.with_event_list && direction != DIRECTION_PUSH) {
		check_fetched(self, events);
	}
	if (self->kind.remote.with_event_list && !self->kind.has_faults) {
		check_single(self, events);
	}
	json_decref(events);
}
