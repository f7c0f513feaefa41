/* SPDX-License-Identifier: MIT */
/* A file is whole before and after, an edit by somebody else wins, and one lock has one holder. */
#include "base/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "scratch.h"

#define LIMIT 1000000

static int folder = -1;

static void setup(void)
{
	scratch_setup();
	folder = durable_open_folder(scratch, NULL);
	ck_assert_int_ge(folder, 0);
}

static void teardown(void)
{
	close(folder);
	scratch_teardown();
}

static bool replace(const char *name, const char *text, const char *expected, GError **error)
{
	return durable_replace_at(folder, name, text, strlen(text), 0600, expected, NULL, error);
}

static void expect_refused(const char *name, const char *text, const char *expected,
                           enum passerelle_error code)
{
	g_autoptr(GError) error = NULL;
	ck_assert(!replace(name, text, expected, &error));
	expect_error(error, code);
	ck_assert_msg(strstr(error->message, name) != NULL, "%s", error->message);
}

static void expect_unreadable(const char *name, gsize limit, enum passerelle_error code)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(durable_read_at(folder, name, limit, NULL, &error));
	expect_error(error, code);
	ck_assert_msg(strstr(error->message, name) != NULL, "%s", error->message);
}

START_TEST(a_new_file_is_written_whole_and_nothing_is_left_beside_it)
{
	g_autofree char *revision = NULL;
	ck_assert(durable_replace_at(folder, "a", "text", 4, 0640, NULL, &revision, NULL));
	scratch_expect("a", "text");
	ck_assert_uint_eq(scratch_count(""), 1);
	g_autofree char *present = durable_revision_at(folder, "a");
	ck_assert_pstr_eq(revision, present);
	struct stat status;
	ck_assert_int_eq(fstatat(folder, "a", &status, 0), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0640);
}
END_TEST

START_TEST(a_new_file_never_overwrites)
{
	scratch_write("a", "theirs");
	expect_refused("a", "mine", NULL, PASSERELLE_ERROR_STALE);
	scratch_expect("a", "theirs");
	ck_assert_uint_eq(scratch_count(""), 1);
}
END_TEST

START_TEST(a_file_that_still_bears_its_mark_is_replaced)
{
	scratch_write("a", "old");
	g_autofree char *revision = durable_revision_at(folder, "a");
	g_autofree char *new_revision = NULL;
	ck_assert(durable_replace_at(folder, "a", "new", 3, 0600, revision, &new_revision, NULL));
	scratch_expect("a", "new");
	ck_assert_str_ne(new_revision, revision);
	g_autofree char *present = durable_revision_at(folder, "a");
	ck_assert_pstr_eq(new_revision, present);
	ck_assert_uint_eq(scratch_count(""), 1);
}
END_TEST

START_TEST(an_edit_after_the_reading_wins)
{
	scratch_write("a", "old");
	g_autofree char *revision = NULL;
	g_autoptr(GBytes) data = durable_read_at(folder, "a", LIMIT, &revision, NULL);
	ck_assert_ptr_nonnull(data);
	scratch_write("a", "edited");
	expect_refused("a", "mine", revision, PASSERELLE_ERROR_STALE);
	scratch_expect("a", "edited");
	ck_assert_uint_eq(scratch_count(""), 1);
}
END_TEST

START_TEST(an_edit_in_place_of_the_same_size_right_after_the_reading_wins)
{
	for (int i = 0; i < 20; i++) {
		scratch_write("a", "old");
		g_autofree char *revision = NULL;
		g_autoptr(GBytes) data = durable_read_at(folder, "a", LIMIT, &revision, NULL);
		ck_assert_ptr_nonnull(data);
		const int file = openat(folder, "a", O_WRONLY);
		ck_assert_int_eq(pwrite(file, "new", 3, 0), 3);
		close(file);
		expect_refused("a", "mine", revision, PASSERELLE_ERROR_STALE);
		scratch_expect("a", "new");
	}
}
END_TEST

START_TEST(a_file_removed_after_the_reading_stays_removed)
{
	scratch_write("a", "old");
	g_autofree char *revision = durable_revision_at(folder, "a");
	ck_assert_int_eq(unlinkat(folder, "a", 0), 0);
	expect_refused("a", "mine", revision, PASSERELLE_ERROR_STALE);
	ck_assert_uint_eq(scratch_count(""), 0);
}
END_TEST

