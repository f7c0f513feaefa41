/* SPDX-License-Identifier: MIT */
/* What is written into a folder: named safely, merged without losing, whole after a kill. */
#include <utime.h>

#include "stores/vdir_side.h"

START_TEST(a_new_item_is_a_file_named_after_its_uid)
{
	struct change *change = add_change("a+b-c_1.2", NULL, NULL, CARD("a+b-c_1.2", "A", ""));
	ck_assert(side->functions->create(side, changes, NULL));
	expect_verdict(change, VERDICT_DONE);
	ck_assert_str_eq(change->ref, "a+b-c_1.2.vcf");
	expect_item("a+b-c_1.2.vcf", CARD("a+b-c_1.2", "A", ""));
	g_autofree char *revision = revision_of(change->ref);
	ck_assert_pstr_eq(change->revision, revision);
	g_autofree char *path = scratch_path("items/a+b-c_1.2.vcf");
	struct stat status;
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
	ck_assert_uint_eq(scratch_count("items"), 1);
}
END_TEST

/* What the file of the empty UID is called: another item's UID must not lead there. */
#define EMPTY_HASH "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

START_TEST(no_uid_leaves_the_folder_or_hides)
{
	g_autofree char *long_uid = g_strnfill(LIMIT_NAME_BYTES - 3, 'x');
	const char *const uids[] = {"../../evil", "/etc/passwd", "a/b",     "",
	                            ".",          "..",          ".hidden", "a b",
	                            "z\xc3\xa9",  "a\nb:\\*",    long_uid,  EMPTY_HASH};
	for (gsize i = 0; i < G_N_ELEMENTS(uids); i++) {
		g_autofree char *name = vdir_safe_name(uids[i], ITEM_CONTACT);
		ck_assert_uint_eq(strlen(name), 64 + 4);
		ck_assert(vdir_is_item_name(name, ITEM_CONTACT));
		add_change(uids[i], NULL, NULL, CARD("u", "A", ""));
	}
	ck_assert(side->functions->create(side, changes, NULL));
	ck_assert_uint_eq(scratch_count("items"), G_N_ELEMENTS(uids));
	ck_assert_uint_eq(scratch_count(""), 1);
	g_autofree char *longest = g_strnfill(LIMIT_NAME_BYTES - 4, 'x');
	g_autofree char *name = vdir_safe_name(longest, ITEM_EVENT);
	ck_assert_uint_eq(strlen(name), LIMIT_NAME_BYTES);
	ck_assert(g_str_has_prefix(name, longest));
}
END_TEST

START_TEST(a_name_taken_by_another_item_gets_a_number)
{
	write_item("a.vcf", CARD("other", "Other", ""));
	write_item("a-2.vcf", "no card at all");
	struct change *change = add_change("a", NULL, NULL, CARD("a", "A", ""));
	ck_assert(side->functions->create(side, changes, NULL));
	expect_verdict(change, VERDICT_DONE);
	ck_assert_str_eq(change->ref, "a-3.vcf");
	expect_item("a.vcf", CARD("other", "Other", ""));
	expect_item("a-2.vcf", "no card at all");
}
END_TEST

START_TEST(creating_again_after_a_kill_adopts_the_file)
{
	struct change *first = add_change("a", NULL, NULL, CARD("a", "A", ""));
	struct change *second = add_change("a", NULL, NULL, CARD("a", "A", ""));
	ck_assert(side->functions->create(side, changes, NULL));
	expect_verdict(first, VERDICT_DONE);
	expect_verdict(second, VERDICT_ADOPTED);
	ck_assert_str_eq(second->ref, "a.vcf");
	ck_assert_str_eq(second->revision, first->revision);
	ck_assert_uint_eq(scratch_count("items"), 1);
}
END_TEST

