/* SPDX-License-Identifier: MIT */
/* Settles writes whose outcome is not known, by looking at what is there. */
#include <string.h>

#include "journal/records.h"
#include "remotes/dav/content.h"
#include "remotes/dav/etag.h"
#include "remotes/dav/items.h"
#include "remotes/dav/members.h"
#include "remotes/dav/rows.h"
#include "remotes/dav/texts.h"

#define MOST_STRANGERS 2000 /* items of unknown origin that are read to find one of ours */

/* A row in doubt, and what stands where it went. */
struct doubt {
	struct ledger_call *row; /* lent */
	struct dav_sent *sent;
	struct dav_text *there;
};

static void doubt_free(gpointer data)
{
	struct doubt *self = data;
	dav_sent_free(self->sent);
	dav_text_free(self->there);
	g_free(self);
}

struct settler {
	struct dav_side *side;
	GPtrArray *doubts;  /* struct doubt */
	GPtrArray *settled; /* struct ledger_call, lent */
};

static void settle_as(struct settler *self, struct doubt *doubt, enum ledger_state state,
                      const char *result)
{
	struct ledger_call *row = doubt->row;
	row->state = state;
	g_free(row->settled_by);
	row->settled_by = g_strdup("read-back");
	g_free(row->result);
	row->result = g_strdup(result);
	g_ptr_array_add(self->settled, row);
}

/* It is not there; but the request may still be on its way until the grace has passed. */
static void settle_undone(struct settler *self, struct doubt *doubt)
{
	const gint64 age = dav_session_now(self->side->session) - doubt->row->announced_at;
	if (age >= dav_session_settings(self->side->session)->in_doubt_grace || age < 0) {
		settle_as(self, doubt, LEDGER_NOT_SENT, NULL);
	}
}

static bool is_text_sent(const struct doubt *self, const char *text)
{
	g_autofree char *fingerprint = dav_content_fingerprint(text, NULL);
	return self->sent->fingerprint != NULL &&
	       g_strcmp0(fingerprint, self->sent->fingerprint) == 0;
}

static bool is_read(const struct doubt *self)
{
	return self->there->text != NULL ||
	       passerelle_error_is(self->there->error, PASSERELLE_ERROR_NOT_FOUND);
}

static bool is_creation(const struct doubt *self)
{
	return strcmp(self->row->action, DAV_PUT) == 0 && self->row->target == NULL;
}

static void settle_removal(struct settler *self, struct doubt *doubt)
{
	if (doubt->there->text == NULL) {
		settle_as(self, doubt, LEDGER_DONE, NULL);
	} else {
		settle_undone(self, doubt);
	}
}

/* Another mark than before and another text: somebody else's, and ours can no longer take it. */
static void settle_update(struct settler *self, struct doubt *doubt)
{
	const struct dav_text *there = doubt->there;
	if (there->text != NULL && is_text_sent(doubt, there->text)) {
		settle_as(self, doubt, LEDGER_DONE, doubt->sent->ref);
	} else if (there->text != NULL && dav_etag_is_strong(doubt->sent->revision) &&
	           !dav_etag_is_same(there->etag, doubt->sent->revision)) {
		settle_as(self, doubt, LEDGER_NOT_SENT, NULL);
	} else {
		settle_undone(self, doubt);
	}
}

/* True: it has to be looked for elsewhere. */
static bool settle_creation(struct settler *self, struct doubt *doubt)
{
	const enum item_kind kind = dav_session_kind(self->side->session);
	const char *text = doubt->there->text;
	g_autofree char *uid = text == NULL ? NULL : dav_text_uid(kind, text);
	if (text != NULL && (is_text_sent(doubt, text) || g_strcmp0(uid, doubt->row->uid) == 0)) {
		settle_as(self, doubt, LEDGER_DONE, doubt->sent->ref);
		return false;
	}
	return true;
}

/* ---- servers that give names of their own ---- */

static void add_texts(GPtrArray *texts, GHashTable *refs)
{
	GHashTableIter iterator;
	gpointer ref = NULL;
	g_hash_table_iter_init(&iterator, refs);
	while (g_hash_table_iter_next(&iterator, &ref, NULL) && texts->len < MOST_STRANGERS) {
		g_ptr_array_add(texts, dav_text_new(ref));
	}
}

/* One that cannot be read may be what is looked for. */
static bool are_read(const GPtrArray *texts)
{
	for (guint i = 0; i < texts->len; i++) {
		const struct dav_text *text = g_ptr_array_index(texts, i);
		if (text->text == NULL &&
		    !passerelle_error_is(text->error, PASSERELLE_ERROR_NOT_FOUND)) {
			return false;
		}
	}
	return texts->len < MOST_STRANGERS;
}

