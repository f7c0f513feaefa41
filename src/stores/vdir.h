/* SPDX-License-Identifier: MIT */
/* A folder with one item per file (vdir), as a side of a sync. */
#ifndef PASSERELLE_STORES_VDIR_H
#define PASSERELLE_STORES_VDIR_H

#include "endpoint/endpoint.h"

#define VDIR_MARK ".passerelle" /* no item: begins with a dot, ends otherwise */

struct vdir_settings {      /* lent */
	const char *folder; /* made if missing, 0700 */
	const char *trash;  /* where overwritten and removed files go first; made if missing */
	enum item_kind kind;
	gint64 now; /* for trash names */
};

/*
 * list: file name -> ref, inode:size:mtime:ctime -> revision; opens no file. Dot files, folders,
 * links and other endings are not items, and nothing is said of them. STORAGE where the folder is
 * no longer the one that was opened: never an empty snapshot. fetch: text (UTF-8, file bytes
 * converted for cards). A file with several cards is INPUT and never touched. create: a new file
 * named after the UID ([A-Za-z0-9_.+-], no leading dot, <= 200 bytes, else a hash; a name taken by
 * another item gets a number; the same text under it is ADOPTED, another text of the same UID
 * STALE). update: three-way merge of base -> text into the file as it is now, whatever revision
 * says; never a rewrite when nothing changes; the old bytes go to the trash first; notes tell
 * conflicts. An event is replaced whole, and only while the file is base; else STALE. remove: to
 * the trash. STORAGE where the folder is gone or read-only.
 */
struct endpoint *vdir_open(const struct vdir_settings *settings, GError **error);

/* Ends in .vcf or .ics (case ignored), begins with no dot, has no slash. */
bool vdir_is_item_name(const char *name, enum item_kind kind);
/* The name that create gives to a new item. */
char *vdir_safe_name(const char *uid, enum item_kind kind);

#endif
