/* SPDX-License-Identifier: MIT */
/* Gives the largest inputs to a target, each in a process of its own, and measures what it costs.
 */
#include "fuzz/largest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef HAS_SANITIZER
#define IS_MEASURED   false
#define HANGS_SECONDS 300
#else
#define IS_MEASURED   true
#define HANGS_SECONDS 120
#endif
#define ROUND_MARK       0x01
#define TRIES            3     /* of what was too slow: a busy machine is not so each time */
#define YARDSTICK        0.075 /* seconds of CPU: see measure_yardstick */
#define YARDSTICK_ROUNDS 200000
#define SAMPLED          3            /* one of so many, in the short form */
#define CUT_BYTES        (200 * 1024) /* for what refuses more by its size alone */

/* What one input cost. */
struct cost {
	double seconds; /* of CPU */
	long memory;    /* KiB */
};

static guint8 *put(guint8 *to, const void *bytes, gsize size)
{
	memcpy(to, bytes, size);
	return to + size;
}

/* One unit, with the number of the round for each mark. */
static guint8 *put_round(guint8 *to, const struct largest_input *input, guint round)
{
	const char *at = input->unit, *const end = at + input->unit_size;
	const char *mark = NULL;
	while ((mark = memchr(at, ROUND_MARK, (gsize)(end - at))) != NULL) {
		char number[16];
		const int digits = snprintf(number, sizeof number, "%u", round);
		to = put(put(to, at, (gsize)(mark - at)), number, (gsize)digits);
		at = mark + 1;
	}
	return put(to, at, (gsize)(end - at));
}

GByteArray *largest_make(const struct largest_input *input)
{
	const gsize tail = strlen(input->tail);
	GByteArray *bytes = g_byte_array_new();
	g_byte_array_set_size(bytes, FUZZ_LARGEST_BYTES + 64);
	guint8 *to = put(bytes->data, input->head, strlen(input->head));
	for (guint round = 0;
	     (gsize)(to - bytes->data) + input->unit_size + tail + 64 < FUZZ_LARGEST_BYTES;
	     round++) {
		to = put_round(to, input, round);
	}
	to = put(to, input->tail, tail);
	g_byte_array_set_size(bytes, (guint)(to - bytes->data));
	g_assert(bytes->len <= FUZZ_LARGEST_BYTES);
	return bytes;
}

static double seconds_now(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
	       (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static G_GNUC_NORETURN void run_child(const struct largest_input *input, int out)
{
	const struct rlimit limit = {HANGS_SECONDS, HANGS_SECONDS};
	setrlimit(RLIMIT_CPU, &limit);
	g_autoptr(GByteArray) bytes = largest_make(input);
	const double before = seconds_now();
	LLVMFuzzerTestOneInput(bytes->data, MIN(bytes->len, CUT_BYTES));
	LLVMFuzzerTestOneInput(bytes->data, bytes->len);
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	const struct cost cost = {seconds_now() - before, usage.ru_maxrss};
	_exit(write(out, &cost, sizeof cost) == sizeof cost ? 0 : 1);
}

/* False: it did not come to its end. */
static bool measure(const struct largest_input *input, struct cost *cost)
{
	int ends[2];
	if (pipe(ends) != 0) {
		g_error("no pipe");
	}
	fflush(NULL);
	const pid_t child = fork();
	if (child == 0) {
		close(ends[0]);
		run_child(input, ends[1]);
	}
	close(ends[1]);
	const bool is_told = child > 0 && read(ends[0], cost, sizeof *cost) == sizeof *cost;
	close(ends[0]);
	int status = 0;
	if (child > 0) {
		waitpid(child, &status, 0);
	}
	if (!is_told) {
		printf("largest input '%s': the target ended with %s %d\n", input->name,
		       WIFSIGNALED(status) ? "signal" : "status",
		       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	}
	return is_told;
}

/* Work as that of the targets, texts and tables, which took YARDSTICK seconds where the limit was
 * chosen: how many times as much does it take here and now? */
static double measure_yardstick(void)
{
	const double before = seconds_now();
	g_autoptr(GHashTable) table =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (guint i = 0; i < YARDSTICK_ROUNDS; i++) {
		g_autofree char *key = g_strdup_printf("X-KEY%u;TYPE=HOME", i % 20000);
		g_auto(GStrv) words = g_strsplit(key, ";", -1);
		g_hash_table_replace(table, g_strdup(words[0]), g_ascii_strdown(words[1], -1));
	}
	return (seconds_now() - before) / YARDSTICK;
}

static bool is_within(const struct largest_input *input, const struct cost *cost)
{
	const double limit = LARGEST_SECONDS * fuzz_passes;
	const bool is_small = cost->memory <= LARGEST_MEMORY_KIB;
	const bool is_fast = !IS_MEASURED || cost->seconds <= limit ||
	                     cost->seconds <= limit * measure_yardstick();
	if (IS_MEASURED && !(is_fast && is_small)) {
		printf("largest input '%s': %.2f s of CPU, %ld KiB\n", input->name, cost->seconds,
		       cost->memory);
	}
	return is_fast && (is_small || !IS_MEASURED);
}

/* False: the target ends, or is too dear each time. */
static bool try_input(const struct largest_input *input, struct cost *cost)
{
	bool is_whole = true, is_good = false;
	for (int i = 0; i < TRIES && is_whole && !is_good; i++) {
		is_whole = measure(input, cost);
		is_good = is_whole && is_within(input, cost);
	}
	return is_good;
}

bool largest_run(GRand *random)
{
	struct cost most = {0, 0};
	const char *slowest = "", *widest = "";
	guint failures = 0, count = 0;
	const bool is_whole = g_getenv("PASSERELLE_LONG") != NULL;
	for (gsize i = 0; i < largest_count; i++) {
		const struct largest_input *input = &largest_inputs[i];
		struct cost cost = {0, 0};
		if (!is_whole && g_rand_int_range(random, 0, SAMPLED) != 0) {
			continue;
		}
		count++;
		failures += !try_input(input, &cost);
		slowest = cost.seconds > most.seconds ? input->name : slowest;
		widest = cost.memory > most.memory ? input->name : widest;
		most.seconds = MAX(most.seconds, cost.seconds);
		most.memory = MAX(most.memory, cost.memory);
	}
	printf("%u inputs of 1 MiB: at most %.2f s of CPU (%s), %ld KiB (%s)\n", count,
	       most.seconds, slowest, most.memory, widest);
	return failures == 0;
}
