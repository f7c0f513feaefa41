/* SPDX-License-Identifier: MIT */
/* The requests by which a server tells what is in a collection. */
#include "remotes/dav/members.h"

#include <string.h>

#include "base/limits.h"
#include "remotes/dav/etag.h"
#include "remotes/dav/href.h"
#include "remotes/dav/state.h"

#define MAX_PAGES   10000
#define STATUS_FULL 507
/* What cannot be read of so much was more than the bounds of net/xml allow. */
#define LARGE_REPLY (LIMIT_REPLY_BYTES / 4)

/* Members asked for at once, the next where a reply is too much; 0 = all there are. */
static const guint PAGES[] = {0, 4999, 499};

struct dav_members *dav_members_new(void)
{
	struct dav_members *self = g_new0(struct dav_members, 1);
	self->told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	self->unclear = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return self;
}

void dav_members_free(struct dav_members *self)
{
	if (self == NULL) {
		return;
	}
	g_hash_table_unref(self->told);
	g_hash_table_unref(self->unclear);
	g_free(self->token);
	g_free(self);
}

static bool is_folder(const struct dav_response *response)
{
	const struct xml_node *type = dav_property(response, NS_DAV, "resourcetype");
	return dav_child(type, NS_DAV, "collection") != NULL;
}

static void take_response(struct dav_members *self, const char *collection,
                          const struct dav_response *response)
{
	if (response->url == NULL) {
		self->is_partial = true;
		return;
	}
	g_autofree char *ref = dav_href_ref(collection, response->url);
	if (ref == NULL || is_folder(response)) {
		return;
	}
	if (response->status == 404 || response->status == 410) {
		g_hash_table_insert(self->told, g_steal_pointer(&ref), NULL);
		return;
	}
	if (response->status >= 300) {
		g_hash_table_add(self->unclear, g_steal_pointer(&ref));
		return;
	}
	g_autofree char *text = dav_property_text(response, NS_DAV, "getetag");
	char *etag = dav_etag_read(text);
	g_hash_table_insert(self->told, g_steal_pointer(&ref),
	                    etag == NULL ? g_strdup(DAV_NO_ETAG) : etag);
}

static void take_all(struct dav_members *self, const char *collection,
                     const struct dav_multistatus *replies)
{
	for (guint i = 0; i < replies->responses->len; i++) {
		take_response(self, collection, g_ptr_array_index(replies->responses, i));
	}
}

/* ---- one reply ---- */

/* RFC 6578, 3.2 and 3.6, of the whole; or a reply that exceeds LIMIT_REPLY_BYTES. */
static bool is_too_much(const struct dav_request *request, const struct dav_multistatus *replies)
{
	if (request->fate == HTTP_UNKNOWN) {
		return passerelle_error_is(request->error, PASSERELLE_ERROR_PROTOCOL);
	}
	if (request->error == NULL) {
		return replies == NULL && request->reply != NULL &&
		       g_bytes_get_size(request->reply) > LARGE_REPLY;
	}
	return request->status == STATUS_FULL ||
	       g_strcmp0(request->condition, "number-of-matches-within-limits") == 0;
}

static struct dav_multistatus *ask(struct dav_side *side, struct dav_request *request,
                                   bool *is_too_large, GError **error)
{
	struct dav_multistatus *replies =
		dav_session_read_one(side->session, request, error)
			? dav_multistatus_read(side->collection->url, request->reply, error)
			: NULL;
	*is_too_large = is_too_much(request, replies);
	return replies;
}

/* ---- sync-collection ---- */

/* most: RFC 6578, 3.7, by RFC 5323, 5.17; 0 = no limit. */
static GBytes *sync_body(const char *token, guint most)
{
	OWNED(xml_writer) writer = xml_writer_new(dav_namespaces, 1);
	xml_write_open(writer, "D:sync-collection");
	xml_write_text(writer, "D:sync-token", token);
	xml_write_text(writer, "D:sync-level", "1");
	if (most > 0) {
		g_autofree char *number = g_strdup_printf("%u", most);
		xml_write_open(writer, "D:limit");
		xml_write_text(writer, "D:nresults", number);
		xml_write_close(writer);
	}
	xml_write_open(writer, "D:prop");
	xml_write_empty(writer, "D:getetag");
	return xml_writer_end(writer);
}

/*
 * RFC 6578, 3.2: a token that is not known fails with valid-sync-token. Servers have other ways:
 * Xandikos breaks (500) over one that it cannot find.
 */
static enum passerelle_error sync_problem(const struct dav_request *request, const char *token)
{
	const long status = request->status;
	const bool is_about_token = g_strcmp0(request->condition, "valid-sync-token") == 0;
	const bool may_be_token =
		status == 400 || status == 403 || status == 409 || status == 410 || status == 412;
	if (*token != '\0' && (is_about_token || may_be_token)) {
		return PASSERELLE_ERROR_STALE;
	}
	if (status == 403 || status == 400 || status == 405 || status == 409 || status == 415 ||
	    status == 422 || status == 500 || status == 501) {
		return PASSERELLE_ERROR_UNSUPPORTED;
	}
	return (enum passerelle_error)request->error->code;
}

