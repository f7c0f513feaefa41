/* SPDX-License-Identifier: MIT */
/* An event as addevent carries it: three texts and local times without zone and seconds. */
#include "remotes/orange/event_fields.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"
#include "formats/icalendar.h"

#define DATE_PATTERN "dd/MM/yyyy"
#define TIME_PATTERN "HH:mm"
#define DAY_START    "00:00"
#define DAY_END      "23:59"
#define DAY_END_GAP  60           /* seconds from there to the midnight that iCalendar means */
#define UNTITLED     "(no title)" /* a title is mandatory */

void event_fields_free(struct event_fields *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->title);
	g_free(self->location);
	g_free(self->description);
	g_free(self);
}

/* Valid, line ends as \n, no control characters but those and tabs. */
static char *plain_text(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *plain = g_string_new(NULL);
	for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar character = g_utf8_get_char(at);
		if (character == '\r') {
			if (at[1] != '\n') {
				g_string_append_c(plain, '\n');
			}
		} else if (!g_unichar_iscntrl(character) || character == '\n' ||
		           character == '\t') {
			g_string_append_unichar(plain, character);
		}
	}
	return g_string_free(plain, FALSE);
}

static char *bounded_text(const char *text, const char *property, GPtrArray *cut)
{
	g_autofree char *raw = plain_text(text);
	char *plain = xml_trim(raw); /* blanks at the ends do not come back */
	if (strlen(plain) <= LIMIT_FIELD_BYTES) {
		return plain;
	}
	char *end = plain + LIMIT_FIELD_BYTES;
	while (((unsigned char)*end & 0xc0) == 0x80) {
		end--;
	}
	*end = '\0';
	if (cut != NULL) {
		g_ptr_array_add(cut, g_strdup_printf("end of %s", property));
	}
	return plain;
}

static char *title_text(const char *text, GPtrArray *cut)
{
	char *title = bounded_text(text, "SUMMARY", cut);
	if (g_strstrip(title)[0] != '\0') {
		return title;
	}
	g_free(title);
	return g_strdup(UNTITLED);
}

/* In the hour that comes twice in autumn, 02:30 to 02:15 is 45 minutes; without a zone it is
 * refused. */
static bool ends_before_start(const struct event_fields *self, const char *zone)
{
	gint64 starts = 0, ends = 0;
	return zone_from_local(self->start_date, self->start_time, zone, &starts) &&
	       zone_from_local(self->end_date, self->end_time, zone, &ends) && ends < starts;
}

struct event_fields *event_fields_from_event(const struct event *event, const char *zone,
                                             GPtrArray *cut, GError **error)
{
	OWNED(event_fields) self = g_new0(struct event_fields, 1);
	const gint64 last = event->is_day ? event->ends - DAY_END_GAP : event->ends;
	if (!zone_to_local(event->starts, zone, self->start_date, self->start_time) ||
	    !zone_to_local(MAX(last, event->starts), zone, self->end_date, self->end_time)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "it has a time that cannot be written in zone '%s'", zone);
		return NULL;
	}
	if (ends_before_start(self, zone)) {
		if (cut != NULL) {
			g_ptr_array_add(cut, g_strdup_printf("the end at %s, which the clock shows "
			                                     "before the start at %s",
			                                     self->end_time, self->start_time));
		}
		memcpy(self->end_date, self->start_date, sizeof self->end_date);
		memcpy(self->end_time, self->start_time, sizeof self->end_time);
	}
	self->title = title_text(event->title, cut);
	self->location = bounded_text(event->location, "LOCATION", cut);
	self->description = bounded_text(event->description, "DESCRIPTION", cut);
	return g_steal_pointer(&self);
}

static const struct {
	const char *name;
	gsize offset, size; /* size 0 = an owned text */
} FIELDS[] = {
	{"title", offsetof(struct event_fields, title), 0},
	{"location", offsetof(struct event_fields, location), 0},
	{"description", offsetof(struct event_fields, description), 0},
	{"startdate", offsetof(struct event_fields, start_date), sizeof "dd/MM/yyyy"},
	{"starttime", offsetof(struct event_fields, start_time), sizeof "HH:mm"},
	{"enddate", offsetof(struct event_fields, end_date), sizeof "dd/MM/yyyy"},
	{"endtime", offsetof(struct event_fields, end_time), sizeof "HH:mm"},
};

/* False: a time of another length. */
static bool set_field(struct event_fields *self, gsize index, const char *value)
{
	char *place = (char *)self + FIELDS[index].offset;
	if (FIELDS[index].size == 0) {
		*(char **)(void *)place = bounded_text(value == NULL ? "" : value, "", NULL);
		return true;
	}
	return value != NULL &&
	       g_strlcpy(place, value, FIELDS[index].size) == FIELDS[index].size - 1;
}

