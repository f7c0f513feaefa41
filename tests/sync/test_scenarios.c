/* SPDX-License-Identifier: MIT */
/* The life of a folder and a remote, cycle by cycle, with both drivers: the same scenarios, the
 * same outcome. */
#include "fakes/bridge.h"
#include "fakes/memory_remote.h"

#include "journal/records.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Every scenario runs with each: _i. */
#define BRIDGES 2

static struct bridge *begin(int remote)
{
	return bridge_new(remote == 0 ? BRIDGE_ORANGE : BRIDGE_MEMORY, NULL);
}

/* One cycle that must not fail as a whole. */
static void sync_once(struct bridge *bridge, enum item_kind kind)
{
	OWNED(cycle_report) report = bridge_sync(bridge, kind);
	ck_assert_msg(report->error == NULL, "%s",
	              report->error != NULL ? report->error->message : "");
}

static void assert_at_rest(struct bridge *bridge, enum item_kind kind)
{
	g_autofree char *before = bridge_marks(bridge, kind);
	guint writes = bridge_count_writes(bridge);
	sync_once(bridge, kind);
	g_autofree char *after = bridge_marks(bridge, kind);
	ck_assert_str_eq(before, after);
	ck_assert_uint_eq(bridge_count_writes(bridge), writes);
}

static void write_card(struct bridge *bridge, const char *name, const char *given,
                       const char *family, const char *more)
{
	g_autofree char *uid = g_strdup_printf("uid-%s", name);
	g_autofree char *card = bridge_card(uid, given, family, more);
	bridge_write(bridge, name, card);
}

static void write_event(struct bridge *bridge, const char *name, const char *title, int days_ahead,
                        const char *more)
{
	g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(bridge->now + days_ahead * 86400);
	g_autofree char *start = g_date_time_format(now, "%Y%m%dT100000Z");
	g_autofree char *end = g_date_time_format(now, "%Y%m%dT110000Z");
	g_autofree char *text = g_strdup_printf(
		"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\n"
		"UID:%s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%s\r\nDTEND:%s\r\n"
		"SUMMARY:%s\r\n%sEND:VEVENT\r\nEND:VCALENDAR\r\n",
		name, start, end, title, more);
	bridge_write(bridge, name, text);
}

START_TEST(a_new_card_is_sent_once)
{
	struct bridge *bridge = begin(_i);
	write_card(bridge, "marie.vcf", "Marie", "Curie",
	           "EMAIL:marie@example.org\r\nTEL;TYPE=CELL:+33 6 12 34 56 78\r\n");
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	assert_at_rest(bridge, ITEM_CONTACT);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_remote_contact_becomes_a_file)
{
	struct bridge *bridge = begin(_i);
	bridge_remote_add(bridge, "Émile", "Zola", "emile@example.org");
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	assert_at_rest(bridge, ITEM_CONTACT);
	bridge_free(bridge);
}
END_TEST

START_TEST(both_sides_get_what_the_other_has)
{
	struct bridge *bridge = begin(_i);
	bridge_remote_add(bridge, "Émile", "Zola", "emile@example.org");
	bridge_remote_add(bridge, "George", "Sand", "george@example.org");
	write_card(bridge, "marie.vcf", "Marie", "Curie", "");
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 3);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 3);
	assert_at_rest(bridge, ITEM_CONTACT);
	bridge_free(bridge);
}
END_TEST

