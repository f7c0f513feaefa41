/* SPDX-License-Identifier: MIT */
/* Creates, changes and removes items of a collection. */
#include <string.h>

#include "base/limits.h"
#include "remotes/dav/etag.h"
#include "remotes/dav/href.h"
#include "remotes/dav/items.h"
#include "remotes/dav/writing.h"

#define NAME_PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-"

static const char *const ENDINGS[ITEM_KINDS] = {
	[ITEM_CONTACT] = ".vcf",
	[ITEM_EVENT] = ".ics",
};

/* The name of a new item: its UID, so that a repetition meets the first one; a hash of an odd one,
 * or where the name is another's. */
static char *new_ref(enum item_kind kind, const char *uid, bool is_taken)
{
	const gsize size = strlen(uid);
	if (!is_taken && size > 0 && size + strlen(ENDINGS[kind]) <= LIMIT_NAME_BYTES &&
	    *uid != '.' && strspn(uid, NAME_PLAIN) == size) {
		return g_strconcat(uid, ENDINGS[kind], NULL);
	}
	g_autofree char *named = g_strconcat(is_taken ? "another:" : "", uid, NULL);
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, named, -1);
	return g_strconcat(hash, ENDINGS[kind], NULL);
}

/* ---- create ---- */

/* An answer that only a look at what stands there can make sense of. */
static bool needs_look(const struct dav_writing *self, struct dav_write *write)
{
	const struct dav_request *request = write->request;
	if (request == NULL || request->fate != HTTP_ANSWERED ||
	    write->change->verdict != VERDICT_PENDING) {
		return false;
	}
	if (request->error == NULL) {
		/* where it went, the server says best itself */
		g_free(write->ref);
		write->ref = g_strdup(write->row->result);
		return request->etag == NULL;
	}
	if (g_strcmp0(request->condition, "no-uid-conflict") == 0 &&
	    request->condition_href != NULL) {
		const char *collection = self->side->collection->url;
		g_autofree char *url = dav_href_resolve(collection, request->condition_href, NULL);
		char *ref = url == NULL ? NULL : dav_href_ref(collection, url);
		if (ref != NULL) {
			g_free(write->ref);
			write->ref = ref;
			return true;
		}
	}
	return request->status == 412;
}

static GPtrArray *choose_looks(struct dav_writing *self)
{
	GPtrArray *looks = g_ptr_array_new();
	for (guint i = 0; i < self->writes->len; i++) {
		struct dav_write *write = g_ptr_array_index(self->writes, i);
		if (needs_look(self, write)) {
			g_ptr_array_add(looks, write);
		}
	}
	return looks;
}

static void hold_in_doubt(struct dav_write *write, const char *words)
{
	change_fail(write->change, VERDICT_IN_DOUBT,
	            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT, "%s: %s",
	                        write->request->what, words));
}

/* It was taken, and the reply told no mark of it. */
static void judge_taken(struct dav_write *write)
{
	if (write->there->text != NULL) {
		dav_write_take(write, VERDICT_DONE);
	} else if (passerelle_error_is(write->there->error, PASSERELLE_ERROR_NOT_FOUND)) {
		hold_in_doubt(write, "the server took it, and does not show it there");
	} else {
		hold_in_doubt(write, "the server took it, and it cannot be read yet");
	}
}

/* Something stands there already. True: it is another item, and another name has to be tried. */
static bool judge_taken_name(const struct dav_writing *self, struct dav_write *write)
{
	const enum item_kind kind = dav_session_kind(self->side->session);
	const struct dav_text *there = write->there;
	if (there->text == NULL) {
		change_fail(
			write->change, VERDICT_RETRY,
			g_error_copy(there->error != NULL ? there->error : write->request->error));
		return false;
	}
	if (dav_write_is_there(self, write)) {
		dav_write_take(write, VERDICT_ADOPTED);
		return false;
	}
	g_autofree char *uid = dav_text_uid(kind, there->text);
	if (g_strcmp0(uid, write->change->uid) != 0) {
		return true;
	}
	g_free(write->change->ref);
	write->change->ref = g_strdup(write->ref);
	change_fail(write->change, VERDICT_STALE,
	            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_STALE,
	                        "it is there already with another content: both are put together "
	                        "in the next cycle"));
	return false;
}

