/* SPDX-License-Identifier: MIT */
/* What a cycle changed, item by item, and what it had to hold. */
#ifndef PASSERELLE_SYNC_NEWS_H
#define PASSERELLE_SYNC_NEWS_H

#include "base/owned.h"

#include <stdbool.h>

enum news_kind { NEWS_ADDED, NEWS_CHANGED, NEWS_REMOVED, NEWS_HELD };
#define NEWS_KINDS 4
/* Of each kind; the others are only counted, so that a first cycle keeps no list of everything. */
#define NEWS_LISTED 100

struct news {
	enum news_kind kind;
	bool is_there; /* at the remote, not in the folder; of no meaning for HELD */
	char *uid;     /* NULL for a file that cannot be taken */
	char *name;    /* for people; NULL = unknown */
	char *file;    /* NULL = not here */
	char *reason;  /* HELD: why */
};

struct news_list {
	GPtrArray *items; /* struct news */
	guint counts[NEWS_KINDS];
	/* HELD is what is held after the cycle, however long it has been: equal marks, the same
	 * items, whether listed or not. */
	guint64 held_mark;
};

struct news_list *news_list_new(void);
void news_list_free(struct news_list *self);
/* Copies what it keeps; all but kind and is_there are nullable. */
void news_list_add(struct news_list *self, const struct news *news);

#endif
