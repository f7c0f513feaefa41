/* SPDX-License-Identifier: MIT */
/* What the parts of applying a plan share. Inside sync/ only. */
#ifndef PASSERELLE_SYNC_APPLY_H
#define PASSERELLE_SYNC_APPLY_H

#include "sync/parts.h"

/*
 * Each carries out a batch of actions of its operation (struct action, none held): the side is
 * asked in one call, then the outcome is stored in one commit. False: a side or the journal failed
 * as a whole; what was answered until then is stored.
 */
bool apply_create_local(struct cycle *self, GPtrArray *actions, GError **error);
bool apply_update_local(struct cycle *self, GPtrArray *actions, GError **error);
bool apply_remove_local(struct cycle *self, GPtrArray *actions, GError **error);
bool apply_create_remote(struct cycle *self, GPtrArray *actions, GError **error);
bool apply_update_remote(struct cycle *self, GPtrArray *actions, GError **error);
bool apply_remove_remote(struct cycle *self, GPtrArray *actions, GError **error);
/* ADOPT and MERGE: here first, then what that adds there. */
bool apply_both(struct cycle *self, GPtrArray *actions, GError **error);
/* May what is new here be sent of an item that is there already? */
bool apply_pushes(const struct cycle *self);

/* The record of an action: a copy of the one it has, or a new one for its item. Owned. */
struct record *apply_record(const struct action *action);
/* The record goes on under another uid, with its history; what that uid had of its own (it was the
 * same thing) goes. Inside an open journal_begin. */
bool apply_rename(struct cycle *self, const char *from, const char *to, GError **error);
/* The text both last agreed on, or NULL. A failure to read it is none: what changed there would
 * pass for a conflict, and be dropped. */
bool apply_base(struct cycle *self, const struct action *action, char **base, GError **error);
void record_take_local(struct record *record, const char *ref, const struct item *item);
/* The remote's text as it is now becomes the base. */
void record_take_remote(struct cycle *self, struct record *record, const char *ref,
                        const char *revision, const char *text, const struct item *item);
void record_agree(struct record *record);
/* The failed change goes into the record: state, reason, when to try again. */
void record_fail(struct cycle *self, struct record *record, const struct change *change);
/* Not before a while, longer with each attempt that failed. */
void record_wait(struct cycle *self, struct record *record);
/* What is to be said of it from now on: change's notes (nullable), what item lacks of there
 * (nullable), what it lost. */
void record_note(struct cycle *self, struct record *record, const struct change *change,
                 const struct item *item, const char *there);

/* Store a record, and a line of its story (nullable), inside an open journal_begin. */
bool apply_put(struct cycle *self, const struct record *record, const char *story, GError **error);
/* A file that we wrote need not be read again while it stays so. */
bool apply_put_source(struct cycle *self, const struct change *change, gint64 due, GError **error);
/* Nothing is left to do about this local entry. */
void apply_settle(struct cycle *self, const struct entry *entry);

#endif
