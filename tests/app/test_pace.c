/* SPDX-License-Identifier: MIT */
/* The service over days, with everything that can go wrong: it never hammers, and never gives up.
 */
#include "app/pace_bounds.h"
#include "sync/sweep.h"

#define SAMPLE_TROUBLES 2 /* the short form takes one of so many */

#define EVERY(end)                                                                                 \
	{                                                                                          \
		end, end, end                                                                      \
	}

static const struct trouble {
	const char *kinds[PARTS];  /* faults of the emulator; NULL = this API is well */
	enum part_end ends[PARTS]; /* of those that are not */
	struct bound bounds[PARTS];
	gint64 recovery; /* at most, once the service is well again */
} TROUBLES[] = {
	/* (a) internal; the same on an HTML page; a network that wants a sign-in first */
	{{"code:-2", "code:-2", "code:-2"}, EVERY(PART_OFFLINE), OUT_OF_ORDER, 15 * MINUTE},
	{{"500-before", "500-before", "500-before"},
         EVERY(PART_OFFLINE),
         OUT_OF_ORDER,
         15 * MINUTE},
	/* many calls at once that fail alike are an outage, one is a reply that makes no sense */
	{{"html-before", "html-before", "html-before"},
         {PART_OFFLINE, PART_FAILED, PART_FAILED},
         OUT_OF_ORDER,
         15 * MINUTE},
	{{"closed-before", "closed-before", "closed-before"},
         EVERY(PART_OFFLINE),
         OUT_OF_ORDER,
         15 * MINUTE},
	/* the pause that it asks for is kept from cycle to cycle, and adds to our own */
	{{"503:0", "503:0", "503:0"}, EVERY(PART_OFFLINE), OUT_OF_ORDER, 15 * MINUTE},
	{{"429:60", "429:60", "429:60"}, EVERY(PART_OFFLINE), OUT_OF_ORDER, 16 * MINUTE},
	{{"503:3600", "503:3600", "503:3600"},
         EVERY(PART_OFFLINE),
         {{4, 4}, {1, 1}, {1, 1}},
         75 * MINUTE},
	{{"429:3600", "429:3600", "429:3600"},
         EVERY(PART_OFFLINE),
         {{4, 4}, {1, 1}, {1, 1}},
         75 * MINUTE},
	/* (c) 100, (d) 102: not provisioned; (c) 5, (d) 103 */
	{{"code:100", "code:100", "code:102"}, EVERY(PART_OFFLINE), OUT_OF_ORDER, 15 * MINUTE},
	{{"code:5", "code:5", "code:103"}, EVERY(PART_OFFLINE), OUT_OF_ORDER, 15 * MINUTE},
	/* (b) consent; (a) -7, which is a fault of ours and passes with an update */
	{{"code:-3", "code:-3", "code:-3"}, EVERY(PART_CONSENT), UNTIL_CONSENT, 66 * MINUTE},
	{{"code:-7", "code:-7", "code:-7"}, EVERY(PART_REFUSED), UNTIL_CONSENT, 66 * MINUTE},
	/* one of them alone: the others go on as usual */
	{{"500-before", NULL, NULL},
         EVERY(PART_OFFLINE),
         {BACK_OFF(4), PACE_CALENDAR, PACE_MESSAGES},
         15 * MINUTE},
	{{NULL, "code:-3", NULL},
         EVERY(PART_CONSENT),
         {PACE_CONTACTS, FOR_CONSENT_CALENDAR, PACE_MESSAGES},
         66 * MINUTE},
	{{NULL, NULL, "code:504"},
         EVERY(PART_OFFLINE),
         {PACE_CONTACTS, PACE_CALENDAR, BACK_OFF(1)},
         15 * MINUTE},
};

