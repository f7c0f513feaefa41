/* SPDX-License-Identifier: MIT */
/* What a server says of its collections, and how it is remembered. */
#include "remotes/dav/collections.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "remotes/dav/href.h"

#define NAME_PLAIN  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-"
#define COLOR_BYTES 7 /* #RRGGBB */
#define CLOCK_SLACK 60
#define HASH_DIGITS 32

void dav_collection_free(struct dav_collection *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->url);
	g_free(self->display_name);
	g_free(self->color);
	g_free(self);
}

GBytes *dav_collections_question(void)
{
	static const char *const properties[] = {
		"D:resourcetype",           "D:displayname",
		"D:current-user-principal", "D:current-user-privilege-set",
		"D:supported-report-set",   "A:addressbook-home-set",
		"C:calendar-home-set",      "C:supported-calendar-component-set",
		"I:calendar-color",         "N:addressbook-color",
	};
	OWNED(xml_writer) writer = xml_writer_new(dav_namespaces, DAV_NAMESPACES);
	xml_write_open(writer, "D:propfind");
	xml_write_open(writer, "D:prop");
	for (gsize i = 0; i < G_N_ELEMENTS(properties); i++) {
		xml_write_empty(writer, properties[i]);
	}
	return xml_writer_end(writer);
}

static const struct {
	const char *ns, *type, *multiget;
} KINDS[ITEM_KINDS] = {
	[ITEM_CONTACT] = {NS_CARD, "addressbook", "addressbook-multiget"},
	[ITEM_EVENT] = {NS_CAL, "calendar", "calendar-multiget"},
};

/* RFC 4791, 5.2.3: without the property everything may stand there. */
static bool takes_events(const struct dav_response *response)
{
	const struct xml_node *set =
		dav_property(response, NS_CAL, "supported-calendar-component-set");
	const struct xml_node *comp = dav_child(set, NS_CAL, "comp");
	bool is_named = false;
	for (const struct xml_node *node = comp; node != NULL; node = node->next) {
		const char *name = xml_attribute(node, "name");
		is_named |= name != NULL && g_ascii_strcasecmp(name, "VEVENT") == 0;
	}
	return comp == NULL || is_named;
}

/* RFC 3744, 5.4: what is aggregated need not be told of one by one. */
static bool is_read_only(const struct dav_response *response)
{
	static const char *const writing[] = {"all", "write", "write-content", "bind"};
	const struct xml_node *set = dav_property(response, NS_DAV, "current-user-privilege-set");
	bool has_any = false;
	for (const struct xml_node *node = set == NULL ? NULL : set->first_child; node != NULL;
	     node = node->next) {
		has_any |= node->first_child != NULL;
		for (gsize i = 0; i < G_N_ELEMENTS(writing); i++) {
			if (dav_child(node, NS_DAV, writing[i]) != NULL) {
				return false;
			}
		}
	}
	return has_any;
}

/* RFC 3253, 3.1.5; Xandikos leaves the inner element out. */
static bool has_report(const struct dav_response *response, const char *ns, const char *name)
{
	const struct xml_node *set = dav_property(response, NS_DAV, "supported-report-set");
	for (const struct xml_node *node = set == NULL ? NULL : set->first_child; node != NULL;
	     node = node->next) {
		if (dav_child(dav_child(node, NS_DAV, "report"), ns, name) != NULL ||
		    dav_child(node, ns, name) != NULL) {
			return true;
		}
	}
	return false;
}

/* "#RRGGBB" of "#RRGGBBAA" or of itself; NULL = no color. */
static char *read_color(char *text_taken)
{
	g_autofree char *text = text_taken;
	const gsize size = text == NULL ? 0 : strlen(text);
	if ((size != COLOR_BYTES && size != COLOR_BYTES + 2) || text[0] != '#' ||
	    strspn(text + 1, "0123456789abcdefABCDEF") != size - 1) {
		return NULL;
	}
	return g_ascii_strup(text, COLOR_BYTES);
}

struct dav_collection *dav_collection_read(const struct dav_response *response, enum item_kind kind)
{
	const struct xml_node *type = dav_property(response, NS_DAV, "resourcetype");
	if (response->url == NULL || dav_child(type, KINDS[kind].ns, KINDS[kind].type) == NULL ||
	    (kind == ITEM_EVENT && !takes_events(response))) {
		return NULL;
	}
	struct dav_collection *self = g_new0(struct dav_collection, 1);
	self->url = dav_href_as_collection(response->url);
	self->display_name = dav_property_text(response, NS_DAV, "displayname");
	self->color = read_color(
		kind == ITEM_EVENT ? dav_property_text(response, NS_APPLE, "calendar-color")
				   : dav_property_text(response, NS_INF_IT, "addressbook-color"));
	self->is_read_only = is_read_only(response);
	self->has_sync = has_report(response, NS_DAV, "sync-collection");
	/* both standards demand it: a server that names no report at all is asked */
	self->has_multiget = has_report(response, KINDS[kind].ns, KINDS[kind].multiget) ||
	                     dav_property(response, NS_DAV, "supported-report-set") == NULL;
	return self;
}