START_TEST(another_text_of_the_same_uid_is_not_doubled)
{
	write_item("a.vcf", CARD("a", "Edited", ""));
	struct change *change = add_change("a", NULL, NULL, CARD("a", "A", ""));
	ck_assert(side->functions->create(side, changes, NULL));
	expect_verdict(change, VERDICT_STALE);
	expect_item("a.vcf", CARD("a", "Edited", ""));
	ck_assert_uint_eq(scratch_count("items"), 1);
}
END_TEST

START_TEST(an_event_of_the_same_uid_is_not_doubled)
{
	use_events();
	write_item("a.ics", EVENT("a", "Edited"));
	struct change *change = add_change("a", NULL, NULL, EVENT("a", "A"));
	struct change *other = add_change("b", NULL, NULL, EVENT("b", "B"));
	ck_assert(side->functions->create(side, changes, NULL));
	expect_verdict(change, VERDICT_STALE);
	expect_verdict(other, VERDICT_DONE);
	expect_item("b.ics", EVENT("b", "B"));
}
END_TEST

enum { MANY = 200 };

static void add_many(void)
{
	g_ptr_array_set_size(changes, 0);
	for (unsigned i = 0; i < MANY; i++) {
		g_autofree char *uid = g_strdup_printf("u%u", i);
		g_autofree char *text = g_strdup_printf(CARD("%s", "%s", ""), uid, uid, uid);
		add_change(uid, NULL, NULL, text);
	}
}

START_TEST(each_of_many_gets_the_name_that_is_free)
{
	write_item("u7.vcf", CARD("other", "Other", ""));
	write_item("u8.vcf", CARD("u8", "u8", ""));
	write_item("u9.vcf", CARD("u9", "Edited", ""));
	add_many();
	ck_assert(side->functions->create(side, changes, NULL));
	for (unsigned i = 0; i < MANY; i++) {
		const struct change *change = changes->pdata[i];
		if (i == 8 || i == 9) {
			expect_verdict(change, i == 8 ? VERDICT_ADOPTED : VERDICT_STALE);
			continue;
		}
		g_autofree char *name = g_strdup_printf("u%u%s.vcf", i, i == 7 ? "-2" : "");
		g_autofree char *revision = revision_of(name);
		expect_verdict(change, VERDICT_DONE);
		ck_assert_str_eq(change->ref, name);
		ck_assert_pstr_eq(change->revision, revision);
		expect_item(name, change->text);
	}
	ck_assert_uint_eq(scratch_count("items"), MANY + 1);
}
END_TEST

START_TEST(a_kill_while_many_are_made_leaves_whole_files_that_the_next_ones_find)
{
	add_many();
	const pid_t child = fork();
	if (child == 0) {
		_exit(side->functions->create(side, changes, NULL) ? 0 : 1);
	}
	g_usleep((gulong)g_random_int_range(0, 20000));
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	ck_assert(side->functions->create(side, changes, NULL));
	OWNED(snapshot) snapshot = side->functions->list(side, NULL, NULL);
	ck_assert_uint_eq(snapshot->entries->len, MANY);
	for (unsigned i = 0; i < MANY; i++) {
		const struct change *change = changes->pdata[i];
		ck_assert(change->verdict == VERDICT_DONE || change->verdict == VERDICT_ADOPTED);
		expect_item(change->ref, change->text);
	}
}
END_TEST

START_TEST(a_change_there_is_merged_into_what_stands_here)
{
	write_item("mine.vcf", CARD("a", "A", "TEL:1\r\nNOTE:mine\r\nX-OWN;K=v:kept\r\n"));
	struct change *change = add_change("a", "mine.vcf", CARD("a", "A", "TEL:1\r\n"),
	                                   CARD("a", "A", "TEL:1\r\nEMAIL:a@example.org\r\n"));
	ck_assert(side->functions->update(side, changes, NULL));
	expect_verdict(change, VERDICT_DONE);
	g_autofree char *text = scratch_read("items/mine.vcf");
	ck_assert_ptr_nonnull(strstr(text, "a@example.org"));
	ck_assert_ptr_nonnull(strstr(text, "NOTE:mine\r\nX-OWN;K=v:kept\r\n"));
	ck_assert_str_eq(change->result, text);
	g_autofree char *revision = revision_of("mine.vcf");
	ck_assert_pstr_eq(change->revision, revision);
	scratch_expect("state/trash/20261121T031417Z-mine.vcf",
	               CARD("a", "A", "TEL:1\r\nNOTE:mine\r\nX-OWN;K=v:kept\r\n"));
}
END_TEST

