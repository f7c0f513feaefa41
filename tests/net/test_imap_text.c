/* SPDX-License-Identifier: MIT */
/* Tests of the words of IMAP. */
#include "net/imap_text.h"

#include <check.h>
#include <string.h>

static struct imap_cursor over(const char *text)
{
	return (struct imap_cursor){text, text + strlen(text)};
}

static void expect_string(struct imap_cursor *cursor, const char *wanted)
{
	gsize size = 0;
	g_autofree char *text = imap_read_string(cursor, &size);
	ck_assert_pstr_eq(text, wanted);
	ck_assert(text == NULL || size == strlen(text));
}

START_TEST(words_are_told_apart_whatever_their_case)
{
	struct imap_cursor cursor = over("12 Exists");
	guint64 number = 0;
	ck_assert(!imap_read_word(&cursor, "1"));
	ck_assert(imap_read_number(&cursor, &number));
	ck_assert_uint_eq(number, 12);
	ck_assert(!imap_read_word(&cursor, "EXIST"));
	ck_assert(imap_read_word(&cursor, "EXISTS"));
	ck_assert(cursor.at == cursor.end);
	ck_assert(!imap_read_word(&cursor, "EXISTS"));
}
END_TEST

START_TEST(a_number_that_is_none_is_not_read)
{
	const char *const texts[] = {"", "-1", "1x", "99999999999999999999", "(1)", "\"1\""};
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct imap_cursor cursor = over(texts[i]);
		guint64 number = 0;
		ck_assert_msg(!imap_read_number(&cursor, &number), "%s", texts[i]);
		ck_assert(cursor.at == texts[i]);
	}
}
END_TEST

START_TEST(a_string_is_an_atom_or_quoted_or_a_literal)
{
	struct imap_cursor cursor =
		over("INBOX \"a \\\"b\\\\\" {5}\r\n(\"a)\n NIL {0}\r\n ~{2}\r\nxy last");
	expect_string(&cursor, "INBOX");
	expect_string(&cursor, "a \"b\\");
	expect_string(&cursor, "(\"a)\n");
	expect_string(&cursor, "");
	expect_string(&cursor, "");
	expect_string(&cursor, "xy");
	expect_string(&cursor, "last");
	expect_string(&cursor, NULL);
}
END_TEST

START_TEST(a_string_without_its_end_is_none)
{
	const char *const texts[] = {"\"abc",
	                             "\"abc\\",
	                             "{5}\r\nabc",
	                             "{5}",
	                             "{5",
	                             "{x}\r\nabc)(",
	                             "{99999999999999}\r\na",
	                             ")",
	                             "(",
	                             "~{"};
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct imap_cursor cursor = over(texts[i]);
		gsize size = 0;
		g_autofree char *text = imap_read_string(&cursor, &size);
		ck_assert_msg(text == NULL, "%s", texts[i]);
	}
}
END_TEST

START_TEST(an_item_of_fetch_is_named_without_its_section)
{
	struct imap_cursor cursor =
		over("UID 7 BODY[HEADER.FIELDS (FROM \"SUBJECT\")]<0> {2}\r\nab FLAGS (\\Seen)");
	guint64 number = 0;
	g_autofree char *uid = imap_read_item(&cursor);
	ck_assert_str_eq(uid, "UID");
	ck_assert(imap_read_number(&cursor, &number));
	g_autofree char *body = imap_read_item(&cursor);
	ck_assert_str_eq(body, "BODY");
	expect_string(&cursor, "ab");
	g_autofree char *flags = imap_read_item(&cursor);
	ck_assert_str_eq(flags, "FLAGS");
	ck_assert(imap_skip_value(&cursor));
	ck_assert_ptr_null(imap_read_item(&cursor));
	struct imap_cursor open = over("BODY[HEADER");
	ck_assert_ptr_null(imap_read_item(&open));
}
END_TEST

