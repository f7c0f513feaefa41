/* SPDX-License-Identifier: MIT */
/* The options stand in three places: the table, the manual and the example. They are the same. */
#include "app/config.h"
#include "app/config_options.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static char *load(const char *path)
{
	char *text = NULL;
	g_autofree char *full = g_build_filename(TEST_SOURCE_DIR, path, NULL);
	ck_assert_msg(g_file_get_contents(full, &text, NULL, NULL), "%s", full);
	return text;
}

static GPtrArray *matches(const char *text, const char *pattern)
{
	GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GRegex) regex = g_regex_new(pattern, G_REGEX_MULTILINE, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	g_regex_match(regex, text, 0, &match);
	while (g_match_info_matches(match)) {
		g_ptr_array_add(found, g_match_info_fetch(match, 1));
		g_match_info_next(match, NULL);
	}
	return found;
}

static void check_names(GPtrArray *names, const char *where)
{
	for (const struct option *option = config_options; option->name != NULL; option++) {
		guint count = 0;
		for (guint i = 0; i < names->len; i++) {
			count += strcmp(g_ptr_array_index(names, i), option->name) == 0;
		}
		ck_assert_msg(count == 1, "\"%s\" stands %u times in %s", option->name, count,
		              where);
	}
	for (guint i = 0; i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		ck_assert_msg(option_find(SECTION_GENERAL, name) != NULL ||
		                      option_find(SECTION_ACCOUNT, name) != NULL,
		              "\"%s\" of %s is no option", name, where);
	}
}

START_TEST(the_manual_tells_every_option_once_and_no_other)
{
	g_autofree char *manual = load("conf/passerelle.conf.5");
	g_autoptr(GPtrArray) names = matches(manual, "^\\.It Cm (\\w+)$");
	check_names(names, "the manual");
}
END_TEST

START_TEST(the_example_holds_every_option_once_and_no_other)
{
	g_autofree char *example = load("conf/passerelle.conf");
	g_autoptr(GPtrArray) names = matches(example, "^;(\\w+) =");
	check_names(names, "the example");
}
END_TEST

START_TEST(the_example_and_the_manual_tell_the_default_of_the_table)
{
	g_autofree char *example = load("conf/passerelle.conf");
	g_autofree char *manual = load("conf/passerelle.conf.5");
	for (const struct option *option = config_options; option->name != NULL; option++) {
		if (option->fallback == NULL) {
			continue;
		}
		g_autofree char *line =
			g_strdup_printf("\n;%s = %s\n", option->name, option->fallback);
		g_autofree char *pattern =
			g_strdup_printf("^\\.It Cm %s$(?:(?!^\\.It)[\\s\\S])*?(Default: %s\\.)$",
		                        option->name, option->fallback);
		g_autoptr(GPtrArray) found = matches(manual, pattern);
		ck_assert_msg(strstr(example, line) != NULL, "no line%s", line);
		ck_assert_msg(found->len == 1, "the manual does not tell the default of %s",
		              option->name);
	}
}
END_TEST

START_TEST(the_example_is_read_when_its_semicolons_are_taken_away)
{
	g_autofree char *example = load("conf/passerelle.conf");
	g_autoptr(GRegex) comment = g_regex_new("^;", G_REGEX_MULTILINE, 0, NULL);
	g_autofree char *text = g_regex_replace(comment, example, -1, 0, "", 0, NULL);
	g_autoptr(GRegex) second =
		g_regex_new("^(service_|oauth_)?(\\w+_)?(password|secret)_file.*$"
	                    "|^(contacts_)?password_command.*$",
	                    G_REGEX_MULTILINE, 0, NULL);
	g_autofree char *one_password = g_regex_replace(second, text, -1, 0, "", 0, NULL);
	g_autoptr(GError) error = NULL;
	OWNED(config) config = config_parse(one_password, strlen(one_password), "example", &error);
	ck_assert_msg(config != NULL, "%s", error != NULL ? error->message : "");
}
END_TEST

START_TEST(every_option_has_a_line_of_help_and_a_default_that_can_be_read)
{
	static struct account_config account;
	static struct general_config general;
	for (const struct option *option = config_options; option->name != NULL; option++) {
		g_autoptr(GError) error = NULL;
		void *target =
			option->section == SECTION_GENERAL ? (void *)&general : (void *)&account;
		ck_assert_msg(option->help != NULL && option->help[0] != '\0', "%s", option->name);
		ck_assert_msg(option->fallback == NULL ||
		                      option_set(option, target, option->fallback, &error),
		              "%s", option->name);
	}
	g_free(account.remote);
	g_free(account.timezone);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("options");
	TCase *tests = tcase_create("options");
	tcase_add_test(tests, the_manual_tells_every_option_once_and_no_other);
	tcase_add_test(tests, the_example_holds_every_option_once_and_no_other);
	tcase_add_test(tests, the_example_and_the_manual_tell_the_default_of_the_table);
	tcase_add_test(tests, the_example_is_read_when_its_semicolons_are_taken_away);
	tcase_add_test(tests, every_option_has_a_line_of_help_and_a_default_that_can_be_read);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
