/* SPDX-License-Identifier: MIT */
/* Many trials: the short form takes a sample by a seed that is printed, the long form takes all.
 * PASSERELLE_SEED replays. And a sweep of them, shared out to two processes. */
#ifndef PASSERELLE_TESTS_SYNC_SWEEP_H
#define PASSERELLE_TESTS_SYNC_SWEEP_H

#include <check.h>
#include <glib.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define SWEEP_WORKERS 2

static inline bool sweep_is_long(void)
{
	return g_getenv("PASSERELLE_LONG") != NULL;
}

/* The same one all through a program, and in what it forks from the first call on. */
static inline guint32 sweep_seed(void)
{
	static guint32 seed;
	static bool is_chosen;
	const char *given = g_getenv("PASSERELLE_SEED");
	if (!is_chosen) {
		seed = given != NULL ? (guint32)g_ascii_strtoull(given, NULL, 10)
		                     : (guint32)g_random_int_range(0, G_MAXINT32);
		is_chosen = true;
	}
	return seed;
}

/* Is this case of what in the sample? One of every so many neighbours is; to be asked in order. */
static inline bool sweep_takes(const char *what, guint number, guint every)
{
	if (sweep_is_long() || every <= 1) {
		return true;
	}
	const guint32 seeds[] = {sweep_seed(), g_str_hash(what), number / every};
	g_autoptr(GRand) random = g_rand_new_with_seed_array(seeds, G_N_ELEMENTS(seeds));
	return number % every == (guint)g_rand_int_range(random, 0, (gint32)every);
}

/* As tcase_add_loop_test from 0 on, of one of every so many cases. */
static inline void sweep_add_sample(TCase *tests, const TTest *test, guint cases, guint every)
{
	guint taken = 0;
	for (guint i = 0; i < cases; i++) {
		if (sweep_takes(test->name, i, every)) {
			tcase_add_loop_test(tests, test, (int)i, (int)i + 1);
			taken++;
		}
	}
	printf("count: %s: %u of %u cases (seed %u)\n", test->name, taken, cases, sweep_seed());
	fflush(stdout); /* before the framework forks */
}

/* Fisher and Yates. */
static inline void sweep_shuffle(GRand *random, GArray *list, gsize size)
{
	g_autofree char *kept = g_malloc(size);
	for (guint i = list->len; i > 1; i--) {
		const guint j = (guint)g_rand_int_range(random, 0, (gint32)i);
		char *one = list->data + (i - 1) * size;
		char *other = list->data + j * size;
		memcpy(kept, one, size);
		memmove(one, other, size);
		memcpy(other, kept, size);
	}
}

/* Which process this is, from 0: trial t belongs to worker t % SWEEP_WORKERS. */
static guint sweep_worker;

/* The trial that run number i of this worker is about. */
static inline guint sweep_trial(int i)
{
	return (guint)i * SWEEP_WORKERS + sweep_worker;
}

static inline int sweep_share(guint trials)
{
	return (int)((trials + SWEEP_WORKERS - 1 - sweep_worker) / SWEEP_WORKERS);
}

struct sweep_counts {
	int run, failed;
};

static inline struct sweep_counts sweep_work(Suite *(*make_suite)(void))
{
	SRunner *runner = srunner_create(make_suite());
	srunner_run_all(runner, CK_ENV);
	const struct sweep_counts counts = {srunner_ntests_run(runner),
	                                    srunner_ntests_failed(runner)};
	srunner_free(runner);
	return counts;
}

/* Sums what the workers count; one that ends without a word is a failure. */
static inline struct sweep_counts sweep_run(Suite *(*make_suite)(void))
{
	struct sweep_counts all = {0, 0};
	int pipes[SWEEP_WORKERS][2];
	fflush(stdout);
	for (guint i = 0; i < SWEEP_WORKERS; i++) {
		g_assert(pipe(pipes[i]) == 0);
		const pid_t child = fork();
		g_assert(child >= 0);
		if (child == 0) {
			sweep_worker = i;
			const struct sweep_counts counts = sweep_work(make_suite);
			fflush(stdout);
			_exit(write(pipes[i][1], &counts, sizeof counts) != sizeof counts);
		}
		close(pipes[i][1]);
	}
	for (guint i = 0; i < SWEEP_WORKERS; i++) {
		struct sweep_counts counts;
		if (read(pipes[i][0], &counts, sizeof counts) == sizeof counts) {
			all.run += counts.run;
			all.failed += counts.failed;
		} else {
			all.failed++;
		}
		close(pipes[i][0]);
	}
	while (wait(NULL) > 0) {
		/* both */
	}
	return all;
}

#endif
