/* SPDX-License-Identifier: MIT */
/* What is in a collection, as it was last told. */
#include "remotes/dav/state.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "journal/journal.h"
#include "remotes/dav/etag.h"

void dav_state_tell(struct dav_state *self, const char *ref, const char *etag)
{
	if (etag == NULL) {
		self->is_table_changed |= g_hash_table_remove(self->there, ref);
		return;
	}
	const char *known = g_hash_table_lookup(self->there, ref);
	if (known == NULL || !dav_etag_is_same(known, etag)) {
		g_hash_table_insert(self->there, g_strdup(ref), g_strdup(etag));
		self->is_table_changed = true;
	}
}

static bool is_text(const json_t *value)
{
	return value == NULL || json_is_string(value);
}

static void take_stored(struct dav_state *self, const json_t *root)
{
	self->token = g_strdup(json_string_value(json_object_get(root, "token")));
	self->ctag = g_strdup(json_string_value(json_object_get(root, "ctag")));
	self->verified_at = MAX(json_integer_value(json_object_get(root, "verified")), 0);
	self->distrusted_at = MAX(json_integer_value(json_object_get(root, "distrusted")), 0);
	self->is_partial = json_is_true(json_object_get(root, "partial"));
}

/* A line per member: mark, tab, ref. False: it is damaged. */
static bool take_table(struct dav_state *self, char *text)
{
	for (char *line = text; *line != '\0';) {
		char *tab = strchr(line, '\t');
		char *end = tab == NULL ? NULL : strchr(tab, '\n');
		if (end == NULL || end == tab + 1) {
			return false;
		}
		g_hash_table_insert(self->there, g_strndup(tab + 1, (gsize)(end - tab - 1)),
		                    g_strndup(line, (gsize)(tab - line)));
		line = end + 1;
	}
	return true;
}

static struct dav_state *new_state(void)
{
	struct dav_state *self = g_new0(struct dav_state, 1);
	self->there = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return self;
}

/* The two belong together: without one of them nothing is known. */
static bool take(struct dav_state *self, char *text, char *table)
{
	json_t *root = text == NULL ? NULL : json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	const bool is_sound = table != NULL && json_is_object(root) &&
	                      is_text(json_object_get(root, "token")) &&
	                      is_text(json_object_get(root, "ctag")) && take_table(self, table) &&
	                      json_integer_value(json_object_get(root, "count")) ==
	                              (json_int_t)g_hash_table_size(self->there);
	if (is_sound) {
		take_stored(self, root);
	}
	json_decref(root);
	return is_sound;
}

struct dav_state *dav_state_load(struct dav_side *side, GError **error)
{
	struct journal *journal = side->journal;
	if (journal == NULL) {
		return new_state();
	}
	GError *problem = NULL;
	g_autofree char *key = dav_side_memory_key(side, "state");
	g_autofree char *table_key = dav_side_memory_key(side, "members");
	g_autofree char *text = journal_memory_get(journal, key, &problem);
	g_autofree char *table =
		problem != NULL ? NULL : journal_memory_get(journal, table_key, &problem);
	if (problem != NULL) {
		g_propagate_error(error, problem);
		return NULL;
	}
	struct dav_state *self = new_state();
	if (!take(self, text, table)) {
		dav_state_free(self);
		self = new_state();
		self->is_table_changed = true;
	}
	self->stored = g_steal_pointer(&text);
	return self;
}

void dav_state_free(struct dav_state *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->token);
	g_free(self->ctag);
	g_free(self->stored);
	g_hash_table_unref(self->there);
	g_free(self);
}

static void set_text(json_t *root, const char *name, const char *text)
{
	json_t *value = text == NULL ? NULL : json_string(text);
	if (value != NULL) {
		json_object_set_new(root, name, value);
	}
}

static char *to_text(const struct dav_state *self)
{
	json_t *root = json_object();
	set_text(root, "token", self->token);
	set_text(root, "ctag", self->ctag);
	json_object_set_new(root, "count", json_integer(g_hash_table_size(self->there)));
	json_object_set_new(root, "verified", json_integer(self->verified_at));
	json_object_set_new(root, "distrusted", json_integer(self->distrusted_at));
	if (self->is_partial) {
		json_object_set_new(root, "partial", json_true());
	}
	char *dumped = json_dumps(root, JSON_COMPACT | JSON_SORT_KEYS);
	char *text = g_strdup(dumped);
	free(dumped);
	json_decref(root);
	return text;
}

static char *to_table(const struct dav_state *self)
{
	GString *table = g_string_new(NULL);
	GHashTableIter iterator;
	gpointer ref = NULL, mark = NULL;
	g_hash_table_iter_init(&iterator, self->there);
	while (g_hash_table_iter_next(&iterator, &ref, &mark)) {
		g_string_append(table, mark);
		g_string_append_c(table, '\t');
		g_string_append(table, ref);
		g_string_append_c(table, '\n');
	}
	return g_string_free(table, FALSE);
}

static bool store_table(const struct dav_state *self, struct dav_side *side, GError **error)
{
	g_autofree char *key = dav_side_memory_key(side, "members");
	g_autofree char *table = to_table(self);
	return journal_memory_set(side->journal, key, table, error);
}

bool dav_state_store(struct dav_state *self, struct dav_side *side, GError **error)
{
	struct journal *journal = side->journal;
	g_autofree char *text = to_text(self);
	if (journal == NULL || (!self->is_table_changed && g_strcmp0(text, self->stored) == 0)) {
		return true;
	}
	g_autofree char *key = dav_side_memory_key(side, "state");
	if (!journal_begin(journal, error)) {
		return false;
	}
	if ((self->is_table_changed && !store_table(self, side, error)) ||
	    !journal_memory_set(journal, key, text, error)) {
		journal_rollback(journal);
		return false;
	}
	return journal_commit(journal, error);
}
