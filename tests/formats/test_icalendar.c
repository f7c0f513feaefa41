/* SPDX-License-Identifier: MIT */
/* Calendars: times, zones, series and overrides, one fixture each; hostile texts; what we write,
 * cut and join. */
#include "formats/icalendar.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static GBytes *fixture(const char *name)
{
	g_autofree char *path = g_build_filename(TEST_FIXTURES, "ical", name, NULL);
	char *data = NULL;
	gsize size = 0;
	ck_assert_msg(g_file_get_contents(path, &data, &size, NULL), "%s", path);
	return g_bytes_new_take(data, size);
}

static struct calendar *calendar_of(const char *name)
{
	g_autoptr(GBytes) bytes = fixture(name);
	gsize size = 0;
	const void *const data = g_bytes_get_data(bytes, &size);
	g_autoptr(GError) error = NULL;
	struct calendar *const calendar = calendar_read(data, size, &error);
	ck_assert_msg(calendar != NULL, "%s: %s", name, error ? error->message : "");
	return calendar;
}

static char *stamp(gint64 when)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(when);
	return g_date_time_format(time, "%Y%m%dT%H%M%SZ");
}

/* "uid/recurrence_id start-end title" for each, one a line */
static char *listing(GPtrArray *events)
{
	GString *const list = g_string_new(NULL);
	for (guint i = 0; i < events->len; i++) {
		const struct event *const event = g_ptr_array_index(events, i);
		g_autofree char *starts = stamp(event->starts);
		g_autofree char *ends = stamp(event->ends);
		g_string_append_printf(list, "%s/%s %s-%s %s%s\n", event->uid,
		                       event->recurrence_id ? event->recurrence_id : "", starts,
		                       ends, event->title,
		                       event->is_cancelled ? " (cancelled)" : "");
	}
	return g_string_free(list, FALSE);
}

static gint64 when_of(const char *text)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(text, NULL);
	ck_assert(time != NULL);
	return g_date_time_to_unix(time);
}

static void assert_window(const char *name, const char *since, const char *until, gint64 *next,
                          const char *wanted)
{
	OWNED(calendar) calendar = calendar_of(name);
	const struct occurrence_window window = {since ? when_of(since) : G_MININT64,
	                                         until ? when_of(until) : G_MAXINT64,
	                                         "Europe/Paris"};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) events = calendar_occurrences(calendar, &window, next, &error);
	ck_assert_msg(events != NULL, "%s", error ? error->message : "");
	g_autofree char *got = listing(events);
	ck_assert_str_eq(got, wanted);
}

static void assert_all(const char *name, const char *wanted)
{
	assert_window(name, NULL, NULL, NULL, wanted);
}

START_TEST(a_utc_event_keeps_its_instant_and_its_texts)
{
	assert_all("utc.ics", "utc/ 20261123T090000Z-20261123T100000Z Dentist, upstairs\n");
}
END_TEST

START_TEST(a_floating_event_is_read_in_the_zone_of_the_account)
{
	assert_all("floating.ics", "floating/ 20261123T080000Z-20261123T093000Z Floating\n");
}
END_TEST

START_TEST(without_an_end_a_time_ends_at_once_and_a_day_with_the_day)
{
	assert_all("no_end.ics", "b/ 20261122T230000Z-20261123T230000Z \n"
	                         "a/ 20261123T090000Z-20261123T090000Z \n"
	                         "c/ 20261124T090000Z-20261124T090000Z \n");
}
END_TEST

START_TEST(zones_are_known_by_olson_prefixed_windows_and_offset_names)
{
	assert_all("olson_without_vtimezone.ics", "a/ 20260701T070000Z-20260701T080000Z \n"
	                                          "b/ 20260702T070000Z-20260702T070000Z \n"
	                                          "c/ 20260703T070000Z-20260703T070000Z \n"
	                                          "d/ 20260704T070000Z-20260704T070000Z \n");
}
END_TEST

START_TEST(a_known_name_wins_over_the_vtimezone_of_that_name)
{
	assert_all("vtimezone_contradicts_name.ics", "a/ 20260701T070000Z-20260701T070000Z \n");
}
END_TEST

