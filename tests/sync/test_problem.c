/* SPDX-License-Identifier: MIT */
/* How a problem is told: by name to its owner, by file, id or UID to a log. */
#include "sync/problem.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static void expect(const char *name, const char *ref, const char *line, const char *log_line)
{
	struct problem *problem = problem_new(name, ref, "refused");
	ck_assert_str_eq(problem->line, line);
	ck_assert_str_eq(problem->log_line, log_line);
	problem_free(problem);
}

START_TEST(a_name_is_told_to_its_owner_and_to_no_log)
{
	expect("Marie Curie", "u1", "Marie Curie: refused", "u1: refused");
	expect(NULL, "bad.vcf", "bad.vcf: refused", "bad.vcf: refused");
	problem_free(NULL);
}
END_TEST

START_TEST(a_long_name_leaves_room_for_what_is_wrong)
{
	g_autofree char *name = g_strnfill(200, 'n'), *ref = g_strnfill(200, 'r');
	g_autofree char *line = g_strdup_printf("%.80s…: refused", name);
	g_autofree char *log_line = g_strdup_printf("%.80s…: refused", ref);
	expect(name, ref, line, log_line);
	expect("\xff", "u1", "\xef\xbf\xbd: refused", "u1: refused");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("problem");
	TCase *tests = tcase_create("lines");
	tcase_add_test(tests, a_name_is_told_to_its_owner_and_to_no_log);
	tcase_add_test(tests, a_long_name_leaves_room_for_what_is_wrong);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
