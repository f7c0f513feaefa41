/* SPDX-License-Identifier: MIT */
/* One collection of a DAV server as a side of a sync: the table of what it can. */
#include "remotes/dav/side.h"

#include <string.h>

#include "formats/item_uid.h"
#include "remotes/dav/discovery.h"
#include "remotes/dav/etag.h"
#include "remotes/dav/href.h"
#include "remotes/dav/items.h"
#include "remotes/dav/texts.h"

char *dav_side_memory_key(const struct dav_side *self, const char *what)
{
	return g_strdup_printf("dav.%s.%s:%s", item_kind_name(dav_session_kind(self->session)),
	                       what, dav_href_path(self->collection->url));
}

static bool choose(struct dav_side *self, GPtrArray *found, GError **error)
{
	guint chosen = found->len;
	for (guint i = 0; i < found->len; i++) {
		const struct dav_collection *one = g_ptr_array_index(found, i);
		if (self->wanted == NULL ? found->len == 1
		                         : strcmp(dav_href_path(one->url), self->wanted) == 0) {
			chosen = i;
		}
	}
	if (chosen < found->len) {
		self->collection = g_ptr_array_steal_index(found, chosen);
		return true;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
	            self->wanted != NULL ? "%s: the collection is not there any more"
	            : found->len == 0    ? "%s: there is no collection"
	                                 : "%s: there are several collections: choose among those "
	                                   "of 'passerelle collections'",
	            self->name);
	return false;
}

/* One that was named by its address need not stand among the person's own. */
static bool open_named(struct dav_side *self, const GPtrArray *found, GError **error)
{
	g_autofree char *url = dav_collections_address(self->session, found, self->wanted);
	g_autoptr(GError) problem = NULL;
	if (url != NULL) {
		self->collection = dav_discover_one(self->session, url, &problem);
	}
	if (self->collection == NULL && problem != NULL &&
	    !passerelle_error_is(problem, PASSERELLE_ERROR_NOT_FOUND)) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	return true;
}

bool dav_side_open(struct dav_side *self, GError **error)
{
	if (self->collection != NULL) {
		return true;
	}
	g_autoptr(GPtrArray) found = dav_discover(self->session, error);
	if (found == NULL) {
		return false;
	}
	g_autoptr(GError) problem = NULL;
	if (!choose(self, found, &problem) && self->wanted != NULL &&
	    !open_named(self, found, error)) {
		return false;
	}
	if (self->collection == NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (self->collection->is_read_only) {
		self->functions.create = self->functions.update = self->functions.remove = NULL;
	}
	return true;
}

static void answer_fetch(const struct dav_side *self, struct change *change, struct dav_text *text)
{
	const enum item_kind kind = dav_session_kind(self->session);
	if (text->text == NULL) {
		const bool is_absent = passerelle_error_is(text->error, PASSERELLE_ERROR_NOT_FOUND);
		change_fail(change, is_absent ? VERDICT_NOT_FOUND : VERDICT_RETRY,
		            g_steal_pointer(&text->error));
		return;
	}
	g_autoptr(GError) problem = NULL;
	OWNED(item) item = dav_item_read(kind, text->text, "", &problem);
	g_free(change->result);
	if (item != NULL && *item->uid == '\0') {
		g_autofree char *uid = dav_uid_of_place(self->collection->url, text->ref);
		change->result = item_text_with_uid(text->text, uid, NULL);
		g_ptr_array_add(change->notes, g_strdup("it had no UID there"));
	} else {
		change->result = NULL;
	}
	if (change->result == NULL) {
		change->result = g_strdup(text->text);
	}
	g_free(change->revision);
	change->revision = g_steal_pointer(&text->etag);
	change->verdict = VERDICT_DONE;
}

bool dav_fetch(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	struct dav_side *self = (struct dav_side *)endpoint;
	if (!dav_side_open(self, error)) {
		return false;
	}
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func((GDestroyNotify)dav_text_free);
	for (guint i = 0; i < changes->len; i++) {
		const struct change *change = g_ptr_array_index(changes, i);
		g_ptr_array_add(texts, dav_text_new(change->ref));
	}
	const bool was_heard = dav_texts_read(self, texts, "reading there", error);
	for (guint i = 0; i < changes->len; i++) {
		struct dav_text *text = g_ptr_array_index(texts, i);
		if (text->text != NULL || text->error != NULL) {
			answer_fetch(self, g_ptr_array_index(changes, i), text);
		}
	}
	return was_heard;
}

static GPtrArray *project(struct endpoint *endpoint, const char *text, const char *fallback_uid,
                          gint64 *next_due, GError **error)
{
	const struct dav_side *self = (const struct dav_side *)endpoint;
	if (next_due != NULL) {
		*next_due = 0;
	}
	struct item *item =
		dav_item_read(dav_session_kind(self->session), text, fallback_uid, error);
	if (item == NULL) {
		return NULL;
	}
	GPtrArray *items = g_ptr_array_new_with_free_func((GDestroyNotify)item_free);
	g_ptr_array_add(items, item);
	return items;
}

static void close_side(struct endpoint *endpoint)
{
	struct dav_side *self = (struct dav_side *)endpoint;
	if (self == NULL) {
		return;
	}
	dav_collection_free(self->collection);
	g_free(self->wanted);
	g_free(self->name);
	g_free(self);
}

struct endpoint *dav_side_new(struct dav_session *session, const char *id, bool is_read_only,
                              struct journal *journal)
{
	struct dav_side *self = g_new0(struct dav_side, 1);
	const bool is_cards = dav_session_kind(session) == ITEM_CONTACT;
	self->session = session;
	self->journal = journal != NULL ? journal : dav_session_journal(session);
	self->wanted = g_strdup(id);
	self->name = g_strdup_printf("%s%s%s", is_cards ? "carddav" : "caldav",
	                             id == NULL ? "" : " ", id == NULL ? "" : id);
	self->functions = (struct endpoint_functions){
		.list = dav_list,
		.fetch = dav_fetch,
		.project = project,
		.create = is_read_only ? NULL : dav_create,
		.update = is_read_only ? NULL : dav_update,
		.remove = is_read_only ? NULL : dav_remove,
		.settle = dav_settle,
		.is_whole = true,
		.close = close_side,
	};
	self->endpoint.functions = &self->functions;
	self->endpoint.name = self->name;
	return &self->endpoint;
}
