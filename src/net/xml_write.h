/* SPDX-License-Identifier: MIT */
/* Bodies of requests in XML, with every text escaped in this one place. */
#ifndef PASSERELLE_NET_XML_WRITE_H
#define PASSERELLE_NET_XML_WRITE_H

#include "base/error.h"

/*
 * Elements are named "P:name"; the prefixes are declared in the root element from a table that
 * outlives the writer. Names are the program's own: they are not escaped.
 */
struct xml_namespace {
	const char *prefix, *uri;
};

struct xml_writer;
struct xml_writer *xml_writer_new(const struct xml_namespace *namespaces, gsize n_namespaces);
void xml_writer_free(struct xml_writer *self);
DEFINE_OWNED(xml_writer, xml_writer_free);

void xml_write_open(struct xml_writer *self, const char *name);
/* With one attribute. */
void xml_write_open_with(struct xml_writer *self, const char *name, const char *attribute,
                         const char *value);
void xml_write_close(struct xml_writer *self);
/* <name/> */
void xml_write_empty(struct xml_writer *self, const char *name);
/* <name>text</name>: UTF-8; what XML cannot hold (RFC: XML 1.0, 2.2) becomes U+FFFD. */
void xml_write_text(struct xml_writer *self, const char *name, const char *text);

/* The whole document with its declaration; what is open is closed. */
GBytes *xml_writer_end(struct xml_writer *self);

#endif
