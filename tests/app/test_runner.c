/* SPDX-License-Identifier: MIT */
/*
 * An account under the service, with children that crash, hang and end: this program is its own
 * child (a cycle is started as /proc/self/exe), and the clock is an argument.
 */
#include "app/clock.h"
#include "app/log.h"
#include "app/runner.h"
#include "status/document.h"

#include <check.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define MINUTE     (gint64)(60 * 1000)
#define SILENCE    (15 * MINUTE) /* of a child that hangs */
#define GRACE      (5 * 1000)    /* between SIGTERM and SIGKILL */
#define BEHAVIOUR  "TEST_RUNNER_CHILD"
#define RECORD     "TEST_RUNNER_RECORD"
#define MAIL_END   "TEST_RUNNER_MAIL_END" /* exit status of the one that waits for mail */
#define TRIES      2400                   /* of 50 ms, for a child to do what it does */
#define EVERYTHING "contacts,calendar,messages"

/* ---- the child ---- */

static void tell_end(const char *list, const char *end)
{
	g_auto(GStrv) parts = g_strsplit(list, ",", -1);
	for (guint i = 0; parts[i] != NULL; i++) {
		printf("part %s %s -\n", parts[i], end);
	}
}

/* What it was started with, so that the test can look. */
static void record(const char *list)
{
	g_autofree char *text = g_strdup_printf("%s|%s|", list, g_getenv("PASSERELLE_CRASHED"));
	g_file_set_contents(g_getenv(RECORD), text, -1, NULL);
}

/* Another state of the folder than the one at the start, and than the one that this tells of. */
static void wait_for_edit(void)
{
	g_autofree char *folder = g_path_get_dirname(g_getenv(RECORD));
	g_autofree char *card = g_build_filename(folder, "contacts", "a.vcf", NULL);
	for (int i = 0; i < TRIES && !g_file_test(card, G_FILE_TEST_EXISTS); i++) {
		g_usleep(50 * 1000);
	}
}

static int child(const char *list)
{
	const struct rlimit none = {0, 0};
	const char *behaviour = g_getenv(BEHAVIOUR);
	setrlimit(RLIMIT_CORE, &none);
	if (strcmp(behaviour, "deaf") == 0) {
		signal(SIGTERM, SIG_IGN);
	}
	record(list);
	if (strcmp(behaviour, "crash") == 0) {
		signal(SIGSEGV, SIG_DFL); /* a sanitizer's own would make an exit of it */
		raise(SIGSEGV);
	} else if (strcmp(behaviour, "stopped") == 0) {
		raise(SIGSTOP);
	} else if (strcmp(behaviour, "reads") == 0) {
		wait_for_edit();
		puts("part contacts done 1234");
		return EXIT_SUCCESS;
	} else if (strcmp(behaviour, "done") != 0 && strcmp(behaviour, "login") != 0) {
		for (;;) {
			pause();
		}
	}
	tell_end(list, behaviour);
	return EXIT_SUCCESS;
}

/* The one that waits for mail: there is some whenever the bell rings. */
static int mail_child(void)
{
	g_autofree char *bell = g_build_filename(g_getenv("STATE_DIRECTORY"), "bell", NULL);
	if (g_getenv(MAIL_END) != NULL) {
		return atoi(g_getenv(MAIL_END));
	}
	for (;;) {
		if (g_unlink(bell) == 0 && write(STDOUT_FILENO, "!", 1) != 1) {
			return EXIT_FAILURE;
		}
		g_usleep(20 * 1000);
	}
}

/* ---- the world ---- */

static char *root;
static struct account_config config;
static struct config whole;
static struct runner_host host;
static struct runner *runner;
static gint64 now;
static guint changes;

static void on_changed(void *data)
{
	(void)data;
	changes++;
}

static char *below(const char *name)
{
	return g_build_filename(root, name, NULL);
}

static void behave(const char *behaviour)
{
	g_autofree char *path = below("record");
	g_unlink(path);
	g_setenv(RECORD, path, TRUE);
	g_setenv(BEHAVIOUR, behaviour, TRUE);
}

static void set_up(void)
{
	static char name[] = "home", near[] = "http://127.0.0.1:1";
	root = g_dir_make_tmp("passerelle-runner-XXXXXX", NULL);
	g_setenv("STATE_DIRECTORY", root, TRUE);
	g_unsetenv(MAIL_END);
	static char remote[] = "orange";
	config = (struct account_config){
		.remote = remote,
		.name = name,
		.endpoint = near,
		.contacts = below("contacts"),
		.calendar = below("calendar"),
		.status = below("status.json"),
		.messages = 1,
		.contacts_interval = 3600,
		.calendar_interval = 3600,
		.messages_interval = 3600,
	};
	whole = (struct config){.text = g_bytes_new_static("x", 1)};
	host = (struct runner_host){&whole, 0, watcher_new(NULL), on_changed, NULL};
	now = clock_now();
	runner = runner_new(&config, &host, now);
}

