/* SPDX-License-Identifier: MIT */
/* Whole cards: their exact form, that nothing leaves its field, and that what is written is read
 * back. */
#include "formats/vcard.h"

#include <check.h>
#include <stdio.h>

#include "formats/random_contact.h"

static struct contact *marie(void)
{
	struct contact *person = contact_new();
	person->uid = g_strdup("uid-1");
	person->family = g_strdup("Curie");
	person->given = g_strdup("Marie");
	person->civility = CIVILITY_MRS;
	person->nickname = g_strdup("Manya");
	person->company = g_strdup("Sorbonne; Paris");
	person->department = g_strdup("Physique");
	person->function = g_strdup("Professor");
	person->birthday = g_strdup("1867-11-07");
	struct device *phone = device_new(DEVICE_PHONE, DEVICE_MOBILE, INFO_HOME, "+33 6 12");
	phone->preferred = true;
	contact_add_device(person, phone);
	contact_add_device(person, device_new(DEVICE_EMAIL, DEVICE_INTERNET, INFO_WORK, "m@c.fr"));
	contact_add_device(person,
	                   device_new(DEVICE_URL, DEVICE_WEB, INFO_UNKNOWN, "http://c.fr/a,b;c"));
	struct postal_address *address = postal_address_new();
	address->info = INFO_HOME;
	address->street = g_strdup("1 rue A");
	address->city = g_strdup("Paris");
	g_ptr_array_add(person->addresses, address);
	person->picture = g_bytes_new_static("\xff\xd8\xff\xe0", 4);
	person->note = g_strdup("a\nb, c");
	return person;
}

START_TEST(version_3_0_has_its_form)
{
	OWNED(contact) person = marie();
	g_autofree char *card = vcard_write(person, 3);
	ck_assert_str_eq(card, "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//passerelle//EN\r\n"
	                       "UID:uid-1\r\nFN:Marie Curie\r\nN:Curie;Marie;;Mme;\r\n"
	                       "NICKNAME:Manya\r\nORG:Sorbonne\\; Paris;Physique\r\n"
	                       "TITLE:Professor\r\nBDAY:1867-11-07\r\n"
	                       "TEL;TYPE=HOME,CELL,PREF:+33 6 12\r\n"
	                       "EMAIL;TYPE=INTERNET,WORK:m@c.fr\r\nURL:http://c.fr/a,b;c\r\n"
	                       "ADR;TYPE=HOME:;;1 rue A;Paris;;;\r\n"
	                       "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4A==\r\n"
	                       "NOTE:a\\nb\\, c\r\nEND:VCARD\r\n");
}
END_TEST

START_TEST(version_4_0_has_its_form)
{
	OWNED(contact) person = marie();
	g_autofree char *card = vcard_write(person, 4);
	ck_assert_str_eq(card, "BEGIN:VCARD\r\nVERSION:4.0\r\nPRODID:-//passerelle//EN\r\n"
	                       "UID:uid-1\r\nFN:Marie Curie\r\nN:Curie;Marie;;Mme;\r\n"
	                       "NICKNAME:Manya\r\nORG:Sorbonne\\; Paris;Physique\r\n"
	                       "TITLE:Professor\r\nBDAY:18671107\r\n"
	                       "TEL;TYPE=home,cell;PREF=1:+33 6 12\r\n"
	                       "EMAIL;TYPE=work:m@c.fr\r\nURL:http://c.fr/a,b;c\r\n"
	                       "ADR;TYPE=home:;;1 rue A;Paris;;;\r\n"
	                       "PHOTO:data:image/jpeg;base64,/9j/4A==\r\n"
	                       "NOTE:a\\nb\\, c\r\nEND:VCARD\r\n");
}
END_TEST

START_TEST(a_card_without_a_name_has_n_and_fn_all_the_same)
{
	OWNED(contact) person = contact_new();
	person->uid = g_strdup("u");
	person->company = g_strdup("ACME");
	g_autofree char *card = vcard_write(person, 3);
	ck_assert_ptr_nonnull(strstr(card, "\r\nFN:ACME\r\n"));
	ck_assert_ptr_nonnull(strstr(card, "\r\nN:;;;;\r\n"));
}
END_TEST

