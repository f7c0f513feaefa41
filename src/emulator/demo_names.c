/* SPDX-License-Identifier: MIT */
/* An address book from a list of names: details that depend on the line number alone. */
#include "emulator/demo.h"

#include <string.h>

/* An 8 × 8 BMP in one colour per contact: header (54 bytes), then rows of 24 bytes. */
#define BMP_HEADER 54
#define BMP_SIDE   8

static void put_little(guint8 *at, guint32 value)
{
	for (int i = 0; i < 4; i++) {
		at[i] = (guint8)(value >> (8 * i));
	}
}

static GBytes *make_picture(guint number)
{
	guint8 bytes[BMP_HEADER + BMP_SIDE * BMP_SIDE * 3] = {'B', 'M'};
	put_little(bytes + 2, sizeof bytes);
	put_little(bytes + 10, BMP_HEADER);
	put_little(bytes + 14, 40);
	put_little(bytes + 18, BMP_SIDE);
	put_little(bytes + 22, BMP_SIDE);
	bytes[26] = 1;
	bytes[28] = 24;
	for (size_t i = BMP_HEADER; i < sizeof bytes; i += 3) {
		bytes[i] = (guint8)number;
		bytes[i + 1] = (guint8)(number >> 8);
		bytes[i + 2] = (guint8)(number * 37 + i);
	}
	return g_bytes_new(bytes, sizeof bytes);
}

/* One more device for every contact whose number is a multiple; %05u is the number. */
static const struct {
	guint every;
	const char *type, *subtype, *info_type, *value;
} devices[] = {
	{2, "email", "internet", "perso", "person%05u@example.org"},
	{3, "phone", "mobile", "perso", "+336399%05u"},
	{4, "phone", "voice", "pro", "+331990%05u"},
	{5, "email", "internet", "pro", "p%05u@work.example.com"},
	{11, "phone", "fax", "pro", "+332619%05u"},
	{13, "phone", "video", "perso", "+335364%05u"},
	{17, "url", "web", "perso", "http://people.example.org/%05u"},
};

static void add_devices(struct store *store, struct contact *contact, guint number)
{
	int order = 1;
	for (size_t i = 0; i < G_N_ELEMENTS(devices); i++) {
		if (number % devices[i].every == 0) {
			g_auto(GStrv) halves = g_strsplit(devices[i].value, "%05u", 2);
			g_autofree char *value =
				g_strdup_printf("%s%05u%s", halves[0], number % 100000, halves[1]);
			emu_store_add_device(store, contact, devices[i].type, devices[i].subtype,
			                     devices[i].info_type, order++, value);
		}
	}
}

static void add_details(struct store *store, struct contact *contact, guint number)
{
	g_autofree char *civility = g_strdup_printf("%u", number % 4);
	emu_contact_set(contact, FIELD_CIVILITY, civility);
	if (number % 3 == 0) {
		g_autofree char *birthday = g_strdup_printf("%04u-%02u-%02u", 1930 + number % 80,
		                                            1 + number % 12, 1 + number % 28);
		emu_contact_set(contact, FIELD_BIRTHDAY, birthday);
	}
	if (number % 5 == 0) {
		emu_contact_set(contact, FIELD_COMPANY, "Société d'Exemple & Fils");
		emu_contact_set(contact, FIELD_FUNCTION, "Ingénieur");
		emu_contact_set(contact, FIELD_DEPARTMENT, number % 2 == 0 ? "Études" : NULL);
	}
	if (number % 7 == 0) {
		struct address *address = emu_contact_add_address(contact, "home");
		address->parts[0] = g_strdup_printf("%u, rue de la République", number);
		address->parts[2] = g_strdup_printf("%05u", 1000 + number * 13 % 94000);
		address->parts[3] = g_strdup("Villeneuve");
	}
	add_devices(store, contact, number);
	if (number % 20 == 0) {
		g_autoptr(GBytes) picture = make_picture(number);
		emu_store_set_picture(store, contact, picture);
	}
}

static bool add_line(struct store *store, const char *line, guint number)
{
	const char *tab = strchr(line, '\t');
	if (tab == NULL || !g_utf8_validate(line, -1, NULL)) {
		return false;
	}
	struct contact *contact = emu_contact_new();
	g_autofree char *lastname = g_strndup(line, tab - line);
	emu_contact_set(contact, FIELD_LASTNAME, lastname);
	emu_contact_set(contact, FIELD_FIRSTNAME, tab + 1);
	add_details(store, contact, number);
	emu_store_take_contact(store, contact);
	return true;
}

bool emu_demo_fill_names(struct store *store, const char *path, int count, GError **error)
{
	g_autofree char *text = NULL;
	g_autoptr(GError) reason = NULL;
	if (!g_file_get_contents(path, &text, NULL, &reason)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, "%s", reason->message);
		return false;
	}
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	for (guint i = 0; lines[i] != NULL && (count <= 0 || i < (guint)count); i++) {
		if (*lines[i] != '\0' && !add_line(store, lines[i], i + 1)) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
			            "\"%s\":%u: not \"lastname TAB firstname\"", path, i + 1);
			return false;
		}
	}
	return true;
}
