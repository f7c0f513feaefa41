/* SPDX-License-Identifier: MIT */
/* Adds items to a collection: never twice, and never over another one. */
#include <string.h>

#include "base/limits.h"
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
	if (write->is_repeated) {
		change_fail(write->change, VERDICT_REFUSED,
		            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_REFUSED,
		                        "its name is another item's there"));
		return false;
	}
	write->is_repeated = true;
	g_free(write->ref);
	write->ref = new_ref(kind, write->change->uid, true);
	return dav_write_put(self, write, true);
}

/* Returns whether some have to be sent once more. */
static bool judge_looks(struct dav_writing *self, GPtrArray *looks)
{
	bool is_again = false;
	for (guint i = 0; i < looks->len; i++) {
		struct dav_write *write = g_ptr_array_index(looks, i);
		if (write->request->error == NULL) {
			dav_write_judge_taken(write);
		} else if (judge_taken_name(self, write)) {
			is_again |= try_another_name(self, write);
		}
	}
	return is_again;
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
			dav_write_judge_taken(write);
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
	while (was_heard && is_again) { /* twice at most: what was repeated is not again */
		was_heard = send_creations(&self, &is_again, error);
	}
	dav_writing_judge(&self);
	dav_writing_clear(&self);
	return was_heard;
}