static const struct {
	const char *birthday, *text, *line3, *line4;
} birthday_rows[] = {
	{"1951-01-31", NULL, "BDAY:1951-01-31\r\n", "BDAY:19510131\r\n"},
	{"--01-31", NULL, "BDAY:--01-31\r\n", "BDAY:--0131\r\n"},
	{"1951-01", NULL, "BDAY:1951-01\r\n", "BDAY:1951-01\r\n"},
	{"1951", NULL, "BDAY:1951\r\n", "BDAY:1951\r\n"},
	{"---31", NULL, "BDAY:---31\r\n", "BDAY:---31\r\n"},
	{NULL, "circa, 1800", "BDAY;VALUE=text:circa\\, 1800\r\n",
         "BDAY;VALUE=text:circa\\, 1800\r\n"},
};

START_TEST(birthdays_are_written_as_the_version_wants_them)
{
	OWNED(contact) person = contact_new();
	person->birthday = g_strdup(birthday_rows[_i].birthday);
	person->birthday_text = g_strdup(birthday_rows[_i].text);
	g_autofree char *card3 = vcard_write(person, 3);
	g_autofree char *card4 = vcard_write(person, 4);
	ck_assert_ptr_nonnull(strstr(card3, birthday_rows[_i].line3));
	ck_assert_ptr_nonnull(strstr(card4, birthday_rows[_i].line4));
}
END_TEST

START_TEST(no_field_can_add_a_line)
{
	const char *attack = "x\r\nEND:VCARD\r\nBEGIN:VCARD\rTEL:666\nFN:evil\v\f\x85";
	OWNED(contact) person = contact_new();
	char **const fields[] = {&person->uid,      &person->full_name, &person->family,
	                         &person->given,    &person->nickname,  &person->company,
	                         &person->function, &person->note,      &person->birthday,
	                         &person->kind,     &person->revision,  &person->picture_url};
	for (gsize i = 0; i < G_N_ELEMENTS(fields); i++) {
		*fields[i] = g_strdup(attack);
	}
	for (int type = 0; type < 3; type++) {
		g_ptr_array_add(person->devices, device_new((enum device_type)type, DEVICE_VOICE,
		                                            INFO_HOME, attack));
	}
	for (unsigned major = 3; major <= 4; major++) {
		g_autofree char *card = vcard_write(person, major);
		g_auto(GStrv) lines = g_strsplit(card, "\r\n", -1);
		for (guint i = 1; lines[i + 2]; i++) {
			ck_assert_ptr_null(strpbrk(lines[i], "\r\n\v\f"));
			ck_assert(!g_str_has_prefix(lines[i], "END"));
			ck_assert(!g_str_has_prefix(lines[i], "TEL:666"));
			ck_assert(!g_str_has_prefix(lines[i], "FN:evil"));
		}
	}
}
END_TEST

START_TEST(what_is_written_is_read_back)
{
	const guint32 seed = random_seed();
	const guint rounds = g_getenv("PASSERELLE_LONG") ? 1000000 : 10000;
	printf("seed %u, %u contacts\n", seed, rounds);
	fflush(stdout);
	g_autoptr(GRand) random = g_rand_new_with_seed(seed);
	for (guint round = 0; round < rounds; round++) {
		OWNED(contact) contact = random_contact(random);
		g_autofree char *expected = contact_dump(contact);
		g_autofree char *card = vcard_write(contact, round % 2 ? 3 : 4);
		g_autoptr(GPtrArray) repairs = g_ptr_array_new_with_free_func(g_free);
		OWNED(contact) back = vcard_read(card, strlen(card), repairs, NULL);
		ck_assert_ptr_nonnull(back);
		g_autofree char *dump = contact_dump(back);
		ck_assert_msg(strcmp(dump, expected) == 0, "seed %u, round %u:\n%s\n%s\n%s", seed,
		              round, card, expected, dump);
		g_auto(GStrv) lines = g_strsplit(card, "\r\n", -1);
		for (char **line = lines; *line; line++) {
			ck_assert_uint_le(strlen(*line), 75);
		}
	}
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("vcard_write");
	tcase_set_timeout(cases, g_getenv("PASSERELLE_LONG") ? 7200 : 240);
	tcase_add_test(cases, version_3_0_has_its_form);
	tcase_add_test(cases, version_4_0_has_its_form);
	tcase_add_test(cases, a_card_without_a_name_has_n_and_fn_all_the_same);
	tcase_add_loop_test(cases, birthdays_are_written_as_the_version_wants_them, 0,
	                    G_N_ELEMENTS(birthday_rows));
	tcase_add_test(cases, no_field_can_add_a_line);
	tcase_add_test(cases, what_is_written_is_read_back);
	Suite *suite = suite_create("vcard_write");
	suite_add_tcase(suite, cases);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
