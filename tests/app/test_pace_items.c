/* SPDX-License-Identifier: MIT */
/* One bad item over days: it is not asked again and again, and stops nothing. */
#include "app/pace_bounds.h"

START_TEST(a_refused_contact_is_asked_once_and_the_others_go_through)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.with_event_list = true});
	world_pass(&world, MINUTE);
	world_do(&world, "fault?fault=addcontact:2:code:2");
	world_drop_card(&world, "One", "");
	world_drop_card(&world, "Two", "");
	world_drop_card(&world, "Three", "");
	world_pass(&world, DAY);
	ck_assert_uint_eq(emulator_count_calls(world.emulator, "addcontact"), 3);
	ck_assert_uint_eq(emulator_count_writes(world.emulator, "addcontact"), 2);
	ck_assert_int_eq(world.ends.parts[PART_CONTACTS].end, PART_DONE);
	check_bounds(&world, usual, HOUR);
	world_clear(&world);
}
END_TEST

/* A detail that fails and was not carried out: after 1, 2, 4 … minutes, in the part's interval. */
START_TEST(a_detail_that_fails_again_and_again_waits_longer_and_longer)
{
	struct world world;
	world_init(&world, &(struct emulator_options){.with_event_list = true});
	world_pass(&world, MINUTE);
	world_do(&world, "fault?fault=adddevice:*:code:100");
	world_drop_card(&world, "One", "TEL;TYPE=CELL:+33611111111\r\n");
	world_drop_card(&world, "Two", "");
	world_pass(&world, DAY);
	ck_assert_uint_eq(emulator_count_writes(world.emulator, "addcontact"), 2);
	const unsigned tries = emulator_count_calls(world.emulator, "adddevice");
	ck_assert_uint_ge(tries, 3);
	ck_assert_uint_le(tries, 12); /* 1 h, 2 h (± 10 %), 4 h, then every 6 h or so */
	world_do(&world, "clear-faults");
	world_pass(&world, 8 * HOUR);
	ck_assert_uint_eq(emulator_count_writes(world.emulator, "adddevice"), 1);
	world_clear(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pace");
	TCase *tests = tcase_create("pace");
	tcase_add_test(tests, a_refused_contact_is_asked_once_and_the_others_go_through);
	tcase_add_test(tests, a_detail_that_fails_again_and_again_waits_longer_and_longer);
	return pace_main(suite, tests);
}
