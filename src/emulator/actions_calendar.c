/* SPDX-License-Identifier: MIT */
/*
 * Personal Calendar API: addevent, addeventoffline, and the proposed geteventlist and
 * checkavailability.
 */
#include "emulator/actions.h"

#include <stdlib.h>
#include <string.h>

enum {
	PART_TITLE,
	PART_LOCATION,
	PART_DESCRIPTION,
	PART_STARTDATE,
	PART_STARTTIME,
	PART_ENDDATE,
	PART_ENDTIME
};

/* "21/06/2008" and "20:00" as "200806212000", which sorts. False if it is not a moment. */
static bool read_moment(const char *date, const char *time, char moment[static 16])
{
	int day, month, year, hour, minute;
	int date_length = 0, time_length = 0;
	bool is_shaped = strlen(date) == 10 && strlen(time) == 5 &&
	                 strspn(date, "0123456789/") == 10 && strspn(time, "0123456789:") == 5 &&
	                 date[2] == '/' && date[5] == '/' && time[2] == ':';
	if (!is_shaped || sscanf(date, "%2d/%2d/%4d%n", &day, &month, &year, &date_length) != 3 ||
	    sscanf(time, "%2d:%2d%n", &hour, &minute, &time_length) != 2 || date_length != 10 ||
	    time_length != 5) {
		return false;
	}
	if (year < 1 || hour > 23 || minute > 59 ||
	    !g_date_valid_dmy((GDateDay)day, (GDateMonth)month, (GDateYear)year)) {
		return false;
	}
	g_snprintf(moment, 16, "%04d%02d%02d%02d%02d", year, month, day, hour, minute);
	return true;
}

static bool is_date(const char *value)
{
	char moment[16];
	return read_moment(value, "00:00", moment);
}

static bool is_time(const char *value)
{
	char moment[16];
	return read_moment("01/01/2000", value, moment);
}

static bool is_date_pattern(const char *value)
{
	return strcmp(value, "dd/MM/yyyy") == 0;
}

static bool is_time_pattern(const char *value)
{
	return strcmp(value, "HH:mm") == 0;
}

/*
 * Start and end of the call's parameters; times not given are 00:00 and 23:59. False: the end is
 * first.
 */
static bool read_span(const struct call *call, char start[static 16], char end[static 16])
{
	const char *start_time = emu_request_get_or(call->request, "starttime", "00:00");
	const char *end_time = emu_request_get_or(call->request, "endtime", "23:59");
	return read_moment(emu_call_get(call, "startdate"), start_time, start) &&
	       read_moment(emu_call_get(call, "enddate"), end_time, end) && strcmp(start, end) <= 0;
}

/* Two ids come back: the event's, and its first day as ddMMyyyy. */
static struct reply *perform_addevent(struct call *call)
{
	char start[16], end[16];
	if (!read_span(call, start, end)) {
		return emu_call_refuse_parameter(call, "enddate");
	}
	struct event *event = emu_store_add_event(call->emulator->store);
	for (int i = 0; i < EVENT_PARTS; i++) {
		event->parts[i] = g_strdup(emu_call_get(call, emu_event_part_names[i]));
	}
	g_autofree char *id = g_strdup_printf("%u", event->id);
	emu_call_note_write(call, id);
	g_auto(GStrv) date = g_strsplit(event->parts[PART_STARTDATE], "/", 3);
	g_autofree char *day = g_strjoinv("", date);
	struct xml_writer writer;
	struct reply *reply = emu_command_begin(&writer, "cauupdate", "s01");
	emu_xml_open(&writer, "event-data", NULL);
	emu_xml_leaf(&writer, "eventid", id, NULL);
	emu_xml_leaf(&writer, "id", day, NULL);
	emu_xml_close(&writer);
	emu_xml_leaf_number(&writer, "result", 0);
	emu_xml_close(&writer);
	emu_xml_close(&writer);
	emu_xml_leaf(&writer, "parameter-list", NULL, NULL);
	emu_xml_end(&writer);
	return reply;
}

static void event_span(const struct event *event, char start[static 16], char end[static 16])
{
	*start = *end = '\0';
	read_moment(event->parts[PART_STARTDATE], event->parts[PART_STARTTIME], start);
	read_moment(event->parts[PART_ENDDATE], event->parts[PART_ENDTIME], end);
}

static gint compare_events(gconstpointer left, gconstpointer right)
{
	const struct event *a = *(const struct event *const *)left;
	const struct event *b = *(const struct event *const *)right;
	char start_a[16], start_b[16], end[16];
	event_span(a, start_a, end);
	event_span(b, start_b, end);
	int order = strcmp(start_a, start_b);
	return order != 0 ? order : a->id < b->id ? -1 : a->id > b->id;
}

