/* SPDX-License-Identifier: MIT */
/* Text from outside, made harmless; counts and times in words. */
#include "status/words.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define NOW 1795230060

START_TEST(text_is_cut_between_characters_and_before_it_is_escaped)
{
	g_autofree char *cut = words_clean("ééééé", 3);
	g_autofree char *escaped = words_clean_pango("<<<<<", 3);
	g_autofree char *whole = words_clean("  a \n b  ", 3);
	g_autofree char *nothing = words_clean(NULL, 3);
	ck_assert_str_eq(cut, "ééé…");
	ck_assert_str_eq(escaped, "&lt;&lt;&lt;…");
	ck_assert_str_eq(whole, "a b");
	ck_assert_str_eq(nothing, "");
}
END_TEST

START_TEST(bytes_that_are_no_utf8_become_visible_and_valid)
{
	g_autofree char *clean = words_clean("a\xff\xc3(\xed\xa0\x80z", 60);
	ck_assert(g_utf8_validate(clean, -1, NULL));
	ck_assert_ptr_nonnull(strstr(clean, "\ufffd"));
	ck_assert(g_str_has_prefix(clean, "a") && g_str_has_suffix(clean, "z"));
}
END_TEST

START_TEST(marks_that_turn_or_hide_text_are_left_out)
{
	g_autofree char *clean =
		words_clean("a\u200e\u200f\u202a\u202e\u2066\u2069\u061c\ufeff\u00ad\a\033b", 60);
	ck_assert_str_eq(clean, "ab");
}
END_TEST

START_TEST(ten_thousand_bytes_make_no_longer_line_than_the_bound)
{
	g_autofree char *much = g_strnfill(10000, '<');
	g_autofree char *clean = words_clean(much, 60);
	ck_assert_int_eq(g_utf8_strlen(clean, -1), 61);
}
END_TEST

START_TEST(orders_of_bars_are_taken_apart)
{
	static const char hostile[] = "%{A1:x:}%%{F-} <fc=red></fc> #[fg=red]#(x)#{p}";
	g_autofree char *polybar = words_escape_polybar(hostile);
	g_autofree char *xmobar = words_escape_xmobar("a<fc=red>");
	g_autofree char *tmux = words_escape_tmux("#[fg=red]#(x)");
	ck_assert_ptr_null(strstr(polybar, "%{"));
	ck_assert_str_eq(xmobar, "a<raw=1:</>fc=red>");
	ck_assert_str_eq(tmux, "##[fg=red]##(x)");
}
END_TEST

static const struct {
	gint64 count;
	const char *words;
} counts[] = {{0, "0"}, {999, "999"}, {1000, "1,000"}, {1234567, "1,234,567"}, {-1000, "-1,000"}};

START_TEST(counts_are_grouped)
{
	g_autofree char *words = words_count(counts[_i].count);
	ck_assert_str_eq(words, counts[_i].words);
}
END_TEST

static const struct {
	gint64 when;
	const char *point, *span;
} times[] = {{NOW, "just now", "a moment"},    {NOW - 60, "60 s ago", "60 s"},
             {NOW - 90, "1 min ago", "1 min"}, {NOW + 300, "in 5 min", "a moment"},
             {NOW - 7200, "2 h ago", "2 h"},   {NOW - 864000, "10 d ago", "10 d"},
             {0, "20778 d ago", "20778 d"}};

START_TEST(times_are_told_from_now)
{
	g_autofree char *point = words_when(times[_i].when, NOW);
	g_autofree char *span = words_for(times[_i].when, NOW);
	ck_assert_str_eq(point, times[_i].point);
	ck_assert_str_eq(span, times[_i].span);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("words");
	TCase *tests = tcase_create("words");
	tcase_add_test(tests, text_is_cut_between_characters_and_before_it_is_escaped);
	tcase_add_test(tests, bytes_that_are_no_utf8_become_visible_and_valid);
	tcase_add_test(tests, marks_that_turn_or_hide_text_are_left_out);
	tcase_add_test(tests, ten_thousand_bytes_make_no_longer_line_than_the_bound);
	tcase_add_test(tests, orders_of_bars_are_taken_apart);
	tcase_add_loop_test(tests, counts_are_grouped, 0, (int)G_N_ELEMENTS(counts));
	tcase_add_loop_test(tests, times_are_told_from_now, 0, (int)G_N_ELEMENTS(times));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
