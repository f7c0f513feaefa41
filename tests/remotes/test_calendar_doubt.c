/* SPDX-License-Identifier: MIT */
/* Events in doubt, and the listing that the service may offer one day. */
#include "remotes/calendar_world.h"

/* An event in doubt, announced seconds before now. */
static void leave_in_doubt(struct world *self, gint64 seconds)
{
	self->script.addevent = CLOSE;
	want(self, DENTIST);
	ck_assert(create(self, NULL));
	self->script.addevent = NULL;
	self->account.settings.now += seconds;
	world_reopen(self);
}

static void check_settled(struct world *self, enum ledger_state state, const char *by)
{
	ck_assert(self->side->functions->settle(self->side, NULL));
	g_autoptr(GPtrArray) rows =
		ledger_for_item(self->account.journal, ITEM_EVENT, "dentist", NULL);
	const struct ledger_call *row = g_ptr_array_index(rows, rows->len - 1);
	ck_assert_int_eq(row->state, state);
	ck_assert_str_eq(row->settled_by == NULL ? "nobody" : row->settled_by, by);
}

START_TEST(an_event_in_doubt_is_held_where_nothing_can_be_read_back)
{
	struct world world;
	world_init(&world);
	leave_in_doubt(&world, 9999);
	check_settled(&world, LEDGER_IN_DOUBT, "nobody");
	world_clear(&world);
}
END_TEST

/* No reply, or one that says only that the service is out of order. */
static const char *const silences[] = {CLOSE, "<error><code>-2</code></error>", "<html>no</html>"};

START_TEST(a_silence_leaves_one_event_in_doubt_and_the_others_wait)
{
	struct world world;
	world_init(&world);
	world.script.addevent = silences[_i];
	const struct change *first = want(&world, DENTIST);
	const struct change *second =
		want(&world, "UID:other\r\nSUMMARY:Other\r\nDTSTART:20261126T100000Z\r\n"
	                     "DURATION:PT1H\r\n");
	g_autoptr(GError) error = NULL;
	ck_assert(!create(&world, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_NETWORK));
	ck_assert_int_eq(first->verdict, VERDICT_IN_DOUBT);
	ck_assert_int_eq(second->verdict, VERDICT_PENDING);
	ck_assert_uint_eq(count_requests(&world, "addevent"), 1);
	world_clear(&world);
}
END_TEST

START_TEST(a_person_may_choose_to_assume_it_done)
{
	struct world world;
	world_init(&world);
	world.account.settings.in_doubt = IN_DOUBT_ASSUME_DONE;
	leave_in_doubt(&world, 1);
	check_settled(&world, LEDGER_DONE, "policy");
	struct change *change = want(&world, DENTIST);
	ck_assert(create(&world, NULL));
	ck_assert_int_eq(change->verdict, VERDICT_DONE);
	ck_assert(g_str_has_prefix(change->ref, "unnamed/"));
	ck_assert_uint_eq(count_requests(&world, "addevent"), 1);
	world_clear(&world);
}
END_TEST

START_TEST(a_person_may_choose_to_send_it_again_once_the_grace_is_over)
{
	struct world world;
	world_init(&world);
	world.account.settings.in_doubt = IN_DOUBT_SEND_AGAIN;
	leave_in_doubt(&world, 60);
	check_settled(&world, LEDGER_IN_DOUBT, "nobody");
	world.account.settings.now += 120;
	world_reopen(&world);
	check_settled(&world, LEDGER_NOT_SENT, "policy");
	struct change *change = want(&world, DENTIST);
	ck_assert(create(&world, NULL));
	ck_assert_int_eq(change->verdict, VERDICT_DONE);
	ck_assert_uint_eq(count_requests(&world, "addevent"), 2);
	world_clear(&world);
}
END_TEST

static const struct there DENTIST_THERE[] = {{"77", "Dentist", "23/11/2026", "09:00", "09:30"},
                                             {NULL, NULL, NULL, NULL, NULL}};
static const struct there NOTHING[] = {{NULL, NULL, NULL, NULL, NULL}};
static const struct there MANY[] = {{"1", "One", "01/12/2026", "10:00", "11:00"},
                                    {"2", "Two", "02/12/2026", "10:00", "11:00"},
                                    {"3", "Three", "03/12/2026", "10:00", "11:00"},
                                    {"4", "Four", "04/12/2026", "00:00", "23:59"},
                                    {"5", "Five &amp; é", "31/12/2027", "1:00", "2:00"},
                                    {"6", "Six", "05/01/2027", "10:00", "11:00"},
                                    {NULL, NULL, NULL, NULL, NULL}};

START_TEST(a_listing_cuts_its_days_until_each_page_is_whole)
{
	struct world world;
	world_init(&world);
	world.script.list = NULL;
	world.script.events = MANY;
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) records = g_ptr_array_new();
	OWNED(snapshot) snapshot = world.side->functions->list(world.side, records, &error);
	ck_assert_msg(snapshot != NULL, "%s", error == NULL ? "" : error->message);
	ck_assert(snapshot->is_complete);
	ck_assert_int_eq(snapshot->since, world.account.settings.now - 31 * DAY);
	ck_assert_int_eq(snapshot->until, world.account.settings.now + 400 * DAY);
	ck_assert_uint_eq(snapshot->entries->len, 5);
	for (guint i = 0; i < 5; i++) {
		const struct entry *entry = g_ptr_array_index(snapshot->entries, i);
		ck_assert_ptr_nonnull(strstr(entry->text, "UID:passerelle-event-"));
		ck_assert_ptr_null(entry->uid);
		g_autoptr(GPtrArray) items = project(&world, entry->text, NULL);
		ck_assert_str_eq(item_at(items, 0)->fingerprint, entry->revision);
		ck_assert_str_eq(item_at(items, 0)->name, entry->hint);
	}
	world_clear(&world);
}
END_TEST

