/* SPDX-License-Identifier: MIT */
/* Secrets in texts that others wrote: found in every form in which they are quoted. Texts of any
 * length normalised as GLib does it. */
#include "base/text.h"

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SECRET "B64+x/y=|a b&c"

static const struct {
	const char *text, *expected;
} quoted[] = {
	{"", ""},
	{"nothing of it, 100% sure", "nothing of it, 100% sure"},
	{SECRET, "[hidden]"},
	{"<" SECRET "> and " SECRET, "<[hidden]> and [hidden]"},
	{"?token=B64%2Bx%2Fy%3D%7Ca%20b%26c&x=1", "?token=[hidden]&x=1"},
	{"?token=B64%2bx%2fy%3d%7ca%20b%26c&x=1", "?token=[hidden]&x=1"},
	{"say B64+x/y=|a b&amp;c", "say [hidden]"},
	{"say B64+x/y=|a+b&c", "say [hidden]"},
	/* encoded by another rule, and encoded twice: nothing of the text is safe */
	{"say B64%2Bx/y%3D%7Ca%20b%26c", "[hidden]"},
	{"say B64%252Bx%252Fy%253D%257Ca%2520b%2526c", "[hidden]"},
	{"say B64%252Bx%252Fy%25", "[hidden]"},
	/* cut off by a limit */
	{"say B64+x/", "say [hidden]"},
	{"say B64%2Bx%2", "say [hidden]"},
	{"say B64", "say B64"},
};

START_TEST(a_secret_is_hidden_however_it_is_quoted)
{
	char *text = g_strdup(quoted[_i].text);
	text_hide(&text, SECRET);
	ck_assert_str_eq(text, quoted[_i].expected);
	g_free(text);
}
END_TEST

START_TEST(without_a_secret_or_a_text_nothing_is_done)
{
	char *text = g_strdup("as it was"), *none = NULL;
	text_hide(&text, NULL);
	text_hide(&text, "");
	ck_assert_str_eq(text, "as it was");
	text_hide(&none, SECRET);
	ck_assert_ptr_null(none);
	g_free(text);
}
END_TEST

/* After so many letters that the text is cut before character, if ever. */
static void check_normal(const char *before, gunichar character)
{
	static const GNormalizeMode modes[] = {G_NORMALIZE_NFC, G_NORMALIZE_ALL,
	                                       G_NORMALIZE_ALL_COMPOSE};
	g_autoptr(GString) text = g_string_new(NULL);
	for (glong i = g_utf8_strlen(before, -1); i < 64; i++) {
		g_string_append(text, "a");
	}
	g_string_append(text, before);
	g_string_append_unichar(text, character);
	g_string_append(text, "\xcc\xa3\xcc\x81");
	for (gsize i = 0; i < G_N_ELEMENTS(modes); i++) {
		g_autofree char *whole = g_utf8_normalize(text->str, -1, modes[i]);
		g_autofree char *pieces = text_normalize(text->str, modes[i]);
		ck_assert_msg(strcmp(whole, pieces) == 0, "U+%04X", (unsigned)character);
	}
}

/* Every fifth letter of the large scripts, whose letters are all alike. */
START_TEST(a_long_text_is_cut_where_it_does_not_show)
{
	static const char *const before[] = {"e", "\xe1\x84\x80", "\xe1\x84\x80\xe1\x85\xa1",
	                                     "\xe0\xa7\x87", "\xe3\x81\x8b"};
	for (gunichar character = 0x80; character < 0x1fc00; character++) {
		const bool is_large = character >= 0x3400 && character < 0xd7a4;
		if (!g_unichar_isdefined(character) ||
		    g_unichar_type(character) == G_UNICODE_SURROGATE ||
		    (is_large && character % 50 != 0)) {
			continue;
		}
		for (gsize i = 0; i < G_N_ELEMENTS(before); i++) {
			check_normal(before[i], character);
		}
	}
}
END_TEST

START_TEST(a_text_of_marks_alone_is_normalised_in_little_time)
{
	g_autoptr(GString) text = g_string_new("a");
	while (text->len < 1000000) {
		g_string_append(text, "\xcc\x81\xcc\xa3\xe1\xbe\xb7");
	}
	g_autofree char *normal = text_normalize(text->str, G_NORMALIZE_ALL_COMPOSE);
	ck_assert_ptr_nonnull(normal);
	ck_assert_ptr_null(text_normalize("\xff", G_NORMALIZE_NFC));
}
END_TEST

START_TEST(a_line_is_clean_and_as_long_as_wanted)
{
	static const struct {
		const char *text;
		gsize limit;
		const char *line;
	} rows[] = {
		{" a\r\n\tb\xc2\xa0 c ", 100, "a b c"},
		{"a\x1b[31m\xe2\x80\xae"
	         "b",
	         100, "a[31mb"},
		{"\xc3\xa9\xc3\xa9", 3, "\xc3\xa9"},
		{"a b", 2, "a"},
		{"a\xff"
	         "b",
	         100,
	         "a\xef\xbf\xbd"
	         "b"},
		{"a\xe2\x82", 100, "a"},
		{" \t", 100, NULL},
		{"", 100, NULL},
		{NULL, 100, NULL},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *line = text_line(rows[i].text, rows[i].limit);
		ck_assert_pstr_eq(line, rows[i].line);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("text");
	TCase *tests = tcase_create("hide");
	tcase_add_loop_test(tests, a_secret_is_hidden_however_it_is_quoted, 0,
	                    (int)G_N_ELEMENTS(quoted));
	tcase_add_test(tests, without_a_secret_or_a_text_nothing_is_done);
	suite_add_tcase(suite, tests);
	TCase *normal = tcase_create("normalize");
	tcase_set_timeout(normal, 600); /* in pieces it is seconds, as a whole an hour */
	tcase_add_test(normal, a_long_text_is_cut_where_it_does_not_show);
	tcase_add_test(normal, a_text_of_marks_alone_is_normalised_in_little_time);
	suite_add_tcase(suite, normal);
	TCase *line = tcase_create("line");
	tcase_add_test(line, a_line_is_clean_and_as_long_as_wanted);
	suite_add_tcase(suite, line);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
