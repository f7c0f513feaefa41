/* SPDX-License-Identifier: MIT */
/* A merge into any card: nothing changes without a change, a change keeps a readable card, and
 * settles at once. A second card of the input is the change. */
#include <string.h>

#include "formats/vcard.h"
#include "fuzz/fuzz.h"

const guint fuzz_passes = 8;

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

/* The card with the difference carried into it. */
static char *merged(const char *mine, const struct contact *base, const struct contact *theirs)
{
	g_autoptr(GPtrArray) conflicts = g_ptr_array_new_with_free_func(g_free);
	char *card = vcard_merge(mine, base, theirs, conflicts, NULL);
	g_assert(card);
	for (guint i = 0; i < conflicts->len; i++) {
		g_assert(*(const char *)g_ptr_array_index(conflicts, i) != '\0');
	}
	return card;
}

static void check_change(const char *mine, const struct contact *base)
{
	OWNED(contact) theirs = changed(base);
	g_autofree char *card = merged(mine, base, theirs);
	OWNED(contact) result = vcard_read(card, strlen(card), NULL, NULL);
	g_assert(result);
	g_assert(g_strcmp0(result->family, theirs->family) == 0);
	g_assert(g_strcmp0(result->company, theirs->company) == 0);
	g_clear_pointer(&result, contact_free);
	g_autofree char *settled = merged(card, theirs, theirs);
	g_assert(strcmp(settled, card) == 0);
}

static void check_other(const char *mine, const struct contact *base, const char *other)
{
	OWNED(contact) theirs = vcard_read(other, strlen(other), NULL, NULL);
	if (theirs) {
		g_autofree char *card = merged(mine, base, theirs);
		OWNED(contact) result = vcard_read(card, strlen(card), NULL, NULL);
		g_assert(result);
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autoptr(GPtrArray) cards = vcard_split(data, size, NULL);
	const char *other = cards && cards->len > 1 ? g_ptr_array_index(cards, 1) : NULL;
	g_autofree char *mine =
		other ? g_strdup(g_ptr_array_index(cards, 0)) : g_strndup((const char *)data, size);
	OWNED(contact) base = vcard_read(mine, strlen(mine), NULL, NULL);
	if (!base) {
		return 0;
	}
	g_autofree char *same = merged(mine, base, base);
	g_assert(strcmp(same, mine) == 0);
	check_change(mine, base);
	if (other) {
		check_other(mine, base, other);
		check_other(mine, NULL, other);
	}
	return 0;
}
