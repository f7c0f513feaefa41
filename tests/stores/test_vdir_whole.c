/* SPDX-License-Identifier: MIT */
/* A file and a remote that both hold all of an item: what travels is everything. */
#include "stores/vdir_side.h"

/* An update of a file as it is now. */
static struct change *add_update(const char *name, enum update_way way, const char *base,
                                 const char *text)
{
	struct change *change = add_change("a", name, base, text);
	change->way = way;
	change->revision = revision_of(name);
	return change;
}

static void run(const struct change *change, enum verdict verdict)
{
	ck_assert(side->functions->update(side, changes, NULL));
	ck_assert_msg(change->verdict == verdict, "%s: %s", verdict_name(change->verdict),
	              change->error != NULL ? change->error->message : "");
}

START_TEST(a_property_that_went_there_goes_here)
{
	write_item("a.vcf", CARD("a", "A", "X-OWN:kept\r\n folded\r\nCATEGORIES:friends\r\n"));
	run(add_update("a.vcf", UPDATE_REPLACE,
	               CARD("a", "A", "CATEGORIES:friends\r\nX-OWN:keptfolded\r\n"),
	               CARD("a", "A", "NOTE:new\r\nX-OWN:keptfolded\r\n")),
	    VERDICT_DONE);
	expect_item("a.vcf", CARD("a", "A", "X-OWN:kept\r\n folded\r\nNOTE:new\r\n"));
}
END_TEST

START_TEST(a_card_of_another_version_is_replaced_as_a_whole)
{
	static const char theirs[] = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:a\r\nFN:B\r\nEND:VCARD\r\n";
	write_item("a.vcf", CARD("a", "A", ""));
	run(add_update("a.vcf", UPDATE_REPLACE, CARD("a", "A", ""), theirs), VERDICT_DONE);
	expect_item("a.vcf", theirs);
	scratch_expect("state/trash/20261121T031417Z-a.vcf", CARD("a", "A", ""));
}
END_TEST

START_TEST(it_is_not_replaced_where_it_was_edited_just_now)
{
	static const char theirs[] = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:a\r\nFN:B\r\nEND:VCARD\r\n";
	write_item("a.vcf", CARD("a", "A", ""));
	struct change *change = add_update("a.vcf", UPDATE_REPLACE, CARD("a", "A", ""), theirs);
	write_item("a.vcf", CARD("a", "A", "NOTE:just typed\r\n"));
	run(change, VERDICT_STALE);
	expect_item("a.vcf", CARD("a", "A", "NOTE:just typed\r\n"));
}
END_TEST

START_TEST(a_card_that_was_edited_just_now_is_left_to_the_next_cycle)
{
	write_item("a.vcf", CARD("a", "A", ""));
	struct change *change = add_update("a.vcf", UPDATE_REPLACE, CARD("a", "A", ""),
	                                   CARD("a", "A", "TEL:1\r\n"));
	write_item("a.vcf", CARD("a", "A", "NOTE:just typed\r\n"));
	run(change, VERDICT_STALE);
	expect_item("a.vcf", CARD("a", "A", "NOTE:just typed\r\n"));
	ck_assert(change->was_edited);
}
END_TEST

START_TEST(a_card_that_is_spelled_otherwise_becomes_what_came)
{
	write_item("a.vcf", CARD("a", "A", "ORG:A;\r\nNOTE:x\r\nX-A:1\r\n"));
	run(add_update("a.vcf", UPDATE_REPLACE, CARD("a", "A", "ORG:A\r\nNOTE:x\r\n"),
	               CARD("a", "A", "ORG:B\r\nNOTE:x\r\n")),
	    VERDICT_DONE);
	expect_item("a.vcf", CARD("a", "A", "ORG:B\r\nNOTE:x\r\n"));
}
END_TEST

START_TEST(of_a_card_that_was_changed_on_both_sides_both_count)
{
	write_item("a.vcf", CARD("a", "A", "NOTE:mine\r\n"));
	run(add_update("a.vcf", UPDATE_WHOLE, CARD("a", "A", ""),
	               CARD("a", "A", "CATEGORIES:theirs\r\n")),
	    VERDICT_DONE);
	expect_item("a.vcf", CARD("a", "A", "NOTE:mine\r\nCATEGORIES:theirs\r\n"));
}
END_TEST

START_TEST(versions_that_cannot_be_mixed_are_a_conflict)
{
	write_item("a.vcf", CARD("a", "A", "NOTE:mine\r\n"));
	run(add_update("a.vcf", UPDATE_WHOLE, CARD("a", "A", ""),
	               "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:a\r\nFN:B\r\nEND:VCARD\r\n"),
	    VERDICT_STALE);
	expect_item("a.vcf", CARD("a", "A", "NOTE:mine\r\n"));
}
END_TEST

START_TEST(a_property_that_was_changed_twice_leaves_the_file_alone)
{
	write_item("a.vcf", CARD("a", "A", "NOTE:mine\r\nTEL:1\r\n"));
	struct change *change = add_update("a.vcf", UPDATE_WHOLE, CARD("a", "A", "NOTE:agreed\r\n"),
	                                   CARD("a", "A", "NOTE:theirs\r\nTITLE:t\r\n"));
	run(change, VERDICT_STALE);
	ck_assert_ptr_nonnull(strstr(change->error->message, "NOTE"));
	expect_item("a.vcf", CARD("a", "A", "NOTE:mine\r\nTEL:1\r\n"));
}
END_TEST

