/* SPDX-License-Identifier: MIT */
/* A sweep of many trials: chosen by a seed that is printed, shared out to two processes, counted.
 */
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

/* PASSERELLE_SEED replays. */
static inline guint32 sweep_seed(void)
{
	const char *given = g_getenv("PASSERELLE_SEED");
	return given != NULL ? (guint32)g_ascii_strtoull(given, NULL, 10)
	                     : (guint32)g_random_int_range(0, G_MAXINT32);
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
