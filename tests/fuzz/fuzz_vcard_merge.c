/* SPDX-License-Identifier: MIT */
/* A merge into any card: nothing changes without a change, a change keeps a readable card and
 * settles at once. */
#include <string.h>

#include "formats/vcard.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static struct contact *changed(const struct contact *base)
{
	struct contact *theirs = contact_copy(base);
	char **const fields[] = {&theirs->family, &theirs->company, &theirs->function,
	                         &theirs->nickname};
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		g_free(*fields[i]);
		*fields[i] = g_strdup("N\xc3\xa9o; \\ END:VCARD,");
	}
	if (theirs->devices->len > 1) {
		g_ptr_array_remove_index(theirs->devices, 0);
		((struct device *)g_ptr_array_index(theirs->devices, 0))->info = INFO_WORK;
	}
	contact_add_device(theirs, device_new(DEVICE_PHONE, DEVICE_FAX, INFO_HOME, "+33 12"));
	g_clear_pointer(&theirs->picture, g_bytes_unref);
	theirs->picture = g_bytes_new_static("GIF89a.", 7);
	return theirs;
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree char *mine = g_strndup((const char *)data, size);
	OWNED(contact) base = vcard_read(mine, strlen(mine), NULL, NULL);
	if (!base) {
		return 0;
	}
	g_autofree char *same = vcard_merge(mine, base, base, NULL, NULL);
	g_assert(same && strcmp(same, mine) == 0);
	OWNED(contact) theirs = changed(base);
	g_autofree char *merged = vcard_merge(mine, base, theirs, NULL, NULL);
	g_assert(merged);
	OWNED(contact) result = vcard_read(merged, strlen(merged), NULL, NULL);
	g_assert(result);
	g_assert(g_strcmp0(result->family, theirs->family) == 0);
	g_assert(g_strcmp0(result->company, theirs->company) == 0);
	g_autofree char *settled = vcard_merge(merged, theirs, theirs, NULL, NULL);
	g_assert(strcmp(settled, merged) == 0);
	g_autofree char *joined = vcard_merge(mine, NULL, theirs, NULL, NULL);
	g_assert(joined);
	return 0;
}
