/* SPDX-License-Identifier: MIT */
/* Every cell of the plan's table by name, and the ways around it. */
#include "plan/plan_world.h"

enum { ABSENT, SAME, CHANGED, UNKNOWN };

static const struct {
	const char *name;
	int local, remote;
	enum operation all; /* a remote that can do everything */
	enum operation
		add_only; /* one that can only add, and keep = what is gone there stays here */
} CELLS[] = {
	{"absent absent: forget", ABSENT, ABSENT, OPERATION_FORGET, OPERATION_FORGET},
	{"absent same: delete remote", ABSENT, SAME, OPERATION_REMOVE_REMOTE,
         OPERATION_REMEMBER_DELETED},
	{"absent changed: create local", ABSENT, CHANGED, OPERATION_CREATE_LOCAL,
         OPERATION_CREATE_LOCAL},
	{"absent unknown: delete remote", ABSENT, UNKNOWN, OPERATION_REMOVE_REMOTE,
         OPERATION_REMEMBER_DELETED},
	{"same absent: delete local", SAME, ABSENT, OPERATION_REMOVE_LOCAL,
         OPERATION_REMEMBER_GONE},
	{"same same: nothing", SAME, SAME, OPERATION_NOTHING, OPERATION_NOTHING},
	{"same changed: update local", SAME, CHANGED, OPERATION_UPDATE_LOCAL,
         OPERATION_UPDATE_LOCAL},
	{"same unknown: nothing", SAME, UNKNOWN, OPERATION_NOTHING, OPERATION_NOTHING},
	{"changed absent: create remote", CHANGED, ABSENT, OPERATION_CREATE_REMOTE,
         OPERATION_CREATE_REMOTE},
	{"changed same: update remote", CHANGED, SAME, OPERATION_UPDATE_REMOTE, OPERATION_AGREE},
	{"changed changed: merge", CHANGED, CHANGED, OPERATION_MERGE, OPERATION_UPDATE_LOCAL},
	{"changed unknown: update remote", CHANGED, UNKNOWN, OPERATION_UPDATE_REMOTE,
         OPERATION_AGREE},
	{"unknown absent: keep what cannot be seen", UNKNOWN, ABSENT, OPERATION_NOTHING,
         OPERATION_REMEMBER_GONE},
	{"unknown same: nothing", UNKNOWN, SAME, OPERATION_NOTHING, OPERATION_NOTHING},
	{"unknown changed: update local when it can be read", UNKNOWN, CHANGED, OPERATION_NOTHING,
         OPERATION_NOTHING},
	{"unknown unknown: nothing", UNKNOWN, UNKNOWN, OPERATION_NOTHING, OPERATION_NOTHING},
};

static void build_cell(struct world *world, int local, int remote)
{
	struct record *record = agree(world, "a", "");
	if (local == SAME || local == CHANGED) {
		put(world->local, "a.vcf", "a", local == SAME ? NULL : "new here");
	} else if (local == UNKNOWN) {
		struct entry *entry = entry_new("a.vcf", "r1");
		g_set_error(&entry->problem, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "unreadable");
		g_ptr_array_add(world->local->entries, entry);
	}
	if (remote == SAME || remote == CHANGED) {
		put(world->remote, "ca", "a", remote == SAME ? NULL : "new there");
	} else if (remote == ABSENT) {
		record->missing = RECORD_MISSING_BELIEVED;
	}
}

START_TEST(each_cell_of_the_table_holds_for_a_remote_that_can_do_everything)
{
	struct world *world = world_new();
	build_cell(world, CELLS[_i].local, CELLS[_i].remote);
	make(world);
	ck_assert_msg(operation_for(world, "a") == CELLS[_i].all, "%s: %s", CELLS[_i].name,
	              operation_name(operation_for(world, "a")));
	world_free(world);
}
END_TEST

START_TEST(each_cell_of_the_table_holds_for_a_remote_that_can_only_add)
{
	struct world *world = world_new();
	world->policy.remote_can_update = world->policy.remote_can_remove = false;
	world->policy.on_remote_delete = REMOTE_DELETE_KEEP;
	build_cell(world, CELLS[_i].local, CELLS[_i].remote);
	make(world);
	ck_assert_msg(operation_for(world, "a") == CELLS[_i].add_only, "%s: %s", CELLS[_i].name,
	              operation_name(operation_for(world, "a")));
	world_free(world);
}
END_TEST

static const struct {
	bool can_remove, is_whole;
	enum operation operation;
} USUAL[] = {
	{true, true, OPERATION_REMOVE_LOCAL},
	{false, true, OPERATION_REMOVE_LOCAL}, /* a collection that is only read */
	{false, false, OPERATION_REMEMBER_GONE},
};

