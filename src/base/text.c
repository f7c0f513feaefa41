/* SPDX-License-Identifier: MIT */
/* What GLib's text functions leave open. */
#include "base/text.h"

#include <stdbool.h>
#include <string.h>

#define CUT_BYTES       4 /* less than that of a secret helps nobody */
#define ENCODED_AT_MOST 3

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

/* How much of what the text ends with is a beginning of form. */
static gsize cut_length(const char *text, const char *form)
{
	const gsize size = strlen(text);
	for (gsize length = MIN(strlen(form), size); length >= CUT_BYTES; length--) {
		if (memcmp(text + size - length, form, length) == 0) {
			return length;
		}
	}
	return 0;
}

static void hide_form(GString *text, const char *form)
{
	g_string_replace(text, form, TEXT_HIDDEN, 0);
	const gsize cut = cut_length(text->str, form);
	if (cut > 0) {
		g_string_truncate(text, text->len - cut);
		g_string_append(text, TEXT_HIDDEN);
	}
}

/* In place; what is no escape stays. */
static void unescape(char *text)
{
	char *to = text;
	for (const char *at = text; *at != '\0'; at++) {
		if (at[0] == '%' && g_ascii_isxdigit(at[1]) && g_ascii_isxdigit(at[2])) {
			*to++ = (char)(g_ascii_xdigit_value(at[1]) * 16 +
			               g_ascii_xdigit_value(at[2]));
			at += 2;
		} else if (at[0] == '%' && (at[1] == '\0' || at[2] == '\0')) {
			break; /* cut within an escape */
		} else {
			*to++ = *at;
		}
	}
	*to = '\0';
}

/* Encoders differ in what they leave as it is, and some encode twice. */
static bool is_still_quoted(const char *text, const char *secret)
{
	g_autofree char *plain = g_strdup(text);
	for (guint round = 0; round < ENCODED_AT_MOST && strchr(plain, '%') != NULL; round++) {
		unescape(plain);
		if (strstr(plain, secret) != NULL || cut_length(plain, secret) > 0) {
			return true;
		}
	}
	return false;
}

void text_hide(char **text, const char *secret)
{
	if (*text == NULL || secret == NULL || secret[0] == '\0') {
		return;
	}
	g_autofree char *escaped = g_uri_escape_string(secret, NULL, FALSE);
	g_autofree char *lower = lower_escapes(escaped);
	g_autofree char *markup = g_markup_escape_text(secret, -1);
	g_autofree char *form = g_strdelimit(g_strdup(secret), " ", '+');
	const char *const forms[] = {secret, escaped, lower, markup, form};
	GString *hidden = g_string_new(*text);
	for (gsize i = 0; i < G_N_ELEMENTS(forms); i++) {
		if (i == 0 || !g_str_equal(forms[i], secret)) {
			hide_form(hidden, forms[i]);
		}
	}
	if (is_still_quoted(hidden->str, secret)) {
		g_string_assign(hidden, TEXT_HIDDEN);
	}
	g_free(*text);
	*text = g_string_free(hidden, FALSE);
}
