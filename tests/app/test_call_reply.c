/* SPDX-License-Identifier: MIT */
/* A reply as a person reads it: indented, harmless for a terminal, and without a secret. */
#include "app/call_reply.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static const char *const secrets[] = {"B64+/=|x", "pass&word", NULL};

static const struct {
	const char *body, *wanted;
} rows[] = {
	{"", ""},
	{"<a/>", "<a/>\n"},
	{"<a x='1' y=\"&lt;2&gt;\"> t </a>", "<a x=\"1\" y=\"&lt;2&gt;\">t</a>\n"},
	{"<a><b>1</b><c>  <d/></c></a>", "<a>\n  <b>1</b>\n  <c>\n    <d/>\n  </c>\n</a>\n"},
	{"<a>words<b/></a>", "<a>\n  words\n  <b/>\n</a>\n"},
	{"<a>R & D < x</a>", "<a>R &amp; D &lt; x</a>\n"},
	{"<a>one</a><a>two</a>", "<a>one</a>\n"}, /* the first document */
	{"plain words", "plain words\n"},
	{"plain words\n", "plain words\n"},
	{"<html><body>in</body></html>", "<html><body>in</body></html>\n"},
	/* what steers a terminal: escape, C1, a bell, the direction of the text, a carriage return
         */
	{"words \x1b[2Jmore\x07", "words \\u{1b}[2Jmore\\u{7}\n"},
	{"<a b=\"\xc2\x9b"
         "31m\">\xe2\x80\xae"
         "abc\xe2\x80\xa8</a>",
         "<a b=\"\\u{9b}31m\">\\u{202e}abc\\u{2028}</a>\n"},
	{"over\rwritten", "over\\u{d}written\n"},
	{"latin \xe9", "latin \xef\xbf\xbd\n"},
	/* secrets, as they are and as an address has them */
	{"<a t=\"B64+/=|x\">token=B64%2B%2F%3D%7Cx</a>", "<a t=\"[hidden]\">token=[hidden]</a>\n"},
	{"<a>pass&amp;word</a>", "<a>[hidden]</a>\n"},
	{"bad token B64+/=|x for pass&amp;word", "bad token [hidden] for [hidden]\n"},
};

START_TEST(a_reply_is_readable_and_harmless)
{
	g_autoptr(GBytes) body = g_bytes_new(rows[_i].body, strlen(rows[_i].body));
	g_autofree char *text = call_reply_text(body, "text/xml", secrets);
	ck_assert_str_eq(text, rows[_i].wanted);
}
END_TEST

START_TEST(what_is_no_text_is_named)
{
	static const char picture[] = "GIF89a\1\0\1\0\0";
	g_autoptr(GBytes) body = g_bytes_new_static(picture, sizeof picture);
	g_autofree char *typed = call_reply_text(body, "image/\x1b[2Jgif", secrets);
	ck_assert_str_eq(typed, "(12 bytes of image/[2Jgif; --raw writes them)\n");
	g_autofree char *untyped = call_reply_text(body, NULL, secrets);
	ck_assert_str_eq(untyped, "(12 bytes of no named type; --raw writes them)\n");
}
END_TEST

START_TEST(a_reply_too_deep_for_the_reader_comes_as_it_is)
{
	GString *deep = g_string_new(NULL);
	for (int i = 0; i < 10000; i++) {
		g_string_append(deep, "<a>");
	}
	g_autoptr(GBytes) body = g_string_free_to_bytes(deep);
	g_autofree char *text = call_reply_text(body, NULL, secrets);
	ck_assert(g_str_has_prefix(text, "<a><a>")); /* too deep for a document: as it is */
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("call reply");
	TCase *reply = tcase_create("reply");
	tcase_add_loop_test(reply, a_reply_is_readable_and_harmless, 0, G_N_ELEMENTS(rows));
	tcase_add_test(reply, what_is_no_text_is_named);
	tcase_add_test(reply, a_reply_too_deep_for_the_reader_comes_as_it_is);
	suite_add_tcase(suite, reply);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
