/* SPDX-License-Identifier: MIT */
/* Random contacts for property tests: every field, nasty texts, reproducible from a seed. */
#ifndef PASSERELLE_TESTS_RANDOM_CONTACT_H
#define PASSERELLE_TESTS_RANDOM_CONTACT_H

#include <stdlib.h>
#include <string.h>

#include "formats/vcard_parts.h"

/* Pieces that mean something to a careless writer or reader. */
static const char *const random_pieces[] = {
	"a",
	"Marie",
	"\xc3\xa9",
	"\xf0\x9f\x98\x80",
	"\xe2\x80\x99",
	",",
	";",
	":",
	"\\",
	"\\n",
	"\n",
	"\"",
	"=",
	"=0D=0A",
	"^n",
	" ",
	"\t",
	"END:VCARD",
	"BEGIN:VCARD",
	"\nEND:VCARD\n",
	"TEL:1",
	"0123456789",
	"%",
	"\xe8\xa1\xa8",
	"e\xcc\x81",
	"x-y_z",
	"M.",
	"--",
	"@",
	"\xef\xbb\xbf",
};

/* Trimmed as the reader trims; NULL in one case of three, or where nothing is left. */
static inline char *random_text(GRand *random, bool is_optional)
{
	if (is_optional && g_rand_int_range(random, 0, 3) == 0) {
		return NULL;
	}
	GString *text = g_string_new(NULL);
	for (int left = g_rand_int_range(random, 1, 14); left > 0; left--) {
		g_string_append(text, random_pieces[g_rand_int_range(
					      random, 0, (gint32)G_N_ELEMENTS(random_pieces))]);
	}
	if (g_rand_int_range(random, 0, 50) == 0) {
		g_autofree char *filler = g_strnfill(300, 'w');
		g_string_append(text, filler);
	}
	return vcard_stripped(g_string_free(text, FALSE));
}

static inline struct device *random_device(GRand *random)
{
	const enum device_type type = (enum device_type)g_rand_int_range(random, 0, 3);
	g_autofree char *tail = random_text(random, false);
	g_autofree char *value = NULL;
	if (type == DEVICE_PHONE) {
		value = g_strdup_printf("+%u %s", g_rand_int(random) % 10000, tail ? tail : "");
	} else if (type == DEVICE_EMAIL) {
		value = g_strdup_printf("u%u@%s", g_rand_int(random) % 10000, tail ? tail : "x");
	} else {
		/* An address has no line break. */
		value = g_strdup_printf("http://h%u/%s", g_rand_int(random) % 10000,
		                        tail ? tail : "");
		g_strdelimit(value, "\n\t", '_');
	}
	g_strstrip(value);
	struct device *device =
		device_new(type, (enum device_subtype)g_rand_int_range(random, 0, 4),
	                   (enum info_type)g_rand_int_range(random, 0, 3), value);
	device->preferred = g_rand_boolean(random);
	return device;
}

static inline void random_birthday(GRand *random, struct contact *contact)
{
	static const char *const birthdays[] = {NULL,   "1951-01-31", "--02-29", "1951-01",
	                                        "1951", "--12",       "---31",   "2000-02-29"};
	const int index = g_rand_int_range(random, 0, (gint32)G_N_ELEMENTS(birthdays) + 1);
	if (index == (int)G_N_ELEMENTS(birthdays)) {
		contact->birthday_text = random_text(random, false);
	} else {
		contact->birthday = g_strdup(birthdays[index]);
	}
}

static inline struct postal_address *random_address(GRand *random)
{
	struct postal_address *address = postal_address_new();
	address->info = (enum info_type)g_rand_int_range(random, 0, 3);
	address->street = random_text(random, true);
	address->city = random_text(random, true);
	address->postal_code = g_strdup("75005");
	address->country = random_text(random, true);
	address->po_box = random_text(random, true);
	address->extended = random_text(random, true);
	address->region = random_text(random, true);
	return address;
}

