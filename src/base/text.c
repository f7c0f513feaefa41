/* SPDX-License-Identifier: MIT */
/* What GLib's text functions leave open. */
#include "base/text.h"

#include <stdbool.h>
#include <string.h>

#define CUT_BYTES       4 /* less than that of a secret helps nobody */
#define ENCODED_AT_MOST 3

/* Characters that are normalised at once: at least these, and at most. */
#define PIECE_LEAST 64
#define PIECE_MOST  512
#define PIECE_MARKS 30 /* in a row: no language has more (UAX #15, Stream-Safe Text Format) */

/* Does normalisation never reach over the place before it? A part of a Hangul syllable joins the
 * one before. */
static bool begins_anew(gunichar character)
{
	if (character < 0x80) {
		return true;
	}
	switch (g_unichar_type(character)) {
	case G_UNICODE_LOWERCASE_LETTER:
	case G_UNICODE_UPPERCASE_LETTER:
	case G_UNICODE_TITLECASE_LETTER:
	case G_UNICODE_OTHER_LETTER:
		return g_unichar_get_script(character) != G_UNICODE_SCRIPT_HANGUL;
	default:
		return false;
	}
}

static const char *piece_end(const char *text)
{
	guint count = 0, marks = 0;
	for (; *text != '\0'; text = g_utf8_next_char(text), count++) {
		const gunichar character = g_utf8_get_char(text);
		const bool is_mark = g_unichar_combining_class(character) != 0;
		if (marks == PIECE_MARKS || (count >= PIECE_MOST && !is_mark) ||
		    (count >= PIECE_LEAST && begins_anew(character))) {
			break;
		}
		marks = is_mark ? marks + 1 : 0;
	}
	return text;
}

/* Piece by piece: what GLib does takes the square of the length, minutes for 1 MiB of accents. */
char *text_normalize(const char *text, GNormalizeMode mode)
{
	if (!g_utf8_validate(text, -1, NULL)) {
		return NULL;
	}
	GString *normal = g_string_new(NULL);
	while (*text != '\0') {
		const char *end = piece_end(text);
		g_autofree char *piece = g_utf8_normalize(text, end - text, mode);
		if (piece == NULL) {
			g_error("failed to allocate memory for a text");
		}
		g_string_append(normal, piece);
		text = end;
	}
	return g_string_free(normal, FALSE);
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

/* ---- one line ---- */

/* A text that was cut by bytes ends inside a character. */
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

char *text_line(const char *text, gsize limit)
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
