/* SPDX-License-Identifier: MIT */
/* What the reading and the replacing of files share. For durable*.c only. */
#ifndef PASSERELLE_BASE_DURABLE_PARTS_H
#define PASSERELLE_BASE_DURABLE_PARTS_H

#include "base/durable.h"

#include <sys/stat.h>

#define FILL_MAX ((gsize)1 << 30) /* one read(2) or write(2) takes no more than 2 GiB */

/* false, and error says that what cannot be done to the file, by errno. */
bool durable_fail(int folder, const char *name, enum passerelle_error code, const char *what,
                  GError **error);
/* false, and error is STALE: the file "how". */
bool durable_fail_stale(int folder, const char *name, const char *how, GError **error);

/* A name within a folder, and no way out of it; INPUT otherwise. */
bool durable_name_is_plain(int folder, const char *name, GError **error);

/* fsync, never a second time; one that fails is remembered (durable_distrust). */
bool durable_sync_file(int file);

char *durable_format_revision(const struct stat *status);

#endif
