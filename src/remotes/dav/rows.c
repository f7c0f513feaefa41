/* SPDX-License-Identifier: MIT */
/* What the ledger holds of a write to a DAV server. */
#include "remotes/dav/rows.h"

#include <jansson.h>
#include <stdlib.h>

#include "remotes/dav/href.h"

void dav_sent_free(struct dav_sent *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->collection);
	g_free(self->ref);
	g_free(self->fingerprint);
	g_free(self->revision);
	g_free(self);
}

static void set_text(json_t *root, const char *name, const char *text)
{
	json_t *value = text == NULL ? NULL : json_string(text);
	if (value != NULL) {
		json_object_set_new(root, name, value);
	}
}

struct ledger_call *dav_row_new(const struct dav_side *side, const char *uid, const char *action,
                                const char *target, const struct dav_sent *sent)
{
	struct ledger_call *row =
		ledger_call_new(dav_session_kind(side->session), uid, action, target);
	json_t *root = json_object();
	set_text(root, "collection", dav_href_path(side->collection->url));
	set_text(root, "ref", sent->ref);
	set_text(root, "fingerprint", sent->fingerprint);
	set_text(root, "revision", sent->revision);
	char *text = json_dumps(root, JSON_COMPACT);
	g_free(row->content);
	row->content = g_strdup(text);
	free(text);
	json_decref(root);
	return row;
}

static char *get_text(const json_t *root, const char *name)
{
	return g_strdup(json_string_value(json_object_get(root, name)));
}

struct dav_sent *dav_row_read(const struct dav_side *side, const struct ledger_call *row)
{
	json_t *root = row->content == NULL
	                       ? NULL
	                       : json_loads(row->content, JSON_REJECT_DUPLICATES, NULL);
	OWNED(dav_sent) self = g_new0(struct dav_sent, 1);
	self->collection = get_text(root, "collection");
	self->ref = get_text(root, "ref");
	self->fingerprint = get_text(root, "fingerprint");
	self->revision = get_text(root, "revision");
	json_decref(root);
	const bool is_ours = self->ref != NULL &&
	                     g_strcmp0(self->collection, dav_href_path(side->collection->url)) == 0;
	return is_ours ? g_steal_pointer(&self) : NULL;
}

char *dav_rows_stored(const struct dav_side *side, const char *uid, const char *ref)
{
	g_autoptr(GPtrArray) rows =
		ledger_for_item(side->journal, dav_session_kind(side->session), uid, NULL);
	char *fingerprint = NULL;
	for (guint i = 0; rows != NULL && i < rows->len; i++) {
		const struct ledger_call *row = g_ptr_array_index(rows, i);
		OWNED(dav_sent) sent = row->state == LEDGER_DONE ? dav_row_read(side, row) : NULL;
		const char *place = row->result != NULL || sent == NULL ? row->result : sent->ref;
		if (sent != NULL && g_strcmp0(place, ref) == 0) {
			g_free(fingerprint);
			fingerprint = g_steal_pointer(&sent->fingerprint);
		}
	}
	return fingerprint;
}

GHashTable *dav_rows_unsettled(const struct dav_side *side, GError **error)
{
	g_autoptr(GPtrArray) rows =
		ledger_unsettled(side->journal, dav_session_kind(side->session), error);
	if (rows == NULL) {
		return NULL;
	}
	GHashTable *uids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (guint i = 0; i < rows->len; i++) {
		const struct ledger_call *row = g_ptr_array_index(rows, i);
		g_hash_table_insert(uids, g_strdup(row->uid),
		                    g_strdup(row->detail == NULL ? "no reply came" : row->detail));
	}
	return uids;
}