START_TEST(a_value_is_skipped_with_all_that_is_in_it)
{
	struct imap_cursor cursor = over("((a \"b)\" {1}\r\n)) NIL (())) rest");
	ck_assert(imap_skip_value(&cursor));
	ck_assert(imap_read_mark(&cursor, ')') == false);
	ck_assert(imap_read_word(&cursor, "rest"));
	struct imap_cursor open = over("((a)");
	ck_assert(!imap_skip_value(&open));
}
END_TEST

START_TEST(a_list_as_deep_as_a_reply_may_be_is_skipped)
{
	g_autofree char *deep = g_strnfill(1000000, '(');
	struct imap_cursor cursor = over(deep);
	ck_assert(!imap_skip_value(&cursor));
}
END_TEST

START_TEST(a_text_is_quoted_or_refused)
{
	g_autofree char *quoted = imap_quote("a \"b\\c");
	ck_assert_str_eq(quoted, "\"a \\\"b\\\\c\"");
	ck_assert_ptr_null(imap_quote("a\r\nb"));
	ck_assert_ptr_null(imap_quote("\xc3\xa9"));
}
END_TEST

/* RFC 3501, 5.1.3 has the example in Chinese and Japanese. */
START_TEST(the_name_of_a_mailbox_is_sent_in_modified_utf7)
{
	static const struct {
		const char *name, *sent;
	} names[] = {
		{"INBOX", "\"INBOX\""},
		{"Tom & Jerry", "\"Tom &- Jerry\""},
		{"Entw\xc3\xbcrfe", "\"Entw&APw-rfe\""},
		{"~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e",
	         "\"~peter/mail/&U,BTFw-/&ZeVnLIqe-\""},
		{"\xf0\x9f\x93\xa7", "\"&2D3c5w-\""},
		{"a\"b", "\"a\\\"b\""},
		{"", "\"\""},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *sent = imap_quote_mailbox(names[i].name);
		ck_assert_pstr_eq(sent, names[i].sent);
	}
	ck_assert_ptr_null(imap_quote_mailbox("a\nb"));
	ck_assert_ptr_null(imap_quote_mailbox("\xff"));
}
END_TEST

START_TEST(what_a_server_says_is_one_clean_line)
{
	static const struct {
		const char *said, *words;
	} rows[] = {
		{" no\x1b[31m\r\nway\t ", "no[31m way"},
		{"\xff\xe2\x80\xae"
	         "end",
	         "\xef\xbf\xbd"
	         "end"},
		{"", ""},
		{" ", ""},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *words = imap_clean_words(rows[i].said, strlen(rows[i].said));
		ck_assert_str_eq(words, rows[i].words);
	}
	g_autofree char *many = g_strnfill(100000, 'x');
	g_autofree char *cut = imap_clean_words(many, 100000);
	ck_assert_uint_le(strlen(cut), 200);
	g_autofree char *part = imap_clean_words("abcdef", 3);
	ck_assert_str_eq(part, "abc");
}
END_TEST

static Suite *text_suite(void)
{
	Suite *suite = suite_create("net/imap_text");
	TCase *text = tcase_create("text");
	tcase_add_test(text, words_are_told_apart_whatever_their_case);
	tcase_add_test(text, a_number_that_is_none_is_not_read);
	tcase_add_test(text, a_string_is_an_atom_or_quoted_or_a_literal);
	tcase_add_test(text, a_string_without_its_end_is_none);
	tcase_add_test(text, an_item_of_fetch_is_named_without_its_section);
	tcase_add_test(text, a_value_is_skipped_with_all_that_is_in_it);
	tcase_add_test(text, a_list_as_deep_as_a_reply_may_be_is_skipped);
	tcase_add_test(text, a_text_is_quoted_or_refused);
	tcase_add_test(text, the_name_of_a_mailbox_is_sent_in_modified_utf7);
	tcase_add_test(text, what_a_server_says_is_one_clean_line);
	suite_add_tcase(suite, text);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(text_suite());
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
