/* SPDX-License-Identifier: MIT */
/* The state journal of one account: opens, groups, remembers, tells. */
#include "journal/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "journal/database.h"

#define BUSY_MILLISECONDS 10000
#define STORY_LINES       100 /* of one item; the oldest make room */

static void finalize(gpointer statement)
{
	sqlite3_finalize(statement);
}

static bool fail_by_errno(const char *path, enum passerelle_error code, GError **error)
{
	g_set_error(error, PASSERELLE_ERROR, (int)code, "journal '%s': %s", path,
	            g_strerror(errno));
	return false;
}

/*
 * SQLite gives -wal and -shm the mode of the main file. An existing file is never opened here:
 * closing it again would drop the POSIX locks that SQLite holds for another handle of this process.
 */
static bool make_file(const char *path, GError **error)
{
	const int file = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file >= 0) {
		close(file);
		return true;
	}
	struct stat status;
	if (errno != EEXIST || stat(path, &status) != 0 ||
	    ((status.st_mode & 077) != 0 && chmod(path, 0600) != 0)) {
		return fail_by_errno(path, PASSERELLE_ERROR_STORAGE, error);
	}
	return true;
}

static bool configure(struct journal *self, bool is_read_only, GError **error)
{
	sqlite3_extended_result_codes(self->handle, 1);
	sqlite3_busy_timeout(self->handle, BUSY_MILLISECONDS);
	sqlite3_db_config(self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	sqlite3_db_config(self->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	/* NORMAL may forget the last commits of a WAL after a power cut: an announcement must not
	 * be. */
	const char *pragmas = is_read_only ? "PRAGMA cell_size_check = ON;"
	                                   : "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	                                     "PRAGMA temp_store = MEMORY; PRAGMA foreign_keys = "
	                                     "ON; PRAGMA cell_size_check = ON;";
	const int result = sqlite3_exec(self->handle, pragmas, NULL, NULL, NULL);
	return result == SQLITE_OK || database_fail(self, result, error);
}

static bool read_meta(struct journal *self, GError **error)
{
	sqlite3_stmt *statement = database_query(
		self, error,
		"SELECT key, value FROM meta WHERE key IN ('id', 'created', 'generation')", "");
	if (statement == NULL) {
		return false;
	}
	GError *failure = NULL;
	while (database_next(self, statement, &failure)) {
		g_autofree char *key = database_text(statement, 0);
		g_autofree char *value = database_text(statement, 1);
		if (strcmp(key, "created") == 0) {
			self->created = g_ascii_strtoll(value, NULL, 10);
		} else if (strcmp(key, "generation") == 0) {
			self->generation = g_ascii_strtoll(value, NULL, 10);
		} else {
			g_free(self->id);
			self->id = g_steal_pointer(&value);
		}
	}
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return false;
	}
	if (self->id == NULL || self->created <= 0) {
		return database_damaged(self, "it does not say when it was made", error);
	}
	return true;
}

static bool open_handle(struct journal *self, bool is_read_only, GError **error)
{
	const int flags = (is_read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE) |
	                  SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;
	const int result = sqlite3_open_v2(self->path, &self->handle, flags, NULL);
	if (self->handle == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE, "journal '%s': %s",
		            self->path, sqlite3_errstr(result));
		return false;
	}
	if (result != SQLITE_OK) {
		return database_fail(self, result, error);
	}
	return configure(self, is_read_only, error) &&
	       database_migrate(self, is_read_only, error) && read_meta(self, error);
}

struct journal *journal_open(const char *path, enum journal_mode mode, GError **error)
{
	const bool is_read_only = mode == JOURNAL_READ_ONLY;
	struct stat status;
	if (is_read_only && stat(path, &status) != 0) {
		fail_by_errno(path,
		              errno == ENOENT ? PASSERELLE_ERROR_NOT_FOUND
		                              : PASSERELLE_ERROR_STORAGE,
		              error);
		return NULL;
	}
	if (!is_read_only && !make_file(path, error)) {
		return NULL;
	}
	struct journal *self = g_new0(struct journal, 1);
	self->whole = self;
	self->sections = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	self->path = g_strdup(path);
	self->statements = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, finalize);
	/* SQLite has made the -wal by now, and does not mind when the sync of its folder fails. */
	if (!open_handle(self, is_read_only, error) ||
	    (!is_read_only && !durable_sync_parent(path, error))) {
		journal_close(self);
		return NULL;
	}
	return self;
}