/* What is there and bound to no record; are_all: there is nothing else. */
static GPtrArray *find_strangers(struct settler *self, bool *are_all, GError **error)
{
	g_autoptr(GPtrArray) records =
		records_load(self->side->journal, dav_session_kind(self->side->session), error);
	OWNED(dav_members)
	members = records == NULL ? NULL : dav_members_all(self->side, error);
	if (members == NULL) {
		return NULL;
	}
	for (guint i = 0; i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		if (record->remote_ref != NULL) {
			g_hash_table_remove(members->told, record->remote_ref);
			g_hash_table_remove(members->unclear, record->remote_ref);
		}
	}
	GPtrArray *texts = g_ptr_array_new_with_free_func((GDestroyNotify)dav_text_free);
	add_texts(texts, members->told);
	add_texts(texts, members->unclear);
	if (!dav_texts_read(self->side, texts, NULL, error)) {
		g_ptr_array_unref(texts);
		return NULL;
	}
	*are_all = !members->is_partial && are_read(texts);
	return texts;
}

/* By its UID, else (a server may give others) by what it holds; each is taken once. */
static struct dav_text *take_stranger(struct settler *self, GPtrArray *strangers,
                                      const struct doubt *doubt)
{
	const enum item_kind kind = dav_session_kind(self->side->session);
	struct dav_text *alike = NULL;
	for (guint i = 0; i < strangers->len; i++) {
		struct dav_text *stranger = g_ptr_array_index(strangers, i);
		if (stranger->text == NULL) {
			continue;
		}
		g_autofree char *uid = dav_text_uid(kind, stranger->text);
		if (g_strcmp0(uid, doubt->row->uid) == 0) {
			return stranger;
		}
		if (alike == NULL && is_text_sent(doubt, stranger->text)) {
			alike = stranger;
		}
	}
	return alike;
}

static bool search_strangers(struct settler *self, GPtrArray *missing, GError **error)
{
	if (missing->len == 0) {
		return true;
	}
	bool are_all = false;
	g_autoptr(GPtrArray) strangers = find_strangers(self, &are_all, error);
	if (strangers == NULL) {
		return false;
	}
	for (guint i = 0; i < missing->len; i++) {
		struct doubt *doubt = g_ptr_array_index(missing, i);
		struct dav_text *found = take_stranger(self, strangers, doubt);
		if (found != NULL) {
			settle_as(self, doubt, LEDGER_DONE, found->ref);
			g_clear_pointer(&found->text, g_free);
		} else if (are_all) {
			settle_undone(self, doubt);
		}
	}
	return true;
}

/* ---- all of them ---- */

static void collect(struct settler *self, GPtrArray *rows)
{
	for (guint i = 0; i < rows->len; i++) {
		struct ledger_call *row = g_ptr_array_index(rows, i);
		struct dav_sent *sent = dav_row_read(self->side, row);
		if (sent != NULL) {
			struct doubt *doubt = g_new0(struct doubt, 1);
			doubt->row = row;
			doubt->sent = sent;
			doubt->there = dav_text_new(sent->ref);
			g_ptr_array_add(self->doubts, doubt);
		}
	}
}

static bool look(struct settler *self, GError **error)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	for (guint i = 0; i < self->doubts->len; i++) {
		struct doubt *doubt = g_ptr_array_index(self->doubts, i);
		g_ptr_array_add(texts, doubt->there);
	}
	if (!dav_texts_read(self->side, texts, "looking after earlier writes", error)) {
		return false;
	}
	g_autoptr(GPtrArray) missing = g_ptr_array_new();
	for (guint i = 0; i < self->doubts->len; i++) {
		struct doubt *doubt = g_ptr_array_index(self->doubts, i);
		if (!is_read(doubt)) {
			continue;
		}
		if (strcmp(doubt->row->action, DAV_DELETE) == 0) {
			settle_removal(self, doubt);
		} else if (!is_creation(doubt)) {
			settle_update(self, doubt);
		} else if (settle_creation(self, doubt)) {
			g_ptr_array_add(missing, doubt);
		}
	}
	return search_strangers(self, missing, error);
}

bool dav_settle(struct endpoint *endpoint, GError **error)
{
	struct settler self = {.side = (struct dav_side *)endpoint};
	struct journal *journal = self.side->journal;
	g_autoptr(GPtrArray) rows =
		ledger_in_doubt(journal, dav_session_kind(self.side->session), error);
	if (rows == NULL || rows->len == 0) {
		return rows != NULL;
	}
	if (!dav_side_open(self.side, error)) {
		return false;
	}
	self.doubts = g_ptr_array_new_with_free_func(doubt_free);
	self.settled = g_ptr_array_new();
	collect(&self, rows);
	const bool was_heard = self.doubts->len == 0 || look(&self, error);
	const bool is_stored =
		self.settled->len == 0 ||
		ledger_settle(journal, self.settled, dav_session_now(self.side->session),
	                      was_heard ? error : NULL);
	g_ptr_array_unref(self.doubts);
	g_ptr_array_unref(self.settled);
	return was_heard && is_stored;
}
