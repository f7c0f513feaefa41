/* SPDX-License-Identifier: MIT */
/* What the files of a vdir share: names, reading one item, writing. For the files of this folder
 * only. */
#ifndef PASSERELLE_STORES_VDIR_PARTS_H
#define PASSERELLE_STORES_VDIR_PARTS_H

#include "stores/vdir.h"

#define VDIR_NEW_FILE_MODE 0600

struct vdir {
	struct endpoint endpoint;
	char *folder_path, *trash_path;
	int folder;
	int trash; /* -1 until something goes there */
	enum item_kind kind;
	gint64 now;
};

/* Is the opened folder still what its path leads to? STORAGE otherwise. */
bool vdir_is_there(const struct vdir *self, GError **error);

/*
 * Names of what may be items, in byte order (owned char *). leftovers (nullable) gets those of
 * temporary files, in no order.
 */
GPtrArray *vdir_item_names(int folder, const char *path, enum item_kind kind, GPtrArray *leftovers,
                           GError **error);

/* The item that a leftover was to become. */
char *vdir_leftover_of(const char *name);

/* A copy of data, named after name and the time, that stays when the file goes. */
bool vdir_keep_in_trash(struct vdir *self, const char *name, GBytes *data, GError **error);

/*
 * Temporary files of a program that was killed, once no other host can be writing them: to the
 * trash. One may be all that is left of an edit made at that instant. What goes wrong is left for
 * the next time.
 */
void vdir_clear_leftovers(struct vdir *self, GPtrArray *names);

/* endpoint_functions: the mark is the file VDIR_MARK. */
char *vdir_read_mark(struct endpoint *endpoint, GError **error);
bool vdir_write_mark(struct endpoint *endpoint, const char *text, GError **error);

/* One file and its mark. What goes wrong with it is NOT_FOUND, STALE or INPUT: the item's fault,
 * not the side's. */
GBytes *vdir_read(const struct vdir *self, const char *name, char **revision, GError **error);

/* The bytes of one item as UTF-8 text; INPUT where they are none, or hold several cards. */
char *vdir_text(GBytes *data, const char *name, enum item_kind kind, GError **error);

/* Appends to notes (char *) what was mended to make text of these bytes. */
void vdir_note_encoding(const struct vdir *self, GBytes *data, GPtrArray *notes);

/* Is it that text, byte by byte? */
bool vdir_is_text(GBytes *data, const char *text);

/* As vdir_create, of one: a failure of its own is told in change, with its verdict. */
bool vdir_create_one(struct vdir *self, struct change *change, GError **error);

bool vdir_create(struct endpoint *endpoint, GPtrArray *changes, GError **error);
bool vdir_update(struct endpoint *endpoint, GPtrArray *changes, GError **error);
bool vdir_remove(struct endpoint *endpoint, GPtrArray *changes, GError **error);

/* Answers the change by what the error says. False where the side as a whole failed: then error is
 * set. */
bool vdir_answer(const struct vdir *self, struct change *change, GError *failure_taken,
                 GError **error);

#endif
