/* SPDX-License-Identifier: MIT */
/* What the journal knows of contacts there: what was sent, and whose they are. */
#include "remotes/orange/contacts.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "journal/records.h"
#include "remotes/orange/contact_fields.h"

GHashTable *contacts_content(const struct ledger_call *row)
{
	GHashTable *content = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	json_t *root = row->content == NULL
	                       ? NULL
	                       : json_loads(row->content, JSON_REJECT_DUPLICATES, NULL);
	const char *name = NULL;
	json_t *value = NULL;
	json_object_foreach(root, name, value)
	{
		if (json_is_string(value)) {
			g_hash_table_insert(content, g_strdup(name),
			                    g_strdup(json_string_value(value)));
		}
	}
	json_decref(root);
	return content;
}

char *contact_find_before(const struct contact_find *self)
{
	json_t *ids = json_array();
	for (guint i = 0; i < self->found->len; i++) {
		const struct listed *listed = self->found->pdata[i];
		json_array_append_new(ids, json_string(listed->folded));
	}
	char *dumped = json_dumps(ids, JSON_COMPACT);
	char *before = g_strdup(dumped);
	free(dumped);
	json_decref(ids);
	return before;
}

gint64 contacts_count_devices(const struct contact *there, GHashTable *content)
{
	const char *type = g_hash_table_lookup(content, "type");
	const char *value = g_hash_table_lookup(content, "value");
	gint64 count = 0;
	for (guint i = 0; i < there->devices->len; i++) {
		const struct device *device = there->devices->pdata[i];
		if (value == NULL || g_strcmp0(type, device_type_name(device->type)) != 0) {
			continue;
		}
		const struct device sent = {.type = device->type, .value = (char *)value};
		g_autofree char *key = device_key(device);
		g_autofree char *sent_key = device_key(&sent);
		count += strcmp(key, sent_key) == 0;
	}
	return count;
}

bool contacts_is_same_id(const char *left, const char *right)
{
	if (left == NULL || right == NULL) {
		return false;
	}
	g_autofree char *one = session_fold_id(left);
	g_autofree char *other = session_fold_id(right);
	return strcmp(one, other) == 0;
}

#define ID_FORMS 4

/* The ways in which an id may have been written down; the journal compares bytes. */
static void id_forms(const char *id, char *forms[ID_FORMS])
{
	char *folded = session_fold_id(id);
	forms[0] = folded;
	forms[1] = g_strconcat("c", folded, NULL);
	forms[2] = g_strconcat("C", folded, NULL);
	forms[3] = g_strdup(id);
	for (gsize i = 0; i < 3; i++) {
		if (strcmp(forms[i], id) == 0) {
			g_clear_pointer(&forms[3], g_free);
			return;
		}
	}
}

static void free_forms(char *forms[ID_FORMS])
{
	for (gsize i = 0; i < ID_FORMS; i++) {
		g_free(forms[i]);
	}
}

static bool has_local_part(const struct record *record)
{
	static const bool are_without[] = {
		[RECORD_DELETED_HERE] = true,
		[RECORD_SAME_AS] = true,
		[RECORD_SETTLED] = false,
	};
	return record->state >= G_N_ELEMENTS(are_without) || !are_without[record->state];
}

/* False on failure. is_known: there is a record, of whatever state. */
static bool owner_by_record(struct journal *journal, const char *form, char **uid, bool *is_known,
                            GError **error)
{
	g_autoptr(GPtrArray) records = records_by_remote(journal, ITEM_CONTACT, form, error);
	if (records == NULL) {
		return false;
	}
	for (guint i = 0; i < records->len && *uid == NULL; i++) {
		const struct record *record = records->pdata[i];
		*is_known = true;
		*uid = has_local_part(record) ? g_strdup(record->uid) : NULL;
	}
	return true;
}

static bool owner_by_ledger(struct journal *journal, const char *form, char **uid, GError **error)
{
	g_autoptr(GPtrArray) rows = ledger_for_remote(journal, ITEM_CONTACT, form, error);
	if (rows == NULL) {
		return false;
	}
	for (guint i = 0; i < rows->len && *uid == NULL; i++) {
		const struct ledger_call *row = rows->pdata[i];
		if (row->state == LEDGER_DONE && strcmp(row->action, "addcontact") == 0 &&
		    contacts_is_same_id(row->result, form)) {
			*uid = g_strdup(row->uid);
		}
	}
	return true;
}

bool contacts_owner(struct contacts *self, const char *id, char **uid, GError **error)
{
	struct journal *journal = session_journal(self->session);
	char *forms[ID_FORMS] = {NULL};
	id_forms(id, forms);
	bool is_known = false;
	bool is_done = true;
	*uid = NULL;
	for (gsize i = 0; i < ID_FORMS && is_done && *uid == NULL; i++) {
		is_done = forms[i] == NULL ||
		          owner_by_record(journal, forms[i], uid, &is_known, error);
	}
	for (gsize i = 0; i < ID_FORMS && is_done && *uid == NULL && !is_known; i++) {
		is_done = forms[i] == NULL || owner_by_ledger(journal, forms[i], uid, error);
	}
	free_forms(forms);
	return is_done;
}