START_TEST(an_edit_made_since_the_listing_survives_the_update)
{
	write_item("a.vcf", CARD("a", "A", ""));
	struct change *change = add_change("a", "a.vcf", CARD("a", "A", ""),
	                                   CARD("a", "A", "EMAIL:a@example.org\r\n"));
	change->revision = revision_of("a.vcf");
	write_item("a.vcf", CARD("a", "A", "NOTE:just typed\r\n"));
	ck_assert(side->functions->update(side, changes, NULL));
	expect_verdict(change, VERDICT_DONE);
	g_autofree char *text = scratch_read("items/a.vcf");
	ck_assert_ptr_nonnull(strstr(text, "NOTE:just typed"));
	ck_assert_ptr_nonnull(strstr(text, "a@example.org"));
}
END_TEST

START_TEST(an_update_that_changes_nothing_touches_nothing)
{
	/* latin-1 bytes stay what they are until there is a reason to write */
	write_item("a.vcf", CARD("a", "Zo\xeb", "NOTE:mine\r\n"));
	g_autofree char *before = revision_of("a.vcf");
	struct change *change =
		add_change("a", "a.vcf", CARD("a", "Zo\xc3\xab", ""), CARD("a", "Zo\xc3\xab", ""));
	ck_assert(side->functions->update(side, changes, NULL));
	expect_verdict(change, VERDICT_DONE);
	ck_assert_pstr_eq(change->revision, before);
	g_autofree char *after = revision_of("a.vcf");
	ck_assert_pstr_eq(after, before);
	ck_assert(trash_is_empty());
}
END_TEST

START_TEST(a_latin1_card_is_written_as_utf8_when_it_changes)
{
	write_item("a.vcf", CARD("a", "Zo\xeb", "NOTE:mine\r\n"));
	struct change *change = add_change("a", "a.vcf", CARD("a", "Zo\xc3\xab", ""),
	                                   CARD("a", "Zo\xc3\xab", "EMAIL:z@example.org\r\n"));
	ck_assert(side->functions->update(side, changes, NULL));
	expect_verdict(change, VERDICT_DONE);
	g_autofree char *text = scratch_read("items/a.vcf");
	ck_assert(g_utf8_validate(text, -1, NULL));
	ck_assert_ptr_nonnull(strstr(text, "Zo\xc3\xab"));
	scratch_expect("state/trash/20261121T031417Z-a.vcf", CARD("a", "Zo\xeb", "NOTE:mine\r\n"));
}
END_TEST

START_TEST(a_conflict_keeps_mine_and_is_noted)
{
	write_item("a.vcf", CARD("a", "A", "BDAY:1951-01-31\r\n"));
	struct change *change = add_change("a", "a.vcf", CARD("a", "A", "BDAY:1950-01-01\r\n"),
	                                   CARD("a", "A", "BDAY:1952-02-02\r\n"));
	ck_assert(side->functions->update(side, changes, NULL));
	expect_verdict(change, VERDICT_DONE);
	expect_item("a.vcf", CARD("a", "A", "BDAY:1951-01-31\r\n"));
	ck_assert_uint_ge(change->notes->len, 1);
}
END_TEST

