/* SPDX-License-Identifier: MIT */
/* The parts of a cycle, and what they pass from one to the next. Inside sync/ only. */
#ifndef PASSERELLE_SYNC_PARTS_H
#define PASSERELLE_SYNC_PARTS_H

#include "journal/records.h"
#include "plan/plan.h"
#include "sync/cycle.h"

/* New remote items read, and held in memory, in one pass. */
#define CYCLE_READ_AT_ONCE 1000
/* Known details are read again once they are this old, the oldest first, a part of them per cycle.
 */
#define CYCLE_DETAILS_AGE (24 * 60 * 60)
/* Items that one call of a side gets: what a kill can leave between two commits. */
#define CYCLE_BATCH 200

struct cycle {
	const struct cycle_settings *settings;
	struct cycle_report *report;
	GPtrArray *records;           /* struct record */
	GHashTable *sources;          /* ref -> struct source */
	GHashTable *by_local_ref;     /* ref -> GPtrArray of records, lent */
	struct snapshot *local_files; /* as listed: an entry per file */
	struct snapshot *local;       /* an entry per item, not per file */
	struct snapshot *remote;      /* NULL: cannot be listed, or was not heard */
	GPtrArray *read_files;        /* struct source: files read in this pass */
	GHashTable *settled;          /* local entries of which nothing is left to do */
	GHashTable *asked; /* remote entries whose details were asked for in this cycle */
	bool is_first_pass, is_unheard; /* unheard: it could be listed, and failed */
	bool is_journal_changed;        /* since records was loaded */
	bool is_partial;                /* more new remote items wait for the next pass */
	char *hold;                     /* why nothing is sent; NULL = it may be */
	bool is_lost;                   /* the journal may lack what was sent from this folder */
	bool is_unmarked, is_mark_gone; /* no mark; this journal had left one */
};

/* The records, loaded again only after the journal was changed. */
bool load_records(struct cycle *self, GError **error);
/* Bring the journal up to what earlier cycles really did. */
bool recover_doubts(struct cycle *self, GError **error);
/* records, sources and their index, afresh. */
bool read_journal(struct cycle *self, GError **error);
bool read_local(struct cycle *self, GError **error);
bool read_remote(struct cycle *self, GError **error);
/* Carry out the plan. False: a side or the journal failed as a whole; the rest was left. */
bool apply_plan(struct cycle *self, struct plan *plan, GError **error);
/* The counts of the report, from the journal and the last plan. */
bool tally(struct cycle *self, const struct plan *plan, GError **error);

/* What project of the remote makes of a text (one item of it: uid's, else the first). NULL with
 * error. due nullable. */
struct item *cycle_project(struct cycle *self, const char *text, const char *uid, gint64 *due,
                           GError **error);
GPtrArray *cycle_project_all(struct cycle *self, const char *text, const char *fallback_uid,
                             gint64 *due, GError **error);
/* Into the report: name as people know the item, NULL = they know it by ref (a file, an id, a UID).
 */
void report_problem(struct cycle *self, const char *name, const char *ref, const char *text);
/* Into the report; the strings are lent, all but kind nullable. */
void report_change(struct cycle *self, enum news_kind kind, bool is_there, const char *uid,
                   const char *name, const char *file);
void report_held(struct cycle *self, const char *uid, const char *name, const char *file,
                 const char *reason);
void cycle_progress(struct cycle *self, const char *what, guint64 done, guint64 total);
/* A failure that concerns the side, not an item: stop what goes through this side. */
bool cycle_is_side_failure(const GError *error);

#endif
