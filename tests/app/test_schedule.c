/* SPDX-License-Identifier: MIT */
/* When cycles are due, how failures wait, and what a child tells the service. */
#include "app/child.h"
#include "app/schedule.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE (gint64)(60 * 1000)

static struct account_config account(void)
{
	static char folder[] = "/x";
	return (struct account_config){
		.contacts = folder,
		.calendar = folder,
		.messages = 1,
		.contacts_interval = 3600,
		.calendar_interval = 900,
		.messages_interval = 120,
	};
}

static struct schedule started(gint64 now)
{
	const struct account_config config = account();
	struct schedule schedule;
	bool parts[PARTS];
	schedule_init(&schedule, &config, now);
	ck_assert(schedule_take(&schedule, now, parts));
	return schedule;
}

START_TEST(everything_wanted_is_due_at_once_in_one_cycle)
{
	struct account_config config = account();
	struct schedule schedule;
	bool parts[PARTS];
	config.calendar_direction = DIRECTION_OFF;
	schedule_init(&schedule, &config, 5);
	ck_assert_int_eq(schedule_next(&schedule), 5);
	ck_assert(schedule_take(&schedule, 5, parts));
	ck_assert(parts[PART_CONTACTS] && !parts[PART_CALENDAR] && parts[PART_MESSAGES]);
	g_autofree char *list = schedule_part_list(parts);
	ck_assert_str_eq(list, "contacts,messages");
}
END_TEST

START_TEST(while_a_cycle_runs_no_second_one_is_due)
{
	struct schedule schedule = started(0);
	bool parts[PARTS];
	schedule_touch(&schedule, PART_CONTACTS, 1);
	ck_assert_int_eq(schedule_next(&schedule), SCHEDULE_NEVER);
	ck_assert(!schedule_take(&schedule, G_MAXINT64 - 1, parts));
}
END_TEST

START_TEST(each_part_is_due_after_its_interval_give_or_take_a_tenth)
{
	for (int tenth = 0; tenth < 10; tenth++) {
		struct schedule schedule = started(0);
		schedule_end(&schedule, EXIT_DONE, false, 1000, tenth / 10.0);
		gint64 next = schedule_next(&schedule);
		ck_assert_int_ge(next, 1000 + 2 * MINUTE * 9 / 10);
		ck_assert_int_le(next, 1000 + 2 * MINUTE * 11 / 10);
		bool parts[PARTS];
		ck_assert(!schedule_take(&schedule, next - 1, parts));
		ck_assert(schedule_take(&schedule, next, parts));
		ck_assert(parts[PART_MESSAGES] && !parts[PART_CONTACTS] && !parts[PART_CALENDAR]);
	}
}
END_TEST

START_TEST(a_part_that_was_touched_during_the_cycle_is_due_soon_after)
{
	struct schedule schedule = started(0);
	bool parts[PARTS];
	schedule_touch(&schedule, PART_CONTACTS, 2500);
	schedule_end(&schedule, EXIT_DONE, false, 1000, 0.5);
	ck_assert_int_eq(schedule_next(&schedule), 2500);
	ck_assert(schedule_take(&schedule, 2500, parts));
	ck_assert(parts[PART_CONTACTS] && !parts[PART_MESSAGES]);
}
END_TEST

START_TEST(failures_wait_longer_and_longer_up_to_a_quarter_of_an_hour)
{
	struct schedule schedule = started(0);
	gint64 now = 0;
	gint64 before = 0;
	for (int i = 0; i < 20; i++) {
		bool parts[PARTS];
		schedule_end(&schedule, EXIT_OFFLINE, false, now, 0.999);
		gint64 pause = schedule_next(&schedule) - now;
		ck_assert_int_ge(pause, before);
		ck_assert_int_le(pause, 15 * MINUTE);
		before = pause;
		now += pause;
		ck_assert(schedule_take(&schedule, now, parts));
		ck_assert(parts[PART_CONTACTS] && parts[PART_CALENDAR] && parts[PART_MESSAGES]);
	}
	ck_assert_int_ge(before, 14 * MINUTE);
	schedule_end(&schedule, EXIT_DONE, false, now, 0.5);
	ck_assert_uint_eq(schedule.failures, 0);
	ck_assert_int_eq(schedule_next(&schedule), now + 2 * MINUTE);
}
END_TEST