START_TEST(a_zone_nobody_knows_is_read_from_its_vtimezone)
{
	assert_all("vtimezone_custom.ics", "a/ 20260701T070000Z-20260701T070000Z \n"
	                                   "b/ 20261201T080000Z-20261201T080000Z \n");
}
END_TEST

static void assert_refused(const char *name, const char *words)
{
	OWNED(calendar) calendar = calendar_of(name);
	const struct occurrence_window window = {when_of("2026-01-01T00:00:00Z"), G_MAXINT64,
	                                         "Europe/Paris"};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) events = calendar_occurrences(calendar, &window, NULL, &error);
	ck_assert(events == NULL);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
	ck_assert_msg(strstr(error->message, words) != NULL, "%s", error->message);
}

START_TEST(a_rule_without_end_in_sight_is_too_slow)
{
	assert_refused("slow_rule.ics", "rule is too slow");
}
END_TEST

START_TEST(day_events_run_between_local_midnights)
{
	assert_all("days.ics",
	           "a/ 20260327T230000Z-20260330T220000Z Across the change of clocks\n");
}
END_TEST

START_TEST(a_series_has_its_dates_exceptions_and_overrides)
{
	gint64 next = 0;
	assert_window("series.ics", "2026-10-01T00:00:00Z", "2026-11-12T00:00:00Z", &next,
	              "s/20261019T090000 20261019T070000Z-20261019T080000Z Weekly\n"
	              "s/20261021T140000 20261021T120000Z-20261021T130000Z Weekly\n"
	              "s/20261022T140000 20261022T120000Z-20261022T150000Z Weekly\n"
	              "s/20261026T090000 20261027T100000Z-20261027T103000Z Moved\n"
	              "s/20261109T090000 20261109T080000Z-20261109T090000Z Weekly (cancelled)\n");
	ck_assert_int_eq(next, when_of("2026-11-16T08:00:00Z"));
}
END_TEST

START_TEST(a_window_holds_what_ends_after_since_and_starts_before_until)
{
	gint64 next = 0;
	assert_window("series.ics", "2026-10-19T07:30:00Z", "2026-10-21T12:00:00Z", &next,
	              "s/20261019T090000 20261019T070000Z-20261019T080000Z Weekly\n");
	ck_assert_int_eq(next, when_of("2026-10-21T12:00:00Z"));
	assert_window("series.ics", "2026-10-19T08:00:00Z", "2026-10-21T12:00:00Z", &next, "");
	assert_window("series.ics", "2026-12-01T00:00:00Z", "2027-10-21T12:00:00Z", &next, "");
	ck_assert_int_eq(next, 0);
}
END_TEST

START_TEST(this_and_future_moves_all_that_follow)
{
	assert_all("this_and_future.ics",
	           "s/20261019T090000 20261019T070000Z-20261019T080000Z Early\n"
	           "s/20261020T090000 20261020T070000Z-20261020T080000Z Early\n"
	           "s/20261021T090000 20261021T090000Z-20261021T110000Z Late\n"
	           "s/20261022T090000 20261022T090000Z-20261022T110000Z Late\n"
	           "s/20261023T090000 20261023T090000Z-20261023T110000Z Late\n");
}
END_TEST

START_TEST(an_override_without_its_series_is_one_occurrence)
{
	assert_all("override_alone.ics",
	           "s/20261021T090000 20261021T090000Z-20261021T090000Z Invited to one\n");
}
END_TEST

START_TEST(a_day_series_names_its_occurrences_by_day)
{
	assert_all("day_series.ics", "d/20261019 20261018T220000Z-20261019T220000Z Days\n"
	                             "d/20261021 20261020T220000Z-20261021T220000Z Days\n"
	                             "d/20261022 20261021T220000Z-20261022T220000Z Days\n");
}
END_TEST

START_TEST(a_date_in_exdate_takes_out_the_day_and_exrule_its_instances)
{
	assert_all("exdate_is_a_date.ics",
	           "d/20261021T090000 20261021T070000Z-20261021T070000Z Days\n");
}
END_TEST

START_TEST(a_start_outside_its_rule_is_the_first_instance)
{
	assert_all("start_outside_its_rule.ics",
	           "d/20261019T090000Z 20261019T090000Z-20261019T090000Z \n"
	           "d/20261023T090000Z 20261023T090000Z-20261023T090000Z \n"
	           "d/20261030T090000Z 20261030T090000Z-20261030T090000Z \n");
}
END_TEST

