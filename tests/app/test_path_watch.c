/* SPDX-License-Identifier: MIT */
/* A watched path: it comes late, is replaced, loses its folder, and nothing else wakes it up. */
#include "app/path_watch.h"

#include <check.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#define PATIENCE_MS 30000
#define SILENCE_MS  100 /* more than what is collected in one call */
#define SILENCES    4   /* one after the other: a busy machine can make one of them short */

static char *home, *path;
static struct path_watch *watch;
static guint calls;

static void on_changed(void *data)
{
	(void)data;
	calls++;
}

static char *below(const char *name)
{
	return g_build_filename(home, name, NULL);
}

static void run(const char *command)
{
	ck_assert_int_eq(chdir(home), 0);
	ck_assert_int_eq(system(command), 0);
}

static void set_up(void)
{
	home = g_dir_make_tmp("passerelle-test-XXXXXX", NULL);
	path = below("a/b/home.json");
	calls = 0;
}

static void start(void)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new();
	g_ptr_array_add(paths, path);
	watch = path_watch_new(paths, on_changed, NULL);
}

static void tear_down(void)
{
	path_watch_free(watch);
	watch = NULL;
	run("rm -rf ./*");
	ck_assert_int_eq(chdir("/"), 0);
	g_rmdir(home);
	g_clear_pointer(&home, g_free);
	g_clear_pointer(&path, g_free);
}

static gboolean on_late(gpointer data)
{
	*(bool *)data = true;
	return G_SOURCE_REMOVE;
}

static void iterate(guint milliseconds, bool ends_with_call)
{
	bool is_late = false;
	const guint before = calls;
	const guint timer = g_timeout_add(milliseconds, on_late, &is_late);
	while (!is_late && !(ends_with_call && calls > before)) {
		g_main_context_iteration(NULL, TRUE);
	}
	if (!is_late) {
		g_source_remove(timer);
	}
}

static void iterate_in_silence(void)
{
	for (int i = 0; i < SILENCES; i++) {
		iterate(SILENCE_MS, false);
	}
}

/* After command there is a call; what follows it closely is waited for as well. */
static void expect_call(const char *command)
{
	const guint before = calls;
	run(command);
	iterate(PATIENCE_MS, true);
	ck_assert_msg(calls > before, "nothing was told of: %s", command);
	iterate_in_silence();
}

static void expect_silence(const char *command)
{
	const guint before = calls;
	run(command);
	iterate_in_silence();
	ck_assert_msg(calls == before, "%u calls after: %s", calls - before, command);
}

static const char replace[] = "echo x >a/b/.new && mv a/b/.new a/b/home.json";

START_TEST(a_file_that_comes_later_with_all_its_folders_is_told)
{
	start();
	expect_call("mkdir a");
	expect_call("mkdir a/b");
	expect_call(replace);
}
END_TEST

START_TEST(folders_that_come_at_once_with_the_file_are_told)
{
	start();
	expect_call("mkdir -p new/b && echo x >new/b/home.json && mv new a");
	expect_call(replace);
}
END_TEST

START_TEST(a_file_that_is_replaced_written_or_removed_is_told)
{
	run("mkdir -p a/b");
	start();
	expect_call(replace);
	expect_call(replace);
	expect_call("echo y >a/b/home.json");
	expect_call("rm a/b/home.json");
}
END_TEST

START_TEST(a_folder_that_is_removed_and_made_again_is_watched_again)
{
	run("mkdir -p a/b");
	start();
	expect_call("rm -r a");
	expect_call("mkdir -p a/b");
	expect_call(replace);
}
END_TEST

START_TEST(a_folder_above_that_is_moved_away_is_no_longer_the_place)
{
	run("mkdir -p a/b");
	start();
	expect_call("mv a other");
	expect_silence("echo x >other/b/home.json");
	expect_call("mkdir -p a/b");
	expect_call(replace);
	expect_call("rm -r a && mv other a");
	expect_call(replace);
}
END_TEST

START_TEST(other_files_are_not_told)
{
	run("mkdir -p a/b");
	start();
	expect_silence("echo x >a/b/work.json && mv a/b/work.json a/b/other.json && mkdir a/c");
	expect_silence("true");
}
END_TEST

START_TEST(many_changes_at_once_are_told_in_few_calls)
{
	run("mkdir -p a/b");
	start();
	run("for i in $(seq 200); do echo $i >a/b/.new && mv a/b/.new a/b/home.json; done");
	iterate(PATIENCE_MS, true);
	iterate_in_silence();
	ck_assert_uint_lt(calls, 100);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("path_watch");
	TCase *tests = tcase_create("path_watch");
	tcase_set_timeout(tests, 300);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_file_that_comes_later_with_all_its_folders_is_told);
	tcase_add_test(tests, folders_that_come_at_once_with_the_file_are_told);
	tcase_add_test(tests, a_file_that_is_replaced_written_or_removed_is_told);
	tcase_add_test(tests, a_folder_that_is_removed_and_made_again_is_watched_again);
	tcase_add_test(tests, a_folder_above_that_is_moved_away_is_no_longer_the_place);
	tcase_add_test(tests, other_files_are_not_told);
	tcase_add_test(tests, many_changes_at_once_are_told_in_few_calls);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
