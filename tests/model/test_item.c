/* SPDX-License-Identifier: MIT */
/* Items, events, mailboxes: names, matches, and how facts stand to each other. */
#include "model/item.h"

#include <check.h>

#include "model/event.h"
#include "model/mailbox.h"

#define FACTS(...)                                                                                 \
	(char *[])                                                                                 \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

START_TEST(the_kinds_bear_the_words_of_the_contract)
{
	ck_assert_str_eq(item_kind_name(ITEM_CONTACT), "contacts");
	ck_assert_str_eq(item_kind_name(ITEM_EVENT), "calendar");
}
END_TEST

START_TEST(two_values_of_a_single_fact_contradict)
{
	unsigned shared = 9;
	ck_assert_int_eq(facts_compare(FACTS("birthday=1951-01-31", "email+a@b"),
	                               FACTS("birthday=1952-01-31", "email+a@b"), &shared),
	                 FACTS_CONTRADICT);
	ck_assert_uint_eq(shared, 1);
}
END_TEST

START_TEST(sets_without_a_common_member_are_disjoint)
{
	unsigned shared = 9;
	ck_assert_int_eq(facts_compare(FACTS("company=x", "email+a@b"),
	                               FACTS("company=x", "email+c@d", "email+e@f"), &shared),
	                 FACTS_DISJOINT);
	ck_assert_uint_eq(shared, 1);
}
END_TEST

START_TEST(one_common_member_of_any_set_is_enough)
{
	ck_assert_int_eq(
		facts_compare(FACTS("email+a@b", "phone+1"), FACTS("email+c@d", "phone+1"), NULL),
		FACTS_COMPATIBLE);
}
END_TEST

START_TEST(what_only_one_side_says_is_compatible)
{
	unsigned shared = 9;
	ck_assert_int_eq(facts_compare(FACTS("company=x", "email+a@b"), FACTS("phone+1"), &shared),
	                 FACTS_COMPATIBLE);
	ck_assert_uint_eq(shared, 0);
	ck_assert_int_eq(facts_compare(NULL, FACTS("phone+1"), NULL), FACTS_COMPATIBLE);
}
END_TEST

START_TEST(an_event_matches_by_title_time_and_place)
{
	OWNED(event) event = event_new();
	g_free(event->title);
	event->title = g_strdup("L\xe2\x80\x99"
	                        "Appel");
	event->starts = 60;
	event->ends = 120;
	OWNED(event) copy = event_copy(event);
	g_autofree char *key = event_match_key(copy);
	ck_assert_str_eq(key, "l'appel\x1f"
	                      "60\x1f"
	                      "120\x1f");
}
END_TEST

START_TEST(a_new_mailbox_knows_nothing)
{
	OWNED(mailbox) mailbox = mailbox_new();
	ck_assert_int_eq(mailbox->unread, MAILBOX_UNKNOWN);
	ck_assert_int_eq(mailbox->total, MAILBOX_UNKNOWN);
	ck_assert_int_eq(mailbox->sms, MAILBOX_UNKNOWN);
	g_ptr_array_add(mailbox->latest, mail_summary_new());
	ck_assert_uint_eq(mailbox->latest->len, 1);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("item");
	tcase_add_test(cases, the_kinds_bear_the_words_of_the_contract);
	tcase_add_test(cases, two_values_of_a_single_fact_contradict);
	tcase_add_test(cases, sets_without_a_common_member_are_disjoint);
	tcase_add_test(cases, one_common_member_of_any_set_is_enough);
	tcase_add_test(cases, what_only_one_side_says_is_compatible);
	tcase_add_test(cases, an_event_matches_by_title_time_and_place);
	tcase_add_test(cases, a_new_mailbox_knows_nothing);
	Suite *suite = suite_create("item");
	suite_add_tcase(suite, cases);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
