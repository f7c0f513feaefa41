/* SPDX-License-Identifier: MIT */
/* What every fuzz target is: one function, which ends the program where a promise is broken. */
#ifndef PASSERELLE_TESTS_FUZZ_H
#define PASSERELLE_TESTS_FUZZ_H

#include <glib.h>

#define FUZZ_LARGEST_BYTES (1024 * 1024)

/* How often a call goes over the whole input, at most: each time may cost what largest.h says. */
extern const guint fuzz_passes;

/* Asserts with g_assert. Called many times in one process: it keeps nothing. Always 0. */
int LLVMFuzzerTestOneInput(const guint8 *data, gsize size);

#endif
