/* SPDX-License-Identifier: MIT */
/* The words of IMAP: how a name is written, how a reply is read. */
#include "net/imap_text.h"

#include <string.h>

#include "base/text.h"

#define WORDS_BYTES 200

/* ---- reading ---- */

static void skip_blanks(struct imap_cursor *self)
{
	while (self->at < self->end && *self->at == ' ') {
		self->at++;
	}
}

/* RFC 3501, 9: atom-specials, but for those that servers put into flags and names. */
static bool ends_atom(char byte)
{
	return byte == ' ' || byte == '(' || byte == ')' || byte == '"' || byte == '{' ||
	       g_ascii_iscntrl(byte);
}

static const char *atom_end(const struct imap_cursor *self)
{
	const char *at = self->at;
	while (at < self->end && !ends_atom(*at)) {
		at++;
	}
	return at;
}

bool imap_read_word(struct imap_cursor *self, const char *word)
{
	struct imap_cursor next = *self;
	skip_blanks(&next);
	const char *end = atom_end(&next);
	const gsize length = strlen(word);
	if ((gsize)(end - next.at) != length || g_ascii_strncasecmp(next.at, word, length) != 0) {
		return false;
	}
	self->at = end;
	return true;
}

bool imap_read_number(struct imap_cursor *self, guint64 *number)
{
	struct imap_cursor next = *self;
	skip_blanks(&next);
	const char *end = atom_end(&next);
	g_autofree char *digits = g_strndup(next.at, MIN((gsize)(end - next.at), 32));
	if (!g_ascii_string_to_unsigned(digits, 10, 0, G_MAXINT64, number, NULL)) {
		return false;
	}
	self->at = end;
	return true;
}

bool imap_read_mark(struct imap_cursor *self, char mark)
{
	struct imap_cursor next = *self;
	skip_blanks(&next);
	if (next.at == next.end || *next.at != mark) {
		return false;
	}
	self->at = next.at + 1;
	return true;
}

static char *read_quoted(struct imap_cursor *self, gsize *size)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (const char *at = self->at + 1; at < self->end; at++) {
		if (*at == '"') {
			self->at = at + 1;
			*size = text->len;
			return g_string_free(g_steal_pointer(&text), FALSE);
		}
		if (*at == '\\' && at + 1 < self->end) {
			at++;
		}
		g_string_append_c(text, *at);
	}
	return NULL;
}

/* "{5}", a line break, and so many bytes: the line was read as long as it says. */
static char *read_literal(struct imap_cursor *self, gsize *size)
{
	const char *digits = self->at + 1;
	const char *close = memchr(digits, '}', (gsize)MIN(self->end - digits, 16));
	const char *text =
		close == NULL ? NULL : memchr(close, '\n', (gsize)MIN(self->end - close, 3));
	const guint64 length = close == NULL ? 0 : g_ascii_strtoull(digits, NULL, 10);
	if (text == NULL || !g_ascii_isdigit(digits[0]) ||
	    length > (guint64)(self->end - (text + 1))) {
		return NULL;
	}
	char *copy = g_malloc(length + 1);
	memcpy(copy, text + 1, length);
	copy[length] = '\0';
	self->at = text + 1 + length;
	*size = length;
	return copy;
}

static char *read_atom(struct imap_cursor *self, gsize *size)
{
	const char *end = atom_end(self);
	if (end == self->at) {
		return NULL;
	}
	const bool is_nil = end - self->at == 3 && g_ascii_strncasecmp(self->at, "NIL", 3) == 0;
	*size = is_nil ? 0 : (gsize)(end - self->at);
	char *copy = g_strndup(self->at, *size);
	self->at = end;
	return copy;
}

