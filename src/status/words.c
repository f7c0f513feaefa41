/* SPDX-License-Identifier: MIT */
/* Text from outside, made harmless for one line of a terminal or a bar. */
#include "status/words.h"

#include <stdbool.h>
#include <string.h>

#define MOMENT 5 /* seconds: less is not worth a number */

/* Bidirectional controls turn the text around them; the rest is invisible or ends the line. */
static bool is_left_out(gunichar character)
{
	switch (g_unichar_type(character)) {
	case G_UNICODE_CONTROL:
	case G_UNICODE_FORMAT:
	case G_UNICODE_PRIVATE_USE:
	case G_UNICODE_SURROGATE:
	case G_UNICODE_UNASSIGNED:
		return true;
	default:
		return false;
	}
}

static bool is_blank(gunichar character)
{
	return g_unichar_isspace(character) || character == 0x2028 || character == 0x2029;
}

char *words_clean(const char *text, gsize max_characters)
{
	g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
	GString *out = g_string_new(NULL);
	gsize count = 0;
	bool is_gap = false;
	for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar character = g_utf8_get_char(at);
		if (is_blank(character)) {
			is_gap = out->len > 0;
			continue;
		}
		if (is_left_out(character)) {
			continue;
		}
		if (count + (is_gap ? 2 : 1) > max_characters) {
			g_string_append(out, "…");
			break;
		}
		if (is_gap) {
			g_string_append_c(out, ' ');
			count++;
			is_gap = false;
		}
		g_string_append_unichar(out, character);
		count++;
	}
	return g_string_free(out, FALSE);
}

char *words_clean_pango(const char *text, gsize max_characters)
{
	g_autofree char *clean = words_clean(text, max_characters);
	return g_markup_escape_text(clean, -1);
}

/* Every find in text becomes replacement. Owned. */
static char *replaced(const char *text, const char *find, const char *replacement)
{
	GString *out = g_string_new(text);
	g_string_replace(out, find, replacement, 0);
	return g_string_free(out, FALSE);
}

/* polybar knows no escape: an order begins with these two characters side by side. */
char *words_escape_polybar(const char *clean)
{
	return replaced(clean, "%{", "% {");
}

/* xmobar(1), "Dynamically sized raw text": <raw=length:text/> is not looked into. */
char *words_escape_xmobar(const char *clean)
{
	return replaced(clean, "<", "<raw=1:</>");
}

/* tmux(1), FORMATS and STYLES: ## is a #. What a command prints passes no strftime. */
char *words_escape_tmux(const char *clean)
{
	return replaced(clean, "#", "##");
}

char *words_count(gint64 count)
{
	g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, count);
	GString *out = g_string_new(digits);
	gssize first = digits[0] == '-' ? 1 : 0;
	for (gssize at = (gssize)out->len - 3; at > first; at -= 3) {
		g_string_insert_c(out, at, ',');
	}
	return g_string_free(out, FALSE);
}

/* "3 min"; distance in seconds, not negative. */
static char *span(gint64 distance)
{
	static const struct {
		gint64 below, unit;
		const char *name;
	} rows[] = {
		{90, 1, "s"},
		{5400, 60, "min"},
		{172800, 3600, "h"},
		{G_MAXINT64, 86400, "d"},
	};
	guint row = 0;
	while (row + 1 < G_N_ELEMENTS(rows) && distance >= rows[row].below) {
		row++;
	}
	return g_strdup_printf("%" G_GINT64_FORMAT " %s", distance / rows[row].unit,
	                       rows[row].name);
}

char *words_when(gint64 when, gint64 now)
{
	gint64 distance = ABS(now - when);
	if (distance < MOMENT) {
		return g_strdup("just now");
	}
	g_autofree char *words = span(distance);
	return when > now ? g_strdup_printf("in %s", words) : g_strdup_printf("%s ago", words);
}

char *words_for(gint64 since, gint64 now)
{
	return now - since < MOMENT ? g_strdup("a moment") : span(now - since);
}
