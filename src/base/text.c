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
