/* SPDX-License-Identifier: MIT */
/* What both sides last agreed on, and which local files were read. */
#ifndef PASSERELLE_JOURNAL_RECORDS_H
#define PASSERELLE_JOURNAL_RECORDS_H

#include "journal/journal.h"
#include "plan/record.h"

/* All of a kind (struct record, owned), by uid; base is not loaded. */
GPtrArray *records_load(struct journal *journal, enum item_kind kind, GError **error);
/* One, with its base; NULL without error where there is none. */
struct record *records_get(struct journal *journal, enum item_kind kind, const char *uid,
                           GError **error);
/* Those bound to a remote id (may be several: RECORD_SAME_AS); owned array. */
GPtrArray *records_by_remote(struct journal *journal, enum item_kind kind, const char *remote_ref,
                             GError **error);
/* Only the base text; NULL where there is none. */
char *records_base(struct journal *journal, enum item_kind kind, const char *uid, GError **error);
/* Insert or replace. record->base NULL keeps the stored base. */
bool records_put(struct journal *journal, enum item_kind kind, const struct record *record,
                 GError **error);
bool records_remove(struct journal *journal, enum item_kind kind, const char *uid, GError **error);
/* Nothing is agreed any more of that kind: its records and what is known of its files go; ledger
 * and story stay. */
bool records_forget_all(struct journal *journal, enum item_kind kind, GError **error);
/* The same record under another uid (a file whose UID changed). Ledger and story follow. */
bool records_rename(struct journal *journal, enum item_kind kind, const char *from, const char *to,
                    GError **error);

/* A local file as last read: while its revision is the same and now < due, it is not opened again.
 */
struct source {
	char *ref, *revision;
	gint64 due;     /* 0 = never */
	char *problem;  /* why it cannot be read; NULL = it can */
	char *text_uid; /* UID of the text inside; NULL = none */
};
void source_free(struct source *self);
/* ref -> struct source, owned. */
GHashTable *sources_load(struct journal *journal, enum item_kind kind, GError **error);
bool sources_put(struct journal *journal, enum item_kind kind, const struct source *source,
                 GError **error);
bool sources_remove(struct journal *journal, enum item_kind kind, const char *ref, GError **error);

#endif
