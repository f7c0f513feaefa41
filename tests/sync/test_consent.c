/* SPDX-License-Identifier: MIT */
/* What waits for a person's consent goes as soon as it is there, and holds up nothing else. */
#include "fakes/bridge.h"

#include <check.h>
#include <stdlib.h>

static struct bridge *begin(const char *consent)
{
	const struct emulator_options options = {.consent = consent};
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, &options);
	g_autofree char *card = bridge_card("u1", "Marie", "Martin", "TEL:+33123456789\r\n");
	bridge_write(bridge, "a.vcf", card);
	return bridge;
}

static void order(struct bridge *bridge, const char *request)
{
	g_autofree char *answer = emulator_control(bridge->emulator, request, NULL, NULL);
	ck_assert_ptr_nonnull(answer);
}

START_TEST(a_contact_goes_in_the_first_cycle_after_the_consent)
{
	struct bridge *bridge = begin("contact:see");
	for (int i = 0; i < 5; i++) { /* an item of its own fault would wait for hours by then */
		OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
		ck_assert(passerelle_error_is(report->error, PASSERELLE_ERROR_CONSENT));
		ck_assert_ptr_nonnull(passerelle_error_url(report->error));
	}
	ck_assert_uint_eq(bridge_count_writes(bridge), 0);
	order(bridge, "consent?family=contact&value=always");
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert(report->error == NULL);
	ck_assert_int_eq(report->synced, 1);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_writes(bridge), 2); /* and the phone */
	bridge_free(bridge);
}
END_TEST

START_TEST(without_the_consent_to_add_what_is_new_there_still_comes)
{
	struct bridge *bridge = begin("contact:see");
	bridge_remote_add(bridge, "Jean", "Dupont", "jean@example.org");
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert(passerelle_error_is(report->error, PASSERELLE_ERROR_CONSENT));
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 2);
	ck_assert_uint_eq(bridge_count_writes(bridge), 0);
	bridge_free(bridge);
}
END_TEST

START_TEST(without_the_consent_to_see_nothing_is_added_unseen)
{
	struct bridge *bridge = begin("contact:add");
	bridge_remote_add(bridge, "Marie", "Martin", "marie@example.org");
	for (int i = 0; i < 3; i++) {
		OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
		ck_assert(passerelle_error_is(report->error, PASSERELLE_ERROR_CONSENT));
	}
	ck_assert_uint_eq(bridge_count_writes(bridge), 0);
	order(bridge, "consent?family=contact&value=always");
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert(report->error == NULL);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_consent_for_one_request_is_told_from_a_permanent_one)
{
	struct bridge *bridge = begin("none");
	order(bridge, "consent?family=contact&attribute=see&value=once");
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert(passerelle_error_is(report->error, PASSERELLE_ERROR_CONSENT));
	ck_assert_ptr_nonnull(strstr(report->error->message, "for one request only"));
	OWNED(cycle_report) again = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_ptr_null(strstr(again->error->message, "for one request only"));
	bridge_free(bridge);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("consent");
	TCase *tests = tcase_create("consent");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_contact_goes_in_the_first_cycle_after_the_consent);
	tcase_add_test(tests, without_the_consent_to_add_what_is_new_there_still_comes);
	tcase_add_test(tests, without_the_consent_to_see_nothing_is_added_unseen);
	tcase_add_test(tests, a_consent_for_one_request_is_told_from_a_permanent_one);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
