/* SPDX-License-Identifier: MIT */
/* One lock has one holder, and everybody else can name it. */
#include "base/durable.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

#include "scratch.h"

START_TEST(a_lock_is_held_once_and_its_file_stays)
{
	g_autofree char *path = scratch_path("lock");
	struct durable_lock *lock = durable_lock_take(path, NULL);
	ck_assert_ptr_nonnull(lock);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(durable_lock_take(path, &error));
	expect_error(error, PASSERELLE_ERROR_BUSY);
	g_autofree char *pid = g_strdup_printf("process %d", getpid());
	ck_assert_msg(g_str_has_suffix(error->message, pid), "%s", error->message);
	durable_lock_release(lock);
	ck_assert_uint_eq(scratch_count(""), 1);
	lock = durable_lock_take(path, NULL);
	ck_assert_ptr_nonnull(lock);
	durable_lock_release(lock);
	durable_lock_release(NULL);
}
END_TEST

START_TEST(a_lock_of_a_killed_program_is_free)
{
	g_autofree char *path = scratch_path("lock");
	const pid_t child = fork();
	if (child == 0) {
		durable_lock_take(path, NULL);
		kill(getpid(), SIGKILL);
	}
	waitpid(child, NULL, 0);
	struct durable_lock *lock = durable_lock_take(path, NULL);
	ck_assert_ptr_nonnull(lock);
	g_autofree char *pid = g_strdup_printf("%d\n", getpid());
	scratch_expect("lock", pid);
	durable_lock_release(lock);
}
END_TEST

START_TEST(a_lock_behind_a_link_or_a_missing_folder_is_a_storage_error)
{
	g_autofree char *link = scratch_path("link");
	ck_assert_int_eq(symlink("target", link), 0);
	static const char *const names[] = {"link", "none/lock"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = scratch_path(names[i]);
		g_autoptr(GError) error = NULL;
		ck_assert_ptr_null(durable_lock_take(path, &error));
		expect_error(error, PASSERELLE_ERROR_STORAGE);
	}
}
END_TEST

struct racer {
	pid_t pid, told;
	int won;
};

/* Waits for the start, tries once, says what came of it, and keeps what it has until the end. */
static void race(const char *path, int start, int out, int finish)
{
	char byte;
	if (read(start, &byte, 1) < 0) {
		_exit(1);
	}
	GError *error = NULL;
	struct durable_lock *lock = durable_lock_take(path, &error);
	struct racer self = {getpid(), 0, lock != NULL};
	if (lock == NULL) {
		const char *number = strrchr(error->message, ' ');
		self.told = (pid_t)atoi(number + 1);
	}
	if (write(out, &self, sizeof(self)) != sizeof(self) || read(finish, &byte, 1) < 0) {
		_exit(1);
	}
	_exit(0);
}

START_TEST(of_a_thousand_takers_one_wins_and_all_others_can_name_it)
{
	enum { TAKERS = 1000 };
	g_autofree char *path = scratch_path("lock");
	int start[2], results[2], finish[2];
	ck_assert(pipe(start) == 0 && pipe(results) == 0 && pipe(finish) == 0);
	for (int i = 0; i < TAKERS; i++) {
		const pid_t child = fork();
		ck_assert_int_ge(child, 0);
		if (child == 0) {
			close(start[1]), close(finish[1]);
			race(path, start[0], results[1], finish[0]);
		}
	}
	close(start[1]);
	struct racer racers[TAKERS];
	pid_t winner = 0;
	unsigned winners = 0;
	for (int i = 0; i < TAKERS; i++) {
		ck_assert_int_eq(read(results[0], &racers[i], sizeof(racers[i])),
		                 sizeof(racers[i]));
		winner = racers[i].won ? racers[i].pid : winner;
		winners += racers[i].won ? 1 : 0;
	}
	close(finish[1]);
	while (wait(NULL) > 0) {
	}
	ck_assert_uint_eq(winners, 1);
	for (int i = 0; i < TAKERS; i++) {
		ck_assert_int_eq(racers[i].won ? winner : racers[i].told, winner);
	}
	printf("count: starts at once: %d takers of one lock, %u winner\n", TAKERS, winners);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("durable lock");
	TCase *locks = tcase_create("locks");
	tcase_add_checked_fixture(locks, scratch_setup, scratch_teardown);
	tcase_set_timeout(locks, 120);
	tcase_add_test(locks, a_lock_is_held_once_and_its_file_stays);
	tcase_add_test(locks, a_lock_of_a_killed_program_is_free);
	tcase_add_test(locks, a_lock_behind_a_link_or_a_missing_folder_is_a_storage_error);
	tcase_add_test(locks, of_a_thousand_takers_one_wins_and_all_others_can_name_it);
	suite_add_tcase(suite, locks);
	return scratch_run(suite);
}