/* Once more under another name; a name that is taken again is refused. */
static bool try_another_name(struct dav_writing *self, struct dav_write *write)
{
	const enum item_kind kind = dav_session_kind(self->side->session);
	g_autofree char *ref = new_ref(kind, write->change->uid, true);
	if (strcmp(ref, write->ref) == 0) {
		change_fail(write->change, VERDICT_REFUSED,
		            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_REFUSED,
		                        "its name is another item's there"));
		return false;
	}
	g_free(write->ref);
	write->ref = g_steal_pointer(&ref);
	return dav_write_put(self, write, true);
}

/* Returns whether some have to be sent once more. */
static bool judge_looks(struct dav_writing *self, GPtrArray *looks)
{
	bool is_again = false;
	for (guint i = 0; i < looks->len; i++) {
		struct dav_write *write = g_ptr_array_index(looks, i);
		if (write->request->error == NULL) {
			judge_taken(write);
		} else if (judge_taken_name(self, write)) {
			is_again |= try_another_name(self, write);
		}
	}
	return is_again;
}

static void judge_all(struct dav_writing *self)
{
	for (guint i = 0; i < self->writes->len; i++) {
		dav_write_judge(g_ptr_array_index(self->writes, i));
	}
}

static bool send_creations(struct dav_writing *self, bool *is_again, GError **error)
{
	*is_again = false;
	GError *problem = NULL;
	bool was_heard = dav_writing_send(self, "sending", &problem);
	g_autoptr(GPtrArray) looks = choose_looks(self);
	if (was_heard) {
		was_heard = dav_writing_read(self, looks, &problem);
	}
	if (was_heard) {
		*is_again = judge_looks(self, looks);
		was_heard = dav_writing_settle(self, looks, &problem);
	}
	for (guint i = 0; !was_heard && i < looks->len; i++) {
		struct dav_write *write = g_ptr_array_index(looks, i);
		if (write->request->error == NULL && write->change->verdict == VERDICT_PENDING) {
			hold_in_doubt(write, "the server took it, and it cannot be read yet");
		}
	}
	if (problem != NULL) {
		g_propagate_error(error, problem);
	}
	return was_heard;
}

bool dav_create(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	struct dav_writing self;
	bool was_heard = dav_writing_begin(&self, endpoint, error);
	for (guint i = 0; was_heard && i < changes->len; i++) {
		struct change *change = g_ptr_array_index(changes, i);
		g_autofree char *ref =
			new_ref(dav_session_kind(self.side->session), change->uid, false);
		struct dav_write *write = dav_writing_add(&self, change, ref);
		if (write != NULL) {
			dav_write_put(&self, write, true);
		}
	}
	bool is_again = was_heard;
	for (guint round = 0; is_again && was_heard && round < 2; round++) {
		was_heard = send_creations(&self, &is_again, error);
		if (!is_again) {
			break;
		}
	}
	judge_all(&self);
	dav_writing_clear(&self);
	return was_heard;
}

/* ---- update and remove ---- */

/* Without a strong mark the server cannot compare: it is compared here, just before. */
static bool needs_reading(const struct change *change)
{
	return change->revision != NULL && !dav_etag_is_strong(change->revision);
}