START_TEST(any_replaces_what_is_there_or_nothing)
{
	ck_assert(replace("a", "one", DURABLE_ANY, NULL));
	ck_assert(replace("a", "two", DURABLE_ANY, NULL));
	scratch_expect("a", "two");
	g_autofree char *path = scratch_path("a");
	ck_assert(durable_replace(path, "three", 5, 0600, NULL));
	scratch_expect("a", "three");
	ck_assert_uint_eq(scratch_count(""), 1);
}
END_TEST

START_TEST(a_name_cannot_leave_the_folder)
{
	static const char *const names[] = {"../a", "b/a", "/a", "", ".", ".."};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		expect_refused(names[i], "text", NULL, PASSERELLE_ERROR_INPUT);
		expect_unreadable(names[i], LIMIT, PASSERELLE_ERROR_INPUT);
		ck_assert(!durable_remove_at(folder, names[i], DURABLE_ANY, NULL));
	}
}
END_TEST

START_TEST(the_longest_name_can_be_written_and_a_longer_one_is_told)
{
	g_autofree char *longest = g_strnfill(255, 'x');
	ck_assert(replace(longest, "text", NULL, NULL));
	g_autofree char *longer = g_strnfill(256, 'x');
	expect_refused(longer, "text", NULL, PASSERELLE_ERROR_STORAGE);
	ck_assert_uint_eq(scratch_count(""), 1);
}
END_TEST

START_TEST(a_folder_removed_underneath_is_told)
{
	g_autofree char *path = scratch_path("sub");
	ck_assert_int_eq(mkdir(path, 0700), 0);
	const int lost = durable_open_folder(path, NULL);
	ck_assert_int_eq(rmdir(path), 0);
	g_autoptr(GError) error = NULL;
	ck_assert(!durable_replace_at(lost, "a", "x", 1, 0600, NULL, NULL, &error));
	expect_error(error, PASSERELLE_ERROR_STORAGE);
	close(lost);
}
END_TEST

START_TEST(a_missing_folder_cannot_be_opened)
{
	g_autofree char *path = scratch_path("none");
	g_autoptr(GError) error = NULL;
	ck_assert_int_eq(durable_open_folder(path, &error), -1);
	expect_error(error, PASSERELLE_ERROR_STORAGE);
	ck_assert_ptr_nonnull(strstr(error->message, path));
}
END_TEST

START_TEST(a_full_disk_keeps_the_old_file_and_leaves_nothing)
{
	scratch_write("a", "old");
	g_autofree char *revision = durable_revision_at(folder, "a");
	g_autofree char *large = g_strnfill(100000, 'x');
	signal(SIGXFSZ, SIG_IGN);
	struct rlimit before;
	getrlimit(RLIMIT_FSIZE, &before);
	const struct rlimit small = {5000, before.rlim_max};
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &small), 0);
	g_autoptr(GError) error = NULL;
	const bool replaced = replace("a", large, revision, &error);
	setrlimit(RLIMIT_FSIZE, &before);
	ck_assert(!replaced);
	expect_error(error, PASSERELLE_ERROR_STORAGE);
	ck_assert_msg(strstr(error->message, g_strerror(EFBIG)) != NULL, "%s", error->message);
	scratch_expect("a", "old");
	ck_assert_uint_eq(scratch_count(""), 1);
}
END_TEST

START_TEST(a_folder_that_cannot_be_made_durable_is_told_and_the_file_is_whole)
{
	scratch_write("a", "old");
	const int path_only = open(scratch, O_PATH | O_DIRECTORY | O_CLOEXEC); /* fsync: EBADF */
	g_autoptr(GError) error = NULL;
	ck_assert(durable_is_trusted());
	const bool replaced =
		durable_replace_at(path_only, "a", "new", 3, 0600, DURABLE_ANY, NULL, &error);
	close(path_only);
	ck_assert(!replaced);
	expect_error(error, PASSERELLE_ERROR_STORAGE);
	ck_assert_msg(strstr(error->message, g_strerror(EBADF)) != NULL, "%s", error->message);
	ck_assert(!durable_is_trusted());
	scratch_expect("a", "new");
	ck_assert_uint_eq(scratch_count(""), 1);
}
END_TEST

START_TEST(a_file_comes_back_byte_for_byte_with_its_mark)
{
	const char bytes[] = "a\0b\r\nc";
	ck_assert(durable_replace_at(folder, "a", bytes, sizeof(bytes), 0600, NULL, NULL, NULL));
	g_autofree char *revision = NULL;
	g_autoptr(GBytes) data = durable_read_at(folder, "a", sizeof(bytes), &revision, NULL);
	ck_assert_ptr_nonnull(data);
	gsize size;
	const char *text = g_bytes_get_data(data, &size);
	ck_assert_uint_eq(size, sizeof(bytes));
	ck_assert_mem_eq(text, bytes, size);
	ck_assert_int_eq(text[size], '\0');
	g_autofree char *present = durable_revision_at(folder, "a");
	ck_assert_pstr_eq(revision, present);
}
END_TEST

