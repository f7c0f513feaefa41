/* SPDX-License-Identifier: MIT */
/* A batch of writes of one kind, from the changes to their verdicts. */
#include "remotes/dav/writing.h"

#include <string.h>

#include "formats/item_uid.h"
#include "remotes/dav/content.h"
#include "remotes/dav/etag.h"
#include "remotes/dav/href.h"
#include "remotes/dav/items.h"

static void write_free(gpointer data)
{
	struct dav_write *self = data;
	g_free(self->ref);
	g_free(self->fingerprint);
	dav_request_free(self->request);
	ledger_call_free(self->row);
	dav_text_free(self->there);
	g_free(self);
}

bool dav_writing_begin(struct dav_writing *self, struct endpoint *side, GError **error)
{
	*self = (struct dav_writing){.side = (struct dav_side *)side};
	self->writes = g_ptr_array_new_with_free_func(write_free);
	if (!dav_side_open(self->side, error)) {
		return false;
	}
	self->unsettled = dav_rows_unsettled(self->side, error);
	return self->unsettled != NULL;
}

void dav_writing_clear(struct dav_writing *self)
{
	g_ptr_array_unref(self->writes);
	g_clear_pointer(&self->unsettled, g_hash_table_unref);
}

struct dav_write *dav_writing_add(struct dav_writing *self, struct change *change, const char *ref)
{
	const char *detail = g_hash_table_lookup(self->unsettled, change->uid);
	if (detail != NULL) {
		change_fail(change, VERDICT_IN_DOUBT,
		            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT,
		                        "an earlier write of it is not settled: %s", detail));
		return NULL;
	}
	struct dav_write *write = g_new0(struct dav_write, 1);
	write->change = change;
	write->ref = g_strdup(ref);
	g_ptr_array_add(self->writes, write);
	return write;
}

static bool refuse(struct dav_write *self, GError *error_taken)
{
	change_fail(self->change, VERDICT_REFUSED, error_taken);
	return false;
}

/* Its address, or NULL with the verdict. */
static char *address_of(const struct dav_writing *self, struct dav_write *write)
{
	char *url = dav_href_of_ref(self->side->collection->url, write->ref);
	if (url == NULL) {
		refuse(write, g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_REFUSED,
		                          "'%s' is no address there", write->ref));
	}
	return url;
}

/* Servers want a UID in it: where the file has none, the same one each time. */
static char *text_to_send(const struct dav_writing *self, const struct change *change,
                          GError **error)
{
	const enum item_kind kind = dav_session_kind(self->side->session);
	g_autofree char *text = dav_text_to_send(kind, change->text);
	g_autofree char *uid = dav_text_uid(kind, text);
	if (uid != NULL) {
		return g_steal_pointer(&text);
	}
	g_autofree char *made = dav_uid_of_place(self->side->collection->url, change->uid);
	return item_text_with_uid(text, made, error);
}

/* Where the server cannot compare, somebody has to have looked. */
static bool is_seen(struct dav_write *write)
{
	const bool is_read = write->there != NULL && write->there->text != NULL;
	if (is_read || dav_etag_is_strong(write->change->revision)) {
		return true;
	}
	change_fail(write->change, VERDICT_STALE,
	            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_STALE,
	                        "'%s': nothing tells what stands there now", write->ref));
	return false;
}

static void make_row(const struct dav_writing *self, struct dav_write *write, const char *action,
                     const char *target)
{
	const struct dav_sent sent = {.ref = write->ref,
	                              .fingerprint = write->fingerprint,
	                              .revision = target == NULL ? NULL : write->change->revision};
	ledger_call_free(write->row);
	write->row = dav_row_new(self->side, write->change->uid, action, target, &sent);
}

