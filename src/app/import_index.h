/* SPDX-License-Identifier: MIT */
/* What a folder holds already, by identity and by content: an import adds nothing twice. */
#ifndef PASSERELLE_APP_IMPORT_INDEX_H
#define PASSERELLE_APP_IMPORT_INDEX_H

#include "base/error.h"
#include "model/item.h"

/* What an item is recognised by. Owned strings. */
struct known {
	char *uid;     /* NULL = none */
	char *name;    /* for people */
	char *where;   /* the file that holds it */
	char *content; /* digest: equal when nothing that counts differs; the UID does not count */
	char *match;   /* as of struct item: the same thing under another UID; "" = never matched */
	char **facts;  /* as of struct item; NULL for events */
};

/*
 * Of the text of one item. Contacts are compared by all that vcard_read knows of them; single
 * events by title, times (floating ones in this zone) and place, series by these and their rules as
 * written. INPUT: it cannot be read, or there is nothing in it.
 */
struct known *known_read(enum item_kind kind, const char *text, const char *zone, GError **error);
void known_free(struct known *self);
DEFINE_OWNED(known, known_free);

enum likeness {
	LIKENESS_NONE,
	LIKENESS_SAME,      /* the same content */
	LIKENESS_OTHER_TEXT /* the same item or person, with other content */
};

struct import_index;
struct import_index *import_index_new(void);
void import_index_free(struct import_index *self);
DEFINE_OWNED(import_index, import_index_free);

void import_index_add(struct import_index *self, struct known *known_taken);
/* Every item of the folder, under whatever file name; what cannot be read there is passed over. A
 * folder that is not there is empty. */
void import_index_read(struct import_index *self, const char *folder, enum item_kind kind,
                       const char *zone);
/* How an item stands to those of the index; other (lent) is the one that it is like. */
enum likeness import_index_find(const struct import_index *self, const struct known *item,
                                const struct known **other);

#endif
