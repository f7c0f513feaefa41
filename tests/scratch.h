/* SPDX-License-Identifier: MIT */
/* A folder of its own for every test, removed afterwards, and a few words about files in it. */
#ifndef PASSERELLE_TESTS_SCRATCH_H
#define PASSERELLE_TESTS_SCRATCH_H

#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <glib.h>
#include <glib/gstdio.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char *scratch;

static inline void scratch_setup(void)
{
	scratch = g_dir_make_tmp("passerelle-XXXXXX", NULL);
	ck_assert_ptr_nonnull(scratch);
}

static inline int scratch_remove_one(const char *path, const struct stat *status, int type,
                                     struct FTW *walk)
{
	(void)status, (void)type, (void)walk;
	return remove(path);
}

static inline void scratch_teardown(void)
{
	nftw(scratch, scratch_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	g_clear_pointer(&scratch, g_free);
}

static inline char *scratch_path(const char *name)
{
	return g_build_filename(scratch, name, NULL);
}

static inline void scratch_write(const char *name, const char *text)
{
	g_autofree char *path = scratch_path(name);
	ck_assert(g_file_set_contents(path, text, -1, NULL));
}

/* Its text, or NULL where there is none. */
static inline char *scratch_read(const char *name)
{
	g_autofree char *path = scratch_path(name);
	char *text = NULL;
	return g_file_get_contents(path, &text, NULL, NULL) ? text : NULL;
}

static inline void scratch_expect(const char *name, const char *text)
{
	g_autofree char *present = scratch_read(name);
	ck_assert_pstr_eq(present, text);
}

/* How many entries a folder has; "" is the scratch folder itself. */
static inline unsigned scratch_count(const char *name)
{
	g_autofree char *path = scratch_path(name);
	GDir *folder = g_dir_open(path, 0, NULL);
	ck_assert_ptr_nonnull(folder);
	unsigned count = 0;
	while (g_dir_read_name(folder) != NULL) {
		count++;
	}
	g_dir_close(folder);
	return count;
}

#define expect_error(failure, wanted)                                                              \
	do {                                                                                       \
		ck_assert_ptr_nonnull(failure);                                                    \
		ck_assert_msg(passerelle_error_is(failure, wanted), "code %d: %s",                 \
		              (failure)->code, (failure)->message);                                \
	} while (0)
#define expect_no_error(failure)                                                                   \
	ck_assert_msg((failure) == NULL, "%s", (failure) == NULL ? "" : (failure)->message)

static inline int scratch_run(Suite *suite)
{
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}

#endif
