/* SPDX-License-Identifier: MIT */
/* What a collection is called and its colour, changed on the server. */
#include "remotes/dav/labels.h"

#include <string.h>

#include "remotes/dav/discovery.h"

static GBytes *question(enum item_kind kind, const char *display_name, const char *color)
{
	OWNED(xml_writer) writer = xml_writer_new(dav_namespaces, DAV_NAMESPACES);
	xml_write_open(writer, "D:propertyupdate");
	xml_write_open(writer, "D:set");
	xml_write_open(writer, "D:prop");
	if (display_name != NULL) {
		xml_write_text(writer, "D:displayname", display_name);
	}
	if (color != NULL) {
		xml_write_text(writer,
		               kind == ITEM_EVENT ? "I:calendar-color" : "N:addressbook-color",
		               color);
	}
	return xml_writer_end(writer);
}

/* RFC 4918, 9.2: all of it or nothing, and each property with a status of its own. */
static bool is_taken(const char *url, GBytes *reply, const char *what, GError **error)
{
	OWNED(dav_multistatus) answer = dav_multistatus_read(url, reply, error);
	if (answer == NULL) {
		return false;
	}
	bool is = answer->responses->len > 0;
	for (guint i = 0; i < answer->responses->len; i++) {
		is &= dav_has_properties(g_ptr_array_index(answer->responses, i));
	}
	if (!is) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_REFUSED,
		            "%s: the server does not take it", what);
	}
	return is;
}

/* What was remembered says what it was called before. */
static void remember(struct dav_session *session, const char *url, const char *display_name,
                     const char *color)
{
	g_autoptr(GPtrArray) all = dav_collections_recall(session);
	for (guint i = 0; all != NULL && i < all->len; i++) {
		struct dav_collection *one = g_ptr_array_index(all, i);
		if (strcmp(one->url, url) == 0) {
			char **const field =
				display_name != NULL ? &one->display_name : &one->color;
			g_free(*field);
			*field = g_strdup(display_name != NULL ? display_name : color);
		}
	}
	if (all != NULL) {
		dav_collections_remember(session, all);
	}
}

bool dav_label(struct dav_session *session, const struct collection *collection,
               const char *display_name, const char *color, GError **error)
{
	g_autoptr(GPtrArray) found = dav_discover(session, error);
	if (found == NULL) {
		return false;
	}
	g_autofree char *url = dav_collections_address(session, found, collection->id);
	if (url == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		            "'%s' is no address of this server", collection->id);
		return false;
	}
	OWNED(dav_request) request = dav_request_new("PROPPATCH", url);
	request->body = question(dav_session_kind(session), display_name, color);
	if (!dav_session_read_one(session, request, error) ||
	    !is_taken(url, request->reply, request->what, error)) {
		return false;
	}
	remember(session, url, display_name, color);
	return true;
}
