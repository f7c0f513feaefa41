/* SPDX-License-Identifier: MIT */
/* Whether the service runs: its lock beside the status, and what follows from it. */
#include "app/presence.h"
#include "app/status_view.h"

#include <check.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static char *folder, *status_path;

static void set_up(void)
{
	folder = g_dir_make_tmp("passerelle-test-XXXXXX", NULL);
	status_path = g_build_filename(folder, "home.json", NULL);
}

static void tear_down(void)
{
	g_autofree char *lock = presence_path(status_path);
	g_unlink(lock);
	g_unlink(status_path);
	g_rmdir(folder);
	g_clear_pointer(&folder, g_free);
	g_clear_pointer(&status_path, g_free);
}

/* A service of its own process, which has taken the lock when this returns. */
static pid_t start_service(void)
{
	int ready[2];
	char byte = 0;
	ck_assert_int_eq(pipe(ready), 0);
	const pid_t child = fork();
	ck_assert_int_ge(child, 0);
	if (child == 0) {
		byte = presence_take(status_path, NULL) != NULL ? 'y' : 'n';
		if (write(ready[1], &byte, 1) == 1) {
			pause();
		}
		_exit(0);
	}
	ck_assert_int_eq(read(ready[0], &byte, 1), 1);
	ck_assert_int_eq(byte, 'y');
	close(ready[0]);
	close(ready[1]);
	return child;
}

static void kill_service(pid_t service)
{
	kill(service, SIGKILL);
	ck_assert_int_eq(waitpid(service, NULL, 0), service);
}

START_TEST(a_service_is_seen_with_its_process_as_long_as_it_lives)
{
	pid_t holder = 1;
	ck_assert_int_eq(presence_look(status_path, &holder), PRESENCE_UNKNOWN);
	ck_assert_int_eq(holder, 0);
	const pid_t service = start_service();
	for (int i = 0; i < 3; i++) { /* looking takes nothing away */
		ck_assert_int_eq(presence_look(status_path, &holder), PRESENCE_HELD);
		ck_assert_int_eq(holder, service);
	}
	kill_service(service);
	ck_assert_int_eq(presence_look(status_path, &holder), PRESENCE_GONE);
	ck_assert_int_eq(holder, 0);
}
END_TEST

START_TEST(a_second_service_does_not_get_it)
{
	g_autoptr(GError) error = NULL;
	const pid_t service = start_service();
	ck_assert_ptr_null(presence_take(status_path, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_BUSY));
	kill_service(service);
	struct presence *own = presence_take(status_path, NULL);
	ck_assert_ptr_nonnull(own);
	presence_release(own);
}
END_TEST

START_TEST(where_it_cannot_be_made_that_is_an_error_and_no_more)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(presence_take("/proc/home.json", &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_STORAGE));
}
END_TEST

/* ---- what follows ---- */

#define NOW 1795230060

static const struct {
	enum presence_state presence;
	gint64 next_sync; /* from now; 0 = not promised */
	enum service_life life;
} lives[] = {
	/* a long first search, an hour's interval, a computer that was asleep */
	{PRESENCE_HELD, -100000, SERVICE_RUNS},
	{PRESENCE_HELD, 300, SERVICE_RUNS},
	{PRESENCE_HELD, 0, SERVICE_RUNS},
	/* at once, and not when the next cycle is long overdue */
	{PRESENCE_GONE, 300, SERVICE_DEAD},
	{PRESENCE_GONE, -100000, SERVICE_DEAD},
	/* synchronised by hand after the service was stopped for good */
	{PRESENCE_GONE, 0, SERVICE_UNKNOWN},
	/* a status that was copied from another host */
	{PRESENCE_UNKNOWN, 0, SERVICE_UNKNOWN},
	{PRESENCE_UNKNOWN, 300, SERVICE_UNKNOWN},
	{PRESENCE_UNKNOWN, -STATUS_DEAD_AFTER, SERVICE_UNKNOWN},
	{PRESENCE_UNKNOWN, -STATUS_DEAD_AFTER - 1, SERVICE_DEAD},
};

START_TEST(a_status_is_stale_when_its_service_is_gone_and_not_when_it_is_late)
{
	OWNED(status_document) document = status_document_new("home");
	const struct status_view view = {.document = document, .presence = lives[_i].presence};
	document->next_sync = lives[_i].next_sync != 0 ? NOW + lives[_i].next_sync : 0;
	ck_assert_int_eq(status_view_life(&view, NOW), lives[_i].life);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("presence");
	TCase *tests = tcase_create("presence");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_service_is_seen_with_its_process_as_long_as_it_lives);
	tcase_add_test(tests, a_second_service_does_not_get_it);
	tcase_add_test(tests, where_it_cannot_be_made_that_is_an_error_and_no_more);
	tcase_add_loop_test(tests,
	                    a_status_is_stale_when_its_service_is_gone_and_not_when_it_is_late, 0,
	                    (int)G_N_ELEMENTS(lives));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