START_TEST(an_empty_file_is_read)
{
	scratch_write("a", "");
	g_autoptr(GBytes) data = durable_read_at(folder, "a", 0, NULL, NULL);
	ck_assert_ptr_nonnull(data);
	ck_assert_uint_eq(g_bytes_get_size(data), 0);
}
END_TEST

START_TEST(what_is_no_regular_file_is_refused_without_waiting)
{
	g_autofree char *target = scratch_path("target");
	scratch_write("target", "secret");
	ck_assert_int_eq(symlinkat(target, folder, "link"), 0);
	ck_assert_int_eq(mkfifoat(folder, "fifo", 0600), 0);
	ck_assert_int_eq(mkdirat(folder, "folder", 0700), 0);
	static const char *const names[] = {"link", "fifo", "folder"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		expect_unreadable(names[i], LIMIT, PASSERELLE_ERROR_INPUT);
		ck_assert_ptr_null(durable_revision_at(folder, names[i]));
		expect_refused(names[i], "mine", NULL, PASSERELLE_ERROR_STALE);
	}
	scratch_expect("target", "secret");
}
END_TEST

START_TEST(a_link_put_in_place_of_a_file_is_not_followed)
{
	scratch_write("target", "secret");
	scratch_write("a", "old");
	g_autofree char *revision = durable_revision_at(folder, "a");
	ck_assert_int_eq(unlinkat(folder, "a", 0), 0);
	ck_assert_int_eq(symlinkat("target", folder, "a"), 0);
	expect_refused("a", "mine", revision, PASSERELLE_ERROR_STALE);
	ck_assert(replace("a", "mine", DURABLE_ANY, NULL));
	scratch_expect("a", "mine");
	scratch_expect("target", "secret");
}
END_TEST

START_TEST(a_missing_file_is_not_found)
{
	expect_unreadable("none", LIMIT, PASSERELLE_ERROR_NOT_FOUND);
	ck_assert_ptr_null(durable_revision_at(folder, "none"));
}
END_TEST

START_TEST(a_file_beyond_the_limit_is_refused)
{
	scratch_write("a", "12345");
	expect_unreadable("a", 4, PASSERELLE_ERROR_INPUT);
	g_autoptr(GBytes) data = durable_read_at(folder, "a", 5, NULL, NULL);
	ck_assert_ptr_nonnull(data);
}
END_TEST

START_TEST(a_file_is_removed_when_it_bears_its_mark)
{
	scratch_write("a", "old");
	g_autofree char *revision = durable_revision_at(folder, "a");
	ck_assert(durable_remove_at(folder, "a", revision, NULL));
	ck_assert_uint_eq(scratch_count(""), 0);
	g_autoptr(GError) error = NULL;
	ck_assert(!durable_remove_at(folder, "a", revision, &error));
	expect_error(error, PASSERELLE_ERROR_NOT_FOUND);
}
END_TEST

START_TEST(an_edited_file_is_not_removed)
{
	scratch_write("a", "old");
	g_autofree char *revision = durable_revision_at(folder, "a");
	scratch_write("a", "edited");
	g_autoptr(GError) error = NULL;
	ck_assert(!durable_remove_at(folder, "a", revision, &error));
	expect_error(error, PASSERELLE_ERROR_STALE);
	scratch_expect("a", "edited");
	ck_assert_uint_eq(scratch_count(""), 1);
}
END_TEST

START_TEST(folders_are_made_all_the_way_and_only_once)
{
	g_autofree char *path = scratch_path("a/b/c");
	const mode_t before = umask(0);
	ck_assert(durable_make_folder(path, 0700, NULL));
	umask(before);
	struct stat status;
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0700);
	ck_assert(durable_make_folder(path, 0700, NULL));
	g_autofree char *slash = scratch_path("d/e/");
	ck_assert(durable_make_folder(slash, 0700, NULL));
	ck_assert_int_eq(stat(slash, &status), 0);
}
END_TEST

START_TEST(a_folder_in_place_of_a_file_is_told)
{
	scratch_write("a", "");
	static const char *const names[] = {"a", "a/b"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = scratch_path(names[i]);
		g_autoptr(GError) error = NULL;
		ck_assert(!durable_make_folder(path, 0700, &error));
		expect_error(error, PASSERELLE_ERROR_STORAGE);
	}
}
END_TEST

