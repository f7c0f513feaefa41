/* SPDX-License-Identifier: MIT */
/* Settles what earlier cycles left in doubt, by reading back what is there. */
#include "remotes/orange/contacts_settle.h"

#include <string.h>

#include "remotes/orange/contact_fields.h"

static const char equal_word[] =
	"cannot be read back: an equal one was there before, or may have been";

static void free_doubt(gpointer pointer)
{
	struct doubt *self = pointer;
	g_hash_table_unref(self->content);
	contact_free(self->sent);
	g_free(self);
}

static void free_read(gpointer read)
{
	contact_read_free(read);
}

static bool is_action(const struct doubt *doubt, const char *action)
{
	return strcmp(doubt->row->action, action) == 0;
}

void settling_decide(struct settling *self, struct doubt *doubt, enum ledger_state state,
                     const char *result, const char *by, const char *detail)
{
	struct ledger_call *row = doubt->row;
	row->state = state;
	g_free(row->result);
	row->result = g_strdup(result);
	g_free(row->settled_by);
	row->settled_by = g_strdup(by);
	g_free(row->detail);
	row->detail = g_strdup(detail);
	doubt->is_decided = true;
	g_ptr_array_add(self->settled, row);
}

/* A request this old can no longer be under way. */
static bool is_old(const struct settling *self, const struct doubt *doubt)
{
	return self->now - doubt->row->announced_at >= self->grace;
}

void settling_not_there(struct settling *self, struct doubt *doubt)
{
	if (is_old(self, doubt)) {
		settling_decide(self, doubt, LEDGER_NOT_SENT, NULL, "read-back",
		                "read back: not there");
	}
}

void settling_leave_to_person(struct settling *self, struct doubt *doubt, const char *word)
{
	const enum in_doubt_policy policy = session_settings(self->side->session)->in_doubt;
	if (policy == IN_DOUBT_SEND_AGAIN && is_old(self, doubt)) {
		settling_decide(self, doubt, LEDGER_NOT_SENT, NULL, "policy", word);
	} else if (policy == IN_DOUBT_ASSUME_DONE) {
		settling_decide(self, doubt, LEDGER_DONE, NULL, "policy", word);
	} else if (g_strcmp0(doubt->row->detail, word) != 0) {
		settling_decide(self, doubt, LEDGER_IN_DOUBT, NULL, NULL, word);
	}
}

/* ---- adddevice, addpicture ---- */

static void judge_device(struct settling *self, struct doubt *doubt, const struct contact *there)
{
	const bool is_there = contacts_count_devices(there, doubt->content) > 0;
	if (!is_there) {
		settling_not_there(self, doubt);
	} else if (g_strcmp0(doubt->row->before, "0") == 0) {
		settling_decide(self, doubt, LEDGER_DONE, NULL, "read-back", NULL);
	} else { /* of equal devices one is read: it may be the older one */
		settling_leave_to_person(self, doubt, equal_word);
	}
}

static void judge_picture(struct settling *self, struct doubt *doubt, const struct contact *there)
{
	const char *file = g_hash_table_lookup(doubt->content, "file");
	g_autofree char *sum =
		there->picture == NULL
			? NULL
			: g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, there->picture);
	if (sum != NULL && file != NULL && g_str_has_suffix(file, sum)) {
		settling_decide(self, doubt, LEDGER_DONE, NULL, "read-back", NULL);
	} else {
		settling_not_there(self, doubt);
	}
}

static bool settle_parts(struct settling *self, GError **error)
{
	g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func(free_read);
	for (guint i = 0; i < self->doubts->len; i++) {
		struct doubt *doubt = self->doubts->pdata[i];
		if (doubt->sent == NULL && doubt->row->target != NULL) {
			struct contact_read *read = contact_read_new(doubt->row->target, doubt);
			read->is_picture_wanted = is_action(doubt, "addpicture");
			g_ptr_array_add(reads, read);
		}
	}
	const bool is_done = contacts_read(self->side, reads, "reading back", error);
	for (guint i = 0; i < reads->len && is_done; i++) {
		const struct contact_read *read = reads->pdata[i];
		struct doubt *doubt = read->context;
		if (read->is_missing) { /* the contact itself is gone, and what it had with it */
			settling_not_there(self, doubt);
		} else if (read->contact != NULL && is_action(doubt, "addpicture")) {
			judge_picture(self, doubt, read->contact);
		} else if (read->contact != NULL) {
			judge_device(self, doubt, read->contact);
		}
	}
	return is_done;
}

/* ---- all ---- */

static struct doubt *doubt_new(struct ledger_call *row)
{
	struct doubt *self = g_new0(struct doubt, 1);
	self->row = row;
	self->content = contacts_content(row);
	self->sent = strcmp(row->action, "addcontact") == 0 ? contact_from_parameters(self->content)
	                                                    : NULL;
	return self;
}

bool contacts_settle(struct endpoint *side, GError **error)
{
	struct contacts *self = (struct contacts *)side;
	struct journal *journal = session_journal(self->session);
	g_autoptr(GPtrArray) rows = ledger_in_doubt(journal, ITEM_CONTACT, error);
	if (rows == NULL) {
		return false;
	}
	if (rows->len == 0) {
		return true;
	}
	g_autoptr(GPtrArray) doubts = g_ptr_array_new_with_free_func(free_doubt);
	g_autoptr(GPtrArray) settled = g_ptr_array_new();
	g_autoptr(GHashTable) claimed =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < rows->len; i++) {
		g_ptr_array_add(doubts, doubt_new(rows->pdata[i]));
	}
	struct settling settling = {
		.side = self,
		.now = session_now(self->session),
		.grace = session_settings(self->session)->in_doubt_grace,
		.doubts = doubts,
		.settled = settled,
		.claimed = claimed,
	};
	GError *failure = NULL;
	if (settling_added(&settling, &failure)) {
		settle_parts(&settling, &failure);
	}
	GError *unsettled = NULL;
	if (settled->len > 0 && !ledger_settle(journal, settled, settling.now, &unsettled)) {
		g_clear_error(&failure);
		failure = unsettled;
	}
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return false;
	}
	return true;
}
