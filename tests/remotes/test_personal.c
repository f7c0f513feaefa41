/* SPDX-License-Identifier: MIT */
/* What a call sends of a person does not come back in what is told of it. */
#include "remotes/orange/personal.h"

#include <check.h>
#include <stdlib.h>

static GPtrArray *sent;

static void set_up(void)
{
	static const char *const parameters[] = {
		"firstname",    "Anaïs",      "lastname",
		"de Léo-Curie", "emailperso", "anais.curie@example.org",
		"nickname",     "Al",         "type",
		"email",        "order",      "12",
	};
	sent = g_ptr_array_new();
	for (gsize i = 0; i < G_N_ELEMENTS(parameters); i++) {
		g_ptr_array_add(sent, (gpointer)parameters[i]);
	}
}

static void tear_down(void)
{
	g_ptr_array_unref(sent);
}

static const struct {
	const char *text, *expected;
} quoted[] = {
	{"parameter lastname is invalid", "parameter lastname is invalid"},
	{"no such email, order 12", "no such email, order 12"}, /* of the protocol */
	{"Anaïs is not allowed", "[hidden] is not allowed"},
	{"ANAÏS CURIE?", "[hidden] [hidden]?"},
	{"'de Léo-Curie' twice", "'[hidden]' twice"},
	{"Mme Curie (Léo) de X", "Mme [hidden] ([hidden]) [hidden] X"},
	{"firstname=Ana%C3%AFs&lastname=de%20L%C3%A9o-Curie",
         "firstname=[hidden]&lastname=[hidden]"},
	{"cannot write to anais.curie@example.org", "cannot write to [hidden]"},
	{"all of Alice", "all of Alice"}, /* a short one counts as a whole word */
	{"Al", "[hidden]"},
};

START_TEST(what_was_sent_is_hidden_whole_and_word_by_word)
{
	char *text = g_strdup(quoted[_i].text);
	personal_hide(&text, sent);
	ck_assert_str_eq(text, quoted[_i].expected);
	g_free(text);
}
END_TEST

START_TEST(no_text_stays_no_text)
{
	char *text = NULL;
	personal_hide(&text, sent);
	ck_assert_ptr_null(text);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("personal");
	TCase *tests = tcase_create("hide");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, what_was_sent_is_hidden_whole_and_word_by_word, 0,
	                    (int)G_N_ELEMENTS(quoted));
	tcase_add_test(tests, no_text_stays_no_text);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