START_TEST(events_without_uid_get_one_of_their_own_that_stays)
{
	OWNED(calendar) calendar = calendar_of("without_uid.ics");
	ck_assert(calendar_uid(calendar) == NULL);
	const struct occurrence_window window = {G_MININT64, G_MAXINT64, "UTC"};
	g_autoptr(GPtrArray) first = calendar_occurrences(calendar, &window, NULL, NULL);
	g_autoptr(GPtrArray) second = calendar_occurrences(calendar, &window, NULL, NULL);
	const struct event *const one = g_ptr_array_index(first, 0);
	const struct event *const other = g_ptr_array_index(first, 1);
	ck_assert_str_ne(one->uid, other->uid);
	ck_assert_str_eq(one->uid, ((const struct event *)g_ptr_array_index(second, 0))->uid);
}
END_TEST

START_TEST(missing_ends_and_latin_1_lose_nothing)
{
	assert_all("missing_end.ics", "a/ 20261019T090000Z-20261019T090000Z Caf\xc3\xa9\n");
}
END_TEST

START_TEST(a_text_is_cut_by_uid_and_joined_again)
{
	g_autoptr(GBytes) bytes = fixture("several.ics");
	gsize size = 0;
	const char *const data = g_bytes_get_data(bytes, &size);
	g_autoptr(GPtrArray) texts = calendar_split(data, size, NULL);
	ck_assert_uint_eq(texts->len, 2);
	const char *const one = g_ptr_array_index(texts, 0);
	const char *const two = g_ptr_array_index(texts, 1);
	ck_assert(strstr(one, "BEGIN:VTIMEZONE") && strstr(one, "X-KEPT:yes\r\n") &&
	          strstr(one, "RECURRENCE-ID"));
	ck_assert(!strstr(two, "VTIMEZONE") && !strstr(two, "VTODO"));
	g_ptr_array_add(texts, g_strdup(one));
	g_autofree char *joined = calendar_join(texts);
	OWNED(calendar) calendar = calendar_read(joined, strlen(joined), NULL);
	ck_assert_uint_eq(calendar_count(calendar), 5);
	ck_assert(calendar_repeats(calendar));
	g_auto(GStrv) zones = g_strsplit(joined, "BEGIN:VTIMEZONE", -1);
	ck_assert_uint_eq(g_strv_length(zones), 2);
}
END_TEST

/* RFC 5546, 3.2. */
static const struct {
	const char *method;
	bool is_event;
} methods[] = {
	{"PUBLISH", true},         {"REQUEST", true},  {"ADD", true},
	{"CANCEL", false},         {"reply", false},   {"COUNTER", false},
	{"DECLINECOUNTER", false}, {"REFRESH", false},
};

