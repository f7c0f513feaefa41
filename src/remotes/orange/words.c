/* SPDX-License-Identifier: MIT */
/* The server's words made fit for people, and its addresses fit for a browser. */
#include "remotes/orange/words.h"

#include <stdbool.h>
#include <string.h>

#define ADDRESS_BYTES 2048 /* what every browser takes */

/* A text that the server cut by bytes ends inside a character. */
static char *valid_text(const char *text)
{
	const char *end = NULL;
	if (g_utf8_validate(text, -1, &end)) {
		return g_strdup(text);
	}
	const gboolean is_tail =
		g_utf8_get_char_validated(end, (gssize)strlen(end)) == (gunichar)-2;
	return is_tail ? g_strndup(text, (gsize)(end - text)) : g_utf8_make_valid(text, -1);
}

static bool is_dropped(gunichar character)
{
	const GUnicodeType type = g_unichar_type(character);
	return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT;
}

char *words_line(const char *text, gsize limit)
{
	if (text == NULL) {
		return NULL;
	}
	g_autofree char *valid = valid_text(text);
	g_autoptr(GString) line = g_string_new(NULL);
	bool is_blank_due = false;
	for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar character = g_utf8_get_char(at);
		if (g_unichar_isspace(character)) {
			is_blank_due = line->len > 0;
			continue;
		}
		if (is_dropped(character)) {
			continue;
		}
		const gsize needed = (gsize)g_unichar_to_utf8(character, NULL) + is_blank_due;
		if (line->len + needed > limit) {
			break;
		}
		if (is_blank_due) {
			g_string_append_c(line, ' ');
			is_blank_due = false;
		}
		g_string_append_unichar(line, character);
	}
	return line->len == 0 ? NULL : g_strdup(line->str);
}

char *words_address(const char *text)
{
	if (text == NULL || !g_utf8_validate(text, -1, NULL)) {
		return NULL;
	}
	g_autoptr(GString) address = g_string_new(NULL);
	for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar character = g_utf8_get_char(at);
		if (g_unichar_isspace(character)) {
			continue;
		}
		if (is_dropped(character) || character == '"' || character == '<' ||
		    character == '>') {
			return NULL;
		}
		g_string_append_unichar(address, character);
	}
	const bool is_web = g_ascii_strncasecmp(address->str, "http://", 7) == 0 ||
	                    g_ascii_strncasecmp(address->str, "https://", 8) == 0;
	return is_web && address->len <= ADDRESS_BYTES ? g_strdup(address->str) : NULL;
}
