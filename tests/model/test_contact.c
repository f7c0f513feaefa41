/* SPDX-License-Identifier: MIT */
/* What people and devices are compared by, and that a copy is complete. */
#include "model/contact.h"

#include <check.h>
#include <string.h>

static void assert_key(enum device_type type, const char *value, const char *expected)
{
	OWNED(device) device = device_new(type, DEVICE_VOICE, INFO_UNKNOWN, value);
	g_autofree char *key = device_key(device);
	ck_assert_str_eq(key, expected);
}

START_TEST(emails_are_compared_case_folded)
{
	assert_key(DEVICE_EMAIL, " Marie@Example.COM ", "email+marie@example.com");
	assert_key(DEVICE_EMAIL, "mailto:a@b", "email+a@b");
}
END_TEST

START_TEST(phones_are_compared_by_digits_and_a_leading_plus)
{
	assert_key(DEVICE_PHONE, "+33 1 23.45-67/89",
	           "phone+"
	           "+33123456789");
	assert_key(DEVICE_PHONE, "0033 1 23 45 67 89",
	           "phone+"
	           "+33123456789");
	assert_key(DEVICE_PHONE, "+33 (0)1 23 45 67 89",
	           "phone+"
	           "+33123456789");
	assert_key(DEVICE_PHONE, "0033 (0)1 23 45 67 89",
	           "phone+"
	           "+33123456789");
	assert_key(DEVICE_PHONE, "tel:+33-1-23",
	           "phone+"
	           "+33123");
	assert_key(DEVICE_PHONE, "01 23 45 67 89", "phone+0123456789");
	assert_key(DEVICE_PHONE, "(0)1 23", "phone+0123");
	assert_key(DEVICE_PHONE, "\xd9\xa1\xd9\xa2", "phone+12");
	assert_key(DEVICE_PHONE, "Desk", "phone+desk");
	assert_key(DEVICE_PHONE, "sip:r2@Host", "phone+sip:r2@host");
}
END_TEST

START_TEST(urls_are_compared_without_scheme_host_case_and_trailing_slash)
{
	assert_key(DEVICE_URL, "HTTP://Example.COM/", "url+example.com");
	assert_key(DEVICE_URL, "https://example.com", "url+example.com");
	assert_key(DEVICE_URL, "example.com/A/b/", "url+example.com/A/b");
	assert_key(DEVICE_URL, "example.com?Q=1", "url+example.com?Q=1");
}
END_TEST

START_TEST(a_device_with_the_same_key_is_not_added_again)
{
	OWNED(contact) person = contact_new();
	ck_assert(contact_add_device(
		person, device_new(DEVICE_PHONE, DEVICE_VOICE, INFO_HOME, "+33 1 23")));
	ck_assert(!contact_add_device(
		person, device_new(DEVICE_PHONE, DEVICE_MOBILE, INFO_WORK, "0033123")));
	ck_assert(contact_add_device(person,
	                             device_new(DEVICE_EMAIL, DEVICE_VOICE, INFO_HOME, "0033123")));
	ck_assert_uint_eq(person->devices->len, 2);
	const struct device *email = g_ptr_array_index(person->devices, 1);
	ck_assert_int_eq(email->subtype, DEVICE_INTERNET);
}
END_TEST

static void assert_fold(const char *text, const char *expected)
{
	g_autofree char *folded = name_fold(text);
	ck_assert_str_eq(folded, expected);
	g_autofree char *again = name_fold(folded);
	ck_assert_str_eq(again, folded);
}

START_TEST(names_are_folded_but_keep_their_diacritics)
{
	assert_fold(NULL, "");
	assert_fold("  Jean\t \xc2\xa0 Dupont\n", "jean dupont");
	assert_fold("M\xc3\xbcller", "m\xc3\xbcller");
	assert_fold("Mu\xcc\x88ller", "m\xc3\xbcller");
	assert_fold("O\xe2\x80\x99"
	            "Brien",
	            "o'brien");
	assert_fold("d\xc2\xb4"
	            "Arc",
	            "d'arc");
	assert_fold("Saint\xe2\x80\x91"
	            "Exup\xc3\xa9ry",
	            "saint-exup\xc3\xa9ry");
	assert_fold("STRA\xc3\x9f"
	            "E",
	            "strasse");
	assert_fold("\xef\xbc\xa1\xef\xac\x81", "afi");
	assert_fold("bad\xff", "bad\xef\xbf\xbd");
}
END_TEST

static void assert_match(const char *family, const char *given, const char *nickname,
                         const char *company, const char *expected)
{
	OWNED(contact) person = contact_new();
	person->family = g_strdup(family);
	person->given = g_strdup(given);
	person->nickname = g_strdup(nickname);
	person->company = g_strdup(company);
	g_autofree char *key = contact_match_key(person);
	ck_assert_str_eq(key, expected);
}

