/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target without a fuzzer: over the largest inputs, then over every fixture, its
 * prefixes, and seeded mutations. */
#include "fuzz/largest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUTATIONS  15
#define PREFIXES   5
#define LONG_TIMES 26
#define LARGE      4096 /* bytes; of larger files the short form makes fewer */
#define LARGE_PART 5

static guint64 runs;
static bool is_long;

static guint count_of(guint usual, gsize size)
{
	if (is_long) {
		return usual * LONG_TIMES;
	}
	return size > LARGE ? usual / LARGE_PART : usual;
}

static void run(const guint8 *data, gsize size)
{
	LLVMFuzzerTestOneInput(data, size);
	runs++;
}

static void mutate(GRand *random, const guint8 *data, gsize size)
{
	g_autofree guint8 *copy = g_memdup2(data, size);
	guint edits = (guint)g_rand_int_range(random, 1, 8);
	for (guint i = 0; i < edits && size > 0; i++) {
		gsize at = g_rand_int(random) % size;
		switch (g_rand_int_range(random, 0, 4)) {
		case 0:
			copy[at] = (guint8)g_rand_int(random);
			break;
		case 1:
			copy[at] = (guint8) "\r\n:;,\\\"=<>&\0 %"[g_rand_int_range(random, 0, 15)];
			break;
		case 2:
			copy[at] ^= (guint8)(1u << g_rand_int_range(random, 0, 8));
			break;
		default:
			memmove(copy + at, data + g_rand_int(random) % size / 2,
			        MIN(size - at, size / 2));
		}
	}
	run(copy, size);
}

static void try_file(GRand *random, const char *path)
{
	g_autofree char *text = NULL;
	gsize size = 0;
	if (!g_file_get_contents(path, &text, &size, NULL)) {
		return;
	}
	const guint8 *data = (const guint8 *)text;
	run(data, size);
	if (size == 0 || size > 65536) {
		return;
	}
	for (guint i = 0; i < count_of(PREFIXES, size); i++) {
		g_autofree guint8 *prefix = g_memdup2(data, size);
		run(prefix, g_rand_int(random) % size);
	}
	for (guint i = 0; i < count_of(MUTATIONS, size); i++) {
		mutate(random, data, size);
	}
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In the order of the names: a seed repeats on every file system. */
static void walk(GRand *random, const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	if (dir == NULL) {
		try_file(random, path);
		return;
	}
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name = NULL;
	while ((name = g_dir_read_name(dir)) != NULL) {
		g_ptr_array_add(names, g_strdup(name));
	}
	g_ptr_array_sort(names, by_name);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *child = g_build_filename(path, names->pdata[i], NULL);
		walk(random, child);
	}
}

int main(int argc, char **argv)
{
	const char *given = g_getenv("PASSERELLE_SEED");
	guint32 seed = given != NULL ? (guint32)strtoul(given, NULL, 10) : g_random_int();
	printf("seed %u (PASSERELLE_SEED=%u repeats it)\n", seed, seed);
	fflush(stdout);
	is_long = g_getenv("PASSERELLE_LONG") != NULL;
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);
	const bool is_bounded = largest_run(random);
	run((const guint8 *)"", 0);
	for (int i = 1; i < argc; i++) {
		walk(random, argv[i]);
	}
	printf("%" G_GUINT64_FORMAT " inputs\n", runs);
	return runs > 1 && is_bounded ? EXIT_SUCCESS : EXIT_FAILURE;
}
