/* SPDX-License-Identifier: MIT */
/* Which entry of either side belongs to which record, and which to each other. Part of plan. */
#ifndef PASSERELLE_PLAN_PAIRING_H
#define PASSERELLE_PLAN_PAIRING_H

#include "plan/record.h"
#include "plan/snapshot.h"

/* How a side stands to what was agreed. */
enum standing { STANDING_ABSENT, STANDING_SAME, STANDING_CHANGED, STANDING_UNKNOWN };

/*
 * Everything is lent and must outlive it. remote NULL: the side was not heard. has_own_uids: the
 * remote's items bear the UIDs that they have here, so that one is found again under another ref.
 * Look-ups by hash.
 */
struct pairing;
struct pairing *pairing_new(struct snapshot *local, struct snapshot *remote, GPtrArray *records,
                            bool has_own_uids);
void pairing_free(struct pairing *self);

struct entry *pairing_local(const struct pairing *self, const struct record *record);
struct entry *pairing_remote(const struct pairing *self, const struct record *record);
enum standing pairing_local_standing(const struct pairing *self, const struct record *record);
enum standing pairing_remote_standing(const struct pairing *self, const struct record *record);

/* No record has it, and nothing new was paired with it. */
bool pairing_is_new(const struct pairing *self, const struct entry *entry);

/*
 * The new remote entry that is the same thing as this local one: by uid, else the one of the same
 * match key without contradiction that shares most. It is claimed. NULL = none.
 */
struct entry *pairing_adopt(struct pairing *self, struct entry *local);

/*
 * The uid of an item that is the same thing under another uid (a record, or one claimed new in this
 * plan); NULL = none. is_there: it is known to be on the remote; else that has still to be seen.
 */
const char *pairing_same_as(const struct pairing *self, const struct entry *local, bool *is_there);
void pairing_claim_new(struct pairing *self, struct entry *local);

/*
 * The uid under which a record's item goes on: its own local entry is gone, and a new local entry
 * (or one known to be the same thing) has its match key and no contradiction. The entry is claimed.
 * NULL = none.
 */
const char *pairing_heir(struct pairing *self, const struct record *record);
/* The record of the same thing is to go on under this one's uid. */
bool pairing_inherits(const struct pairing *self, const struct record *record);

#endif
