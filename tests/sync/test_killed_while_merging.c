/* SPDX-License-Identifier: MIT */
/* Both sides have something that the other lacks, and the cycle that carries both ways is killed.
 */
#include "remote_edits.h"

#include "fakes/stop.h"

#define STEPS_AT_MOST 100
#define HERE          "TEL;TYPE=CELL:+33611223344\r\n"

typedef void (*prepare_function)(struct bridge *bridge);

static void write_card(struct bridge *bridge, const char *more)
{
	g_autofree char *card = bridge_card("uid-1", "Ann", "Lee", more);
	bridge_write(bridge, "a.vcf", card);
}

/* The same person on both sides at first sight: an e-mail there, a phone here. */
static void first_sight(struct bridge *bridge)
{
	bridge_remote_add(bridge, "Ann", "Lee", "ann@example.org");
	write_card(bridge, HERE);
}

/* Agreed on, then changed on both sides. */
static void conflict(struct bridge *bridge)
{
	write_card(bridge, "");
	sync_once(bridge);
	edit_device(bridge, 0, NULL, "email", "internet", "ann@example.org");
	write_card(bridge, HERE);
	bridge->now += A_DAY;
}

static const prepare_function PREPARATIONS[] = {first_sight, conflict};

/* The one contact there, and the one file, hold both. */
static void assert_both_have_both(struct bridge *bridge, const struct stop *stop)
{
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	json_t *contact = remote_contact(bridge, 0);
	const size_t devices = json_array_size(json_object_get(contact, "devices"));
	ck_assert_msg(devices == 2, "killed at %s %u: %zu of 2 devices are there",
	              stop_kind_name(stop->kind), stop->ordinal, devices);
	json_decref(contact);
	g_autofree char *card = bridge_read(bridge, "a.vcf");
	ck_assert(strstr(card, "ann@example.org") != NULL && strstr(card, "+33611223344") != NULL);
}

/* Was it killed there? */
static bool kill_at(struct stopper *stopper, prepare_function prepare, const struct stop *stop)
{
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, NULL);
	prepare(bridge);
	const bool is_killed = stop_cycle(stopper, bridge, ITEM_CONTACT, stop);
	for (int i = 0; i < 3; i++) {
		bridge->now += 60 * 60;
		sync_once(bridge);
	}
	assert_both_have_both(bridge, stop);
	bridge_free(bridge);
	return is_killed;
}

START_TEST(what_the_remote_lacked_is_sent)
{
	struct stopper *stopper = stopper_new();
	struct stop stop = {.kind = STOP_AFTER_COMMIT, .ordinal = 1};
	while (kill_at(stopper, PREPARATIONS[_i], &stop)) {
		stop.ordinal++;
		ck_assert_uint_lt(stop.ordinal, STEPS_AT_MOST);
	}
	ck_assert_uint_gt(stop.ordinal, 5); /* else nothing was tried */
	stopper_free(stopper);
}
END_TEST

#define OCCURRENCES 3

/* Others wrote the first one; the others are held, more than may be added at once. */
static void write_series(struct bridge *bridge)
{
	bridge->options.max_adds = 1;
	g_autoptr(GDateTime) day = g_date_time_new_from_unix_utc(bridge->since + 2 * 86400);
	g_autofree char *date = g_date_time_format(day, "%Y%m%d");
	g_autofree char *date_there = g_date_time_format(day, "%d/%m/%Y");
	g_autofree char *text = g_strdup_printf(
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:u\r\n"
		"DTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Paris:%sT100000\r\n"
		"DURATION:PT1H\r\nRRULE:FREQ=WEEKLY;COUNT=%d\r\nSUMMARY:Dentist\r\n"
		"END:VEVENT\r\nEND:VCALENDAR\r\n",
		date, OCCURRENCES);
	bridge_write(bridge, "a.ics", text);
	g_autofree char *body =
		g_strdup_printf("{\"title\":\"Dentist\",\"location\":\"\",\"description\":\"\","
	                        "\"startdate\":\"%s\","
	                        "\"starttime\":\"10:00\",\"enddate\":\"%s\",\"endtime\":\"11:00\"}",
	                        date_there, date_there);
	json_decref(control(bridge, "add-event", body));
}

static bool kill_series_at(struct stopper *stopper, const struct stop *stop)
{
	const struct emulator_options options = {.with_event_list = true};
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, &options);
	write_series(bridge);
	const bool is_killed = stop_cycle(stopper, bridge, ITEM_EVENT, stop);
	cycle_report_free(bridge_sync(bridge, ITEM_EVENT));
	bridge->options.is_confirmed = true;
	cycle_report_free(bridge_sync(bridge, ITEM_EVENT));
	const guint there = bridge_count_remote(bridge, ITEM_EVENT);
	ck_assert_msg(there == OCCURRENCES, "killed at %s %u: %u of %d occurrences are there",
	              stop_kind_name(stop->kind), stop->ordinal, there, OCCURRENCES);
	bridge_free(bridge);
	return is_killed;
}

START_TEST(what_was_held_of_a_series_is_not_forgotten_when_another_part_is_adopted)
{
	struct stopper *stopper = stopper_new();
	struct stop stop = {.kind = STOP_AFTER_COMMIT, .ordinal = 1};
	while (kill_series_at(stopper, &stop)) {
		stop.ordinal++;
		ck_assert_uint_lt(stop.ordinal, STEPS_AT_MOST);
	}
	ck_assert_uint_gt(stop.ordinal, 5); /* else nothing was tried */
	stopper_free(stopper);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("killed while merging");
	TCase *killed = tcase_create("killed");
	tcase_set_timeout(killed, 120);
	tcase_add_loop_test(killed, what_the_remote_lacked_is_sent, 0, G_N_ELEMENTS(PREPARATIONS));
	tcase_add_test(killed,
	               what_was_held_of_a_series_is_not_forgotten_when_another_part_is_adopted);
	suite_add_tcase(suite, killed);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
