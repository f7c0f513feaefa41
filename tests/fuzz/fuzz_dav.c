/* SPDX-License-Identifier: MIT */
/* What a DAV server or a name server says: no href leads to another server, and none is kept in two
 * spellings. */
#include "remotes/dav/collections.h"
#include "remotes/dav/href.h"
#include "remotes/dav/locate.h"
#include "fuzz/fuzz.h"

#include <string.h>

#define SERVER "https://dav.example.org"
#define BOOK   SERVER "/user/book/"

const guint fuzz_passes = 4;

static void check_address(const char *url)
{
	g_assert(g_str_has_prefix(url, SERVER "/"));
	g_assert(strlen(url) <= 4 * DAV_LIMIT_HREF);
	g_assert(strstr(url, "/../") == NULL && strpbrk(url, " \t\r\n\"<>") == NULL);
	g_autofree char *ref = dav_href_ref(BOOK, url);
	g_autofree char *back = ref == NULL ? NULL : dav_href_of_ref(BOOK, ref);
	g_assert(back == NULL || strcmp(back, url) == 0);
}

static void check_response(const struct dav_response *response)
{
	if (response->url != NULL) {
		check_address(response->url);
	}
	g_autofree char *etag = dav_property_text(response, NS_DAV, "getetag");
	g_assert(etag == NULL || *etag != '\0');
	for (int kind = 0; kind < ITEM_KINDS; kind++) {
		OWNED(dav_collection) one = dav_collection_read(response, (enum item_kind)kind);
		if (one != NULL) {
			OWNED(collection) shown = dav_collection_public(one);
			g_assert(shown->name[0] != '.' && strchr(shown->name, '/') == NULL);
			g_assert(shown->color == NULL || strlen(shown->color) == 7);
		}
	}
}

static void check_host(const guint8 *data, gsize size)
{
	g_autofree char *server = dav_locate_read_srv(data, size);
	g_assert(server == NULL || strpbrk(server, "/@?#% \r\n") == NULL);
	g_autofree char *path = dav_locate_read_path(data, size);
	g_assert(path == NULL || *path == '/');
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GBytes) body = g_bytes_new(data, size);
	g_autoptr(GError) error = NULL;
	OWNED(dav_multistatus) replies = dav_multistatus_read(BOOK, body, &error);
	g_assert((replies == NULL) == (error != NULL));
	for (guint i = 0; replies != NULL && i < replies->responses->len; i++) {
		check_response(g_ptr_array_index(replies->responses, i));
	}
	g_autofree char *href = NULL;
	g_autofree char *condition = dav_read_condition(body, &href);
	g_assert(condition != NULL || href == NULL);
	if (size < DAV_LIMIT_HREF) {
		g_autofree char *text = g_strndup((const char *)data, size);
		g_autofree char *url = dav_href_resolve(BOOK, text, NULL);
		if (url != NULL) {
			check_address(url);
		}
		check_host(data, size);
	}
	return 0;
}
