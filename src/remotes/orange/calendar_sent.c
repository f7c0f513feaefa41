/* SPDX-License-Identifier: MIT */
/* What was ever sent to the calendar: the same occurrence under another UID is not sent again. */
#include "remotes/orange/calendar.h"

#include <string.h>

#include "journal/records.h"

struct sent {
	char *uid;
	char *ref; /* sent by hand, and no item's yet: where it is; else NULL */
	bool is_in_doubt;
};

static void free_sent(gpointer pointer)
{
	struct sent *sent = pointer;
	g_free(sent->uid);
	g_free(sent->ref);
	g_free(sent);
}

static void note(GHashTable *table, char *match_taken, struct sent sent)
{
	if (match_taken == NULL || match_taken[0] == '\0') {
		g_free(match_taken);
		g_free(sent.ref);
		return;
	}
	struct sent *copy = g_new(struct sent, 1);
	*copy = sent;
	copy->uid = g_strdup(sent.uid);
	g_hash_table_replace(table, match_taken, copy);
}

/* eventid -> uid of the item that has it */
static GHashTable *load_owners(struct session *session, GError **error)
{
	g_autoptr(GPtrArray) records = records_load(session_journal(session), ITEM_EVENT, error);
	if (records == NULL) {
		return NULL;
	}
	GHashTable *owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (guint i = 0; i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		if (record->remote_ref != NULL) {
			g_hash_table_insert(owners, proposed_ref_id(record->remote_ref),
			                    g_strdup(record->uid));
		}
	}
	return owners;
}

static struct sent sent_of(const struct ledger_call *row, GHashTable *owners)
{
	struct sent sent = {.uid = row->uid, .is_in_doubt = row->state != LEDGER_DONE};
	if (!ledger_is_by_hand(row->uid) || sent.is_in_doubt) {
		return sent;
	}
	g_autofree char *ref = calendar_event_ref(row);
	g_autofree char *id = proposed_ref_id(ref);
	char *owner = row->result == NULL ? NULL : g_hash_table_lookup(owners, id);
	if (owner != NULL) {
		sent.uid = owner;
	} else {
		sent.ref = g_steal_pointer(&ref);
	}
	return sent;
}

static GHashTable *load(struct session *session, GError **error)
{
	g_autoptr(GPtrArray) rows = ledger_effective(session_journal(session), ITEM_EVENT, error);
	g_autoptr(GHashTable) owners = rows == NULL ? NULL : load_owners(session, error);
	if (owners == NULL) {
		return NULL;
	}
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_sent);
	for (guint i = 0; i < rows->len; i++) {
		const struct ledger_call *row = g_ptr_array_index(rows, i);
		OWNED(event_fields) fields = event_fields_from_json(row->content, NULL);
		if (fields != NULL) {
			note(table, event_fields_match(fields, session_settings(session)->timezone),
			     sent_of(row, owners));
		}
	}
	return table;
}

static void adopt(GHashTable *table, struct sent *sent, struct change *change)
{
	g_free(change->ref);
	change->ref = g_strdup(sent->ref);
	change->verdict = VERDICT_ADOPTED;
	note(table, g_strdup(change->item->match), (struct sent){.uid = change->uid});
}

static void take_sent(GHashTable *table, struct sent *sent, struct change *change)
{
	if (sent->is_in_doubt) {
		change_fail(change, VERDICT_RETRY,
		            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT,
		                        "'%s' waits: the same event %s is in doubt",
		                        change->item->name,
		                        ledger_is_by_hand(sent->uid) ? "sent by hand"
		                                                     : "under another UID"));
	} else if (sent->ref != NULL) {
		adopt(table, sent, change);
	} else {
		change->same_as = g_strdup(sent->uid);
		change->verdict = VERDICT_SAME_AS;
	}
}

bool calendar_find_sent(struct calendar_side *self, GPtrArray *changes, GError **error)
{
	if (self->sent == NULL) {
		self->sent = load(self->session, error);
	}
	for (guint i = 0; self->sent != NULL && i < changes->len; i++) {
		struct change *change = g_ptr_array_index(changes, i);
		struct sent *sent = change->verdict == VERDICT_PENDING && change->item != NULL &&
		                                    !change->is_insisted
		                            ? g_hash_table_lookup(self->sent, change->item->match)
		                            : NULL;
		if (sent != NULL && strcmp(sent->uid, change->uid) != 0) {
			take_sent(self->sent, sent, change);
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
			note(self->sent, g_strdup(change->item->match),
			     (struct sent){.uid = change->uid, .is_in_doubt = is_in_doubt});
		}
	}
}