START_TEST(the_same_person_on_both_sides_at_first_sight_is_adopted)
{
	struct bridge *bridge = begin(_i);
	bridge_remote_add(bridge, "Marie", "Curie", "marie@example.org");
	write_card(bridge, "marie.vcf", "Marie", "Curie",
	           "TEL:+33123456789\r\nNOTE:met in Warsaw\r\nX-OWN:kept\r\n");
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	g_autofree char *text = bridge_read(bridge, "marie.vcf");
	ck_assert_ptr_nonnull(strstr(text, "marie@example.org"));
	ck_assert_ptr_nonnull(strstr(text, "+33123456789"));
	ck_assert_ptr_nonnull(strstr(text, "NOTE:met in Warsaw"));
	ck_assert_ptr_nonnull(strstr(text, "X-OWN:kept"));
	assert_at_rest(bridge, ITEM_CONTACT);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_lost_journal_adds_nothing)
{
	struct bridge *bridge = begin(_i);
	bridge_remote_add(bridge, "Émile", "Zola", "emile@example.org");
	write_card(bridge, "marie.vcf", "Marie", "Curie", "TEL:+33123456789\r\n");
	sync_once(bridge, ITEM_CONTACT);
	sync_once(bridge, ITEM_CONTACT);
	g_autofree char *wal = g_strconcat(bridge->journal, "-wal", NULL);
	g_autofree char *shm = g_strconcat(bridge->journal, "-shm", NULL);
	remove(bridge->journal);
	remove(wal);
	remove(shm);
	guint writes = bridge_count_writes(bridge);
	sync_once(bridge, ITEM_CONTACT);
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 2);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 2);
	ck_assert_uint_eq(bridge_count_writes(bridge), writes);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_renamed_file_is_not_sent_again)
{
	struct bridge *bridge = begin(_i);
	write_card(bridge, "a.vcf", "Marie", "Curie", "");
	sync_once(bridge, ITEM_CONTACT);
	g_autofree char *text = bridge_read(bridge, "a.vcf");
	bridge_delete(bridge, "a.vcf");
	bridge_write(bridge, "b.vcf", text);
	sync_once(bridge, ITEM_CONTACT);
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	assert_at_rest(bridge, ITEM_CONTACT);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_card_renamed_while_nothing_is_sent_is_not_deleted)
{
	struct bridge *bridge = begin(_i);
	write_card(bridge, "m.vcf", "Marie", "Curie", "TEL:+33111111111\r\n");
	sync_once(bridge, ITEM_CONTACT);
	bridge->options.direction = DIRECTION_PULL;
	g_autofree char *card = bridge_card("uid-m.vcf", "Marie", "Curie",
	                                    "TEL:+33111111111\r\nTEL:+33222222222\r\n");
	bridge_delete(bridge, "m.vcf");
	bridge_write(bridge, "other.vcf", card);
	for (int i = 0; i < 3; i++) {
		OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
		ck_assert_int_eq(report->synced, 1);
	}
	bridge_free(bridge);
}
END_TEST

