/* SPDX-License-Identifier: MIT */
/* A person edits here what others change or remove there at the same time; found in random worlds.
 */
#include "wire_ledger.h"

static struct bridge *begin(void)
{
	return bridge_new(BRIDGE_ORANGE, NULL);
}

static void write_card(struct bridge *bridge, const char *name, const char *uid, const char *given,
                       const char *more)
{
	g_autofree char *card = bridge_card(uid, given, "Martin", more);
	bridge_write(bridge, name, card);
}

static void write_event(struct bridge *bridge, const char *name, const char *uid, const char *title,
                        const char *more)
{
	g_autoptr(GDateTime) day = g_date_time_new_from_unix_utc(bridge->since + 2 * 86400);
	g_autofree char *date = g_date_time_format(day, "%Y%m%d");
	g_autofree char *text = g_strdup_printf(
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\n"
		"DTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Paris:%sT100000\r\n"
		"DTEND;TZID=Europe/Paris:%sT110000\r\nSUMMARY:%s\r\n%s"
		"END:VEVENT\r\nEND:VCALENDAR\r\n",
		uid, date, date, title, more);
	bridge_write(bridge, name, text);
}

static void sync_events(struct bridge *bridge)
{
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_EVENT);
	ck_assert(report->error == NULL);
	ck_assert_uint_eq(report->problems->len, 0);
}

static void later(struct bridge *bridge)
{
	bridge->now += A_DAY;
	sync_once(bridge);
}

