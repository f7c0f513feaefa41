/* SPDX-License-Identifier: MIT */
/* Change marks. */
#include "remotes/dav/etag.h"

#include <string.h>

#define LIMIT_ETAG_BYTES 1024
#define HASH_PREFIX      "sha256:"

char *dav_etag_read(const char *text)
{
	if (text == NULL || *text == '\0' || strlen(text) > LIMIT_ETAG_BYTES ||
	    strpbrk(text, "\r\n\t") != NULL) {
		return NULL;
	}
	if (*text == '"' || g_str_has_prefix(text, "W/\"")) {
		return g_strdup(text);
	}
	return g_strdup_printf("\"%s\"", text); /* as some write it into a body */
}

char *dav_etag_of_text(const char *text)
{
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	return g_strconcat(HASH_PREFIX, sum, NULL);
}

/* What stands between the quotes, without what Apache's mod_deflate adds. */
static void trim(const char **text, gsize *size)
{
	static const char gzip[] = "-gzip";
	const char *start = *text;
	start += g_str_has_prefix(start, "W/") ? 2 : 0;
	gsize length = strlen(start);
	if (length >= 2 && start[0] == '"' && start[length - 1] == '"') {
		start++;
		length -= 2;
	}
	if (length > strlen(gzip) &&
	    memcmp(start + length - strlen(gzip), gzip, strlen(gzip)) == 0) {
		length -= strlen(gzip);
	}
	*text = start;
	*size = length;
}

bool dav_etag_is_same(const char *left, const char *right)
{
	if (left == NULL || right == NULL) {
		return left == right;
	}
	gsize one = 0, other = 0;
	trim(&left, &one);
	trim(&right, &other);
	return one == other && memcmp(left, right, one) == 0;
}

bool dav_etag_is_strong(const char *etag)
{
	return etag != NULL && *etag == '"';
}