START_TEST(what_is_gone_there_usually_goes_where_services_remove)
{
	struct world *world = world_new();
	world->policy.on_remote_delete = REMOTE_DELETE_USUAL;
	world->policy.remote_can_remove = USUAL[_i].can_remove;
	world->policy.remote_is_whole = USUAL[_i].is_whole;
	build_cell(world, SAME, ABSENT);
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), USUAL[_i].operation);
	world_free(world);
}
END_TEST

START_TEST(what_was_changed_here_and_is_gone_there_is_kept_where_nothing_is_sent)
{
	struct world *world = world_new();
	world->policy.direction = DIRECTION_PULL;
	build_cell(world, CHANGED, ABSENT);
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_REMEMBER_GONE);
	world_free(world);
}
END_TEST

START_TEST(equal_changes_on_both_sides_are_agreed_without_a_merge)
{
	struct world *world = world_new();
	agree(world, "a", "");
	put(world->local, "a.vcf", "a", "same new");
	put(world->remote, "ca", "a", "same new");
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_AGREE);
	world_free(world);
}
END_TEST

START_TEST(a_new_item_is_added_on_the_other_side)
{
	struct world *world = world_new();
	put(world->local, "a.vcf", "a", "1");
	put(world->remote, "c2", "b", "2");
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_CREATE_REMOTE);
	ck_assert_int_eq(operation_for(world, "b"), OPERATION_CREATE_LOCAL);
	world_free(world);
}
END_TEST

START_TEST(the_same_uid_on_both_sides_is_adopted)
{
	struct world *world = world_new();
	put(world->local, "a.vcf", "a", "1");
	put(world->remote, "c2", "a", "2");
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_ADOPT);
	ck_assert_uint_eq(world->plan->actions->len, 1);
	world_free(world);
}
END_TEST

START_TEST(the_same_name_without_contradiction_is_adopted)
{
	struct world *world = world_new();
	put_named(world->local, "a.vcf", "a", "curie marie", "phone+1");
	put_named(world->remote, "c2", "x", "curie marie", "email+m");
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_ADOPT);
	ck_assert_uint_eq(world->plan->actions->len, 1);
	world_free(world);
}
END_TEST

START_TEST(the_same_name_with_another_birthday_is_another_person)
{
	struct world *world = world_new();
	put_named(world->local, "a.vcf", "a", "curie marie", "birthday=1867-11-07");
	put_named(world->remote, "c2", "x", "curie marie", "birthday=1900-01-01");
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_CREATE_REMOTE);
	ck_assert_int_eq(operation_for(world, "x"), OPERATION_CREATE_LOCAL);
	world_free(world);
}
END_TEST

START_TEST(of_two_remote_namesakes_the_one_that_shares_most_is_adopted)
{
	struct world *world = world_new();
	put_named(world->local, "a.vcf", "a", "m", "email+1 phone+2");
	put_named(world->remote, "c1", "x", "m", "email+9");
	put_named(world->remote, "c2", "y", "m", "email+1 phone+2");
	make(world);
	const struct action *action = action_for(world, "a");
	ck_assert_int_eq(action->operation, OPERATION_ADOPT);
	ck_assert_str_eq(action->remote->ref, "c2");
	ck_assert_int_eq(operation_for(world, "x"), OPERATION_CREATE_LOCAL);
	world_free(world);
}
END_TEST

START_TEST(agreed_records_claim_their_entries_before_a_look_alike_can)
{
	struct world *world = world_new();
	agree(world, "a", "m")->facts = g_strsplit("birthday=1", " ", -1);
	put(world->local, "a.vcf", "a", NULL);
	put_named(world->local, "b.vcf", "b", "m", "birthday=2");
	put_named(world->remote, "ca", "a", "m", "birthday=1");
	make(world);
	ck_assert_int_eq(operation_for(world, "b"), OPERATION_CREATE_REMOTE);
	world_free(world);
}
END_TEST

START_TEST(a_copy_under_another_uid_is_not_sent)
{
	struct world *world = world_new();
	agree(world, "a", "m");
	put(world->local, "a.vcf", "a", NULL);
	put(world->remote, "ca", "a", NULL);
	put_named(world->local, "copy.vcf", "b", "m", "");
	make(world);
	const struct action *action = action_for(world, "b");
	ck_assert_int_eq(action->operation, OPERATION_SAME_AS);
	ck_assert_str_eq(action->other_uid, "a");
	world_free(world);
}
END_TEST

START_TEST(of_two_new_copies_one_is_sent)
{
	struct world *world = world_new();
	put_named(world->local, "a.vcf", "a", "m", "email+1");
	put_named(world->local, "b.vcf", "b", "m", "email+1");
	make(world);
	ck_assert_uint_eq(count_of(world, OPERATION_CREATE_REMOTE), 1);
	ck_assert_uint_eq(count_of(world, OPERATION_SAME_AS), 1);
	world_free(world);
}
END_TEST

