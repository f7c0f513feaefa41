/* SPDX-License-Identifier: MIT */
/* Every calendar of the corpora: read without harm, and in agreement with what the reference
 * readers agree on. */
#include "formats/icalendar.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "formats/wall.h"

#define YEAR_DAYS 365

/* Where we differ from the consensus, by file and field, and why. */
static const struct {
	const char *file, *field, *reason;
} differences[] = {
	{"py-icalendar__issue_464_invalid_rdate.ics", "n_year",
         "the references drop an RDATE that is a PERIOD; we count it"},
	{"libical__incoming.ics", "dtstart",
         "of two masters with one UID we follow the newest SEQUENCE (RFC 5545, 3.8.7.4)"},
	{"libical__incoming.ics", "n_year",
         "of two masters with one UID we follow the newest SEQUENCE (RFC 5545, 3.8.7.4)"},
	{"libical__incoming.ics", "dtend",
         "of two masters with one UID we follow the newest SEQUENCE (RFC 5545, 3.8.7.4)"},
	{"libical__incoming.ics", "summary",
         "of two masters with one UID we follow the newest SEQUENCE (RFC 5545, 3.8.7.4)"},
	{"py-icalendar__issue_1081_invalid_rrule_freq.ics", "dtstart",
         "a rule that nobody can read is refused, not dropped: an occurrence sent is sent for "
         "ever"},
	{"node-ical__duplicate-rrule-sequence.ics", "dtstart",
         "of two masters with one UID we follow the newest SEQUENCE (RFC 5545, 3.8.7.4)"},
	{"ruby-icalendar__single_event_bad_line.ics", "dtstart",
         "the references read the zone as UTC; we know it, or refuse it by name"},
	{"ruby-icalendar__nonstandard.ics", "dtstart",
         "the references read the zone as UTC; we know it, or refuse it by name"},
	{"ruby-icalendar__event.ics", "dtstart",
         "the references read the zone as UTC; we know it, or refuse it by name"},
	{"ruby-icalendar__single_event_bad_location.ics", "dtstart",
         "the references read the zone as UTC; we know it, or refuse it by name"},
	{"radicale__event_rdate_period_start_duration_multi.ics", "n_year",
         "the references drop an RDATE that is a PERIOD; we count it"},
	{"radicale__event_rdate_period_start_duration.ics", "n_year",
         "the references drop an RDATE that is a PERIOD; we count it"},
	{"radicale__event_rdate_period_start_stop_multi.ics", "n_year",
         "the references drop an RDATE that is a PERIOD; we count it"},
	{"py-icalendar__period_with_timezone.ics", "n_year",
         "the references drop an RDATE that is a PERIOD; we count it"},
	{"recurring-ical-events__issue_148_ignored_exdate.ics", "summary",
         "of two masters with one UID we follow the newest SEQUENCE (RFC 5545, 3.8.7.4)"},
	{"recurring-ical-events__issue_148_ignored_exdate.ics", "n_year",
         "of two masters with one UID we follow the newest SEQUENCE (RFC 5545, 3.8.7.4)"},
	{"recurring-ical-events__issue_148_exdate_and_rdate_updated.ics", "summary",
         "of two masters with one UID we follow the newest SEQUENCE (RFC 5545, 3.8.7.4)"},
	{"recurring-ical-events__issue_148_exdate_and_rdate_updated.ics", "n_year",
         "of two masters with one UID we follow the newest SEQUENCE (RFC 5545, 3.8.7.4)"},
	{"cyrus__recurrence.ics", "n_year",
         "DTSTART that does not match its rule is an instance (RFC 5545, 3.8.5.3)"},
	{"node-ical__daily-count-exdate-recurrence-id.ics", "dtend",
         "an end before the start is the start"},
	{"khal__event_dtr_no_tz_exdatez.ics", "dtstart",
         "the references read the zone as UTC; we know it, or refuse it by name"},
	{"py-icalendar__issue_313_globally_unique_tzid.ics", "dtstart",
         "the references read the zone as UTC; we know it, or refuse it by name"},
	{"node-ical__test_with_tz_list.ics", "dtstart",
         "the references read the zone as UTC; we know it, or refuse it by name"},
	{"node-ical__windows-quoted-tz-rrule.ics", "dtstart",
         "the references read the zone as UTC; we know it, or refuse it by name"},
	{"recurring-ical-events__bad_rrule_missing_until_event.ics", "dtstart",
         "a rule that nobody can read is refused, not dropped: an occurrence sent is sent for "
         "ever"},
	{"node-ical__badRRULE.ics", "dtstart",
         "a rule that nobody can read is refused, not dropped: an occurrence sent is sent for "
         "ever"},
	{"recurring-ical-events__issue_201_test_matrix.ics", "dtend",
         "a day event ends with a day"},
};