START_TEST(what_others_added_is_not_agreed_by_being_seen_while_sending)
{
	struct bridge *bridge = begin();
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\nTEL:+33123456789\r\n");
	sync_once(bridge);
	edit_device(bridge, 0, NULL, "email", "internet", "theirs@example.org");
	edit_device(bridge, 0, "123456789", "phone", "voice", "+33987654321");
	write_card(bridge, "a.vcf", "u", "Jean",
	           "EMAIL:a@example.org\r\nTEL:+33123456789\r\nEMAIL:mine@example.org\r\n");
	sync_once(bridge);
	later(bridge);
	g_autofree char *text = bridge_read(bridge, "a.vcf");
	ck_assert_ptr_nonnull(strstr(text, "theirs@example.org"));
	ck_assert_ptr_nonnull(strstr(text, "mine@example.org"));
	ck_assert_ptr_nonnull(strstr(text, "+33987654321"));
	ck_assert_ptr_null(strstr(text, "+33123456789"));
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_card_edited_while_it_is_removed_there_comes_to_rest)
{
	struct bridge *bridge = begin();
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	order(bridge, "delete-contact?cid=1");
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\nTEL:+33123456789\r\n");
	for (int i = 0; i < 4; i++) {
		later(bridge);
	}
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_int_eq(report->pending, 0);
	ck_assert_uint_eq(report->problems->len, 0);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

START_TEST(an_edit_that_waits_stays_when_nothing_is_to_be_sent_any_more)
{
	struct bridge *bridge = begin();
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\nTEL:+33123456789\r\n");
	order(bridge, "fault?action=adddevice&number=*&kind=code&argument=100");
	OWNED(cycle_report) failed = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(failed->pending, 1);
	order(bridge, "clear-faults");
	OWNED(record) record = only_record(bridge, "u");
	ck_assert_int_eq(record->state, RECORD_PENDING);
	bridge->options.direction = DIRECTION_PULL;
	for (int i = 0; i < 3; i++) {
		OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
		ck_assert(report->error == NULL);
	}
	g_autofree char *text = bridge_read(bridge, "a.vcf");
	ck_assert_ptr_nonnull(strstr(text, "+33123456789"));
	bridge_free(bridge);
}
END_TEST

START_TEST(a_file_that_cannot_be_read_is_not_removed)
{
	struct bridge *bridge = begin();
	bridge->options.on_remote_delete = REMOTE_DELETE_TRASH;
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	order(bridge, "delete-contact?cid=1");
	bridge_write(bridge, "a.vcf", "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Mar");
	for (int i = 0; i < 4; i++) {
		later(bridge);
		ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	}
	OWNED(record) record = only_record(bridge, "u");
	ck_assert_uint_eq(record->missing, RECORD_MISSING_BELIEVED);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_card_renamed_and_then_copied_is_one_person)
{
	struct bridge *bridge = begin();
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	write_card(bridge, "a.vcf", "u", "Marie", "EMAIL:a@example.org\r\n");
	write_card(bridge, "b.vcf", "copy", "Marie", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 2);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_copy_stands_alone_once_nothing_is_left_of_the_first)
{
	struct bridge *bridge = begin();
	bridge->options.on_remote_delete = REMOTE_DELETE_TRASH;
	write_card(bridge, "a.vcf", "u", "Jean", "TEL:+33123456789\r\n");
	sync_once(bridge);
	write_card(bridge, "b.vcf", "copy", "Jean", "EMAIL:b@example.org\r\n");
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	order(bridge, "delete-contact?cid=1");
	for (int i = 0; i < 4; i++) {
		later(bridge);
	}
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_copy_goes_on_when_the_first_is_deleted)
{
	struct bridge *bridge = begin();
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	write_card(bridge, "b.vcf", "copy", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	bridge_delete(bridge, "a.vcf");
	sync_once(bridge);
	sync_once(bridge);
	edit_device(bridge, 0, NULL, "email", "internet", "theirs@example.org");
	later(bridge);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	g_autofree char *text = bridge_read(bridge, "b.vcf");
	ck_assert_ptr_nonnull(strstr(text, "theirs@example.org"));
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_copy_edited_while_the_first_is_deleted_inherits)
{
	struct bridge *bridge = begin();
	write_event(bridge, "a.ics", "first", "Dentist", "");
	sync_events(bridge);
	write_event(bridge, "b.ics", "copy", "Dentist", "");
	sync_events(bridge);
	bridge_delete(bridge, "a.ics");
	write_event(bridge, "b.ics", "copy", "Surgeon", "");
	for (int i = 0; i < 3; i++) {
		cycle_report_free(bridge_sync(bridge, ITEM_EVENT)); /* it is told */
	}
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_rename_there_is_no_obstacle_to_who_only_sends)
{
	struct bridge *bridge = begin();
	bridge->options.direction = DIRECTION_PUSH;
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	edit_remote(bridge, 1, "{'firstname':'Jeannot'}");
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\nTEL:+33123456789\r\n");
	sync_once(bridge);
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_int_eq(report->pending, 0);
	guint contacts = 0, devices = 0, pictures = 0;
	count_of(bridge, "Jeannot", &contacts, &devices, &pictures);
	ck_assert_uint_eq(devices, 2);
	bridge_free(bridge);
}
END_TEST

START_TEST(an_occurrence_that_was_sent_is_known_after_its_event_was_edited)
{
	struct bridge *bridge = begin();
	write_event(bridge, "a.ics", "a", "Dentist", "");
	write_event(bridge, "b.ics", "b", "Dentist", "");
	sync_events(bridge);
	write_event(bridge, "a.ics", "a", "Surgeon", "");
	cycle_report_free(bridge_sync(bridge, ITEM_EVENT)); /* it is told */
	write_event(bridge, "b.ics", "b", "Dentist", "DESCRIPTION:early\r\n");
	write_event(bridge, "c.ics", "c", "Dentist", "");
	sync_events(bridge);
	sync_events(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_copy_of_what_was_never_sent_is_sent_when_the_first_is_edited)
{
	struct bridge *bridge = begin();
	bridge->options.max_adds = 0;
	write_event(bridge, "a.ics", "a", "Dentist", "");
	write_event(bridge, "b.ics", "b", "Dentist", "");
	sync_events(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 0);
	bridge->options.max_adds = 50;
	write_event(bridge, "a.ics", "a", "Surgeon", "");
	sync_events(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 2);
	bridge_free(bridge);
}
END_TEST

static void add_theirs(struct bridge *bridge, const char *title)
{
	g_autoptr(GDateTime) day = g_date_time_new_from_unix_utc(bridge->since + 2 * 86400);
	g_autofree char *date = g_date_time_format(day, "%d/%m/%Y");
	g_autofree char *body = g_strdup_printf(
		"{\"title\":\"%s\",\"location\":\"\",\"description\":\"\",\"startdate\":\"%s\","
		"\"starttime\":\"10:00\",\"enddate\":\"%s\",\"endtime\":\"11:00\"}",
		title, date, date);
	json_decref(control(bridge, "add-event", body));
}

START_TEST(an_event_that_others_wrote_too_is_adopted_for_good)
{
	static const char *const series[] = {"", "RRULE:FREQ=WEEKLY;COUNT=2\r\n"};
	for (gsize i = 0; i < G_N_ELEMENTS(series); i++) {
		const struct emulator_options options = {.with_event_list = true};
		struct bridge *bridge = bridge_new(BRIDGE_ORANGE, &options);
		add_theirs(bridge, "Dentist");
		write_event(bridge, "a.ics", "a", "Dentist", series[i]);
		sync_events(bridge);
		ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 1 + i);
		write_event(bridge, "a.ics", "a", "Surgeon", series[i]);
		cycle_report_free(bridge_sync(bridge, ITEM_EVENT)); /* it is told */
		bridge_delete(bridge, "a.ics");
		sync_events(bridge);
		sync_events(bridge);
		ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 1 + i);
		ck_assert_uint_eq(bridge_count_files(bridge, ITEM_EVENT), 0);
		bridge_free(bridge);
	}
}
END_TEST

START_TEST(an_event_that_others_wrote_stays_known_when_what_it_went_to_is_edited)
{
	static const enum direction directions[] = {DIRECTION_BOTH, DIRECTION_PUSH};
	for (gsize i = 0; i < G_N_ELEMENTS(directions); i++) {
		const struct emulator_options options = {.with_event_list = true};
		struct bridge *bridge = bridge_new(BRIDGE_ORANGE, &options);
		bridge->options.direction = directions[i];
		add_theirs(bridge, "Dentist");
		write_event(bridge, "a.ics", "a", "Dentist", "");
		sync_events(bridge);
		write_event(bridge, "a.ics", "a", "Surgeon", "");
		cycle_report_free(bridge_sync(bridge, ITEM_EVENT)); /* it is told */
		write_event(bridge, "b.ics", "b", "Dentist", "DESCRIPTION:mine\r\n");
		sync_events(bridge);
		sync_events(bridge);
		ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 1);
		/* and goes at a person's word */
		OWNED(journal) journal = open_journal(bridge);
		guint settled = 0;
		ck_assert(journal_resolve(journal, "b", RESOLUTION_AGAIN, &settled, NULL));
		g_clear_pointer(&journal, journal_close);
		sync_events(bridge);
		sync_events(bridge);
		ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 2);
		bridge_free(bridge);
	}
}
END_TEST

