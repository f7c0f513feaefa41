/* SPDX-License-Identifier: MIT */
/* Which encoding the bytes of a reply are in, and their text in UTF-8. */
#include "net/xml_repair.h"

#include <string.h>

#define DECLARATION_BYTES                                                                          \
	1024 /* an XML declaration, indentation before it included, is shorter                     \
	      */

/* Declared names of the single-byte encodings that replies were seen in; all else is read as UTF-8.
 */
static const struct {
	const char *declared, *charset;
} latin[] = {
	{"iso-8859-1", "ISO-8859-1"},     {"iso_8859-1", "ISO-8859-1"},   {"latin1", "ISO-8859-1"},
	{"iso-8859-15", "ISO-8859-15"},   {"iso_8859-15", "ISO-8859-15"}, {"latin9", "ISO-8859-15"},
	{"windows-1252", "WINDOWS-1252"}, {"cp1252", "WINDOWS-1252"},
};

/* The name in the declaration; NULL without one. */
static char *declared_encoding(const char *data, gsize size)
{
	g_autofree char *head = g_strndup(data, MIN(size, DECLARATION_BYTES));
	const char *start = head + strspn(head, " \t\r\n\xC2\xA0\xEF\xBB\xBF");
	const char *end = strstr(start, "?>");
	if (!g_str_has_prefix(start, "<?xml") || end == NULL) {
		return NULL;
	}
	const char *at = g_strstr_len(start, end - start, "encoding");
	if (at == NULL) {
		return NULL;
	}
	at += strlen("encoding");
	at += strspn(at, " \t\r\n=\"'\xC2\xA0");
	return g_strndup(at, strcspn(at, " \t\r\n\"'?\xC2\xA0"));
}

static const char *latin_charset(const char *declared)
{
	for (gsize i = 0; declared != NULL && i < G_N_ELEMENTS(latin); i++) {
		if (g_ascii_strcasecmp(declared, latin[i].declared) == 0) {
			return latin[i].charset;
		}
	}
	return NULL;
}

/* One valid character beyond ASCII: chance does not write UTF-8. */
static bool has_multibyte(const char *data, gsize size)
{
	for (const char *at = data, *end = data + size; at < end; at++) {
		if ((guchar)*at < 0x80) {
			continue;
		}
		const gunichar character = g_utf8_get_char_validated(at, end - at);
		if (character != (gunichar)-1 && character != (gunichar)-2) {
			return true;
		}
	}
	return false;
}

static GString *take_string(char *text, gsize size)
{
	GString *string = g_string_new_len(text, (gssize)size);
	g_free(text);
	return string;
}

/* Every byte is a character there, so this cannot fail; names of undefined bytes in other charsets
 * may. */
static GString *from_latin(const char *data, gsize size, const char *charset)
{
	gsize written = 0;
	char *text = g_convert(data, (gssize)size, "UTF-8", charset, NULL, &written, NULL);
	if (text == NULL) {
		text = g_convert(data, (gssize)size, "UTF-8", "ISO-8859-1", NULL, &written, NULL);
	}
	return text == NULL ? NULL : take_string(text, written);
}

GString *xml_to_utf8(const char *data, gsize size, GError **error)
{
	if (memchr(data, '\0', size) != NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		            "the reply is not XML: it holds a NUL byte");
		return NULL;
	}
	g_autofree char *declared = declared_encoding(data, size);
	const char *charset = latin_charset(declared);
	GString *text = NULL;
	if (charset != NULL) {
		text = from_latin(data, size, charset);
	} else if (g_utf8_validate(data, (gssize)size, NULL)) {
		return g_string_new_len(data, (gssize)size);
	} else if (declared == NULL && !has_multibyte(data, size)) {
		text = from_latin(data, size, "ISO-8859-1");
	}
	if (text == NULL) {
		char *valid = g_utf8_make_valid(data, (gssize)size);
		text = take_string(valid, strlen(valid));
	}
	return text;
}