/* Events that begin before end and end after start; one of no length counts at its moment. */
static GPtrArray *events_between(const struct store *store, const char *start, const char *end)
{
	GPtrArray *found = g_ptr_array_new();
	for (guint i = 0; i < store->events->len; i++) {
		char event_start[16], event_end[16];
		event_span(store->events->pdata[i], event_start, event_end);
		bool is_moment = strcmp(event_start, event_end) == 0;
		if (strcmp(event_start, end) < 0 &&
		    (strcmp(event_end, start) > 0 ||
		     (is_moment && strcmp(event_end, start) == 0))) {
			g_ptr_array_add(found, store->events->pdata[i]);
		}
	}
	g_ptr_array_sort(found, compare_events);
	return found;
}

static void write_event(struct xml_writer *writer, const struct event *event)
{
	g_autofree char *id = g_strdup_printf("%u", event->id);
	emu_xml_open(writer, "data", "view", "deep", "id", id, "type", "event", NULL);
	emu_xml_leaf(writer, "eventid", id, NULL);
	for (int i = 0; i < EVENT_PARTS; i++) {
		emu_xml_leaf(writer, emu_event_part_names[i], event->parts[i], NULL);
	}
	emu_xml_close(writer);
}

/* Both days are included: the last ends as the next begins. */
static struct reply *perform_geteventlist(struct call *call)
{
	char start[16], end[16];
	if (!read_span(call, start, end)) {
		return emu_call_refuse_parameter(call, "enddate");
	}
	strcpy(end + strlen("yyyyMMdd"), "2400");
	g_autoptr(GPtrArray) found = events_between(call->emulator->store, start, end);
	struct xml_writer writer;
	struct reply *reply = emu_command_begin(&writer, "caugeteventlist", "s01");
	guint shown = emu_command_open_list(call, &writer, found->len);
	for (guint i = 0; i < shown; i++) {
		write_event(&writer, found->pdata[i]);
	}
	emu_xml_close(&writer);
	emu_xml_leaf_number(&writer, "result", 0);
	emu_xml_end(&writer);
	return reply;
}

static struct reply *perform_checkavailability(struct call *call)
{
	char start[16], end[16];
	if (!read_span(call, start, end)) {
		return emu_call_refuse_parameter(call, "enddate");
	}
	g_autoptr(GPtrArray) found = events_between(call->emulator->store, start, end);
	struct xml_writer writer;
	struct reply *reply = emu_command_begin(&writer, "caucheckavailability", "s01");
	emu_xml_leaf(&writer, "available", found->len == 0 ? "true" : "false", NULL);
	emu_xml_leaf_number(&writer, "result", 0);
	emu_xml_end(&writer);
	return reply;
}

static const struct parameter_rule addevent_rules[] = {
	{"title", NEED_VALUE, NULL},
	{"location", NEED_NAME, NULL},
	{"description", NEED_NAME, NULL},
	{"startdate", NEED_VALUE, is_date},
	{"starttime", NEED_VALUE, is_time},
	{"enddate", NEED_VALUE, is_date},
	{"endtime", NEED_VALUE, is_time},
	{"datepattern", NEED_VALUE, is_date_pattern},
	{"timepattern", NEED_VALUE, is_time_pattern},
	{NULL, NEED_NOT, NULL},
};

static const struct parameter_rule geteventlist_rules[] = {
	{"startdate", NEED_VALUE, is_date},
	{"enddate", NEED_VALUE, is_date},
	{"datepattern", NEED_VALUE, is_date_pattern},
	{"timepattern", NEED_VALUE, is_time_pattern},
	{NULL, NEED_NOT, NULL},
};

static const struct parameter_rule checkavailability_rules[] = {
	{"startdate", NEED_VALUE, is_date},
	{"starttime", NEED_VALUE, is_time},
	{"enddate", NEED_VALUE, is_date},
	{"endtime", NEED_VALUE, is_time},
	{"datepattern", NEED_VALUE, is_date_pattern},
	{"timepattern", NEED_VALUE, is_time_pattern},
	{NULL, NEED_NOT, NULL},
};

const struct action emu_calendar_actions[] = {
	{.name = "addevent",
         .api = API_CALENDAR,
         .family = "agenda",
         .attribute = "add_event",
         .rules = addevent_rules,
         .perform = perform_addevent},
	{.name = "addeventoffline",
         .api = API_CALENDAR,
         .family = "agenda",
         .attribute = "add_event",
         .rules = addevent_rules,
         .perform = perform_addevent,
         .takes_expired_token = true},
	{.name = "geteventlist",
         .api = API_CALENDAR,
         .family = "agenda",
         .attribute = "add_event",
         .rules = geteventlist_rules,
         .perform = perform_geteventlist,
         .is_proposed = true},
	{.name = "checkavailability",
         .api = API_CALENDAR,
         .family = "agenda",
         .attribute = "add_event",
         .rules = checkavailability_rules,
         .perform = perform_checkavailability,
         .is_proposed = true},
	{.name = NULL},
};
