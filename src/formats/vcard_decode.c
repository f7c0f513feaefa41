/* SPDX-License-Identifier: MIT */
/* Bytes of unknown encoding to UTF-8: whole files and single vCard values. */
#include <string.h>

#include "base/limits.h"
#include "formats/vcard.h"
#include "formats/vcard_parts.h"

/* What iconv may be asked for: a name from outside would have it load any module. */
static const char *const charsets[] = {
	"UTF-8",        "US-ASCII",     "ISO-8859-1",   "ISO-8859-2",   "ISO-8859-3",
	"ISO-8859-4",   "ISO-8859-5",   "ISO-8859-6",   "ISO-8859-7",   "ISO-8859-8",
	"ISO-8859-9",   "ISO-8859-10",  "ISO-8859-13",  "ISO-8859-14",  "ISO-8859-15",
	"ISO-8859-16",  "WINDOWS-1250", "WINDOWS-1251", "WINDOWS-1252", "WINDOWS-1253",
	"WINDOWS-1254", "WINDOWS-1255", "WINDOWS-1256", "WINDOWS-1257", "WINDOWS-1258",
	"CP1250",       "CP1251",       "CP1252",       "SHIFT_JIS",    "CP932",
	"EUC-JP",       "ISO-2022-JP",  "GB2312",       "GBK",          "GB18030",
	"BIG5",         "EUC-KR",       "KOI8-R",       "KOI8-U",       "MACINTOSH",
	"TIS-620",
};

static const char *known_charset(const char *name)
{
	for (gsize i = 0; name && i < G_N_ELEMENTS(charsets); i++) {
		if (g_ascii_strcasecmp(name, charsets[i]) == 0) {
			return charsets[i];
		}
	}
	return NULL;
}

/* Never fails: the five bytes that windows-1252 lacks become their latin-1 controls. */
static char *windows_1252_to_utf8(const char *data, gsize size)
{
	static const gunichar high[32] = {
		0x20ac, 0x81,   0x201a, 0x192,  0x201e, 0x2026, 0x2020, 0x2021,
		0x2c6,  0x2030, 0x160,  0x2039, 0x152,  0x8d,   0x17d,  0x8f,
		0x90,   0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
		0x2dc,  0x2122, 0x161,  0x203a, 0x153,  0x9d,   0x17e,  0x178,
	};
	GString *out = g_string_sized_new(size + size / 4);
	for (gsize i = 0; i < size; i++) {
		const guchar byte = (guchar)data[i];
		if (byte < 0x80) {
			g_string_append_c(out, (char)byte);
		} else {
			g_string_append_unichar(out, byte < 0xa0 ? high[byte - 0x80] : byte);
		}
	}
	return g_string_free(out, FALSE);
}

static char *quoted_printable_read(const char *text, gsize *size)
{
	char *data = g_malloc(strlen(text) + 1);
	char *out = data;
	while (*text) {
		if (*text == '=' && g_ascii_isxdigit(text[1]) && g_ascii_isxdigit(text[2])) {
			*out = (char)(g_ascii_xdigit_value(text[1]) * 16 +
			              g_ascii_xdigit_value(text[2]));
			out += *out ? 1 : 0;
			text += 3;
		} else {
			*out++ = *text++;
		}
	}
	*out = '\0';
	*size = (gsize)(out - data);
	return data;
}

/* CRLF and CR, as quoted-printable lines hold them, become LF; other controls but the tab mean
 * nothing in a card. */
static char *without_controls(char *text)
{
	char *out = text;
	for (const char *at = text; *at; at++) {
		if (*at == '\r' ? at[1] != '\n' : *at == '\n') {
			*out++ = '\n';
		} else if (((guchar)*at >= 0x20 && *at != 0x7f) || *at == '\t') {
			*out++ = *at;
		}
	}
	*out = '\0';
	return text;
}