START_TEST(an_entry_bears_the_ref_that_its_record_knows)
{
	struct world world;
	world_init(&world);
	world.script.list = NULL;
	world.script.events = DENTIST_THERE;
	g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
	struct record *record = record_new("dentist");
	record->remote_ref = g_strdup("77/23112026");
	g_ptr_array_add(records, record);
	OWNED(snapshot) snapshot = world.side->functions->list(world.side, records, NULL);
	const struct entry *entry = g_ptr_array_index(snapshot->entries, 0);
	ck_assert_str_eq(entry->ref, "77/23112026");
	world_clear(&world);
}
END_TEST

START_TEST(a_service_without_listing_is_asked_again_after_a_day)
{
	struct world world;
	world_init(&world);
	g_autoptr(GPtrArray) records = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(world.side->functions->list(world.side, records, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_UNSUPPORTED));
	world_reopen(&world);
	ck_assert(world.side->functions->list == NULL);
	want(&world, DENTIST);
	ck_assert(create(&world, NULL));
	ck_assert_uint_eq(count_requests(&world, "geteventlist"), 1);
	world.account.settings.now += DAY;
	world_reopen(&world);
	ck_assert(world.side->functions->list != NULL);
	world_clear(&world);
}
END_TEST

START_TEST(what_is_there_already_is_adopted_and_not_added)
{
	struct world world;
	world_init(&world);
	world.script.list = NULL;
	world.script.events = DENTIST_THERE;
	struct change *first = want(&world, DENTIST);
	struct change *second = want(&world, "UID:twin\r\nSUMMARY:dentist\r\nLOCATION:LYON\r\n"
	                                     "DTSTART:20261123T080000Z\r\nDURATION:PT30M\r\n");
	ck_assert(create(&world, NULL));
	ck_assert_int_eq(first->verdict, VERDICT_ADOPTED);
	ck_assert_str_eq(first->ref, "77");
	ck_assert_int_eq(second->verdict, VERDICT_DONE);
	ck_assert_uint_eq(count_requests(&world, "addevent"), 1);
	world_clear(&world);
}
END_TEST

START_TEST(what_another_item_is_bound_to_is_the_same_and_not_added)
{
	struct world world;
	world_init(&world);
	world.script.list = NULL;
	world.script.events = DENTIST_THERE;
	OWNED(record) record = record_new("other");
	record->remote_ref = g_strdup("77/23112026");
	ck_assert(records_put(world.account.journal, ITEM_EVENT, record, NULL));
	struct change *change = want(&world, DENTIST);
	ck_assert(create(&world, NULL));
	ck_assert_int_eq(change->verdict, VERDICT_SAME_AS);
	ck_assert_str_eq(change->same_as, "other");
	ck_assert_uint_eq(count_requests(&world, "addevent"), 0);
	world_clear(&world);
}
END_TEST

START_TEST(an_event_in_doubt_that_is_found_there_is_done)
{
	struct world world;
	world_init(&world);
	leave_in_doubt(&world, DAY);
	world.script.list = NULL;
	world.script.events = DENTIST_THERE;
	check_settled(&world, LEDGER_DONE, "read-back");
	struct change *change = want(&world, DENTIST);
	ck_assert(create(&world, NULL));
	ck_assert_str_eq(change->ref, "77");
	ck_assert_uint_eq(count_requests(&world, "addevent"), 1);
	world_clear(&world);
}
END_TEST

START_TEST(an_event_in_doubt_that_is_not_there_is_sent_again_after_the_grace)
{
	struct world world;
	world_init(&world);
	world.script.list = NULL;
	world.script.events = NOTHING;
	leave_in_doubt(&world, 60);
	check_settled(&world, LEDGER_IN_DOUBT, "nobody");
	world.account.settings.now += 120;
	world_reopen(&world);
	check_settled(&world, LEDGER_NOT_SENT, "read-back");
	world_clear(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("calendar doubt");
	TCase *doubt = tcase_create("doubt");
	tcase_add_test(doubt, an_event_in_doubt_is_held_where_nothing_can_be_read_back);
	tcase_add_loop_test(doubt, a_silence_leaves_one_event_in_doubt_and_the_others_wait, 0,
	                    G_N_ELEMENTS(silences));
	tcase_add_test(doubt, a_person_may_choose_to_assume_it_done);
	tcase_add_test(doubt, a_person_may_choose_to_send_it_again_once_the_grace_is_over);
	suite_add_tcase(suite, doubt);
	TCase *proposed = tcase_create("proposed");
	tcase_add_test(proposed, a_listing_cuts_its_days_until_each_page_is_whole);
	tcase_add_test(proposed, an_entry_bears_the_ref_that_its_record_knows);
	tcase_add_test(proposed, a_service_without_listing_is_asked_again_after_a_day);
	tcase_add_test(proposed, what_is_there_already_is_adopted_and_not_added);
	tcase_add_test(proposed, what_another_item_is_bound_to_is_the_same_and_not_added);
	tcase_add_test(proposed, an_event_in_doubt_that_is_found_there_is_done);
	tcase_add_test(proposed, an_event_in_doubt_that_is_not_there_is_sent_again_after_the_grace);
	suite_add_tcase(suite, proposed);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