START_TEST(of_two_new_copies_of_what_is_there_one_is_adopted_and_none_sent)
{
	struct world *world = world_new();
	put_named(world->local, "a.ics", "a", "m", "");
	put_named(world->local, "b.ics", "b", "m", "");
	put_named(world->remote, "c1", "there", "m", "");
	make(world);
	ck_assert_uint_eq(count_of(world, OPERATION_ADOPT), 1);
	ck_assert_uint_eq(count_of(world, OPERATION_SAME_AS), 1);
	ck_assert_uint_eq(count_of(world, OPERATION_CREATE_REMOTE), 0);
	world_free(world);
}
END_TEST

START_TEST(namesakes_with_different_numbers_are_both_sent)
{
	struct world *world = world_new();
	put_named(world->local, "a.vcf", "a", "m", "phone+1");
	put_named(world->local, "b.vcf", "b", "m", "phone+2");
	make(world);
	ck_assert_uint_eq(count_of(world, OPERATION_CREATE_REMOTE), 2);
	world_free(world);
}
END_TEST

START_TEST(a_card_that_got_another_uid_is_followed)
{
	struct world *world = world_new();
	agree(world, "a", "m");
	put(world->remote, "ca", "a", NULL);
	put_named(world->local, "a.vcf", "b", "m", "");
	make(world);
	const struct action *action = action_for(world, "a");
	ck_assert_int_eq(action->operation, OPERATION_MOVE);
	ck_assert_str_eq(action->other_uid, "b");
	ck_assert_uint_eq(world->plan->actions->len, 1);
	world_free(world);
}
END_TEST

START_TEST(a_deleted_card_that_is_made_anew_is_not_sent_again)
{
	struct world *world = world_new();
	agree(world, "a", "m")->state = RECORD_DELETED_HERE;
	put(world->remote, "ca", "a", NULL);
	put_named(world->local, "n.vcf", "n", "m", "");
	make(world);
	ck_assert_uint_eq(count_of(world, OPERATION_CREATE_REMOTE), 0);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_MOVE);
	world_free(world);
}
END_TEST

START_TEST(a_tombstone_is_never_fetched_back)
{
	struct world *world = world_new();
	agree(world, "a", "m")->state = RECORD_DELETED_HERE;
	put(world->remote, "ca", "a", "changed there");
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_NOTHING);
	world_free(world);
}
END_TEST

START_TEST(a_file_that_comes_back_is_agreed_again)
{
	struct world *world = world_new();
	agree(world, "a", "m")->state = RECORD_DELETED_HERE;
	put(world->local, "a.vcf", "a", "old");
	put(world->remote, "ca", "a", NULL);
	make(world);
	ck_assert_int_eq(operation_for(world, "a"), OPERATION_AGREE);
	world_free(world);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("plan");
	TCase *table = tcase_create("table");
	tcase_add_loop_test(table, each_cell_of_the_table_holds_for_a_remote_that_can_do_everything,
	                    0, G_N_ELEMENTS(CELLS));
	tcase_add_loop_test(table, each_cell_of_the_table_holds_for_a_remote_that_can_only_add, 0,
	                    G_N_ELEMENTS(CELLS));
	tcase_add_test(table, equal_changes_on_both_sides_are_agreed_without_a_merge);
	tcase_add_loop_test(table, what_is_gone_there_usually_goes_where_services_remove, 0,
	                    G_N_ELEMENTS(USUAL));
	tcase_add_test(table,
	               what_was_changed_here_and_is_gone_there_is_kept_where_nothing_is_sent);
	suite_add_tcase(suite, table);
	TCase *pairs = tcase_create("pairing");
	tcase_add_test(pairs, a_new_item_is_added_on_the_other_side);
	tcase_add_test(pairs, the_same_uid_on_both_sides_is_adopted);
	tcase_add_test(pairs, the_same_name_without_contradiction_is_adopted);
	tcase_add_test(pairs, the_same_name_with_another_birthday_is_another_person);
	tcase_add_test(pairs, of_two_remote_namesakes_the_one_that_shares_most_is_adopted);
	tcase_add_test(pairs, agreed_records_claim_their_entries_before_a_look_alike_can);
	tcase_add_test(pairs, a_copy_under_another_uid_is_not_sent);
	tcase_add_test(pairs, of_two_new_copies_one_is_sent);
	tcase_add_test(pairs, of_two_new_copies_of_what_is_there_one_is_adopted_and_none_sent);
	tcase_add_test(pairs, namesakes_with_different_numbers_are_both_sent);
	tcase_add_test(pairs, a_card_that_got_another_uid_is_followed);
	tcase_add_test(pairs, a_deleted_card_that_is_made_anew_is_not_sent_again);
	tcase_add_test(pairs, a_tombstone_is_never_fetched_back);
	tcase_add_test(pairs, a_file_that_comes_back_is_agreed_again);
	suite_add_tcase(suite, pairs);
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
