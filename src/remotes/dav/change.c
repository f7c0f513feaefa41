/* SPDX-License-Identifier: MIT */
/* Changes and removes items of a collection: only what is still as it was agreed on. */
#include "journal/records.h"
#include "remotes/dav/content.h"
#include "remotes/dav/etag.h"
#include "remotes/dav/writing.h"

typedef bool (*prepare_function)(struct dav_writing *self, struct dav_write *write);

/* Without a strong mark the server cannot compare: it is compared here, just before. */
static bool needs_reading(const struct change *change)
{
	return !dav_etag_is_strong(change->revision);
}

/* Of what both sides last agreed on; before that, of what was stored from here. */
static char *agreed_fingerprint(const struct dav_writing *self, const struct dav_write *write)
{
	const struct change *change = write->change;
	g_autofree char *base =
		change->base != NULL
			? g_strdup(change->base)
			: records_base(self->side->journal, dav_session_kind(self->side->session),
	                               change->uid, NULL);
	return base != NULL ? dav_content_fingerprint(base, NULL)
	                    : dav_rows_stored(self->side, change->uid, write->ref);
}

/* Another mark or none, and nothing else than that: marks change for many reasons. */
static bool is_agreed(const struct dav_writing *self, const struct dav_write *write)
{
	g_autofree char *agreed = agreed_fingerprint(self, write);
	g_autofree char *there = dav_content_fingerprint(write->there->text, NULL);
	return agreed != NULL && g_strcmp0(agreed, there) == 0;
}

static void take_mark(struct dav_write *write)
{
	g_free(write->change->revision);
	write->change->revision = g_strdup(write->there->etag);
}

/* False with the verdict: it is gone, changed, or cannot be read. */
static bool is_unchanged(const struct dav_writing *self, struct dav_write *write)
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
	if (is_agreed(self, write)) {
		take_mark(write);
		return true;
	}
	change_fail(change, VERDICT_STALE,
	            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_STALE,
	                        change->revision != NULL
	                                ? "it was changed there meanwhile"
	                                : "what stands there is not what was agreed on"));
	return false;
}

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
		if (!needs_reading(write->change) || is_unchanged(self, write)) {
			make(self, write);
		}
	}
	return true;
}

/* A change that was taken, and no mark of it told. */
static bool is_silent(const struct dav_write *write)
{
	const struct dav_request *request = write->request;
	return write->fingerprint != NULL && request->fate == HTTP_ANSWERED &&
	       request->error == NULL && request->etag == NULL;
}

/* What is there tells more than the answer. */
static GPtrArray *choose_looks(struct dav_writing *self)
{
	GPtrArray *looks = g_ptr_array_new();
	for (guint i = 0; i < self->writes->len; i++) {
		struct dav_write *write = g_ptr_array_index(self->writes, i);
		if (write->change->verdict == VERDICT_PENDING && write->request != NULL &&
		    (is_silent(write) || write->request->status == 412)) {
			g_ptr_array_add(looks, write);
		}
	}
	return looks;
}

/* Returns whether some have to be sent once more. */
static bool judge_looks(struct dav_writing *self, GPtrArray *looks, prepare_function make)
{
	bool is_again = false;
	for (guint i = 0; i < looks->len; i++) {
		struct dav_write *write = g_ptr_array_index(looks, i);
		const bool is_read = write->there->text != NULL;
		if (write->request->error == NULL) {
			dav_write_judge_taken(write);
		} else if (write->fingerprint != NULL && dav_write_is_there(self, write)) {
			dav_write_take(write, VERDICT_DONE); /* an earlier one of ours did it */
		} else if (is_read && !write->is_repeated && is_agreed(self, write)) {
			take_mark(write);
			write->is_repeated = true;
			is_again |= make(self, write);
		} else if (passerelle_error_is(write->there->error, PASSERELLE_ERROR_NOT_FOUND)) {
			change_fail(write->change, VERDICT_NOT_FOUND,
			            g_error_copy(write->there->error));
		}
	}
	return is_again;
}

static bool send(struct dav_writing *self, prepare_function make, const char *progress_word,
                 bool *is_again, GError **error)
{
	*is_again = false;
	bool was_heard = dav_writing_send(self, progress_word, error);
	g_autoptr(GPtrArray) looks = choose_looks(self);
	was_heard = was_heard && dav_writing_read(self, looks, error);
	if (was_heard) {
		*is_again = judge_looks(self, looks, make);
		was_heard = dav_writing_settle(self, looks, error);
	}
	for (guint i = 0; !was_heard && i < looks->len; i++) {
		struct dav_write *write = g_ptr_array_index(looks, i);
		if (is_silent(write) && write->change->verdict == VERDICT_PENDING) {
			dav_write_judge_taken(write);
		}
	}
	return was_heard;
}

static bool change_there(struct endpoint *endpoint, GPtrArray *changes, prepare_function make,
                         const char *progress_word, GError **error)
{
	struct dav_writing self;
	bool was_heard =
		dav_writing_begin(&self, endpoint, error) && prepare(&self, changes, make, error);
	bool is_again = was_heard;
	while (was_heard && is_again) { /* twice at most: what was repeated is not again */
		was_heard = send(&self, make, progress_word, &is_again, error);
	}
	dav_writing_judge(&self);
	dav_writing_clear(&self);
	return was_heard;
}

bool dav_update(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	return change_there(endpoint, changes, put, "sending changes", error);
}

bool dav_remove(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	return change_there(endpoint, changes, dav_write_delete, "removing there", error);
}
