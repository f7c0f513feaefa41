/* SPDX-License-Identifier: MIT */
/* The SQLite side of the journal, for the files of this folder only. */
#ifndef PASSERELLE_JOURNAL_DATABASE_H
#define PASSERELLE_JOURNAL_DATABASE_H

#include "journal/journal.h"

#include <sqlite3.h>

/* Kinds of item that a section has numbers for: a section's first is the stride's multiple. */
#define SECTION_STRIDE 16

/* A section has only its number; all else is the whole's. */
struct journal {
	struct journal *whole; /* itself, where it is no section */
	gint64 section;        /* 0 = none */
	GHashTable *sections;  /* name -> struct journal, made so far */
	sqlite3 *handle;
	GHashTable *statements; /* SQL literal -> sqlite3_stmt */
	char *path;
	char *id;
	gint64 created, generation;
	journal_witness witness; /* NULL = none */
	void *witness_data;
	bool is_grouped; /* between journal_begin and journal_commit */
};

/* Reports what SQLite last said, by the code of result. Always false. */
bool database_fail(struct journal *self, int result, GError **error);

/* STORAGE "journal 'path' is damaged: what". Always false. */
bool database_damaged(const struct journal *self, const char *what, GError **error);

/*
 * sql is a literal: its address keys the cache of prepared statements. format has a letter per
 * parameter: i gint64, k gint64, a kind of item, which is another number in each section, t text or
 * NULL; texts must live until the statement is stepped. NULL on
 * failure.
 */
sqlite3_stmt *database_query(struct journal *self, GError **error, const char *sql,
                             const char *format, ...);

/* Fetches the next row. False at the end and on failure, which sets error; the statement is reset
 * then. */
bool database_next(struct journal *self, sqlite3_stmt *statement, GError **error);

/* One statement that gives no rows, with parameters as above. */
bool database_run(struct journal *self, GError **error, const char *sql, const char *format, ...);

/* Several writes as one, inside an open group or not. End with success or take all of them back. */
bool database_enter(struct journal *self, GError **error);
bool database_leave(struct journal *self, bool success, GError **error);

/* What a column of kinds says. */
enum item_kind database_kind(sqlite3_stmt *statement, int column);

/* An owned copy of a text column; NULL where it is NULL. */
char *database_text(sqlite3_stmt *statement, int column);

/* A list of texts as one text and back; NULL stays NULL. */
char *database_join(char *const *list);
char **database_split(const char *text);

/* Makes the tables of a new file, or brings an older one up to date. */
bool database_migrate(struct journal *self, bool is_read_only, GError **error);

#endif