void journal_close(struct journal *self)
{
	if (self == NULL) {
		return;
	}
	g_hash_table_unref(self->sections);
	g_hash_table_unref(self->statements);
	sqlite3_close(self->handle);
	g_free(self->path);
	g_free(self->id);
	g_free(self);
}

const char *journal_id(const struct journal *self)
{
	return self->whole->id;
}

gint64 journal_created(const struct journal *self)
{
	return self->whole->created;
}

gint64 journal_generation(const struct journal *self)
{
	return self->whole->generation;
}

void journal_set_witness(struct journal *self, journal_witness witness, void *data)
{
	self->whole->witness = witness;
	self->whole->witness_data = data;
}

bool journal_begin(struct journal *self, GError **error)
{
	struct journal *whole = self->whole;
	g_assert(!whole->is_grouped);
	whole->is_grouped = database_run(whole, error, "BEGIN IMMEDIATE", "");
	return whole->is_grouped;
}

bool journal_commit(struct journal *self, GError **error)
{
	struct journal *whole = self->whole;
	g_assert(whole->is_grouped);
	if (!database_run(whole, error, "COMMIT", "")) {
		journal_rollback(whole);
		return false;
	}
	whole->is_grouped = false;
	return true;
}

void journal_rollback(struct journal *self)
{
	struct journal *whole = self->whole;
	if (whole->is_grouped && !sqlite3_get_autocommit(whole->handle)) {
		database_run(whole, NULL, "ROLLBACK", "");
	}
	whole->is_grouped = false;
}

static char *memory_key(const struct journal *self, const char *key)
{
	return self->section == 0 ? g_strdup(key)
	                          : g_strdup_printf("%" G_GINT64_FORMAT "/%s", self->section, key);
}

char *journal_memory_get(struct journal *self, const char *key, GError **error)
{
	g_autofree char *whole_key = memory_key(self, key);
	sqlite3_stmt *statement = database_query(
		self, error, "SELECT value FROM memory WHERE key = ?1", "t", whole_key);
	if (statement == NULL || !database_next(self, statement, error)) {
		return NULL;
	}
	char *value = database_text(statement, 0);
	sqlite3_reset(statement);
	return value;
}

bool journal_memory_set(struct journal *self, const char *key, const char *value, GError **error)
{
	g_autofree char *whole_key = memory_key(self, key);
	if (value == NULL) {
		return database_run(self, error, "DELETE FROM memory WHERE key = ?1", "t",
		                    whole_key);
	}
	return database_run(self, error,
	                    "INSERT INTO memory(key, value) VALUES(?1, ?2)"
	                    " ON CONFLICT(key) DO UPDATE SET value = excluded.value",
	                    "tt", whole_key, value);
}

bool journal_tell(struct journal *self, enum item_kind kind, const char *uid, gint64 at,
                  const char *line, GError **error)
{
	if (!database_enter(self, error)) {
		return false;
	}
	const bool told =
		database_run(self, error,
	                     "INSERT INTO story(kind, uid, at, line) VALUES(?1, ?2, ?3, ?4)",
	                     "ktit", (gint64)kind, uid, at, line) &&
		database_run(self, error,
	                     "DELETE FROM story WHERE kind = ?1 AND uid = ?2 AND id <="
	                     " (SELECT id FROM story WHERE kind = ?1 AND uid = ?2"
	                     " ORDER BY id DESC LIMIT 1 OFFSET ?3)",
	                     "kti", (gint64)kind, uid, (gint64)STORY_LINES);
	return database_leave(self, told, error);
}

static void line_free(gpointer pointer)
{
	struct journal_line *line = pointer;
	g_free(line->text);
	g_free(line);
}

GPtrArray *journal_story(struct journal *self, enum item_kind kind, const char *uid, GError **error)
{
	sqlite3_stmt *statement = database_query(
		self, error, "SELECT at, line FROM story WHERE kind = ?1 AND uid = ?2 ORDER BY id",
		"kt", (gint64)kind, uid);
	if (statement == NULL) {
		return NULL;
	}
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(line_free);
	GError *failure = NULL;
	while (database_next(self, statement, &failure)) {
		struct journal_line *line = g_new(struct journal_line, 1);
		line->at = sqlite3_column_int64(statement, 0);
		line->text = database_text(statement, 1);
		g_ptr_array_add(lines, line);
	}
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return NULL;
	}
	return g_steal_pointer(&lines);
}
