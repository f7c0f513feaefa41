/* SPDX-License-Identifier: MIT */
/* When the parts of an account are due, how each waits, and what a child tells the service. */
#include "app/schedule.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define MINUTE (gint64)(60 * 1000)
#define HOUR   (60 * MINUTE)

static struct account_config account(void)
{
	static char folder[] = "/x";
	static char remote[] = "orange";
	return (struct account_config){
		.remote = remote,
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

/* All parts ended alike, or each in its way. */
static struct cycle_end all_ended(enum part_end end)
{
	struct cycle_end cycle = {0};
	for (enum part part = 0; part < PARTS; part++) {
		cycle.parts[part].is_told = true;
		cycle.parts[part].end = end;
	}
	return cycle;
}

static struct cycle_end ended(enum part_end contacts, enum part_end calendar,
                              enum part_end messages)
{
	struct cycle_end cycle = all_ended(contacts);
	cycle.parts[PART_CALENDAR].end = calendar;
	cycle.parts[PART_MESSAGES].end = messages;
	return cycle;
}

static void end_all(struct schedule *schedule, enum part_end end, gint64 now, double chance)
{
	const struct cycle_end cycle = all_ended(end);
	schedule_end(schedule, &cycle, now, chance);
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
		end_all(&schedule, PART_DONE, 1000, tenth / 10.0);
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
	end_all(&schedule, PART_DONE, 1000, 0.5);
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
		end_all(&schedule, PART_FAILED, now, 0.999);
		gint64 pause = schedule_next(&schedule) - now;
		ck_assert_int_ge(pause, before);
		ck_assert_int_le(pause, 15 * MINUTE);
		before = pause;
		now += pause;
		ck_assert(schedule_take(&schedule, now, parts));
		ck_assert(parts[PART_CONTACTS] && parts[PART_CALENDAR] && parts[PART_MESSAGES]);
	}
	ck_assert_int_ge(before, 14 * MINUTE);
	end_all(&schedule, PART_DONE, now, 0.5);
	ck_assert_int_eq(schedule_next(&schedule), now + 2 * MINUTE);
	ck_assert(schedule_take(&schedule, now + 2 * MINUTE, (bool[PARTS]){false}));
	end_all(&schedule, PART_FAILED, now, 0.0);
	ck_assert_int_eq(schedule_next(&schedule), now + 15 * 1000); /* from the beginning */
}
END_TEST

START_TEST(a_part_that_failed_does_not_delay_the_others)
{
	struct schedule schedule = started(0);
	const struct cycle_end end = ended(PART_FAILED, PART_DONE, PART_CONFIG);
	bool parts[PARTS];
	schedule_end(&schedule, &end, 0, 0.0);
	ck_assert_int_eq(schedule.parts[PART_CONTACTS].not_before, 15 * 1000);
	schedule_touch(&schedule, PART_CALENDAR, 1500);
	ck_assert_int_eq(schedule_next(&schedule), 1500);
	ck_assert(schedule_take(&schedule, 1500, parts));
	ck_assert(parts[PART_CALENDAR] && !parts[PART_CONTACTS] && !parts[PART_MESSAGES]);
}
END_TEST

START_TEST(a_part_of_which_nothing_is_told_has_failed)
{
	struct schedule schedule = started(0);
	struct cycle_end end = ended(PART_DONE, PART_DONE, PART_DONE);
	end.parts[PART_CONTACTS].is_told = false;
	schedule_end(&schedule, &end, 0, 0.0);
	ck_assert_int_eq(schedule_next(&schedule), 15 * 1000);
	struct schedule crashed = started(0);
	schedule_end(&crashed, NULL, 0, 0.0);
	ck_assert_int_eq(schedule_next(&crashed), 15 * 1000);
	ck_assert_int_eq(crashed.parts[PART_MESSAGES].end, PART_FAILED);
}
END_TEST

START_TEST(a_part_that_did_not_run_is_not_concerned)
{
	struct schedule schedule = started(0);
	bool parts[PARTS];
	end_all(&schedule, PART_DONE, 0, 0.5);
	ck_assert(schedule_take(&schedule, 2 * MINUTE, parts)); /* the mail */
	end_all(&schedule, PART_CONFIG, 2 * MINUTE, 0.5);
	ck_assert_int_eq(schedule_next(&schedule), 15 * MINUTE);
	ck_assert_int_eq(schedule.parts[PART_CONTACTS].end, PART_DONE);
	ck_assert_int_eq(schedule.parts[PART_MESSAGES].end, PART_CONFIG);
}
END_TEST

START_TEST(a_change_of_a_file_does_not_cut_the_wait_after_a_failure_short)
{
	struct schedule schedule = started(0);
	schedule_end(&schedule, NULL, 0, 0.0);
	schedule_touch(&schedule, PART_CONTACTS, 1);
	ck_assert_int_ge(schedule_next(&schedule), 15 * 1000);
}
END_TEST

START_TEST(without_a_token_a_part_waits_a_quarter_of_an_hour_then_longer_or_until_one_comes)
{
	static const gint64 pauses[] = {15 * MINUTE, 30 * MINUTE, HOUR, HOUR};
	struct schedule schedule = started(0);
	bool parts[PARTS];
	gint64 now = 0;
	for (gsize i = 0; i < G_N_ELEMENTS(pauses); i++) {
		end_all(&schedule, PART_LOGIN, now, 0.0);
		ck_assert_int_eq(schedule_next(&schedule), now + pauses[i] / 2);
		now += pauses[i];
		ck_assert(schedule_take(&schedule, now, parts));
	}
	end_all(&schedule, PART_LOGIN, now, 0.999);
	ck_assert_int_le(schedule_next(&schedule), now + HOUR);
	schedule_wake(&schedule, now + 7);
	ck_assert_int_eq(schedule_next(&schedule), now + 7);
	ck_assert(schedule_take(&schedule, now + 7, parts));
	ck_assert(parts[PART_CONTACTS] && parts[PART_CALENDAR] && parts[PART_MESSAGES]);
	end_all(&schedule, PART_LOGIN, now, 0.0);
	ck_assert_int_eq(schedule_next(&schedule), now + 15 * MINUTE / 2); /* it was no good */
}
END_TEST

START_TEST(events_go_on_while_the_others_wait_for_a_token)
{
	struct schedule schedule = started(0);
	const struct cycle_end end = ended(PART_LOGIN, PART_DONE, PART_LOGIN);
	bool parts[PARTS];
	schedule_end(&schedule, &end, 0, 0.5);
	schedule_touch(&schedule, PART_CALENDAR, 2500);
	ck_assert_int_eq(schedule_next(&schedule), 2500);
	ck_assert(schedule_take(&schedule, 2500, parts));
	ck_assert(parts[PART_CALENDAR] && !parts[PART_CONTACTS] && !parts[PART_MESSAGES]);
	end_all(&schedule, PART_DONE, 2600, 0.5);
	schedule_wake(&schedule, 3000);
	ck_assert(schedule_take(&schedule, 3000, parts));
	ck_assert(!parts[PART_CALENDAR] && parts[PART_CONTACTS] && parts[PART_MESSAGES]);
}
END_TEST

START_TEST(a_missing_consent_is_looked_for_in_the_interval_then_more_rarely)
{
	static const gint64 minutes[] = {2, 4, 8, 16, 32, 60, 60};
	struct schedule schedule = started(0);
	gint64 now = 0;
	for (gsize i = 0; i < G_N_ELEMENTS(minutes); i++) {
		bool parts[PARTS];
		const struct cycle_end end = ended(PART_CONFIG, PART_CONFIG, PART_CONSENT);
		schedule_end(&schedule, &end, now, 0.5);
		ck_assert_int_eq(schedule_next(&schedule), now + minutes[i] * MINUTE);
		now += minutes[i] * MINUTE;
		ck_assert(schedule_take(&schedule, now, parts));
	}
	struct schedule contacts = started(0);
	const struct cycle_end end = ended(PART_CONSENT, PART_CONFIG, PART_CONFIG);
	schedule_end(&contacts, &end, 0, 0.5);
	ck_assert_int_eq(schedule_next(&contacts), HOUR); /* never before its interval */
	schedule_wake(&contacts, 5);
	ck_assert_int_eq(schedule_next(&contacts), 5);
}
END_TEST

START_TEST(what_the_remote_refuses_is_not_asked_before_its_time_for_a_token)
{
	struct schedule schedule = started(0);
	end_all(&schedule, PART_REFUSED, 0, 0.5);
	ck_assert_int_eq(schedule_next(&schedule), 2 * MINUTE);
	schedule_wake(&schedule, 1);
	ck_assert_int_eq(schedule_next(&schedule), 2 * MINUTE);
}
END_TEST

START_TEST(a_refused_configuration_waits_until_it_is_read_again)
{
	struct schedule schedule = started(0);
	end_all(&schedule, PART_CONFIG, 0, 0.5);
	schedule_touch(&schedule, PART_CONTACTS, 1);
	schedule_wake(&schedule, 1);
	ck_assert_int_eq(schedule_next(&schedule), SCHEDULE_NEVER);
}
END_TEST

START_TEST(what_is_wrong_here_is_tried_again_and_needs_a_person)
{
	struct schedule schedule = started(0);
	end_all(&schedule, PART_HERE, 0, 0.0);
	ck_assert_int_eq(schedule_next(&schedule), 15 * 1000);
	ck_assert(schedule_needs_person(&schedule));
}
END_TEST

/* ---- crashes ---- */

START_TEST(a_part_that_crashed_goes_alone_and_takes_no_other_along)
{
	struct schedule schedule = started(0);
	bool parts[PARTS];
	end_all(&schedule, PART_CRASHED, 0, 0.0);
	ck_assert(schedule_take(&schedule, HOUR, parts));
	ck_assert(parts[PART_CONTACTS] && !parts[PART_CALENDAR] && !parts[PART_MESSAGES]);
	end_all(&schedule, PART_CRASHED, HOUR, 0.0);      /* it does so again */
	ck_assert_int_lt(schedule_next(&schedule), HOUR); /* the others do not wait for it */
	ck_assert(schedule_take(&schedule, HOUR, parts));
	ck_assert(!parts[PART_CONTACTS] && parts[PART_CALENDAR] && !parts[PART_MESSAGES]);
	end_all(&schedule, PART_DONE, HOUR, 0.5);
	ck_assert(schedule_take(&schedule, HOUR, parts));
	ck_assert(!parts[PART_CONTACTS] && !parts[PART_CALENDAR] && parts[PART_MESSAGES]);
	end_all(&schedule, PART_DONE, HOUR, 0.5);
	ck_assert_int_eq(schedule_next(&schedule), HOUR + 30 * 1000); /* the second back-off */
	schedule_touch(&schedule, PART_CALENDAR, HOUR + MINUTE);
	ck_assert(schedule_take(&schedule, HOUR + MINUTE, parts));
	ck_assert(!parts[PART_CONTACTS] && parts[PART_CALENDAR] && !parts[PART_MESSAGES]);
}
END_TEST

/* ---- networks ---- */

START_TEST(without_a_network_what_is_due_is_put_off_once_and_then_tried_all_the_same)
{
	const struct account_config config = account();
	struct schedule schedule;
	bool parts[PARTS];
	schedule_init(&schedule, &config, 0);
	ck_assert(schedule_put_off(&schedule, 0, 0.999));
	ck_assert_int_gt(schedule_next(&schedule), 14 * 1000);
	ck_assert_int_le(schedule_next(&schedule), 30 * 1000);
	ck_assert(!schedule_take(&schedule, 10 * 1000, parts));
	ck_assert(!schedule_put_off(&schedule, 10 * 1000, 0.5)); /* nothing is due */
	ck_assert(!schedule_put_off(&schedule, 30 * 1000, 0.5)); /* once */
	ck_assert(schedule_take(&schedule, 30 * 1000, parts));
	end_all(&schedule, PART_OFFLINE, 31 * 1000, 0.0);
	ck_assert(schedule_put_off(&schedule, MINUTE, 0.0)); /* the next one is another */
	ck_assert_int_eq(schedule_next(&schedule), MINUTE + 15 * 1000);
}
END_TEST

START_TEST(when_a_network_comes_what_was_out_of_reach_goes_within_seconds)
{
	struct schedule schedule = started(0);
	bool parts[PARTS];
	gint64 now = 0;
	for (int i = 0; i < 10; i++) {
		end_all(&schedule, PART_OFFLINE, now, 0.999);
		now = schedule_next(&schedule);
		ck_assert(schedule_take(&schedule, now, parts));
	}
	end_all(&schedule, PART_OFFLINE, now, 0.999);
	ck_assert_int_gt(schedule_next(&schedule), now + 14 * MINUTE);
	now += MINUTE;
	schedule_network(&schedule, now, 0.999);
	ck_assert_int_ge(schedule_next(&schedule), now + 1000);
	ck_assert_int_le(schedule_next(&schedule), now + 5000);
	now = schedule_next(&schedule);
	ck_assert(schedule_take(&schedule, now, parts));
	ck_assert(parts[PART_CONTACTS] && parts[PART_CALENDAR] && parts[PART_MESSAGES]);
	end_all(&schedule, PART_OFFLINE, now, 0.999);
	ck_assert_int_le(schedule_next(&schedule), now + 30 * 1000); /* from the beginning */
}
END_TEST

START_TEST(a_cable_that_comes_and_goes_twice_a_second_makes_a_few_cycles_a_minute)
{
	struct schedule schedule = started(0);
	unsigned cycles = 0;
	for (gint64 now = 0; now < 10 * MINUTE; now += 500) {
		bool parts[PARTS];
		schedule_network(&schedule, now, 0.5);
		cycles += schedule_take(&schedule, now, parts);
		end_all(&schedule, PART_OFFLINE, now, 0.999);
	}
	ck_assert_uint_ge(cycles, 10);
	ck_assert_uint_le(cycles, 4 * 10);
}
END_TEST

START_TEST(a_network_changes_nothing_for_what_waits_for_something_else)
{
	static const enum part_end others[] = {PART_DONE,    PART_FAILED, PART_CRASHED, PART_LOGIN,
	                                       PART_CONSENT, PART_CONFIG, PART_REFUSED, PART_HERE};
	struct schedule schedule = started(0);
	end_all(&schedule, others[_i], 0, 0.5);
	const gint64 before = schedule_next(&schedule);
	schedule_network(&schedule, 1, 0.5);
	ck_assert_int_eq(schedule_next(&schedule), before);
}
END_TEST

START_TEST(after_a_suspend_nothing_is_due_before_its_moment_and_later_things_stay)
{
	struct schedule schedule = started(0);
	bool parts[PARTS];
	end_all(&schedule, PART_DONE, 0, 0.5);
	schedule_hold_until(&schedule, 30 * MINUTE);
	ck_assert_int_eq(schedule_next(&schedule), 30 * MINUTE);
	ck_assert(schedule_take(&schedule, 30 * MINUTE, parts));
	ck_assert(!parts[PART_CONTACTS] && parts[PART_CALENDAR] && parts[PART_MESSAGES]);
}
END_TEST

/* ---- a configuration that is read again ---- */

START_TEST(a_reload_lets_go_what_waited_for_it_and_leaves_the_rest_as_it_is)
{
	struct schedule schedule = started(0);
	const struct cycle_end end = ended(PART_FAILED, PART_LOGIN, PART_CONFIG);
	bool parts[PARTS];
	schedule_end(&schedule, &end, 0, 0.999);
	schedule_reload(&schedule, 1000);
	ck_assert_int_eq(schedule_next(&schedule), 1000);
	ck_assert(schedule_take(&schedule, 1000, parts));
	ck_assert(!parts[PART_CONTACTS] && !parts[PART_CALENDAR] && parts[PART_MESSAGES]);
	ck_assert_int_gt(schedule.parts[PART_CONTACTS].not_before, 20 * 1000);
	ck_assert_int_gt(schedule.parts[PART_CALENDAR].not_before, 10 * MINUTE);
	struct schedule here = started(0);
	end_all(&here, PART_HERE, 0, 0.999);
	schedule_reload(&here, 1000);
	ck_assert_int_eq(schedule_next(&here), 1000);
}
END_TEST

/* ---- how a cycle ended ---- */

static const struct {
	enum part_end end;
	const char *name;
	bool needs_person;
} ends[PART_ENDS] = {
	{PART_DONE, "done", false},       {PART_ASKS, "asks", true},
	{PART_FAILED, "failed", false},   {PART_OFFLINE, "offline", false},
	{PART_CRASHED, "crashed", false}, {PART_HERE, "here", true},
	{PART_LOGIN, "login", true},      {PART_CONSENT, "consent", true},
	{PART_REFUSED, "refused", true},  {PART_CONFIG, "config", true},
};

START_TEST(every_end_has_a_name_and_says_whether_a_person_is_needed)
{
	struct schedule schedule = started(0);
	ck_assert_str_eq(part_end_name(ends[_i].end), ends[_i].name);
	const struct cycle_end end = ended(PART_DONE, ends[_i].end, PART_DONE);
	schedule_end(&schedule, &end, 0, 0.5);
	ck_assert(schedule_needs_person(&schedule) == ends[_i].needs_person);
}
END_TEST

static const struct {
	int code;
	enum part_end end;
} meanings[] = {
	{PASSERELLE_ERROR_AUTH, PART_LOGIN},          {PASSERELLE_ERROR_CONSENT, PART_CONSENT},
	{PASSERELLE_ERROR_CONFIG, PART_CONFIG},       {PASSERELLE_ERROR_REFUSED, PART_REFUSED},
	{PASSERELLE_ERROR_UNSUPPORTED, PART_REFUSED}, {PASSERELLE_ERROR_NETWORK, PART_OFFLINE},
	{PASSERELLE_ERROR_PROTOCOL, PART_FAILED},     {PASSERELLE_ERROR_STORAGE, PART_FAILED},
	{PASSERELLE_ERROR_CANCELLED, PART_FAILED},
};

START_TEST(an_error_says_how_a_part_ended)
{
	g_autoptr(GError) error =
		g_error_new_literal(PASSERELLE_ERROR, meanings[_i].code, "what happened");
	g_autoptr(GError) foreign = g_error_new_literal(G_FILE_ERROR, meanings[_i].code, "else");
	ck_assert_int_eq(part_end_of(error), meanings[_i].end);
	ck_assert_int_eq(part_end_of(foreign), PART_FAILED);
	ck_assert_int_eq(part_end_of(NULL), PART_DONE);
}
END_TEST

START_TEST(what_a_child_tells_is_understood)
{
	struct cycle_end end = {0}, again;
	end.parts[PART_CONTACTS].is_told = end.parts[PART_MESSAGES].is_told = true;
	end.parts[PART_CONTACTS].end = PART_LOGIN;
	end.parts[PART_CONTACTS].has_seen = true;
	end.parts[PART_CONTACTS].seen = 0xfedcba9876543210;
	g_autofree char *text = cycle_end_write(&end);
	ck_assert_str_eq(text, "part contacts login fedcba9876543210\npart messages done -\n");
	memset(&again, 0xff, sizeof again);
	cycle_end_read(&again, text);
	ck_assert(again.parts[PART_CONTACTS].is_told && again.parts[PART_MESSAGES].is_told);
	ck_assert(!again.parts[PART_CALENDAR].is_told);
	ck_assert_int_eq(again.parts[PART_CONTACTS].end, PART_LOGIN);
	ck_assert(again.parts[PART_CONTACTS].has_seen && !again.parts[PART_MESSAGES].has_seen);
	ck_assert_uint_eq(again.parts[PART_CONTACTS].seen, 0xfedcba9876543210);
}
END_TEST

static const char *const nonsense[] = {
	"",
	"part",
	"part contacts done",
	"part contacts done ff more",
	" part contacts done ff",
	"part  contacts done ff",
	"part mail done -",
	"part contacts fine ff",
	"part contacts done 0xff",
	"part contacts done -1",
	"part contacts done fffffffffffffffff",
	"part contacts done ",
	"PART contacts done -",
	"seen contacts ff",
	"needs login",
	/* twice: one of them is a lie */
	"part contacts done -\npart contacts config -",
};

START_TEST(what_else_is_printed_is_not_believed)
{
	struct cycle_end end;
	g_autofree char *text = g_strconcat(nonsense[_i], "\npart calendar failed 0\n", NULL);
	cycle_end_read(&end, text);
	ck_assert(!end.parts[PART_CONTACTS].is_told && !end.parts[PART_MESSAGES].is_told);
	ck_assert(end.parts[PART_CALENDAR].is_told);
	ck_assert_int_eq(end.parts[PART_CALENDAR].end, PART_FAILED);
	ck_assert(end.parts[PART_CALENDAR].has_seen);
	ck_assert_uint_eq(end.parts[PART_CALENDAR].seen, 0);
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
	tcase_add_test(tests, a_part_that_failed_does_not_delay_the_others);
	tcase_add_test(tests, a_part_of_which_nothing_is_told_has_failed);
	tcase_add_test(tests, a_part_that_did_not_run_is_not_concerned);
	tcase_add_test(tests, a_change_of_a_file_does_not_cut_the_wait_after_a_failure_short);
	tcase_add_test(
		tests,
		without_a_token_a_part_waits_a_quarter_of_an_hour_then_longer_or_until_one_comes);
	tcase_add_test(tests, events_go_on_while_the_others_wait_for_a_token);
	tcase_add_test(tests, a_missing_consent_is_looked_for_in_the_interval_then_more_rarely);
	tcase_add_test(tests, what_the_remote_refuses_is_not_asked_before_its_time_for_a_token);
	tcase_add_test(tests, a_refused_configuration_waits_until_it_is_read_again);
	tcase_add_test(tests, what_is_wrong_here_is_tried_again_and_needs_a_person);
	tcase_add_test(tests, a_part_that_crashed_goes_alone_and_takes_no_other_along);
	tcase_add_test(tests,
	               without_a_network_what_is_due_is_put_off_once_and_then_tried_all_the_same);
	tcase_add_test(tests, when_a_network_comes_what_was_out_of_reach_goes_within_seconds);
	tcase_add_test(tests,
	               a_cable_that_comes_and_goes_twice_a_second_makes_a_few_cycles_a_minute);
	tcase_add_loop_test(tests, a_network_changes_nothing_for_what_waits_for_something_else, 0,
	                    8);
	tcase_add_test(tests,
	               after_a_suspend_nothing_is_due_before_its_moment_and_later_things_stay);
	tcase_add_test(tests, a_reload_lets_go_what_waited_for_it_and_leaves_the_rest_as_it_is);
	tcase_add_loop_test(tests, every_end_has_a_name_and_says_whether_a_person_is_needed, 0,
	                    (int)PART_ENDS);
	tcase_add_loop_test(tests, an_error_says_how_a_part_ended, 0, (int)G_N_ELEMENTS(meanings));
	tcase_add_test(tests, what_a_child_tells_is_understood);
	tcase_add_loop_test(tests, what_else_is_printed_is_not_believed, 0,
	                    (int)G_N_ELEMENTS(nonsense));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
