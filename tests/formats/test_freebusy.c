/* SPDX-License-Identifier: MIT */
/* Busy time: which events take it, how it is merged, and what is written of it. */
#include "formats/freebusy.h"

#include <check.h>
#include <string.h>

#include "formats/wall.h"

#define DAY_OF(number) (wall_days(2026, 10, number) * WALL_DAY)

static GArray *periods_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(struct period));
}

static void add(GArray *periods, gint64 starts, gint64 ends, enum busy busy)
{
	const struct period period = {starts, ends, busy};
	g_array_append_val(periods, period);
}

/* "10-20 21-30?" */
static char *listing(const GArray *periods)
{
	GString *const list = g_string_new(NULL);
	for (guint i = 0; i < periods->len; i++) {
		const struct period *const period = &g_array_index(periods, struct period, i);
		g_string_append_printf(list, "%s%d-%d%s", i > 0 ? " " : "", (int)period->starts,
		                       (int)period->ends,
		                       period->busy == BUSY_TENTATIVE ? "?" : "");
	}
	return g_string_free(list, FALSE);
}

static void assert_listing(GArray *periods_taken, const char *wanted)
{
	g_autofree char *got = listing(periods_taken);
	ck_assert_str_eq(got, wanted);
	g_array_unref(periods_taken);
}

START_TEST(overlapping_periods_become_one_and_the_busier_wins)
{
	g_autoptr(GArray) periods = periods_new();
	add(periods, 50, 60, BUSY_YES);
	add(periods, 10, 20, BUSY_YES);
	add(periods, 15, 30, BUSY_YES);
	add(periods, 30, 35, BUSY_YES);
	add(periods, 33, 55, BUSY_TENTATIVE);
	add(periods, 70, 80, BUSY_FREE);
	add(periods, 52, 53, BUSY_TENTATIVE);
	assert_listing(freebusy_merge(periods, 0, 100), "10-35 35-50? 50-60");
	assert_listing(freebusy_merge(periods, 12, 40), "12-35 35-40?");
	assert_listing(freebusy_merge(periods, 60, 70), "");
}
END_TEST

START_TEST(gaps_are_what_no_event_covers_whether_it_takes_time_or_not)
{
	g_autoptr(GArray) periods = periods_new();
	assert_listing(freebusy_gaps(periods, 0, 100), "0-100");
	add(periods, 10, 20, BUSY_YES);
	add(periods, 15, 30, BUSY_FREE);
	add(periods, 90, 200, BUSY_TENTATIVE);
	assert_listing(freebusy_gaps(periods, 0, 100), "0-10 30-90");
	assert_listing(freebusy_gaps(periods, 12, 28), "");
}
END_TEST

#define EVENT(lines) "BEGIN:VEVENT\r\nUID:a\r\n" lines "END:VEVENT\r\n"

/* The FREEBUSY lines of 19 and 20 October for one event in Paris. */
static char *busy_lines(const char *event)
{
	g_autofree char *text =
		g_strconcat("BEGIN:VCALENDAR\r\n", event, "END:VCALENDAR\r\n", NULL);
	OWNED(calendar) calendar = calendar_read(text, strlen(text), NULL);
	gint64 since = 0, until = 0;
	ck_assert(zone_from_local("19/10/2026", "00:00", "Europe/Paris", &since));
	ck_assert(zone_from_local("21/10/2026", "00:00", "Europe/Paris", &until));
	const struct occurrence_window window = {since, until, "Europe/Paris"};
	g_autoptr(GArray) periods = periods_new();
	ck_assert(calendar != NULL && freebusy_add(periods, calendar, &window, NULL));
	g_autoptr(GArray) merged = freebusy_merge(periods, since, until);
	g_autofree char *written = freebusy_write("u", merged, since, until, 0);
	const char *const head =
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//passerelle//EN\r\nBEGIN:VFREEBUSY\r\n"
		"UID:u\r\nDTSTAMP:19700101T000000Z\r\nDTSTART:20261018T220000Z\r\n"
		"DTEND:20261020T220000Z\r\n";
	ck_assert_msg(g_str_has_prefix(written, head), "%s", written);
	const char *const tail = strstr(written, "END:VFREEBUSY\r\nEND:VCALENDAR\r\n");
	ck_assert(tail != NULL);
	return g_strndup(written + strlen(head), (gsize)(tail - written) - strlen(head));
}

