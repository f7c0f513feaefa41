/* SPDX-License-Identifier: MIT */
/* One side of a sync, local or remote, behind one small table of functions. */
#ifndef PASSERELLE_ENDPOINT_ENDPOINT_H
#define PASSERELLE_ENDPOINT_ENDPOINT_H

#include "base/error.h"
#include "plan/record.h"
#include "plan/snapshot.h"

/* What became of one item in a call. */
enum verdict {
	VERDICT_PENDING,  /* not tried (the side failed as a whole before it) */
	VERDICT_DONE,     /* it is as asked; ref, revision, text and item say how it is now */
	VERDICT_ADOPTED,  /* create: it was there already; nothing was added; ref as for DONE */
	VERDICT_SAME_AS,  /* create: it is the same thing as another local item, whose uid stands in
	                     same_as */
	VERDICT_RETRY,    /* nothing was done, or part that a repeat completes: later */
	VERDICT_REFUSED,  /* the item's own fault: not again until it changes */
	VERDICT_IN_DOUBT, /* outcome unknown: not again until settle() has decided */
	VERDICT_STALE,    /* changed underneath: next cycle */
	VERDICT_NOT_FOUND,   /* fetch, update, remove: it is not there */
	VERDICT_UNSUPPORTED, /* this side cannot do that */
};
const char *verdict_name(enum verdict verdict);

/* What an update of a local item is. */
enum update_way {
	UPDATE_PART,  /* text is the part that the other side can hold: what differs from base in
	                 it is carried over, all else stays */
	UPDATE_WHOLE, /* text is all there is of it, and it was changed here, too: both count; where
	                 they cannot, STALE */
	UPDATE_THEIRS, /* the same, and text counts where both cannot */
	UPDATE_OURS,   /* the same, and what is here counts where both cannot */
	UPDATE_BOTH, /* the same, and where both cannot, what is here becomes an item of its own */
	UPDATE_REPLACE, /* the same, and nothing was changed here: it becomes text */
};

/* One item on its way through a function of a side. The caller fills the first part, the side the
 * second. */
struct change {
	char *uid;      /* the local identity (keys the ledger) */
	char *ref;      /* update, remove, fetch: where; create: NULL. Afterwards: where it is */
	char *revision; /* update, remove: the mark it must still bear (NULL = any). Afterwards: its
	                   mark */
	char *base; /* update: the text both last agreed on; NULL = never agreed (adoption: take the
	               union) */
	char *text; /* create, update: the text wanted */
	enum update_way way; /* update of a local item */
	struct item *item;   /* create, update on a remote: text, projected. lent */
	bool is_insisted;    /* create: a person said to add it, whatever looks like it */

	enum verdict verdict;
	bool was_edited;  /* update of a local item: it bore another mark than revision */
	char *result;     /* the text as the side holds it now; NULL = unknown, or as asked */
	char *same_as;    /* SAME_AS */
	GError *error;    /* why not DONE */
	GPtrArray *notes; /* char *: what could not be carried */
};
struct change *change_new(const char *uid, const char *ref);
void change_free(struct change *self);
DEFINE_OWNED(change, change_free);
void change_fail(struct change *self, enum verdict verdict, GError *error_taken);

struct endpoint; /* first member of every side's own struct */

/*
 * A NULL function is how "cannot" is said. Functions over changes take many, answer each in its
 * verdict and return false only when the side as a whole failed (AUTH, CONSENT, NETWORK, CONFIG,
 * STORAGE, CANCELLED): what was answered by then stays answered, the rest is PENDING. Order of
 * changes is kept.
 */
struct endpoint_functions {
	/*
	 * All there is: ref, revision, uid or hint where the listing tells, text where it comes for
	 * nothing. records (struct record, lent) are all that is known of this kind: a side may use
	 * them to find its way.
	 */
	struct snapshot *(*list)(struct endpoint *self, GPtrArray *records, GError **error);
	/* Read: result and revision of each; notes tell what was mended to make text of it. */
	bool (*fetch)(struct endpoint *self, GPtrArray *changes, GError **error);
	/*
	 * The part of a text that this side can hold, as struct item (owned array); one for a card,
	 * one per occurrence for a series, none where there is nothing for this side. Pure: no I/O.
	 * next_due (UTC seconds, 0 = never) gets when projecting the same text again may give more.
	 * INPUT where the text cannot be read. NULL function: holds everything. fallback_uid:
	 * identity for a text without one.
	 */
	GPtrArray *(*project)(struct endpoint *self, const char *text, const char *fallback_uid,
	                      gint64 *next_due, GError **error);
	/*
	 * Appends to notes (char *) what of a text here this side does not hold and cannot be
	 * given, where it holds the other text. Pure. NULL function: it can be given everything.
	 */
	void (*compare)(struct endpoint *self, const char *here, const char *there,
	                GPtrArray *notes);
	bool (*create)(struct endpoint *self, GPtrArray *changes, GError **error);
	bool (*update)(struct endpoint *self, GPtrArray *changes, GError **error);
	bool (*remove)(struct endpoint *self, GPtrArray *changes, GError **error);
	/*
	 * Are its items there as a whole? Then what a text lacks is gone there, not left out.
	 */
	bool is_whole;
	/*
	 * Would a search of this side show that item, were it there? Pure. NULL function: yes,
	 * where list is not NULL.
	 */
	bool (*can_find)(struct endpoint *self, const struct item *item);
	/* Settle what earlier cycles left in doubt, by reading back. NULL: every write of this side
	 * is told at once. */
	bool (*settle)(struct endpoint *self, GError **error);
	/*
	 * A small text kept beside the items, by which a journal knows its folder again. Read: NULL
	 * without error where there is none. Both NULL: the side keeps none. STORAGE.
	 */
	char *(*read_mark)(struct endpoint *self, GError **error);
	bool (*write_mark)(struct endpoint *self, const char *text, GError **error);
	void (*close)(struct endpoint *self); /* accepts NULL */
};

struct endpoint {
	const struct endpoint_functions *functions;
	const char *name; /* for messages: "orange contacts", "/home/u/contacts" */
};

#endif
