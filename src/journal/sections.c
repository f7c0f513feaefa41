/* SPDX-License-Identifier: MIT */
/* The parts of a journal that belong to one collection each. */
#include "journal/journal.h"

#include "journal/database.h"

/* 0 = there is none of that name. */
static bool find(struct journal *whole, const char *name, gint64 *number, GError **error)
{
	sqlite3_stmt *statement = database_query(
		whole, error, "SELECT number FROM sections WHERE name = ?1", "t", name);
	GError *failure = NULL;
	*number = 0;
	if (statement == NULL) {
		return false;
	}
	if (database_next(whole, statement, &failure)) {
		*number = sqlite3_column_int64(statement, 0);
		sqlite3_reset(statement);
	}
	if (failure != NULL) {
		g_propagate_error(error, failure);
	}
	return failure == NULL;
}

static bool make(struct journal *whole, const char *name, gint64 *number, GError **error)
{
	if (sqlite3_db_readonly(whole->handle, "main") == 1) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_NOT_FOUND,
		            "journal '%s' knows no collection '%s'", whole->path, name);
		return false;
	}
	return database_run(whole, error, "INSERT INTO sections(name) VALUES(?1)", "t", name) &&
	       find(whole, name, number, error);
}

struct journal *journal_section(struct journal *whole, const char *name, GError **error)
{
	g_assert(whole->whole == whole);
	struct journal *self = g_hash_table_lookup(whole->sections, name);
	gint64 number = 0;
	if (self != NULL) {
		return self;
	}
	if (!find(whole, name, &number, error) ||
	    (number == 0 && !make(whole, name, &number, error))) {
		return NULL;
	}
	self = g_new0(struct journal, 1);
	self->whole = whole;
	self->section = number;
	g_hash_table_insert(whole->sections, g_strdup(name), self);
	return self;
}

char **journal_sections(struct journal *whole, GError **error)
{
	sqlite3_stmt *statement =
		database_query(whole, error, "SELECT name FROM sections ORDER BY name", "");
	if (statement == NULL) {
		return NULL;
	}
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	GError *failure = NULL;
	while (database_next(whole, statement, &failure)) {
		g_ptr_array_add(names, database_text(statement, 0));
	}
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return NULL;
	}
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_steal(names, NULL);
}