static void tear_down(void)
{
	runner_free(runner);
	watcher_free(host.watcher);
	g_bytes_unref(whole.text);
	g_free(config.contacts);
	g_free(config.calendar);
	g_free(config.status);
	g_autofree char *command = g_strdup_printf("rm -rf '%s'", root);
	ck_assert_int_eq(system(command), 0);
	g_free(root);
}

static void step(void)
{
	const struct runner_limits limits = {.may_start = true, .has_network = true};
	runner_step(runner, now, &limits);
}

/* Once it has told what it was started with: CONTENT of the file, and the child goes on. */
static char *started_with(void)
{
	g_autofree char *path = below("record");
	char *text = NULL;
	for (int i = 0; i < TRIES && !g_file_get_contents(path, &text, NULL, NULL); i++) {
		g_usleep(50 * 1000);
	}
	ck_assert_ptr_nonnull(text);
	return text;
}

static void expect_start(const char *parts, const char *crashed)
{
	step();
	ck_assert(runner_is_busy(runner));
	g_autofree char *text = started_with();
	g_autofree char *wanted = g_strdup_printf("%s|%s|", parts, crashed);
	ck_assert_str_eq(text, wanted);
}

static void wait_for_end(void)
{
	const struct runner_limits limits = {.may_start = false, .has_network = true};
	for (int i = 0; i < TRIES && runner_is_busy(runner); i++) {
		runner_step(runner, now, &limits);
		g_usleep(50 * 1000);
	}
	ck_assert(!runner_is_busy(runner));
}

static struct status_document *read_status(void)
{
	g_autofree char *text = NULL;
	gsize size = 0;
	ck_assert(g_file_get_contents(config.status, &text, &size, NULL));
	struct status_document *document = status_document_from_json(text, size, NULL);
	ck_assert_ptr_nonnull(document);
	return document;
}

static void expect_status(const char *message)
{
	OWNED(status_document) document = read_status();
	ck_assert_int_eq(document->state, STATUS_ERROR);
	ck_assert_str_eq(document->message, message);
}

static void write_status(void)
{
	OWNED(status_document) document = status_document_new("home");
	document->contacts.synced = 12;
	g_autofree char *text = status_document_to_json(document);
	ck_assert(g_file_set_contents(config.status, text, -1, NULL));
}

/* ---- the tests ---- */

START_TEST(a_crash_is_told_in_the_status_whose_figures_stay_and_the_next_cycle_goes_alone)
{
	write_status();
	behave("crash");
	expect_start(EVERYTHING, "");
	wait_for_end();
	expect_status(EVERYTHING ": the last cycle crashed or hung; it is tried again");
	OWNED(status_document) document = read_status();
	ck_assert_int_eq(document->contacts.synced, 12);
	const gint64 next = runner_deadline(runner, true);
	ck_assert_int_gt(next, now);
	ck_assert_int_le(next, now + 30 * 1000);
	now += 30 * 1000;
	behave("done");
	expect_start("contacts", EVERYTHING);
	wait_for_end();
	behave("crash");
	expect_start("calendar", "calendar,messages");
	wait_for_end();
	behave("done");
	expect_start("messages", "calendar,messages");
	wait_for_end();
	ck_assert_int_gt(runner_deadline(runner, true), now + 10 * 1000); /* calendar's back-off */
	now += MINUTE;
	behave("done");
	expect_start("calendar", "calendar");
	wait_for_end();
	ck_assert_int_gt(runner_deadline(runner, true), now + 50 * MINUTE); /* the interval */
}
END_TEST

START_TEST(a_child_that_somebody_asked_to_end_did_not_crash)
{
	behave("waits");
	expect_start(EVERYTHING, "");
	runner_stop(runner, now);
	wait_for_end();
	ck_assert(!g_file_test(config.status, G_FILE_TEST_EXISTS));
}
END_TEST

static const char *const hanging[] = {"waits", "stopped"};

START_TEST(a_child_without_progress_is_ended_and_told)
{
	behave(hanging[_i]);
	expect_start(EVERYTHING, "");
	ck_assert_int_eq(runner_deadline(runner, true), now + SILENCE);
	now += SILENCE - 1;
	step();
	ck_assert(runner_is_busy(runner));
	ck_assert_int_eq(runner_deadline(runner, true), now + 1);
	now += 1;
	step();
	wait_for_end();
	expect_status(EVERYTHING ": the last cycle crashed or hung; it is tried again");
}
END_TEST