START_TEST(a_card_with_a_new_uid_is_not_sent_again)
{
	struct bridge *bridge = begin(_i);
	write_card(bridge, "a.vcf", "Marie", "Curie", "EMAIL:m@example.org\r\n");
	sync_once(bridge, ITEM_CONTACT);
	bridge_delete(bridge, "a.vcf");
	write_card(bridge, "b.vcf", "Marie", "Curie", "EMAIL:m@example.org\r\n");
	sync_once(bridge, ITEM_CONTACT);
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(an_unreadable_file_stops_nothing)
{
	struct bridge *bridge = begin(_i);
	bridge_write(bridge, "bad.vcf", "this is no card");
	write_card(bridge, "marie.vcf", "Marie", "Curie", "");
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_ptr_null(report->error);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	const struct problem *first = report->problems->pdata[0]; /* none: a crash */
	ck_assert_ptr_nonnull(strstr(first->line, "bad.vcf"));
	g_autofree char *text = bridge_read(bridge, "bad.vcf");
	ck_assert_str_eq(text, "this is no card");
	bridge_free(bridge);
}
END_TEST

/* Not every program writes another file and renames it; what was sent too early cannot be taken
 * back. */
START_TEST(a_file_that_is_still_being_written_waits_until_it_is_whole)
{
	static const char *const events[] = {"BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:e\n"
	                                     "DTSTART:20300101T100000Z\nSUMMARY:Den",
	                                     "BEGIN:VCALENDAR\nVERSION:2.0\nBEGIN:VEVENT\nUID:e\n"
	                                     "DTSTART:20300101T100000Z\nSUMMARY:Den\nEND:VEVENT\n"};
	struct bridge *bridge = begin(_i);
	bridge_write(bridge, "marie.vcf", "BEGIN:VCARD\nVERSION:3.0\nN:Curie;Marie\nTEL:+331");
	OWNED(cycle_report) early = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_int_eq(early->left_alone, 1);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 0);
	for (guint i = 0; i < G_N_ELEMENTS(events); i++) {
		bridge_write(bridge, "dentist.ics", events[i]);
		OWNED(cycle_report) report = bridge_sync(bridge, ITEM_EVENT);
		ck_assert_int_eq(report->left_alone, 1);
		ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 0);
	}
	write_card(bridge, "marie.vcf", "Marie", "Curie", "TEL:+33123456789\n");
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(two_files_with_one_uid_are_one_contact)
{
	struct bridge *bridge = begin(_i);
	g_autofree char *card = bridge_card("same", "Marie", "Curie", "");
	bridge_write(bridge, "a.vcf", card);
	bridge_write(bridge, "b.vcf", card);
	sync_once(bridge, ITEM_CONTACT);
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_int_eq(report->left_alone, 1); /* and is told in every cycle */
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 2);
	bridge_delete(bridge, "a.vcf");
	OWNED(cycle_report) later = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_int_eq(later->left_alone, 0);
	ck_assert_int_eq(later->synced, 1);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_new_number_in_a_file_is_sent)
{
	struct bridge *bridge = begin(_i);
	write_card(bridge, "m.vcf", "Marie", "Curie", "TEL:+33111111111\r\n");
	sync_once(bridge, ITEM_CONTACT);
	write_card(bridge, "m.vcf", "Marie", "Curie",
	           "TEL:+33111111111\r\nTEL;TYPE=CELL:+33622222222\r\n");
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	guint writes = bridge_count_writes(bridge);
	ck_assert_uint_eq(writes, bridge->remote == BRIDGE_ORANGE ? 3 : 2);
	assert_at_rest(bridge, ITEM_CONTACT);
	bridge_free(bridge);
}
END_TEST