START_TEST(an_edited_card_that_is_gone_there_is_kept_and_rests_where_nothing_is_sent)
{
	struct bridge *bridge = begin();
	bridge->options.direction = DIRECTION_PULL;
	bridge_remote_add(bridge, "Jean", "Martin", "a@example.org");
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	order(bridge, "delete-contact?cid=1");
	bridge_delete(bridge, "a.vcf");
	write_card(bridge, "b.vcf", "u", "Jean", "EMAIL:a@example.org\r\nTEL:+33123456789\r\n");
	for (int i = 0; i < 4; i++) {
		later(bridge);
	}
	OWNED(record) record = only_record(bridge, "u");
	ck_assert_int_eq(record->state, RECORD_GONE_THERE);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	const guint asked = emulator_count_calls(bridge->emulator, "getcontact");
	later(bridge);
	ck_assert_uint_eq(emulator_count_calls(bridge->emulator, "getcontact"), asked);
	bridge_free(bridge);
}
END_TEST

/* Deleted and put back with a number more, where nothing is sent. */
static struct bridge *begin_put_back(void)
{
	struct bridge *bridge = begin();
	bridge->options.direction = DIRECTION_PULL;
	bridge_remote_add(bridge, "Jean", "Martin", "a@example.org");
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	bridge_delete(bridge, "a.vcf");
	sync_once(bridge);
	write_card(bridge, "b.vcf", "u", "Jean", "EMAIL:a@example.org\r\nTEL:+33123456789\r\n");
	sync_once(bridge);
	return bridge;
}

START_TEST(a_card_put_back_takes_what_others_change_where_nothing_is_sent)
{
	struct bridge *bridge = begin_put_back();
	edit_device(bridge, 0, NULL, "email", "internet", "theirs@example.org");
	later(bridge);
	g_autofree char *text = bridge_read(bridge, "b.vcf");
	ck_assert_ptr_nonnull(strstr(text, "theirs@example.org"));
	ck_assert_ptr_nonnull(strstr(text, "+33123456789"));
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	assert_at_rest(bridge);
	ck_assert_uint_eq(bridge_count_writes(bridge), 0);
	bridge_free(bridge);
}
END_TEST

