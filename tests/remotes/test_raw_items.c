/* SPDX-License-Identifier: MIT */
/* Items here that are the same thing as what was sent by hand: taken over, and not sent again. */
#include "remotes/raw_world.h"

#define EVENT                                                                                      \
	"title=Dentist&location=&description=&startdate=01/12/2026&starttime=09:30&"               \
	"enddate=01/12/2026&endtime=10:15&datepattern=dd/MM/yyyy&timepattern=HH:mm"

static struct change *wanted_change(struct endpoint *side, const char *text, GPtrArray *items)
{
	GPtrArray *projected = side->functions->project(side, text, NULL, NULL, NULL);
	ck_assert_uint_eq(projected->len, 1);
	g_ptr_array_add(items, projected);
	struct item *item = g_ptr_array_index(projected, 0);
	struct change *change = change_new(item->uid, NULL);
	change->item = item;
	change->text = g_strdup(item->text);
	return change;
}

/* Creates one item per uid from a text with %s; the verdicts, with a blank behind each. */
static char *create_all(struct world *world, enum item_kind kind, const char *format,
                        const char *const *uids, GPtrArray *changes)
{
	struct endpoint *side = orange_driver.endpoint(world->remote, kind);
	g_autoptr(GPtrArray) items =
		g_ptr_array_new_with_free_func((GDestroyNotify)g_ptr_array_unref);
	for (; *uids != NULL; uids++) {
		GString *text = g_string_new(format);
		g_string_replace(text, "%s", *uids, 1);
		g_ptr_array_add(changes, wanted_change(side, text->str, items));
		g_string_free(text, TRUE);
	}
	ck_assert(side->functions->create(side, changes, NULL));
	GString *verdicts = g_string_new(NULL);
	for (guint i = 0; i < changes->len; i++) {
		struct change *change = g_ptr_array_index(changes, i);
		g_string_append_printf(verdicts, "%s;", verdict_name(change->verdict));
		change->item = NULL;
	}
	return g_string_free(verdicts, FALSE);
}

#define CALENDAR_TEXT                                                                              \
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\n"       \
	"DTSTAMP:20261101T000000Z\r\nSUMMARY:Dentist\r\nDTSTART;TZID=Europe/"                      \
	"Paris:20261201T093000\r\nDTEND;TZID=Europe/Paris:20261201T101500\r\nEND:VEVENT\r\n"       \
	"END:VCALENDAR\r\n"

static const char *const two[] = {"one", "two", NULL};

START_TEST(the_first_item_of_an_event_sent_by_hand_takes_it_over)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	ck_assert(world_call(&world, "calendar", "addevent", EVENT));
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	g_autofree char *verdicts = create_all(&world, ITEM_EVENT, CALENDAR_TEXT, two, changes);
	ck_assert_str_eq(verdicts, "adopted;same as another;");
	const struct change *first = g_ptr_array_index(changes, 0);
	const struct change *second = g_ptr_array_index(changes, 1);
	OWNED(ledger_call) row = world_row(&world, ITEM_EVENT);
	ck_assert_str_eq(first->ref, row->result);
	ck_assert_str_eq(second->same_as, "one");
	/* the next cycle knows whose it is by the record */
	OWNED(record) record = record_new("one");
	record->state = RECORD_AGREED;
	record->remote_ref = g_strdup(first->ref);
	ck_assert(records_put(world.account.journal, ITEM_EVENT, record, NULL));
	world_reopen(&world, 60);
	static const char *const three[] = {"three", NULL};
	g_autoptr(GPtrArray) later = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	g_autofree char *again = create_all(&world, ITEM_EVENT, CALENDAR_TEXT, three, later);
	ck_assert_str_eq(again, "same as another;");
	ck_assert_str_eq(((struct change *)g_ptr_array_index(later, 0))->same_as, "one");
	ck_assert_uint_eq(emulator_count_calls(world.emulator, "addevent"), 1);
	world_clear(&world);
}
END_TEST

START_TEST(an_item_waits_while_the_same_event_sent_by_hand_is_in_doubt)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	world_break(&world, "addevent", "closed-after");
	ck_assert(!world_call(&world, "calendar", "addevent", EVENT));
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	g_autofree char *verdicts = create_all(&world, ITEM_EVENT, CALENDAR_TEXT, two, changes);
	ck_assert_str_eq(verdicts, "later;later;");
	ck_assert_uint_eq(emulator_count_calls(world.emulator, "addevent"), 1);
	world_clear(&world);
}
END_TEST

START_TEST(the_first_card_of_a_contact_sent_by_hand_takes_it_over)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	ck_assert(world_call(&world, "contacts", "addcontact", "lastname=Curie&firstname=Marie"));
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	g_autofree char *verdicts = create_all(
		&world, ITEM_CONTACT,
		"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:Marie Curie\r\nN:Curie;Marie;;;\r\n"
		"END:VCARD\r\n",
		two, changes);
	ck_assert_str_eq(verdicts, "adopted;same as another;");
	ck_assert_str_eq(((struct change *)g_ptr_array_index(changes, 1))->same_as, "one");
	ck_assert_uint_eq(emulator_count_writes(world.emulator, "addcontact"), 1);
	world_clear(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("raw items");
	TCase *items = tcase_create("items");
	tcase_set_timeout(items, 60);
	tcase_add_test(items, the_first_item_of_an_event_sent_by_hand_takes_it_over);
	tcase_add_test(items, an_item_waits_while_the_same_event_sent_by_hand_is_in_doubt);
	tcase_add_test(items, the_first_card_of_a_contact_sent_by_hand_takes_it_over);
	suite_add_tcase(suite, items);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