bool dav_write_put(struct dav_writing *self, struct dav_write *write, bool is_creation)
{
	static const char *const types[ITEM_KINDS] = {
		[ITEM_CONTACT] = "text/vcard; charset=utf-8",
		[ITEM_EVENT] = "text/calendar; charset=utf-8",
	};
	const enum item_kind kind = dav_session_kind(self->side->session);
	g_autofree char *url = address_of(self, write);
	GError *problem = NULL;
	g_autofree char *text = text_to_send(self, write->change, &problem);
	g_free(write->fingerprint);
	write->fingerprint = text == NULL ? NULL : dav_content_fingerprint(text, &problem);
	if (write->fingerprint == NULL) {
		return refuse(write, problem);
	}
	if (url == NULL || (!is_creation && !is_seen(write))) {
		return false;
	}
	dav_request_free(write->request);
	write->request = dav_request_new("PUT", url);
	const gsize size = strlen(text);
	write->request->body = g_bytes_new_take(g_steal_pointer(&text), size);
	write->request->type = types[kind];
	write->request->is_creation = is_creation;
	if (!is_creation) {
		/* "*": what is gone does not come again by an edit */
		const char *mark = write->change->revision;
		write->request->if_match = g_strdup(dav_etag_is_strong(mark) ? mark : "*");
	}
	make_row(self, write, DAV_PUT, is_creation ? NULL : write->ref);
	return true;
}

bool dav_write_delete(struct dav_writing *self, struct dav_write *write)
{
	g_autofree char *url = address_of(self, write);
	if (url == NULL || !is_seen(write)) {
		return false;
	}
	dav_request_free(write->request);
	write->request = dav_request_new("DELETE", url);
	const char *mark = write->change->revision;
	write->request->if_match = dav_etag_is_strong(mark) ? g_strdup(mark) : NULL;
	make_row(self, write, DAV_DELETE, write->ref);
	return true;
}

bool dav_writing_send(struct dav_writing *self, const char *progress_word, GError **error)
{
	g_autoptr(GPtrArray) requests = g_ptr_array_new();
	g_autoptr(GPtrArray) rows = g_ptr_array_new();
	for (guint i = 0; i < self->writes->len; i++) {
		const struct dav_write *write = g_ptr_array_index(self->writes, i);
		if (write->request != NULL && write->row->id == 0) {
			g_ptr_array_add(requests, write->request);
			g_ptr_array_add(rows, write->row);
		}
	}
	return requests->len == 0 ||
	       dav_session_write(self->side->session, self->side->journal,
	                         self->side->collection->url, requests, rows, progress_word, error);
}

bool dav_writing_read(struct dav_writing *self, GPtrArray *writes, GError **error)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new();
	for (guint i = 0; i < writes->len; i++) {
		struct dav_write *write = g_ptr_array_index(writes, i);
		dav_text_free(write->there);
		write->there = dav_text_new(write->ref);
		g_ptr_array_add(texts, write->there);
	}
	return texts->len == 0 || dav_texts_read(self->side, texts, NULL, error);
}

bool dav_write_is_there(const struct dav_writing *self, const struct dav_write *write)
{
	(void)self;
	if (write->there == NULL || write->there->text == NULL) {
		return false;
	}
	g_autofree char *fingerprint = dav_content_fingerprint(write->there->text, NULL);
	return g_strcmp0(fingerprint, write->fingerprint) == 0;
}

/* What is of the side stays PENDING: it is no fault of the item. */
static bool is_of_side(const struct dav_request *request)
{
	const GError *error = request->error;
	return passerelle_error_is(error, PASSERELLE_ERROR_AUTH) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_CONFIG) ||
	       passerelle_error_is(error, PASSERELLE_ERROR_CANCELLED) ||
	       passerelle_error_is_of_storage(error) ||
	       (passerelle_error_is(error, PASSERELLE_ERROR_NETWORK) &&
	        request->fate == HTTP_NOT_SENT);
}

