/* SPDX-License-Identifier: MIT */
/* The tree of a reply: libxml2's events over repaired text, and the ways to look into it. */
#include "net/xml.h"

#include "base/limits.h"
#include "base/memory.h"
#include "net/xml_repair.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <string.h>

#define NODES_PER_BLOCK 256

struct xml_document {
	struct xml_node *root;
	GPtrArray *blocks;     /* of memory: nodes and attribute lists */
	GStringChunk *strings; /* names and texts */
};

struct builder {
	struct xml_document *document;
	struct xml_node *block; /* lent; the one being filled */
	gsize used;             /* of it */
	struct xml_node *open[LIMIT_XML_DEPTH],
		*last[LIMIT_XML_DEPTH]; /* lent; and its last child */
	GString *texts[LIMIT_XML_DEPTH];
	gsize depth;
	bool is_broken; /* deeper than what was repaired: cannot be */
};

static struct xml_node *new_node(struct builder *self)
{
	if (self->block == NULL || self->used == NODES_PER_BLOCK) {
		self->block = g_new0(struct xml_node, NODES_PER_BLOCK);
		self->used = 0;
		g_ptr_array_add(self->document->blocks, self->block);
	}
	return &self->block[self->used++];
}

/* libxml2 leaves each & of an attribute as "&#38;" to a handler that asked for no entities. */
static const char *new_value(struct builder *self, const xmlChar *start, const xmlChar *end)
{
	char *value = g_string_chunk_insert_len(self->document->strings, (const char *)start,
	                                        end - start);
	char *to = strstr(value, "&#38;");
	for (const char *from = to; from != NULL && *from != '\0'; to++) {
		*to = *from;
		from += g_str_has_prefix(from, "&#38;") ? strlen("&#38;") : 1;
	}
	if (to != NULL) {
		*to = '\0';
	}
	return value;
}

/* libxml2's SAX2 attributes: five pointers each (local name, prefix, URI, value, end of value). */
static const char *const *new_attributes(struct builder *self, int count,
                                         const xmlChar **attributes)
{
	static const char *const none[] = {NULL};
	if (count == 0) {
		return none;
	}
	const char **list = g_new0(const char *, 2 * (gsize)count + 1);
	g_ptr_array_add(self->document->blocks, list);
	for (gsize i = 0; i < (gsize)count; i++) {
		const xmlChar **attribute = attributes + 5 * i;
		list[2 * i] = g_string_chunk_insert_const(self->document->strings,
		                                          (const char *)attribute[0]);
		list[2 * i + 1] = new_value(self, attribute[3], attribute[4]);
	}
	return list;
}

static void link_node(struct builder *self, struct xml_node *node)
{
	if (self->depth == 0) {
		self->document->root = node;
		return;
	}
	const gsize parent = self->depth - 1;
	node->parent = self->open[parent];
	if (self->last[parent] == NULL) {
		node->parent->first_child = node;
	} else {
		self->last[parent]->next = node;
	}
	self->last[parent] = node;
}

static void start_element(void *data, const xmlChar *name, const xmlChar *prefix,
                          const xmlChar *uri, int n_namespaces, const xmlChar **namespaces,
                          int n_attributes, int n_defaulted, const xmlChar **attributes)
{
	(void)prefix, (void)n_namespaces, (void)namespaces, (void)n_defaulted;
	struct builder *self = data;
	if (self->depth == LIMIT_XML_DEPTH) {
		self->is_broken = true;
		return;
	}
	GStringChunk *strings = self->document->strings;
	struct xml_node *node = new_node(self);
	node->name = g_string_chunk_insert_const(strings, (const char *)name);
	node->ns = uri == NULL ? NULL : g_string_chunk_insert_const(strings, (const char *)uri);
	node->text = "";
	node->attributes = new_attributes(self, n_attributes, attributes);
	link_node(self, node);
	if (self->texts[self->depth] == NULL) {
		self->texts[self->depth] = g_string_new(NULL);
	}
	g_string_truncate(self->texts[self->depth], 0);
	self->last[self->depth] = NULL;
	self->open[self->depth++] = node;
}

static void end_element(void *data, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri)
{
	(void)name, (void)prefix, (void)uri;
	struct builder *self = data;
	if (self->depth == 0 || self->is_broken) {
		return;
	}
	const GString *text = self->texts[--self->depth];
	if (text->len > 0) {
		self->open[self->depth]->text = g_string_chunk_insert_len(
			self->document->strings, text->str, (gssize)text->len);
	}
}

static void add_text(void *data, const xmlChar *text, int size)
{
	struct builder *self = data;
	if (self->depth > 0) {
		g_string_append_len(self->texts[self->depth - 1], (const char *)text, size);
	}
}

