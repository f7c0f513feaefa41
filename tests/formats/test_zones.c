/* SPDX-License-Identifier: MIT */
/* Zones: names, both hours of a clock change, and the local fields that are sent. */
#include "formats/icalendar.h"

#include <check.h>
#include <stdlib.h>

#include "formats/wall.h"
#include "formats/zone.h"

START_TEST(only_zones_of_the_system_are_known)
{
	static const char *const known[] = {"Europe/Paris", "UTC", "America/Argentina/Buenos_Aires",
	                                    "Etc/GMT+2",    "CET", "Japan"};
	static const char *const unknown[] = {"",
	                                      "Europe/Nowhere",
	                                      "../../etc/passwd",
	                                      "/etc/passwd",
	                                      "right/Europe/Paris",
	                                      "localtime",
	                                      "posixrules",
	                                      "leapseconds",
	                                      "Foo3",
	                                      "CET-1CEST",
	                                      "Europe",
	                                      "+01:00",
	                                      "Romance Standard Time",
	                                      "Europe/Paris\n"};
	for (gsize i = 0; i < G_N_ELEMENTS(known); i++) {
		ck_assert_msg(zone_is_known(known[i]), "%s", known[i]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(unknown); i++) {
		ck_assert_msg(!zone_is_known(unknown[i]), "%s", unknown[i]);
	}
	ck_assert(!zone_is_known(NULL));
}
END_TEST

static void assert_there_and_back(gint64 when, const char *zone_name, const char *date,
                                  const char *time)
{
	char got_date[11];
	char got_time[6];
	gint64 back = 0;
	ck_assert(zone_to_local(when, zone_name, got_date, got_time));
	ck_assert_str_eq(got_date, date);
	ck_assert_str_eq(got_time, time);
	ck_assert(zone_from_local(date, time, zone_name, &back));
	ck_assert_int_eq(back, when);
}

static gint64 utc(int year, int month, int day, int hour, int minute)
{
	return wall_from_fields(&(struct wall_fields){year, month, day, hour, minute, 0});
}

START_TEST(a_zone_once_known_stays_known)
{
	ck_assert(zone_is_known("Europe/Paris"));
	g_autofree char *folder = g_strdup(getenv("TZDIR"));
	setenv("TZDIR", "/nonexistent", 1); /* as if its disk could not be read for a moment */
	const bool stays = zone_is_known("Europe/Paris"), other = zone_is_known("Europe/Rome");
	if (folder != NULL) {
		setenv("TZDIR", folder, 1);
	} else {
		unsetenv("TZDIR");
	}
	ck_assert(stays);
	ck_assert(!other);
}
END_TEST

START_TEST(local_fields_come_back_as_the_same_instant)
{
	assert_there_and_back(utc(2026, 1, 1, 11, 30), "Europe/Paris", "01/01/2026", "12:30");
	assert_there_and_back(utc(2026, 7, 1, 10, 30), "Europe/Paris", "01/07/2026", "12:30");
	assert_there_and_back(utc(2026, 7, 1, 23, 30), "Asia/Kolkata", "02/07/2026", "05:00");
	assert_there_and_back(utc(1969, 12, 31, 23, 0), "UTC", "31/12/1969", "23:00");
	assert_there_and_back(utc(2037, 7, 1, 10, 30), "Europe/Paris", "01/07/2037", "12:30");
}
END_TEST

START_TEST(a_skipped_hour_is_read_by_the_offset_before)
{
	gint64 when = 0;
	ck_assert(zone_from_local("29/03/2026", "02:30", "Europe/Paris", &when));
	ck_assert_int_eq(when, utc(2026, 3, 29, 1, 30)); /* shown as 03:30 */
	ck_assert(zone_from_local("08/03/2026", "02:30", "America/New_York", &when));
	ck_assert_int_eq(when, utc(2026, 3, 8, 7, 30));
}
END_TEST

START_TEST(an_hour_shown_twice_is_the_first_of_both)
{
	gint64 when = 0;
	ck_assert(zone_from_local("25/10/2026", "02:30", "Europe/Paris", &when));
	ck_assert_int_eq(when, utc(2026, 10, 25, 0, 30));
	ck_assert(zone_from_local("01/11/2026", "01:30", "America/New_York", &when));
	ck_assert_int_eq(when, utc(2026, 11, 1, 5, 30));
}
END_TEST

START_TEST(fields_that_are_no_time_are_refused)
{
	static const char *const fields[][2] = {{"31/02/2026", "10:00"}, {"1/2/2026", "10:00"},
	                                        {"01/02/2026", "24:00"}, {"01/02/2026", "1:00"},
	                                        {"2026-02-01", "10:00"}, {"01/02/20261", "10:00"},
	                                        {"01/13/2026", "10:00"}, {"", ""},
	                                        {"01/02/2026", "10:00 "}};
	gint64 when = 0;
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		ck_assert(!zone_from_local(fields[i][0], fields[i][1], "Europe/Paris", &when));
	}
	char date[11];
	char time[6];
	ck_assert(!zone_to_local(G_MAXINT64, "Europe/Paris", date, time));
	ck_assert(!zone_to_local(G_MININT64, "Europe/Paris", date, time));
	ck_assert(!zone_to_local(0, "Europe/Nowhere", date, time));
}
END_TEST

