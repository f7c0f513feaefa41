/* SPDX-License-Identifier: MIT */
/* A plan in words: one line per act, whatever the names hold. */
#include "plan/plan.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

START_TEST(a_name_cannot_make_lines_of_its_own_nor_command_the_terminal)
{
	g_autofree char *title = g_strnfill(5000, 'x');
	g_autofree char *name = g_strdup_printf("Evil\033[2J\nadd here: Fake %s", title);
	g_autoptr(GPtrArray) records = g_ptr_array_new();
	OWNED(snapshot) local = snapshot_new();
	OWNED(snapshot) remote = snapshot_new();
	local->is_complete = remote->is_complete = true;
	struct entry *entry = entry_new("\xff\033.vcf", "r1");
	entry->item = item_new();
	entry->item->uid = g_strdup("u1");
	entry->item->text = g_strdup("BEGIN:VCARD");
	entry->item->name = g_strdup(name);
	g_ptr_array_add(local->entries, entry);
	const struct policy policy = {
		.max_adds = 50, .local_can_create = true, .remote_can_create = true};
	struct plan *plan = plan_make(local, remote, records, &policy);
	g_autofree char *text = plan_describe(plan);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	ck_assert(g_str_has_prefix(text, "add there: Evil [2J add here: Fake x"));
	ck_assert_uint_eq(g_strv_length(lines), 2);
	ck_assert_ptr_null(strchr(text, '\033'));
	ck_assert(g_utf8_validate(text, -1, NULL));
	ck_assert_uint_lt(strlen(text), 500);
	plan_free(plan);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("describe");
	TCase *tests = tcase_create("describe");
	tcase_add_test(tests, a_name_cannot_make_lines_of_its_own_nor_command_the_terminal);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