START_TEST(what_is_new_in_a_card_put_back_goes_once_it_may_be_sent)
{
	struct bridge *bridge = begin_put_back();
	bridge->options.direction = DIRECTION_BOTH;
	bridge_delete(bridge, "b.vcf");
	write_card(bridge, "b.vcf", "u", "Jean", "EMAIL:a@example.org\r\nTEL:+33123456789\r\n");
	sync_once(bridge);
	guint contacts = 0, devices = 0, pictures = 0;
	count_of(bridge, "Jean", &contacts, &devices, &pictures);
	ck_assert_uint_eq(contacts, 1);
	ck_assert_uint_eq(devices, 2);
	bridge_free(bridge);
}
END_TEST

static char *uid_in_doubt(struct bridge *bridge)
{
	OWNED(journal) journal = open_journal(bridge);
	g_autoptr(GPtrArray) rows = ledger_in_doubt(journal, ITEM_EVENT, NULL);
	ck_assert_uint_eq(rows->len, 1);
	const struct ledger_call *row = rows->pdata[0];
	return g_strdup(row->uid);
}

START_TEST(an_occurrence_that_was_moved_is_gone_though_a_copy_of_its_file_is_left_alone)
{
	struct bridge *bridge = begin();
	fault(bridge, "addevent", 2, "html-before");
	write_event(bridge, "b.ics", "u", "Dentist", "RRULE:FREQ=WEEKLY;COUNT=2\r\n");
	cycle_report_free(bridge_sync(bridge, ITEM_EVENT));
	g_autofree char *uid = uid_in_doubt(bridge);
	g_autofree char *text = bridge_read(bridge, "b.ics");
	g_autofree char *half = replaced(text, "T110000", "T130000");
	g_autofree char *moved = replaced(half, "T100000", "T120000");
	bridge_write(bridge, "a.ics", moved);
	bridge_write(bridge, "b.ics", moved);
	cycle_report_free(bridge_sync(bridge, ITEM_EVENT));
	say(bridge, uid, RESOLUTION_AGAIN);
	cycle_report_free(bridge_sync(bridge, ITEM_EVENT));
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_EVENT);
	ck_assert_int_eq(report->pending, 0);
	ck_assert_int_eq(report->in_doubt, 0);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 3);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_card_renamed_while_it_is_in_doubt_gets_no_second_file)
{
	struct bridge *bridge = begin();
	fault(bridge, "addcontact", 1, "closed-before");
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	cycle_report_free(bridge_sync(bridge, ITEM_CONTACT));
	write_card(bridge, "a.vcf", "u", "Marie", "EMAIL:a@example.org\r\n");
	bridge_remote_add(bridge, "Marie", "Martin", "a@example.org");
	for (int i = 0; i < 3; i++) {
		later(bridge);
		ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	}
	say(bridge, "u", RESOLUTION_AGAIN);
	later(bridge);
	later(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

/* A copy of the copy: the first has another name by now, and is like neither. */
START_TEST(a_copy_of_a_copy_is_the_same_person_after_a_rename_there)
{
	struct bridge *bridge = begin();
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	write_card(bridge, "b.vcf", "copy", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	edit_remote(bridge, 1, "{'firstname':'Marie','lastname':'Durand'}");
	sync_full(bridge);
	g_autofree char *text = bridge_read(bridge, "a.vcf");
	ck_assert_ptr_nonnull(strstr(text, "Marie"));
	write_card(bridge, "c.vcf", "copy-of-copy", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 3);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

#define CARD_OF_THREE "EMAIL:a@example.org\r\nEMAIL:b@example.org\r\nTEL:+33123456789\r\n"

START_TEST(a_card_deleted_before_all_of_it_was_sent_is_completed_when_it_comes_back)
{
	static const char *const faults[] = {"token", "code:-2", "code:1", "closed-before"};
	for (gsize i = 0; i < G_N_ELEMENTS(faults); i++) {
		struct bridge *bridge = begin();
		fault(bridge, "adddevice", 2, faults[i]);
		write_card(bridge, "a.vcf", "u", "Jean", CARD_OF_THREE);
		cycle_report_free(bridge_sync(bridge, ITEM_CONTACT));
		bridge_delete(bridge, "a.vcf");
		sync_once(bridge);
		write_card(bridge, "b.vcf", "u", "Jean", CARD_OF_THREE);
		for (int j = 0; j < 3; j++) {
			later(bridge);
		}
		guint contacts = 0, devices = 0, pictures = 0;
		count_of(bridge, "Jean", &contacts, &devices, &pictures);
		ck_assert_msg(contacts == 1 && devices == 3, "%s: %u contacts, %u devices",
		              faults[i], contacts, devices);
		assert_at_rest(bridge);
		bridge_free(bridge);
	}
}
END_TEST

static void assert_refused(struct bridge *bridge, gint64 refused, guint devices)
{
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_int_eq(report->refused, refused);
	json_t *contact = remote_contact(bridge, 0);
	ck_assert_uint_eq(json_array_size(json_object_get(contact, "devices")), devices);
	json_decref(contact);
}

START_TEST(what_others_change_comes_though_a_part_of_the_card_is_refused)
{
	struct bridge *bridge = begin();
	write_card(bridge, "a.vcf", "u", "Jean", "EMAIL:a@example.org\r\n");
	sync_once(bridge);
	write_card(bridge, "a.vcf", "u", "Jean", CARD_OF_THREE);
	fault(bridge, "adddevice", 2, "code:1");
	assert_refused(bridge, 1, 2);
	edit_device(bridge, 0, NULL, "email", "internet", "one@example.org");
	later(bridge);
	later(bridge);
	edit_device(bridge, 0, NULL, "email", "internet", "two@example.org");
	later(bridge);
	later(bridge);
	g_autofree char *text = bridge_read(bridge, "a.vcf");
	ck_assert_ptr_nonnull(strstr(text, "one@example.org"));
	ck_assert_ptr_nonnull(strstr(text, "two@example.org"));
	/* what was refused is told as what stands here alone, and sent when the card is changed */
	assert_refused(bridge, 0, 4);
	g_autofree char *notes = notes_of(bridge, "u");
	ck_assert_ptr_nonnull(strstr(notes, "local only"));
	assert_at_rest(bridge);
	g_autofree char *more = replaced(text, "END:VCARD", "EMAIL:c@example.org\r\nEND:VCARD");
	bridge_write(bridge, "a.vcf", more);
	assert_refused(bridge, 0, 6);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("meanwhile");
	TCase *both = tcase_create("both sides at once");
	tcase_set_timeout(both, 60);
	tcase_add_test(both, what_others_added_is_not_agreed_by_being_seen_while_sending);
	tcase_add_test(both, a_card_edited_while_it_is_removed_there_comes_to_rest);
	tcase_add_test(both, an_edit_that_waits_stays_when_nothing_is_to_be_sent_any_more);
	tcase_add_test(both, a_file_that_cannot_be_read_is_not_removed);
	tcase_add_test(both, a_card_renamed_and_then_copied_is_one_person);
	tcase_add_test(both, a_copy_stands_alone_once_nothing_is_left_of_the_first);
	tcase_add_test(both, a_copy_goes_on_when_the_first_is_deleted);
	tcase_add_test(both, a_copy_edited_while_the_first_is_deleted_inherits);
	tcase_add_test(both, a_rename_there_is_no_obstacle_to_who_only_sends);
	tcase_add_test(both, an_occurrence_that_was_sent_is_known_after_its_event_was_edited);
	tcase_add_test(both, a_copy_of_what_was_never_sent_is_sent_when_the_first_is_edited);
	tcase_add_test(both, an_event_that_others_wrote_too_is_adopted_for_good);
	tcase_add_test(both, a_copy_of_a_copy_is_the_same_person_after_a_rename_there);
	tcase_add_test(both,
	               a_card_deleted_before_all_of_it_was_sent_is_completed_when_it_comes_back);
	tcase_add_test(both, what_others_change_comes_though_a_part_of_the_card_is_refused);
	tcase_add_test(both, an_event_that_others_wrote_stays_known_when_what_it_went_to_is_edited);
	tcase_add_test(both,
	               an_edited_card_that_is_gone_there_is_kept_and_rests_where_nothing_is_sent);
	tcase_add_test(both, a_card_put_back_takes_what_others_change_where_nothing_is_sent);
	tcase_add_test(both, what_is_new_in_a_card_put_back_goes_once_it_may_be_sent);
	tcase_add_test(
		both, an_occurrence_that_was_moved_is_gone_though_a_copy_of_its_file_is_left_alone);
	tcase_add_test(both, a_card_renamed_while_it_is_in_doubt_gets_no_second_file);
	suite_add_tcase(suite, both);
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
