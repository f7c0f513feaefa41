/* SPDX-License-Identifier: MIT */
/* The names seen in one enumeration, by how they begin and by which letter follows which. Pure. */
#ifndef PASSERELLE_REMOTES_ORANGE_NAME_INDEX_H
#define PASSERELLE_REMOTES_ORANGE_NAME_INDEX_H

#include "remotes/orange/folding.h"

struct name_index;
struct name_index *name_index_new(void);
void name_index_free(struct name_index *self);

/* owner: whose name it is, lent; NULL = only a hint, never counted. */
void name_index_add(struct name_index *self, const char *name, gpointer owner);
/* Owners of names that surely begin so, without those in members (nullable). */
guint name_index_count(struct name_index *self, const struct folding *folding, const char *prefix,
                       GHashTable *members);
/* gunichar: the letters that follow this prefix in the names that begin so. */
GArray *name_index_after_prefix(struct name_index *self, const struct folding *folding,
                                const char *prefix);
/* gunichar: the letters that follow this letter anywhere, the most frequent first. */
GArray *name_index_after_letter(struct name_index *self, gunichar letter);
/* gunichar: the combining marks in all names. */
GArray *name_index_marks(struct name_index *self);

#endif
