/* SPDX-License-Identifier: MIT */
/* Made-up people to try with. */
#include "emulator/demo.h"

#include <string.h>

/* JPEG, 16 × 16 grey: two portraits, as far as that goes. They differ in the last few bytes. */
#define PORTRAIT(end)                                                                              \
	"/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI" \
	"CAgICAgICAgICAgICAgICAgICAgICAgICAj/wAALCAAQABABAREA/8QAHwAAAAAMAAAAAAAAAAAAAAAAAAECAwQF" \
	"BgcICQoL/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQAAPwB" end

/* A GIF of one pixel. */
static const char dot[] = "R0lGODlhAQABAIAAAOZlIAAAACwAAAAAAQABAAACAkQBADs=";

#define DEMO_DEVICES 5

struct person {
	const char *fields[FIELD_COUNT];
	struct {
		const char *type, *subtype, *info_type, *value;
	} devices[DEMO_DEVICES];
	const char *address_type;
	const char *address[ADDRESS_PARTS];
	const char *picture; /* base64 */
};

/* Made-up numbers, of ranges kept for fiction where there are such; domains of RFC 2606. */
static const struct person people[] = {
	{{"Anaïs", "Lefèvre", "Nana", "2", "1", "1984-03-12", "Crêperie du Port", "Gérante",
          "Cuisine"},
         {{"email", "internet", "perso", "anais.lefevre@example.org"},
          {"email", "internet", "pro", "anais@creperie.example"},
          {"phone", "voice", "perso", "0261910101"},
          {"phone", "mobile", "perso", "0639980101"},
          {"url", "web", "pro", "www.creperie.example"}},
         "home",
         {"12, quai des Brumes", "Appt 3", "29200", "Brest", "Bretagne"},
         PORTRAIT("06KA5FEY//9k=")},
	{{"Jean-Loïc", "D'Arcy", NULL, "1", "0", "1970-12-31", NULL, NULL, NULL},
         {{"phone", "mobile", "perso", "+33 6 39 98 02 02"}, {"phone", "fax", "pro", "0199000202"}},
         "home",
         {"1 bis, rue de l'Église", NULL, "35000", "Rennes", NULL},
         NULL},
	{{"Zoë", "Müller", "Zo", "3", "0", "1992-02-29", "Müller & Söhne GmbH", "Ingenieurin",
          "Entwicklung <Forschung>"},
         {{"email", "internet", "pro", "zoe.mueller@example.com"},
          {"phone", "voice", "pro", "+49 30 23125 012"}},
         "work",
         {"Straße des 17. Juni 135", NULL, "10623", "Berlin", "Berlin"},
         dot},
	{{"Łukasz", "Żółkiewski", NULL, "1", "0", NULL, NULL, "Tłumacz", NULL},
         {{"email", "internet", "perso", "lukasz@example.net"}},
         NULL,
         {NULL},
         NULL},
	{{"Ελένη", "Παπαδοπούλου", NULL, "2", "0", "1965-07-04", NULL, NULL, NULL},
         {{"phone", "voice", "perso", "+30 21 0000 0000"},
          {"phone", "video", "perso", "+30 69 0000 0000"}},
         NULL,
         {NULL},
         PORTRAIT("tDh0UBw7/2Q==")},
	{{"Robert", "Smith", NULL, "0", "0", "1951-01-01", "Custland Ltd", NULL, NULL},
         {{"email", "internet", "pro", "rob516.smith@custlandcy.example"},
          {"phone", "voice", "perso", "0123456789"},
          {"url", "web", "perso", "www.robsmith516.example"}},
         "home",
         {"24, Fascination Street", "Appt 34", "766546", "London", "England"},
         NULL},
	{{"Søren", "Ærø-Jensen", NULL, "1", "1", NULL, "Fjord ApS", NULL, NULL},
         {{"phone", "mobile", "pro", "+45 00 00 00 00"}},
         NULL,
         {NULL},
         NULL},
	{{"Íñigo", "Núñez de la Peña", NULL, "1", "0", "2001-09-09", NULL, NULL, NULL},
         {{"email", "internet", "perso", "inigo@example.org"},
          {"email", "internet", "perso", "inigo.nunez@example.com"}},
         "home",
         {"Calle Mayor 5, 2.º izda.", NULL, "28013", "Madrid", NULL},
         NULL},
	{{"Marie-Thérèse", NULL, "Mamie", "2", "0", "1938-05-01", NULL, NULL, NULL},
         {{"phone", "voice", "perso", "0353010303"}},
         NULL,
         {NULL},
         NULL},
	{{NULL, "Œuvrard", NULL, NULL, NULL, NULL, NULL, NULL, NULL},
         {{"email", "internet", "perso", "oeuvrard@example.org"}},
         NULL,
         {NULL},
         NULL},
	{{NULL, NULL, NULL, NULL, NULL, NULL, "Taxi \"Bleu\" & Cie", NULL, NULL},
         {{"phone", "voice", "pro", "0536490404"}},
         NULL,
         {NULL},
         NULL},
	{{"Дмитрий", "Иванов", NULL, "1", "0", NULL, NULL, NULL, NULL},
         {{"email", "internet", "perso", "dmitri@example.net"}},
         NULL,
         {NULL},
         NULL},
};

static const char *const demo_profile[PROFILE_PARTS] = {
	"Camille",
	"Exemple",
	"camille.exemple@example.org",
	"F",
	"1979-10-24",
	"0261910505",
	"0639980505",
	"0199000505",
	"0199000506",
	"0639980506",
	"5, rue des Lilas, 75020 Paris",
	"8, avenue du Centre, 92320 Châtillon",
	"fr",
};

static void set_picture(struct store *store, struct contact *contact, const char *base64)
{
	gsize size;
	guchar *data = g_base64_decode(base64, &size);
	g_autoptr(GBytes) picture = g_bytes_new_take(data, size);
	emu_store_set_picture(store, contact, picture);
}

static void add_person(struct store *store, const struct person *person)
{
	struct contact *contact = emu_contact_new();
	for (int i = 0; i < FIELD_COUNT; i++) {
		emu_contact_set(contact, (enum contact_field)i, person->fields[i]);
	}
	for (int i = 0; i < DEMO_DEVICES && person->devices[i].type != NULL; i++) {
		emu_store_add_device(store, contact, person->devices[i].type,
		                     person->devices[i].subtype, person->devices[i].info_type,
		                     i + 1, person->devices[i].value);
	}
	if (person->address_type != NULL) {
		struct address *address = emu_contact_add_address(contact, person->address_type);
		for (int i = 0; i < ADDRESS_PARTS; i++) {
			address->parts[i] = g_strdup(person->address[i]);
		}
	}
	if (person->picture != NULL) {
		set_picture(store, contact, person->picture);
	}
	emu_store_take_contact(store, contact);
}

void emu_demo_fill(struct store *store)
{
	for (size_t i = 0; i < G_N_ELEMENTS(people); i++) {
		add_person(store, &people[i]);
	}
	for (int i = 0; i < PROFILE_PARTS; i++) {
		g_free(store->profile[i]);
		store->profile[i] = g_strdup(demo_profile[i]);
	}
	emu_store_set_unread(store, 3);
	store->total_mails = 128;
	store->unread_sms = 1;
}
