/* SPDX-License-Identifier: MIT */
/* When nothing may be sent: a lost, an older, a foreign journal, a folder that lost too much. */
#include "wire_ledger.h"

#include "app/journal_resolve.h"
#include "stores/vdir.h"

#include <glib/gstdio.h>

#define FILES 20

/* Contacts and events, each kind on its own emulator: _i. */
static const enum item_kind kinds[] = {ITEM_CONTACT, ITEM_EVENT};
#define KINDS ((int)G_N_ELEMENTS(kinds))

static void write_item(struct bridge *bridge, enum item_kind kind, int number)
{
	g_autofree char *title = g_strdup_printf("Thing%02d", number);
	if (kind == ITEM_CONTACT) {
		g_autofree char *name = g_strdup_printf("%02d.vcf", number);
		g_autofree char *more = g_strdup_printf("EMAIL:a%d@example.org\r\n", number);
		g_autofree char *card = bridge_card(title, title, "Example", more);
		bridge_write(bridge, name, card);
		return;
	}
	g_autofree char *name = g_strdup_printf("%02d.ics", number);
	g_autoptr(GDateTime) day = g_date_time_new_from_unix_utc(bridge->now + 5 * 86400);
	g_autofree char *date = g_date_time_format(day, "%Y%m%d");
	g_autofree char *text = g_strdup_printf(
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\n"
		"DTSTAMP:20260101T000000Z\r\nDTSTART:%sT%02d0000Z\r\nDTEND:%sT%02d3000Z\r\n"
		"SUMMARY:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
		title, date, number, date, number, title);
	bridge_write(bridge, name, text);
}

static void write_items(struct bridge *bridge, enum item_kind kind, int first, int count)
{
	for (int i = first; i < first + count; i++) {
		write_item(bridge, kind, i);
	}
}

/* A bridge in step: count items here and there. */
static struct bridge *begin(enum item_kind kind, int count)
{
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, NULL);
	bridge->options.account = "test";
	write_items(bridge, kind, 0, count);
	OWNED(cycle_report) report = bridge_sync(bridge, kind);
	ck_assert_ptr_null(report->error);
	ck_assert_ptr_null(report->hold);
	ck_assert_uint_eq(bridge_count_remote(bridge, kind), (guint)count);
	return bridge;
}

static void expect_held(struct bridge *bridge, enum item_kind kind, const char *words)
{
	const guint writes = bridge_count_writes(bridge);
	OWNED(cycle_report) report = bridge_sync(bridge, kind);
	ck_assert_ptr_null(report->error);
	ck_assert_msg(report->hold != NULL, "not held: %s", words);
	ck_assert_msg(strstr(report->hold, words) != NULL, "'%s' is not in '%s'", words,
	              report->hold);
	ck_assert_uint_eq(bridge_count_writes(bridge), writes);
}

static gint64 rebuild(struct bridge *bridge, enum item_kind kind)
{
	const guint writes = bridge_count_writes(bridge);
	bridge->options.is_rebuild = bridge->options.is_full = true;
	OWNED(cycle_report) report = bridge_sync(bridge, kind);
	bridge->options.is_rebuild = bridge->options.is_full = false;
	ck_assert_ptr_null(report->error);
	ck_assert_msg(report->hold == NULL, "%s", report->hold);
	ck_assert_uint_eq(bridge_count_writes(bridge), writes);
	return report->taken_as_sent;
}

static void expect_free(struct bridge *bridge, enum item_kind kind, guint added)
{
	const guint there = bridge_count_remote(bridge, kind);
	OWNED(cycle_report) report = bridge_sync(bridge, kind);
	ck_assert_ptr_null(report->error);
	ck_assert_msg(report->hold == NULL, "%s", report->hold);
	ck_assert_uint_eq(bridge_count_remote(bridge, kind), there + added);
	assert_nothing_twice(bridge, "afterwards");
}

static void remove_journal(struct bridge *bridge)
{
	static const char *const parts[] = {"", "-wal", "-shm"};
	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *path = g_strconcat(bridge->journal, parts[i], NULL);
		g_remove(path);
	}
}

