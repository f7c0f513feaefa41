/* SPDX-License-Identifier: MIT */
/*
 * The waiting for mail: this program is its own child, and the clock of the parent is an argument.
 */
#include "app/interrupt.h"
#include "app/mail_wait.h"
#include "app/mail_watch.h"
#include "app/schedule.h"
#include "app/spawn.h"
#include "scratch.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#define SECOND (gint64)1000
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define CONFIG "[account home]\n"

/* ---- the child: mail_wait over a remote that does as it is told ---- */

struct remote {
	const char *behaviour;
	int calls;
};

static bool wait_for_signal(void)
{
	while (!interrupt_is_raised()) {
		poll(NULL, 0, 20);
	}
	return false;
}

static bool await(struct remote *self, gint64 seconds, GError **error)
{
	static const struct {
		const char *name;
		enum passerelle_error code;
	} failures[] = {{"unsupported", PASSERELLE_ERROR_UNSUPPORTED},
	                {"auth", PASSERELLE_ERROR_AUTH},
	                {"config", PASSERELLE_ERROR_CONFIG},
	                {"missing", PASSERELLE_ERROR_NOT_FOUND},
	                {"refused", PASSERELLE_ERROR_REFUSED},
	                {"offline", PASSERELLE_ERROR_NETWORK}};
	g_assert(seconds == MAIL_WAIT_SECONDS);
	for (gsize i = 0; i < G_N_ELEMENTS(failures); i++) {
		if (strcmp(self->behaviour, failures[i].name) == 0) {
			g_set_error(error, PASSERELLE_ERROR, (int)failures[i].code, "no");
			return false;
		}
	}
	self->calls++;
	if (strcmp(self->behaviour, "silent") == 0) {
		return wait_for_signal();
	}
	if (strcmp(self->behaviour, "crash") == 0) {
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
	if (strcmp(self->behaviour, "quiet") == 0) {
		return self->calls == 1 ? false : wait_for_signal();
	}
	const bool is_chatty = strcmp(self->behaviour, "chatty") == 0;
	return is_chatty || self->calls <= 3 ? true : wait_for_signal();
}

static int child(const char *behaviour, const char *record)
{
	static const struct remote_driver driver = {.name = "test", .await_mail = await};
	struct remote remote = {behaviour, 0};
	g_autofree char *config = NULL;
	interrupt_install();
	signal(SIGPIPE, SIG_IGN);
	mail_wait_tie(STDIN_FILENO);
	if (g_file_get_contents(MAIL_WATCH_CONFIG, &config, NULL, NULL)) {
		g_file_set_contents(record, config, -1, NULL);
	}
	if (strcmp(behaviour, "locked") == 0) {
		g_autoptr(GError) error =
			g_error_new_literal(PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG, "no");
		return (int)mail_wait_failed_here("home", error);
	}
	return (int)mail_wait(&driver, &remote, "home", interrupt_flag(), STDOUT_FILENO);
}

/* ---- the parent ---- */

static guint woken;

static void on_wake(void *data)
{
	(void)data;
	woken++;
}

static struct mail_watch *watch_new(const char *behaviour, gint64 now)
{
	g_autofree char *record = scratch_path("record");
	g_autoptr(GBytes) config = g_bytes_new_static(CONFIG, strlen(CONFIG));
	const char *const arguments[] = {SPAWN_SELF, "child", behaviour, record, NULL};
	const struct mail_watch_how how = {
		.account = "home", .arguments = arguments, .config = config, .wake = on_wake};
	woken = 0;
	return mail_watch_new(&how, now);
}

/* Until the child has told something; its own time is the world's. */
static void await_wake(void)
{
	const guint before = woken;
	while (woken == before) {
		g_main_context_iteration(NULL, TRUE);
	}
}

static bool steps_to_news(struct mail_watch *watch, gint64 now)
{
	await_wake();
	return mail_watch_step(watch, now, true);
}

START_TEST(news_of_the_child_are_told)
{
	struct mail_watch *watch = watch_new("news", 5);
	ck_assert_int_eq(mail_watch_deadline(watch, true), 5);
	ck_assert(!mail_watch_step(watch, 5, true));
	ck_assert_int_gt(mail_watch_deadline(watch, true), 5 + HOUR);
	ck_assert(steps_to_news(watch, 6));
	scratch_expect("record", CONFIG);
	mail_watch_free(watch);
}
END_TEST

START_TEST(a_sign_of_life_is_no_news)
{
	struct mail_watch *watch = watch_new("quiet", 0);
	mail_watch_step(watch, 0, true);
	const gint64 deadline = mail_watch_deadline(watch, true);
	ck_assert(!steps_to_news(watch, HOUR));
	ck_assert_int_eq(mail_watch_deadline(watch, true), deadline + HOUR);
	mail_watch_free(watch);
}
END_TEST

START_TEST(nothing_is_started_where_it_may_not)
{
	struct mail_watch *watch = watch_new("news", 0);
	ck_assert_int_eq(mail_watch_deadline(watch, false), SCHEDULE_NEVER);
	ck_assert(!mail_watch_step(watch, HOUR, false));
	ck_assert_int_eq(mail_watch_deadline(watch, true), 0);
	mail_watch_free(watch);
}
END_TEST

static const struct {
	const char *behaviour;
	gint64 least, most; /* to the next start */
} ends[] = {
	{"offline", 5 * SECOND, 10 * SECOND},       {"refused", 5 * SECOND, 10 * SECOND},
	{"crash", 5 * SECOND, 10 * SECOND},         {"auth", 7 * MINUTE, 15 * MINUTE},
	{"missing", 7 * MINUTE, 15 * MINUTE},       {"unsupported", 12 * HOUR, 24 * HOUR},
	{"config", SCHEDULE_NEVER, SCHEDULE_NEVER}, {"locked", 1 * MINUTE, 2 * MINUTE},
};

START_TEST(a_child_that_ends_is_started_again_as_late_as_its_end_says)
{
	struct mail_watch *watch = watch_new(ends[_i].behaviour, 0);
	mail_watch_step(watch, 0, true);
	ck_assert(!steps_to_news(watch, 0));
	const gint64 next = mail_watch_deadline(watch, true);
	ck_assert_msg(next >= ends[_i].least && next <= ends[_i].most, "%" G_GINT64_FORMAT, next);
	if (next != SCHEDULE_NEVER) {
		mail_watch_step(watch, next, true);
		ck_assert_int_gt(mail_watch_deadline(watch, true), next + 2 * HOUR);
	}
	mail_watch_free(watch);
}
END_TEST

START_TEST(a_network_wakes_only_what_a_network_can_help)
{
	struct mail_watch *watch = watch_new(ends[_i].behaviour, 0);
	const bool is_helped = ends[_i].most == 10 * SECOND;
	mail_watch_step(watch, 0, true);
	steps_to_news(watch, 0);
	const gint64 before = mail_watch_deadline(watch, true);
	mail_watch_renew(watch, HOUR);
	ck_assert_int_eq(mail_watch_deadline(watch, true),
	                 is_helped ? MIN(before, HOUR + 3 * SECOND) : before);
	mail_watch_free(watch);
}
END_TEST

START_TEST(a_sign_in_wakes_only_what_waits_for_it)
{
	struct mail_watch *watch = watch_new(ends[_i].behaviour, 0);
	const bool is_awaited = strcmp(ends[_i].behaviour, "auth") == 0;
	mail_watch_step(watch, 0, true);
	steps_to_news(watch, 0);
	const gint64 before = mail_watch_deadline(watch, true);
	mail_watch_wake(watch, MINUTE);
	ck_assert_int_eq(mail_watch_deadline(watch, true), is_awaited ? MINUTE : before);
	mail_watch_free(watch);
}
END_TEST

START_TEST(a_reload_starts_again_whatever_the_end_was)
{
	struct mail_watch *watch = watch_new(ends[_i].behaviour, 0);
	mail_watch_step(watch, 0, true);
	steps_to_news(watch, 0);
	const gint64 before = mail_watch_deadline(watch, true);
	mail_watch_reload(watch, SECOND);
	ck_assert_int_eq(mail_watch_deadline(watch, true), MIN(before, 30 * SECOND));
	mail_watch_reload(watch, HOUR);
	mail_watch_step(watch, HOUR, true);
	ck_assert_int_gt(mail_watch_deadline(watch, true), 3 * HOUR);
	mail_watch_free(watch);
}
END_TEST

START_TEST(a_child_that_runs_stays_at_a_sign_in_and_a_reload)
{
	struct mail_watch *watch = watch_new("silent", 0);
	mail_watch_step(watch, 0, true);
	const gint64 before = mail_watch_deadline(watch, true);
	mail_watch_wake(watch, MINUTE);
	mail_watch_reload(watch, MINUTE);
	mail_watch_step(watch, HOUR, true);
	ck_assert_int_eq(mail_watch_deadline(watch, true), before);
	mail_watch_free(watch);
}
END_TEST

START_TEST(a_network_that_comes_and_goes_does_not_hammer)
{
	struct mail_watch *watch = watch_new("silent", 0);
	mail_watch_step(watch, 0, true);
	mail_watch_renew(watch, SECOND);
	ck_assert_int_eq(mail_watch_deadline(watch, true), 30 * SECOND);
	mail_watch_renew(watch, 2 * SECOND);
	ck_assert_int_eq(mail_watch_deadline(watch, true), 30 * SECOND);
	mail_watch_step(watch, 30 * SECOND, true);
	mail_watch_renew(watch, HOUR);
	ck_assert_int_eq(mail_watch_deadline(watch, true), HOUR + 3 * SECOND);
	mail_watch_free(watch);
}
END_TEST

START_TEST(a_child_that_says_nothing_for_hours_is_replaced)
{
	struct mail_watch *watch = watch_new("silent", 0);
	mail_watch_step(watch, 0, true);
	const gint64 silent = mail_watch_deadline(watch, true);
	ck_assert_int_gt(silent, 2 * HOUR);
	mail_watch_step(watch, silent, true);
	const gint64 next = mail_watch_deadline(watch, true);
	ck_assert(next >= silent + 5 * SECOND && next <= silent + 10 * SECOND);
	mail_watch_free(watch);
}
END_TEST

START_TEST(pauses_grow_to_a_bound_and_differ)
{
	ck_assert_int_eq(mail_watch_pause(EXIT_OFFLINE, 1, 0), 5 * SECOND);
	ck_assert_int_eq(mail_watch_pause(EXIT_OFFLINE, 2, 0), 10 * SECOND);
	ck_assert_int_eq(mail_watch_pause(EXIT_OFFLINE, 1000, 0), 15 * MINUTE / 2);
	ck_assert_int_lt(mail_watch_pause(EXIT_OFFLINE, 1000, 0.999), 15 * MINUTE);
	ck_assert_int_gt(mail_watch_pause(EXIT_OFFLINE, 1000, 0.999), 14 * MINUTE);
	ck_assert_int_eq(mail_watch_pause(EXIT_NEEDS_LOGIN, 1000, 0), HOUR / 2);
	ck_assert_int_eq(mail_watch_pause(EXIT_BUSY, 1, 0), MINUTE);
	ck_assert_int_eq(mail_watch_pause(EXIT_BUSY, 1000, 0), HOUR / 2);
	ck_assert_int_eq(mail_watch_pause(EXIT_BAD_CONFIG, 1, 0.5), SCHEDULE_NEVER);
}
END_TEST

/* ---- the child alone ---- */

struct lone {
	GPid pid;
	int lifeline, output;
};

static void lone_start(struct lone *self, const char *behaviour)
{
	g_autofree char *record = scratch_path("record");
	const char *const arguments[] = {SPAWN_SELF, "child", behaviour, record, NULL};
	ck_assert(g_spawn_async_with_pipes(NULL, (char **)arguments, NULL,
	                                   G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &self->pid,
	                                   &self->lifeline, &self->output, NULL, NULL));
}

static int lone_end(struct lone *self)
{
	int status = 0;
	ck_assert_int_eq(waitpid(self->pid, &status, 0), self->pid);
	return status;
}

START_TEST(the_child_goes_with_the_service)
{
	struct lone lone;
	char byte = 0;
	lone_start(&lone, "news");
	ck_assert_int_eq(read(lone.output, &byte, 1), 1);
	ck_assert_int_eq(byte, MAIL_WAIT_NEWS);
	close(lone.lifeline);
	const int status = lone_end(&lone);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DONE);
	close(lone.output);
}
END_TEST

