/* SPDX-License-Identifier: MIT */
/*
 * Everybody found through a search by first characters: which prefixes to ask next, given what the
 * replies said. Pure: the caller asks. The rounds end for every server, also one that lies.
 */
#ifndef PASSERELLE_REMOTES_ORANGE_PREFIXES_H
#define PASSERELLE_REMOTES_ORANGE_PREFIXES_H

#include "remotes/orange/folding.h"

#define PREFIX_CALLS_LIMIT 20000 /* of one cycle */
#define PREFIX_DEAR_CALLS                                                                          \
	4000 /* of them, for letters that nothing suggests, where somebody is missing */
#define PREFIX_DEPTH_LIMIT                                                                         \
	24              /* characters: longer names that still share a full page are alike         \
	                 */
#define PREFIX_BATCH 96 /* asked in one round */
#define PREFIX_ROLLING_CALLS                                                                       \
	64 /* of one cycle, through the letters that nobody is known to begin with */

/* One line of a reply. */
struct listed {
	char *id;           /* as first given */
	char *folded;       /* for comparison */
	char *last, *first; /* NULL where not told */
};
struct listed *listed_new(const char *id, const char *folded, const char *last, const char *first);
void listed_free(struct listed *self);

struct page {
	GPtrArray *entries; /* struct listed */
	gint64 total;       /* total-data; -1 = not told */
	gint64 pages;       /* nbpage; -1 = not told */
};

struct prefixes;
/* memory: what prefixes_memory gave in the last cycle; NULL = the first one. is_full: all that the
 * first one asks. */
struct prefixes *prefixes_new(const char *memory, bool is_full);
void prefixes_free(struct prefixes *self);
DEFINE_OWNED(prefixes, prefixes_free);

/* A name that is known here: its letters are asked too. */
void prefixes_hint(struct prefixes *self, const char *name);

/* Prefixes (char *, owned by the array) to ask now; all must be answered before the next call.
 * Empty: done. */
GPtrArray *prefixes_next(struct prefixes *self);
/* page NULL: the call failed. Copies. */
void prefixes_answer(struct prefixes *self, const char *prefix, const struct page *page);

/* When done: struct listed, lent. */
GPtrArray *prefixes_found(const struct prefixes *self);
/* Every prefix was answered, and everybody whom the answers counted was seen. */
bool prefixes_are_complete(const struct prefixes *self);
/* At least so many were counted and cannot be seen. */
gint64 prefixes_unreachable(struct prefixes *self);
/* "first letters asked: 1,412 of 41,300"; NULL when all were, once. Owned. */
char *prefixes_discovery(const struct prefixes *self);
char *prefixes_memory(struct prefixes *self);
guint prefixes_calls(const struct prefixes *self);

/* The search parameter: quoted where it holds a blank (Personal Contacts API, findcontactlist).
 * Owned. */
char *prefix_query(const char *prefix);
/* The searchable beginning of a whole name; NULL where there is none. Owned. */
char *prefix_of_name(const char *name);

#endif
