/* SPDX-License-Identifier: MIT */
/* What a plan leaves alone, holds, and does not believe. */
#include "plan/plan_world.h"

START_TEST(nothing_is_inferred_from_an_incomplete_listing)
{
	struct world *world = world_new();
	agree(world, "a", "m");
	put(world->local, "a.vcf", "a", NULL);
	world->remote->is_complete = false;
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_NOTHING);
	world_free(world);
}
END_TEST

START_TEST(an_incomplete_folder_deletes_nothing)
{
	struct world *world = world_new();
	agree(world, "a", "m");
	put(world->remote, "ca", "a", NULL);
	world->local->is_complete = false;
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_NOTHING);
	world_free(world);
}
END_TEST

START_TEST(one_missing_report_is_not_believed)
{
	struct world *world = world_new();
	agree(world, "a", "m")->missing = RECORD_MISSING_BELIEVED - 1;
	put(world->local, "a.vcf", "a", NULL);
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_NOTHING);
	world_free(world);
}
END_TEST

START_TEST(more_than_max_adds_is_held_and_let_through_when_confirmed)
{
	struct world *world = world_new();
	world->policy.max_adds = 2;
	for (int i = 0; i < 3; i++) {
		g_autofree char *uid = g_strdup_printf("n%d", i);
		put(world->local, uid, uid, uid);
	}
	put(world->remote, "c9", "r", "r");
	make(world);
	ck_assert(world->plan->is_held);
	ck_assert(action_for(world, "n0")->is_held);
	ck_assert(!action_for(world, "r")->is_held);
	world->policy.is_confirmed = true;
	make(world);
	ck_assert(!world->plan->is_held);
	ck_assert(!action_for(world, "n2")->is_held);
	world_free(world);
}
END_TEST

START_TEST(past_occurrences_are_left_alone)
{
	struct world *world = world_new();
	world->policy.push_since = 500;
	put(world->local, "a.ics", "a", "1")->item->ends = 500;
	put(world->local, "b.ics", "b", "2")->item->ends = 501;
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_NOTHING);
	ck_assert_int_eq(operation_for(world, "b"), OPERATION_CREATE_REMOTE);
	ck_assert_uint_eq(world->plan->n_past, 1);
	world_free(world);
}
END_TEST

START_TEST(occurrences_outside_the_window_are_unknown_not_deleted)
{
	struct world *world = world_new();
	struct record *record = agree(world, "a/20261201", "");
	record->starts = 5000;
	world->local->until = 4000;
	put(world->remote, "ca/20261201", "a/20261201", NULL);
	make(world);
	ck_assert_int_eq(operation_for(world, "a/20261201"), OPERATION_NOTHING);
	world_free(world);
}
END_TEST

START_TEST(pull_sends_nothing_and_push_writes_nothing)
{
	struct world *world = world_new();
	put(world->local, "a.vcf", "a", "1");
	put(world->remote, "c2", "b", "2");
	world->policy.direction = DIRECTION_PULL;
	make(world);
	ck_assert_uint_eq(count_of(world, OPERATION_CREATE_REMOTE), 0);
	ck_assert_uint_eq(count_of(world, OPERATION_CREATE_LOCAL), 1);
	world->policy.direction = DIRECTION_PUSH;
	make(world);
	ck_assert_uint_eq(count_of(world, OPERATION_CREATE_REMOTE), 1);
	ck_assert_uint_eq(count_of(world, OPERATION_CREATE_LOCAL), 0);
	world->policy.direction = DIRECTION_OFF;
	make(world);
	ck_assert_uint_eq(world->plan->actions->len, 0);
	world_free(world);
}
END_TEST

START_TEST(a_refused_item_waits_until_it_changes)
{
	struct world *world = world_new();
	struct record *record = agree(world, "a", "");
	record->state = RECORD_REFUSED;
	g_clear_pointer(&record->remote_ref, g_free);
	put(world->local, "a.vcf", "a", "old");
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_NOTHING);
	g_ptr_array_set_size(world->local->entries, 0);
	put(world->local, "a.vcf", "a", "mended");
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_CREATE_REMOTE);
	world_free(world);
}
END_TEST

START_TEST(a_failed_item_waits_for_its_time_unless_it_changes)
{
	struct world *world = world_new();
	struct record *record = agree(world, "a", "");
	record->state = RECORD_PENDING;
	record->retry_at = 2000;
	g_clear_pointer(&record->remote_ref, g_free);
	put(world->local, "a.vcf", "a", "old");
	make(world);
	ck_assert(action_for(world, "a")->is_held);
	world->policy.now = 2000;
	make(world);
	ck_assert(!action_for(world, "a")->is_held);
	world_free(world);
}
END_TEST

START_TEST(what_an_unsettled_write_may_have_left_is_not_taken_for_new)
{
	struct world *world = world_new();
	struct record *record = agree(world, "a", "m");
	record->state = RECORD_IN_DOUBT;
	g_clear_pointer(&record->remote_ref, g_free);
	put_named(world->local, "a.vcf", "a", "m", "");
	put_named(world->remote, "c7", "x", "m", "");
	make(world);
	ck_assert_uint_eq(count_of(world, OPERATION_CREATE_LOCAL), 0);
	world_free(world);
}
END_TEST

START_TEST(ten_thousand_unchanged_items_are_planned_without_a_single_act)
{
	struct world *world = world_new();
	for (int i = 0; i < 10000; i++) {
		g_autofree char *uid = g_strdup_printf("u%d", i);
		g_autofree char *ref = g_strdup_printf("cu%d", i);
		agree(world, uid, uid);
		put(world->local, ref + 1, uid, NULL);
		put(world->remote, ref, uid, NULL);
	}
	make(world);
	ck_assert_uint_eq(count_of(world, OPERATION_NOTHING) + count_of(world, OPERATION_AGREE),
	                  10000);
	world_free(world);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("plan limits");
	TCase *limits = tcase_create("limits");
	tcase_add_test(limits, nothing_is_inferred_from_an_incomplete_listing);
	tcase_add_test(limits, an_incomplete_folder_deletes_nothing);
	tcase_add_test(limits, one_missing_report_is_not_believed);
	tcase_add_test(limits, more_than_max_adds_is_held_and_let_through_when_confirmed);
	tcase_add_test(limits, past_occurrences_are_left_alone);
	tcase_add_test(limits, occurrences_outside_the_window_are_unknown_not_deleted);
	tcase_add_test(limits, pull_sends_nothing_and_push_writes_nothing);
	tcase_add_test(limits, a_refused_item_waits_until_it_changes);
	tcase_add_test(limits, a_failed_item_waits_for_its_time_unless_it_changes);
	tcase_add_test(limits, what_an_unsettled_write_may_have_left_is_not_taken_for_new);
	tcase_add_test(limits, ten_thousand_unchanged_items_are_planned_without_a_single_act);
	suite_add_tcase(suite, limits);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(make_suite());
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