START_TEST(a_child_that_does_not_listen_is_killed)
{
	behave("deaf");
	expect_start(EVERYTHING, "");
	now += SILENCE;
	step();
	g_usleep(200 * 1000);
	step();
	ck_assert(runner_is_busy(runner));
	ck_assert_int_eq(runner_deadline(runner, true), now + GRACE);
	now += GRACE;
	step();
	wait_for_end();
	expect_status(EVERYTHING ": the last cycle crashed or hung; it is tried again");
}
END_TEST

START_TEST(a_child_that_gets_on_may_take_its_time)
{
	g_autofree char *lock = below("home.lock");
	behave("waits");
	expect_start(EVERYTHING, "");
	ck_assert(g_file_set_contents(lock, "1", -1, NULL)); /* progress.h */
	now += SILENCE;
	step();
	ck_assert_int_eq(runner_deadline(runner, true), now + SILENCE);
	now += SILENCE;
	step();
	ck_assert_int_eq(runner_deadline(runner, true), now + GRACE);
	wait_for_end();
}
END_TEST

START_TEST(a_reload_without_a_change_keeps_the_child_and_what_waits)
{
	struct account_config *same = config_account_copy(&config);
	behave("waits");
	expect_start(EVERYTHING, "");
	ck_assert(runner_reload(runner, same, now));
	ck_assert(runner_is_busy(runner));
	runner_stop(runner, now);
	wait_for_end();
	const gint64 next = runner_deadline(runner, true);
	ck_assert_int_gt(next, now);
	ck_assert(runner_reload(runner, same, now));
	ck_assert_int_eq(runner_deadline(runner, true), next);
	same->max_adds = 7;
	ck_assert(!runner_reload(runner, same, now));
	config_account_free(same);
}
END_TEST

START_TEST(without_a_network_only_a_remote_elsewhere_is_waited_for)
{
	static char far[] = "https://192.0.2.1/";
	const struct runner_limits limits = {.may_start = true, .has_network = false};
	behave("done");
	runner_step(runner, now, &limits);
	ck_assert(runner_is_busy(runner));
	wait_for_end();
	runner_free(runner);
	config.messages_url = far;
	runner = runner_new(&config, &host, now);
	runner_step(runner, now, &limits);
	ck_assert(!runner_is_busy(runner));
	const gint64 put_off = runner_deadline(runner, true);
	ck_assert_int_le(put_off, now + 30 * 1000);
	runner_network(runner, now);
	ck_assert_int_le(runner_deadline(runner, true), now + 5 * 1000);
	now = put_off;
	runner_step(runner, now, &limits); /* who says that there is none may be wrong */
	ck_assert(runner_is_busy(runner));
	wait_for_end();
}
END_TEST

START_TEST(an_edit_during_a_cycle_makes_a_second_one_soon)
{
	const struct runner_limits limits = {.may_start = true, .has_network = true};
	g_autofree char *card = below("contacts/a.vcf");
	config.messages = 0;
	config.calendar_direction = DIRECTION_OFF;
	runner_free(runner);
	runner = runner_new(&config, &host, now);
	behave("reads");
	expect_start("contacts", "");
	ck_assert(g_file_set_contents(card, "x", -1, NULL));
	watcher_read(host.watcher);
	ck_assert_int_eq(runner_deadline(runner, true), now + SILENCE);
	wait_for_end();
	ck_assert_int_le(runner_deadline(runner, true), now + 1500);
	now += 1500;
	behave("done");
	runner_step(runner, now, &limits);
	ck_assert(runner_is_busy(runner));
	wait_for_end();
	ck_assert_int_gt(runner_deadline(runner, true), now + 50 * MINUTE);
}
END_TEST

/* ---- sign-ins, and mail ---- */

static const char *const sign_ins[] = {"home.token", "home.oauth"};

START_TEST(a_sign_in_of_either_kind_wakes_what_waits_for_it)
{
	g_autofree char *other = below("work.oauth");
	g_autofree char *own = below(sign_ins[_i]);
	config.contacts_direction = config.calendar_direction = DIRECTION_OFF;
	runner_free(runner);
	runner = runner_new(&config, &host, now);
	behave("login");
	expect_start("messages", "");
	wait_for_end();
	ck_assert_int_gt(runner_deadline(runner, true), now + 5 * MINUTE);
	ck_assert(g_file_set_contents(other, "x", -1, NULL));
	watcher_read(host.watcher);
	ck_assert_int_gt(runner_deadline(runner, true), now + 5 * MINUTE);
	ck_assert(g_file_set_contents(own, "x", -1, NULL));
	watcher_read(host.watcher);
	ck_assert_int_le(runner_deadline(runner, true), clock_now());
}
END_TEST