char *imap_read_string(struct imap_cursor *self, gsize *size)
{
	struct imap_cursor next = *self;
	skip_blanks(&next);
	if (next.end - next.at > 1 && next.at[0] == '~' && next.at[1] == '{') {
		next.at++; /* RFC 3516, 4.1: a literal of bytes */
	}
	char *text = NULL;
	if (next.at < next.end && *next.at == '"') {
		text = read_quoted(&next, size);
	} else if (next.at < next.end && *next.at == '{') {
		text = read_literal(&next, size);
	} else {
		text = read_atom(&next, size);
	}
	if (text != NULL) {
		*self = next;
	}
	return text;
}

char *imap_read_item(struct imap_cursor *self)
{
	struct imap_cursor next = *self;
	skip_blanks(&next);
	const char *name = next.at;
	while (next.at < next.end && *next.at != '[' && !ends_atom(*next.at)) {
		next.at++;
	}
	const char *name_end = next.at;
	if (next.at < next.end && *next.at == '[') {
		const char *close = memchr(next.at, ']', (gsize)(next.end - next.at));
		if (close == NULL) {
			return NULL;
		}
		next.at = close + 1;
		next.at = atom_end(&next); /* where a part began: "<0>" */
	}
	if (name_end == name) {
		return NULL;
	}
	*self = next;
	return g_strndup(name, (gsize)(name_end - name));
}

bool imap_skip_value(struct imap_cursor *self)
{
	struct imap_cursor next = *self;
	gsize depth = 0;
	do {
		if (imap_read_mark(&next, '(')) {
			depth++;
		} else if (depth > 0 && imap_read_mark(&next, ')')) {
			depth--;
		} else {
			gsize size = 0;
			g_autofree char *value = imap_read_string(&next, &size);
			if (value == NULL) {
				return false;
			}
		}
	} while (depth > 0);
	*self = next;
	return true;
}

/* ---- writing ---- */

char *imap_quote(const char *text)
{
	GString *quoted = g_string_new("\"");
	for (; *text != '\0'; text++) {
		if (g_ascii_iscntrl(*text) || (guchar)*text >= 0x80) {
			g_string_free(quoted, TRUE);
			return NULL;
		}
		if (*text == '"' || *text == '\\') {
			g_string_append_c(quoted, '\\');
		}
		g_string_append_c(quoted, *text);
	}
	g_string_append_c(quoted, '"');
	return g_string_free(quoted, FALSE);
}

/* RFC 3501, 5.1.3: the UTF-16 of the characters in base64, "," for "/", without "=". */
static void append_shifted(GString *out, const gunichar2 *units, glong count)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	for (glong i = 0; i < count; i++) {
		const guint8 pair[2] = {(guint8)(units[i] >> 8), (guint8)(units[i] & 0xff)};
		g_byte_array_append(bytes, pair, 2);
	}
	g_autofree char *encoded = g_base64_encode(bytes->data, bytes->len);
	encoded[strcspn(encoded, "=")] = '\0';
	g_strdelimit(encoded, "/", ',');
	g_string_append_printf(out, "&%s-", encoded);
}

static char *to_modified_utf7(const char *name)
{
	GString *out = g_string_new(NULL);
	while (*name != '\0') {
		const char *end = name;
		while ((guchar)*end >= 0x80) {
			end++;
		}
		if (end > name) {
			glong count = 0;
			g_autofree gunichar2 *units =
				g_utf8_to_utf16(name, end - name, NULL, &count, NULL);
			append_shifted(out, units, count);
			name = end;
			continue;
		}
		g_string_append(out, *name == '&' ? "&-" : (char[]){*name, '\0'});
		name++;
	}
	return g_string_free(out, FALSE);
}

char *imap_quote_mailbox(const char *name)
{
	if (!g_utf8_validate(name, -1, NULL)) {
		return NULL;
	}
	g_autofree char *encoded = to_modified_utf7(name);
	return imap_quote(encoded);
}

/* ---- showing ---- */

char *imap_clean_words(const char *text, gsize size)
{
	g_autofree char *copy = g_strndup(text, MIN(size, WORDS_BYTES * 4));
	char *line = text_line(copy, WORDS_BYTES);
	return line == NULL ? g_strdup("") : line;
}