/* Files that we refuse although a reference reads something of them, and why. */
static const struct {
	const char *file, *reason;
} refusals[] = {
	{"", ""},
};

static guint compared, agreed, explained, unexplained, files_read, files_refused;

static char *corpora_path(const char *path)
{
	const char *const folder = getenv("PASSERELLE_CORPORA");
	return g_build_filename(folder && *folder ? folder : TEST_SOURCE_DIR "/../shared/corpora",
	                        path, NULL);
}

static bool difference_is_known(const char *file, const char *field)
{
	for (gsize i = 0; i < G_N_ELEMENTS(differences); i++) {
		if (g_str_equal(differences[i].file, file) &&
		    g_str_equal(differences[i].field, field)) {
			return true;
		}
	}
	return false;
}

static void compare(const char *file, const char *field, const char *wanted, const char *got)
{
	compared++;
	if (g_str_equal(wanted, got)) {
		agreed++;
	} else if (difference_is_known(file, field)) {
		explained++;
	} else {
		unexplained++;
		g_print("%s %s: wanted \"%.100s\", got \"%.100s\"\n", file, field, wanted, got);
	}
}

/* "2008-01-01T09:00:00Z" or "2008-01-01" */
static bool stamp_read(const char *stamp, gint64 *when)
{
	g_autoptr(GString) digits = g_string_new(NULL);
	for (; *stamp; stamp++) {
		if (*stamp != '-' && *stamp != ':') {
			g_string_append_c(digits, *stamp);
		}
	}
	bool is_date = false;
	bool is_utc = false;
	return wall_read(digits->str, when, &is_date, &is_utc);
}

/* Where at least two references have an opinion, and it is the same. */
static json_t *agreed_value(json_t *event, const char *field)
{
	json_t *const entry = json_object_get(event, field);
	const json_int_t votes = json_integer_value(json_object_get(entry, "votes"));
	return votes >= 2 && votes == json_integer_value(json_object_get(entry, "of"))
	               ? json_object_get(entry, "value")
	               : NULL;
}

static const char *agreed_text(json_t *event, const char *field)
{
	return json_string_value(agreed_value(event, field));
}

/* Occurrences of one UID that start in [since, until), or all. */
static GPtrArray *occurrences(const struct calendar *calendar, gint64 since, gint64 until)
{
	const struct occurrence_window window = {since, until, "UTC"};
	return calendar_occurrences(calendar, &window, NULL, NULL);
}

static struct calendar *part_of_uid(GPtrArray *texts, const char *uid)
{
	for (guint i = 0; i < texts->len; i++) {
		const char *const text = g_ptr_array_index(texts, i);
		struct calendar *const calendar = calendar_read(text, strlen(text), NULL);
		if (calendar && g_strcmp0(calendar_uid(calendar), uid) == 0) {
			return calendar;
		}
		calendar_free(calendar);
	}
	return NULL;
}

static const struct event *event_starting(GPtrArray *events, gint64 starts)
{
	for (guint i = 0; i < events->len; i++) {
		const struct event *const event = g_ptr_array_index(events, i);
		if (event->starts == starts) {
			return event;
		}
	}
	return NULL;
}

