/* SPDX-License-Identifier: MIT */
/* What both sides last agreed on, in the journal. */
#include "journal/records.h"

#include <stddef.h>

#include "journal/database.h"

/* The order of these columns is the order of the tables below; base comes last where it is read. */
#define COLUMNS                                                                                    \
	"r.uid, name, match, local_ref, local_fingerprint, remote_ref, remote_revision,"           \
	" remote_fingerprint, reason, same_as, facts, notes, state, starts, remote_read, missing," \
	" attempts, retry_at, insisted, first_call"
#define WITHOUT_BASE "SELECT " COLUMNS ", NULL FROM records r WHERE r.kind = ?1"
#define WITH_BASE                                                                                  \
	"SELECT " COLUMNS ", base FROM records r"                                                  \
	" LEFT JOIN bases b ON b.kind = r.kind AND b.uid = r.uid WHERE r.kind = ?1"

static const gsize texts[] = {
	offsetof(struct record, uid),
	offsetof(struct record, name),
	offsetof(struct record, match),
	offsetof(struct record, local_ref),
	offsetof(struct record, local_fingerprint),
	offsetof(struct record, remote_ref),
	offsetof(struct record, remote_revision),
	offsetof(struct record, remote_fingerprint),
	offsetof(struct record, reason),
	offsetof(struct record, same_as),
};
enum {
	COLUMN_FACTS = G_N_ELEMENTS(texts),
	COLUMN_NOTES,
	COLUMN_STATE,
	COLUMN_STARTS,
	COLUMN_REMOTE_READ,
	COLUMN_MISSING,
	COLUMN_ATTEMPTS,
	COLUMN_RETRY_AT,
	COLUMN_INSISTED,
	COLUMN_FIRST_CALL,
	COLUMN_BASE,
};

static void destroy(gpointer record)
{
	record_free(record);
}

static struct record *read_row(sqlite3_stmt *row)
{
	struct record *record = g_new0(struct record, 1);
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		*(char **)(void *)((char *)record + texts[i]) = database_text(row, (int)i);
	}
	record->facts = database_split((const char *)sqlite3_column_text(row, COLUMN_FACTS));
	record->notes = database_split((const char *)sqlite3_column_text(row, COLUMN_NOTES));
	record->state = (enum record_state)sqlite3_column_int(row, COLUMN_STATE);
	record->starts = sqlite3_column_int64(row, COLUMN_STARTS);
	record->remote_read = sqlite3_column_int64(row, COLUMN_REMOTE_READ);
	record->missing = (unsigned)sqlite3_column_int64(row, COLUMN_MISSING);
	record->attempts = (unsigned)sqlite3_column_int64(row, COLUMN_ATTEMPTS);
	record->retry_at = sqlite3_column_int64(row, COLUMN_RETRY_AT);
	record->is_insisted = sqlite3_column_int(row, COLUMN_INSISTED) != 0;
	record->first_call = sqlite3_column_int64(row, COLUMN_FIRST_CALL);
	record->base = database_text(row, COLUMN_BASE);
	return record;
}

static GPtrArray *read_rows(struct journal *journal, sqlite3_stmt *statement, GError **error)
{
	if (statement == NULL) {
		return NULL;
	}
	g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func(destroy);
	GError *failure = NULL;
	while (database_next(journal, statement, &failure)) {
		g_ptr_array_add(records, read_row(statement));
	}
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return NULL;
	}
	return g_steal_pointer(&records);
}

GPtrArray *records_load(struct journal *journal, enum item_kind kind, GError **error)
{
	return read_rows(
		journal,
		database_query(journal, error, WITHOUT_BASE " ORDER BY r.uid", "k", (gint64)kind),
		error);
}

GPtrArray *records_by_remote(struct journal *journal, enum item_kind kind, const char *remote_ref,
                             GError **error)
{
	return read_rows(journal,
	                 database_query(journal, error,
	                                WITHOUT_BASE " AND remote_ref = ?2 ORDER BY r.uid", "kt",
	                                (gint64)kind, remote_ref),
	                 error);
}

struct record *records_get(struct journal *journal, enum item_kind kind, const char *uid,
                           GError **error)
{
	sqlite3_stmt *statement = database_query(journal, error, WITH_BASE " AND r.uid = ?2", "kt",
	                                         (gint64)kind, uid);
	if (statement == NULL || !database_next(journal, statement, error)) {
		return NULL;
	}
	struct record *record = read_row(statement);
	sqlite3_reset(statement);
	return record;
}

char *records_base(struct journal *journal, enum item_kind kind, const char *uid, GError **error)
{
	sqlite3_stmt *statement = database_query(
		journal, error, "SELECT base FROM bases WHERE kind = ?1 AND uid = ?2", "kt",
		(gint64)kind, uid);
	if (statement == NULL || !database_next(journal, statement, error)) {
		return NULL;
	}
	char *base = database_text(statement, 0);
	sqlite3_reset(statement);
	return base;
}

