/* SPDX-License-Identifier: MIT */
/* Gives an item another identity: its UID lines are replaced, or added behind a BEGIN. */
#include "formats/item_uid.h"

#include "formats/content_line.h"

#include <string.h>

#define DEPTH_MAX 64 /* of nested components; deeper ones have no UID that counts */

struct rewriter {
	const char *text, *uid;
	GString *out;
	gsize copied;
	guint depth;
	bool is_card;
	gssize begin; /* where a UID goes if none comes: behind the BEGIN of the open item; -1 =
	                 none */
	bool has_uid;
};

/* RFC 5545, 3.6: what stands in a calendar beside its zones. */
static bool is_item(const struct rewriter *self, const char *component)
{
	return self->is_card ? g_ascii_strcasecmp(component, "VCARD") == 0
	                     : g_ascii_strcasecmp(component, "VEVENT") == 0 ||
	                               g_ascii_strcasecmp(component, "VTODO") == 0 ||
	                               g_ascii_strcasecmp(component, "VJOURNAL") == 0;
}

static void append_uid(const struct rewriter *self, GString *out, const struct content_line *like)
{
	g_autofree char *line = g_strconcat("UID:", self->uid, NULL);
	g_autoptr(GString) folded = g_string_new(NULL);
	content_line_append_folded(folded, line);
	const char *end = self->text + like->offset + like->length;
	const bool has_return = like->length > 1 && end[-1] == '\n' && end[-2] == '\r';
	for (gsize i = 0; i < folded->len; i++) {
		if (has_return || folded->str[i] != '\r') {
			g_string_append_c(out, folded->str[i]);
		}
	}
}

static void copy_until(struct rewriter *self, gsize end)
{
	g_string_append_len(self->out, self->text + self->copied, (gssize)(end - self->copied));
	self->copied = end;
}

static void begin(struct rewriter *self, const struct content_line *line)
{
	const guint own = self->is_card ? 0 : 1;
	if (self->depth == own && is_item(self, line->value)) {
		copy_until(self, line->offset + line->length);
		self->begin = (gssize)self->out->len;
		self->has_uid = false;
	}
	self->depth++;
}

static void end(struct rewriter *self, const struct content_line *line)
{
	const guint own = self->is_card ? 0 : 1;
	self->depth -= self->depth > 0;
	if (self->depth == own && self->begin >= 0) {
		if (!self->has_uid) {
			g_autoptr(GString) uid = g_string_new(NULL);
			append_uid(self, uid, line);
			g_string_insert_len(self->out, self->begin, uid->str, (gssize)uid->len);
		}
		self->begin = -1;
	}
}

static void take_line(struct rewriter *self, const struct content_line *line)
{
	const guint inside = self->is_card ? 1 : 2;
	if (strcmp(line->name, "BEGIN") == 0) {
		begin(self, line);
	} else if (strcmp(line->name, "END") == 0) {
		end(self, line);
	} else if (strcmp(line->name, "UID") == 0 && self->depth == inside && self->begin >= 0) {
		copy_until(self, line->offset);
		if (!self->has_uid) {
			append_uid(self, self->out, line);
		}
		self->has_uid = true;
		self->copied = line->offset + line->length;
	}
}

char *item_text_with_uid(const char *text, const char *uid, GError **error)
{
	g_autoptr(GPtrArray) lines = content_lines_read(text, strlen(text), error);
	if (lines == NULL) {
		return NULL;
	}
	struct rewriter self = {.text = text, .uid = uid, .out = g_string_new(NULL), .begin = -1};
	const struct content_line *first = lines->len > 0 ? g_ptr_array_index(lines, 0) : NULL;
	self.is_card = first == NULL || strcmp(first->name, "BEGIN") != 0 ||
	               g_ascii_strcasecmp(first->value, "VCARD") == 0;
	for (guint i = 0; i < lines->len && self.depth < DEPTH_MAX; i++) {
		take_line(&self, g_ptr_array_index(lines, i));
	}
	copy_until(&self, strlen(text));
	return g_string_free(self.out, FALSE);
}