START_TEST(every_windows_zone_is_one_of_the_system)
{
	static const char *const names[] = {"Romance Standard Time", "W. Europe Standard Time",
	                                    "Pacific Standard Time", "china standard time",
	                                    "GMT Standard Time",     "UTC-11"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		ck_assert_msg(zone_is_known(zone_windows_name(names[i])), "%s", names[i]);
	}
	ck_assert(zone_windows_name("Middle Earth Standard Time") == NULL);
}
END_TEST

START_TEST(wall_fields_come_back_for_every_day_of_800_years)
{
	gint64 day = wall_days(1600, 1, 1);
	for (int year = 1600; year < 2400; year++) {
		for (int month = 1; month <= 12; month++) {
			for (int of_month = 1; of_month <= wall_month_length(year, month);
			     of_month++, day++) {
				const struct wall_fields fields =
					wall_to_fields(day * WALL_DAY + 86399);
				ck_assert_int_eq(wall_days(year, month, of_month), day);
				ck_assert(fields.year == year && fields.month == month &&
				          fields.day == of_month && fields.hour == 23 &&
				          fields.second == 59);
			}
		}
	}
}
END_TEST

START_TEST(durations_are_read_in_every_form)
{
	static const struct {
		const char *text;
		bool is_good;
		gint64 days, seconds;
	} cases[] = {
		{"P7W", true, 49, 0},
		{"P15DT5H0M20S", true, 15, 18020},
		{"-PT15M", true, 0, -900},
		{"+P1D", true, 1, 0},
		{"PT1W", true, 7, 0},
		{"P", false, 0, 0},
		{"", false, 0, 0},
		{"PT", false, 0, 0},
		{"1H", false, 0, 0},
		{"PT5", false, 0, 0},
		{"PT99999999999999999999S", false, 0, 0},
		{"P99999999D", false, 0, 0},
		{"PT-5M", false, 0, 0},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct wall_duration read = {0, 0};
		ck_assert_msg(wall_duration_read(cases[i].text, &read) == cases[i].is_good, "%s",
		              cases[i].text);
		ck_assert_int_eq(read.days, cases[i].days);
		ck_assert_int_eq(read.seconds, cases[i].seconds);
	}
}
END_TEST

int main(void)
{
	Suite *const suite = suite_create("zones");
	TCase *const zones = tcase_create("zones");
	tcase_set_timeout(zones, 60);
	tcase_add_test(zones, only_zones_of_the_system_are_known);
	tcase_add_test(zones, local_fields_come_back_as_the_same_instant);
	tcase_add_test(zones, a_skipped_hour_is_read_by_the_offset_before);
	tcase_add_test(zones, an_hour_shown_twice_is_the_first_of_both);
	tcase_add_test(zones, fields_that_are_no_time_are_refused);
	tcase_add_test(zones, every_windows_zone_is_one_of_the_system);
	tcase_add_test(zones, a_zone_once_known_stays_known);
	tcase_add_test(zones, wall_fields_come_back_for_every_day_of_800_years);
	tcase_add_test(zones, durations_are_read_in_every_form);
	suite_add_tcase(suite, zones);
	SRunner *const runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
