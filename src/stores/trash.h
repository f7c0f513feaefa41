/* SPDX-License-Identifier: MIT */
/* Copies of files, kept when these are overwritten or removed. */
#ifndef PASSERELLE_STORES_TRASH_H
#define PASSERELLE_STORES_TRASH_H

#include <glib.h>
#include <stdbool.h>

/* A name is tried with so many numbers. */
#define NUMBERED_NAMES_MAX 10000

/* "name.vcf", then "name-2.vcf", … Owned. */
char *numbered_name(const char *name, unsigned number);
/* STORAGE: all numbers of name are taken. Answers false. */
bool numbered_name_fail(const char *name, GError **error);

/*
 * A copy of data in the opened folder, "20261121T031417Z-name.vcf", durable, 0600; of a long name
 * the end, which tells what it is. now: UTC seconds. STORAGE.
 */
bool trash_keep_at(int folder, const char *name, GBytes *data, gint64 now, GError **error);

#endif