START_TEST(a_lost_journal_sends_nothing_until_it_is_rebuilt)
{
	const enum item_kind kind = kinds[_i];
	struct bridge *bridge = begin(kind, 3);
	remove_journal(bridge);
	write_item(bridge, kind, 3);
	expect_held(bridge, kind, "is gone, this is another one");
	expect_held(bridge, kind, "journal rebuild test");
	const gint64 taken = rebuild(bridge, kind);
	/* contacts can be looked for; events only be taken as sent, all four */
	ck_assert_int_eq(taken, kind == ITEM_CONTACT ? 0 : 4);
	expect_free(bridge, kind, kind == ITEM_CONTACT ? 1 : 0);
	write_item(bridge, kind, 4);
	expect_free(bridge, kind, 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(what_a_rebuild_took_as_sent_goes_at_a_persons_word)
{
	struct bridge *bridge = begin(ITEM_EVENT, 1);
	remove_journal(bridge);
	write_item(bridge, ITEM_EVENT, 1);
	ck_assert_int_eq(rebuild(bridge, ITEM_EVENT), 2);
	expect_free(bridge, ITEM_EVENT, 0);
	g_autoptr(GError) error = NULL;
	guint settled = 0;
	struct journal *journal = journal_open(bridge->journal, JOURNAL_CREATE, NULL);
	ck_assert(journal_resolve(journal, "01.ics", RESOLUTION_AGAIN, &settled, &error));
	journal_close(journal);
	expect_free(bridge, ITEM_EVENT, 1);
	expect_free(bridge, ITEM_EVENT, 0);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_journal_restored_from_a_backup_sends_nothing_until_it_is_rebuilt)
{
	const enum item_kind kind = kinds[_i];
	struct bridge *bridge = begin(kind, 2);
	g_autofree char *backup = NULL;
	gsize size = 0;
	ck_assert(g_file_get_contents(bridge->journal, &backup, &size, NULL));
	write_item(bridge, kind, 2);
	expect_free(bridge, kind, 1);
	remove_journal(bridge);
	ck_assert(g_file_set_contents(bridge->journal, backup, (gssize)size, NULL));
	write_item(bridge, kind, 3);
	expect_held(bridge, kind, "older than what was sent");
	ck_assert_int_eq(rebuild(bridge, kind), kind == ITEM_CONTACT ? 0 : 2);
	expect_free(bridge, kind, kind == ITEM_CONTACT ? 1 : 0);
	write_item(bridge, kind, 4);
	expect_free(bridge, kind, 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(two_hosts_with_one_folder_do_not_both_send)
{
	struct bridge *bridge = begin(ITEM_CONTACT, 2);
	g_autofree char *first = g_steal_pointer(&bridge->journal);
	bridge->journal = g_strconcat(first, "-of-the-other-host", NULL);
	bridge->options.account = "work";
	write_item(bridge, ITEM_CONTACT, 2);
	expect_held(bridge, ITEM_CONTACT, "was last sent from by account 'test' on");
	ck_assert_int_eq(rebuild(bridge, ITEM_CONTACT), 0);
	expect_free(bridge, ITEM_CONTACT, 1);
	g_free(bridge->journal);
	bridge->journal = g_strdup(first);
	bridge->options.account = "test";
	write_item(bridge, ITEM_CONTACT, 3);
	expect_held(bridge, ITEM_CONTACT, "was last sent from by account 'work' on");
	ck_assert_int_eq(rebuild(bridge, ITEM_CONTACT), 0);
	expect_free(bridge, ITEM_CONTACT, 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_mark_that_cannot_be_read_is_not_written_over)
{
	static const char *const marks[] = {
		"", "nonsense", "passerelle 2 of a later version\njournal x\ngeneration 1\n",
		"passerelle 1 x\njournal x\n", "passerelle 1 x\njournal x\ngeneration many\n"};
	struct bridge *bridge = begin(ITEM_CONTACT, 1);
	g_autofree char *path = g_build_filename(bridge->contacts, VDIR_MARK, NULL);
	ck_assert(g_file_set_contents(path, marks[_i], -1, NULL));
	write_item(bridge, ITEM_CONTACT, 1);
	expect_held(bridge, ITEM_CONTACT, "cannot be read");
	g_autofree char *text = NULL;
	ck_assert(g_file_get_contents(path, &text, NULL, NULL));
	ck_assert_str_eq(text, marks[_i]);
	rebuild(bridge, ITEM_CONTACT);
	expect_free(bridge, ITEM_CONTACT, 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(everything_else_goes_on_while_nothing_is_sent)
{
	struct bridge *bridge = begin(ITEM_CONTACT, 2);
	remove_journal(bridge);
	bridge_remote_add(bridge, "Zoe", "Example", "zoe@example.org");
	edit_device(bridge, 0, NULL, "phone", "cell", "+33612345678");
	expect_held(bridge, ITEM_CONTACT, "is gone");
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 3);
	g_autofree char *first = bridge_read(bridge, "00.vcf");
	g_autofree char *second = bridge_read(bridge, "01.vcf");
	ck_assert(strstr(first, "+33612345678") != NULL || strstr(second, "+33612345678") != NULL);
	bridge_free(bridge);
}
END_TEST

START_TEST(what_the_file_has_more_goes_once_the_hold_is_over)
{
	struct bridge *bridge = begin(ITEM_CONTACT, 2);
	remove_journal(bridge);
	g_autofree char *card = bridge_card("Thing00", "Thing00", "Example",
	                                    "EMAIL:a0@example.org\r\nTEL;TYPE=CELL:+33655443322\r\n"
	                                    "NOTE:mine\r\n");
	bridge_write(bridge, "00.vcf", card);
	expect_held(bridge, ITEM_CONTACT, "is gone");
	expect_held(bridge, ITEM_CONTACT, "is gone");
	rebuild(bridge, ITEM_CONTACT);
	expect_free(bridge, ITEM_CONTACT, 0);
	guint contacts = 0, devices = 0, pictures = 0;
	count_of(bridge, "Thing00", &contacts, &devices, &pictures);
	ck_assert_uint_eq(devices, 2);
	const guint writes = bridge_count_writes(bridge);
	expect_free(bridge, ITEM_CONTACT, 0);
	ck_assert_uint_eq(bridge_count_writes(bridge), writes);
	bridge_free(bridge);
}
END_TEST

START_TEST(cards_that_no_search_can_show_are_taken_as_sent)
{
	struct bridge *bridge = begin(ITEM_CONTACT, 1);
	remove_journal(bridge);
	bridge_write(bridge, "odd.vcf",
	             "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:odd\r\nFN:ACME\r\nN:;;;;\r\nORG:ACME\r\n"
	             "EMAIL:a@acme.example\r\nEND:VCARD\r\n");
	ck_assert_int_eq(rebuild(bridge, ITEM_CONTACT), 1);
	expect_free(bridge, ITEM_CONTACT, 0);
	bridge_free(bridge);
}
END_TEST

START_TEST(very_many_files_gone_at_once_are_not_believed)
{
	const enum item_kind kind = kinds[_i];
	const char *ending = kind == ITEM_CONTACT ? "vcf" : "ics";
	struct bridge *bridge = begin(kind, FILES);
	for (int i = 1; i < FILES; i++) {
		g_autofree char *name = g_strdup_printf("%02d.%s", i, ending);
		bridge_delete(bridge, name);
	}
	write_item(bridge, kind, FILES);
	expect_held(bridge, kind, "18 of 20 files are gone");
	expect_held(bridge, kind, "sync test --confirm");
	write_items(bridge, kind, 1, FILES - 1); /* they were on another disk */
	expect_free(bridge, kind, 1);
	for (int i = 1; i < FILES; i++) {
		g_autofree char *name = g_strdup_printf("%02d.%s", i, ending);
		bridge_delete(bridge, name);
	}
	bridge->options.is_confirmed = true;
	expect_free(bridge, kind, 0);
	bridge->options.is_confirmed = false;
	expect_free(bridge, kind, 0);
	ck_assert_uint_eq(bridge_count_files(bridge, kind), 2);
	bridge_free(bridge);
}
END_TEST

START_TEST(an_emptied_folder_without_its_mark_is_not_believed)
{
	struct bridge *bridge = begin(ITEM_CONTACT, 2);
	bridge_delete(bridge, "00.vcf");
	bridge_delete(bridge, "01.vcf");
	g_autofree char *path = g_build_filename(bridge->contacts, VDIR_MARK, NULL);
	ck_assert_int_eq(g_remove(path), 0);
	expect_held(bridge, ITEM_CONTACT, "2 of 2 files are gone");
	bridge->options.is_confirmed = true;
	expect_free(bridge, ITEM_CONTACT, 0);
	ck_assert(g_file_test(path, G_FILE_TEST_EXISTS));
	bridge_free(bridge);
}
END_TEST

START_TEST(renamed_files_are_not_gone)
{
	struct bridge *bridge = begin(ITEM_CONTACT, FILES);
	for (int i = 0; i < FILES; i++) {
		g_autofree char *from = g_strdup_printf("%s/%02d.vcf", bridge->contacts, i);
		g_autofree char *to = g_strdup_printf("%s/new-%02d.vcf", bridge->contacts, i);
		ck_assert_int_eq(g_rename(from, to), 0);
	}
	expect_free(bridge, ITEM_CONTACT, 0);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_folder_that_takes_no_mark_sends_nothing)
{
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, NULL);
	g_autofree char *path = g_build_filename(bridge->contacts, VDIR_MARK, NULL);
	ck_assert_int_eq(g_mkdir(path, 0700), 0);
	write_item(bridge, ITEM_CONTACT, 0);
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_writes(bridge), 0);
	ck_assert(passerelle_error_is(report->error, PASSERELLE_ERROR_STORAGE));
	ck_assert_int_eq(g_rmdir(path), 0);
	expect_free(bridge, ITEM_CONTACT, 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(the_same_under_another_name_is_sent_at_a_persons_word)
{
	struct bridge *bridge = begin(ITEM_CONTACT, 1);
	g_autofree char *twin =
		bridge_card("other", "Thing00", "Example", "EMAIL:a0@example.org\r\n");
	bridge_write(bridge, "twin.vcf", twin);
	expect_free(bridge, ITEM_CONTACT, 0);
	guint settled = 0;
	struct journal *journal = journal_open(bridge->journal, JOURNAL_CREATE, NULL);
	ck_assert(!journal_resolve(journal, "twin.vcf", RESOLUTION_DONE, &settled, NULL));
	ck_assert(journal_resolve(journal, "twin.vcf", RESOLUTION_AGAIN, &settled, NULL));
	journal_close(journal);
	OWNED(cycle_report) first = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_int_eq(first->added_there, 1);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 2);
	OWNED(cycle_report) second = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 2);
	ck_assert_int_eq(second->synced, 2);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 2);
	bridge_free(bridge);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("holds");
	TCase *tests = tcase_create("holds");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, a_lost_journal_sends_nothing_until_it_is_rebuilt, 0, KINDS);
	tcase_add_test(tests, what_a_rebuild_took_as_sent_goes_at_a_persons_word);
	tcase_add_loop_test(tests,
	                    a_journal_restored_from_a_backup_sends_nothing_until_it_is_rebuilt, 0,
	                    KINDS);
	tcase_add_test(tests, two_hosts_with_one_folder_do_not_both_send);
	tcase_add_loop_test(tests, a_mark_that_cannot_be_read_is_not_written_over, 0, 5);
	tcase_add_test(tests, everything_else_goes_on_while_nothing_is_sent);
	tcase_add_test(tests, what_the_file_has_more_goes_once_the_hold_is_over);
	tcase_add_test(tests, cards_that_no_search_can_show_are_taken_as_sent);
	tcase_add_loop_test(tests, very_many_files_gone_at_once_are_not_believed, 0, KINDS);
	tcase_add_test(tests, an_emptied_folder_without_its_mark_is_not_believed);
	tcase_add_test(tests, renamed_files_are_not_gone);
	tcase_add_test(tests, a_folder_that_takes_no_mark_sends_nothing);
	tcase_add_test(tests, the_same_under_another_name_is_sent_at_a_persons_word);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
