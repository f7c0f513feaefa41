/* SPDX-License-Identifier: MIT */
/* What one side holds at one moment. */
#ifndef PASSERELLE_PLAN_SNAPSHOT_H
#define PASSERELLE_PLAN_SNAPSHOT_H

#include "model/item.h"

/* One thing on one side. */
struct entry {
	char *ref;      /* where: a file name, a remote id; opaque to everybody but its side */
	char *revision; /* cheap change mark of the place; NULL = the side has none */
	char *uid;  /* identity where known without reading (a record, a listing); else NULL until
	               read */
	char *hint; /* what a listing says of it, for people and messages; may be NULL */
	char *text; /* raw text where the listing brought it, or it was fetched; else NULL */
	struct item *item; /* projected; NULL = unchanged since the record, or not read */
	GError *problem;   /* it is there and cannot be read */
	bool is_copy;      /* that is why: its UID is another one's, and what it holds was read */
};

struct snapshot {
	GPtrArray *entries;  /* struct entry */
	bool is_complete;    /* what is not here does not exist on that side */
	bool is_certain;     /* and a read that denies it too is enough; else it is believed when a
	                        second cycle finds the same */
	gint64 since, until; /* occurrences outside [since, until) are unknown, not absent; 0 =
	                        unbounded */
	char *discovery; /* "1,032 of 31,400 first letters searched", for people; NULL = nothing to
	                    say */
	gint64 unreachable; /* things the side says it has and cannot show us */
};

struct entry *entry_new(const char *ref, const char *revision);
void entry_free(struct entry *self);
DEFINE_OWNED(entry, entry_free);
struct snapshot *snapshot_new(void);
void snapshot_free(struct snapshot *self);
DEFINE_OWNED(snapshot, snapshot_free);
/* Would an occurrence that starts then be in it? What has no start (0) would. */
bool snapshot_reaches(const struct snapshot *self, gint64 starts);

#endif
