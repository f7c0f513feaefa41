/* SPDX-License-Identifier: MIT */
/* The local folders of an account: one per kind, or one per collection of it. */
#ifndef PASSERELLE_APP_FOLDERS_H
#define PASSERELLE_APP_FOLDERS_H

#include "app/config.h"

/* What contacts_collections or calendar_collections says; NULL = the folder is the only one. */
const char *folders_collections(const struct account_config *config, enum item_kind kind);
/* Every collection that is there, and not some by their names. */
bool folders_are_all(const struct account_config *config, enum item_kind kind);
/* The names of those that were chosen; empty where all were. g_strfreev. */
char **folders_names(const struct account_config *config, enum item_kind kind);

/*
 * The paths of all folders of a kind: the one that is configured, or below it those of the chosen
 * collections, or all that are there. Empty where the kind is not synchronised. g_strfreev.
 */
char **folders_of(const struct account_config *config, enum item_kind kind);
/* Those of them that are there now. g_strfreev. */
char **folders_there(const struct account_config *config, enum item_kind kind);
/* Their digest together (folder_digest.h). */
guint64 folders_digest(char *const *folders, enum item_kind kind);
/* That of one collection; of the kind as a whole where name is NULL. Owned. */
char *folders_path(const struct account_config *config, enum item_kind kind, const char *name);

/* Is it the name of a folder below another: no slash, no dot in front, not empty? */
bool folders_is_name(const char *name);

#endif
