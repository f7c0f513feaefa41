/* SPDX-License-Identifier: MIT */
/* Random worlds: a person, a remote that others use too, faults and kills; nothing is added twice,
 * nothing is lost, and all comes to rest. PASSERELLE_SEED=n PASSERELLE_WORLDS=1 replays one. */
#include "world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORKERS       2
#define FEWEST        50
#define ALL           10000
#define SHORT_SECONDS 12
#define MOST_FAILURES 5
#define SEARCHES      3
#define SHORT_SEED    500000 /* the short form lives through the same worlds each time */
#define LOG_SHOWN     60000

/* What the workers count, and what the parent reads when one of them dies. */
struct tally {
	guint worlds, cycles, kills, hits, resolved, failures;
	guint seed; /* of the world under way */
};

static void show_failure(const struct world *world)
{
	const gsize skipped = world->log->len > LOG_SHOWN ? world->log->len - LOG_SHOWN : 0;
	fprintf(stderr, "\n%s\nworld %u: %s\nreplay: PASSERELLE_SEED=%u PASSERELLE_WORLDS=1\n",
	        world->log->str + skipped, world->seed, world->failure, world->seed);
}

static void run_world(guint seed, struct stopper *stopper, char **memories, struct tally *tally)
{
	tally->seed = seed;
	struct world *world = world_new(seed, stopper, (const char *const *)memories);
	if (!world_run(world)) {
		tally->failures++;
		show_failure(world);
	}
	tally->worlds++;
	tally->cycles += world->n_cycles;
	tally->kills += world->n_kills;
	tally->hits += world->n_hits;
	tally->resolved += world->n_resolved;
	world_free(world);
}

static G_GNUC_NORETURN void work(guint worker, guint first, guint most, gint64 end,
                                 struct tally *tally)
{
	struct stopper *stopper = stopper_new();
	char *memories[SEARCHES];
	for (guint i = 0; i < SEARCHES; i++) {
		memories[i] = world_memory(stopper, (enum emulator_search)i);
	}
	for (guint i = worker; i < most; i += WORKERS) {
		if ((i >= FEWEST && end != 0 && g_get_monotonic_time() >= end) ||
		    tally->failures >= MOST_FAILURES) {
			break;
		}
		run_world(first + i, stopper, memories, tally);
	}
	for (guint i = 0; i < SEARCHES; i++) {
		g_free(memories[i]);
	}
	stopper_free(stopper);
	_exit(EXIT_SUCCESS);
}

static guint number_from(const char *variable, guint otherwise)
{
	const char *text = getenv(variable);
	return text == NULL ? otherwise : (guint)strtoul(text, NULL, 10);
}

/* A worker that dies has met an abort of our own code: a failure, too. */
static void await(pid_t worker, struct tally *tally)
{
	int status = 0;
	waitpid(worker, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
		fprintf(stderr, "\nworld %u ended its process\n", tally->seed);
		tally->failures++;
	}
}

int main(void)
{
	const bool is_long = getenv("PASSERELLE_LONG") != NULL;
	const guint any = (guint)(g_get_real_time() / 1000 % 1000000);
	const guint first = number_from("PASSERELLE_SEED", is_long ? any : SHORT_SEED);
	const bool is_counted = getenv("PASSERELLE_WORLDS") != NULL || is_long;
	const guint most = number_from("PASSERELLE_WORLDS", ALL);
	const gint64 end = is_counted ? 0 : g_get_monotonic_time() + SHORT_SECONDS * G_USEC_PER_SEC;
	struct tally *tallies = mmap(NULL, WORKERS * sizeof *tallies, PROT_READ | PROT_WRITE,
	                             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	g_assert(tallies != MAP_FAILED);
	pid_t workers[WORKERS];
	for (guint i = 0; i < WORKERS; i++) {
		workers[i] = fork();
		g_assert(workers[i] >= 0);
		if (workers[i] == 0) {
			work(i, first, most, end, &tallies[i]);
		}
	}
	struct tally sum = {0};
	for (guint i = 0; i < WORKERS; i++) {
		await(workers[i], &tallies[i]);
		sum.worlds += tallies[i].worlds;
		sum.cycles += tallies[i].cycles;
		sum.kills += tallies[i].kills;
		sum.hits += tallies[i].hits;
		sum.resolved += tallies[i].resolved;
		sum.failures += tallies[i].failures;
	}
	printf("count: random worlds: %u worlds, %u cycles, %u kills, %u faults, %u told by the "
	       "person, %u violations (seed %u)\n",
	       sum.worlds, sum.cycles, sum.kills, sum.hits, sum.resolved, sum.failures, first);
	return sum.failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
