/* SPDX-License-Identifier: MIT */
/* The tables of the journal, version by version. */
#include "journal/database.h"

#define APPLICATION_ID 0x50415352 /* "PASR": tells file(1) and us whose database it is */

/*
 * Kinds and states are the numbers of enum item_kind, record_state and ledger_state: their order is
 * for ever. The texts stand apart (bases) so that loading all records does not read them.
 */
static const char *const versions[] = {
	"CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;"
	"CREATE TABLE records("
	" kind INTEGER NOT NULL CHECK(kind IN (0, 1)), uid TEXT NOT NULL, name TEXT, match TEXT,"
	" facts TEXT, state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 7), local_ref TEXT,"
	" local_fingerprint TEXT, remote_ref TEXT, remote_revision TEXT, remote_fingerprint TEXT,"
	" starts INTEGER NOT NULL, remote_read INTEGER NOT NULL, missing INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL, retry_at INTEGER NOT NULL, reason TEXT, same_as TEXT,"
	" notes TEXT, PRIMARY KEY(kind, uid)) STRICT, WITHOUT ROWID;"
	"CREATE INDEX records_remote ON records(kind, remote_ref) WHERE remote_ref IS NOT NULL;"
	"CREATE INDEX records_match ON records(kind, match) WHERE match IS NOT NULL;"
	"CREATE INDEX records_same ON records(kind, same_as) WHERE same_as IS NOT NULL;"
	"CREATE TABLE bases(kind INTEGER NOT NULL, uid TEXT NOT NULL, base TEXT NOT NULL,"
	" UNIQUE(kind, uid), FOREIGN KEY(kind, uid) REFERENCES records(kind, uid)"
	" ON DELETE CASCADE ON UPDATE CASCADE) STRICT;"
	"CREATE TABLE sources(kind INTEGER NOT NULL CHECK(kind IN (0, 1)), ref TEXT NOT NULL,"
	" revision TEXT, due INTEGER NOT NULL, problem TEXT, text_uid TEXT,"
	" PRIMARY KEY(kind, ref)) STRICT, WITHOUT ROWID;"
	"CREATE TABLE ledger(id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" kind INTEGER NOT NULL CHECK(kind IN (0, 1)), uid TEXT NOT NULL, action TEXT NOT NULL,"
	" target TEXT, content TEXT, there_before TEXT,"
	" state INTEGER NOT NULL CHECK(state BETWEEN 1 AND 5), announced_at INTEGER NOT NULL,"
	" settled_at INTEGER NOT NULL, result TEXT, detail TEXT, settled_by TEXT) STRICT;"
	"CREATE INDEX ledger_item ON ledger(kind, uid);"
	"CREATE INDEX ledger_open ON ledger(kind, state) WHERE state IN (1, 5);"
	"CREATE INDEX ledger_result ON ledger(kind, result) WHERE result IS NOT NULL;"
	"CREATE INDEX ledger_target ON ledger(kind, target) WHERE target IS NOT NULL;"
	"CREATE TABLE story(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL CHECK(kind IN (0, 1)),"
	" uid TEXT NOT NULL, at INTEGER NOT NULL, line TEXT NOT NULL) STRICT;"
	"CREATE INDEX story_item ON story(kind, uid);"
	"CREATE TABLE memory(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;",
	"ALTER TABLE records ADD COLUMN insisted INTEGER NOT NULL DEFAULT 0;"
	"INSERT INTO meta(key, value) VALUES('generation', '0');",
	/* A kind is one of its section; the rule that stood in these tables knew none. */
	"CREATE TABLE sections(number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;"
	"CREATE TABLE records_new("
	" kind INTEGER NOT NULL CHECK(kind >= 0), uid TEXT NOT NULL, name TEXT, match TEXT,"
	" facts TEXT, state INTEGER NOT NULL CHECK(state BETWEEN 0 AND 7), local_ref TEXT,"
	" local_fingerprint TEXT, remote_ref TEXT, remote_revision TEXT, remote_fingerprint TEXT,"
	" starts INTEGER NOT NULL, remote_read INTEGER NOT NULL, missing INTEGER NOT NULL,"
	" attempts INTEGER NOT NULL, retry_at INTEGER NOT NULL, reason TEXT, same_as TEXT,"
	" notes TEXT, insisted INTEGER NOT NULL DEFAULT 0, PRIMARY KEY(kind, uid))"
	" STRICT, WITHOUT ROWID;"
	"INSERT INTO records_new SELECT * FROM records;"
	"CREATE TABLE bases_new(kind INTEGER NOT NULL, uid TEXT NOT NULL, base TEXT NOT NULL,"
	" UNIQUE(kind, uid), FOREIGN KEY(kind, uid) REFERENCES records_new(kind, uid)"
	" ON DELETE CASCADE ON UPDATE CASCADE) STRICT;"
	"INSERT INTO bases_new SELECT * FROM bases;"
	"DROP TABLE bases; DROP TABLE records;"
	"ALTER TABLE records_new RENAME TO records; ALTER TABLE bases_new RENAME TO bases;"
	"CREATE INDEX records_remote ON records(kind, remote_ref) WHERE remote_ref IS NOT NULL;"
	"CREATE INDEX records_match ON records(kind, match) WHERE match IS NOT NULL;"
	"CREATE INDEX records_same ON records(kind, same_as) WHERE same_as IS NOT NULL;"
	"CREATE TABLE sources_new(kind INTEGER NOT NULL CHECK(kind >= 0), ref TEXT NOT NULL,"
	" revision TEXT, due INTEGER NOT NULL, problem TEXT, text_uid TEXT,"
	" PRIMARY KEY(kind, ref)) STRICT, WITHOUT ROWID;"
	"INSERT INTO sources_new SELECT * FROM sources;"
	"DROP TABLE sources; ALTER TABLE sources_new RENAME TO sources;"
	"CREATE TABLE ledger_new(id INTEGER PRIMARY KEY AUTOINCREMENT,"
	" kind INTEGER NOT NULL CHECK(kind >= 0), uid TEXT NOT NULL, action TEXT NOT NULL,"
	" target TEXT, content TEXT, there_before TEXT,"
	" state INTEGER NOT NULL CHECK(state BETWEEN 1 AND 5), announced_at INTEGER NOT NULL,"
	" settled_at INTEGER NOT NULL, result TEXT, detail TEXT, settled_by TEXT) STRICT;"
	"INSERT INTO ledger_new SELECT * FROM ledger;"
	"DROP TABLE ledger; ALTER TABLE ledger_new RENAME TO ledger;"
	"CREATE INDEX ledger_item ON ledger(kind, uid);"
	"CREATE INDEX ledger_open ON ledger(kind, state) WHERE state IN (1, 5);"
	"CREATE INDEX ledger_result ON ledger(kind, result) WHERE result IS NOT NULL;"
	"CREATE INDEX ledger_target ON ledger(kind, target) WHERE target IS NOT NULL;"
	"CREATE TABLE story_new(id INTEGER PRIMARY KEY, kind INTEGER NOT NULL CHECK(kind >= 0),"
	" uid TEXT NOT NULL, at INTEGER NOT NULL, line TEXT NOT NULL) STRICT;"
	"INSERT INTO story_new SELECT * FROM story;"
	"DROP TABLE story; ALTER TABLE story_new RENAME TO story;"
	"CREATE INDEX story_item ON story(kind, uid);"
	"ALTER TABLE records ADD COLUMN first_call INTEGER NOT NULL DEFAULT 0;",
};

