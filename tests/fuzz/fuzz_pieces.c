/* SPDX-License-Identifier: MIT */
/* Any bytes cut into pieces: each begins behind the one before, and what has no flaw has a text. */
#include "formats/pieces.h"
#include "fuzz/fuzz.h"

#include <string.h>

const guint fuzz_passes = 1;

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GError) error = NULL;
	OWNED(pieces) pieces = pieces_cut(data, size, &error);
	g_assert((pieces == NULL) == (error != NULL));
	unsigned line = 0;
	for (guint i = 0; pieces != NULL && i < pieces_count(pieces); i++) {
		const struct piece *piece = pieces_get(pieces, i);
		g_assert_cmpuint(piece->line, >=, line);
		line = piece->line;
		if (piece->flaw != NULL) {
			continue;
		}
		g_autoptr(GBytes) text = pieces_text(pieces, i);
		const char *bytes = g_bytes_get_data(text, NULL);
		g_assert_cmpuint(g_bytes_get_size(text), >, strlen("END:VCARD"));
		g_assert(g_ascii_strncasecmp(bytes, "BEGIN", strlen("BEGIN")) == 0);
	}
	return 0;
}