START_TEST(events_take_the_time_that_they_say)
{
	static const struct {
		const char *event, *wanted;
	} cases[] = {
		{EVENT("DTSTART;TZID=Europe/Paris:20261019T090000\r\nDURATION:PT90M\r\n"),
	         "FREEBUSY;FBTYPE=BUSY:20261019T070000Z/20261019T083000Z\r\n"},
		{EVENT("DTSTART:20261019T090000Z\r\nDURATION:PT1H\r\nSTATUS:TENTATIVE\r\n"),
	         "FREEBUSY;FBTYPE=BUSY-TENTATIVE:20261019T090000Z/20261019T100000Z\r\n"},
		{EVENT("DTSTART:20261019T090000Z\r\nDURATION:PT1H\r\nSTATUS:CANCELLED\r\n"), ""},
		{EVENT("DTSTART:20261019T090000Z\r\nDURATION:PT1H\r\nTRANSP:transparent\r\n"), ""},
		{EVENT("DTSTART:20261019T090000Z\r\n"), ""},
		{EVENT("DTSTART;VALUE=DATE:20261020\r\n"),
	         "FREEBUSY;FBTYPE=BUSY:20261019T220000Z/20261020T220000Z\r\n"},
		{EVENT("DTSTART:20261001T090000Z\r\nDURATION:PT1H\r\nRRULE:FREQ=DAILY\r\n"
	               "EXDATE:20261020T090000Z\r\n"),
	         "FREEBUSY;FBTYPE=BUSY:20261019T090000Z/20261019T100000Z\r\n"},
		{EVENT("DTSTART:20261001T090000Z\r\nDTEND:20261101T090000Z\r\n"),
	         "FREEBUSY;FBTYPE=BUSY:20261018T220000Z/20261020T220000Z\r\n"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *got = busy_lines(cases[i].event);
		ck_assert_msg(g_str_equal(got, cases[i].wanted), "%u: %s", (unsigned)i, got);
	}
}
END_TEST

START_TEST(only_the_stamp_may_differ_between_texts_that_say_the_same)
{
	g_autoptr(GArray) periods = periods_new();
	add(periods, DAY_OF(19), DAY_OF(20), BUSY_YES);
	g_autofree char *one = freebusy_write("u", periods, DAY_OF(19), DAY_OF(21), 1);
	g_autofree char *later = freebusy_write("u", periods, DAY_OF(19), DAY_OF(21), 99999);
	g_autofree char *moved = freebusy_write("u", periods, DAY_OF(19), DAY_OF(22), 1);
	g_array_set_size(periods, 0);
	g_autofree char *free_time = freebusy_write("u", periods, DAY_OF(19), DAY_OF(21), 1);
	ck_assert(freebusy_is_same(one, later));
	ck_assert(!freebusy_is_same(one, moved));
	ck_assert(!freebusy_is_same(one, free_time));
	ck_assert(!freebusy_is_same("", one));
	ck_assert(!freebusy_is_same(one, "something else\r\nDTSTAMP:x\r\n"));
}
END_TEST

int main(void)
{
	Suite *const suite = suite_create("freebusy");
	TCase *const freebusy = tcase_create("freebusy");
	tcase_add_test(freebusy, overlapping_periods_become_one_and_the_busier_wins);
	tcase_add_test(freebusy, gaps_are_what_no_event_covers_whether_it_takes_time_or_not);
	tcase_add_test(freebusy, events_take_the_time_that_they_say);
	tcase_add_test(freebusy, only_the_stamp_may_differ_between_texts_that_say_the_same);
	suite_add_tcase(suite, freebusy);
	SRunner *const runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