START_TEST(a_message_about_an_event_is_none)
{
	const struct occurrence_window window = {G_MININT64, G_MAXINT64, "UTC"};
	g_autofree char *text = g_strdup_printf(
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nMETHOD:%s\r\nBEGIN:VEVENT\r\n"
		"UID:a\r\nDTSTART:20261019T090000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		methods[_i].method);
	OWNED(calendar) calendar = calendar_read(text, strlen(text), NULL);
	g_autoptr(GPtrArray) events = calendar_occurrences(calendar, &window, NULL, NULL);
	ck_assert_uint_eq(events->len, 1);
	const struct event *const event = g_ptr_array_index(events, 0);
	ck_assert_int_eq(event->is_cancelled, !methods[_i].is_event);
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	g_ptr_array_add(texts, text);
	g_autofree char *joined = calendar_join(texts);
	ck_assert_int_eq(strstr(joined, "BEGIN:VEVENT") != NULL, methods[_i].is_event);
}
END_TEST

START_TEST(cut_items_without_uid_keep_the_one_made_for_them)
{
	g_autoptr(GBytes) bytes = fixture("without_uid.ics");
	gsize size = 0;
	const char *const data = g_bytes_get_data(bytes, &size);
	OWNED(calendar) whole = calendar_read(data, size, NULL);
	const struct occurrence_window window = {G_MININT64, G_MAXINT64, "UTC"};
	g_autoptr(GPtrArray) events = calendar_occurrences(whole, &window, NULL, NULL);
	g_autoptr(GPtrArray) texts = calendar_split(data, size, NULL);
	ck_assert_uint_eq(texts->len, 2);
	for (guint i = 0; i < texts->len; i++) {
		const char *const text = g_ptr_array_index(texts, i);
		OWNED(calendar) part = calendar_read(text, strlen(text), NULL);
		bool is_there = false;
		for (guint j = 0; j < events->len; j++) {
			is_there =
				is_there ||
				g_str_equal(
					((const struct event *)g_ptr_array_index(events, j))->uid,
					calendar_uid(part));
		}
		ck_assert(is_there);
	}
}
END_TEST

static char *random_text(GRand *random)
{
	static const char *const pieces[] = {"a",
	                                     "B",
	                                     " ",
	                                     ",",
	                                     ";",
	                                     "\\",
	                                     "\n",
	                                     ":",
	                                     "\"",
	                                     "é",
	                                     "日本",
	                                     "\t",
	                                     "END:VEVENT",
	                                     "\\n",
	                                     "\nEND:VCALENDAR\n",
	                                     "🎂",
	                                     "=",
	                                     "^n",
	                                     "0123456789012345678901234567890123456789"};
	g_autoptr(GString) text = g_string_new("x");
	for (gint i = g_rand_int_range(random, 0, 12); i > 0; i--) {
		g_string_append(text, pieces[g_rand_int_range(random, 0, G_N_ELEMENTS(pieces))]);
	}
	return g_strdup(text->str);
}

static struct event *random_event(GRand *random, const char *zone_name)
{
	struct event *const event = event_new();
	event->uid = g_strdup_printf("%08x@here", g_rand_int(random));
	g_free(event->title);
	g_free(event->location);
	g_free(event->description);
	event->title = random_text(random);
	event->location = random_text(random);
	event->description = random_text(random);
	event->starts = (gint64)g_rand_int(random) % 2000000000 + 1;
	event->ends = event->starts + g_rand_int_range(random, 0, 100000);
	event->is_cancelled = g_rand_boolean(random);
	event->is_day = g_rand_boolean(random);
	if (event->is_day) {
		char date[11];
		char time[6];
		ck_assert(zone_to_local(event->starts, zone_name, date, time));
		ck_assert(zone_from_local(date, "00:00", zone_name, &event->starts));
		ck_assert(zone_to_local(event->starts + 40 * 3600, zone_name, date, time));
		ck_assert(zone_from_local(date, "00:00", zone_name, &event->ends));
	}
	return event;
}

static void assert_lines_are_short(const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
	for (char **line = lines; *line; line++) {
		ck_assert_uint_le(strlen(*line), 75);
		ck_assert(g_utf8_validate(*line, -1, NULL));
		ck_assert(!strpbrk(*line, "\r\n"));
	}
}

START_TEST(what_is_written_is_read_back_whatever_the_texts_say)
{
	static const char *const zones[] = {"Europe/Paris", "America/New_York", "UTC",
	                                    "Asia/Kathmandu", "Australia/Lord_Howe"};
	const guint32 seed = g_random_int();
	g_print("seed %u\n", seed);
	GRand *const random = g_rand_new_with_seed(seed);
	for (int i = 0; i < 2000; i++) {
		const char *const zone_name = zones[i % G_N_ELEMENTS(zones)];
		OWNED(event) event = random_event(random, zone_name);
		g_autofree char *text = calendar_write_event(event, zone_name);
		assert_lines_are_short(text);
		OWNED(calendar) calendar = calendar_read(text, strlen(text), NULL);
		ck_assert(calendar != NULL);
		const struct occurrence_window window = {G_MININT64, G_MAXINT64, zone_name};
		g_autoptr(GPtrArray) events = calendar_occurrences(calendar, &window, NULL, NULL);
		ck_assert_msg(events && events->len == 1, "%s", text);
		const struct event *const read = g_ptr_array_index(events, 0);
		ck_assert_str_eq(read->uid, event->uid);
		ck_assert_str_eq(read->title, event->title);
		ck_assert_str_eq(read->location, event->location);
		ck_assert_str_eq(read->description, event->description);
		ck_assert_msg(read->starts == event->starts && read->ends == event->ends, "%s",
		              text);
		ck_assert(read->is_day == event->is_day &&
		          read->is_cancelled == event->is_cancelled);
	}
	g_rand_free(random);
}
END_TEST

/* A calendar of one event with filling in the middle, repeated. */
static char *flood(const char *before, const char *piece, guint count, const char *after)
{
	g_autoptr(GString) text = g_string_new("BEGIN:VCALENDAR\r\n");
	g_string_append(text, before);
	for (guint i = 0; i < count; i++) {
		g_string_append(text, piece);
	}
	g_string_append(text, after);
	g_string_append(text, "END:VCALENDAR\r\n");
	return g_strdup(text->str);
}

static const char event_head[] = "BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261019T090000Z\r\n";

START_TEST(hostile_texts_cost_an_error_or_an_answer)
{
	static const struct {
		const char *before, *piece;
		guint count;
		const char *after, *words; /* NULL: it is read */
	} floods[] = {
		{"", "BEGIN:VEVENT\r\n", 10000, "", "nested too deep"},
		{"", "BEGIN:VEVENT\r\nEND:VEVENT\r\n", LIMIT_COMPONENTS + 1, "",
	         "too many components"},
		{"BEGIN:VEVENT\r\nEXDATE:20261019T090000Z", ",20261019T090000Z", 100000, "\r\n",
	         "too many values"},
		{"BEGIN:VEVENT\r\nDTSTART:20261019T090000Z\r\nRRULE:FREQ=DAILY\r\n",
	         "EXDATE:20261019T090000Z\r\n", 100000, "END:VEVENT\r\n", "too slow"},
		{event_head, "EXDATE:20261019T090000Z\r\n", 100000, "END:VEVENT\r\n", NULL},
		{"BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261019T090000Z\r\nATTACH:", "0123456789abcdef",
	         524288, "\r\nEND:VEVENT\r\n", NULL},
		{event_head, "RRULE:FREQ=DAILY\r\n", 17, "END:VEVENT\r\n", "too slow"},
		{event_head, "RRULE:FREQ=DAILY;INTERVAL=2147483647\r\n", 1, "END:VEVENT\r\n", NULL},
		{event_head, "RRULE:FREQ=YEARLY;INTERVAL=2147483647;COUNT=2147483647\r\n", 1,
	         "END:VEVENT\r\n", NULL},
		{event_head, "DURATION:-P99999W\r\n", 1, "END:VEVENT\r\n", NULL},
		{event_head, "DURATION:P99999999999999999999D\r\n", 1, "END:VEVENT\r\n", NULL},
		{event_head, "DTEND:99999999\r\n", 1, "END:VEVENT\r\n", NULL},
		{"BEGIN:VEVENT\r\n", "DTSTART:99999999\r\n", 1, "END:VEVENT\r\n", "cannot be read"},
		{"BEGIN:VEVENT\r\nDTSTART:99991231T235959Z\r\n", "RRULE:FREQ=SECONDLY\r\n", 1,
	         "END:VEVENT\r\n", NULL},
		{"BEGIN:VEVENT\r\nDTSTART:00010101\r\n", "RRULE:FREQ=DAILY\r\n", 1,
	         "END:VEVENT\r\n", NULL},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(floods); i++) {
		g_autofree char *text =
			flood(floods[i].before, floods[i].piece, floods[i].count, floods[i].after);
		g_autoptr(GError) error = NULL;
		OWNED(calendar) calendar = calendar_read(text, strlen(text), &error);
		const struct occurrence_window window = {G_MININT64, G_MAXINT64, "Europe/Paris"};
		gint64 next = 0;
		g_autoptr(GPtrArray) events =
			calendar ? calendar_occurrences(calendar, &window, &next, &error) : NULL;
		ck_assert_msg((events != NULL) == (floods[i].words == NULL), "%u: %s", (unsigned)i,
		              error ? error->message : "read");
		ck_assert(!events || events->len <= LIMIT_OCCURRENCES);
		ck_assert(!error || strstr(error->message, floods[i].words));
	}
}
END_TEST

START_TEST(an_endless_series_gives_as_many_as_the_limit_and_where_to_go_on)
{
	g_autofree char *text = flood(event_head, "RRULE:FREQ=DAILY\r\n", 1, "END:VEVENT\r\n");
	OWNED(calendar) calendar = calendar_read(text, strlen(text), NULL);
	const struct occurrence_window window = {G_MININT64, G_MAXINT64, "UTC"};
	gint64 next = 0;
	g_autoptr(GPtrArray) events = calendar_occurrences(calendar, &window, &next, NULL);
	ck_assert_uint_eq(events->len, LIMIT_OCCURRENCES);
	const struct event *const last = g_ptr_array_index(events, LIMIT_OCCURRENCES - 1);
	ck_assert_int_eq(next, last->starts + 86400);
}
END_TEST

START_TEST(long_texts_are_not_multiplied_without_bound)
{
	g_autofree char *text = flood(
		"BEGIN:VEVENT\r\nDTSTART:20261019T090000Z\r\nRRULE:FREQ=DAILY\r\nDESCRIPTION:",
		"0123456789abcdef", 65536, "\r\nEND:VEVENT\r\n");
	OWNED(calendar) calendar = calendar_read(text, strlen(text), NULL);
	const struct occurrence_window window = {G_MININT64, G_MAXINT64, "UTC"};
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) events = calendar_occurrences(calendar, &window, NULL, &error);
	ck_assert(events == NULL && passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
}
END_TEST

START_TEST(what_is_no_calendar_is_refused_and_nul_bytes_are_dropped)
{
	static const char nul[] =
		"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\0b\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
	g_autoptr(GError) error = NULL;
	ck_assert(calendar_read("hello", 5, &error) == NULL);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
	ck_assert(calendar_read("", 0, NULL) == NULL);
	OWNED(calendar) calendar = calendar_read(nul, sizeof nul - 1, NULL);
	ck_assert_str_eq(calendar_uid(calendar), "ab");
}
END_TEST

int main(void)
{
	Suite *const suite = suite_create("icalendar");
	TCase *const calendars = tcase_create("calendars");
	tcase_set_timeout(calendars, 120);
	tcase_add_test(calendars, a_utc_event_keeps_its_instant_and_its_texts);
	tcase_add_test(calendars, a_floating_event_is_read_in_the_zone_of_the_account);
	tcase_add_test(calendars, without_an_end_a_time_ends_at_once_and_a_day_with_the_day);
	tcase_add_test(calendars, zones_are_known_by_olson_prefixed_windows_and_offset_names);
	tcase_add_test(calendars, a_known_name_wins_over_the_vtimezone_of_that_name);
	tcase_add_test(calendars, a_zone_nobody_knows_is_read_from_its_vtimezone);
	tcase_add_test(calendars, a_rule_without_end_in_sight_is_too_slow);
	tcase_add_test(calendars, day_events_run_between_local_midnights);
	tcase_add_test(calendars, a_series_has_its_dates_exceptions_and_overrides);
	tcase_add_test(calendars, a_window_holds_what_ends_after_since_and_starts_before_until);
	tcase_add_test(calendars, this_and_future_moves_all_that_follow);
	tcase_add_test(calendars, an_override_without_its_series_is_one_occurrence);
	tcase_add_test(calendars, a_day_series_names_its_occurrences_by_day);
	tcase_add_test(calendars, a_date_in_exdate_takes_out_the_day_and_exrule_its_instances);
	tcase_add_test(calendars, a_start_outside_its_rule_is_the_first_instance);
	tcase_add_test(calendars, events_without_uid_get_one_of_their_own_that_stays);
	tcase_add_test(calendars, missing_ends_and_latin_1_lose_nothing);
	tcase_add_test(calendars, a_text_is_cut_by_uid_and_joined_again);
	tcase_add_loop_test(calendars, a_message_about_an_event_is_none, 0, G_N_ELEMENTS(methods));
	tcase_add_test(calendars, cut_items_without_uid_keep_the_one_made_for_them);
	tcase_add_test(calendars, what_is_written_is_read_back_whatever_the_texts_say);
	tcase_add_test(calendars, hostile_texts_cost_an_error_or_an_answer);
	tcase_add_test(calendars, an_endless_series_gives_as_many_as_the_limit_and_where_to_go_on);
	tcase_add_test(calendars, long_texts_are_not_multiplied_without_bound);
	tcase_add_test(calendars, what_is_no_calendar_is_refused_and_nul_bytes_are_dropped);
	suite_add_tcase(suite, calendars);
	SRunner *const runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
