/* SPDX-License-Identifier: MIT */
/* Content lines that say the same in other spellings, made alike. */
#include "formats/content_compare.h"

#include <string.h>

#define PART "\x1f"

static const char *const LEFT_OUT_PARAMETERS[] = {"CHARSET", "X-VOBJ-ORIGINAL-TZID",
                                                  "X-VOBJ-FLOATINGTIME-ALLOWED", NULL};
/* Lists whose parts are separated by semicolons: RFC 6350, 6.2.2, 6.3.1, 6.6.4; RFC 5545, 3.8. */
static const char *const STRUCTURED[] = {
	"N",   "ADR",          "ORG", "GENDER", "RRULE", "EXRULE", "REQUEST-STATUS",
	"GEO", "CLIENTPIDMAP", NULL};
/* Whose case says nothing. */
static const char *const CASELESS_PARAMETERS[] = {"TYPE", "VALUE", "ENCODING", NULL};
static const char *const RULES[] = {"RRULE", "EXRULE", NULL};

static gint compare_strings(gconstpointer left, gconstpointer right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

void content_append_sorted(GString *out, GPtrArray *parts, const char *separator)
{
	g_ptr_array_sort(parts, compare_strings);
	const char *previous = NULL;
	for (guint i = 0; i < parts->len; i++) {
		const char *part = g_ptr_array_index(parts, i);
		if (previous == NULL || strcmp(previous, part) != 0) {
			g_string_append(out, separator);
			g_string_append(out, part);
		}
		previous = part;
	}
}

/* "BASE64", "b"; nothing where it says what holds anyway. */
static const char *plain_parameter(const char *name, const char *value)
{
	if (strcmp(name, "ENCODING") == 0 &&
	    (g_ascii_strcasecmp(value, "BASE64") == 0 || g_ascii_strcasecmp(value, "B") == 0)) {
		return "B";
	}
	const bool is_default =
		strcmp(name, "VALUE") == 0 && (g_ascii_strcasecmp(value, "DATE-TIME") == 0 ||
	                                       g_ascii_strcasecmp(value, "TEXT") == 0);
	return is_default ? NULL : value;
}

static void append_parameters(GString *out, const struct content_line *line)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < line->parameters->len; i++) {
		const struct content_parameter *parameter = g_ptr_array_index(line->parameters, i);
		if (g_strv_contains(LEFT_OUT_PARAMETERS, parameter->name)) {
			continue;
		}
		const bool is_caseless = g_strv_contains(CASELESS_PARAMETERS, parameter->name);
		for (gsize j = 0; parameter->values[j] != NULL; j++) {
			const char *value = plain_parameter(parameter->name, parameter->values[j]);
			if (value == NULL) {
				continue;
			}
			g_autofree char *folded =
				is_caseless ? g_ascii_strup(value, -1) : g_strdup(value);
			g_ptr_array_add(parts, g_strconcat(parameter->name, "=", folded, NULL));
		}
	}
	content_append_sorted(out, parts, ";");
}

static char *without_blanks(const char *text)
{
	GString *out = g_string_sized_new(strlen(text));
	for (; *text != '\0'; text++) {
		if (!g_ascii_isspace(*text)) {
			g_string_append_c(out, *text);
		}
	}
	return g_string_free(out, FALSE);
}

/* The parts of a structured value, without empty ones at its end; of a rule in order. */
static char *plain_structure(const struct content_line *line)
{
	g_auto(GStrv) parts = content_value_split(line->value, ';');
	guint count = g_strv_length(parts);
	while (count > 0 && *g_strstrip(parts[count - 1]) == '\0') {
		count--;
	}
	const bool is_rule = g_strv_contains(RULES, line->name);
	g_autoptr(GPtrArray) plain = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < count; i++) {
		char *text = content_text_unescape(parts[i], strlen(parts[i]));
		g_ptr_array_add(plain, is_rule ? g_ascii_strup(text, -1) : g_strdup(text));
		g_free(text);
	}
	if (is_rule) {
		g_ptr_array_sort(plain, compare_strings);
	}
	g_ptr_array_add(plain, NULL);
	return g_strjoinv(PART, (char **)plain->pdata);
}

static char *plain_value(const struct content_line *line)
{
	if (content_line_is_base64(line)) {
		return without_blanks(line->value);
	}
	if (g_strv_contains(STRUCTURED, line->name)) {
		return plain_structure(line);
	}
	char *text = content_text_unescape(line->value, strlen(line->value));
	return g_strstrip(text);
}

char *content_comparable(const struct content_line *line)
{
	g_autofree char *value = plain_value(line);
	if (*value == '\0') {
		return NULL;
	}
	GString *form = g_string_new(line->name);
	append_parameters(form, line);
	g_string_append_c(form, ':');
	g_string_append(form, value);
	return g_string_free(form, FALSE);
}