static const char *parameter_text(const struct content_line *line, const char *name)
{
	const struct content_parameter *parameter = content_line_parameter(line, name);
	return parameter ? parameter->values[0] : NULL;
}

/*
 * Eight-bit text that is UTF-8 is taken as such whatever its label says: files that were converted
 * as a whole keep their labels. Quoted-printable was not touched by that, so there the label comes
 * first.
 */
static char *charset_to_utf8(const char *data, gsize size, const char *label, gboolean is_encoded,
                             bool *is_guessed)
{
	const char *charset = known_charset(label);
	const gboolean is_utf8 = g_utf8_validate(data, (gssize)size, NULL);
	const gboolean has_shifts = memchr(data, '\x1b', size) != NULL; /* ISO-2022: seven-bit */
	if (charset && (!is_utf8 || is_encoded || has_shifts)) {
		char *text = g_convert(data, (gssize)size, "UTF-8", charset, NULL, NULL, NULL);
		if (text) {
			return text;
		}
	}
	*is_guessed = !is_utf8;
	return is_utf8 ? g_strndup(data, size) : windows_1252_to_utf8(data, size);
}

char *vcard_line_text(const struct content_line *line, bool *is_guessed)
{
	const char *encoding = parameter_text(line, "ENCODING");
	const gboolean is_encoded =
		encoding && g_ascii_strcasecmp(encoding, "QUOTED-PRINTABLE") == 0;
	gsize size = strlen(line->value);
	g_autofree char *decoded = is_encoded ? quoted_printable_read(line->value, &size) : NULL;
	*is_guessed = false;
	return without_controls(charset_to_utf8(decoded ? decoded : line->value, size,
	                                        parameter_text(line, "CHARSET"), is_encoded,
	                                        is_guessed));
}

/* By its mark, or by the zero bytes that ASCII has in UTF-16. 0: it is none; 1: little-endian; 2:
 * big-endian. */
static int utf16_order(const guchar *data, gsize size, gsize *mark)
{
	*mark = 0;
	if (size < 4) {
		return 0;
	}
	if ((data[0] == 0xff && data[1] == 0xfe) || (data[0] == 0xfe && data[1] == 0xff)) {
		*mark = 2;
		return data[0] == 0xff ? 1 : 2;
	}
	if (data[0] && !data[1] && data[2] && !data[3]) {
		return 1;
	}
	return !data[0] && data[1] && !data[2] && data[3] ? 2 : 0;
}

char *vcard_utf16_to_utf8(const void *data, gsize size, gsize *out_size)
{
	const guchar *bytes = data;
	gsize mark = 0;
	const int order = utf16_order(bytes, size, &mark);
	if (order == 0) {
		return NULL;
	}
	GString *out = g_string_sized_new(size);
	gunichar lead = 0;
	for (gsize i = mark; i + 1 < size; i += 2) {
		const gunichar unit = order == 1 ? (gunichar)(bytes[i] | bytes[i + 1] << 8)
		                                 : (gunichar)(bytes[i] << 8 | bytes[i + 1]);
		if (unit >= 0xd800 && unit < 0xdc00) {
			lead = unit;
			continue;
		}
		const gboolean is_trail = unit >= 0xdc00 && unit < 0xe000;
		if (is_trail && lead) {
			g_string_append_unichar(out,
			                        0x10000 + ((lead - 0xd800) << 10) + unit - 0xdc00);
		} else if (unit != 0) {
			g_string_append_unichar(out, is_trail ? 0xfffd : unit);
		}
		lead = 0;
	}
	*out_size = out->len;
	return g_string_free(out, FALSE);
}

GString *vcard_unfolded_bytes(const char *data, gsize size)
{
	GString *out = g_string_sized_new(size);
	for (gsize i = 0; i < size; i++) {
		if (data[i] != '\r' && data[i] != '\n') {
			g_string_append_c(out, data[i]);
			continue;
		}
		gsize next = i;
		while (next < size && next < i + 3 && (data[next] == '\r' || data[next] == '\n')) {
			next++;
		}
		if (next < size && (data[next] == ' ' || data[next] == '\t')) {
			i = next;
		} else if (next < size) {
			g_string_append_c(out, data[i]); /* a soft break, a base64 block */
		}
	}
	return out;
}

