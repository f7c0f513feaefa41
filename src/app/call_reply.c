/* SPDX-License-Identifier: MIT */
/* A reply of the service as a person can read it. */
#include "app/call_reply.h"

#include "base/text.h"
#include "net/xml.h"
#include "status/words.h"

#include <string.h>

#define INDENT          2
#define TYPE_CHARACTERS 60

static bool is_steering(gunichar character)
{
	switch (g_unichar_type(character)) {
	case G_UNICODE_CONTROL:
		return character != '\n' && character != '\t';
	case G_UNICODE_FORMAT:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_UNASSIGNED:
	case G_UNICODE_LINE_SEPARATOR:
	case G_UNICODE_PARAGRAPH_SEPARATOR:
		return true;
	default:
		return false;
	}
}

static const char *escape_of(char letter)
{
	switch (letter) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

/* text is UTF-8. is_xml: with the escapes of XML. */
static void append_harmless(GString *out, const char *text, bool is_xml)
{
	for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar character = g_utf8_get_char(at);
		const char *escape = is_xml ? escape_of(*at) : NULL;
		if (escape != NULL) {
			g_string_append(out, escape);
		} else if (is_steering(character)) {
			g_string_append_printf(out, "\\u{%x}", (unsigned)character);
		} else {
			g_string_append_unichar(out, character);
		}
	}
}

/* Hidden before it is escaped: an escape inside a secret would hide it from us. */
static void append_value(GString *out, const char *text, const char *const *secrets)
{
	char *value = g_utf8_make_valid(text, -1);
	for (; *secrets != NULL; secrets++) {
		text_hide(&value, *secrets);
	}
	append_harmless(out, value, true);
	g_free(value);
}

static void indent(GString *out, unsigned depth)
{
	g_string_append_printf(out, "%*s", (int)depth * INDENT, "");
}

static void append_start(GString *out, const struct xml_node *node, const char *const *secrets)
{
	g_string_append_c(out, '<');
	append_value(out, node->name, secrets);
	for (const char *const *at = node->attributes; at != NULL && *at != NULL; at += 2) {
		g_string_append_c(out, ' ');
		append_value(out, at[0], secrets);
		g_string_append(out, "=\"");
		append_value(out, at[1], secrets);
		g_string_append_c(out, '"');
	}
}

static void append_end(GString *out, const struct xml_node *node, const char *const *secrets)
{
	g_string_append(out, "</");
	append_value(out, node->name, secrets);
	g_string_append(out, ">\n");
}

static void append_node(GString *out, const struct xml_node *node, unsigned depth,
                        const char *const *secrets);

static void append_children(GString *out, const struct xml_node *node, unsigned depth,
                            const char *text, const char *const *secrets)
{
	g_string_append(out, ">\n");
	if (text[0] != '\0') {
		indent(out, depth + 1);
		append_value(out, text, secrets);
		g_string_append_c(out, '\n');
	}
	const struct xml_node *child = node->first_child;
	for (; child != NULL; child = child->next) {
		append_node(out, child, depth + 1, secrets);
	}
	indent(out, depth);
	append_end(out, node, secrets);
}

/* As deep as the reader allows, LIMIT_XML_DEPTH. */
static void append_node(GString *out, const struct xml_node *node, unsigned depth,
                        const char *const *secrets)
{
	g_autofree char *text = xml_trim(node->text);
	indent(out, depth);
	append_start(out, node, secrets);
	if (node->first_child != NULL) {
		append_children(out, node, depth, text, secrets);
	} else if (text[0] == '\0') {
		g_string_append(out, "/>\n");
	} else {
		g_string_append_c(out, '>');
		append_value(out, text, secrets);
		append_end(out, node, secrets);
	}
}

static void append_plain(GString *out, const char *data, gsize size, const char *const *secrets)
{
	char *text = g_utf8_make_valid(data, (gssize)size);
	for (; *secrets != NULL; secrets++) {
		text_hide(&text, *secrets);
	}
	append_harmless(out, text, false);
	g_free(text);
	if (out->len > 0 && out->str[out->len - 1] != '\n') {
		g_string_append_c(out, '\n');
	}
}

char *call_reply_text(GBytes *body, const char *type, const char *const *secrets)
{
	gsize size = 0;
	const char *data = g_bytes_get_data(body, &size);
	GString *out = g_string_new(NULL);
	OWNED(xml_document) document = size == 0 ? NULL : xml_parse(data, size, NULL);
	if (document != NULL) {
		append_node(out, xml_root(document), 0, secrets);
	} else if (size > 0 && memchr(data, '\0', size) != NULL) {
		g_autofree char *clean = words_clean(type, TYPE_CHARACTERS);
		g_string_append_printf(out, "(%zu bytes of %s; --raw writes them)\n", size,
		                       clean[0] == '\0' ? "no named type" : clean);
	} else if (size > 0) {
		append_plain(out, data, size, secrets);
	}
	return g_string_free(out, FALSE);
}