START_TEST(the_service_is_never_hammered_and_never_given_up)
{
	const struct trouble *trouble = &TROUBLES[_i];
	struct world world;
	begin(&world, &(struct emulator_options){.with_event_list = true});
	for (enum part part = 0; part < PARTS; part++) {
		if (trouble->kinds[part] != NULL) {
			world_break(&world, part, trouble->kinds[part]);
		}
	}
	const gint64 since = world.now;
	world_pass(&world, 26 * HOUR);
	check_bounds(&world, trouble->bounds, since);
	for (enum part part = 0; part < PARTS; part++) {
		const bool is_well = trouble->kinds[part] == NULL;
		ck_assert_int_eq(world.ends.parts[part].end,
		                 is_well ? PART_DONE : trouble->ends[part]);
		if (is_well) {
			check_usual_pace(&world, part, since);
		}
	}
	world_do(&world, "clear-faults");
	world_pass(&world, trouble->recovery + MINUTE);
	check_all_went_through(&world);
	world_clear(&world);
}
END_TEST

START_TEST(a_service_that_is_well_is_asked_in_its_intervals)
{
	struct world world;
	begin(&world, &(struct emulator_options){.with_event_list = true});
	const gint64 since = world.now;
	world_pass(&world, DAY);
	check_bounds(&world, usual, since);
	for (enum part part = 0; part < PARTS; part++) {
		check_usual_pace(&world, part, since);
	}
	check_all_went_through(&world);
	world_clear(&world);
}
END_TEST

START_TEST(nobody_there_is_tried_at_most_every_quarter_of_an_hour_and_found_again)
{
	static const struct bound bounds[PARTS] = {BACK_OFF(1), BACK_OFF(1), BACK_OFF(1)};
	struct world world;
	begin(&world, &(struct emulator_options){.with_event_list = true});
	g_clear_pointer(&world.emulator, emulator_stop);
	const gint64 since = world.now;
	world_pass(&world, 26 * HOUR);
	check_bounds(&world, bounds, since);
	world_restart_emulator(&world);
	world_do(&world, "set-mail?unread=7&total=9");
	world_pass(&world, 16 * MINUTE);
	check_all_went_through(&world);
	world_clear(&world);
}
END_TEST

START_TEST(a_server_that_is_silent_is_asked_no_oftener)
{
	static const struct bound bounds[PARTS] = OUT_OF_ORDER;
	struct world world;
	begin(&world, &(struct emulator_options){.with_event_list = true});
	world.timeout = 1; /* of real time, each time */
	world_reload(&world);
	for (enum part part = 0; part < PARTS; part++) {
		world_break(&world, part, "silent-before");
	}
	const gint64 since = world.now;
	world_pass(&world, sweep_is_long() ? 26 * HOUR : HOUR);
	check_bounds(&world, bounds, since);
	world_do(&world, "clear-faults");
	world_account(&world)->timeout = 30; /* a busy machine is not silent */
	world_pass(&world, 16 * MINUTE);
	check_all_went_through(&world);
	world_clear(&world);
}
END_TEST

START_TEST(a_service_that_fails_every_second_call_is_asked_no_more_than_twice_as_often)
{
	static const struct bound bounds[PARTS] = {
		{2 * 520, 2 * 520},
		{2 * 8, 2 * 5},
		{2 * 34, 2 * 34},
	};
	struct world world;
	begin(&world, &(struct emulator_options){.with_event_list = true});
	const unsigned before = emulator_count_calls(world.emulator, NULL);
	for (unsigned i = 1; i < 8000; i += 2) {
		g_autofree char *request = g_strdup_printf("fault?fault=*:%u:internal", before + i);
		world_do(&world, request);
	}
	const gint64 since = world.now;
	world_pass(&world, DAY);
	check_bounds(&world, bounds, since);
	world_do(&world, "clear-faults");
	world_pass(&world, 67 * MINUTE);
	check_all_went_through(&world);
	world_clear(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pace");
	TCase *tests = tcase_create("pace");
	sweep_add_sample(tests, the_service_is_never_hammered_and_never_given_up,
	                 G_N_ELEMENTS(TROUBLES), SAMPLE_TROUBLES);
	tcase_add_test(tests, a_service_that_is_well_is_asked_in_its_intervals);
	tcase_add_test(tests,
	               nobody_there_is_tried_at_most_every_quarter_of_an_hour_and_found_again);
	tcase_add_test(tests, a_server_that_is_silent_is_asked_no_oftener);
	tcase_add_test(tests,
	               a_service_that_fails_every_second_call_is_asked_no_more_than_twice_as_often);
	return pace_main(suite, tests);
}