static bool run_parser(struct builder *builder, const GString *text)
{
	static const xmlSAXHandler handler = {
		.initialized = XML_SAX2_MAGIC,
		.startElementNs = start_element,
		.endElementNs = end_element,
		.characters = add_text,
		.ignorableWhitespace = add_text,
	};
	xmlMemSetup(g_free, memory_allocate, memory_resize, g_strdup);
	xmlInitParser();
	xmlParserCtxtPtr context = xmlCreateMemoryParserCtxt(text->str, (int)text->len);
	if (context == NULL) {
		return false;
	}
	*context->sax = handler;
	context->userData = builder;
	xmlCtxtUseOptions(context, XML_PARSE_RECOVER | XML_PARSE_NONET | XML_PARSE_NOERROR |
	                                   XML_PARSE_NOWARNING);
	xmlParseDocument(context);
	xmlFreeDoc(context->myDoc);
	xmlFreeParserCtxt(context);
	return builder->document->root != NULL && builder->depth == 0 && !builder->is_broken;
}

static struct xml_document *build(const GString *text, GError **error)
{
	struct xml_document *document = g_new0(struct xml_document, 1);
	document->blocks = g_ptr_array_new_with_free_func(g_free);
	document->strings = g_string_chunk_new(4096);
	struct builder builder = {.document = document};
	const bool is_read = run_parser(&builder, text);
	for (gsize i = 0; i < LIMIT_XML_DEPTH && builder.texts[i] != NULL; i++) {
		g_string_free(builder.texts[i], TRUE);
	}
	if (!is_read) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		            "the reply is not well-formed XML");
		xml_document_free(document);
		return NULL;
	}
	return document;
}

struct xml_document *xml_parse(const void *data, gsize size, GError **error)
{
	if (size > LIMIT_REPLY_BYTES) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		            "the reply is larger than %d MiB", LIMIT_REPLY_BYTES / 1024 / 1024);
		return NULL;
	}
	g_autoptr(GString) text = xml_to_utf8(size == 0 ? "" : data, size, error);
	if (text == NULL) {
		return NULL;
	}
	g_autoptr(GString) repaired = xml_repair(text->str, text->len, error);
	return repaired == NULL ? NULL : build(repaired, error);
}

void xml_document_free(struct xml_document *self)
{
	if (self == NULL) {
		return;
	}
	g_ptr_array_unref(self->blocks);
	g_string_chunk_free(self->strings);
	g_free(self);
}

const struct xml_node *xml_root(const struct xml_document *self)
{
	return self->root;
}

static const struct xml_node *first_named(const struct xml_node *node, const char *name)
{
	while (node != NULL && g_ascii_strcasecmp(node->name, name) != 0) {
		node = node->next;
	}
	return node;
}

const struct xml_node *xml_child(const struct xml_node *node, const char *name)
{
	return node == NULL ? NULL : first_named(node->first_child, name);
}

const struct xml_node *xml_next(const struct xml_node *node, const char *name)
{
	return node == NULL ? NULL : first_named(node->next, name);
}

/* The node after this one in document order below top. */
static const struct xml_node *following(const struct xml_node *node, const struct xml_node *top)
{
	if (node->first_child != NULL) {
		return node->first_child;
	}
	while (node != top && node->next == NULL) {
		node = node->parent;
	}
	return node == top ? NULL : node->next;
}

const struct xml_node *xml_descendant(const struct xml_node *node, const char *name)
{
	const struct xml_node *at = node == NULL ? NULL : following(node, node);
	while (at != NULL && g_ascii_strcasecmp(at->name, name) != 0) {
		at = following(at, node);
	}
	return at;
}

const char *xml_attribute(const struct xml_node *node, const char *name)
{
	for (gsize i = 0; node != NULL && node->attributes[i] != NULL; i += 2) {
		if (g_ascii_strcasecmp(node->attributes[i], name) == 0) {
			return node->attributes[i + 1];
		}
	}
	return NULL;
}

char *xml_child_text(const struct xml_node *node, const char *name)
{
	const struct xml_node *child = xml_child(node, name);
	return child == NULL ? NULL : xml_trim(child->text);
}

/* Length of the white space at the start of the text: 1, 2 (U+00A0) or 0 for none. */
static gsize blank_size(const char *text)
{
	if (g_ascii_isspace(*text)) {
		return 1;
	}
	return strncmp(text, "\xC2\xA0", 2) == 0 ? 2 : 0;
}

char *xml_trim(const char *text)
{
	while (blank_size(text) > 0) {
		text += blank_size(text);
	}
	gsize size = strlen(text);
	while (size > 0) {
		if (g_ascii_isspace(text[size - 1])) {
			size--;
		} else if (size >= 2 && memcmp(text + size - 2, "\xC2\xA0", 2) == 0) {
			size -= 2;
		} else {
			break;
		}
	}
	return g_strndup(text, size);
}
