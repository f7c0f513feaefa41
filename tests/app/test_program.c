/* SPDX-License-Identifier: MIT */
/*
 * The program itself: global options, help that agrees with the manual, and exit statuses before
 * any command runs.
 */
#include <check.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRAM TEST_BINARY_DIR "/passerelle"

struct outcome {
	int status;
	char *out, *err;
};

static void outcome_clear(struct outcome *self)
{
	g_free(self->out);
	g_free(self->err);
}

static bool is_skipped(void)
{
	if (g_file_test(PROGRAM, G_FILE_TEST_IS_EXECUTABLE)) {
		return false;
	}
	puts("skipped: the program is not built");
	return true;
}

/* Without a configuration of the person who runs the tests. */
static struct outcome call(const char *first, const char *second, const char *third)
{
	struct outcome outcome = {0};
	g_autoptr(GError) error = NULL;
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
	g_subprocess_launcher_setenv(launcher, "XDG_CONFIG_HOME", "/nonexistent", TRUE);
	g_subprocess_launcher_unsetenv(launcher, "INVOCATION_ID");
	g_autoptr(GSubprocess) process =
		g_subprocess_launcher_spawn(launcher, &error, PROGRAM, first, second, third, NULL);
	ck_assert_msg(process != NULL, "%s", error != NULL ? error->message : "");
	ck_assert(g_subprocess_communicate_utf8(process, NULL, NULL, &outcome.out, &outcome.err,
	                                        NULL));
	outcome.status =
		g_subprocess_get_if_exited(process) ? g_subprocess_get_exit_status(process) : -1;
	return outcome;
}

START_TEST(it_tells_its_version)
{
	if (is_skipped()) {
		return;
	}
	struct outcome outcome = call("--version", NULL, NULL);
	ck_assert_int_eq(outcome.status, 0);
	ck_assert_str_eq(outcome.out, "passerelle " PASSERELLE_VERSION "\n");
	outcome_clear(&outcome);
}
END_TEST

