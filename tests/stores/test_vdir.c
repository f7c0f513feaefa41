/* SPDX-License-Identifier: MIT */
/* A folder as a side of a sync: listed without opening, merged without losing, never left. */
#include <errno.h>
#include <sys/resource.h>

#include "stores/vdir_side.h"

START_TEST(folders_are_made_for_the_owner_alone)
{
	g_autofree char *path = scratch_path("items");
	struct stat status;
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0700);
}
END_TEST

START_TEST(only_plain_files_of_the_right_ending_are_items_in_order)
{
	write_item("b.vcf", "");
	write_item("B.VCF", "");
	write_item("a.vcf", "");
	write_item(".hidden.vcf", "");
	write_item(".a.vcf.0011223344556677.tmp", "");
	write_item("c.ics", "");
	write_item("vcf", "");
	write_item("notes.txt", "");
	g_autofree char *link = scratch_path("items/link.vcf");
	ck_assert_int_eq(symlink("a.vcf", link), 0);
	g_autofree char *folder = scratch_path("items/folder.vcf");
	ck_assert_int_eq(mkdir(folder, 0700), 0);
	g_autofree char *fifo = scratch_path("items/fifo.vcf");
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	const char *const names[] = {"B.VCF", "a.vcf", "b.vcf", NULL};
	expect_list(names);
	use_events();
	const char *const events[] = {"c.ics", NULL};
	expect_list(events);
}
END_TEST

/* A kill between an exchange and the second look leaves an edit of that instant there, and nowhere
 * else. */
START_TEST(what_a_killed_write_left_goes_to_the_trash_after_an_hour)
{
	write_item("a.vcf", CARD("a", "A", ""));
	write_item(".a.vcf.0011223344556677.tmp", CARD("a", "Edited", ""));
	write_item(".b.vcf.0123456789abcdef.tmp", "");
	write_item(".a.vcf.swp", "another program's");
	write_item(".a.vcf.notours.tmp", "another program's");
	const char *const names[] = {"a.vcf", NULL};
	const gint64 times[] = {g_get_real_time() / G_USEC_PER_SEC,
	                        g_get_real_time() / G_USEC_PER_SEC + 2 * 60 * 60};
	for (gsize i = 0; i < G_N_ELEMENTS(times); i++) {
		g_autofree char *folder = scratch_path("items");
		g_autofree char *trash = scratch_path("state/trash");
		const struct vdir_settings settings = {folder, trash, ITEM_CONTACT, times[i]};
		side->functions->close(side);
		side = vdir_open(&settings, NULL);
		expect_list(names);
		ck_assert_uint_eq(scratch_count("items"), i == 0 ? 5 : 3);
		ck_assert_int_eq(trash_is_empty(), i == 0);
	}
	ck_assert_uint_eq(scratch_count("state/trash"), 1);
	expect_list(names);
	ck_assert_uint_eq(scratch_count("state/trash"), 1);
}
END_TEST

START_TEST(a_file_that_nobody_may_read_is_still_listed)
{
	write_item("a.vcf", "");
	g_autofree char *path = scratch_path("items/a.vcf");
	ck_assert_int_eq(chmod(path, 0), 0);
	const char *const names[] = {"a.vcf", NULL};
	expect_list(names);
}
END_TEST

START_TEST(an_edit_changes_the_revision_and_nothing_else_does)
{
	write_item("a.vcf", "one");
	g_autofree char *first = revision_of("a.vcf");
	g_autofree char *again = revision_of("a.vcf");
	ck_assert_pstr_eq(first, again);
	write_item("a.vcf", "two");
	g_autofree char *edited = revision_of("a.vcf");
	ck_assert_str_ne(edited, first);
}
END_TEST

START_TEST(a_folder_that_is_gone_fails_every_function_as_a_whole)
{
	write_item("a.vcf", CARD("a", "A", ""));
	g_autofree char *path = scratch_path("items");
	g_autofree char *moved = scratch_path("moved");
	ck_assert_int_eq(rename(path, moved), 0);
	if (_i == 1) { /* an empty one in its place is not the same folder */
		ck_assert_int_eq(mkdir(path, 0700), 0);
	}
	struct change *change = add_change("a", "a.vcf", NULL, CARD("a", "B", ""));
	const struct endpoint_functions *functions = side->functions;
	GError *errors[5] = {NULL};
	ck_assert_ptr_null(functions->list(side, NULL, &errors[0]));
	ck_assert(!functions->fetch(side, changes, &errors[1]));
	ck_assert(!functions->create(side, changes, &errors[2]));
	ck_assert(!functions->update(side, changes, &errors[3]));
	ck_assert(!functions->remove(side, changes, &errors[4]));
	for (gsize i = 0; i < G_N_ELEMENTS(errors); i++) {
		expect_error(errors[i], PASSERELLE_ERROR_STORAGE);
		g_clear_error(&errors[i]);
	}
	expect_verdict(change, VERDICT_PENDING);
	scratch_expect("moved/a.vcf", CARD("a", "A", ""));
}
END_TEST

START_TEST(a_file_in_place_of_the_folder_cannot_be_opened)
{
	g_autofree char *path = scratch_path("items");
	ck_assert_int_eq(rmdir(path), 0);
	scratch_write("items", "");
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(open_kind(ITEM_CONTACT, &error));
	expect_error(error, PASSERELLE_ERROR_STORAGE);
}
END_TEST

