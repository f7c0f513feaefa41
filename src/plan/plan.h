/* SPDX-License-Identifier: MIT */
/* Decides what a cycle does: two snapshots, the records and a policy in, actions out. Pure. */
#ifndef PASSERELLE_PLAN_PLAN_H
#define PASSERELLE_PLAN_PLAN_H

#include "plan/policy.h"
#include "plan/record.h"
#include "plan/snapshot.h"

enum operation {
	OPERATION_NOTHING,
	OPERATION_FORGET,  /* gone on both sides: drop the record */
	OPERATION_MOVE,    /* the same item under another uid: the record follows, the next cycle
	                      compares */
	OPERATION_ADOPT,   /* both sides hold it already: agree, then take the union */
	OPERATION_SAME_AS, /* another local item is the same thing: remember, do not send */
	OPERATION_CREATE_LOCAL,
	OPERATION_UPDATE_LOCAL,
	OPERATION_REMOVE_LOCAL,
	OPERATION_CREATE_REMOTE,
	OPERATION_UPDATE_REMOTE,
	OPERATION_REMOVE_REMOTE,
	OPERATION_MERGE,            /* changed on both: merge here, then send what that adds */
	OPERATION_REMEMBER_DELETED, /* deleted here, cannot be sent: a tombstone */
	OPERATION_REMEMBER_GONE,    /* gone there, kept here */
	OPERATION_AGREE, /* nothing to carry; the record's marks are brought up to date */
};
const char *operation_name(enum operation operation);

/* One decision. entries and record are lent from what plan_make was given; NULL where there is
 * none. */
struct action {
	enum operation operation;
	const char *uid; /* lent from one of them */
	struct entry *local, *remote;
	struct record *record;
	const char *other_uid; /* SAME_AS: the other item; MOVE: the uid that the record gets */
	bool is_held;          /* not to be carried out in this cycle; reason says why */
	bool is_conflict;      /* tried: what was changed on both sides cannot be one; reason too */
	char *reason;          /* for people; NULL = none needed */
};

struct plan {
	GPtrArray *actions;    /* struct action, operations in the order in which they are to be
	                          applied */
	guint n_remote_adds;   /* CREATE_REMOTE, held ones included */
	bool is_held;          /* more than max_adds */
	guint n_held_removals; /* more than max_deletes, or than half of all */
	guint n_past;          /* occurrences not sent because they ended before push_since */
};

/*
 * local and remote: an entry whose item is NULL and whose record exists is unchanged. Linear in
 * entries and records.
 */
struct plan *plan_make(struct snapshot *local, struct snapshot *remote, GPtrArray *records,
                       const struct policy *policy);
void plan_free(struct plan *self);
DEFINE_OWNED(plan, plan_free);

/* What --dry-run prints: one line per action that does something, then totals. */
char *plan_describe(const struct plan *self);

#endif