START_TEST(people_match_by_name_else_nickname_else_company)
{
	assert_match("CURIE", "Marie", "m", "c", "curie\x1fmarie");
	assert_match(NULL, "Marie", NULL, NULL, "\x1fmarie");
	assert_match("", " ", "Zaz", "c", "n:zaz");
	assert_match(NULL, NULL, NULL, "Caf\xc3\xa9 SA", "c:caf\xc3\xa9 sa");
	assert_match(NULL, NULL, NULL, NULL, "");
}
END_TEST

static void assert_display_name(const struct contact *person, const char *expected)
{
	g_autofree char *name = contact_display_name(person);
	ck_assert_str_eq(name, expected);
}

START_TEST(the_display_name_takes_what_there_is)
{
	OWNED(contact) person = contact_new();
	assert_display_name(person, "");
	contact_add_device(person, device_new(DEVICE_PHONE, DEVICE_VOICE, INFO_UNKNOWN, "1"));
	contact_add_device(person, device_new(DEVICE_EMAIL, DEVICE_INTERNET, INFO_UNKNOWN, "a@b"));
	assert_display_name(person, "a@b");
	person->company = g_strdup("Company");
	assert_display_name(person, "Company");
	person->nickname = g_strdup("Nick");
	assert_display_name(person, "Nick");
	person->family = g_strdup("Curie");
	assert_display_name(person, "Curie");
	person->given = g_strdup("Marie");
	assert_display_name(person, "Marie Curie");
	person->full_name = g_strdup("Mme Curie");
	assert_display_name(person, "Mme Curie");
}
END_TEST

START_TEST(facts_are_sorted_and_name_only_what_is_certain)
{
	OWNED(contact) person = contact_new();
	person->birthday = g_strdup("1951-01-31");
	person->company = g_strdup("ACME");
	person->nickname = g_strdup("Jo");
	person->civility = CIVILITY_MISS;
	contact_add_device(person, device_new(DEVICE_URL, DEVICE_WEB, INFO_UNKNOWN, "http://x/"));
	contact_add_device(person, device_new(DEVICE_PHONE, DEVICE_FAX, INFO_HOME, "0033 1"));
	contact_add_device(person, device_new(DEVICE_EMAIL, DEVICE_INTERNET, INFO_WORK, "A@b"));
	g_auto(GStrv) facts = contact_facts(person);
	g_autofree char *joined = g_strjoinv(" ", facts);
	ck_assert_str_eq(joined, "birthday=1951-01-31 company=acme email+a@b gender=f nickname=jo "
	                         "phone++331 url+x");
	g_free(person->birthday);
	person->birthday = g_strdup("--01-31");
	g_auto(GStrv) partial = contact_facts(person);
	ck_assert_str_eq(partial[0], "company=acme");
}
END_TEST

START_TEST(a_copy_holds_everything)
{
	OWNED(contact) person = contact_new();
	person->uid = g_strdup("u");
	person->picture_url = g_strdup("http://p");
	person->picture = g_bytes_new_static("abc", 3);
	person->civility = CIVILITY_MR;
	struct postal_address *address = postal_address_new();
	address->street = g_strdup("1 rue");
	address->country = g_strdup("France");
	g_ptr_array_add(person->addresses, address);
	struct device *device = device_new(DEVICE_PHONE, DEVICE_FAX, INFO_HOME, "1");
	device->preferred = true;
	contact_add_device(person, device);
	OWNED(contact) copy = contact_copy(person);
	contact_free(person);
	person = NULL;
	ck_assert_str_eq(copy->uid, "u");
	ck_assert_str_eq(copy->picture_url, "http://p");
	ck_assert_uint_eq(g_bytes_get_size(copy->picture), 3);
	ck_assert_int_eq(copy->civility, CIVILITY_MR);
	const struct postal_address *address_copy = g_ptr_array_index(copy->addresses, 0);
	ck_assert_str_eq(address_copy->street, "1 rue");
	ck_assert_str_eq(address_copy->country, "France");
	ck_assert_ptr_null(address_copy->city);
	const struct device *device_copy = g_ptr_array_index(copy->devices, 0);
	ck_assert_int_eq(device_copy->subtype, DEVICE_FAX);
	ck_assert(device_copy->preferred);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("contact");
	tcase_add_test(cases, emails_are_compared_case_folded);
	tcase_add_test(cases, phones_are_compared_by_digits_and_a_leading_plus);
	tcase_add_test(cases, urls_are_compared_without_scheme_host_case_and_trailing_slash);
	tcase_add_test(cases, a_device_with_the_same_key_is_not_added_again);
	tcase_add_test(cases, names_are_folded_but_keep_their_diacritics);
	tcase_add_test(cases, people_match_by_name_else_nickname_else_company);
	tcase_add_test(cases, the_display_name_takes_what_there_is);
	tcase_add_test(cases, facts_are_sorted_and_name_only_what_is_certain);
	tcase_add_test(cases, a_copy_holds_everything);
	Suite *suite = suite_create("contact");
	suite_add_tcase(suite, cases);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
