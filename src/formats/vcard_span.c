/* SPDX-License-Identifier: MIT */
/* Finds cards among content lines: nested ones skipped, missing limits made up for; cuts a file
 * into its cards. */
#include <string.h>

#include "base/limits.h"
#include "formats/vcard.h"
#include "formats/vcard_parts.h"

#define NESTED_MAX 16 /* agents of agents; also what keeps looking for their ends linear */

void vcard_span_free(struct vcard_span *self)
{
	if (self) {
		g_ptr_array_unref(self->properties);
		g_free(self);
	}
}

static gboolean is_limit(const struct content_line *line, const char *name)
{
	return strcmp(line->name, name) == 0 &&
	       g_ascii_strncasecmp(line->value, "VCARD", strlen("VCARD")) == 0 &&
	       strspn(line->value + strlen("VCARD"), " \t") ==
	               strlen(line->value) - strlen("VCARD");
}

/* vCard 2.1: the agent's card stands in the lines behind "AGENT:", or begins in it. In 3.0 the
 * whole card is its value. */
static gboolean opens_agent(const struct content_line *line)
{
	return strcmp(line->name, "AGENT") == 0 &&
	       (line->value[strspn(line->value, " \t")] == '\0' ||
	        g_ascii_strcasecmp(line->value, "BEGIN:VCARD") == 0);
}

static guint find_begin(GPtrArray *lines, guint from)
{
	while (from < lines->len && !is_limit(g_ptr_array_index(lines, from), "BEGIN")) {
		from++;
	}
	return from;
}

static void set_version(struct vcard_span *self, const struct content_line *line)
{
	const char *value = line->value + strspn(line->value, " \t");
	if (strcmp(line->name, "VERSION") == 0 && *value >= '2' && *value <= '4') {
		self->version = (unsigned)(*value - '0');
	}
}

/* Behind the nested card that line opens. One that nobody closes is none: it would swallow the
 * file. */
static guint skip_nested(GPtrArray *lines, guint opener)
{
	const struct content_line *line = g_ptr_array_index(lines, opener);
	unsigned depth = line->value[strspn(line->value, " \t")] ? 1 : 0;
	for (guint index = opener + 1; index < lines->len && depth <= NESTED_MAX; index++) {
		line = g_ptr_array_index(lines, index);
		if (is_limit(line, "BEGIN") ||
		    (strcmp(line->name, "AGENT") == 0 &&
		     g_ascii_strcasecmp(line->value, "BEGIN:VCARD") == 0)) {
			depth++;
		} else if (depth == 0) {
			break; /* an empty AGENT without a card */
		} else if (is_limit(line, "END") && --depth == 0) {
			return index + 1;
		}
	}
	return opener + 1;
}

struct vcard_span *vcard_span_next(GPtrArray *lines, guint *position)
{
	guint index = find_begin(lines, *position);
	const bool has_begin = index < lines->len;
	if (!has_begin && (*position > 0 || lines->len == 0)) {
		return NULL;
	}
	struct vcard_span *self = g_new0(struct vcard_span, 1);
	self->properties = g_ptr_array_new();
	self->version = 3;
	self->has_begin = has_begin;
	index = has_begin ? index : 0;
	const struct content_line *first = g_ptr_array_index(lines, index);
	self->start = first->offset;
	self->last = index;
	self->end = self->stop = first->offset + (has_begin ? first->length : 0);
	index += has_begin ? 1 : 0;
	while (index < lines->len) {
		const struct content_line *line = g_ptr_array_index(lines, index);
		if (is_limit(line, "END")) {
			self->has_end = true;
			self->end = line->offset;
			self->stop = line->offset + line->length;
			index++;
			break;
		}
		if (is_limit(line, "BEGIN")) {
			break;
		}
		g_ptr_array_add(self->properties, (gpointer)line);
		set_version(self, line);
		index = opens_agent(line) ? skip_nested(lines, index) : index + 1;
		line = g_ptr_array_index(lines, index - 1);
		self->end = self->stop = line->offset + line->length;
		self->last = index - 1;
	}
	*position = index;
	return self;
}

static char *span_text(const char *text, const struct vcard_span *span)
{
	GString *out = g_string_new(span->has_begin ? "" : "BEGIN:VCARD\r\n");
	g_string_append_len(out, text + span->start, (gssize)(span->stop - span->start));
	if (!span->has_end) {
		if (out->str[out->len - 1] != '\n' && out->str[out->len - 1] != '\r') {
			g_string_append(out, "\r\n");
		}
		g_string_append(out, "END:VCARD\r\n");
	}
	return g_string_free(out, FALSE);
}

GPtrArray *vcard_split(const void *data, gsize size, GError **error)
{
	g_autofree char *text = vcard_to_utf8(data, size);
	g_autoptr(GPtrArray) lines = content_lines_read(text, strlen(text), error);
	if (!lines) {
		return NULL;
	}
	g_autoptr(GPtrArray) cards = g_ptr_array_new_with_free_func(g_free);
	guint position = 0;
	for (;;) {
		OWNED(vcard_span) span = vcard_span_next(lines, &position);
		if (!span) {
			break;
		}
		if (cards->len >= LIMIT_CARDS) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
			            "more than %d cards", LIMIT_CARDS);
			return NULL;
		}
		g_ptr_array_add(cards, span_text(text, span));
	}
	if (cards->len == 0) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		                    "no vCard in it");
		return NULL;
	}
	return g_steal_pointer(&cards);
}
