/* SPDX-License-Identifier: MIT */
/* A batch of writes of one kind, from the changes to their verdicts. Inside this driver only. */
#ifndef PASSERELLE_REMOTES_DAV_WRITING_H
#define PASSERELLE_REMOTES_DAV_WRITING_H

#include "remotes/dav/rows.h"
#include "remotes/dav/texts.h"

/* One change on its way out. */
struct dav_write {
	struct change *change; /* lent */
	char *ref;             /* where it goes */
	char *fingerprint;     /* of what is sent; NULL = nothing is */
	struct dav_request *request;
	struct ledger_call *row;
	struct dav_text *there; /* what was read back; NULL = not asked for */
	bool is_repeated;       /* sent a second time, for what was read after the first */
};

struct dav_writing {
	struct dav_side *side;
	GHashTable *unsettled; /* see dav_rows_unsettled */
	GPtrArray *writes;     /* struct dav_write */
};

/* The side is open afterwards. False: nothing can be sent. */
bool dav_writing_begin(struct dav_writing *self, struct endpoint *side, GError **error);
void dav_writing_clear(struct dav_writing *self);

/* A write of that change; NULL: an earlier one of it is not settled, and its verdict says so. */
struct dav_write *dav_writing_add(struct dav_writing *self, struct change *change, const char *ref);
/*
 * Its request and row; is_creation: only where there is nothing yet. False with the verdict:
 * REFUSED where it cannot be sent at all; STALE where something would be replaced or removed of
 * which there is no strong mark, and which was not read just before.
 */
bool dav_write_put(struct dav_writing *self, struct dav_write *write, bool is_creation);
bool dav_write_delete(struct dav_writing *self, struct dav_write *write);

/* Sends those that have a request and no answer yet. */
bool dav_writing_send(struct dav_writing *self, const char *progress_word, GError **error);
/* Reads what stands where each of them went. */
bool dav_writing_read(struct dav_writing *self, GPtrArray *writes, GError **error);

/* What was read is what was sent. */
bool dav_write_is_there(const struct dav_writing *self, const struct dav_write *write);
/* The verdict of what the answer alone tells; takes none where the change has one. */
void dav_write_judge(struct dav_write *write);
/* It was taken, and the reply told no mark of it: DONE as it was read back, else IN_DOUBT. */
void dav_write_judge_taken(struct dav_write *write);
/* dav_write_judge of all. */
void dav_writing_judge(struct dav_writing *self);
/* It is there as it was read. */
void dav_write_take(struct dav_write *write, enum verdict verdict);
/* Rows that were read back are settled. */
bool dav_writing_settle(struct dav_writing *self, GPtrArray *writes, GError **error);

#endif
