/* SPDX-License-Identifier: MIT */
/* What is told of a folder that programs write into, move away, link and make anew. */
#include "app/watch.h"

#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WAIT_MS 60000 /* for what must come */
#define CALM_MS 50    /* for what must not */

static char *root;
static GString *told; /* "event name, " */
static struct watcher *watcher;

static void on_event(void *data, enum watch_event event, const char *name)
{
	static const char *const words[] = {"changed", "created", "written", "folder"};
	g_string_append_printf(told, "%s%s %s, ", (const char *)data, words[event],
	                       name != NULL ? name : "-");
}

static char *below(const char *name)
{
	return g_build_filename(root, name, NULL);
}

static void set_up(void)
{
	root = g_dir_make_tmp("passerelle-watch-XXXXXX", NULL);
	told = g_string_new(NULL);
	watcher = watcher_new(NULL);
	ck_assert_ptr_nonnull(watcher);
}

static void tear_down(void)
{
	g_autofree char *command = g_strdup_printf("rm -rf '%s'", root);
	watcher_free(watcher);
	g_string_free(told, TRUE);
	ck_assert_int_eq(system(command), 0);
	g_free(root);
}

static void read_for(int milliseconds)
{
	struct pollfd file = {.fd = watcher_descriptor(watcher), .events = POLLIN};
	if (poll(&file, 1, milliseconds) == 1) {
		watcher_read(watcher);
	}
}

/* Forgets what was told before. */
static void expect(const char *words)
{
	for (int i = 0; i < WAIT_MS / CALM_MS && strstr(told->str, words) == NULL; i++) {
		read_for(CALM_MS);
	}
	ck_assert_msg(strstr(told->str, words) != NULL, "\"%s\" and not \"%s\"", told->str, words);
	read_for(CALM_MS);
	g_string_set_size(told, 0);
}

static void expect_nothing(void)
{
	read_for(CALM_MS);
	ck_assert_str_eq(told->str, "");
}

static void make_folder(const char *name)
{
	g_autofree char *path = below(name);
	ck_assert_int_eq(mkdir(path, 0700), 0);
}

static void move(const char *from, const char *to)
{
	g_autofree char *source = below(from);
	g_autofree char *target = below(to);
	ck_assert_int_eq(rename(source, target), 0);
}

static int begin_file(const char *name)
{
	g_autofree char *path = below(name);
	int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	ck_assert_int_ge(file, 0);
	ck_assert_int_eq(write(file, "x", 1), 1);
	return file;
}

static void write_file(const char *name)
{
	close(begin_file(name));
}

static struct watch *watch_below(const char *name, const char *label)
{
	g_autofree char *path = below(name);
	return watch_new(watcher, path, on_event, (void *)(gpointer)label);
}

START_TEST(a_file_is_told_while_it_is_written_and_when_it_is_closed)
{
	make_folder("f");
	struct watch *watch = watch_below("f", "");
	int file = begin_file("f/a.vcf");
	expect("created a.vcf, written a.vcf, ");
	ck_assert_int_eq(write(file, "y", 1), 1);
	expect("written a.vcf, ");
	expect_nothing();
	close(file);
	expect("changed a.vcf, ");
	watch_free(watch);
}
END_TEST

START_TEST(what_is_moved_in_or_away_linked_or_removed_is_told)
{
	make_folder("f");
	write_file("b");
	struct watch *watch = watch_below("f", "");
	move("b", "f/b.vcf");
	expect("changed b.vcf, ");
	g_autofree char *source = below("f/b.vcf");
	g_autofree char *target = below("f/c.vcf");
	ck_assert_int_eq(link(source, target), 0);
	expect("created c.vcf, ");
	move("f/b.vcf", "b");
	expect("changed b.vcf, ");
	ck_assert_int_eq(unlink(target), 0);
	expect("changed c.vcf, ");
	write_file("unrelated");
	expect_nothing();
	watch_free(watch);
}
END_TEST

