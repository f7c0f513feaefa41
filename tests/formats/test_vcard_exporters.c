/* SPDX-License-Identifier: MIT */
/* Cards in the manner of the phones and programs that people bring their address books from. */
#include "formats/vcard.h"

#include <check.h>
#include <string.h>

/* A device as "TYPE SUBTYPE INFO value", in the order of the card. */
struct person {
	const char *file;
	const char *full_name, *family, *given, *prefix, *nickname;
	const char *company, *department, *function, *birthday, *birthday_text, *note, *uid;
	const char *city, *picture, *picture_url;
	const char *devices[6];
};

static const struct person people[] = {
	{.file = "from_outlook.vcf",
         .full_name = "Mme Ana\u00efs Lef\u00e8vre",
         .family = "Lef\u00e8vre",
         .given = "Ana\u00efs",
         .prefix = "Mme",
         .company = "Soci\u00e9t\u00e9 Dupr\u00e9",
         .department = "Comptabilit\u00e9",
         .function = "Cheffe comptable",
         .birthday = "1979-04-12",
         .note = "Bureau 12\n\u00c9tage 2\n",
         .city = "Ch\u00e2tillon",
         .devices = {"phone voice work +33 (1) 99 00 12 34", "phone mobile - +33 6 39 98 12 34",
                     "phone fax work +33 1 99 00 12 35",
                     "url web work http://www.example.com/anais",
                     "email internet - anais.lefevre@example.com"}},
	{.file = "from_nokia.vcf",
         .full_name = "J\u00fcrgen M\u00fcller",
         .family = "M\u00fcller",
         .given = "J\u00fcrgen",
         .birthday = "1968-07-09",
         .note = "Erste Zeile\nzweite Zeile und ihr Ende",
         .picture = "image/jpeg",
         .devices = {"phone mobile - +491701234567", "phone voice home +49301234567",
                     "phone video - +491701234568", "phone voice - +49555",
                     "email internet - juergen@example.de"}},
	{.file = "from_blackberry.vcf",
         .full_name = "Se\u00e1n O'Brien",
         .family = "O'Brien",
         .given = "Se\u00e1n",
         .company = "Fianna, Ltd",
         .birthday_text = "1985-02-30",
         .devices = {"phone mobile - +353 87 123 4567", "phone voice work +353 1 234 5678 ext. 12",
                     "email internet work sean@example.ie"}},
	{.file = "from_icloud.vcf",
         .full_name = "Luc\u00eda Garc\u00eda M\u00e1rquez",
         .family = "Garc\u00eda M\u00e1rquez",
         .given = "Luc\u00eda",
         .company = "Librer\u00eda Sol",
         .birthday = "--12-24",
         .uid = "6E1F2A34-0B7E-4C6B-9D57-3A4C8E0F1B22",
         .city = "Madrid",
         .devices = {"phone mobile - +34 612 34 56 78", "email internet work lucia@example.es",
                     "url web - https://example.es/lucia"}},
	{.file = "from_google.vcf",
         .full_name = "Dmitri Ivanov",
         .family = "Ivanov",
         .given = "Dmitri",
         .prefix = "Dr.",
         .nickname = "Dima",
         .company = "Lab & Co; West",
         .function = "Researcher",
         .birthday = "--01-01",
         .note = "Line one\nLine two",
         .city = "Springfield",
         .picture_url = "https://lh3.example.com/contacts/abc",
         .devices = {"email internet home dmitri@example.net",
                     "email internet - d.ivanov@lab.example", "phone mobile - +1 415-555-0134",
                     "phone fax work +1 415-555-0135", "phone voice - +1 415-555-0136",
                     "url web - http://example.net/dmitri"}},
	{.file = "from_nextcloud.vcf",
         .full_name = "Zoe Papadopoulou",
         .family = "Papadopoulou",
         .given = "Zoe",
         .birthday = "1990-11-30",
         .uid = "0d5ac8a5-4b0a-4f0c-a7b7-0bb3b8d2bfcd",
         .city = "Athina",
         .picture = "image/jpeg",
         .devices = {"phone mobile - +30-697-123-4567", "phone voice home +30 21 0123 4567",
                     "email internet work zoe@example.gr"}},
	{.file = "from_samsung.vcf",
         .full_name = "\u592a\u90ce \u5c71\u7530",
         .family = "\u5c71\u7530",
         .given = "\u592a\u90ce",
         .birthday = "1990-01-02",
         .devices = {"phone mobile - 09012345678", "phone voice - 0312345678",
                     "email internet home taro@example.jp"}},
};

