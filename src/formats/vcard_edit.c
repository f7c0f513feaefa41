/* SPDX-License-Identifier: MIT */
/* Line by line editing of a card: replacements and insertions are noted per line, then joined in
 * one pass. */
#include "formats/vcard_edit.h"

#include <string.h>

static const char *line_end_of(const char *text)
{
	const char *end = strpbrk(text, "\r\n");
	if (!end || strncmp(end, "\r\n", 2) == 0 || strncmp(end, "\r\r\n", 3) == 0) {
		return "\r\n"; /* the last: of a twice converted file */
	}
	/* a CR of ours and an LF of theirs would be one line end together */
	return strchr(text, '\n') ? "\n" : "\r";
}

struct vcard_editor *vcard_editor_open(const char *text, GError **error)
{
	g_autoptr(GPtrArray) lines = content_lines_read(text, strlen(text), error);
	if (!lines) {
		return NULL;
	}
	guint position = 0;
	struct vcard_span *span = vcard_span_next(lines, &position);
	if (!span) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		                    "no vCard in it");
		return NULL;
	}
	struct vcard_editor *self = g_new0(struct vcard_editor, 1);
	self->text = text;
	self->lines = g_steal_pointer(&lines);
	self->span = span;
	self->line_end = line_end_of(text);
	self->replacements = g_new0(char *, self->lines->len);
	self->insertions = g_new0(GString *, self->lines->len);
	self->last_of_name = g_hash_table_new(g_str_hash, g_str_equal);
	guint index = 0;
	for (guint i = 0; i < span->properties->len; i++) {
		struct content_line *line = g_ptr_array_index(span->properties, i);
		while (g_ptr_array_index(self->lines, index) != line) {
			index++;
		}
		g_hash_table_insert(self->last_of_name, line->name, GUINT_TO_POINTER(index + 1));
	}
	return self;
}

void vcard_editor_free(struct vcard_editor *self)
{
	if (!self) {
		return;
	}
	for (guint i = 0; i < self->lines->len; i++) {
		g_free(self->replacements[i]);
		if (self->insertions[i]) {
			g_string_free(self->insertions[i], TRUE);
		}
	}
	g_free(self->replacements);
	g_free(self->insertions);
	g_hash_table_unref(self->last_of_name);
	vcard_span_free(self->span);
	g_ptr_array_unref(self->lines);
	g_free(self);
}

/* As the reader sees it: a value of blanks, or of empty components, is none. */
static gboolean has_value(const struct content_line *line)
{
	const gboolean is_structured =
		strcmp(line->name, "N") == 0 || strcmp(line->name, "ORG") == 0;
	const gboolean is_list = strcmp(line->name, "NICKNAME") == 0;
	bool is_guessed = false;
	g_autofree char *text = vcard_line_text(line, &is_guessed);
	g_auto(GStrv) parts = content_value_split(text, is_structured ? ';' : is_list ? ',' : '\0');
	for (char **part = parts; *part; part++) {
		g_autofree char *value =
			vcard_stripped(content_text_unescape(*part, strlen(*part)));
		if (value) {
			return TRUE;
		}
	}
	return FALSE;
}

const struct content_line *vcard_editor_find(const struct vcard_editor *self, const char *name)
{
	for (guint i = 0; i < self->span->properties->len; i++) {
		const struct content_line *line = g_ptr_array_index(self->span->properties, i);
		if (strcmp(line->name, name) == 0 && has_value(line)) {
			return line;
		}
	}
	return NULL;
}