START_TEST(its_help_and_its_manual_tell_the_same_commands)
{
	if (is_skipped()) {
		return;
	}
	struct outcome outcome = call("--help", NULL, NULL);
	g_autofree char *manual = NULL;
	ck_assert(
		g_file_get_contents(TEST_SOURCE_DIR "/src/app/passerelle.1", &manual, NULL, NULL));
	g_autoptr(GRegex) regex = g_regex_new("^\\.Ss (\\w+)$", G_REGEX_MULTILINE, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	guint count = 0;
	for (g_regex_match(regex, manual, 0, &match); g_match_info_matches(match);
	     g_match_info_next(match, NULL)) {
		g_autofree char *name = g_match_info_fetch(match, 1);
		g_autofree char *line = g_strdup_printf("\n  %-9s ", name);
		ck_assert_msg(strstr(outcome.out, line) != NULL, "\"%s\" is not in --help", name);
		struct outcome own = call(name, "--help", NULL);
		ck_assert_int_eq(own.status, 0);
		outcome_clear(&own);
		count++;
	}
	const char *list = strstr(outcome.out, "Commands");
	ck_assert_ptr_nonnull(list);
	g_auto(GStrv) lines = g_strsplit(list, "\n  ", -1);
	ck_assert_uint_eq(g_strv_length(lines) - 1, count);
	outcome_clear(&outcome);
}
END_TEST

static const struct {
	const char *first, *second, *third;
	int status;
	const char *told;
} uses[] = {
	{NULL, NULL, NULL, 64, "a command is missing"},
	{"snyc", NULL, NULL, 64, "did you mean \"sync\"?"},
	{"--nonsense", NULL, NULL, 64, "--nonsense"},
	{"sync", NULL, NULL, 78, "/nonexistent/passerelle/passerelle.conf"},
	{"-c", "/nonexistent.conf", "check", 78, "/nonexistent.conf"},
	{"-c", "/nonexistent.conf", "status", 78, "see passerelle.conf(5)"},
};

START_TEST(what_cannot_be_done_is_told_with_its_exit_status)
{
	if (is_skipped() || g_file_test("/etc/passerelle/passerelle.conf", G_FILE_TEST_EXISTS)) {
		return;
	}
	struct outcome outcome = call(uses[_i].first, uses[_i].second, uses[_i].third);
	ck_assert_int_eq(outcome.status, uses[_i].status);
	ck_assert_ptr_nonnull(strstr(outcome.err, uses[_i].told));
	ck_assert_str_eq(outcome.out, "");
	outcome_clear(&outcome);
}
END_TEST

START_TEST(every_mistake_of_the_configuration_is_a_line_of_its_own)
{
	if (is_skipped()) {
		return;
	}
	g_autofree char *path = NULL;
	int file = g_file_open_tmp("passerelle-XXXXXX.conf", &path, NULL);
	ck_assert_int_ge(file, 0);
	g_close(file, NULL);
	ck_assert(g_file_set_contents(path, "[general]\nintervall = 5m\n[acount x]\n", -1, NULL));
	struct outcome outcome = call("-c", path, "check");
	g_autofree char *expected = g_strdup_printf(
		"passerelle: %s:2: unknown option \"intervall\": did you mean \"interval\"?\n"
		"passerelle: %s:3: unknown section \"[acount x]\": did you mean \"[account x]\"?\n",
		path, path);
	ck_assert_int_eq(outcome.status, 78);
	ck_assert_str_eq(outcome.err, expected);
	g_unlink(path);
	outcome_clear(&outcome);
}
END_TEST

/* A configuration and a status of its own, in a folder of their own. */
struct place {
	char *folder, *config, *status;
};

static void place_write_status(const struct place *self, const char *updated)
{
	g_autofree char *text = g_strdup_printf("{\"version\":1,\"account\":\"home\","
	                                        "\"updated\":\"%s\",\"state\":\"ok\"}",
	                                        updated);
	ck_assert(g_file_set_contents(self->status, text, -1, NULL));
}

static struct place place_make(void)
{
	struct place place = {.folder = g_dir_make_tmp("passerelle-test-XXXXXX", NULL)};
	place.config = g_build_filename(place.folder, "conf", NULL);
	place.status = g_build_filename(place.folder, "home.json", NULL);
	g_autofree char *text =
		g_strdup_printf("[account home]\nendpoint = https://x.example\nservice_id = X\n"
	                        "service_password_command = true\nstatus = %s\n",
	                        place.status);
	ck_assert(g_file_set_contents(place.config, text, -1, NULL));
	place_write_status(&place, "2026-11-21T04:00:00Z");
	return place;
}

static void place_clear(struct place *self)
{
	g_unlink(self->config);
	g_unlink(self->status);
	g_rmdir(self->folder);
	g_free(self->config);
	g_free(self->status);
	g_free(self->folder);
}

/* A service must not take a lost answer for a good one. */
START_TEST(what_cannot_be_printed_is_told_in_the_exit_status)
{
	if (is_skipped() || access("/dev/full", W_OK) != 0) {
		return;
	}
	struct place place = place_make();
	g_autoptr(GSubprocessLauncher) launcher =
		g_subprocess_launcher_new(G_SUBPROCESS_FLAGS_NONE);
	g_subprocess_launcher_set_stdout_file_path(launcher, "/dev/full");
	g_autoptr(GSubprocess) process = g_subprocess_launcher_spawn(launcher, NULL, PROGRAM, "-c",
	                                                             place.config, "status", NULL);
	ck_assert_ptr_nonnull(process);
	ck_assert(g_subprocess_wait(process, NULL, NULL));
	ck_assert_int_eq(g_subprocess_get_exit_status(process), 73);
	place_clear(&place);
}
END_TEST

/* The next line of a bar has these words. */
static void expect_line(GDataInputStream *lines, const char *words)
{
	g_autofree char *line = g_data_input_stream_read_line(lines, NULL, NULL, NULL);
	ck_assert_msg(line != NULL && strstr(line, words) != NULL, "%s", line);
}

START_TEST(a_bar_gets_no_line_for_a_cycle_that_changed_nothing)
{
	if (is_skipped()) {
		return;
	}
	struct place place = place_make();
	g_autoptr(GSubprocess) process =
		g_subprocess_new(G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, PROGRAM, "-c", place.config,
	                         "status", "--follow", "--format", "waybar", NULL);
	ck_assert_ptr_nonnull(process);
	g_autoptr(GDataInputStream) lines =
		g_data_input_stream_new(g_subprocess_get_stdout_pipe(process));
	expect_line(lines, "\"alt\":\"ok\"");
	place_write_status(&place, "2026-11-21T05:00:00Z");
	g_usleep(G_USEC_PER_SEC / 2); /* for the line that must not come */
	g_unlink(place.status);
	expect_line(lines, "never synchronised");
	g_subprocess_send_signal(process, SIGTERM);
	g_autofree char *more = g_data_input_stream_read_line(lines, NULL, NULL, NULL);
	ck_assert_msg(more == NULL, "%s", more);
	ck_assert(g_subprocess_wait(process, NULL, NULL));
	ck_assert_int_eq(g_subprocess_get_exit_status(process), 0);
	place_clear(&place);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("program");
	TCase *tests = tcase_create("program");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, it_tells_its_version);
	tcase_add_test(tests, its_help_and_its_manual_tell_the_same_commands);
	tcase_add_loop_test(tests, what_cannot_be_done_is_told_with_its_exit_status, 0,
	                    (int)G_N_ELEMENTS(uses));
	tcase_add_test(tests, what_cannot_be_printed_is_told_in_the_exit_status);
	tcase_add_test(tests, a_bar_gets_no_line_for_a_cycle_that_changed_nothing);
	tcase_add_test(tests, every_mistake_of_the_configuration_is_a_line_of_its_own);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