START_TEST(a_change_of_a_file_does_not_cut_the_wait_after_a_failure_short)
{
	struct schedule schedule = started(0);
	schedule_end(&schedule, -1, false, 0, 0.0);
	schedule_touch(&schedule, PART_CONTACTS, 1);
	ck_assert_int_ge(schedule_next(&schedule), 15 * 1000);
}
END_TEST

START_TEST(a_held_item_is_no_failure)
{
	struct schedule schedule = started(0);
	schedule_end(&schedule, EXIT_HELD, false, 0, 0.5);
	ck_assert_uint_eq(schedule.failures, 0);
	ck_assert_int_eq(schedule_next(&schedule), 2 * MINUTE);
}
END_TEST

START_TEST(without_a_token_the_account_waits_until_one_comes)
{
	struct schedule schedule = started(0);
	bool parts[PARTS];
	schedule_end(&schedule, EXIT_NEEDS_LOGIN, true, 0, 0.5);
	ck_assert_int_eq(schedule_next(&schedule), 15 * MINUTE);
	schedule_token(&schedule, 7000);
	ck_assert_int_eq(schedule_next(&schedule), 7000);
	ck_assert(schedule_take(&schedule, 7000, parts));
	ck_assert(parts[PART_CONTACTS] && parts[PART_CALENDAR] && parts[PART_MESSAGES]);
}
END_TEST

START_TEST(a_missing_consent_leaves_the_other_parts_in_their_time)
{
	struct schedule schedule = started(0);
	schedule_end(&schedule, EXIT_NEEDS_LOGIN, false, 0, 0.5);
	ck_assert_int_eq(schedule_next(&schedule), 2 * MINUTE);
}
END_TEST

START_TEST(a_wrong_configuration_waits_until_it_is_read_again)
{
	struct schedule schedule = started(0);
	schedule_end(&schedule, EXIT_BAD_CONFIG, false, 0, 0.5);
	schedule_touch(&schedule, PART_CONTACTS, 1);
	schedule_token(&schedule, 1);
	ck_assert_int_eq(schedule_next(&schedule), SCHEDULE_NEVER);
}
END_TEST

START_TEST(what_a_child_prints_is_understood_and_the_rest_is_not_believed)
{
	struct child_end end = {0};
	child_read_output("seen contacts ff\nhello\nseen mail 1\nseen calendar 0\nneeds login\n",
	                  &end);
	ck_assert(end.has_seen[ITEM_CONTACT] && end.has_seen[ITEM_EVENT]);
	ck_assert_uint_eq(end.seen[ITEM_CONTACT], 255);
	ck_assert_uint_eq(end.seen[ITEM_EVENT], 0);
	ck_assert(end.needs_login && !end.is_local);
	struct child_end none = {0};
	child_read_output("seen\nseen contacts\n needs login\nfailed here\n", &none);
	ck_assert(!none.has_seen[ITEM_CONTACT] && !none.needs_login && none.is_local);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("schedule");
	TCase *tests = tcase_create("schedule");
	tcase_add_test(tests, everything_wanted_is_due_at_once_in_one_cycle);
	tcase_add_test(tests, while_a_cycle_runs_no_second_one_is_due);
	tcase_add_test(tests, each_part_is_due_after_its_interval_give_or_take_a_tenth);
	tcase_add_test(tests, a_part_that_was_touched_during_the_cycle_is_due_soon_after);
	tcase_add_test(tests, failures_wait_longer_and_longer_up_to_a_quarter_of_an_hour);
	tcase_add_test(tests, a_change_of_a_file_does_not_cut_the_wait_after_a_failure_short);
	tcase_add_test(tests, a_held_item_is_no_failure);
	tcase_add_test(tests, without_a_token_the_account_waits_until_one_comes);
	tcase_add_test(tests, a_missing_consent_leaves_the_other_parts_in_their_time);
	tcase_add_test(tests, a_wrong_configuration_waits_until_it_is_read_again);
	tcase_add_test(tests, what_a_child_prints_is_understood_and_the_rest_is_not_believed);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
