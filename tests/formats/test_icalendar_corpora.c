/* SPDX-License-Identifier: MIT */
/* Every calendar of the corpora: read without harm, and in agreement with what the reference
 * readers agree on. */
#include "formats/icalendar.h"

#include <check.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "corpora.h"
#include "formats/component.h"
#include "formats/wall.h"

#define YEAR_DAYS 365

/* Where we differ from what the references agree on, by file and field, and why. */
static const char period_reason[] =
	"the references drop an RDATE that is a PERIOD; it is an instance (RFC 5545, 3.8.5.2)";
static const char day_reason[] = "a DTEND has the value type of its DTSTART: a day event ends with "
				 "a day (RFC 5545, 3.8.2.2)";
static const char mozilla_reason[] =
	"a TZID behind a prefix is globally unique (RFC 5545, 3.2.19): it names a known place, "
	"which the references read for some prefixes and not for this one";

static const struct {
	const char *file, *field, *reason;
} differences[] = {
	{"py-icalendar__issue_464_invalid_rdate.ics", "n_year", period_reason},
	{"py-icalendar__period_with_timezone.ics", "n_year", period_reason},
	{"radicale__event_rdate_period_start_duration.ics", "n_year", period_reason},
	{"radicale__event_rdate_period_start_duration_multi.ics", "n_year", period_reason},
	{"radicale__event_rdate_period_start_stop_multi.ics", "n_year", period_reason},
	{"recurring-ical-events__issue_201_test_matrix.ics", "dtend", day_reason},
	{"py-icalendar__issue_313_globally_unique_tzid.ics", "dtstart", mozilla_reason},
	{"py-icalendar__issue_313_globally_unique_tzid.ics", "dtend", mozilla_reason},
	{"node-ical__daily-count-exdate-recurrence-id.ics", "dtend",
         "an event does not end before it starts (RFC 5545, 3.8.2.2): the start is its end"},
};

/* Files that we refuse although a reference reads something of them, and why. */
static const struct {
	const char *file, *reason;
} refusals[] = {
	{"", ""},
};

static guint compared, agreed, explained, unexplained, files_read, files_without;
static guint overridden, overridden_agreed;

