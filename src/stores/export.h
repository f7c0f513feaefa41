/* SPDX-License-Identifier: MIT */
/* A whole folder in one file, replaced only when something changed. */
#ifndef PASSERELLE_STORES_EXPORT_H
#define PASSERELLE_STORES_EXPORT_H

#include "base/error.h"
#include "model/item.h"

/* All items of folder as one .vcf or .ics text. Unreadable files are left out and named in problems
 * (nullable, char *). */
char *export_text(const char *folder, enum item_kind kind, GPtrArray *problems, GError **error);

/* The same, to path (0600, durable); not rewritten when it would be the same bytes. */
bool export_write(const char *folder, enum item_kind kind, const char *path, GPtrArray *problems,
                  GError **error);

#endif