static struct dav_multistatus *ask_since(struct dav_side *side, const char *token, guint most,
                                         bool *is_too_large, GError **error)
{
	OWNED(dav_request) request = dav_request_new("REPORT", side->collection->url);
	request->depth = "0";
	request->body = sync_body(token, most);
	GError *problem = NULL;
	struct dav_multistatus *replies = ask(side, request, is_too_large, &problem);
	if (replies == NULL) {
		if (*is_too_large) {
			problem->code = PASSERELLE_ERROR_UNSUPPORTED;
		} else if (request->fate == HTTP_ANSWERED && request->error != NULL) {
			problem->code = (int)sync_problem(request, token);
		}
		g_propagate_error(error, problem);
	}
	return replies;
}

/* True: it is all. False with error: it is not, and there is no way to the rest. */
static bool take_page(struct dav_members *self, const char *collection, guint most,
                      const struct dav_multistatus *replies, GError **error)
{
	take_all(self, collection, replies);
	const bool is_same = g_strcmp0(self->token, replies->sync_token) == 0;
	/* some servers end at the limit without a word of it */
	const bool may_be_cut =
		most > 0 && !replies->is_truncated && replies->responses->len >= most;
	g_free(self->token);
	self->token = g_strdup(replies->sync_token);
	if (!replies->is_truncated && !may_be_cut && self->token != NULL) {
		return true;
	}
	if (self->token == NULL || is_same || may_be_cut) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_UNSUPPORTED,
		            "the server tells a part of the changes, and not how to go on");
	}
	return false;
}

/* size: where in PAGES to begin. */
static struct dav_members *tell_since(struct dav_side *side, const char *token, gsize size,
                                      GError **error)
{
	OWNED(dav_members) self = dav_members_new();
	self->token = g_strdup(token);
	for (guint page = 0; page < MAX_PAGES; page++) {
		bool is_too_large = false;
		GError *problem = NULL;
		OWNED(dav_multistatus)
		replies = ask_since(side, self->token, PAGES[size], &is_too_large, &problem);
		if (is_too_large && size + 1 < G_N_ELEMENTS(PAGES)) {
			size++;
			g_clear_error(&problem);
			continue;
		}
		if (replies != NULL &&
		    take_page(self, side->collection->url, PAGES[size], replies, &problem)) {
			return g_steal_pointer(&self);
		}
		if (problem != NULL) {
			g_propagate_error(error, problem);
			return NULL;
		}
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
	            "the server tells its changes without an end");
	return NULL;
}

struct dav_members *dav_members_since(struct dav_side *side, const char *token, GError **error)
{
	return tell_since(side, token, 0, error);
}

/* ---- PROPFIND ---- */

static struct dav_multistatus *propfind(struct dav_side *side, const char *depth,
                                        const char *const *properties, bool *is_too_large,
                                        GError **error)
{
	OWNED(xml_writer) writer = xml_writer_new(dav_namespaces, DAV_NAMESPACES);
	xml_write_open(writer, "D:propfind");
	xml_write_open(writer, "D:prop");
	for (gsize i = 0; properties[i] != NULL; i++) {
		xml_write_empty(writer, properties[i]);
	}
	OWNED(dav_request) request = dav_request_new("PROPFIND", side->collection->url);
	request->depth = depth;
	request->body = xml_writer_end(writer);
	return ask(side, request, is_too_large, error);
}

struct dav_members *dav_members_all(struct dav_side *side, GError **error)
{
	static const char *const properties[] = {"D:getetag", "D:resourcetype", NULL};
	bool is_too_large = false;
	GError *problem = NULL;
	OWNED(dav_multistatus) replies = propfind(side, "1", properties, &is_too_large, &problem);
	is_too_large |= replies != NULL && replies->is_truncated;
	struct dav_members *paged =
		is_too_large && side->collection->has_sync ? tell_since(side, "", 1, NULL) : NULL;
	if (paged != NULL) {
		g_clear_error(&problem);
		return paged;
	}
	if (replies == NULL) {
		g_propagate_error(error, problem);
		return NULL;
	}
	struct dav_members *self = dav_members_new();
	take_all(self, side->collection->url, replies);
	self->is_partial |= replies->is_truncated;
	return self;
}

char *dav_members_ctag(struct dav_side *side, GError **error)
{
	static const char *const properties[] = {"S:getctag", "D:sync-token", NULL};
	bool is_too_large = false;
	OWNED(dav_multistatus) replies = propfind(side, "0", properties, &is_too_large, error);
	for (guint i = 0; replies != NULL && i < replies->responses->len; i++) {
		const struct dav_response *response = g_ptr_array_index(replies->responses, i);
		char *ctag = dav_property_text(response, NS_SERVER, "getctag");
		ctag = ctag != NULL ? ctag : dav_property_text(response, NS_DAV, "sync-token");
		if (ctag != NULL) {
			return ctag;
		}
	}
	return NULL;
}