static void append_line_as_utf8(GString *out, const char *data, const struct content_line *line)
{
	const char *bytes = data + line->offset;
	if (g_utf8_validate(bytes, (gssize)line->length, NULL)) {
		g_string_append_len(out, bytes, (gssize)line->length);
		return;
	}
	g_autoptr(GString) unfolded = vcard_unfolded_bytes(bytes, line->length);
	/* a block of base64 has no characters to join, and may not be read on with other folds */
	if (!content_line_is_base64(line) &&
	    g_utf8_validate(unfolded->str, (gssize)unfolded->len, NULL)) {
		content_line_append_folded(out, unfolded->str);
		return;
	}
	bool is_guessed = false;
	g_autofree char *text = charset_to_utf8(
		bytes, line->length, parameter_text(line, "CHARSET"), FALSE, &is_guessed);
	g_string_append(out, text);
}

static char *lines_to_utf8(const char *data, gsize size)
{
	g_autoptr(GPtrArray) lines = content_lines_read(data, size, NULL);
	if (!lines) {
		return windows_1252_to_utf8(data, size);
	}
	GString *out = g_string_sized_new(size + size / 4);
	gsize copied = 0;
	for (guint i = 0; i < lines->len; i++) {
		const struct content_line *line = g_ptr_array_index(lines, i);
		/* empty lines, which end a block of base64 */
		g_string_append_len(out, data + copied, (gssize)(line->offset - copied));
		append_line_as_utf8(out, data, line);
		copied = line->offset + line->length;
	}
	g_string_append_len(out, data + copied, (gssize)(size - copied));
	return g_string_free(out, FALSE);
}

char *vcard_to_utf8(const void *data, gsize size)
{
	gsize converted_size = 0;
	char *converted = vcard_utf16_to_utf8(data, size, &converted_size);
	if (converted) {
		return converted;
	}
	const char *bytes = data;
	if (size >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) {
		bytes += 3;
		size -= 3;
	}
	g_autoptr(GString) clean = g_string_sized_new(size);
	while (size > 0) {
		const char *nul = memchr(bytes, '\0', size);
		const gsize run = nul ? (gsize)(nul - bytes) : size;
		g_string_append_len(clean, bytes, (gssize)run);
		bytes += nul ? run + 1 : run;
		size -= nul ? run + 1 : run;
	}
	if (g_utf8_validate(clean->str, (gssize)clean->len, NULL)) {
		return g_string_free(g_steal_pointer(&clean), FALSE);
	}
	return lines_to_utf8(clean->str, clean->len);
}

static bool is_folded_utf8(const char *data, gsize size)
{
	g_autoptr(GPtrArray) lines = content_lines_read(data, size, NULL);
	for (guint i = 0; lines != NULL && i < lines->len; i++) {
		const struct content_line *line = g_ptr_array_index(lines, i);
		g_autoptr(GString) unfolded =
			vcard_unfolded_bytes(data + line->offset, line->length);
		if (!g_utf8_validate(unfolded->str, (gssize)unfolded->len, NULL)) {
			return false;
		}
	}
	return lines != NULL;
}

const char *vcard_encoding_repair(const void *data, gsize size)
{
	gsize mark = 0;
	if (utf16_order(data, size, &mark) != 0) {
		return "the file is UTF-16";
	}
	if (size > 0 && memchr(data, '\0', size) != NULL) {
		return "the file holds NUL bytes, left out";
	}
	if (g_utf8_validate(data, (gssize)size, NULL)) {
		return NULL;
	}
	return is_folded_utf8(data, size)
	               ? "lines are folded inside a character"
	               : "the file is not UTF-8, read as its lines say, else as windows-1252";
}
