/* SPDX-License-Identifier: MIT */
/* Makes well-formed XML out of nearly well-formed bytes, before a strict parser sees them. */
#ifndef PASSERELLE_NET_XML_REPAIR_H
#define PASSERELLE_NET_XML_REPAIR_H

#include "base/error.h"

/*
 * UTF-8 text of the bytes: a declared Latin encoding is honoured, bytes that are no UTF-8 are
 * replaced, or read as Latin-1 where nothing is declared and nothing else speaks for UTF-8.
 * PROTOCOL on a NUL byte.
 */
GString *xml_to_utf8(const char *data, gsize size, GError **error);

/*
 * The first document of the text alone, without declaration, comments, processing instructions and
 * CDATA marks; every element closed, every & and < that begins nothing escaped. All bounds of
 * xml_parse hold for the result. PROTOCOL for what xml_parse refuses. Linear in time.
 */
GString *xml_repair(const char *text, gsize size, GError **error);

#endif