static char *folder_name(const char *url)
{
	g_autofree char *path = g_strndup(url, strlen(url) - 1);
	const char *last = strrchr(path, '/') + 1;
	if (*last != '\0' && *last != '.' && strspn(last, NAME_PLAIN) == strlen(last) &&
	    strlen(last) <= LIMIT_NAME_BYTES) {
		return g_strdup(last);
	}
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, last, -1);
	return g_strndup(hash, HASH_DIGITS);
}

struct collection *dav_collection_public(const struct dav_collection *self)
{
	g_autofree char *name = folder_name(self->url);
	struct collection *collection = collection_new(dav_href_path(self->url), name);
	collection->display_name = g_strdup(self->display_name);
	collection->color = g_strdup(self->color);
	collection->is_read_only = self->is_read_only;
	return collection;
}

char *dav_collections_address(const struct dav_session *session, const GPtrArray *found,
                              const char *id)
{
	const char *base = dav_session_address(session);
	for (guint i = 0; i < found->len; i++) {
		const struct dav_collection *one = g_ptr_array_index(found, i);
		if (strcmp(dav_href_path(one->url), id) == 0) {
			return g_strdup(one->url);
		}
		base = one->url;
	}
	return base == NULL ? NULL : dav_href_resolve(base, id, NULL);
}

/* ---- remembered ---- */

static char *memory_key(const struct dav_session *session)
{
	return g_strdup_printf("dav.%s.collections", item_kind_name(dav_session_kind(session)));
}

static struct dav_collection *recall_one(const json_t *object)
{
	const char *text = json_string_value(json_object_get(object, "url"));
	g_autofree char *url = text == NULL ? NULL : dav_href_canonical(text);
	if (url == NULL) {
		return NULL;
	}
	struct dav_collection *self = g_new0(struct dav_collection, 1);
	self->url = dav_href_as_collection(url);
	self->display_name = g_strdup(json_string_value(json_object_get(object, "name")));
	self->color = g_strdup(json_string_value(json_object_get(object, "color")));
	self->is_read_only = json_is_true(json_object_get(object, "read_only"));
	self->has_sync = json_is_true(json_object_get(object, "sync"));
	self->has_multiget = json_is_true(json_object_get(object, "multiget"));
	return self;
}

static bool is_fresh(const struct dav_session *session, const json_t *root)
{
	const gint64 at = json_integer_value(json_object_get(root, "at"));
	const gint64 now = dav_session_now(session);
	const char *address = json_string_value(json_object_get(root, "address"));
	return g_strcmp0(address, dav_session_address(session)) == 0 && at <= now + CLOCK_SLACK &&
	       now - at < DAV_COLLECTIONS_AGE && !dav_session_settings(session)->is_full;
}

GPtrArray *dav_collections_recall(struct dav_session *session)
{
	struct journal *journal = dav_session_journal(session);
	g_autofree char *key = memory_key(session);
	g_autofree char *text = journal == NULL ? NULL : journal_memory_get(journal, key, NULL);
	json_t *root = text == NULL ? NULL : json_loads(text, JSON_REJECT_DUPLICATES, NULL);
	GPtrArray *all = NULL;
	if (root != NULL && is_fresh(session, root)) {
		const json_t *list = json_object_get(root, "list");
		all = g_ptr_array_new_with_free_func((GDestroyNotify)dav_collection_free);
		for (size_t i = 0; i < json_array_size(list); i++) {
			struct dav_collection *one = recall_one(json_array_get(list, i));
			if (one != NULL) {
				g_ptr_array_add(all, one);
			}
		}
	}
	json_decref(root);
	return all;
}

void dav_collections_forget(struct dav_session *session)
{
	struct journal *journal = dav_session_journal(session);
	g_autofree char *key = memory_key(session);
	g_autoptr(GError) error = NULL;
	if (journal != NULL && !journal_memory_set(journal, key, NULL, &error)) {
		g_debug("the collections are not forgotten: %s", error->message);
	}
}

static json_t *boolean(bool value)
{
	return value ? json_true() : json_false();
}

static json_t *optional(const char *text)
{
	return text == NULL ? json_null() : json_string(text);
}

void dav_collections_remember(struct dav_session *session, GPtrArray *collections)
{
	struct journal *journal = dav_session_journal(session);
	if (journal == NULL) {
		return;
	}
	json_t *list = json_array();
	for (guint i = 0; i < collections->len; i++) {
		const struct dav_collection *one = g_ptr_array_index(collections, i);
		json_t *object = json_object();
		json_object_set_new(object, "url", json_string(one->url));
		json_object_set_new(object, "name", optional(one->display_name));
		json_object_set_new(object, "color", optional(one->color));
		json_object_set_new(object, "read_only", boolean(one->is_read_only));
		json_object_set_new(object, "sync", boolean(one->has_sync));
		json_object_set_new(object, "multiget", boolean(one->has_multiget));
		json_array_append_new(list, object);
	}
	json_t *root = json_object();
	json_object_set_new(root, "address", optional(dav_session_address(session)));
	json_object_set_new(root, "at", json_integer(dav_session_now(session)));
	json_object_set_new(root, "list", list);
	char *text = json_dumps(root, JSON_COMPACT);
	g_autofree char *key = memory_key(session);
	g_autoptr(GError) error = NULL;
	if (!journal_memory_set(journal, key, text, &error)) {
		g_debug("the collections are not remembered: %s", error->message);
	}
	free(text);
	json_decref(root);
}