START_TEST(an_update_keeps_the_mode_of_the_file)
{
	write_item("a.vcf", CARD("a", "A", ""));
	g_autofree char *path = scratch_path("items/a.vcf");
	ck_assert_int_eq(chmod(path, 0644), 0);
	add_change("a", "a.vcf", CARD("a", "A", ""), CARD("a", "A", "EMAIL:a@example.org\r\n"));
	ck_assert(side->functions->update(side, changes, NULL));
	struct stat status;
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0644);
	g_autofree char *text = scratch_read("items/a.vcf");
	ck_assert_ptr_nonnull(strstr(text, "a@example.org"));
}
END_TEST

START_TEST(an_update_never_touches_what_is_no_item_or_several)
{
	write_item("two.vcf", CARD("a", "A", "") CARD("b", "B", ""));
	write_item("notes.txt", "mine");
	const char *const theirs = CARD("a", "A", "EMAIL:a@example.org\r\n");
	struct change *two = add_change("a", "two.vcf", NULL, theirs);
	struct change *other = add_change("n", "notes.txt", NULL, theirs);
	struct change *outside = add_change("o", "../x.vcf", NULL, theirs);
	struct change *gone = add_change("g", "gone.vcf", NULL, theirs);
	ck_assert(side->functions->update(side, changes, NULL));
	expect_verdict(two, VERDICT_RETRY);
	expect_verdict(other, VERDICT_REFUSED);
	expect_verdict(outside, VERDICT_REFUSED);
	expect_verdict(gone, VERDICT_NOT_FOUND);
	expect_item("two.vcf", CARD("a", "A", "") CARD("b", "B", ""));
	expect_item("notes.txt", "mine");
	ck_assert(trash_is_empty());
}
END_TEST

START_TEST(an_event_is_replaced_only_while_it_is_what_both_agreed_on)
{
	use_events();
	write_item("a.ics", EVENT("a", "Old"));
	write_item("b.ics", EVENT("b", "Edited here"));
	struct change *same = add_change("a", "a.ics", EVENT("a", "Old"), EVENT("a", "New"));
	struct change *edited = add_change("b", "b.ics", EVENT("b", "Old"), EVENT("b", "New"));
	ck_assert(side->functions->update(side, changes, NULL));
	expect_verdict(same, VERDICT_DONE);
	expect_item("a.ics", EVENT("a", "New"));
	scratch_expect("state/trash/20261121T031417Z-a.ics", EVENT("a", "Old"));
	expect_verdict(edited, VERDICT_STALE);
	ck_assert_uint_eq(edited->notes->len, 1);
	expect_item("b.ics", EVENT("b", "Edited here"));
}
END_TEST

START_TEST(a_removed_item_lies_in_the_trash)
{
	write_item("a.vcf", "first");
	struct change *change = add_change("a", "a.vcf", NULL, NULL);
	change->revision = revision_of("a.vcf");
	ck_assert(side->functions->remove(side, changes, NULL));
	expect_verdict(change, VERDICT_DONE);
	ck_assert_uint_eq(scratch_count("items"), 0);
	scratch_expect("state/trash/20261121T031417Z-a.vcf", "first");

	write_item("a.vcf", "second");
	g_clear_pointer(&change->revision, g_free);
	ck_assert(side->functions->remove(side, changes, NULL));
	scratch_expect("state/trash/20261121T031417Z-a.vcf", "first");
	scratch_expect("state/trash/20261121T031417Z-a-2.vcf", "second");
}
END_TEST

START_TEST(what_a_kill_left_in_the_trash_goes_after_an_hour)
{
	static const char left[] = "state/trash/.20261121T031417Z-a.vcf.0123456789abcdef.tmp";
	g_autofree char *trash = scratch_path("state/trash"), *path = scratch_path(left);
	ck_assert_int_eq(g_mkdir_with_parents(trash, 0700), 0);
	scratch_write(left, "half");
	const struct utimbuf long_ago = {1, 1};
	ck_assert_int_eq(utime(path, &long_ago), 0);
	write_item("a.vcf", "first");
	add_change("a", "a.vcf", NULL, NULL);
	ck_assert(side->functions->remove(side, changes, NULL));
	scratch_expect("state/trash/20261121T031417Z-a.vcf", "first");
	ck_assert_uint_eq(scratch_count("state/trash"), 1);
}
END_TEST

