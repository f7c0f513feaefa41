/* SPDX-License-Identifier: MIT */
/* The SQLite side of the journal: statements, groups and what went wrong. */
#include "journal/database.h"

#include <stdarg.h>
#include <string.h>

#include "base/durable.h"

#define LIST_END    '\x1f' /* behind every element */
#define LIST_ESCAPE '\x1e' /* before a letter for one of the two */

bool database_damaged(const struct journal *self, const char *what, GError **error)
{
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_DAMAGED,
	            "journal '%s' is damaged: %s", self->whole->path, what);
	return false;
}

bool database_fail(struct journal *self, int result, GError **error)
{
	const char *path = self->whole->path;
	const char *message = sqlite3_errmsg(self->whole->handle);
	if (result == SQLITE_IOERR_FSYNC || result == SQLITE_IOERR_DIR_FSYNC) {
		durable_distrust();
	}
	const int primary = result & 0xff;
	if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
		return database_damaged(self, message, error);
	}
	if (primary == SQLITE_BUSY || primary == SQLITE_LOCKED) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_BUSY,
		            "journal '%s' is in use by another program", path);
		return false;
	}
	const int number = sqlite3_system_errno(self->whole->handle);
	const bool tell_errno = number != 0 && (primary == SQLITE_IOERR || primary == SQLITE_FULL ||
	                                        primary == SQLITE_CANTOPEN);
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE, "journal '%s': %s%s%s", path,
	            message, tell_errno ? ": " : "", tell_errno ? g_strerror(number) : "");
	return false;
}

static sqlite3_stmt *prepare(struct journal *section, const char *sql, GError **error)
{
	struct journal *self = section->whole;
	sqlite3_stmt *statement = g_hash_table_lookup(self->statements, sql);
	if (statement != NULL) {
		sqlite3_reset(statement);
		return statement;
	}
	const int result = sqlite3_prepare_v3(self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
	                                      &statement, NULL);
	if (result == SQLITE_ERROR) { /* our SQL is right, so the tables are not ours */
		database_damaged(self, sqlite3_errmsg(self->handle), error);
		return NULL;
	}
	if (result != SQLITE_OK) {
		database_fail(self, result, error);
		return NULL;
	}
	g_hash_table_insert(self->statements, (gpointer)sql, statement);
	return statement;
}

static bool bind(struct journal *self, sqlite3_stmt *statement, const char *format,
                 va_list arguments, GError **error)
{
	int result = SQLITE_OK;
	for (int i = 0; format[i] != '\0' && result == SQLITE_OK; i++) {
		if (format[i] != 't') {
			const gint64 number = va_arg(arguments, gint64);
			const gint64 section =
				format[i] == 'k' ? self->section * SECTION_STRIDE : 0;
			result = sqlite3_bind_int64(statement, i + 1, number + section);
			continue;
		}
		const char *text = va_arg(arguments, const char *);
		result = text == NULL
		                 ? sqlite3_bind_null(statement, i + 1)
		                 : sqlite3_bind_text(statement, i + 1, text, -1, SQLITE_STATIC);
	}
	return result == SQLITE_OK || database_fail(self, result, error);
}

static sqlite3_stmt *query(struct journal *self, GError **error, const char *sql,
                           const char *format, va_list arguments)
{
	sqlite3_stmt *statement = prepare(self, sql, error);
	if (statement == NULL || !bind(self, statement, format, arguments, error)) {
		return NULL;
	}
	return statement;
}

sqlite3_stmt *database_query(struct journal *self, GError **error, const char *sql,
                             const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	sqlite3_stmt *statement = query(self, error, sql, format, arguments);
	va_end(arguments);
	return statement;
}

bool database_next(struct journal *self, sqlite3_stmt *statement, GError **error)
{
	const int result = sqlite3_step(statement);
	if (result == SQLITE_ROW) {
		return true;
	}
	if (result != SQLITE_DONE) {
		database_fail(self, result, error);
	}
	sqlite3_reset(statement);
	return false;
}

bool database_run(struct journal *self, GError **error, const char *sql, const char *format, ...)
{
	/* Some failures make SQLite roll back by itself; later writes of the group would stand
	 * alone. */
	const struct journal *whole = self->whole;
	if (whole->is_grouped && sqlite3_get_autocommit(whole->handle)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
		            "journal '%s': an earlier failure took this group of changes back",
		            whole->path);
		return false;
	}
	va_list arguments;
	va_start(arguments, format);
	sqlite3_stmt *statement = query(self, error, sql, format, arguments);
	va_end(arguments);
	if (statement == NULL) {
		return false;
	}
	const int result = sqlite3_step(statement);
	if (result != SQLITE_DONE && result != SQLITE_ROW) {
		database_fail(self, result, error);
	}
	sqlite3_reset(statement);
	return result == SQLITE_DONE || result == SQLITE_ROW;
}

bool database_enter(struct journal *self, GError **error)
{
	return database_run(self, error, "SAVEPOINT several", "");
}

bool database_leave(struct journal *self, bool success, GError **error)
{
	if (success && database_run(self, error, "RELEASE several", "")) {
		return true;
	}
	/* Fails where SQLite has rolled back already, which is what is wanted. */
	database_run(self, NULL, "ROLLBACK TO several", "");
	database_run(self, NULL, "RELEASE several", "");
	return false;
}

enum item_kind database_kind(sqlite3_stmt *statement, int column)
{
	return (enum item_kind)(sqlite3_column_int64(statement, column) % SECTION_STRIDE);
}

char *database_text(sqlite3_stmt *statement, int column)
{
	const char *text = (const char *)sqlite3_column_text(statement, column);
	return text == NULL ? NULL
	                    : g_strndup(text, (gsize)sqlite3_column_bytes(statement, column));
}

char *database_join(char *const *list)
{
	if (list == NULL) {
		return NULL;
	}
	GString *out = g_string_new(NULL);
	for (; *list != NULL; list++) {
		for (const char *at = *list; *at != '\0'; at++) {
			if (*at == LIST_END || *at == LIST_ESCAPE) {
				g_string_append_c(out, LIST_ESCAPE);
				g_string_append_c(out, *at == LIST_END ? 'e' : 'x');
			} else {
				g_string_append_c(out, *at);
			}
		}
		g_string_append_c(out, LIST_END);
	}
	return g_string_free(out, FALSE);
}

static char *unescape(const char *start, gsize size)
{
	char *out = g_strndup(start, size);
	if (memchr(out, LIST_ESCAPE, size) == NULL) {
		return out;
	}
	char *to = out;
	for (const char *from = out; *from != '\0'; from++) {
		if (*from == LIST_ESCAPE && from[1] != '\0') {
			from++;
			*to++ = *from == 'e' ? LIST_END : LIST_ESCAPE;
		} else {
			*to++ = *from;
		}
	}
	*to = '\0';
	return out;
}

char **database_split(const char *text)
{
	if (text == NULL) {
		return NULL;
	}
	gsize count = 0;
	for (const char *at = text; (at = strchr(at, LIST_END)) != NULL; at++) {
		count++;
	}
	char **list = g_new(char *, count + 1);
	for (gsize i = 0; i < count; i++) {
		const char *end = strchr(text, LIST_END);
		list[i] = unescape(text, (gsize)(end - text));
		text = end + 1;
	}
	list[count] = NULL;
	return list;
}