START_TEST(what_is_here_wins_where_it_is_preferred)
{
	write_item("a.vcf", CARD("a", "A", "NOTE:mine\r\n"));
	run(add_update("a.vcf", UPDATE_OURS, CARD("a", "A", "NOTE:agreed\r\n"),
	               CARD("a", "A", "NOTE:theirs\r\nTITLE:t\r\n")),
	    VERDICT_DONE);
	expect_item("a.vcf", CARD("a", "A", "NOTE:mine\r\nTITLE:t\r\n"));
	g_ptr_array_set_size(changes, 0);
	use_events();
	write_item("b.ics", EVENT("b", "mine"));
	run(add_update("b.ics", UPDATE_OURS, EVENT("b", "A"), EVENT("b", "B")), VERDICT_DONE);
	expect_item("b.ics", EVENT("b", "mine"));
}
END_TEST

START_TEST(an_event_becomes_what_came_unless_it_was_changed_here)
{
	use_events();
	write_item("a.ics", EVENT("a", "written another way"));
	run(add_update("a.ics", UPDATE_REPLACE, EVENT("a", "A"), EVENT("a", "B")), VERDICT_DONE);
	expect_item("a.ics", EVENT("a", "B"));
	g_ptr_array_set_size(changes, 0);
	write_item("b.ics", EVENT("b", "mine"));
	run(add_update("b.ics", UPDATE_WHOLE, EVENT("b", "A"), EVENT("b", "B")), VERDICT_STALE);
	expect_item("b.ics", EVENT("b", "mine"));
}
END_TEST

START_TEST(what_came_wins_where_it_is_preferred)
{
	write_item("a.vcf", CARD("a", "A", "NOTE:mine\r\nTEL:1\r\n"));
	run(add_update("a.vcf", UPDATE_THEIRS, CARD("a", "A", ""),
	               CARD("a", "A", "NOTE:theirs\r\n")),
	    VERDICT_DONE);
	expect_item("a.vcf", CARD("a", "A", "NOTE:theirs\r\nTEL:1\r\n"));
	scratch_expect("state/trash/20261121T031417Z-a.vcf",
	               CARD("a", "A", "NOTE:mine\r\nTEL:1\r\n"));
}
END_TEST

/* Twice the same, as after a kill: one copy. */
START_TEST(both_are_kept_where_they_cannot_be_one)
{
	use_events();
	for (int i = 0; i < 2; i++) {
		write_item("a.ics", EVENT("a", "mine"));
		g_ptr_array_set_size(changes, 0);
		run(add_update("a.ics", UPDATE_BOTH, EVENT("a", "A"), EVENT("a", "B")),
		    VERDICT_DONE);
		expect_item("a.ics", EVENT("a", "B"));
		ck_assert_uint_eq(scratch_count("items"), 2);
	}
	struct snapshot *snapshot = side->functions->list(side, NULL, NULL);
	for (guint i = 0; i < snapshot->entries->len; i++) {
		const struct entry *entry = g_ptr_array_index(snapshot->entries, i);
		g_autofree char *path = g_strconcat("items/", entry->ref, NULL);
		g_autofree char *text = scratch_read(path);
		if (strcmp(entry->ref, "a.ics") != 0) {
			ck_assert(g_str_has_prefix(entry->ref, "a-"));
			ck_assert_ptr_nonnull(strstr(text, "SUMMARY:mine\r\n"));
			ck_assert_ptr_nonnull(strstr(text, "\r\nUID:a-"));
		}
	}
	snapshot_free(snapshot);
}
END_TEST

START_TEST(cards_that_can_be_one_are_one_even_so)
{
	write_item("a.vcf", CARD("a", "A", "NOTE:mine\r\n"));
	run(add_update("a.vcf", UPDATE_BOTH, CARD("a", "A", ""), CARD("a", "A", "TEL:1\r\n")),
	    VERDICT_DONE);
	ck_assert_uint_eq(scratch_count("items"), 1);
	g_ptr_array_set_size(changes, 0);
	write_item("a.vcf", CARD("a", "A", "NOTE:mine\r\n"));
	run(add_update("a.vcf", UPDATE_BOTH, CARD("a", "A", ""), CARD("a", "A", "NOTE:b\r\n")),
	    VERDICT_DONE);
	ck_assert_uint_eq(scratch_count("items"), 2);
	expect_item("a.vcf", CARD("a", "A", "NOTE:b\r\n"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("stores/vdir_whole");
	TCase *tests = tcase_create("whole");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, a_property_that_went_there_goes_here);
	tcase_add_test(tests, a_card_of_another_version_is_replaced_as_a_whole);
	tcase_add_test(tests, it_is_not_replaced_where_it_was_edited_just_now);
	tcase_add_test(tests, a_card_that_was_edited_just_now_is_left_to_the_next_cycle);
	tcase_add_test(tests, a_card_that_is_spelled_otherwise_becomes_what_came);
	tcase_add_test(tests, of_a_card_that_was_changed_on_both_sides_both_count);
	tcase_add_test(tests, versions_that_cannot_be_mixed_are_a_conflict);
	tcase_add_test(tests, a_property_that_was_changed_twice_leaves_the_file_alone);
	tcase_add_test(tests, what_is_here_wins_where_it_is_preferred);
	tcase_add_test(tests, an_event_becomes_what_came_unless_it_was_changed_here);
	tcase_add_test(tests, what_came_wins_where_it_is_preferred);
	tcase_add_test(tests, both_are_kept_where_they_cannot_be_one);
	tcase_add_test(tests, cards_that_can_be_one_are_one_even_so);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