static const char *get_field(const struct event_fields *self, gsize index)
{
	const char *place = (const char *)self + FIELDS[index].offset;
	return FIELDS[index].size == 0 ? *(char *const *)(const void *)place : place;
}

struct event_fields *event_fields_from_json(const char *content, GError **error)
{
	json_t *object = content == NULL ? NULL : json_loads(content, JSON_REJECT_DUPLICATES, NULL);
	OWNED(event_fields) self = g_new0(struct event_fields, 1);
	bool is_whole = json_is_object(object);
	for (gsize i = 0; i < G_N_ELEMENTS(FIELDS); i++) {
		const char *value = json_string_value(json_object_get(object, FIELDS[i].name));
		is_whole = set_field(self, i, value) && is_whole;
	}
	json_decref(object);
	if (!is_whole) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "the journal's content of an event cannot be read");
		return NULL;
	}
	return g_steal_pointer(&self);
}

struct event_fields *event_fields_from_xml(const struct xml_node *data, GError **error)
{
	OWNED(event_fields) self = g_new0(struct event_fields, 1);
	bool is_whole = true;
	for (gsize i = 0; i < G_N_ELEMENTS(FIELDS); i++) {
		g_autofree char *value = xml_child_text(data, FIELDS[i].name);
		is_whole = set_field(self, i, value) && is_whole;
	}
	if (!is_whole) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		            "the listing of the event lacks a date or time");
		return NULL;
	}
	return g_steal_pointer(&self);
}

static bool is_day(const struct event_fields *self)
{
	return strcmp(self->start_time, DAY_START) == 0 && strcmp(self->end_time, DAY_END) == 0;
}

/* The midnight behind a day: a day of 23 or 25 hours counts too. */
static bool midnight_after(const char *date, const char *zone, gint64 *when)
{
	unsigned day = 0, month = 0, year = 0;
	if (sscanf(date, "%2u/%2u/%4u", &day, &month, &year) != 3 ||
	    !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year)) {
		return false;
	}
	GDate next;
	g_date_set_dmy(&next, (GDateDay)day, (GDateMonth)month, (GDateYear)year);
	g_date_add_days(&next, 1);
	g_autofree char *text = g_strdup_printf("%02u/%02u/%04u", (unsigned)g_date_get_day(&next),
	                                        (unsigned)g_date_get_month(&next),
	                                        (unsigned)g_date_get_year(&next));
	return zone_from_local(text, DAY_START, zone, when);
}

struct event *event_fields_to_event(const struct event_fields *self, const char *zone)
{
	OWNED(event) event = event_new();
	event->is_day = is_day(self);
	if (!zone_from_local(self->start_date, self->start_time, zone, &event->starts) ||
	    !(event->is_day
	              ? midnight_after(self->end_date, zone, &event->ends)
	              : zone_from_local(self->end_date, self->end_time, zone, &event->ends)) ||
	    event->ends < event->starts) {
		return NULL;
	}
	g_free(event->title);
	g_free(event->location);
	g_free(event->description);
	event->title = g_strdup(self->title);
	event->location = g_strdup(self->location);
	event->description = g_strdup(self->description);
	return g_steal_pointer(&event);
}

void event_fields_add_to(const struct event_fields *self, struct call *call)
{
	for (gsize i = 0; i < G_N_ELEMENTS(FIELDS); i++) {
		call_add(call, FIELDS[i].name, get_field(self, i));
	}
	call_add(call, "datepattern", DATE_PATTERN);
	call_add(call, "timepattern", TIME_PATTERN);
}

char *event_fields_fingerprint(const struct event_fields *self)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	for (gsize i = 0; i < G_N_ELEMENTS(FIELDS); i++) {
		const char *value = get_field(self, i);
		g_checksum_update(sum, (const guchar *)value, (gssize)strlen(value) + 1);
	}
	return g_strdup(g_checksum_get_string(sum));
}

char *event_fields_match(const struct event_fields *self, const char *zone)
{
	OWNED(event) event = event_fields_to_event(self, zone);
	return event == NULL ? g_strdup("") : event_match_key(event);
}

char *event_fields_name(const struct event_fields *self)
{
	const char *date = self->start_date; /* dd/MM/yyyy */
	const bool has_time = !is_day(self);
	return g_strdup_printf("%s, %.4s-%.2s-%.2s%s%s", self->title, date + 6, date + 3, date,
	                       has_time ? " " : "", has_time ? self->start_time : "");
}