void dav_write_judge(struct dav_write *write)
{
	static const struct {
		enum passerelle_error code;
		enum verdict verdict;
	} verdicts[] = {
		{PASSERELLE_ERROR_REFUSED, VERDICT_REFUSED},
		{PASSERELLE_ERROR_UNSUPPORTED, VERDICT_UNSUPPORTED},
		{PASSERELLE_ERROR_STALE, VERDICT_STALE},
		{PASSERELLE_ERROR_NOT_FOUND, VERDICT_NOT_FOUND},
		{PASSERELLE_ERROR_IN_DOUBT, VERDICT_IN_DOUBT},
	};
	struct change *change = write->change;
	if (change->verdict != VERDICT_PENDING || write->request == NULL) {
		return;
	}
	if (write->request->fate != HTTP_ANSWERED && write->request->error == NULL) {
		return; /* it never came to that */
	}
	if (write->request->error == NULL) {
		change->verdict = VERDICT_DONE;
		g_free(change->ref);
		change->ref = g_strdup(write->ref);
		g_free(change->revision);
		change->revision = dav_etag_read(write->request->etag);
		/* RFC 4791, 5.3.4: a strong mark in the reply says that it stands there as sent */
		gsize size = 0;
		const char *sent = write->request->body == NULL
		                           ? NULL
		                           : g_bytes_get_data(write->request->body, &size);
		g_free(change->result);
		change->result = sent == NULL ? NULL : g_strndup(sent, size);
		return;
	}
	if (is_of_side(write->request)) {
		g_clear_error(&change->error);
		change->error = g_error_copy(write->request->error);
		return;
	}
	enum verdict verdict = VERDICT_RETRY;
	for (gsize i = 0; i < G_N_ELEMENTS(verdicts); i++) {
		if (passerelle_error_is(write->request->error, verdicts[i].code)) {
			verdict = verdicts[i].verdict;
		}
	}
	GError *error = g_error_copy(write->request->error);
	if (verdict == VERDICT_RETRY && dav_request_is_heard(write->request)) {
		error->code = PASSERELLE_ERROR_REFUSED; /* of this item, and named as such */
	}
	change_fail(change, verdict, error);
}

void dav_write_take(struct dav_write *write, enum verdict verdict)
{
	struct change *change = write->change;
	g_free(change->ref);
	change->ref = g_strdup(write->ref);
	g_free(change->revision);
	change->revision = g_strdup(write->there->etag);
	g_free(change->result);
	change->result = g_strdup(write->there->text);
	g_clear_error(&change->error);
	change->verdict = verdict;
}

bool dav_writing_settle(struct dav_writing *self, GPtrArray *writes, GError **error)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new();
	for (guint i = 0; i < writes->len; i++) {
		const struct dav_write *write = g_ptr_array_index(writes, i);
		if (write->change->verdict == VERDICT_DONE &&
		    write->row->state == LEDGER_IN_DOUBT) {
			write->row->state = LEDGER_DONE;
			g_free(write->row->result);
			write->row->result = g_strdup(write->ref);
			g_free(write->row->settled_by);
			write->row->settled_by = g_strdup("read-back");
			g_ptr_array_add(rows, write->row);
		}
	}
	return rows->len == 0 || ledger_settle(self->side->journal, rows,
	                                       dav_session_now(self->side->session), error);
}

static void hold_in_doubt(struct dav_write *write, const char *words)
{
	change_fail(write->change, VERDICT_IN_DOUBT,
	            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT, "%s: %s",
	                        write->request->what, words));
}

void dav_write_judge_taken(struct dav_write *write)
{
	if (write->there != NULL && write->there->text != NULL) {
		dav_write_take(write, VERDICT_DONE);
	} else if (write->there != NULL &&
	           passerelle_error_is(write->there->error, PASSERELLE_ERROR_NOT_FOUND)) {
		hold_in_doubt(write, "the server took it, and does not show it there");
	} else {
		hold_in_doubt(write, "the server took it, and it cannot be read yet");
	}
}

void dav_writing_judge(struct dav_writing *self)
{
	for (guint i = 0; i < self->writes->len; i++) {
		dav_write_judge(g_ptr_array_index(self->writes, i));
	}
}
