/* SPDX-License-Identifier: MIT */
/* Who is there and in no record, and who of them came after something was left in doubt. */
#include "remotes/orange/contacts.h"

#include <jansson.h>
#include <string.h>

#define STRANGERS_KEY "contacts.strangers"

/* Those of the enumeration whom no record knows. */
static GPtrArray *find_strangers(const struct contacts *self, GHashTable *known)
{
	GPtrArray *strangers = g_ptr_array_new();
	GPtrArray *found = prefixes_found(self->enumerated);
	for (guint i = 0; i < found->len; i++) {
		const struct listed *listed = found->pdata[i];
		if (!g_hash_table_contains(known, listed->folded)) {
			g_ptr_array_add(strangers, found->pdata[i]);
		}
	}
	return strangers;
}

static bool is_any_added_in_doubt(struct journal *journal, bool *is_any, GError **error)
{
	g_autoptr(GPtrArray) rows = ledger_in_doubt(journal, ITEM_CONTACT, error);
	*is_any = false;
	for (guint i = 0; rows != NULL && i < rows->len; i++) {
		const struct ledger_call *row = rows->pdata[i];
		*is_any = *is_any || strcmp(row->action, "addcontact") == 0;
	}
	return rows != NULL;
}

static gint by_id(gconstpointer a, gconstpointer b)
{
	const struct listed *const *left = a, *const *right = b;
	return strcmp((*left)->folded, (*right)->folded);
}

bool contacts_remember_strangers(struct contacts *self, GHashTable *known, GError **error)
{
	struct journal *journal = session_journal(self->session);
	bool is_frozen = false;
	if (!is_any_added_in_doubt(journal, &is_frozen, error) || is_frozen) {
		return is_frozen;
	}
	g_autoptr(GPtrArray) strangers = find_strangers(self, known);
	g_ptr_array_sort(strangers, by_id);
	json_t *ids = json_array();
	for (guint i = 0; i < strangers->len; i++) {
		const struct listed *listed = strangers->pdata[i];
		json_array_append_new(ids, json_string(listed->folded));
	}
	char *text = json_dumps(ids, JSON_COMPACT);
	json_decref(ids);
	g_autofree char *before = journal_memory_get(journal, STRANGERS_KEY, NULL);
	const bool is_kept = g_strcmp0(before, text) == 0 ||
	                     journal_memory_set(journal, STRANGERS_KEY, text, error);
	free(text);
	return is_kept;
}

static GHashTable *remembered(struct journal *journal)
{
	GHashTable *ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *text = journal_memory_get(journal, STRANGERS_KEY, NULL);
	json_t *array = text == NULL ? NULL : json_loads(text, 0, NULL);
	for (size_t i = 0; i < json_array_size(array); i++) {
		const char *id = json_string_value(json_array_get(array, i));
		if (id != NULL) {
			g_hash_table_add(ids, g_strdup(id));
		}
	}
	json_decref(array);
	return ids;
}

GPtrArray *contacts_new_strangers(struct contacts *self, GHashTable *known, GError **error)
{
	g_autoptr(GPtrArray) strangers = find_strangers(self, known);
	g_autoptr(GHashTable) before = remembered(session_journal(self->session));
	g_autoptr(GPtrArray) new = g_ptr_array_new();
	for (guint i = 0; i < strangers->len; i++) {
		const struct listed *listed = strangers->pdata[i];
		g_autofree char *owner = NULL;
		if (g_hash_table_contains(before, listed->folded)) {
			continue;
		}
		if (!contacts_owner(self, listed->id, &owner, error)) {
			return NULL;
		}
		if (owner == NULL) {
			g_ptr_array_add(new, strangers->pdata[i]);
		}
	}
	return g_steal_pointer(&new);
}
