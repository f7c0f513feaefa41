/* SPDX-License-Identifier: MIT */
/* Which local files were read, in the journal. */
#include "journal/records.h"

#include "journal/database.h"

void source_free(struct source *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->ref);
	g_free(self->revision);
	g_free(self->problem);
	g_free(self->text_uid);
	g_free(self);
}

static void destroy(gpointer source)
{
	source_free(source);
}

/* The keys are the values' own ref. */
GHashTable *sources_load(struct journal *journal, enum item_kind kind, GError **error)
{
	sqlite3_stmt *statement = database_query(
		journal, error,
		"SELECT ref, revision, due, problem, text_uid FROM sources WHERE kind = ?1", "k",
		(gint64)kind);
	if (statement == NULL) {
		return NULL;
	}
	g_autoptr(GHashTable) sources =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, destroy);
	GError *failure = NULL;
	while (database_next(journal, statement, &failure)) {
		struct source *source = g_new(struct source, 1);
		source->ref = database_text(statement, 0);
		source->revision = database_text(statement, 1);
		source->due = sqlite3_column_int64(statement, 2);
		source->problem = database_text(statement, 3);
		source->text_uid = database_text(statement, 4);
		g_hash_table_insert(sources, source->ref, source);
	}
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return NULL;
	}
	return g_steal_pointer(&sources);
}

bool sources_put(struct journal *journal, enum item_kind kind, const struct source *source,
                 GError **error)
{
	return database_run(journal, error,
	                    "INSERT OR REPLACE INTO sources(kind, ref, revision, due, problem,"
	                    " text_uid) VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
	                    "kttitt", (gint64)kind, source->ref, source->revision, source->due,
	                    source->problem, source->text_uid);
}

bool sources_remove(struct journal *journal, enum item_kind kind, const char *ref, GError **error)
{
	return database_run(journal, error, "DELETE FROM sources WHERE kind = ?1 AND ref = ?2",
	                    "kt", (gint64)kind, ref);
}