/* The count that holds for a whole UID: with overrides only one reference applies them. */
static bool wanted_count(json_t *document, json_t *consensus, gsize index, const char *field,
                         const char *uid, gint64 *count)
{
	json_t *const list = json_object_get(
		json_object_get(json_object_get(document, "references"), "icalendar_rie"),
		"events");
	guint same_uid = 0;
	for (gsize i = 0; i < json_array_size(consensus); i++) {
		same_uid += g_strcmp0(agreed_text(json_array_get(consensus, i), "uid"), uid) == 0;
	}
	json_t *value =
		json_object_get(json_object_get(json_array_get(consensus, index), field), "value");
	if (same_uid > 1) {
		g_autofree char *with = g_strdup_printf("%s_with_overrides", field);
		value = json_object_get(json_array_get(list, index), with);
	}
	*count = json_integer_value(value);
	return json_is_integer(value);
}

static void compare_count(const char *file, const char *field, const struct calendar *calendar,
                          gint64 since, gint64 until, gint64 wanted)
{
	g_autoptr(GPtrArray) events = occurrences(calendar, since - 1, until);
	guint count = 0;
	for (guint i = 0; events && i < events->len; i++) {
		const struct event *const event = g_ptr_array_index(events, i);
		count += event->starts >= since && event->starts < until;
	}
	g_autofree char *wanted_text = g_strdup_printf("%d", (int)wanted);
	g_autofree char *got_text = g_strdup_printf("%u", count);
	compare(file, field, wanted_text, got_text);
}

static void compare_event(const char *file, json_t *document, json_t *consensus, gsize index,
                          GPtrArray *texts)
{
	json_t *const event = json_array_get(consensus, index);
	const char *const uid = agreed_text(event, "uid");
	gint64 starts = 0;
	gint64 ends = 0;
	const char *const starts_text = agreed_text(event, "dtstart");
	if (!uid || !*uid || !starts_text || !stamp_read(starts_text, &starts)) {
		return;
	}
	struct calendar *const calendar = part_of_uid(texts, uid);
	g_autoptr(GPtrArray) all =
		calendar ? occurrences(calendar, G_MININT64, starts + 2 * WALL_DAY) : NULL;
	if (!all) {
		compare(file, "dtstart", starts_text, "unreadable");
		calendar_free(calendar);
		return;
	}
	const struct event *const found = event_starting(all, starts);
	compare(file, "dtstart", starts_text, found ? starts_text : "no such start");
	const char *const ends_text = agreed_text(event, "dtend");
	if (found && ends_text && stamp_read(ends_text, &ends)) {
		compare(file, "dtend", ends_text, found->ends == ends ? ends_text : "another end");
	}
	const char *const summary = agreed_text(event, "summary");
	if (found && summary) {
		g_autofree char *title = g_strstrip(g_strdup(found->title));
		g_autofree char *wanted = g_strstrip(g_strdup(summary));
		compare(file, "summary", wanted, title);
	}
	gint64 count = 0;
	const gint64 year_2008 = wall_days(2008, 1, 1) * WALL_DAY;
	if (wanted_count(document, consensus, index, "n_2008", uid, &count)) {
		compare_count(file, "n_2008", calendar, year_2008, year_2008 + 366 * WALL_DAY,
		              count);
	}
	if (wanted_count(document, consensus, index, "n_year", uid, &count)) {
		compare_count(file, "n_year", calendar, starts,
		              starts + (gint64)YEAR_DAYS * WALL_DAY, count);
	}
	calendar_free(calendar);
}

static bool refusal_is_known(const char *file)
{
	for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
		if (g_str_equal(refusals[i].file, file)) {
			return true;
		}
	}
	return false;
}

