/* SPDX-License-Identifier: MIT */
/* Content lines from any bytes: the lines cover them in order, and what is folded, escaped or cut
 * is read back. */
#include <string.h>

#include "base/limits.h"
#include "formats/content_line.h"
#include "fuzz/fuzz.h"

#define FOLD_BYTES 75 /* RFC 6350, 3.2 */

const guint fuzz_passes = 2;

/* No line too long, none begins inside a character. */
static void check_folds(const GString *folded)
{
	const bool is_valid = g_utf8_validate(folded->str, (gssize)folded->len, NULL);
	g_auto(GStrv) lines = g_strsplit(folded->str, "\r\n", -1);
	for (guint i = 0; lines[i] != NULL; i++) {
		g_assert(strlen(lines[i]) <= FOLD_BYTES);
		g_assert(!is_valid || g_utf8_validate(lines[i], -1, NULL));
	}
}

static void check_fold(const char *value)
{
	g_autofree char *text = content_text_unescape(value, strlen(value));
	g_autoptr(GString) escaped = g_string_new("X:");
	content_text_append_escaped(escaped, text);
	g_autoptr(GString) folded = g_string_new(NULL);
	content_line_append_folded(folded, escaped->str);
	check_folds(folded);
	g_autoptr(GPtrArray) again = content_lines_read(folded->str, folded->len, NULL);
	g_assert(again && again->len == 1);
	const struct content_line *back = g_ptr_array_index(again, 0);
	g_assert(strcmp(back->value, escaped->str + 2) == 0);
	g_autofree char *plain = content_text_unescape(back->value, strlen(back->value));
	g_autoptr(GString) twice = g_string_new("X:");
	content_text_append_escaped(twice, plain);
	g_assert(strcmp(twice->str, escaped->str) == 0);
}

static void check_split(const char *value, char separator)
{
	const char joint[] = {separator, '\0'};
	g_auto(GStrv) parts = content_value_split(value, separator);
	g_assert(g_strv_length(parts) <= LIMIT_VALUES + 1);
	g_autofree char *joined = g_strjoinv(joint, parts);
	g_assert(strcmp(joined, value) == 0);
}

/* What no line covers is line ends, and a byte order mark. */
static void check_gap(const guint8 *data, gsize from, gsize to)
{
	if (from == 0 && to >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0) {
		from = 3;
	}
	for (; from < to; from++) {
		g_assert(data[from] == '\r' || data[from] == '\n');
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) lines = content_lines_read((const char *)data, size, &error);
	g_assert((lines == NULL) == (error != NULL));
	gsize position = 0;
	for (guint i = 0; lines && i < lines->len; i++) {
		const struct content_line *line = g_ptr_array_index(lines, i);
		g_assert(line->offset >= position && line->length > 0);
		check_gap(data, position, line->offset);
		position = line->offset + line->length;
		g_assert(position <= size);
		check_fold(line->value);
		check_split(line->value, ';');
		check_split(line->value, ',');
	}
	if (lines) {
		check_gap(data, position, size);
	}
	return 0;
}
