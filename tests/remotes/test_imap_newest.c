/* SPDX-License-Identifier: MIT */
/* Tests of the highest ids among many. */
#include "remotes/imap/newest.h"

#include <check.h>

static void expect_set(const struct newest *newest, const char *wanted)
{
	g_autofree char *set = newest_set(newest);
	ck_assert_str_eq(set, wanted);
}

START_TEST(the_highest_are_kept_in_whatever_order_they_come)
{
	struct newest newest = {0};
	newest_add(&newest, 7, 7);
	newest_add(&newest, 3, 3);
	newest_add(&newest, 5, 5);
	newest_add(&newest, 5, 5);
	newest_add(&newest, 4, 4);
	expect_set(&newest, "3:5,7");
	for (guint64 uid = 1000; uid > 0; uid--) {
		newest_add(&newest, uid, uid);
	}
	expect_set(&newest, "901:1000");
	newest_add(&newest, 2000, 2000);
	expect_set(&newest, "902:1000,2000");
	newest_add(&newest, 950, 950);
	expect_set(&newest, "902:1000,2000");
}
END_TEST

START_TEST(a_set_of_any_size_costs_little)
{
	struct newest newest = {0};
	newest_add_set(&newest, "1:4294967295");
	expect_set(&newest, "4294967196:4294967295");
	for (int i = 0; i < 100000; i++) {
		newest_add_set(&newest, "1:4294967295,5");
	}
	ck_assert_uint_eq(newest.count, MAILBOX_MAILS);
}
END_TEST

START_TEST(what_makes_no_sense_in_a_set_is_left_out)
{
	struct newest newest = {0};
	newest_add_set(&newest, "9:7,0,x,*,4294967296,99999999999999999999,-3,12:x,,3,5:*,:4,20:");
	expect_set(&newest, "3,7:9");
	newest_add(&newest, 0, 0);
	newest_add(&newest, G_MAXUINT64, G_MAXUINT64);
	expect_set(&newest, "3,7:9");
}
END_TEST

START_TEST(what_came_is_taken_out_once)
{
	struct newest newest = {0};
	newest_add_set(&newest, "3,7:9");
	ck_assert(newest_remove(&newest, 8));
	ck_assert(!newest_remove(&newest, 8));
	ck_assert(!newest_remove(&newest, 0));
	ck_assert(!newest_remove(&newest, 10));
	expect_set(&newest, "3,7,9");
	struct newest none = {0};
	ck_assert(!newest_remove(&none, 1));
	expect_set(&none, "");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("remotes/imap_newest");
	TCase *ids = tcase_create("ids");
	tcase_add_test(ids, the_highest_are_kept_in_whatever_order_they_come);
	tcase_add_test(ids, a_set_of_any_size_costs_little);
	tcase_add_test(ids, what_makes_no_sense_in_a_set_is_left_out);
	tcase_add_test(ids, what_came_is_taken_out_once);
	suite_add_tcase(suite, ids);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