static void compare_file(const char *file)
{
	g_autofree char *relative = g_build_filename("ical", file, NULL);
	g_autofree char *path = corpora_path(relative);
	g_autofree char *expected_name = g_strdup_printf("expected/%s.json", file);
	g_autofree char *expected_path = corpora_path(expected_name);
	g_autofree char *data = NULL;
	gsize size = 0;
	ck_assert(g_file_get_contents(path, &data, &size, NULL));
	json_t *const document = json_load_file(expected_path, 0, NULL);
	json_t *const consensus = json_object_get(document, "consensus");
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) texts = calendar_split(data, size, &error);
	if (!texts) {
		files_refused++;
		if (json_array_size(consensus) > 0 && !refusal_is_known(file)) {
			unexplained++;
			g_print("%s refused: %s\n", file, error->message);
		}
	} else {
		files_read++;
		for (gsize i = 0; i < json_array_size(consensus); i++) {
			compare_event(file, document, consensus, i, texts);
		}
	}
	json_decref(document);
}

START_TEST(we_agree_where_the_references_agree)
{
	g_autofree char *folder = corpora_path("ical");
	GDir *const files = g_dir_open(folder, 0, NULL);
	if (!files) {
		g_print("skipped: no corpora\n");
		return;
	}
	for (const char *file = g_dir_read_name(files); file; file = g_dir_read_name(files)) {
		compare_file(file);
	}
	g_dir_close(files);
	g_print("calendars: %u read, %u refused; fields: %u of %u agree (%.2f %%), %u differ for a "
	        "written reason\n",
	        files_read, files_refused, agreed, compared, 100.0 * agreed / MAX(compared, 1),
	        explained);
	ck_assert_uint_gt(compared, 500);
	ck_assert_uint_ge(agreed * 100, compared * 96);
	ck_assert_uint_ge((agreed + explained) * 100, compared * 99);
	ck_assert_uint_eq(unexplained, 0);
}
END_TEST

START_TEST(what_we_write_of_every_event_is_read_back)
{
	g_autofree char *folder = corpora_path("ical");
	GDir *const files = g_dir_open(folder, 0, NULL);
	guint count = 0;
	for (const char *file = files ? g_dir_read_name(files) : NULL; file;
	     file = g_dir_read_name(files)) {
		g_autofree char *path = g_build_filename(folder, file, NULL);
		g_autofree char *data = NULL;
		gsize size = 0;
		ck_assert(g_file_get_contents(path, &data, &size, NULL));
		OWNED(calendar) calendar = calendar_read(data, size, NULL);
		const gint64 since = wall_days(2008, 1, 1) * WALL_DAY;
		g_autoptr(GPtrArray) events =
			calendar ? occurrences(calendar, since, since + 366 * WALL_DAY) : NULL;
		for (guint i = 0; events && i < events->len; i++) {
			const struct event *const event = g_ptr_array_index(events, i);
			g_autofree char *text = calendar_write_event(event, "UTC");
			OWNED(calendar) again = calendar_read(text, strlen(text), NULL);
			ck_assert_msg(again != NULL, "%s", text);
			g_autoptr(GPtrArray) read = occurrences(again, G_MININT64, G_MAXINT64);
			ck_assert_msg(read && read->len == 1, "%s: %s", file, text);
			const struct event *const same = g_ptr_array_index(read, 0);
			ck_assert_int_eq(same->starts, event->starts);
			ck_assert_int_eq(same->ends, event->ends);
			ck_assert_str_eq(same->uid, event->uid);
			ck_assert_msg(g_strcmp0(same->recurrence_id, event->recurrence_id) == 0,
			              "%s", text);
			count++;
		}
	}
	if (files) {
		g_dir_close(files);
		ck_assert_uint_gt(count, 100);
	}
	g_print("%u events written and read back\n", count);
}
END_TEST

int main(void)
{
	Suite *const suite = suite_create("icalendar_corpora");
	TCase *const corpora = tcase_create("corpora");
	tcase_set_timeout(corpora, 240);
	tcase_add_test(corpora, we_agree_where_the_references_agree);
	tcase_add_test(corpora, what_we_write_of_every_event_is_read_back);
	suite_add_tcase(suite, corpora);
	SRunner *const runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
