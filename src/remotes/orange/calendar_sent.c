/* SPDX-License-Identifier: MIT */
/* What was ever sent to the calendar: the same occurrence under another UID is not sent again. */
#include "remotes/orange/calendar.h"

#include <string.h>

struct sent {
	char *uid;
	bool is_in_doubt;
};

static void free_sent(gpointer pointer)
{
	struct sent *sent = pointer;
	g_free(sent->uid);
	g_free(sent);
}

static void note(GHashTable *table, char *match_taken, const char *uid, bool is_in_doubt)
{
	if (match_taken == NULL || match_taken[0] == '\0') {
		g_free(match_taken);
		return;
	}
	struct sent *sent = g_new(struct sent, 1);
	*sent = (struct sent){g_strdup(uid), is_in_doubt};
	g_hash_table_replace(table, match_taken, sent);
}

static GHashTable *load(struct session *session, GError **error)
{
	g_autoptr(GPtrArray) rows = ledger_effective(session_journal(session), ITEM_EVENT, error);
	if (rows == NULL) {
		return NULL;
	}
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_sent);
	for (guint i = 0; i < rows->len; i++) {
		const struct ledger_call *row = g_ptr_array_index(rows, i);
		OWNED(event_fields) fields = event_fields_from_json(row->content, NULL);
		if (fields != NULL) {
			note(table, event_fields_match(fields, session_settings(session)->timezone),
			     row->uid, row->state != LEDGER_DONE);
		}
	}
	return table;
}

bool calendar_find_sent(struct calendar_side *self, GPtrArray *changes, GError **error)
{
	if (self->sent == NULL) {
		self->sent = load(self->session, error);
	}
	for (guint i = 0; self->sent != NULL && i < changes->len; i++) {
		struct change *change = g_ptr_array_index(changes, i);
		const struct sent *sent =
			change->verdict == VERDICT_PENDING && change->item != NULL &&
					!change->is_insisted
				? g_hash_table_lookup(self->sent, change->item->match)
				: NULL;
		if (sent == NULL || strcmp(sent->uid, change->uid) == 0) {
			continue;
		}
		if (sent->is_in_doubt) {
			change_fail(
				change, VERDICT_RETRY,
				g_error_new(
					PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT,
					"'%s' waits: the same event under another UID is in doubt",
					change->item->name));
		} else {
			change->same_as = g_strdup(sent->uid);
			change->verdict = VERDICT_SAME_AS;
		}
	}
	return self->sent != NULL;
}

void calendar_note_sent(struct calendar_side *self, GPtrArray *changes)
{
	for (guint i = 0; self->sent != NULL && i < changes->len; i++) {
		const struct change *change = g_ptr_array_index(changes, i);
		const bool is_in_doubt = change->verdict == VERDICT_IN_DOUBT;
		if (change->item != NULL && (change->verdict == VERDICT_DONE || is_in_doubt)) {
			note(self->sent, g_strdup(change->item->match), change->uid, is_in_doubt);
		}
	}
}