START_TEST(too_many_new_cards_are_held_until_confirmed)
{
	struct bridge *bridge = begin(_i);
	bridge->options.max_adds = 2;
	write_card(bridge, "a.vcf", "Anna", "Aa", "");
	write_card(bridge, "b.vcf", "Bert", "Bb", "");
	write_card(bridge, "c.vcf", "Carl", "Cc", "");
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert(report->is_plan_held);
	ck_assert_int_eq(report->held, 3);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 0);
	bridge->options.is_confirmed = true;
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 3);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_dry_run_touches_nothing)
{
	struct bridge *bridge = begin(_i);
	bridge_remote_add(bridge, "Émile", "Zola", "emile@example.org");
	write_card(bridge, "a.vcf", "Anna", "Aa", "");
	bridge->options.is_dry_run = true;
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_ptr_null(report->error);
	ck_assert_ptr_nonnull(strstr(report->description, "add there: Anna Aa"));
	ck_assert_ptr_nonnull(strstr(report->description, "add here: Émile Zola"));
	ck_assert_uint_eq(bridge_count_writes(bridge), 0);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(an_event_is_sent_once)
{
	struct bridge *bridge = begin(_i);
	write_event(bridge, "dentist.ics", "Dentist", 2, "");
	sync_once(bridge, ITEM_EVENT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 1);
	assert_at_rest(bridge, ITEM_EVENT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_deleted_card_stays_deleted_here)
{
	struct bridge *bridge = begin(_i);
	bridge_remote_add(bridge, "Émile", "Zola", "emile@example.org");
	write_card(bridge, "m.vcf", "Marie", "Curie", "");
	sync_once(bridge, ITEM_CONTACT);
	bridge_delete(bridge, "m.vcf");
	sync_once(bridge, ITEM_CONTACT);
	bridge->options.is_full = true;
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	/* where it can be, it is deleted there too; where not, it stays there alone */
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT),
	                  bridge->remote == BRIDGE_ORANGE ? 2 : 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_folder_that_was_away_comes_back_as_it_was)
{
	struct bridge *bridge = begin(_i);
	if (bridge->remote == BRIDGE_MEMORY) {
		memory_world()->is_add_only = true;
	}
	write_card(bridge, "m.vcf", "Marie", "Curie", "TEL:+33111111111\r\n");
	sync_once(bridge, ITEM_CONTACT);
	g_autofree char *away = g_strconcat(bridge->contacts, ".away", NULL);
	ck_assert_int_eq(rename(bridge->contacts, away), 0);
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 0);
	ck_assert_int_eq(rmdir(bridge->contacts), 0);
	ck_assert_int_eq(rename(away, bridge->contacts), 0);
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_int_eq(report->synced, 1);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	assert_at_rest(bridge, ITEM_CONTACT);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_lost_reply_is_settled_by_reading_back)
{
	struct bridge *bridge = begin(_i);
	write_card(bridge, "m.vcf", "Marie", "Curie", "");
	if (bridge->remote == BRIDGE_ORANGE) {
		g_autoptr(GError) error = NULL;
		g_free(emulator_control(bridge->emulator,
		                        "fault?action=addcontact&number=1&kind=closed-after", NULL,
		                        &error));
		g_assert_no_error(error);
	} else {
		memory_world()->lose_reply = 1;
	}
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_int_eq(report->held, 1);
	sync_once(bridge, ITEM_CONTACT);
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	assert_at_rest(bridge, ITEM_CONTACT);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_request_that_never_arrived_is_sent_again)
{
	struct bridge *bridge = begin(_i);
	write_card(bridge, "m.vcf", "Marie", "Curie", "");
	if (bridge->remote == BRIDGE_ORANGE) {
		g_autoptr(GError) error = NULL;
		g_free(emulator_control(bridge->emulator,
		                        "fault?action=addcontact&number=1&kind=closed-before", NULL,
		                        &error));
		g_assert_no_error(error);
	} else {
		memory_world()->drop_request = 1;
	}
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 0);
	sync_once(bridge, ITEM_CONTACT);
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	assert_at_rest(bridge, ITEM_CONTACT);
	bridge_free(bridge);
}
END_TEST

/* What only one of the two can do. */

START_TEST(a_remote_change_is_carried_into_the_file)
{
	struct bridge *bridge = begin(1);
	write_card(bridge, "m.vcf", "Marie", "Curie", "TEL:+33111111111\r\nNOTE:mine\r\n");
	sync_once(bridge, ITEM_CONTACT);
	struct memory_item *item = g_ptr_array_index(memory_world()->items[ITEM_CONTACT], 0);
	g_free(item->text);
	item->text = bridge_card("uid-m.vcf", "Marie", "Curie",
	                         "TEL:+33111111111\r\nEMAIL:new@example.org\r\nNOTE:mine\r\n");
	item->version++;
	sync_once(bridge, ITEM_CONTACT);
	g_autofree char *text = bridge_read(bridge, "m.vcf");
	ck_assert_ptr_nonnull(strstr(text, "new@example.org"));
	ck_assert_ptr_nonnull(strstr(text, "NOTE:mine"));
	bridge_free(bridge);
}
END_TEST

