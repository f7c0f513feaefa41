/* SPDX-License-Identifier: MIT */
/* Encoded words (RFC 2047): found, decoded, put into UTF-8. */
#include "formats/mail_words.h"

#include "formats/mail_header.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define CHARSET_BYTES 40

/* ---- bytes ---- */

static void decode_quoted(const char *text, gsize size, GByteArray *out)
{
	for (gsize i = 0; i < size; i++) {
		guint8 byte = text[i] == '_' ? ' ' : (guint8)text[i];
		if (byte == '=' && i + 2 < size && g_ascii_isxdigit(text[i + 1]) &&
		    g_ascii_isxdigit(text[i + 2])) {
			byte = (guint8)(g_ascii_xdigit_value(text[i + 1]) * 16 +
			                g_ascii_xdigit_value(text[i + 2]));
			i += 2;
		}
		g_byte_array_append(out, &byte, 1);
	}
}

static int base64_value(char digit)
{
	static const char DIGITS[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = digit == '\0' ? NULL : strchr(DIGITS, digit);
	return at == NULL ? -1 : (int)(at - DIGITS);
}

/* GLib drops what is not a multiple of four; mails often lack the "=", or have it in the middle. */
static void decode_base64(const char *text, gsize size, GByteArray *out)
{
	guint32 bits = 0;
	int count = 0;
	for (gsize i = 0; i < size; i++) {
		const int value = base64_value(text[i]);
		if (text[i] == '=') {
			count = 0;
		}
		if (value < 0) {
			continue;
		}
		bits = bits << 6 | (guint32)value;
		count += 6;
		if (count >= 8) {
			count -= 8;
			const guint8 byte = (guint8)(bits >> count);
			g_byte_array_append(out, &byte, 1);
		}
	}
}

/* ---- characters ---- */

/* What mails say, and what they mean. */
static const struct {
	const char *said, *meant;
} CHARSETS[] = {
	{"us-ascii", ""},
	{"ascii", ""},
	{"utf-8", ""},
	{"utf8", ""},
	{"unknown-8bit", ""},
	{"iso-8859-1", "WINDOWS-1252"},
	{"latin1", "WINDOWS-1252"},
	{"gb2312", "GB18030"},
	{"gbk", "GB18030"},
	{"ks_c_5601-1987", "CP949"},
	{"euc-kr", "CP949"},
	{"shift_jis", "CP932"},
	{"iso-8859-8-i", "ISO-8859-8"},
};

/* A charset by its name; (GIConv)-1 = unknown, or no name of one. */
static GIConv open_charset(const char *name)
{
	const char *meant = name;
	for (gsize i = 0; i < G_N_ELEMENTS(CHARSETS); i++) {
		if (g_ascii_strcasecmp(name, CHARSETS[i].said) == 0) {
			meant = CHARSETS[i].meant;
		}
	}
	const gsize length = strlen(meant);
	const bool is_name = length > 0 && length <= CHARSET_BYTES &&
	                     strspn(meant, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	                                   "0123456789-_.:+()") == length;
	return is_name ? g_iconv_open("UTF-8", meant) : (GIConv)-1;
}

/* Each byte that makes no sense is one U+FFFD. */
static void convert(GIConv converter, const GByteArray *bytes, GString *out)
{
	char *at = (char *)bytes->data;
	gsize left = bytes->len;
	while (left > 0) {
		char buffer[1024];
		char *free_at = buffer;
		gsize free_size = sizeof(buffer);
		const gsize result = g_iconv(converter, &at, &left, &free_at, &free_size);
		const int why = errno;
		g_string_append_len(out, buffer, free_at - buffer);
		if (result == (gsize)-1 && why != E2BIG && left > 0) {
			g_string_append(out, "\xef\xbf\xbd");
			at++;
			left--;
		}
	}
}

static void append_characters(GString *out, const char *charset, const GByteArray *bytes)
{
	GIConv converter = open_charset(charset == NULL ? "" : charset);
	if (converter == (GIConv)-1) {
		const gboolean is_utf8 =
			g_utf8_validate((const char *)bytes->data, (gssize)bytes->len, NULL);
		const bool says_utf8 =
			charset != NULL && (g_ascii_strcasecmp(charset, "utf-8") == 0 ||
		                            g_ascii_strcasecmp(charset, "utf8") == 0);
		if (is_utf8 || says_utf8) {
			g_autofree char *valid =
				g_utf8_make_valid((const char *)bytes->data, (gssize)bytes->len);
			g_string_append(out, valid);
			return;
		}
		converter = g_iconv_open("UTF-8", "WINDOWS-1252");
	}
	if (converter != (GIConv)-1) {
		convert(converter, bytes, out);
		g_iconv_close(converter);
	}
}

/* ---- words ---- */

/* "=?charset?Q?text?=" */
struct word {
	const char *charset, *text;
	gsize charset_size, text_size;
	bool is_base64;
	const char *end; /* behind it */
};

static bool read_word(const char *at, struct word *word)
{
	if (at[0] != '=' || at[1] != '?') {
		return false;
	}
	word->charset = at + 2;
	const gsize name_size = strcspn(word->charset, "? \t=");
	const char *encoding = word->charset + name_size;
	const char *language = memchr(word->charset, '*', name_size); /* RFC 2231, 5 */
	word->charset_size = language == NULL ? name_size : (gsize)(language - word->charset);
	if (name_size == 0 || encoding[0] != '?' || encoding[1] == '\0' || encoding[2] != '?') {
		return false;
	}
	const char letter = g_ascii_tolower(encoding[1]);
	word->text = encoding + 3;
	const char *end = strstr(word->text, "?=");
	if ((letter != 'q' && letter != 'b') || end == NULL) {
		return false;
	}
	word->is_base64 = letter == 'b';
	word->text_size = (gsize)(end - word->text);
	word->end = end + 2;
	return true;
}

gsize mail_word_size(const char *at)
{
	struct word word;
	return read_word(at, &word) ? (gsize)(word.end - at) : 0;
}

/* Bytes that are decoded, and still without characters: words in a row are joined first, since some
 * end inside a character. */
struct pending {
	GByteArray *bytes;
	char *charset; /* NULL = none was said */
	GString *out;
};

static void flush(struct pending *self)
{
	if (self->bytes->len > 0) {
		append_characters(self->out, self->charset, self->bytes);
	}
	g_byte_array_set_size(self->bytes, 0);
	g_clear_pointer(&self->charset, g_free);
}

static void add_word(struct pending *self, const struct word *word)
{
	g_autofree char *charset = g_strndup(word->charset, word->charset_size);
	if (self->charset == NULL || g_ascii_strcasecmp(charset, self->charset) != 0) {
		flush(self);
		self->charset = g_steal_pointer(&charset);
	}
	if (word->is_base64) {
		decode_base64(word->text, word->text_size, self->bytes);
	} else {
		decode_quoted(word->text, word->text_size, self->bytes);
	}
}

static void add_plain(struct pending *self, const char *text, gsize size)
{
	if (self->charset != NULL) {
		flush(self);
	}
	g_byte_array_append(self->bytes, (const guint8 *)text, (guint)size);
}

static void decode(struct pending *self, const char *at)
{
	bool is_behind_word = false;
	while (*at != '\0') {
		struct word word;
		const gsize blanks = is_behind_word ? strspn(at, " \t") : 0;
		if (read_word(at + blanks, &word)) {
			add_word(self, &word);
			at = word.end;
			is_behind_word = true;
			continue;
		}
		const gsize size = 1 + strcspn(at + 1, "=");
		add_plain(self, at, size);
		at += size;
		is_behind_word = false;
	}
	flush(self);
}

char *mail_header_text(const char *value, gsize limit)
{
	g_autofree char *bounded = g_strndup(value, MAIL_HEADER_BYTES);
	struct pending pending = {g_byte_array_new(), NULL, g_string_new(NULL)};
	decode(&pending, bounded);
	for (gsize i = 0; i < pending.out->len; i++) {
		pending.out->str[i] += pending.out->str[i] == '\0' ? ' ' : 0;
	}
	char *line = text_line(pending.out->str, limit);
	g_byte_array_unref(pending.bytes);
	g_string_free(pending.out, TRUE);
	return line;
}
