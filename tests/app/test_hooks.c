/* SPDX-License-Identifier: MIT */
/* The person's own commands, run from outside of a confined cycle. */
#include "app/confine.h"
#include "app/hooks.h"
#include "app/interrupt.h"
#include "app/landlock.h"
#include "app/log.h"
#include "scratch.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>

static struct account_config account;
static char name[] = "home", option[] = "on_action_command";

static void set_up(void)
{
	scratch_setup();
	g_autofree char *state = scratch_path("state");
	g_mkdir(state, 0700);
	g_setenv("STATE_DIRECTORY", state, TRUE);
	g_setenv("OUT", scratch, TRUE);
	account = (struct account_config){.name = name};
	log_open(LOG_LEVEL_ERROR);
}

static bool run(const char *which, const char *const *environment, GError **error)
{
	const struct shell_command command = {
		.option = which, .account = name, .line = "exit 9", .environment = environment};
	return hooks_run(&command, error);
}

/* What body does, confined, in a process of its own: its exit status. */
static int in_cycle(int (*body)(void), const char *line)
{
	account.on_action_command = (char *)line;
	const pid_t cycle = fork();
	int status = 0;
	if (cycle == 0) {
		interrupt_install();
		if (!hooks_start(&account, NULL) ||
		    !confine_cycle(&account, landlock_version(), NULL)) {
			_exit(99);
		}
		const int result = body();
		hooks_end();
		_exit(result);
	}
	ck_assert_int_eq(waitpid(cycle, &status, 0), cycle);
	ck_assert(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static int tell(void)
{
	static const char *const environment[] = {"PASSERELLE_ACTION", "login", "LD_PRELOAD",
	                                          "/evil.so", NULL};
	return run(option, environment, NULL) ? 0 : 1;
}

START_TEST(it_runs_outside_and_is_told_what_it_should_be)
{
	ck_assert_int_eq(in_cycle(tell, "echo \"$PASSERELLE_ACTION ${LD_PRELOAD:-none}\" >$OUT/f"),
	                 0);
	scratch_expect("f", "login none\n");
}
END_TEST

static int tell_twice(void)
{
	return tell() + tell();
}

START_TEST(several_are_run_one_after_the_other)
{
	ck_assert_int_eq(in_cycle(tell_twice, "echo x >>$OUT/f"), 0);
	scratch_expect("f", "x\nx\n");
}
END_TEST

static int run_one_that_fails(void)
{
	g_autoptr(GError) error = NULL;
	const bool is_done = run(option, NULL, &error);
	return !is_done && passerelle_error_is(error, PASSERELLE_ERROR_CONFIG) &&
	                       g_str_has_prefix(error->message, option)
	               ? 0
	               : 1;
}

START_TEST(what_fails_is_told_as_if_it_had_been_run_here)
{
	ck_assert_int_eq(in_cycle(run_one_that_fails, "exit 3"), 0);
}
END_TEST

static int ask_for_another(void)
{
	g_autoptr(GError) error = NULL;
	return !run("token_command", NULL, &error) && !run("on_nothing_command", NULL, NULL) &&
	                       passerelle_error_is(error, PASSERELLE_ERROR_CONFIG)
	               ? 0
	               : 1;
}

START_TEST(only_hooks_of_the_account_are_run)
{
	static char line[] = "touch $OUT/token";
	account.token_command = line;
	ck_assert_int_eq(in_cycle(ask_for_another, "touch $OUT/hook"), 0);
	scratch_expect("token", NULL);
	scratch_expect("hook", NULL);
}
END_TEST

START_TEST(without_a_hook_there_is_no_process)
{
	account.on_action_command = NULL;
	ck_assert(hooks_start(&account, NULL));
	ck_assert_int_eq(waitpid(-1, NULL, WNOHANG), -1);
	ck_assert_int_eq(errno, ECHILD);
	hooks_end();
}
END_TEST

/* The alarm is the interruption: by then the command has begun, or it never does. */
static void on_alarm(int number)
{
	(void)number;
	raise(SIGTERM);
}

static int be_interrupted(void)
{
	g_autoptr(GError) error = NULL;
	signal(SIGALRM, on_alarm);
	alarm(2);
	const bool is_done = run(option, NULL, &error);
	return !is_done && passerelle_error_is(error, PASSERELLE_ERROR_CANCELLED) ? 0 : 1;
}

START_TEST(an_interruption_ends_it)
{
	ck_assert_int_eq(in_cycle(be_interrupted, "sleep 25; touch $OUT/ended"), 0);
	scratch_expect("ended", NULL);
}
END_TEST

/* The pipe has an end as long as one of them lives. */
START_TEST(a_cycle_that_is_killed_takes_it_along)
{
	int ends[2];
	char byte;
	static char line[] = "sleep 25";
	account.on_action_command = line;
	ck_assert_int_eq(pipe(ends), 0);
	const pid_t cycle = fork();
	if (cycle == 0) {
		interrupt_install();
		close(ends[0]);
		if (hooks_start(&account, NULL) &&
		    confine_cycle(&account, landlock_version(), NULL) &&
		    write(ends[1], "x", 1) == 1) {
			run(option, NULL, NULL);
		}
		_exit(0);
	}
	close(ends[1]);
	ck_assert_int_eq(read(ends[0], &byte, 1), 1);
	kill(cycle, SIGKILL);
	waitpid(cycle, NULL, 0);
	GPollFD wait = {ends[0], G_IO_IN | G_IO_HUP, 0};
	ck_assert_int_eq(g_poll(&wait, 1, 20 * 1000), 1);
	ck_assert_int_eq(read(ends[0], &byte, 1), 0);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("hooks");
	TCase *cases = tcase_create("hooks");
	tcase_set_timeout(cases, 120);
	tcase_add_checked_fixture(cases, set_up, scratch_teardown);
	tcase_add_test(cases, it_runs_outside_and_is_told_what_it_should_be);
	tcase_add_test(cases, several_are_run_one_after_the_other);
	tcase_add_test(cases, what_fails_is_told_as_if_it_had_been_run_here);
	tcase_add_test(cases, only_hooks_of_the_account_are_run);
	tcase_add_test(cases, without_a_hook_there_is_no_process);
	tcase_add_test(cases, an_interruption_ends_it);
	tcase_add_test(cases, a_cycle_that_is_killed_takes_it_along);
	suite_add_tcase(suite, cases);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