/* Not REPLACE: that would remove the row first, and its base with it. */
static bool put_row(struct journal *journal, enum item_kind kind, const struct record *record,
                    GError **error)
{
	static const char sql[] =
		"INSERT INTO records(kind, uid, name, match, facts, state, local_ref,"
		" local_fingerprint, remote_ref, remote_revision, remote_fingerprint, starts,"
		" remote_read, missing, attempts, retry_at, reason, same_as, notes, insisted,"
		" first_call)"
		" VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16,"
		" ?17, ?18, ?19, ?20, ?21) ON CONFLICT(kind, uid) DO UPDATE SET name = "
		"excluded.name,"
		" match = excluded.match, facts = excluded.facts, state = excluded.state,"
		" local_ref = excluded.local_ref,"
		" local_fingerprint = excluded.local_fingerprint,"
		" remote_ref = excluded.remote_ref, remote_revision = excluded.remote_revision,"
		" remote_fingerprint = excluded.remote_fingerprint, starts = excluded.starts,"
		" remote_read = excluded.remote_read, missing = excluded.missing,"
		" attempts = excluded.attempts, retry_at = excluded.retry_at,"
		" reason = excluded.reason, same_as = excluded.same_as, notes = excluded.notes,"
		" insisted = excluded.insisted,"
		" first_call = max(first_call, excluded.first_call)";
	g_autofree char *facts = database_join(record->facts);
	g_autofree char *notes = database_join(record->notes);
	return database_run(journal, error, sql,
	                    "ktttt"
	                    "itttttiiiii"
	                    "tttii",
	                    (gint64)kind, record->uid, record->name, record->match, facts,
	                    (gint64)record->state, record->local_ref, record->local_fingerprint,
	                    record->remote_ref, record->remote_revision, record->remote_fingerprint,
	                    record->starts, record->remote_read, (gint64)record->missing,
	                    (gint64)record->attempts, record->retry_at, record->reason,
	                    record->same_as, notes, (gint64)record->is_insisted,
	                    record->first_call);
}

bool records_put(struct journal *journal, enum item_kind kind, const struct record *record,
                 GError **error)
{
	if (!database_enter(journal, error)) {
		return false;
	}
	bool put = put_row(journal, kind, record, error);
	if (put && record->base != NULL) {
		put = database_run(journal, error,
		                   "INSERT INTO bases(kind, uid, base) VALUES(?1, ?2, ?3)"
		                   " ON CONFLICT(kind, uid) DO UPDATE SET base = excluded.base",
		                   "ktt", (gint64)kind, record->uid, record->base);
	}
	return database_leave(journal, put, error);
}

bool records_remove(struct journal *journal, enum item_kind kind, const char *uid, GError **error)
{
	return database_run(journal, error, "DELETE FROM records WHERE kind = ?1 AND uid = ?2",
	                    "kt", (gint64)kind, uid);
}

bool records_forget_all(struct journal *journal, enum item_kind kind, GError **error)
{
	if (!database_enter(journal, error)) {
		return false;
	}
	const bool is_done = database_run(journal, error, "DELETE FROM records WHERE kind = ?1",
	                                  "k", (gint64)kind) &&
	                     database_run(journal, error, "DELETE FROM sources WHERE kind = ?1",
	                                  "k", (gint64)kind);
	return database_leave(journal, is_done, error);
}

static bool rename_rows(struct journal *journal, enum item_kind kind, const char *from,
                        const char *to, GError **error)
{
	g_autoptr(GError) failure = NULL;
	OWNED(record) taken = records_get(journal, kind, to, &failure);
	if (failure != NULL) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	if (taken != NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STALE,
		            "journal has a record of '%s' already", to);
		return false;
	}
	if (!database_run(journal, error,
	                  "UPDATE records SET uid = ?3 WHERE kind = ?1 AND uid = ?2", "ktt",
	                  (gint64)kind, from, to)) {
		return false;
	}
	if (sqlite3_changes(journal->whole->handle) == 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_NOT_FOUND,
		            "journal has no record of '%s'", from);
		return false;
	}
	return database_run(journal, error,
	                    "UPDATE records SET same_as = ?3 WHERE kind = ?1 AND same_as = ?2",
	                    "ktt", (gint64)kind, from, to) &&
	       database_run(journal, error,
	                    "UPDATE ledger SET uid = ?3 WHERE kind = ?1 AND uid = ?2", "ktt",
	                    (gint64)kind, from, to) &&
	       database_run(journal, error,
	                    "UPDATE story SET uid = ?3 WHERE kind = ?1 AND uid = ?2", "ktt",
	                    (gint64)kind, from, to);
}

bool records_rename(struct journal *journal, enum item_kind kind, const char *from, const char *to,
                    GError **error)
{
	return database_enter(journal, error) &&
	       database_leave(journal, rename_rows(journal, kind, from, to, error), error);
}
