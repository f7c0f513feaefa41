/* SPDX-License-Identifier: MIT */
/* Content lines from any bytes: the lines cover them in order, and what is folded is read back. */
#include <string.h>

#include "formats/content_line.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autoptr(GPtrArray) lines = content_lines_read((const char *)data, size, NULL);
	gsize position = 0;
	for (guint i = 0; lines && i < lines->len; i++) {
		const struct content_line *line = g_ptr_array_index(lines, i);
		g_assert(line->offset >= position && line->length > 0);
		position = line->offset + line->length;
		g_assert(position <= size);
		g_autofree char *text = content_text_unescape(line->value, strlen(line->value));
		g_autoptr(GString) escaped = g_string_new("X:");
		content_text_append_escaped(escaped, text);
		g_autoptr(GString) folded = g_string_new(NULL);
		content_line_append_folded(folded, escaped->str);
		g_autoptr(GPtrArray) again = content_lines_read(folded->str, folded->len, NULL);
		g_assert(again && again->len == 1);
		const struct content_line *back = g_ptr_array_index(again, 0);
		g_assert(strcmp(back->value, escaped->str + 2) == 0);
	}
	return 0;
}