static bool read_number(struct journal *self, const char *sql, gint64 *out, GError **error)
{
	sqlite3_stmt *statement = NULL;
	int result = sqlite3_prepare_v2(self->handle, sql, -1, &statement, NULL);
	if (result == SQLITE_OK) {
		result = sqlite3_step(statement);
	}
	if (result == SQLITE_ROW) {
		*out = sqlite3_column_int64(statement, 0);
	}
	sqlite3_finalize(statement);
	return result == SQLITE_ROW || database_fail(self, result, error);
}

static bool execute(struct journal *self, const char *sql, GError **error)
{
	const int result = sqlite3_exec(self->handle, sql, NULL, NULL, NULL);
	return result == SQLITE_OK || database_fail(self, result, error);
}

static bool apply_versions(struct journal *self, gint64 from, GError **error)
{
	for (gsize i = (gsize)from; i < G_N_ELEMENTS(versions); i++) {
		if (!execute(self, versions[i], error)) {
			return false;
		}
	}
	g_autofree char *marks =
		g_strdup_printf("PRAGMA application_id = %d; PRAGMA user_version = %u;",
	                        APPLICATION_ID, (unsigned)G_N_ELEMENTS(versions));
	return execute(self, marks, error);
}

static bool make_meta(struct journal *self, GError **error)
{
	g_autofree char *id = g_uuid_string_random();
	g_autofree char *created =
		g_strdup_printf("%" G_GINT64_FORMAT, g_get_real_time() / G_USEC_PER_SEC);
	static const char sql[] = "INSERT INTO meta(key, value) VALUES('id', ?1), ('created', ?2)";
	return database_run(self, error, sql, "tt", id, created);
}

static bool bring_up_to_date(struct journal *self, gint64 from, GError **error)
{
	if (!execute(self, "BEGIN IMMEDIATE", error)) {
		return false;
	}
	if (apply_versions(self, from, error) && (from > 0 || make_meta(self, error)) &&
	    execute(self, "COMMIT", error)) {
		return true;
	}
	sqlite3_exec(self->handle, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

/* A file without any table is one that we were about to make, or one that was emptied. */
static bool check_owner(struct journal *self, gint64 version, GError **error)
{
	gint64 application, tables;
	if (!read_number(self, "PRAGMA application_id", &application, error) ||
	    !read_number(self, "SELECT count(*) FROM sqlite_schema", &tables, error)) {
		return false;
	}
	if (application == APPLICATION_ID || (application == 0 && version == 0 && tables == 0)) {
		return true;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_UNSUPPORTED,
	            "'%s' is a database of another program", self->path);
	return false;
}

bool database_migrate(struct journal *self, bool is_read_only, GError **error)
{
	const gint64 newest = G_N_ELEMENTS(versions);
	gint64 version;
	if (!read_number(self, "PRAGMA user_version", &version, error) ||
	    !check_owner(self, version, error)) {
		return false;
	}
	if (version == newest) {
		return true;
	}
	if (version > newest || version < 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_UNSUPPORTED,
		            "journal '%s' is of a newer version (%" G_GINT64_FORMAT
		            ", this program knows %" G_GINT64_FORMAT ")",
		            self->path, version, newest);
		return false;
	}
	if (is_read_only) {
		g_set_error(error, PASSERELLE_ERROR,
		            version == 0 ? PASSERELLE_ERROR_NOT_FOUND : PASSERELLE_ERROR_STORAGE,
		            "journal '%s' is %s: the next \"sync\" makes it", self->path,
		            version == 0 ? "empty" : "of an older version");
		return false;
	}
	return bring_up_to_date(self, version, error);
}