START_TEST(an_edited_item_is_not_removed)
{
	write_item("a.vcf", "old");
	struct change *change = add_change("a", "a.vcf", NULL, NULL);
	change->revision = revision_of("a.vcf");
	write_item("a.vcf", "edited");
	struct change *gone = add_change("g", "gone.vcf", NULL, NULL);
	struct change *hidden = add_change("h", ".hidden.vcf", NULL, NULL);
	write_item(".hidden.vcf", "kept");
	ck_assert(side->functions->remove(side, changes, NULL));
	expect_verdict(change, VERDICT_STALE);
	expect_verdict(gone, VERDICT_NOT_FOUND);
	expect_verdict(hidden, VERDICT_REFUSED);
	expect_item("a.vcf", "edited");
	expect_item(".hidden.vcf", "kept");
}
END_TEST

START_TEST(an_item_with_the_longest_name_reaches_the_trash)
{
	g_autofree char *stem = g_strnfill(251, 'x');
	g_autofree char *name = g_strconcat(stem, ".vcf", NULL);
	g_autofree char *path = g_build_filename(scratch, "items", name, NULL);
	close(open(path, O_WRONLY | O_CREAT,
	           0600)); /* no room for the ending of a temporary name */
	struct change *change = add_change("a", name, NULL, NULL);
	ck_assert(side->functions->remove(side, changes, NULL));
	expect_verdict(change, VERDICT_DONE);
	ck_assert_uint_eq(scratch_count("state/trash"), 1);
}
END_TEST

START_TEST(without_a_trash_nothing_is_overwritten_or_removed)
{
	scratch_write("state", "a file in the way");
	write_item("a.vcf", CARD("a", "A", ""));
	struct change *change = add_change("a", "a.vcf", CARD("a", "A", ""),
	                                   CARD("a", "A", "EMAIL:a@example.org\r\n"));
	g_autoptr(GError) first = NULL, second = NULL;
	ck_assert(!side->functions->update(side, changes, &first));
	expect_error(first, PASSERELLE_ERROR_STORAGE);
	ck_assert(!side->functions->remove(side, changes, &second));
	expect_error(second, PASSERELLE_ERROR_STORAGE);
	expect_verdict(change, VERDICT_PENDING);
	expect_item("a.vcf", CARD("a", "A", ""));
}
END_TEST

START_TEST(a_full_disk_stops_the_side_and_keeps_what_was_answered)
{
	g_autofree char *note = g_strnfill(8000, 'x');
	g_autofree char *large =
		g_strconcat("BEGIN:VCARD\r\nNOTE:", note, "\r\nEND:VCARD\r\n", NULL);
	struct change *small = add_change("a", NULL, NULL, CARD("a", "A", ""));
	struct change *full = add_change("b", NULL, NULL, large);
	struct change *after = add_change("c", NULL, NULL, CARD("c", "C", ""));
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit before;
	getrlimit(RLIMIT_FSIZE, &before);
	const struct rlimit limit = {5000, before.rlim_max};
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	g_autoptr(GError) error = NULL;
	const bool created = side->functions->create(side, changes, &error);
	setrlimit(RLIMIT_FSIZE, &before);
	ck_assert(!created);
	expect_error(error, PASSERELLE_ERROR_STORAGE);
	expect_verdict(small, VERDICT_DONE);
	expect_verdict(full, VERDICT_PENDING);
	expect_verdict(after, VERDICT_PENDING);
	ck_assert_uint_eq(scratch_count("items"), 1);
}
END_TEST

