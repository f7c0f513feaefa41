/* SPDX-License-Identifier: MIT */
/* A secret is hidden however a text quotes it. */
#include "base/text.h"

#include <check.h>
#include <stdlib.h>

static const struct {
	const char *text, *secret, *wanted;
} rows[] = {
	{"the token B64+/=|x is bad", "B64+/=|x", "the token [hidden] is bad"},
	{"?token=B64%2B%2F%3D%7Cx&a=B64", "B64+/=|x", "?token=[hidden]&a=B64"},
	{"?token=B64%2b%2f%3d%7cx", "B64+/=|x", "?token=[hidden]"},
	{"<a b=\"p&amp;&lt;q\"/> p&<q", "p&<q", "<a b=\"[hidden]\"/> [hidden]"},
	{"one one", "one", "[hidden] [hidden]"},
	{"hidden", "hidden", "[hidden]"},
	{"100%", "%", "100[hidden]"},
	{"nothing", "secret", "nothing"},
	{"nothing", "", "nothing"},
	{"nothing", NULL, "nothing"},
};

START_TEST(a_secret_is_hidden_in_all_its_forms)
{
	char *text = g_strdup(rows[_i].text);
	text_hide(&text, rows[_i].secret);
	ck_assert_str_eq(text, rows[_i].wanted);
	g_free(text);
}
END_TEST

START_TEST(no_text_stays_no_text)
{
	char *text = NULL;
	text_hide(&text, "secret");
	ck_assert_ptr_null(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("text");
	TCase *hide = tcase_create("hide");
	tcase_add_loop_test(hide, a_secret_is_hidden_in_all_its_forms, 0, G_N_ELEMENTS(rows));
	tcase_add_test(hide, no_text_stays_no_text);
	suite_add_tcase(suite, hide);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
