/* SPDX-License-Identifier: MIT */
/* CardDAV and CalDAV as remote drivers. */
#include "remotes/dav/dav.h"

#include <string.h>

#include "remotes/dav/discovery.h"
#include "remotes/dav/labels.h"
#include "remotes/dav/side.h"

struct remote {
	struct dav_session *session;
	GPtrArray *sides; /* struct endpoint */
};

static void close_endpoint(gpointer data)
{
	struct endpoint *side = data;
	side->functions->close(side);
}

static struct remote *open_remote(const struct remote_settings *settings, enum item_kind kind,
                                  struct journal *journal, GError **error)
{
	struct dav_session *session = dav_session_open(settings, kind, journal, error);
	if (session == NULL) {
		return NULL;
	}
	if (dav_session_address(session) == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "account '%s' has no address of its %s, or none that can be asked",
		            settings->account,
		            kind == ITEM_CONTACT ? "address books" : "calendars");
		dav_session_close(session);
		return NULL;
	}
	struct remote *self = g_new0(struct remote, 1);
	self->session = session;
	self->sides = g_ptr_array_new_with_free_func(close_endpoint);
	return self;
}

static struct remote *open_cards(const struct remote_settings *settings, struct journal *journal,
                                 GError **error)
{
	return open_remote(settings, ITEM_CONTACT, journal, error);
}

static struct remote *open_calendars(const struct remote_settings *settings,
                                     struct journal *journal, GError **error)
{
	return open_remote(settings, ITEM_EVENT, journal, error);
}

static void close_remote(struct remote *self)
{
	if (self == NULL) {
		return;
	}
	g_ptr_array_unref(self->sides);
	dav_session_close(self->session);
	g_free(self);
}

static struct endpoint *keep(struct remote *self, struct endpoint *side)
{
	g_ptr_array_add(self->sides, side);
	return side;
}

static struct endpoint *only_endpoint(struct remote *self, enum item_kind kind)
{
	return kind != dav_session_kind(self->session)
	               ? NULL
	               : keep(self, dav_side_new(self->session, NULL, false, NULL));
}

static struct endpoint *collection_endpoint(struct remote *self, enum item_kind kind,
                                            const struct collection *collection,
                                            struct journal *journal)
{
	return kind != dav_session_kind(self->session)
	               ? NULL
	               : keep(self, dav_side_new(self->session, collection->id,
	                                         collection->is_read_only, journal));
}

static GPtrArray *list_collections(struct remote *self, enum item_kind kind, GError **error)
{
	GPtrArray *list = g_ptr_array_new_with_free_func((GDestroyNotify)collection_free);
	if (kind != dav_session_kind(self->session)) {
		return list;
	}
	g_autoptr(GPtrArray) found = dav_discover(self->session, error);
	if (found == NULL) {
		g_ptr_array_unref(list);
		return NULL;
	}
	for (guint i = 0; i < found->len; i++) {
		g_ptr_array_add(list, dav_collection_public(g_ptr_array_index(found, i)));
	}
	return list;
}

static bool label_collection(struct remote *self, const struct collection *collection,
                             const char *display_name, const char *color, GError **error)
{
	return dav_label(self->session, collection, display_name, color, error);
}

/* A write by hand would need a place in the ledger that nobody could settle. */
static bool is_write(const char *action)
{
	(void)action;
	return true;
}

static char *describe(const struct dav_collection *collection, enum item_kind kind)
{
	g_autofree char *name = g_strdup(collection->display_name);
	if (name != NULL) {
		g_strdelimit(name, "\r\n", ' ');
	}
	return g_strdup_printf("%s: '%s'%s%s%s%s, %s", item_kind_name(kind),
	                       strstr(collection->url, "://") + 3, name == NULL ? "" : " (",
	                       name == NULL ? "" : name, name == NULL ? "" : ")",
	                       collection->is_read_only ? ", nothing can be changed there" : "",
	                       collection->has_sync ? "tells its changes" : "is listed whole");
}

static GPtrArray *probe(struct remote *self, const char *part)
{
	const enum item_kind kind = dav_session_kind(self->session);
	GPtrArray *findings = g_ptr_array_new_with_free_func((GDestroyNotify)finding_free);
	if (strcmp(part, item_kind_name(kind)) != 0) {
		return findings;
	}
	GError *error = NULL;
	g_autoptr(GPtrArray) found = dav_discover(self->session, &error);
	if (found == NULL) {
		g_prefix_error(&error, "%s: ", part);
		g_ptr_array_add(findings, finding_new(NULL, error));
		return findings;
	}
	g_ptr_array_add(findings,
	                finding_new(g_strdup_printf("%s: the server is there, and accepts the "
	                                            "credentials",
	                                            part),
	                            NULL));
	for (guint i = 0; i < found->len; i++) {
		g_ptr_array_add(findings,
		                finding_new(describe(g_ptr_array_index(found, i), kind), NULL));
	}
	if (found->len == 0) {
		error = g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		                    "%s: there is no collection", part);
		g_ptr_array_add(findings, finding_new(NULL, error));
	}
	return findings;
}

const struct remote_driver carddav_driver = {
	.name = "carddav",
	.has_kinds = {[ITEM_CONTACT] = true},
	.knows_users = true,
	.open = open_cards,
	.close = close_remote,
	.endpoint = only_endpoint,
	.list_collections = list_collections,
	.collection = collection_endpoint,
	.label_collection = label_collection,
	.is_write = is_write,
	.probe = probe,
};

const struct remote_driver caldav_driver = {
	.name = "caldav",
	.has_kinds = {[ITEM_EVENT] = true},
	.knows_users = true,
	.open = open_calendars,
	.close = close_remote,
	.endpoint = only_endpoint,
	.list_collections = list_collections,
	.collection = collection_endpoint,
	.label_collection = label_collection,
	.is_write = is_write,
	.probe = probe,
};
