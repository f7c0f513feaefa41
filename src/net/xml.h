/* SPDX-License-Identifier: MIT */
/* A bounded, tolerant reader of XML replies. The only user of libxml2. */
#ifndef PASSERELLE_NET_XML_H
#define PASSERELLE_NET_XML_H

#include "base/error.h"

/*
 * An element. Names are local names (prefix dropped) as written; namespaces are in ns (NULL =
 * none). Text is the concatenated character data directly inside, untrimmed. Everything is owned by
 * the document.
 */
struct xml_node {
	const char *name, *ns;
	const char *text; /* never NULL */
	struct xml_node *parent, *first_child, *next;
	const char *const *attributes; /* name, value, …, NULL */
};

struct xml_document;

/*
 * Reads the first document in the bytes; what follows it is ignored. Tolerates: U+00A0 as white
 * space (and before the declaration), comments, a missing end tag, stray & and <. Refuses
 * (PROTOCOL, bounded time and memory): a DTD, any entity but the five predefined and character
 * references, more than LIMIT_XML_DEPTH levels, LIMIT_XML_NODES elements, LIMIT_REPLY_BYTES, NUL
 * bytes, HTML, nothing that is an element.
 */
struct xml_document *xml_parse(const void *data, gsize size, GError **error);
void xml_document_free(struct xml_document *self);
DEFINE_OWNED(xml_document, xml_document_free);

const struct xml_node *xml_root(const struct xml_document *self);

/* First child / first descendant (document order, not itself) / next sibling of that name, case
 * ignored; NULL if none. node may be NULL. */
const struct xml_node *xml_child(const struct xml_node *node, const char *name);
const struct xml_node *xml_descendant(const struct xml_node *node, const char *name);
const struct xml_node *xml_next(const struct xml_node *node, const char *name);

/* Attribute value, name's case ignored; NULL if none. */
const char *xml_attribute(const struct xml_node *node, const char *name);

/* Text of the first child of that name without white space (U+00A0 too) at both ends; NULL if there
 * is no such child. */
char *xml_child_text(const struct xml_node *node, const char *name);

/* A copy without ASCII white space and U+00A0 at both ends. */
char *xml_trim(const char *text);

#endif
