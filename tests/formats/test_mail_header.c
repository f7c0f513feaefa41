/* SPDX-License-Identifier: MIT */
/* Tests of what is shown of a mail's header. */
#include "formats/mail_header.h"

#include <check.h>
#include <string.h>

#define LIMIT 2048

struct row {
	const char *value, *shown;
};

static void expect_rows(char *(*read)(const char *value, gsize limit), const struct row *rows,
                        gsize count)
{
	for (gsize i = 0; i < count; i++) {
		g_autofree char *shown = read(rows[i].value, LIMIT);
		ck_assert_msg(g_strcmp0(shown, rows[i].shown) == 0, "\"%s\" is \"%s\", not \"%s\"",
		              rows[i].value, shown, rows[i].shown);
	}
}

/* RFC 2047, 8 */
START_TEST(the_examples_of_the_standard_are_read)
{
	static const struct row rows[] = {
		{"(=?ISO-8859-1?Q?a?=)", "(a)"},
		{"(=?ISO-8859-1?Q?a?= b)", "(a b)"},
		{"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"},
		{"(=?ISO-8859-1?Q?a?=  \t =?ISO-8859-1?Q?b?=)", "(ab)"},
		{"(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
		{"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"},
		{"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?= "
	         "=?ISO-8859-2?B?dSB1bmRlcnN0YW5kIHRoZSBleGFtcGxlLg==?=",
	         "If you can read this you understand the example."},
	};
	expect_rows(mail_header_text, rows, G_N_ELEMENTS(rows));
}
END_TEST

START_TEST(words_become_characters_whatever_their_charset)
{
	static const struct row rows[] = {
		{"plain", "plain"},
		{"=?utf-8?Q?=C3=A9t=C3=A9?=", "\xc3\xa9t\xc3\xa9"},
		{"=?UTF-8*fr?B?w6k?=", "\xc3\xa9"},
		{"=?iso-8859-1?q?=80_=E9?=", "\xe2\x82\xac \xc3\xa9"},
		{"=?koi8-r?B?8NLJ18XU?=", "\xd0\x9f\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82"},
		{"=?ISO-2022-JP?B?GyRCRnxLXBsoQg==?=", "\xe6\x97\xa5\xe6\x9c\xac"},
		{"=?GB2312?B?yNWxvg==?=", "\xe6\x97\xa5\xe6\x9c\xac"},
		{"=?utf-16be?B?AOkA6Q==?=", "\xc3\xa9\xc3\xa9"},
		{"Re: =?utf-8?Q?a?=: b", "Re: a: b"},
		{"a=?utf-8?Q?b?=c", "abc"},
	};
	expect_rows(mail_header_text, rows, G_N_ELEMENTS(rows));
}
END_TEST

START_TEST(a_character_split_between_two_words_is_whole)
{
	static const struct row rows[] = {
		{"=?utf-8?Q?=C3?= =?utf-8?Q?=A9?=", "\xc3\xa9"},
		{"=?utf-8?B?4oI=?= =?UTF-8?Q?=AC?=", "\xe2\x82\xac"},
		{"=?utf-8?Q?=C3?==?utf-8?Q?=A9?=", "\xc3\xa9"},
	};
	expect_rows(mail_header_text, rows, G_N_ELEMENTS(rows));
}
END_TEST

START_TEST(what_is_broken_or_unknown_is_shown_as_well_as_can_be)
{
	static const struct row rows[] = {
		{"=?x-none?Q?caf=C3=A9?=", "caf\xc3\xa9"},
		{"=?x-none?Q?caf=E9?=", "caf\xc3\xa9"},
		{"=?../../x?Q?caf=E9?=", "caf\xc3\xa9"},
		{"=?us-ascii?Q?caf=E9?=", "caf\xc3\xa9"},
		{"=?utf-8?Q?caf=E9s?=", "caf\xef\xbf\xbds"},
		{"caf\xc3\xa9", "caf\xc3\xa9"},
		{"caf\xe9", "caf\xc3\xa9"},
		{"=?utf-8?B?w6l0w6k?=", "\xc3\xa9t\xc3\xa9"},
		{"=?utf-8?B?YQ==YmM=?=", "abc"},
		{"=?utf-8?B?*Y*Q*?=", "a"},
		{"=?utf-8?B?A?=", NULL},
		{"=?utf-8?Q?a=?=", "a="},
		{"=?utf-8?Q?a=4?=", "a=4"},
		{"=?utf-8?Q?a b?=", "a b"},
		{"=?utf-8?X?a?=", "=?utf-8?X?a?="},
		{"=?utf-8?Q?a", "=?utf-8?Q?a"},
		{"=?"
	         "?Q?a?=",
	         "=?"
	         "?Q?a?="},
		{"=?utf-8?", "=?utf-8?"},
		{"=?", "=?"},
		{"=", "="},
		{"", NULL},
		{" \t ", NULL},
		{"=?utf-8?Q?=3D=3Futf-8=3FQ=3Fa=3F=3D?=", "=?utf-8?Q?a?="},
		{"=?utf-8?Q?a=00b=0D=0A=1Bc?=", "a\xef\xbf\xbd"
	                                        "b c"},
		{"=?iso-8859-1?Q?a=00b?=", "a b"},
		{"a =?utf-8?Q?"
	         "?= b",
	         "a b"},
	};
	expect_rows(mail_header_text, rows, G_N_ELEMENTS(rows));
}
END_TEST

START_TEST(a_text_is_never_longer_than_wanted)
{
	GString *value = g_string_new(NULL);
	for (int i = 0; i < 100000; i++) {
		g_string_append(value, "=?utf-8?Q?=C3=A9?=");
	}
	g_autofree char *shown = mail_header_text(value->str, 9);
	ck_assert_str_eq(shown, "\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9");
	g_string_free(value, TRUE);
}
END_TEST

/* ---- persons ---- */

START_TEST(a_person_is_a_name_or_else_an_address)
{
	static const struct row rows[] = {
		{"Ada Lovelace <ada@a.example>", "Ada Lovelace"},
		{"\"Lovelace, Ada\" <ada@a.example>", "Lovelace, Ada"},
		{"\"A \\\"B\\\" <c>\" <ada@a.example>", "A \"B\" <c>"},
		{"=?utf-8?Q?Ad=C3=A9?= Love <ada@a.example>", "Ad\xc3\xa9 Love"},
		{"\"=?utf-8?Q?Ad=C3=A9?=\" <ada@a.example>", "Ad\xc3\xa9"},
		{"=?utf-8?Q?Love, (Ada)?= <ada@a.example>", "Love, (Ada)"},
		{"<ada@a.example>", "ada@a.example"},
		{" ada@a.example ", "ada@a.example"},
		{"ada@a.example (Ada (the) First)", "Ada (the) First"},
		{"<ada@a.example> (Ada)", "Ada"},
		{"ada@a.example, Bob <bob@a.example>", "ada@a.example"},
		{", ,Bob <bob@a.example>", "Bob"},
		{"Friends: Ada <ada@a.example>, Bob <bob@a.example>;", "Ada"},
		{"undisclosed-recipients:;", NULL},
		{"\"\" <ada@a.example>", "ada@a.example"},
		{"Ada <ada@a.example", "Ada"},
		{"\"Ada", "Ada"},
		{"Ada (", "Ada"},
		{"\\", "\\"},
		{"", NULL},
	};
	expect_rows(mail_header_person, rows, G_N_ELEMENTS(rows));
}
END_TEST

/* ---- dates ---- */

START_TEST(a_date_is_read_in_all_its_forms)
{
	static const struct {
		const char *value;
		gint64 seconds;
	} rows[] = {
		{"Thu, 01 Jan 1970 00:00:10 +0000", 10},
		{"Tue, 7 Mar 2006 15:35:06 +0100 (CET)", 1141742106},
		{"7 Mar 2006 14:35:06 GMT", 1141742106},
		{"7 Mar 06 09:35:06 EST", 1141742106},
		{"Tue, 7 Mar 106 14:35:06 Z", 1141742106},
		{" 7-Mar-2006 15:35:06 +0100", 1141742106},
		{"07-Mar-2006 15:35:06 +0100", 1141742106},
		{"Tue, 7 Mar 2006 14:35", 1141742100},
		{"Tue,  7  MAR  2006\t14:35:60 -0000", 1141742159},
		{"Tue, 7 Mar 2006 09:05:06 -0530", 1141742106},
		{"Tue, 31 Feb 2006 14:35:06 +0000", 0},
		{"Tue, 7 Mar 2006 25:35:06 +0000", 0},
		{"Tue, 7 Foo 2006 14:35:06 +0000", 0},
		{"yesterday", 0},
		{"", 0},
		{",", 0},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		ck_assert_msg(mail_header_date(rows[i].value) == rows[i].seconds,
		              "\"%s\" is %" G_GINT64_FORMAT, rows[i].value,
		              mail_header_date(rows[i].value));
	}
}
END_TEST

/* ---- fields ---- */

static void expect_field(const char *header, const char *name, const char *value)
{
	g_autofree char *found = mail_header_field(header, strlen(header), name);
	ck_assert_pstr_eq(found, value);
}

START_TEST(a_field_is_found_with_all_its_lines)
{
	const char header[] = "Subjects: no\r\nsubject : a\r\n b\r\n\tc\r\nFrom:x\nDate:\r\n d\r\n"
			      "Subject: second\r\n\r\n";
	expect_field(header, "Subject", " a b\tc");
	expect_field(header, "FROM", "x");
	expect_field(header, "Date", " d");
	expect_field(header, "To", NULL);
	expect_field("", "To", NULL);
	expect_field("To", "To", NULL);
	expect_field("To:", "To", "");
	expect_field("To:a\r\n ", "To", "a ");
}
END_TEST

static Suite *header_suite(void)
{
	Suite *suite = suite_create("formats/mail_header");
	TCase *words = tcase_create("words");
	tcase_add_test(words, the_examples_of_the_standard_are_read);
	tcase_add_test(words, words_become_characters_whatever_their_charset);
	tcase_add_test(words, a_character_split_between_two_words_is_whole);
	tcase_add_test(words, what_is_broken_or_unknown_is_shown_as_well_as_can_be);
	tcase_add_test(words, a_text_is_never_longer_than_wanted);
	suite_add_tcase(suite, words);
	TCase *fields = tcase_create("fields");
	tcase_add_test(fields, a_person_is_a_name_or_else_an_address);
	tcase_add_test(fields, a_date_is_read_in_all_its_forms);
	tcase_add_test(fields, a_field_is_found_with_all_its_lines);
	suite_add_tcase(suite, fields);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(header_suite());
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
