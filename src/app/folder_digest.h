/* SPDX-License-Identifier: MIT */
/* A number that changes when anything in a folder of items does. */
#ifndef PASSERELLE_APP_FOLDER_DIGEST_H
#define PASSERELLE_APP_FOLDER_DIGEST_H

#include "base/error.h"
#include "model/item.h"

/*
 * Of the folder as it is: names and change marks of its items, no file is opened. 0 = no such
 * folder, or empty.
 */
guint64 folder_digest(const char *folder, enum item_kind kind);
/*
 * Of the folder as a cycle has read it (sources_load): the same number when nothing changed since.
 */
guint64 folder_digest_of_sources(GHashTable *sources);

#endif