START_TEST(an_addition_here_and_a_change_there_both_survive)
{
	struct bridge *bridge = begin(1);
	write_card(bridge, "m.vcf", "Marie", "Curie", "TEL:+33111111111\r\n");
	sync_once(bridge, ITEM_CONTACT);
	struct memory_item *item = g_ptr_array_index(memory_world()->items[ITEM_CONTACT], 0);
	g_free(item->text);
	item->text = bridge_card("uid-m.vcf", "Marie", "Curie",
	                         "TEL:+33111111111\r\nEMAIL:there@example.org\r\n");
	item->version++;
	write_card(bridge, "m.vcf", "Marie", "Curie", "TEL:+33111111111\r\nTEL:+33122222222\r\n");
	sync_once(bridge, ITEM_CONTACT);
	sync_once(bridge, ITEM_CONTACT);
	g_autofree char *text = bridge_read(bridge, "m.vcf");
	ck_assert_ptr_nonnull(strstr(text, "there@example.org"));
	ck_assert_ptr_nonnull(strstr(text, "+33122222222"));
	item = g_ptr_array_index(memory_world()->items[ITEM_CONTACT], 0);
	ck_assert_ptr_nonnull(strstr(item->text, "+33122222222"));
	assert_at_rest(bridge, ITEM_CONTACT);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_contact_gone_there_is_believed_at_the_second_time_and_kept)
{
	struct bridge *bridge = begin(1);
	memory_world()->is_add_only = true;
	write_card(bridge, "m.vcf", "Marie", "Curie", "");
	sync_once(bridge, ITEM_CONTACT);
	memory_remove(ITEM_CONTACT, "m1");
	for (int i = 0; i < 4; i++) {
		sync_once(bridge, ITEM_CONTACT);
	}
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 0);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_contact_gone_there_goes_to_the_trash_where_that_is_wanted)
{
	struct bridge *bridge = begin(1);
	bridge->options.on_remote_delete = REMOTE_DELETE_TRASH;
	write_card(bridge, "m.vcf", "Marie", "Curie", "");
	sync_once(bridge, ITEM_CONTACT);
	memory_remove(ITEM_CONTACT, "m1");
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 0);
	g_autoptr(GDir) trash = g_dir_open(bridge->trash, 0, NULL);
	ck_assert_ptr_nonnull(trash);
	ck_assert_ptr_nonnull(g_dir_read_name(trash));
	bridge_free(bridge);
}
END_TEST

START_TEST(an_offline_remote_loses_nothing_and_says_what_waits)
{
	struct bridge *bridge = begin(1);
	write_card(bridge, "m.vcf", "Marie", "Curie", "");
	memory_world()->is_offline = true;
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert(passerelle_error_is(report->error, PASSERELLE_ERROR_NETWORK));
	ck_assert_int_eq(report->pending, 1);
	memory_world()->is_offline = false;
	sync_once(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_series_is_sent_as_its_occurrences_once_and_goes_on_with_the_horizon)
{
	struct bridge *bridge = begin(0);
	bridge->settings.recurrence_horizon = 28 * 86400;
	write_event(bridge, "weekly.ics", "Choir", 1, "RRULE:FREQ=WEEKLY\r\n");
	sync_once(bridge, ITEM_EVENT);
	guint first = bridge_count_remote(bridge, ITEM_EVENT);
	ck_assert_uint_eq(first, 4);
	assert_at_rest(bridge, ITEM_EVENT);
	bridge->now += 14 * 86400;
	sync_once(bridge, ITEM_EVENT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), first + 2);
	assert_at_rest(bridge, ITEM_EVENT);
	bridge_free(bridge);
}
END_TEST