START_TEST(a_folder_that_goes_and_comes_back_is_watched_again)
{
	make_folder("f");
	struct watch *watch = watch_below("f", "");
	move("f", "away");
	expect("folder -, ");
	write_file("away/a.vcf");
	expect_nothing();
	move("away", "f");
	expect("folder -, ");
	write_file("f/a.vcf");
	expect("changed a.vcf, ");
	make_folder("other");
	move("f", "away");
	move("other", "f");
	expect("folder -, ");
	write_file("f/b.vcf");
	expect("changed b.vcf, ");
	watch_free(watch);
}
END_TEST

START_TEST(a_folder_that_is_not_there_yet_is_waited_for_with_its_parents)
{
	struct watch *watch = watch_below("p/q/f", "");
	ck_assert_ptr_null(watch_problem(watch));
	make_folder("other");
	expect_nothing();
	make_folder("p");
	expect("folder -, ");
	make_folder("p/q");
	expect("folder -, ");
	make_folder("p/q/f");
	expect("folder -, ");
	write_file("p/q/f/a.vcf");
	expect("changed a.vcf, ");
	watch_free(watch);
}
END_TEST

START_TEST(a_link_to_a_folder_is_followed_and_its_change_told)
{
	make_folder("one");
	make_folder("two");
	make_folder("far");
	make_folder("far/three");
	g_autofree char *path = below("f");
	g_autofree char *next = below("next");
	ck_assert_int_eq(symlink("one", path), 0);
	struct watch *watch = watch_below("f", "");
	write_file("one/a.vcf");
	expect("changed a.vcf, ");
	ck_assert_int_eq(symlink("two", next), 0);
	ck_assert_int_eq(rename(next, path), 0);
	expect("folder -, ");
	write_file("one/b.vcf");
	expect_nothing();
	write_file("two/b.vcf");
	expect("changed b.vcf, ");
	ck_assert_int_eq(symlink("far/three", next), 0);
	ck_assert_int_eq(rename(next, path), 0);
	expect("folder -, ");
	move("far/three", "far/away");
	expect("folder -, ");
	move("far/away", "far/three");
	expect("folder -, ");
	write_file("far/three/c.vcf");
	expect("changed c.vcf, ");
	watch_free(watch);
}
END_TEST

START_TEST(two_may_watch_one_folder_and_one_may_stop)
{
	make_folder("f");
	struct watch *first = watch_below("f", "1 ");
	struct watch *second = watch_below("f", "2 ");
	write_file("f/a.vcf");
	expect("1 changed a.vcf, 2 changed a.vcf, ");
	watch_free(first);
	write_file("f/b.vcf");
	expect("2 changed b.vcf, ");
	move("f", "away");
	expect("2 folder -, ");
	watch_free(second);
	write_file("away/c.vcf");
	expect_nothing();
}
END_TEST

START_TEST(without_a_watcher_nothing_is_told_and_nothing_breaks)
{
	make_folder("f");
	g_autofree char *path = below("f");
	struct watch *watch = watch_new(NULL, path, on_event, NULL);
	watch_renew(watch);
	watch_free(watch);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("watch");
	TCase *tests = tcase_create("watch");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_file_is_told_while_it_is_written_and_when_it_is_closed);
	tcase_add_test(tests, what_is_moved_in_or_away_linked_or_removed_is_told);
	tcase_add_test(tests, a_folder_that_goes_and_comes_back_is_watched_again);
	tcase_add_test(tests, a_folder_that_is_not_there_yet_is_waited_for_with_its_parents);
	tcase_add_test(tests, a_link_to_a_folder_is_followed_and_its_change_told);
	tcase_add_test(tests, two_may_watch_one_folder_and_one_may_stop);
	tcase_add_test(tests, without_a_watcher_nothing_is_told_and_nothing_breaks);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
