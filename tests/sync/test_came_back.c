/* SPDX-License-Identifier: MIT */
/* What was gone here, or refused there, and comes back; found in random worlds. */
#include "wire_ledger.h"

static void write_card(struct bridge *bridge, const char *name, const char *uid, const char *given,
                       const char *more)
{
	g_autofree char *card = bridge_card(uid, given, "Martin", more);
	bridge_write(bridge, name, card);
}

static void assert_sound(struct bridge *bridge)
{
	OWNED(journal) journal = open_journal(bridge);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	ck_assert(journal_verify(journal, problems, &error));
	ck_assert_msg(problems->len == 0, "%s",
	              problems->len > 0 ? (const char *)problems->pdata[0] : "");
}

START_TEST(a_card_that_others_brought_back_is_known_when_it_is_renamed)
{
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, NULL);
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	bridge_delete(bridge, "a.vcf");
	edit_device(bridge, 0, NULL, "phone", "voice", "+33123456789");
	bridge->now += A_DAY;
	sync_once(bridge);
	g_autofree char *back = bridge_read(bridge, "u.vcf");
	g_autofree char *renamed = replaced(back, "Jean", "Jeanne");
	bridge_write(bridge, "u.vcf", renamed);
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	bridge_delete(bridge, "u.vcf");
	bridge_write(bridge, "elsewhere.vcf", renamed);
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	assert_sound(bridge);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_card_put_back_keeps_its_contact_from_another_of_its_name)
{
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, NULL);
	bridge->options.direction = _i == 0 ? DIRECTION_PUSH : DIRECTION_BOTH;
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	bridge_delete(bridge, "a.vcf");
	sync_once(bridge);
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	write_card(bridge, "b.vcf", "v", "Jean", "EMAIL:b@example.org\r\n");
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 2);
	assert_sound(bridge);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_refused_card_is_adopted_when_others_add_it)
{
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, NULL);
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	fault(bridge, "addcontact", 1, "code:1");
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 0);
	sync_once(bridge);
	edit_remote(bridge, 0, "{'firstname': 'Jean', 'lastname': 'Martin', 'devices': []}");
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	guint contacts = 0, devices = 0, pictures = 0;
	count_of(bridge, "Jean", &contacts, &devices, &pictures);
	ck_assert_uint_eq(devices, 1);
	assert_sound(bridge);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("came back");
	TCase *tests = tcase_create("came back");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_card_that_others_brought_back_is_known_when_it_is_renamed);
	tcase_add_loop_test(tests, a_card_put_back_keeps_its_contact_from_another_of_its_name, 0,
	                    2);
	tcase_add_test(tests, a_refused_card_is_adopted_when_others_add_it);
	suite_add_tcase(suite, tests);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(make_suite());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