static inline void random_picture(GRand *random, struct contact *contact)
{
	if (g_rand_int_range(random, 0, 4) == 0) {
		guint8 bytes[64];
		for (gsize i = 0; i < sizeof bytes; i++) {
			bytes[i] = (guint8)g_rand_int(random);
		}
		if (g_rand_boolean(random)) {
			memcpy(bytes, "\xff\xd8\xff", 3);
		}
		contact->picture = g_bytes_new(bytes, (gsize)g_rand_int_range(random, 4, 65));
	} else if (g_rand_int_range(random, 0, 4) == 0) {
		contact->picture_url = g_strdup("https://example.com/a,b;c.jpg");
	}
}

static inline struct contact *random_contact(GRand *random)
{
	static const char *const prefixes[] = {NULL, "M.", "Mme", "Mlle", "Dr. Mrs", "Ms", "Prof."};
	struct contact *contact = contact_new();
	contact->uid = random_text(random, false);
	contact->full_name = random_text(random, true);
	contact->family = random_text(random, true);
	contact->given = random_text(random, true);
	contact->additional = random_text(random, true);
	contact->suffix = random_text(random, true);
	contact->prefix = g_strdup(prefixes[g_rand_int_range(random, 0, G_N_ELEMENTS(prefixes))]);
	contact->civility = vcard_civility_of_prefix(contact->prefix);
	contact->nickname = random_text(random, true);
	contact->company = random_text(random, true);
	contact->department = random_text(random, true);
	contact->function = random_text(random, true);
	contact->note = random_text(random, true);
	contact->revision = g_strdup("20260101T000000Z");
	contact->kind = g_rand_int_range(random, 0, 8) ? NULL : g_strdup("group");
	random_birthday(random, contact);
	for (int left = g_rand_int_range(random, 0, 6); left > 0; left--) {
		contact_add_device(contact, random_device(random));
	}
	for (int left = g_rand_int_range(random, 0, 3); left > 0; left--) {
		g_ptr_array_add(contact->addresses, random_address(random));
	}
	random_picture(random, contact);
	return contact;
}

/* All that a contact holds, as one text. */
static inline char *contact_dump(const struct contact *contact)
{
	GString *out = g_string_new(NULL);
	const char *const texts[] = {
		contact->uid,        contact->family,   contact->given,    contact->additional,
		contact->prefix,     contact->suffix,   contact->nickname, contact->company,
		contact->department, contact->function, contact->birthday, contact->birthday_text,
		contact->note,       contact->revision, contact->kind,     contact->picture_url,
	};
	g_autofree char *name = contact_display_name(contact);
	g_string_append_printf(out, "name <%s>\n", name);
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_string_append_printf(out, "%u <%s>\n", (unsigned)i, texts[i] ? texts[i] : "");
	}
	g_string_append_printf(out, "civility %d\n", (int)contact->civility);
	for (guint i = 0; i < contact->devices->len; i++) {
		const struct device *device = g_ptr_array_index(contact->devices, i);
		g_string_append_printf(out, "device %d %d %d %d <%s>\n", (int)device->type,
		                       (int)device->subtype, (int)device->info, device->preferred,
		                       device->value);
	}
	for (guint i = 0; i < contact->addresses->len; i++) {
		const struct postal_address *address = g_ptr_array_index(contact->addresses, i);
		g_autofree char *line = vcard_address_line(address, 4);
		g_string_append_printf(out, "%s\n", line);
	}
	g_autofree char *picture =
		contact->picture ? g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, contact->picture)
				 : NULL;
	g_string_append_printf(out, "picture %s\n", picture ? picture : "");
	return g_string_free(out, FALSE);
}

/* PASSERELLE_SEED repeats a run; it is printed in every one. */
static inline guint32 random_seed(void)
{
	const char *given = g_getenv("PASSERELLE_SEED");
	return given ? (guint32)strtoul(given, NULL, 10) : g_random_int();
}

#endif