/* Adds one to the number in the file until it has done so count times. */
static void count_up(int count)
{
	while (count > 0) {
		g_autofree char *revision = NULL;
		g_autoptr(GBytes) data = durable_read_at(folder, "counter", LIMIT, &revision, NULL);
		if (data == NULL) {
			continue;
		}
		const char *text = g_bytes_get_data(data, NULL);
		g_autofree char *next = g_strdup_printf("%06d", atoi(text) + 1);
		g_autoptr(GError) error = NULL;
		if (replace("counter", next, revision, &error)) {
			count--;
		} else if (!passerelle_error_is(error, PASSERELLE_ERROR_STALE)) {
			_exit(1);
		}
	}
	_exit(0);
}

START_TEST(two_programs_that_edit_at_once_lose_no_edit)
{
	g_random_int(); /* seeded before the fork, as in a program that has run for a while */
	scratch_write("counter", "000000");
	pid_t children[2];
	for (int i = 0; i < 2; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			count_up(150);
		}
	}
	for (int i = 0; i < 2; i++) {
		int status;
		ck_assert_int_eq(waitpid(children[i], &status, 0), children[i]);
		ck_assert_int_eq(status, 0);
	}
	scratch_expect("counter", "000300");
	ck_assert_uint_eq(scratch_count(""), 1);
}
END_TEST

static void replace_until_killed(int out, char *const texts[2])
{
	for (unsigned i = 1;; i++) {
		g_autofree char *revision = durable_revision_at(folder, "a");
		const char *text = texts[i % 2];
		if (!replace("a", text, i % 3 == 0 ? DURABLE_ANY : revision, NULL) ||
		    write(out, "+", 1) != 1) {
			_exit(1);
		}
	}
}

static bool is_temporary(const char *name)
{
	return name[0] == '.' && g_str_has_suffix(name, ".tmp");
}

static void expect_only_temporaries_beside(const char *name)
{
	GDir *entries = g_dir_open(scratch, 0, NULL);
	unsigned others = 0;
	for (const char *entry; (entry = g_dir_read_name(entries)) != NULL;) {
		others += strcmp(entry, name) != 0 && !is_temporary(entry);
	}
	g_dir_close(entries);
	ck_assert_uint_eq(others, 0);
}

START_TEST(a_kill_at_any_moment_leaves_the_old_or_the_new_file_whole)
{
	g_autofree char *even = g_strnfill(30000, 'e');
	g_autofree char *odd = g_strnfill(50000, 'o');
	char *const texts[2] = {even, odd};
	scratch_write("a", even);
	int ends[2];
	ck_assert_int_eq(pipe(ends), 0);
	const pid_t child = fork();
	if (child == 0) {
		replace_until_killed(ends[1], texts);
	}
	close(ends[1]); /* so that a child that fails is told at once */
	char done;
	for (int i = 0; i <= _i % 5; i++) {
		ck_assert_int_eq(read(ends[0], &done, 1), 1);
	}
	g_usleep((gulong)g_random_int_range(0, 2000));
	kill(child, SIGKILL);
	int status;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status));
	close(ends[0]);
	g_autofree char *text = scratch_read("a");
	ck_assert_ptr_nonnull(text);
	ck_assert(strcmp(text, even) == 0 || strcmp(text, odd) == 0);
	expect_only_temporaries_beside("a");
}
END_TEST

static void write_aged(const char *name, gint64 seconds)
{
	scratch_write(name, "secret");
	struct timespec times[2];
	clock_gettime(CLOCK_REALTIME, &times[0]);
	times[0].tv_sec -= seconds;
	times[1] = times[0];
	ck_assert_int_eq(utimensat(folder, name, times, 0), 0);
}

START_TEST(a_draft_has_one_name_and_nothing_is_left_of_one_without)
{
	scratch_write("taken", "old");
	struct durable_draft *draft = durable_draft_new(folder, "taken", "new", 3, 0640, NULL);
	ck_assert(durable_draft_sync(draft, NULL));
	g_autoptr(GError) error = NULL;
	ck_assert(!durable_draft_place(draft, "taken", &error));
	expect_error(error, PASSERELLE_ERROR_STALE);
	ck_assert_ptr_null(durable_draft_revision(draft));
	ck_assert(!durable_draft_place(draft, "../out", NULL));
	ck_assert(durable_draft_place(draft, "free", NULL));
	ck_assert(durable_sync_folder(folder, NULL));
	g_autofree char *revision = durable_draft_revision(draft);
	g_autofree char *present = durable_revision_at(folder, "free");
	ck_assert_str_eq(revision, present);
	scratch_write("free", "edited at once");
	g_autofree char *written = durable_draft_revision(draft);
	g_autofree char *edited = durable_revision_at(folder, "free");
	ck_assert_str_ne(written, edited);
	durable_draft_free(draft);
	durable_draft_free(durable_draft_new(folder, "gone", "new", 3, 0640, NULL));
	scratch_expect("taken", "old");
	scratch_expect("free", "edited at once");
	ck_assert_uint_eq(scratch_count(""), 2);
}
END_TEST

