/* SPDX-License-Identifier: MIT */
/* The requests by which a server tells what is in a collection. */
#include "remotes/dav/members.h"

#include <string.h>

#include "remotes/dav/etag.h"
#include "remotes/dav/href.h"
#include "remotes/dav/state.h"

#define MAX_PAGES 10000

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

/* ---- sync-collection ---- */

static GBytes *sync_body(const char *token)
{
	OWNED(xml_writer) writer = xml_writer_new(dav_namespaces, 1);
	xml_write_open(writer, "D:sync-collection");
	xml_write_text(writer, "D:sync-token", token);
	xml_write_text(writer, "D:sync-level", "1");
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

static struct dav_multistatus *ask_since(struct dav_side *side, const char *token, GError **error)
{
	const char *collection = side->collection->url;
	OWNED(dav_request) request = dav_request_new("REPORT", collection);
	request->depth = "0";
	request->body = sync_body(token);
	GError *problem = NULL;
	if (dav_session_read_one(side->session, request, &problem)) {
		return dav_multistatus_read(collection, request->reply, error);
	}
	if (request->fate == HTTP_ANSWERED) {
		problem->code = (int)sync_problem(request, token);
	}
	g_propagate_error(error, problem);
	return NULL;
}

struct dav_members *dav_members_since(struct dav_side *side, const char *token, GError **error)
{
	OWNED(dav_members) self = dav_members_new();
	self->token = g_strdup(token);
	for (guint page = 0; page < MAX_PAGES; page++) {
		OWNED(dav_multistatus) replies = ask_since(side, self->token, error);
		if (replies == NULL) {
			return NULL;
		}
		take_all(self, side->collection->url, replies);
		const bool is_same = g_strcmp0(self->token, replies->sync_token) == 0;
		g_free(self->token);
		self->token = g_strdup(replies->sync_token);
		if (!replies->is_truncated && self->token != NULL) {
			return g_steal_pointer(&self);
		}
		if (self->token == NULL || is_same) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_UNSUPPORTED,
			            "the server tells a part of the changes, and not how to go on");
			return NULL;
		}
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
	            "the server tells its changes without an end");
	return NULL;
}

/* ---- PROPFIND ---- */

static struct dav_multistatus *propfind(struct dav_side *side, const char *depth,
                                        const char *const *properties, GError **error)
{
	const char *collection = side->collection->url;
	OWNED(xml_writer) writer = xml_writer_new(dav_namespaces, DAV_NAMESPACES);
	xml_write_open(writer, "D:propfind");
	xml_write_open(writer, "D:prop");
	for (gsize i = 0; properties[i] != NULL; i++) {
		xml_write_empty(writer, properties[i]);
	}
	OWNED(dav_request) request = dav_request_new("PROPFIND", collection);
	request->depth = depth;
	request->body = xml_writer_end(writer);
	return dav_session_read_one(side->session, request, error)
	               ? dav_multistatus_read(collection, request->reply, error)
	               : NULL;
}

struct dav_members *dav_members_all(struct dav_side *side, GError **error)
{
	static const char *const properties[] = {"D:getetag", "D:resourcetype", NULL};
	OWNED(dav_multistatus) replies = propfind(side, "1", properties, error);
	if (replies == NULL) {
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
	OWNED(dav_multistatus) replies = propfind(side, "0", properties, error);
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
