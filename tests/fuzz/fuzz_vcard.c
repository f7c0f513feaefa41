/* SPDX-License-Identifier: MIT */
/* A card from any bytes: every text is UTF-8, and what we write of it is read back the same. */
#include <string.h>

#include "formats/vcard.h"
#include "fuzz/fuzz.h"

const guint fuzz_passes = 3;

/* What the card that we write of it says. */
static struct contact *written(const struct contact *contact, unsigned major, char **card)
{
	g_free(*card);
	*card = vcard_write(contact, major);
	g_assert(g_utf8_validate(*card, -1, NULL));
	struct contact *back = vcard_read(*card, strlen(*card), NULL, NULL);
	g_assert(back && back->devices->len == contact->devices->len &&
	         back->addresses->len == contact->addresses->len);
	return back;
}

static void check_card(const struct contact *contact, unsigned major)
{
	g_autofree char *card = NULL, *stable = NULL;
	OWNED(contact) back = written(contact, major, &card);
	OWNED(contact) third = written(back, major, &card);
	g_clear_pointer(&back, contact_free);
	stable = vcard_write(third, major);
	g_assert(strcmp(card, stable) == 0);
}

/* Every card of a file is one card. */
static void check_split(const guint8 *data, gsize size)
{
	g_autoptr(GPtrArray) cards = vcard_split(data, size, NULL);
	for (guint i = 0; cards && i < cards->len; i++) {
		g_assert(g_utf8_validate(g_ptr_array_index(cards, i), -1, NULL));
	}
	for (guint i = 0; cards && i < MIN(cards->len, 3); i++) {
		const char *card = g_ptr_array_index(cards, i);
		g_autoptr(GPtrArray) again = vcard_split(card, strlen(card), NULL);
		g_assert(again && again->len == 1);
	}
}

int LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
	g_autofree char *text = vcard_to_utf8(data, size);
	g_assert(g_utf8_validate(text, -1, NULL));
	g_clear_pointer(&text, g_free);
	check_split(data, size);
	g_autoptr(GPtrArray) repairs = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	OWNED(contact) contact = vcard_read(data, size, repairs, &error);
	g_assert((contact == NULL) == (error != NULL));
	if (contact) {
		check_card(contact, 3);
		check_card(contact, 4);
		g_strfreev(contact_facts(contact));
		g_free(contact_match_key(contact));
	}
	return 0;
}
