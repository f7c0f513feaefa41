/* SPDX-License-Identifier: MIT */
/* What the person wants of one kind of item, and what the two sides can do. */
#ifndef PASSERELLE_PLAN_POLICY_H
#define PASSERELLE_PLAN_POLICY_H

#include "model/item.h"

enum direction { DIRECTION_BOTH, DIRECTION_PULL, DIRECTION_PUSH, DIRECTION_OFF };
enum on_remote_delete {
	REMOTE_DELETE_KEEP,
	REMOTE_DELETE_TRASH,
	REMOTE_DELETE_USUAL, /* TRASH where the remote can remove, too; else KEEP */
};

/* Changed on both sides, of items that both hold as a whole. */
enum conflict {
	CONFLICT_MERGE, /* the local side takes what it can of the other's, and says what not */
	CONFLICT_LOCAL,
	CONFLICT_REMOTE,
};

struct policy {
	enum direction direction;
	enum on_remote_delete on_remote_delete;
	unsigned max_adds;    /* more creations there than this are held */
	unsigned max_deletes; /* more removals on one side than this are held, and so are those of
	                         more than half of all … */
	enum conflict conflict;
	bool is_confirmed; /* … unless a person let them through (--confirm) */
	const char
		*hold; /* why nothing may be sent there at all, for people; NULL = it may. lent */
	gint64 now;    /* UTC seconds */
	gint64 push_since; /* occurrences that ended before this are not sent; G_MININT64 = all are
	                    */
	bool local_can_create, local_can_update, local_can_remove;
	bool remote_can_create, remote_can_update, remote_can_remove;
	bool remote_is_whole; /* an item is there as it is here, not a part of it */
};

#endif
