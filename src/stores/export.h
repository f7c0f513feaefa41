/* SPDX-License-Identifier: MIT */
/* A whole folder in one file, replaced only when something changed. */
#ifndef PASSERELLE_STORES_EXPORT_H
#define PASSERELLE_STORES_EXPORT_H

#include "base/error.h"
#include "model/item.h"

/* All items of these folders (NULL-terminated) as one .vcf or .ics text. Unreadable files are left
 * out and named in problems (nullable, char *). */
char *export_text(const char *const *folders, enum item_kind kind, GPtrArray *problems,
                  GError **error);

/* The file to replace: path, or what it leads to where it is a link. Owned. STORAGE: too many
 * links.
 */
char *export_target(const char *path, GError **error);
/*
 * text to path, no link, whole at every instant: a new file (0600, or as open as the one that was
 * there) takes the place of the old one, so that who holds the old one goes on with it, who watches
 * the inode sees it go, and who watches the name, or looks at the time in whole seconds, sees
 * another.
 */
bool export_replace(const char *path, const char *text, GError **error);
/* All items of these folders to path, so, where it would not be the same bytes. */
bool export_write(const char *const *folders, enum item_kind kind, const char *path,
                  GPtrArray *problems, GError **error);

#endif
