/* SPDX-License-Identifier: MIT */
/* A bounded, tolerant reader of 207 replies. */
#include "remotes/dav/multistatus.h"

#include <string.h>

#include "remotes/dav/href.h"

#define STATUS_FULL           507
#define LIMIT_CONDITION_BYTES (64 * 1024) /* an error's body; honest ones are some lines */

const struct xml_namespace dav_namespaces[DAV_NAMESPACES] = {
	{"D", NS_DAV},    {"A", NS_CARD},  {"C", NS_CAL},
	{"S", NS_SERVER}, {"I", NS_APPLE}, {"N", NS_INF_IT},
};

static void response_free(gpointer data)
{
	struct dav_response *self = data;
	g_free(self->url);
	g_free(self->href);
	g_free(self);
}

void dav_multistatus_free(struct dav_multistatus *self)
{
	if (self == NULL) {
		return;
	}
	g_ptr_array_unref(self->responses);
	xml_document_free(self->document);
	g_free(self->sync_token);
	g_free(self);
}

static bool is_named(const struct xml_node *node, const char *ns, const char *name)
{
	return strcmp(node->name, name) == 0 && g_strcmp0(node->ns, ns) == 0;
}

static const struct xml_node *next_named(const struct xml_node *node, const char *ns,
                                         const char *name)
{
	while (node != NULL && !is_named(node, ns, name)) {
		node = node->next;
	}
	return node;
}

const struct xml_node *dav_child(const struct xml_node *node, const char *ns, const char *name)
{
	return node == NULL ? NULL : next_named(node->first_child, ns, name);
}

/* "HTTP/1.1 404 Not Found", or the number alone; 0 = none. */
static long read_status(const struct xml_node *node)
{
	const struct xml_node *status = dav_child(node, NS_DAV, "status");
	if (status == NULL) {
		return 0;
	}
	g_autofree char *text = xml_trim(status->text);
	const char *number = g_ascii_strncasecmp(text, "HTTP/", 5) == 0 ? strchr(text, ' ') : text;
	const guint64 value = number == NULL ? 0 : g_ascii_strtoull(number, NULL, 10);
	return value >= 100 && value < 600 ? (long)value : 0;
}

static bool is_good(long status)
{
	return status == 0 || (status >= 200 && status < 300);
}

static const struct xml_node *find_in(const struct xml_node *holder, const char *ns,
                                      const char *name)
{
	for (const struct xml_node *prop = dav_child(holder, NS_DAV, "prop"); prop != NULL;
	     prop = next_named(prop->next, NS_DAV, "prop")) {
		const struct xml_node *found =
			name == NULL ? prop->first_child : dav_child(prop, ns, name);
		if (found != NULL) {
			return found;
		}
	}
	return NULL;
}

/* name NULL: any. */
static const struct xml_node *find_property(const struct dav_response *self, const char *ns,
                                            const char *name)
{
	if (!is_good(self->status) || self->is_one_of_many) {
		return NULL;
	}
	const struct xml_node *found = find_in(self->node, ns, name);
	for (const struct xml_node *stat = dav_child(self->node, NS_DAV, "propstat");
	     found == NULL && stat != NULL; stat = next_named(stat->next, NS_DAV, "propstat")) {
		found = is_good(read_status(stat)) ? find_in(stat, ns, name) : NULL;
	}
	return found;
}

const struct xml_node *dav_property(const struct dav_response *self, const char *ns,
                                    const char *name)
{
	return find_property(self, ns, name);
}

bool dav_has_properties(const struct dav_response *self)
{
	return find_property(self, NULL, NULL) != NULL;
}

char *dav_property_text(const struct dav_response *self, const char *ns, const char *name)
{
	const struct xml_node *node = dav_property(self, ns, name);
	g_autofree char *text = node == NULL ? NULL : xml_trim(node->text);
	return text == NULL || *text == '\0' ? NULL : g_steal_pointer(&text);
}

static void add_responses(struct dav_multistatus *self, const char *base,
                          const struct xml_node *node)
{
	const long status = read_status(node);
	const struct xml_node *first = dav_child(node, NS_DAV, "href");
	const bool are_many = first != NULL && next_named(first->next, NS_DAV, "href") != NULL;
	for (const struct xml_node *href = first; href != NULL;
	     href = next_named(href->next, NS_DAV, "href")) {
		struct dav_response *response = g_new0(struct dav_response, 1);
		response->href = g_strndup(href->text, DAV_LIMIT_HREF);
		response->url = dav_href_resolve(base, href->text, NULL);
		response->status = status;
		response->is_one_of_many = are_many;
		response->node = node;
		g_ptr_array_add(self->responses, response);
		if (status == STATUS_FULL && response->url != NULL) {
			g_autofree char *asked = dav_href_as_collection(base);
			g_autofree char *named = dav_href_as_collection(response->url);
			self->is_truncated |= strcmp(asked, named) == 0;
		}
	}
}

struct dav_multistatus *dav_multistatus_read(const char *base, GBytes *body, GError **error)
{
	gsize size = 0;
	const void *data = g_bytes_get_data(body, &size);
	struct xml_document *document = xml_parse(data, size, error);
	if (document == NULL) {
		return NULL;
	}
	const struct xml_node *root = xml_root(document);
	if (!is_named(root, NS_DAV, "multistatus")) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		            "the reply is no multistatus of WebDAV");
		xml_document_free(document);
		return NULL;
	}
	struct dav_multistatus *self = g_new0(struct dav_multistatus, 1);
	self->document = document;
	self->responses = g_ptr_array_new_with_free_func(response_free);
	for (const struct xml_node *node = dav_child(root, NS_DAV, "response"); node != NULL;
	     node = next_named(node->next, NS_DAV, "response")) {
		add_responses(self, base, node);
	}
	const struct xml_node *token = dav_child(root, NS_DAV, "sync-token");
	self->sync_token = token == NULL ? NULL : xml_trim(token->text);
	if (self->sync_token != NULL && *self->sync_token == '\0') {
		g_clear_pointer(&self->sync_token, g_free);
	}
	return self;
}

char *dav_read_condition(GBytes *body, char **href)
{
	gsize size = 0;
	const void *data = g_bytes_get_data(body, &size);
	*href = NULL;
	OWNED(xml_document)
	document = size > LIMIT_CONDITION_BYTES ? NULL : xml_parse(data, size, NULL);
	const struct xml_node *root = document == NULL ? NULL : xml_root(document);
	if (root == NULL || !is_named(root, NS_DAV, "error")) {
		return NULL;
	}
	for (const struct xml_node *node = root->first_child; node != NULL; node = node->next) {
		/* what servers tell of themselves stands in other namespaces */
		if (g_strcmp0(node->ns, NS_DAV) == 0 || g_strcmp0(node->ns, NS_CAL) == 0 ||
		    g_strcmp0(node->ns, NS_CARD) == 0) {
			const struct xml_node *inner = dav_child(node, NS_DAV, "href");
			*href = inner == NULL ? NULL : xml_trim(inner->text);
			return g_strdup(node->name);
		}
	}
	return NULL;
}
