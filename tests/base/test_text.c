/* SPDX-License-Identifier: MIT */
/* Secrets in texts that others wrote: found in every form in which they are quoted. */
#include "base/text.h"

#include <check.h>
#include <stdlib.h>

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

int main(void)
{
	Suite *suite = suite_create("text");
	TCase *tests = tcase_create("hide");
	tcase_add_loop_test(tests, a_secret_is_hidden_however_it_is_quoted, 0,
	                    (int)G_N_ELEMENTS(quoted));
	tcase_add_test(tests, without_a_secret_or_a_text_nothing_is_done);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