START_TEST(fetching_gives_text_and_revision)
{
	write_item("a.vcf", CARD("a", "Zo\xc3\xab", ""));
	struct change *change = add_change("a", "a.vcf", NULL, NULL);
	ck_assert(side->functions->fetch(side, changes, NULL));
	expect_verdict(change, VERDICT_DONE);
	ck_assert_str_eq(change->result, CARD("a", "Zo\xc3\xab", ""));
	g_autofree char *revision = revision_of("a.vcf");
	ck_assert_pstr_eq(change->revision, revision);
}
END_TEST

START_TEST(a_card_of_another_encoding_is_fetched_as_utf8)
{
	write_item("a.vcf", CARD("a", "Zo\xeb", ""));
	struct change *change = add_change("a", "a.vcf", NULL, NULL);
	ck_assert(side->functions->fetch(side, changes, NULL));
	ck_assert_str_eq(change->result, CARD("a", "Zo\xc3\xab", ""));
	expect_item("a.vcf", CARD("a", "Zo\xeb", ""));
}
END_TEST

START_TEST(one_bad_file_does_not_stop_the_others)
{
	write_item("two.vcf", CARD("a", "A", "") CARD("b", "B", ""));
	write_item("good.vcf", CARD("c", "C", ""));
	g_autofree char *fifo = scratch_path("items/fifo.vcf");
	ck_assert_int_eq(mkfifo(fifo, 0600), 0);
	struct change *two = add_change("a", "two.vcf", NULL, NULL);
	struct change *gone = add_change("x", "gone.vcf", NULL, NULL);
	struct change *strange = add_change("f", "fifo.vcf", NULL, NULL);
	struct change *outside = add_change("o", "../secret.vcf", NULL, NULL);
	struct change *good = add_change("c", "good.vcf", NULL, NULL);
	scratch_write("secret.vcf", CARD("o", "O", ""));
	ck_assert(side->functions->fetch(side, changes, NULL));
	expect_verdict(two, VERDICT_RETRY);
	expect_error(two->error, PASSERELLE_ERROR_INPUT);
	ck_assert_ptr_nonnull(strstr(two->error->message, "holds 2 cards; use passerelle import"));
	expect_verdict(gone, VERDICT_NOT_FOUND);
	expect_verdict(strange, VERDICT_RETRY);
	expect_verdict(outside, VERDICT_RETRY);
	ck_assert_ptr_null(outside->result);
	expect_verdict(good, VERDICT_DONE);
}
END_TEST

START_TEST(an_event_that_is_not_utf8_is_named)
{
	use_events();
	write_item("a.ics", EVENT("a", "Caf\xe9"));
	struct change *change = add_change("a", "a.ics", NULL, NULL);
	ck_assert(side->functions->fetch(side, changes, NULL));
	expect_verdict(change, VERDICT_RETRY);
	expect_error(change->error, PASSERELLE_ERROR_INPUT);
}
END_TEST

START_TEST(a_file_beyond_the_limit_is_named)
{
	write_item("a.vcf", "");
	g_autofree char *path = scratch_path("items/a.vcf");
	ck_assert_int_eq(truncate(path, LIMIT_FILE_BYTES + 1), 0);
	struct change *change = add_change("a", "a.vcf", NULL, NULL);
	ck_assert(side->functions->fetch(side, changes, NULL));
	expect_verdict(change, VERDICT_RETRY);
	expect_error(change->error, PASSERELLE_ERROR_INPUT);
}
END_TEST

START_TEST(a_file_that_cannot_be_opened_for_now_is_not_called_bad)
{
	write_item("a.vcf", CARD("a", "A", ""));
	struct change *change = add_change("a", "a.vcf", NULL, NULL);
	struct rlimit before;
	getrlimit(RLIMIT_NOFILE, &before);
	const struct rlimit none = {3, before.rlim_max};
	setrlimit(RLIMIT_NOFILE, &none);
	const bool is_fetched = side->functions->fetch(side, changes, NULL);
	setrlimit(RLIMIT_NOFILE, &before);
	ck_assert(is_fetched);
	expect_verdict(change, VERDICT_STALE);
	expect_error(change->error, PASSERELLE_ERROR_STALE);
	ck_assert_ptr_nonnull(strstr(change->error->message, g_strerror(EMFILE)));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("vdir");
	TCase *reads = tcase_create("reads");
	tcase_add_checked_fixture(reads, setup, teardown);
	tcase_set_timeout(reads, 60);
	tcase_add_test(reads, folders_are_made_for_the_owner_alone);
	tcase_add_test(reads, only_plain_files_of_the_right_ending_are_items_in_order);
	tcase_add_test(reads, what_a_killed_write_left_goes_to_the_trash_after_an_hour);
	tcase_add_test(reads, a_file_that_nobody_may_read_is_still_listed);
	tcase_add_test(reads, an_edit_changes_the_revision_and_nothing_else_does);
	tcase_add_loop_test(reads, a_folder_that_is_gone_fails_every_function_as_a_whole, 0, 2);
	tcase_add_test(reads, a_file_in_place_of_the_folder_cannot_be_opened);
	tcase_add_test(reads, fetching_gives_text_and_revision);
	tcase_add_test(reads, a_card_of_another_encoding_is_fetched_as_utf8);
	tcase_add_test(reads, one_bad_file_does_not_stop_the_others);
	tcase_add_test(reads, an_event_that_is_not_utf8_is_named);
	tcase_add_test(reads, a_file_beyond_the_limit_is_named);
	tcase_add_test(reads, a_file_that_cannot_be_opened_for_now_is_not_called_bad);
	suite_add_tcase(suite, reads);
	return scratch_run(suite);
}