static char *device_words(const struct device *device)
{
	static const char *const types[] = {"email", "phone", "url"};
	static const char *const subtypes[] = {"voice", "mobile",   "fax",
	                                       "video", "internet", "web"};
	static const char *const infos[] = {"-", "home", "work"};
	return g_strdup_printf("%s %s %s %s", types[device->type], subtypes[device->subtype],
	                       infos[device->info], device->value);
}

static void check_devices(const struct person *person, const struct contact *contact)
{
	for (guint i = 0; i < G_N_ELEMENTS(person->devices); i++) {
		g_autofree char *words =
			i < contact->devices->len
				? device_words(g_ptr_array_index(contact->devices, i))
				: NULL;
		ck_assert_pstr_eq(words, person->devices[i]);
	}
}

static void check_texts(const struct person *person, const struct contact *contact)
{
	const struct postal_address *address =
		contact->addresses->len > 0 ? g_ptr_array_index(contact->addresses, 0) : NULL;
	const char *const pairs[][2] = {
		{person->full_name, contact->full_name},
		{person->family, contact->family},
		{person->given, contact->given},
		{person->prefix, contact->prefix},
		{person->nickname, contact->nickname},
		{person->company, contact->company},
		{person->department, contact->department},
		{person->function, contact->function},
		{person->birthday, contact->birthday},
		{person->birthday_text, contact->birthday_text},
		{person->note, contact->note},
		{person->uid, contact->uid},
		{person->city, address != NULL ? address->city : NULL},
		{person->picture_url, contact->picture_url},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(pairs); i++) {
		ck_assert_pstr_eq(pairs[i][1], pairs[i][0]);
	}
}

START_TEST(a_card_is_read_as_its_program_meant_it)
{
	const struct person *person = &people[_i];
	g_autofree char *path = g_build_filename(TEST_FIXTURES, "vcard", person->file, NULL);
	g_autofree char *data = NULL;
	gsize size = 0;
	ck_assert(g_file_get_contents(path, &data, &size, NULL));
	OWNED(contact) contact = vcard_read(data, size, NULL, NULL);
	ck_assert_ptr_nonnull(contact);
	check_texts(person, contact);
	check_devices(person, contact);
	gsize picture_size = 0;
	const void *picture =
		contact->picture ? g_bytes_get_data(contact->picture, &picture_size) : NULL;
	ck_assert_pstr_eq(picture ? picture_media_type(picture, picture_size) : NULL,
	                  person->picture);
}
END_TEST

START_TEST(a_file_of_a_phone_holds_all_its_cards)
{
	g_autofree char *path = g_build_filename(TEST_FIXTURES, "vcard", "from_samsung.vcf", NULL);
	g_autofree char *data = NULL;
	gsize size = 0;
	ck_assert(g_file_get_contents(path, &data, &size, NULL));
	g_autoptr(GPtrArray) cards = vcard_split(data, size, NULL);
	ck_assert_uint_eq(cards->len, 2);
	const char *second = g_ptr_array_index(cards, 1);
	OWNED(contact) contact = vcard_read(second, strlen(second), NULL, NULL);
	ck_assert_str_eq(contact->full_name, "Hanako");
	ck_assert_str_eq(contact->given, "Hanako");
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("vcard_exporters");
	tcase_add_loop_test(cases, a_card_is_read_as_its_program_meant_it, 0, G_N_ELEMENTS(people));
	tcase_add_test(cases, a_file_of_a_phone_holds_all_its_cards);
	Suite *suite = suite_create("vcard_exporters");
	suite_add_tcase(suite, cases);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