static char *corpora_path(const char *path)
{
	return g_build_filename(corpora_root(), path, NULL);
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

/* Do at least two references have an opinion, and all of them the same? */
static bool is_agreed(json_t *event, const char *field)
{
	json_t *const entry = json_object_get(event, field);
	const json_int_t votes = json_integer_value(json_object_get(entry, "votes"));
	return votes >= 2 && votes == json_integer_value(json_object_get(entry, "of"));
}

static json_t *agreed_value(json_t *event, const char *field)
{
	return is_agreed(event, field) ? json_object_get(json_object_get(event, field), "value")
	                               : NULL;
}

/* NULL where there is no agreement, or none on a value. */
static const char *agreed_text(json_t *event, const char *field)
{
	return json_string_value(agreed_value(event, field));
}

static GPtrArray *occurrences(const struct calendar *calendar, gint64 since, gint64 until)
{
	const struct occurrence_window window = {since, until, "UTC"};
	return calendar_occurrences(calendar, &window, NULL, NULL);
}

/* One VEVENT with the zones of its text, as the references look at it. */
static struct calendar *calendar_of_event(const struct component_tree *tree, gsize index)
{
	g_autoptr(GString) text = g_string_new("BEGIN:VCALENDAR\r\n");
	for (guint i = 0; i <= tree->zones->len; i++) {
		const struct component *const part =
			i < tree->zones->len ? g_ptr_array_index(tree->zones, i)
					     : g_ptr_array_index(tree->events, index);
		g_string_append_len(text, tree->text + part->offset, (gssize)part->length);
		g_string_append(text, "\r\n");
		if (!part->is_whole) {
			g_string_append_printf(text, "END:%s\r\n", part->name);
		}
	}
	g_string_append(text, "END:VCALENDAR\r\n");
	return calendar_read(text->str, text->len, NULL);
}

static char *count_between(const struct calendar *calendar, gint64 since, gint64 until)
{
	g_autoptr(GPtrArray) events = occurrences(calendar, since - 1, until);
	guint count = 0;
	for (guint i = 0; events && i < events->len; i++) {
		const struct event *const event = g_ptr_array_index(events, i);
		count += event->starts >= since && event->starts < until;
	}
	return g_strdup_printf("%u", count);
}

static void compare_count(const char *file, const char *field, json_t *event,
                          const struct calendar *calendar, gint64 since, gint64 days)
{
	json_t *const value = agreed_value(event, field);
	if (json_is_integer(value)) {
		g_autofree char *wanted = g_strdup_printf("%d", (int)json_integer_value(value));
		g_autofree char *got = count_between(calendar, since, since + days * WALL_DAY);
		compare(file, field, wanted, got);
	}
}

static void compare_text(const char *file, const char *field, json_t *event, const char *got)
{
	if (is_agreed(event, field)) {
		const char *const value = agreed_text(event, field);
		g_autofree char *wanted = g_strstrip(g_strdup(value ? value : ""));
		g_autofree char *stripped = g_strstrip(g_strdup(got ? got : ""));
		compare(file, field, wanted, stripped);
	}
}

/* The occurrence at DTSTART, else the first. */
static const struct event *event_at(GPtrArray *events, gint64 starts)
{
	for (guint i = 0; events && i < events->len; i++) {
		const struct event *const event = g_ptr_array_index(events, i);
		if (event->starts == starts) {
			return event;
		}
	}
	return events && events->len > 0 ? g_ptr_array_index(events, 0) : NULL;
}

static void compare_event(const char *file, json_t *event, const struct calendar *calendar)
{
	gint64 starts = 0;
	gint64 ends = 0;
	compare_text(file, "uid", event, calendar_uid(calendar));
	const char *const starts_text = agreed_text(event, "dtstart");
	if (!starts_text || !stamp_read(starts_text, &starts)) {
		return;
	}
	compare_count(file, "n_2008", event, calendar, wall_days(2008, 1, 1) * WALL_DAY, 366);
	compare_count(file, "n_year", event, calendar, starts, YEAR_DAYS);
	json_t *const in_year = agreed_value(event, "n_year");
	if (json_is_integer(in_year) && json_integer_value(in_year) == 0) {
		return; /* it takes place nowhere: there is no occurrence to look at */
	}
	g_autoptr(GPtrArray) all = occurrences(calendar, G_MININT64, starts + 2 * WALL_DAY);
	const struct event *const found = event_at(all, starts);
	const bool is_there = found && found->starts == starts;
	compare(file, "dtstart", starts_text, is_there ? starts_text : "another start");
	const char *const ends_text = agreed_text(event, "dtend");
	if (ends_text && stamp_read(ends_text, &ends)) {
		const bool is_same = found && found->ends == ends;
		compare(file, "dtend", ends_text, is_same ? ends_text : "another end");
	}
	compare_text(file, "summary", event, found ? found->title : NULL);
}

/* All of a UID, of which one reference alone applies the overrides: told, not held against us. */
static void compare_overridden(const char *uid, json_t *reference, GPtrArray *texts)
{
	gint64 starts = 0;
	json_t *const count = json_object_get(reference, "n_year_with_overrides");
	const char *const starts_text = json_string_value(json_object_get(reference, "dtstart"));
	for (guint i = 0; uid && starts_text && json_is_integer(count) && i < texts->len; i++) {
		const char *const text = g_ptr_array_index(texts, i);
		OWNED(calendar) calendar = calendar_read(text, strlen(text), NULL);
		if (calendar && g_strcmp0(calendar_uid(calendar), uid) == 0 &&
		    calendar_count(calendar) > 1 && stamp_read(starts_text, &starts)) {
			g_autofree char *got = count_between(calendar, starts,
			                                     starts + (gint64)YEAR_DAYS * WALL_DAY);
			overridden++;
			overridden_agreed += atoi(got) == (int)json_integer_value(count);
		}
	}
}

static void compare_events(const char *file, json_t *document, GPtrArray *texts, const char *data,
                           gsize size)
{
	json_t *const consensus = json_object_get(document, "consensus");
	json_t *const reference = json_object_get(
		json_object_get(json_object_get(document, "references"), "icalendar_rie"),
		"events");
	OWNED(component_tree) tree = component_tree_read(data, size, NULL);
	for (gsize i = 0; i < json_array_size(consensus); i++) {
		if (i >= tree->events->len) {
			compare(file, "event", "another one", "none");
			continue;
		}
		json_t *const event = json_array_get(consensus, i);
		OWNED(calendar) calendar = calendar_of_event(tree, i);
		compare_event(file, event, calendar);
		compare_overridden(agreed_text(event, "uid"), json_array_get(reference, i), texts);
	}
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

/* How many events the reference that saw most of them saw. */
static gsize events_seen(json_t *document)
{
	gsize most = 0;
	const char *name = NULL;
	json_t *reference = NULL;
	json_object_foreach(json_object_get(document, "references"), name, reference)
	{
		most = MAX(most, json_array_size(json_object_get(reference, "events")));
	}
	return most;
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
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) texts = calendar_split(data, size, &error);
	const gsize seen = events_seen(document);
	if (texts && texts->len > 0) {
		files_read++;
		compare_events(file, document, texts, data, size);
	} else {
		files_without++;
		if (seen > 0 && !refusal_is_known(file)) {
			unexplained++;
			g_print("%s refused: %s\n", file, error ? error->message : "no events");
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
	g_print("calendars: %u read, %u where nobody finds an event; fields: %u of %u agree "
	        "(%.2f %%), %u differ for a written reason; series with overrides: %u of %u as "
	        "the one reference that applies them\n",
	        files_read, files_without, agreed, compared, 100.0 * agreed / MAX(compared, 1),
	        explained, overridden_agreed, overridden);
	ck_assert_uint_gt(compared, 1000);
	ck_assert_uint_ge(agreed * 100, compared * 99);
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