/* False with the verdict: it is gone, changed, or cannot be read. */
static bool is_unchanged(struct dav_write *write)
{
	struct change *change = write->change;
	const struct dav_text *there = write->there;
	if (there->text == NULL) {
		const bool is_gone = passerelle_error_is(there->error, PASSERELLE_ERROR_NOT_FOUND);
		change_fail(change, is_gone ? VERDICT_NOT_FOUND : VERDICT_RETRY,
		            g_error_copy(there->error));
		return false;
	}
	g_autofree char *made = dav_etag_of_text(there->text);
	if (dav_etag_is_same(there->etag, change->revision) ||
	    dav_etag_is_same(made, change->revision)) {
		return true;
	}
	change_fail(change, VERDICT_STALE,
	            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_STALE,
	                        "it was changed there meanwhile"));
	return false;
}

typedef bool (*prepare_function)(struct dav_writing *self, struct dav_write *write);

static bool put(struct dav_writing *self, struct dav_write *write)
{
	return dav_write_put(self, write, false);
}

/* Makes the requests of all changes that may be sent. */
static bool prepare(struct dav_writing *self, GPtrArray *changes, prepare_function make,
                    GError **error)
{
	g_autoptr(GPtrArray) to_read = g_ptr_array_new();
	for (guint i = 0; i < changes->len; i++) {
		struct change *change = g_ptr_array_index(changes, i);
		struct dav_write *write = dav_writing_add(self, change, change->ref);
		if (write != NULL && needs_reading(change)) {
			g_ptr_array_add(to_read, write);
		}
	}
	if (!dav_writing_read(self, to_read, error)) {
		return false;
	}
	for (guint i = 0; i < self->writes->len; i++) {
		struct dav_write *write = g_ptr_array_index(self->writes, i);
		if (!needs_reading(write->change) || is_unchanged(write)) {
			make(self, write);
		}
	}
	return true;
}

/* Taken without a mark, or perhaps changed by an earlier write of ours: what is there tells. */
static GPtrArray *choose_updated(struct dav_writing *self)
{
	GPtrArray *looks = g_ptr_array_new();
	for (guint i = 0; i < self->writes->len; i++) {
		struct dav_write *write = g_ptr_array_index(self->writes, i);
		const struct dav_request *request = write->request;
		const bool is_silent = request != NULL && request->fate == HTTP_ANSWERED &&
		                       request->error == NULL && request->etag == NULL;
		if (write->change->verdict == VERDICT_PENDING && request != NULL &&
		    (is_silent || request->status == 412)) {
			g_ptr_array_add(looks, write);
		}
	}
	return looks;
}

static void judge_updated(struct dav_writing *self, GPtrArray *looks)
{
	for (guint i = 0; i < looks->len; i++) {
		struct dav_write *write = g_ptr_array_index(looks, i);
		if (write->request->error == NULL) {
			judge_taken(write);
		} else if (dav_write_is_there(self, write)) {
			dav_write_take(write, VERDICT_DONE);
		}
	}
}

bool dav_update(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	struct dav_writing self;
	bool was_heard =
		dav_writing_begin(&self, endpoint, error) && prepare(&self, changes, put, error);
	was_heard = was_heard && dav_writing_send(&self, "sending changes", error);
	g_autoptr(GPtrArray) looks = choose_updated(&self);
	if (was_heard && dav_writing_read(&self, looks, error)) {
		judge_updated(&self, looks);
		was_heard = dav_writing_settle(&self, looks, error);
	} else {
		was_heard = false;
	}
	for (guint i = 0; !was_heard && i < looks->len; i++) {
		struct dav_write *write = g_ptr_array_index(looks, i);
		if (write->request->error == NULL && write->change->verdict == VERDICT_PENDING) {
			hold_in_doubt(write, "the server took it, and it cannot be read yet");
		}
	}
	judge_all(&self);
	dav_writing_clear(&self);
	return was_heard;
}

bool dav_remove(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	struct dav_writing self;
	bool was_heard = dav_writing_begin(&self, endpoint, error) &&
	                 prepare(&self, changes, dav_write_delete, error);
	was_heard = was_heard && dav_writing_send(&self, "removing there", error);
	judge_all(&self);
	dav_writing_clear(&self);
	return was_heard;
}
