/* SPDX-License-Identifier: MIT */
/* A card or calendar as a DAV server holds it: what can be read has an identity, and another
 * spelling of its lines is the same content. */
#include "formats/item_uid.h"
#include "remotes/dav/content.h"
#include "remotes/dav/items.h"
#include "fuzz/fuzz.h"

#include <string.h>

#define DIGITS 64 /* of a fingerprint */

const guint fuzz_passes = 14;

static void check_item(enum item_kind kind, const char *text)
{
	g_autofree char *sent = dav_text_to_send(kind, text);
	g_autofree char *fingerprint = dav_content_fingerprint(sent, NULL);
	g_autoptr(GError) error = NULL;
	OWNED(item) item = dav_item_read(kind, text, NULL, &error);
	g_assert((item == NULL) == (error != NULL));
	if (item == NULL) {
		return;
	}
	g_assert(item->uid != NULL && *item->uid != '\0');
	g_assert(item->match != NULL && item->name != NULL && item->facts != NULL);
	g_assert(strcmp(item->text, text) == 0);
	g_assert(strlen(item->fingerprint) == DIGITS);
	g_assert(g_strcmp0(fingerprint, item->fingerprint) == 0);
	g_autofree char *named = item_text_with_uid(text, "new", NULL);
	g_assert(named != NULL);
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autofree char *text = g_strndup((const char *)data, size);
	check_item(ITEM_CONTACT, text);
	check_item(ITEM_EVENT, text);
	return 0;
}