static guint index_of(const struct vcard_editor *self, const struct content_line *line)
{
	guint low = 0;
	guint high = self->lines->len - 1;
	while (low < high) {
		const guint middle = (low + high) / 2;
		const struct content_line *candidate = g_ptr_array_index(self->lines, middle);
		if (candidate->offset < line->offset) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
}

static gboolean has_open_quote(const char *token)
{
	gboolean is_open = FALSE;
	for (; *token; token++) {
		is_open = *token == '"' ? !is_open : is_open;
	}
	return is_open;
}

GPtrArray *vcard_editor_head(const struct vcard_editor *self, const struct content_line *line)
{
	g_autoptr(GString) bytes = vcard_unfolded_bytes(self->text + line->offset, line->length);
	GPtrArray *head = g_ptr_array_new_with_free_func(g_free);
	char **tokens = content_line_head_split(bytes->str);
	for (char **token = tokens; token && *token; token++) {
		if (head->len > 0 && has_open_quote(*token)) {
			g_free(*token); /* it would hide all that follows from a strict reader */
		} else {
			g_ptr_array_add(head, *token);
		}
	}
	g_free(tokens);
	return head;
}

static gboolean token_is(const char *token, const char *parameter)
{
	static const char *const encodings[] = {"QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"};
	g_autofree char *name = g_strndup(token, strcspn(token, "="));
	g_strstrip(name);
	if (g_ascii_strcasecmp(name, parameter) == 0) {
		return TRUE;
	}
	if (strchr(token, '=')) {
		return FALSE;
	}
	gboolean is_encoding = FALSE;
	for (gsize i = 0; i < G_N_ELEMENTS(encodings); i++) {
		is_encoding = is_encoding || g_ascii_strcasecmp(name, encodings[i]) == 0;
	}
	return strcmp(parameter, is_encoding ? "ENCODING" : "TYPE") == 0;
}

void vcard_head_drop(GPtrArray *head, const char *parameter)
{
	for (guint i = head->len; i-- > 1;) {
		if (token_is(g_ptr_array_index(head, i), parameter)) {
			g_ptr_array_remove_index(head, i);
		}
	}
}

void vcard_head_add(GPtrArray *head, const char *token)
{
	g_ptr_array_add(head, g_strdup(token));
}

/* vCard 2.1 escapes the semicolon alone; our backslash has to survive too. Line breaks wait for the
 * encoding. */
void vcard_editor_append_value(const struct vcard_editor *self, GString *out, const char *text)
{
	if (self->span->version >= 3) {
		content_text_append_escaped(out, text);
		return;
	}
	for (; *text; text++) {
		if (*text == ';' || *text == '\\') {
			g_string_append_c(out, '\\');
		}
		if ((guchar)*text >= 0x20 ? *text != 0x7f : *text == '\t' || *text == '\n') {
			g_string_append_c(out, *text);
		}
	}
}

#define QUOTED_PRINTABLE_OCTETS 72 /* room for a whole "=XX" and the soft break in 76 */

static void append_quoted_printable(GString *out, const char *head, const char *value)
{
	gsize column = strlen(head) + 1;
	g_string_append_printf(out, "%s:", head);
	for (; *value; value++) {
		if (column >= QUOTED_PRINTABLE_OCTETS) {
			g_string_append(out, "=\r\n");
			column = 0;
		}
		const guchar byte = (guchar)*value;
		const gsize before = out->len;
		if (byte == '\n') {
			g_string_append(out, "=0D=0A");
		} else if (byte < 0x20 || byte >= 0x7f || byte == '=' || byte == ' ' ||
		           column == 0) {
			/* The first one too: no line may look like "END:VCARD". */
			g_string_append_printf(out, "=%02X", byte);
		} else {
			g_string_append_c(out, (char)byte);
		}
		column += out->len - before;
	}
	g_string_append(out, "\r\n");
}

static gboolean is_plain(const char *value)
{
	for (const char *at = value; *at; at++) {
		if ((guchar)*at < 0x20 || (guchar)*at >= 0x7f) {
			return FALSE;
		}
	}
	return strlen(value) < QUOTED_PRINTABLE_OCTETS;
}

static char *join_head(GPtrArray *head)
{
	GString *joined = g_string_new(NULL);
	for (guint i = 0; i < head->len; i++) {
		g_string_append_printf(joined, "%s%s", i ? ";" : "", (char *)head->pdata[i]);
	}
	return g_string_free(joined, FALSE);
}

/* vCard 2.1 keeps the blank of a fold, so that its text is never folded but quoted. */
static GString *encoded_line(const struct vcard_editor *self, GPtrArray *head, const char *value)
{
	GString *out = g_string_new(NULL);
	const gboolean is_picture = strstr(head->pdata[0], "PHOTO") != NULL;
	if (self->span->version < 3 && !is_picture && !is_plain(value)) {
		vcard_head_add(head, "CHARSET=UTF-8");
		vcard_head_add(head, "ENCODING=QUOTED-PRINTABLE");
		g_autofree char *joined = join_head(head);
		append_quoted_printable(out, joined, value);
	} else {
		g_autofree char *joined = join_head(head);
		g_autoptr(GString) line = g_string_new(joined);
		g_string_append_c(line, ':');
		for (; *value; value++) {
			if (*value == '\n') {
				g_string_append(line, "\\n");
			} else if (*value != '\r') {
				g_string_append_c(line, *value);
			}
		}
		content_line_append_folded(out, line->str);
		if (is_picture && self->span->version < 3) {
			g_string_append(out, "\r\n"); /* what ends a block in 2.1 */
		}
	}
	return out;
}

/* Takes text, whose lines end in CRLF. */
static char *with_line_ends(const struct vcard_editor *self, GString *text_taken)
{
	if (strcmp(self->line_end, "\r\n") != 0) {
		gsize kept = 0;
		for (gsize i = 0; i < text_taken->len; i++) {
			if (text_taken->str[i] != '\r') {
				const char byte = text_taken->str[i];
				text_taken->str[kept++] = byte == '\n' ? *self->line_end : byte;
			}
		}
		g_string_truncate(text_taken, kept);
	}
	return g_string_free(text_taken, FALSE);
}

void vcard_editor_delete(struct vcard_editor *self, const struct content_line *line)
{
	const guint index = index_of(self, line);
	g_free(self->replacements[index]);
	self->replacements[index] = g_strdup("");
	self->is_changed = true;
}

static void insert_text(struct vcard_editor *self, const char *name, GString *text)
{
	const guint last = GPOINTER_TO_UINT(g_hash_table_lookup(self->last_of_name, name));
	const guint index = last > 0 ? last - 1 : self->span->last;
	GString **place = &self->insertions[index];
	if (!*place) {
		*place = g_string_new(NULL);
		if (self->span->version < 3 &&
		    content_line_is_base64(g_ptr_array_index(self->lines, index))) {
			g_string_append(*place, self->line_end); /* what ends a block in 2.1 */
		}
	}
	g_autofree char *ended = with_line_ends(self, text);
	g_string_append(*place, ended);
}

void vcard_editor_put(struct vcard_editor *self, const struct content_line *line, GPtrArray *head,
                      const char *value)
{
	vcard_head_drop(head, "CHARSET");
	if (!strstr(head->pdata[0], "PHOTO")) {
		vcard_head_drop(head, "ENCODING");
	}
	GString *text = encoded_line(self, head, value);
	self->is_changed = true;
	if (!line) {
		insert_text(self, head->pdata[0], text);
		return;
	}
	const guint index = index_of(self, line);
	g_free(self->replacements[index]);
	self->replacements[index] = with_line_ends(self, text);
}

void vcard_editor_insert(struct vcard_editor *self, const char *unfolded)
{
	g_autoptr(GPtrArray) head = g_ptr_array_new_with_free_func(g_free);
	char **tokens = content_line_head_split(unfolded);
	gsize size = 0;
	for (char **token = tokens; *token; token++) {
		size += strlen(*token) + 1;
		g_ptr_array_add(head, *token);
	}
	g_free(tokens);
	vcard_editor_put(self, NULL, head, unfolded + size);
}

void vcard_editor_insert_lines(struct vcard_editor *self, const char *name, GString *text_taken)
{
	self->is_changed = true;
	insert_text(self, name, text_taken);
}

void vcard_editor_replace(struct vcard_editor *self, const struct content_line *line,
                          GString *text_taken)
{
	const guint index = index_of(self, line);
	self->is_changed = true;
	g_free(self->replacements[index]);
	self->replacements[index] = with_line_ends(self, text_taken);
}

/* A soft break without a next line would swallow whatever came behind it. */
static gboolean is_dangling(const struct content_line *line)
{
	const struct content_parameter *encoding = content_line_parameter(line, "ENCODING");
	const gboolean may_break =
		!*line->name ||
		(encoding && g_ascii_strcasecmp(encoding->values[0], "QUOTED-PRINTABLE") == 0);
	return may_break && g_str_has_suffix(line->value, "=");
}

static void append_on_its_own_line(GString *out, const char *text, const char *line_end)
{
	if (out->len > 0 && out->str[out->len - 1] != '\n' && out->str[out->len - 1] != '\r') {
		g_string_append(out, line_end);
	}
	g_string_append(out, text);
}

/* Without a name, or with one that only a fold completes. */
static gboolean begins_like_base64(const struct vcard_editor *self, const struct content_line *line)
{
	const char *text = self->text + line->offset;
	for (gsize i = 0; i < line->length && text[i] != '\r' && text[i] != '\n'; i++) {
		if (!g_ascii_isalnum(text[i]) && !strchr("+/= \t", text[i])) {
			return FALSE;
		}
	}
	return TRUE;
}

/* Right behind another line it would become part of that: a fold behind any, base64 text behind a
 * block. */
static gboolean needs_gap(const struct vcard_editor *self, guint index)
{
	if (index >= self->lines->len) {
		return FALSE;
	}
	const struct content_line *line = g_ptr_array_index(self->lines, index);
	const char *text = self->text + line->offset;
	return *text == ' ' || *text == '\t' || begins_like_base64(self, line);
}

/* An empty line, also behind a line that ends in a CR alone. */
static void append_gap(GString *out, const char *line_end)
{
	if (out->len > 0 && out->str[out->len - 1] == '\r') {
		g_string_append(out, line_end);
	}
	g_string_append(out, line_end);
}

char *vcard_editor_result(const struct vcard_editor *self)
{
	GString *out = g_string_sized_new(strlen(self->text) + 256);
	gsize copied = 0;
	for (guint i = 0; i < self->lines->len; i++) {
		const struct content_line *line = g_ptr_array_index(self->lines, i);
		const GString *insertion = self->insertions[i];
		g_string_append_len(out, self->text + copied, (gssize)(line->offset - copied));
		copied = line->offset + line->length;
		const gboolean comes_first =
			insertion && !self->replacements[i] && is_dangling(line);
		if (comes_first) {
			append_on_its_own_line(out, insertion->str, self->line_end);
			if (needs_gap(self, i)) {
				append_gap(out, self->line_end);
			}
		}
		if (self->replacements[i]) {
			g_string_append(out, self->replacements[i]);
		} else {
			g_string_append_len(out, self->text + line->offset, (gssize)line->length);
		}
		if (insertion && !comes_first) {
			append_on_its_own_line(out, insertion->str, self->line_end);
		}
		if ((insertion || self->replacements[i]) && needs_gap(self, i + 1)) {
			append_gap(out, self->line_end);
		}
	}
	g_string_append(out, self->text + copied);
	return g_string_free(out, FALSE);
}
