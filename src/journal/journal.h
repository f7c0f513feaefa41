/* SPDX-License-Identifier: MIT */
/* The state journal of one account: opens, migrates, verifies. SQLite, WAL, synchronous=FULL. */
#ifndef PASSERELLE_JOURNAL_JOURNAL_H
#define PASSERELLE_JOURNAL_JOURNAL_H

#include "base/error.h"
#include "model/item.h"

struct journal;

enum journal_mode {
	JOURNAL_CREATE,    /* make it if it is not there */
	JOURNAL_READ_ONLY, /* NOT_FOUND if it is not there */
};

/*
 * Opens ACCOUNT.journal (0600). DAMAGED; UNSUPPORTED: of a newer version, or another program's;
 * STORAGE: cannot be read or written.
 */
struct journal *journal_open(const char *path, enum journal_mode mode, GError **error);
void journal_close(struct journal *self);
DEFINE_OWNED(journal, journal_close);

/*
 * What belongs to one collection of a service that has several: records, sources, ledger, story
 * and memory of its own. Everything else (id, generation, groups, the witness) is the whole's, and
 * done to the section is done to that. Lent, until the whole is closed. It is made where there is
 * none of that name; NOT_FOUND where the journal is only read.
 */
struct journal *journal_section(struct journal *whole, const char *name, GError **error);
/* The names of all there are, by name; g_strfreev. */
char **journal_sections(struct journal *whole, GError **error);

/* Random, made once with the file; lent. */
const char *journal_id(const struct journal *self);
/* Seconds; set once when the file was made (the account's "since"). */
gint64 journal_created(const struct journal *self);

/*
 * Rises with every announcement (ledger.h). The witness keeps the number outside the journal, so
 * that a journal restored from a backup is known by it; it is called after the announcement is
 * durable and before anything of it may be sent, and its failure is the announcement's. NULL: none.
 */
gint64 journal_generation(const struct journal *self);
typedef bool (*journal_witness)(void *data, gint64 generation, GError **error);
void journal_set_witness(struct journal *self, journal_witness witness, void *data);

/* Group many calls of records, ledger and memory into one durable commit. Not nested. */
bool journal_begin(struct journal *self, GError **error);
bool journal_commit(struct journal *self, GError **error);
void journal_rollback(struct journal *self);

/* A driver's small memory: text by key. Missing: NULL without error. value NULL removes. */
char *journal_memory_get(struct journal *self, const char *key, GError **error);
bool journal_memory_set(struct journal *self, const char *key, const char *value, GError **error);

/* The story of an item, for "journal show": one line of plain words with its time. The newest 100
 * are kept. */
bool journal_tell(struct journal *self, enum item_kind kind, const char *uid, gint64 at,
                  const char *line, GError **error);
struct journal_line {
	gint64 at;
	char *text;
};
GPtrArray *journal_story(struct journal *self, enum item_kind kind, const char *uid,
                         GError **error);

/* Reads the file whole: DAMAGED where SQLite finds it broken. */
bool journal_check(struct journal *self, GError **error);

/* Appends a char * per broken invariant (SQLite integrity, ledger against records) to problems. */
bool journal_verify(struct journal *self, GPtrArray *problems, GError **error);

#endif
