/* SPDX-License-Identifier: MIT */
/* The server's addresses made fit for a browser. */
#include "remotes/orange/words.h"

#include <stdbool.h>
#include <string.h>

#define ADDRESS_BYTES 2048 /* what every browser takes */

static bool is_dropped(gunichar character)
{
	const GUnicodeType type = g_unichar_type(character);
	return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT;
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