START_TEST(the_child_notices_a_service_that_was_gone_before)
{
	struct lone lone;
	lone_start(&lone, "silent");
	close(lone.lifeline);
	const int status = lone_end(&lone);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DONE);
	close(lone.output);
}
END_TEST

START_TEST(the_child_ends_when_nobody_reads_it)
{
	struct lone lone;
	lone_start(&lone, "chatty");
	close(lone.output);
	const int status = lone_end(&lone);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DONE);
	close(lone.lifeline);
}
END_TEST

START_TEST(the_child_ends_by_a_signal_as_it_should)
{
	struct lone lone;
	char byte = 0;
	lone_start(&lone, "news");
	ck_assert_int_eq(read(lone.output, &byte, 1), 1);
	kill(lone.pid, SIGTERM);
	const int status = lone_end(&lone);
	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == EXIT_DONE);
	close(lone.lifeline);
	close(lone.output);
}
END_TEST

int main(int argc, char **argv)
{
	if (argc == 4 && strcmp(argv[1], "child") == 0) {
		return child(argv[2], argv[3]);
	}
	Suite *suite = suite_create("app/mail_watch");
	TCase *parent = tcase_create("parent");
	tcase_set_timeout(parent, 60);
	tcase_add_checked_fixture(parent, scratch_setup, scratch_teardown);
	tcase_add_test(parent, news_of_the_child_are_told);
	tcase_add_test(parent, a_sign_of_life_is_no_news);
	tcase_add_test(parent, nothing_is_started_where_it_may_not);
	tcase_add_loop_test(parent, a_child_that_ends_is_started_again_as_late_as_its_end_says, 0,
	                    (int)G_N_ELEMENTS(ends));
	tcase_add_loop_test(parent, a_network_wakes_only_what_a_network_can_help, 0,
	                    (int)G_N_ELEMENTS(ends));
	tcase_add_loop_test(parent, a_sign_in_wakes_only_what_waits_for_it, 0,
	                    (int)G_N_ELEMENTS(ends));
	tcase_add_loop_test(parent, a_reload_starts_again_whatever_the_end_was, 0,
	                    (int)G_N_ELEMENTS(ends));
	tcase_add_test(parent, a_child_that_runs_stays_at_a_sign_in_and_a_reload);
	tcase_add_test(parent, a_network_that_comes_and_goes_does_not_hammer);
	tcase_add_test(parent, a_child_that_says_nothing_for_hours_is_replaced);
	tcase_add_test(parent, pauses_grow_to_a_bound_and_differ);
	suite_add_tcase(suite, parent);
	TCase *lone = tcase_create("child");
	tcase_set_timeout(lone, 60);
	tcase_add_checked_fixture(lone, scratch_setup, scratch_teardown);
	tcase_add_test(lone, the_child_goes_with_the_service);
	tcase_add_test(lone, the_child_notices_a_service_that_was_gone_before);
	tcase_add_test(lone, the_child_ends_when_nobody_reads_it);
	tcase_add_test(lone, the_child_ends_by_a_signal_as_it_should);
	suite_add_tcase(suite, lone);
	return scratch_run(suite);
}