/* Changes the e-mail to and fro until it is killed. */
static void update_until_killed(int out)
{
	const char *const texts[] = {CARD("a", "A", "EMAIL:even@example.org\r\n"),
	                             CARD("a", "A", "EMAIL:odd@example.org\r\n")};
	for (unsigned i = 1;; i++) {
		g_ptr_array_set_size(changes, 0);
		struct change *change = add_change("a", "a.vcf", texts[(i + 1) % 2], texts[i % 2]);
		if (!side->functions->update(side, changes, NULL) ||
		    change->verdict != VERDICT_DONE || write(out, "+", 1) != 1) {
			_exit(1);
		}
	}
}

START_TEST(a_kill_during_updates_leaves_one_whole_card)
{
	write_item("a.vcf", CARD("a", "A", "EMAIL:even@example.org\r\nNOTE:mine\r\n"));
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	const pid_t child = fork();
	if (child == 0) {
		update_until_killed(ends[1]);
	}
	close(ends[1]); /* so that a child that fails is told at once */
	char done;
	ck_assert_int_eq(read(ends[0], &done, 1), 1);
	g_usleep((gulong)g_random_int_range(0, 12000));
	kill(child, SIGKILL);
	int status;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	close(ends[0]);
	g_autofree char *text = scratch_read("items/a.vcf");
	ck_assert_ptr_nonnull(text);
	ck_assert(g_str_has_suffix(text, "END:VCARD\r\n"));
	ck_assert_ptr_nonnull(strstr(text, "NOTE:mine"));
	ck_assert_int_ne(strstr(text, "even@") != NULL, strstr(text, "odd@") != NULL);
	const char *const names[] = {"a.vcf", NULL};
	expect_list(names);
}
END_TEST

static void add_write_tests(TCase *tests)
{
	tcase_add_test(tests, a_new_item_is_a_file_named_after_its_uid);
	tcase_add_test(tests, no_uid_leaves_the_folder_or_hides);
	tcase_add_test(tests, a_name_taken_by_another_item_gets_a_number);
	tcase_add_test(tests, creating_again_after_a_kill_adopts_the_file);
	tcase_add_test(tests, another_text_of_the_same_uid_is_not_doubled);
	tcase_add_test(tests, an_event_of_the_same_uid_is_not_doubled);
	tcase_add_test(tests, each_of_many_gets_the_name_that_is_free);
	tcase_add_loop_test(tests,
	                    a_kill_while_many_are_made_leaves_whole_files_that_the_next_ones_find,
	                    0, 20);
	tcase_add_test(tests, a_change_there_is_merged_into_what_stands_here);
	tcase_add_test(tests, an_edit_made_since_the_listing_survives_the_update);
	tcase_add_test(tests, an_update_that_changes_nothing_touches_nothing);
	tcase_add_test(tests, a_latin1_card_is_written_as_utf8_when_it_changes);
	tcase_add_test(tests, a_conflict_keeps_mine_and_is_noted);
	tcase_add_test(tests, an_update_keeps_the_mode_of_the_file);
	tcase_add_test(tests, an_update_never_touches_what_is_no_item_or_several);
	tcase_add_test(tests, an_event_is_replaced_only_while_it_is_what_both_agreed_on);
	tcase_add_test(tests, a_removed_item_lies_in_the_trash);
	tcase_add_test(tests, what_a_kill_left_in_the_trash_goes_after_an_hour);
	tcase_add_test(tests, an_edited_item_is_not_removed);
	tcase_add_test(tests, an_item_with_the_longest_name_reaches_the_trash);
	tcase_add_test(tests, without_a_trash_nothing_is_overwritten_or_removed);
	tcase_add_test(tests, a_full_disk_stops_the_side_and_keeps_what_was_answered);
	tcase_add_loop_test(tests, a_kill_during_updates_leaves_one_whole_card, 0, 20);
}

int main(void)
{
	Suite *suite = suite_create("vdir write");
	TCase *writes = tcase_create("writes");
	tcase_add_checked_fixture(writes, setup, teardown);
	tcase_set_timeout(writes, 60);
	add_write_tests(writes);
	suite_add_tcase(suite, writes);
	return scratch_run(suite);
}