/* Nothing but the mail of a server that tells of it. */
static void use_mail(gint64 interval)
{
	static char imap[] = "imap", address[] = "imap://127.0.0.1:1";
	config.contacts_direction = config.calendar_direction = DIRECTION_OFF;
	config.mail_remote = imap;
	config.mail_url = address;
	config.messages_interval = interval;
	runner_free(runner);
	runner = runner_new(&config, &host, now);
}

/* Until the child that waits for mail has told something, or has ended. */
static void await_change(void)
{
	const guint before = changes;
	while (changes == before) {
		g_main_context_iteration(NULL, TRUE);
	}
}

static void ring(void)
{
	g_autofree char *bell = below("bell");
	ck_assert(g_file_set_contents(bell, "", 0, NULL));
	await_change();
}

static void expect_cycle(void)
{
	behave("done");
	expect_start("messages", "");
	wait_for_end();
}

START_TEST(news_of_mail_are_looked_at_even_where_the_look_was_taken_along_before)
{
	use_mail(5); /* seconds */
	expect_cycle();
	now += MINUTE;
	expect_cycle();
	ring();
	expect_cycle();
	now += 2 * 1000;
	ring();
	step();
	ck_assert(!runner_is_busy(runner)); /* planned, 10 seconds after the one before */
	now += 4 * 1000;
	expect_cycle(); /* the interval */
	now += 1000;
	ring();
	step();
	ck_assert_int_eq(runner_deadline(runner, true), now + 3 * 1000);
}
END_TEST

START_TEST(a_reload_without_a_change_starts_the_waiting_for_mail_again)
{
	use_mail(3600);
	g_setenv(MAIL_END, "78", TRUE);
	expect_cycle();
	await_change();
	step();
	now += 5 * MINUTE;
	ck_assert_int_gt(runner_deadline(runner, true), now);
	g_unsetenv(MAIL_END);
	ck_assert(runner_reload(runner, &config, now));
	ck_assert_int_le(runner_deadline(runner, true), now);
	step();
	ck_assert(!runner_is_busy(runner));
	ring();
	expect_cycle();
}
END_TEST

START_TEST(a_sign_in_starts_the_waiting_for_mail_again)
{
	g_autofree char *own = below("home.oauth");
	use_mail(3600);
	g_setenv(MAIL_END, "77", TRUE);
	expect_cycle();
	await_change();
	step();
	const gint64 next = runner_deadline(runner, true);
	ck_assert_int_gt(next, now + 5 * MINUTE);
	ck_assert(g_file_set_contents(own, "x", -1, NULL));
	watcher_read(host.watcher);
	ck_assert_int_lt(runner_deadline(runner, true), next);
}
END_TEST

static int run_tests(void)
{
	Suite *suite = suite_create("runner");
	TCase *tests = tcase_create("runner");
	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(
		tests,
		a_crash_is_told_in_the_status_whose_figures_stay_and_the_next_cycle_goes_alone);
	tcase_add_test(tests, a_child_that_somebody_asked_to_end_did_not_crash);
	tcase_add_loop_test(tests, a_child_without_progress_is_ended_and_told, 0, 2);
	tcase_add_test(tests, a_child_that_does_not_listen_is_killed);
	tcase_add_test(tests, a_child_that_gets_on_may_take_its_time);
	tcase_add_test(tests, a_reload_without_a_change_keeps_the_child_and_what_waits);
	tcase_add_test(tests, without_a_network_only_a_remote_elsewhere_is_waited_for);
	tcase_add_test(tests, an_edit_during_a_cycle_makes_a_second_one_soon);
	tcase_add_loop_test(tests, a_sign_in_of_either_kind_wakes_what_waits_for_it, 0, 2);
	tcase_add_test(tests,
	               news_of_mail_are_looked_at_even_where_the_look_was_taken_along_before);
	tcase_add_test(tests, a_reload_without_a_change_starts_the_waiting_for_mail_again);
	tcase_add_test(tests, a_sign_in_starts_the_waiting_for_mail_again);
	suite_add_tcase(suite, tests);
	SRunner *all = srunner_create(suite);
	srunner_run_all(all, CK_NORMAL);
	int failed = srunner_ntests_failed(all);
	srunner_free(all);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* As runner.c starts it: -c /dev/stdin sync ACCOUNT --only PARTS, or -c FILE wait-mail ACCOUNT. */
int main(int argc, char **argv)
{
	log_open(LOG_LEVEL_ERROR);
	if (argc == 5 && strcmp(argv[3], "wait-mail") == 0) {
		return mail_child();
	}
	return argc == 7 && strcmp(argv[3], "sync") == 0 ? child(argv[6]) : run_tests();
}