START_TEST(an_event_in_doubt_is_held_and_not_sent_again)
{
	struct bridge *bridge = begin(0);
	g_autoptr(GError) error = NULL;
	g_free(emulator_control(bridge->emulator,
	                        "fault?action=addevent&number=1&kind=closed-after", NULL, &error));
	g_assert_no_error(error);
	write_event(bridge, "dentist.ics", "Dentist", 2, "");
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_EVENT);
	ck_assert_int_eq(report->held, 1);
	for (int i = 0; i < 3; i++) {
		bridge->now += 86400;
		OWNED(cycle_report) again = bridge_sync(bridge, ITEM_EVENT);
		ck_assert_int_eq(again->held, 1);
	}
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 1);
	ck_assert_uint_eq(emulator_count_calls(bridge->emulator, "addevent"), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(the_same_event_under_another_uid_is_not_sent_again)
{
	struct bridge *bridge = begin(0);
	write_event(bridge, "a.ics", "Dentist", 2, "");
	write_event(bridge, "b.ics", "Dentist", 2, "");
	sync_once(bridge, ITEM_EVENT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 1);
	bridge_delete(bridge, "a.ics");
	bridge_delete(bridge, "b.ics");
	sync_once(bridge, ITEM_EVENT);
	write_event(bridge, "c.ics", "Dentist", 2, "");
	sync_once(bridge, ITEM_EVENT);
	sync_once(bridge, ITEM_EVENT);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_EVENT), 1);
	bridge_free(bridge);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("scenarios");
	TCase *both = tcase_create("both drivers");
	tcase_set_timeout(both, 60);
	tcase_add_loop_test(both, a_new_card_is_sent_once, 0, BRIDGES);
	tcase_add_loop_test(both, a_remote_contact_becomes_a_file, 0, BRIDGES);
	tcase_add_loop_test(both, both_sides_get_what_the_other_has, 0, BRIDGES);
	tcase_add_loop_test(both, the_same_person_on_both_sides_at_first_sight_is_adopted, 0,
	                    BRIDGES);
	tcase_add_loop_test(both, a_lost_journal_adds_nothing, 0, BRIDGES);
	tcase_add_loop_test(both, a_renamed_file_is_not_sent_again, 0, BRIDGES);
	tcase_add_loop_test(both, a_card_renamed_while_nothing_is_sent_is_not_deleted, 0, BRIDGES);
	tcase_add_loop_test(both, a_card_with_a_new_uid_is_not_sent_again, 0, BRIDGES);
	tcase_add_loop_test(both, an_unreadable_file_stops_nothing, 0, BRIDGES);
	tcase_add_loop_test(both, a_file_that_is_still_being_written_waits_until_it_is_whole, 0,
	                    BRIDGES);
	tcase_add_loop_test(both, two_files_with_one_uid_are_one_contact, 0, BRIDGES);
	tcase_add_loop_test(both, a_new_number_in_a_file_is_sent, 0, BRIDGES);
	tcase_add_loop_test(both, too_many_new_cards_are_held_until_confirmed, 0, BRIDGES);
	tcase_add_loop_test(both, a_dry_run_touches_nothing, 0, BRIDGES);
	tcase_add_loop_test(both, an_event_is_sent_once, 0, BRIDGES);
	tcase_add_loop_test(both, a_deleted_card_stays_deleted_here, 0, BRIDGES);
	tcase_add_loop_test(both, a_folder_that_was_away_comes_back_as_it_was, 0, BRIDGES);
	tcase_add_loop_test(both, a_lost_reply_is_settled_by_reading_back, 0, BRIDGES);
	tcase_add_loop_test(both, a_request_that_never_arrived_is_sent_again, 0, BRIDGES);
	suite_add_tcase(suite, both);
	TCase *one = tcase_create("one driver");
	tcase_set_timeout(one, 60);
	tcase_add_test(one, a_remote_change_is_carried_into_the_file);
	tcase_add_test(one, an_addition_here_and_a_change_there_both_survive);
	tcase_add_test(one, a_contact_gone_there_is_believed_at_the_second_time_and_kept);
	tcase_add_test(one, a_contact_gone_there_goes_to_the_trash_where_that_is_wanted);
	tcase_add_test(one, an_offline_remote_loses_nothing_and_says_what_waits);
	tcase_add_test(one, a_series_is_sent_as_its_occurrences_once_and_goes_on_with_the_horizon);
	tcase_add_test(one, an_event_in_doubt_is_held_and_not_sent_again);
	tcase_add_test(one, the_same_event_under_another_uid_is_not_sent_again);
	suite_add_tcase(suite, one);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(make_suite());
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
