/* SPDX-License-Identifier: MIT */
/* What GLib's text functions leave open. */
#include "base/text.h"

char *text_normalize(const char *text, GNormalizeMode mode)
{
	char *normal = g_utf8_normalize(text, -1, mode);
	if (normal == NULL && g_utf8_validate(text, -1, NULL)) {
		g_error("failed to allocate memory for a text");
	}
	return normal;
}

/* "%2B" -> "%2b" */
static char *lower_escapes(const char *escaped)
{
	char *lower = g_strdup(escaped);
	for (char *at = lower; *at != '\0'; at++) {
		if (at[0] == '%' && at[1] != '\0' && at[2] != '\0') {
			at[1] = g_ascii_tolower(at[1]);
			at[2] = g_ascii_tolower(at[2]);
			at += 2;
		}
	}
	return lower;
}

void text_hide(char **text, const char *secret)
{
	if (*text == NULL || secret == NULL || secret[0] == '\0') {
		return;
	}
	g_autofree char *escaped = g_uri_escape_string(secret, NULL, FALSE);
	g_autofree char *lower = lower_escapes(escaped);
	g_autofree char *markup = g_markup_escape_text(secret, -1);
	const char *const forms[] = {secret, escaped, lower, markup};
	GString *hidden = g_string_new(*text);
	for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
		if (i == 0 || !g_str_equal(forms[i], secret)) {
			g_string_replace(hidden, forms[i], "[hidden]", 0);
		}
	}
	g_free(*text);
	*text = g_string_free(hidden, FALSE);
}
