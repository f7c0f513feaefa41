/* SPDX-License-Identifier: MIT */
/* One cycle of one kind of item between two sides: the whole story on one page. */
#ifndef PASSERELLE_SYNC_CYCLE_H
#define PASSERELLE_SYNC_CYCLE_H

#include "endpoint/endpoint.h"
#include "journal/journal.h"
#include "plan/policy.h"
#include "sync/news.h"
#include "sync/problem.h"

/* What becomes of an item that was changed on both sides, where the remote holds it as a whole. */
enum conflict_policy {
	CONFLICT_POLICY_REPORT, /* what cannot be merged stays on each side as it is, and is told */
	CONFLICT_POLICY_LOCAL,
	CONFLICT_POLICY_REMOTE,
	CONFLICT_POLICY_BOTH, /* what is here goes on as a copy with a UID of its own */
};

struct cycle_settings { /* all lent */
	enum item_kind kind;
	struct endpoint *local, *remote;
	struct journal *journal;
	enum direction direction;
	enum on_remote_delete on_remote_delete;
	unsigned max_adds, max_deletes;
	enum conflict_policy conflict;
	bool is_confirmed, is_dry_run, is_full;
	bool is_rebuild;     /* compare everything, send nothing, make the folder this journal's */
	const char *account; /* for messages that say what to type */
	const char *hold;    /* what is wrong with the journal, so that nothing may be sent; NULL */
	gint64 now;
	gint64 push_since; /* see policy.h */
	const char *stamp; /* whatever changes what is read out of an unchanged file (zone, horizon,
	                      direction): another stamp reads every file again */
	void (*progress)(void *data, const char *what, guint64 done, guint64 total); /* nullable */
	void *progress_data;
};

/* What there is to say afterwards. */
struct cycle_report {
	gint64 synced;     /* items that both sides agree on */
	gint64 pending;    /* wanted on the other side, to be tried again */
	gint64 held;       /* waiting for a person or for read-back; of these: */
	gint64 in_doubt;   /* sent, and nothing tells what became of it */
	gint64 left_alone; /* files that cannot be taken, conflicts that nobody settled,
	                      collections that are not there */
	gint64 refused;
	gint64 added_here, added_there, changed_here, changed_there, removed_here, removed_there;
	bool is_complete;    /* both sides were heard and everything was carried out or is accounted
	                        for above */
	bool local_changed;  /* a file was written or removed */
	bool is_plan_held;   /* more than max_adds */
	guint held_removals; /* more than max_deletes, or than half of all */
	char *hold;          /* why nothing was sent, and what to type; NULL = it was */
	const char *hold_action; /* "rebuild" or "confirm": what ends it */
	gint64 taken_as_sent; /* by a rebuild: new here, and the remote cannot be asked for them */
	char *discovery;      /* see snapshot.h */
	GPtrArray *problems;  /* struct problem */
	struct news_list *news; /* what was done whatever became of the rest; HELD is only complete
	                           where error is NULL */
	char *description;      /* dry run: plan_describe */
	GError *error;          /* why a side failed as a whole; NULL = none */
};

struct cycle_report *cycle_report_new(void);
void cycle_report_free(struct cycle_report *self);
DEFINE_OWNED(cycle_report, cycle_report_free);

/*
 * Adds what another cycle of the same kind has to say, of the collection of that name; the first
 * error and the first hold stay. other is emptied in part, and only to be freed.
 */
void cycle_report_add(struct cycle_report *self, struct cycle_report *other, const char *name);

/* Never NULL: failures are in the report. */
struct cycle_report *cycle_run(const struct cycle_settings *settings);

#endif
