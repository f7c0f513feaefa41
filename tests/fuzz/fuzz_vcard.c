/* SPDX-License-Identifier: MIT */
/* A card from any bytes: every text is UTF-8, and what we write of it is read back the same. */
#include <string.h>

#include "formats/vcard.h"

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size);

static void check_card(const struct contact *contact, unsigned major)
{
	g_autofree char *card = vcard_write(contact, major);
	g_assert(g_utf8_validate(card, -1, NULL));
	OWNED(contact) back = vcard_read(card, strlen(card), NULL, NULL);
	g_assert(back && back->devices->len == contact->devices->len);
	g_autofree char *again = vcard_write(back, major);
	OWNED(contact) third = vcard_read(again, strlen(again), NULL, NULL);
	g_autofree char *stable = vcard_write(third, major);
	g_assert(strcmp(again, stable) == 0);
}

int LLVMFuzzerTestOneInput(const guint8 *data, size_t size)
{
	g_autofree char *text = vcard_to_utf8(data, size);
	g_assert(g_utf8_validate(text, -1, NULL));
	g_autoptr(GPtrArray) cards = vcard_split(data, size, NULL);
	for (guint i = 0; cards && i < cards->len; i++) {
		g_assert(g_utf8_validate(g_ptr_array_index(cards, i), -1, NULL));
	}
	g_autoptr(GPtrArray) repairs = g_ptr_array_new_with_free_func(g_free);
	OWNED(contact) contact = vcard_read(data, size, repairs, NULL);
	if (contact) {
		check_card(contact, 3);
		check_card(contact, 4);
		g_strfreev(contact_facts(contact));
		g_free(contact_match_key(contact));
	}
	return 0;
}
