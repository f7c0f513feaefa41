/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a program under test: one allocation that fails.
 *
 * INTERPOSE_FAIL_AT   the call of malloc, calloc or realloc that returns NULL, once (of OpenSSL's:
 * the next that is not one)
 *
 * INTERPOSE_FAILED    a file that is made when it does
 *
 * INTERPOSE_COUNT     a file that gets the number of these calls when the program ends by itself
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Of glibc: its own allocator under names that nobody replaces. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *memory, size_t size);

static bool is_counting;
static atomic_bool is_over; /* it fails once */
static atomic_ulong calls;
static unsigned long fail_at;
static const char *failed_path;

__attribute__((constructor)) static void begin(void)
{
	const char *number = getenv("INTERPOSE_FAIL_AT");
	fail_at = number == NULL ? 0 : strtoul(number, NULL, 10);
	failed_path = getenv("INTERPOSE_FAILED");
	is_counting = true;
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("INTERPOSE_COUNT");
	is_counting = false;
	const int out = path == NULL ? -1 : open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (out >= 0) {
		dprintf(out, "%lu\n", atomic_load(&calls));
		close(out);
	}
}

/* OpenSSL's, on behalf of libcurl, is not ours: without its first few it crashes by itself. */
static bool is_foreign(const void *caller)
{
	Dl_info about;
	return dladdr(caller, &about) != 0 && about.dli_fname != NULL &&
	       strstr(about.dli_fname, "libcrypto") != NULL;
}

static bool fails(const void *caller)
{
	if (!is_counting || is_over || atomic_fetch_add(&calls, 1) + 1 < fail_at || fail_at == 0 ||
	    is_foreign(caller)) {
		return false;
	}
	is_over = true;
	const int mark =
		failed_path == NULL ? -1 : open(failed_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (mark >= 0) {
		close(mark);
	}
	errno = ENOMEM;
	return true;
}

void *malloc(size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(n, size);
}

void *realloc(void *memory, size_t size)
{
	return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(memory, size);
}