START_TEST(what_a_killed_program_left_of_a_file_goes_after_an_hour)
{
	enum { HOUR = 60 * 60 };
	g_autofree char *path = scratch_path("a.json");
	g_autofree char *long_name = g_strnfill(NAME_MAX, 'n');
	g_autofree char *long_rest = g_strdup_printf(".%.200s.0123456789abcdef.tmp", long_name);
	write_aged(".a.json.0123456789abcdef.tmp", HOUR);
	write_aged(".a.json.0011223344556677.tmp", HOUR - 60); /* another host may be at it */
	write_aged(".b.json.0123456789abcdef.tmp", HOUR);
	write_aged(".a.json.tmp", HOUR);
	write_aged("a.json.0123456789abcdef.tmp", HOUR);
	write_aged(long_rest, HOUR);
	ck_assert(durable_replace(path, "new", 3, 0600, NULL));
	scratch_expect("a.json", "new");
	ck_assert_uint_eq(scratch_count(""), 6);
	ck_assert_int_ne(faccessat(folder, ".a.json.0123456789abcdef.tmp", F_OK, 0), 0);
	durable_clear_leftovers(folder, long_name);
	ck_assert_uint_eq(scratch_count(""), 5);
	durable_clear_leftovers(folder, NULL);
	ck_assert_uint_eq(scratch_count(""), 4);
	ck_assert_int_eq(faccessat(folder, ".a.json.0011223344556677.tmp", F_OK, 0), 0);
}
END_TEST

static void add_file_tests(TCase *tests)
{
	tcase_add_test(tests, a_new_file_is_written_whole_and_nothing_is_left_beside_it);
	tcase_add_test(tests, a_new_file_never_overwrites);
	tcase_add_test(tests, a_file_that_still_bears_its_mark_is_replaced);
	tcase_add_test(tests, an_edit_after_the_reading_wins);
	tcase_add_test(tests, an_edit_in_place_of_the_same_size_right_after_the_reading_wins);
	tcase_add_test(tests, a_file_removed_after_the_reading_stays_removed);
	tcase_add_test(tests, any_replaces_what_is_there_or_nothing);
	tcase_add_test(tests, a_name_cannot_leave_the_folder);
	tcase_add_test(tests, the_longest_name_can_be_written_and_a_longer_one_is_told);
	tcase_add_test(tests, a_folder_removed_underneath_is_told);
	tcase_add_test(tests, a_missing_folder_cannot_be_opened);
	tcase_add_test(tests, a_full_disk_keeps_the_old_file_and_leaves_nothing);
	tcase_add_test(tests, a_folder_that_cannot_be_made_durable_is_told_and_the_file_is_whole);
	tcase_add_test(tests, a_file_comes_back_byte_for_byte_with_its_mark);
	tcase_add_test(tests, an_empty_file_is_read);
	tcase_add_test(tests, what_is_no_regular_file_is_refused_without_waiting);
	tcase_add_test(tests, a_link_put_in_place_of_a_file_is_not_followed);
	tcase_add_test(tests, a_missing_file_is_not_found);
	tcase_add_test(tests, a_file_beyond_the_limit_is_refused);
	tcase_add_test(tests, a_file_is_removed_when_it_bears_its_mark);
	tcase_add_test(tests, an_edited_file_is_not_removed);
	tcase_add_test(tests, folders_are_made_all_the_way_and_only_once);
	tcase_add_test(tests, a_folder_in_place_of_a_file_is_told);
	tcase_add_test(tests, two_programs_that_edit_at_once_lose_no_edit);
	tcase_add_test(tests, a_draft_has_one_name_and_nothing_is_left_of_one_without);
	tcase_add_test(tests, what_a_killed_program_left_of_a_file_goes_after_an_hour);
	tcase_add_loop_test(tests, a_kill_at_any_moment_leaves_the_old_or_the_new_file_whole, 0,
	                    40);
}

int main(void)
{
	Suite *suite = suite_create("durable");
	TCase *files = tcase_create("files");
	tcase_add_checked_fixture(files, setup, teardown);
	tcase_set_timeout(files, 60);
	add_file_tests(files);
	suite_add_tcase(suite, files);
	return scratch_run(suite);
}
