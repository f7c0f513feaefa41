/* SPDX-License-Identifier: MIT */
/* Inputs of 1 MiB that are as dear as their format allows, and what a target may cost on them. */
#ifndef PASSERELLE_TESTS_LARGEST_H
#define PASSERELLE_TESTS_LARGEST_H

#include <stdbool.h>

#include "fuzz/fuzz.h"

/* head, then unit until there are FUZZ_LARGEST_BYTES, then tail. A byte 0x01 in unit is the number
 * of the round. */
struct largest_input {
	const char *name;
	const char *head, *unit, *tail;
	gsize unit_size; /* it may hold NUL */
};
extern const struct largest_input largest_inputs[];
extern const gsize largest_count;

GByteArray *largest_make(const struct largest_input *input);

/*
 * Gives every third by random (PASSERELLE_LONG: each) to the target in a process of its own, and
 * measures there: at most LARGEST_SECONDS of CPU for each pass (fuzz.h) and LARGEST_MEMORY_KIB
 * resident, the program itself included. A machine that is slower than the one on which they were
 * measured, or busy, has as much more time as it needs for work that is always the same. Neither is
 * asked of a build with a sanitizer. False: what broke is printed.
 */
#define LARGEST_SECONDS    1.0
#define LARGEST_MEMORY_KIB (64 * 1024)
bool largest_run(GRand *random);

#endif
