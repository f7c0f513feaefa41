/* SPDX-License-Identifier: MIT */
/* A reply was lost, and before the next cycle a person went on working, here or there. */
#include "learnt.h"
#include "wire_ledger.h"

/* Every one of these runs with a request that took effect and with one that did not: _i. */
#define FATES 2

static const char *const fates[FATES] = {"closed-after", "closed-before"};

static struct bridge *begin(int fate, const char *action, unsigned number)
{
	struct bridge *bridge = bridge_new_learnt();
	fault(bridge, action, number, fates[fate]);
	return bridge;
}

static void write_card(struct bridge *bridge, const char *name, const char *given,
                       const char *family, const char *more)
{
	g_autofree char *uid = g_strdup_printf("uid-%s", name);
	g_autofree char *card = bridge_card(uid, given, family, more);
	bridge_write(bridge, name, card);
}

static void cycle(struct bridge *bridge)
{
	sync_once(bridge);
	assert_nothing_twice(bridge, "a cycle");
}

/* Until nothing is left to do. */
static void settle(struct bridge *bridge)
{
	for (int i = 0; i < 5; i++) {
		bridge->now += 2 * 60 * 60;
		cycle(bridge);
	}
	const guint writes = bridge_count_writes(bridge);
	g_autofree char *before = bridge_marks(bridge, ITEM_CONTACT);
	sync_full(bridge);
	g_autofree char *after = bridge_marks(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(writes, bridge_count_writes(bridge));
	ck_assert_str_eq(before, after);
}

static void assert_there(struct bridge *bridge, const char *given, guint contacts, guint devices)
{
	guint its_contacts = 0, its_devices = 0, pictures = 0;
	count_of(bridge, given, &its_contacts, &its_devices, &pictures);
	ck_assert_msg(its_contacts == contacts, "%u contacts, not %u", its_contacts, contacts);
	ck_assert_msg(its_devices == devices, "%u devices, not %u", its_devices, devices);
}

static void assert_held(struct bridge *bridge, gint64 held)
{
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_int_eq(report->held, held);
}

START_TEST(homonyms_stay_two)
{
	for (unsigned number = 1; number <= 2; number++) {
		struct bridge *bridge = begin(_i, "addcontact", number);
		write_card(bridge, "a.vcf", "Jean", "Martin", "EMAIL:a@example.org\r\n");
		write_card(bridge, "b.vcf", "Jean", "Martin", "EMAIL:b@example.org\r\n");
		cycle(bridge);
		settle(bridge);
		assert_there(bridge, "Jean", 2, 2);
		ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 2);
		bridge_free(bridge);
	}
}
END_TEST

START_TEST(equal_cards_are_one)
{
	struct bridge *bridge = begin(_i, "addcontact", 1);
	write_card(bridge, "a.vcf", "Jean", "Martin", "EMAIL:a@example.org\r\nTEL:0123456789\r\n");
	write_card(bridge, "b.vcf", "Jean", "Martin", "EMAIL:a@example.org\r\nTEL:0123456789\r\n");
	cycle(bridge);
	settle(bridge);
	assert_there(bridge, "Jean", 1, 2);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 2);
	bridge_free(bridge);
}
END_TEST

/* What the card holds after the lost reply, and what is then there. */
static const struct {
	const char *file, *given, *family, *more; /* file NULL: deleted */
	guint devices[FATES];
} edits[] = {
	{"a.vcf", "Jean", "Martin", "EMAIL:a@example.org\r\nTEL:0123456789\r\n", {2, 2}},
	{"a.vcf", "Jean", "Martin", "EMAIL:new@example.org\r\n", {2, 1}},
	{"a.vcf", "Jean", "Martin", "", {1, 0}},
	{"a.vcf", "Jean", "Durand", "EMAIL:a@example.org\r\n", {1, 1}},
	{"a.vcf", "Jean", "Durand", "EMAIL:new@example.org\r\n", {2, 1}},
	{"a.vcf", "Jean", "Martin", "BDAY:1970-01-02\r\nEMAIL:a@example.org\r\n", {1, 1}},
	{"b.vcf", "Jean", "Martin", "EMAIL:a@example.org\r\n", {1, 1}}, /* another UID, too */
};

START_TEST(an_edit_after_a_lost_reply_makes_no_second_contact)
{
	for (gsize i = 0; i < G_N_ELEMENTS(edits); i++) {
		struct bridge *bridge = begin(_i, "addcontact", 1);
		write_card(bridge, "a.vcf", "Jean", "Martin", "EMAIL:a@example.org\r\n");
		cycle(bridge);
		bridge_delete(bridge, "a.vcf");
		write_card(bridge, edits[i].file, edits[i].given, edits[i].family, edits[i].more);
		cycle(bridge);
		settle(bridge);
		guint contacts = 0, devices = 0, pictures = 0;
		count_of(bridge, "Jean", &contacts, &devices, &pictures);
		ck_assert_msg(contacts == 1 && devices == edits[i].devices[_i],
		              "edit %zu: %u contacts, %u devices", i, contacts, devices);
		ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
		bridge_free(bridge);
	}
}
END_TEST

START_TEST(a_card_in_another_file_is_the_same)
{
	struct bridge *bridge = begin(_i, "addcontact", 1);
	write_card(bridge, "a.vcf", "Jean", "Martin", "EMAIL:a@example.org\r\n");
	cycle(bridge);
	g_autofree char *text = bridge_read(bridge, "a.vcf");
	bridge_delete(bridge, "a.vcf");
	bridge_write(bridge, "other.vcf", text);
	settle(bridge);
	assert_there(bridge, "Jean", 1, 1);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_card_deleted_after_a_lost_reply_does_not_come_back)
{
	struct bridge *bridge = begin(_i, "addcontact", 1);
	write_card(bridge, "a.vcf", "Jean", "Martin", "EMAIL:a@example.org\r\n");
	cycle(bridge);
	bridge_delete(bridge, "a.vcf");
	settle(bridge);
	assert_there(bridge, "Jean", _i == 0 ? 1 : 0, _i == 0 ? 1 : 0);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 0);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_card_without_uid)
{
	struct bridge *bridge = begin(_i, "addcontact", 1);
	bridge_write(bridge, "x.vcf",
	             "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Jean Martin\r\nN:Martin;Jean;;;\r\n"
	             "EMAIL:a@example.org\r\nEMAIL:b@example.org\r\nEND:VCARD\r\n");
	cycle(bridge);
	settle(bridge);
	assert_there(bridge, "Jean", 1, 2);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_lost_journal_after_a_lost_reply)
{
	struct bridge *bridge = begin(_i, "addcontact", 1);
	write_card(bridge, "a.vcf", "Jean", "Martin",
	           "EMAIL:a@example.org\r\nEMAIL:b@example.org\r\nNOTE:mine\r\n");
	cycle(bridge);
	g_autofree char *wal = g_strconcat(bridge->journal, "-wal", NULL);
	g_autofree char *shm = g_strconcat(bridge->journal, "-shm", NULL);
	remove(bridge->journal);
	remove(wal);
	remove(shm);
	bridge->options.is_rebuild = true;
	cycle(bridge);
	bridge->options.is_rebuild = false;
	settle(bridge);
	assert_there(bridge, "Jean", 1, 2);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

/* What the person does there with what was added. */
static const char *const edits_there[] = {
	"{'birthday':'1970-01-02'}",
	"{'company':'Example'}",
	"{'devices':[]}",
	"{'devices':[{'type':'email','subtype':'internet','info_type':'perso','value':'z@e.org'}]}",
};

START_TEST(an_edit_there_after_a_lost_reply_makes_no_second_contact)
{
	for (gsize i = 0; i < G_N_ELEMENTS(edits_there); i++) {
		struct bridge *bridge = begin(0, "addcontact", 1);
		write_card(bridge, "a.vcf", "Jean", "Martin", "EMAIL:a@example.org\r\n");
		cycle(bridge);
		edit_remote(bridge, id_of(bridge, 0), edits_there[i]);
		for (int j = 0; j < 4; j++) {
			bridge->now += 2 * 60 * 60;
			cycle(bridge);
		}
		ck_assert_msg(bridge_count_remote(bridge, ITEM_CONTACT) == 1, "edit %zu", i);
		bridge_free(bridge);
	}
}
END_TEST

/* It cannot be told from another person with the same e-mail: it is held, and the person decides.
 */
START_TEST(a_rename_there_after_a_lost_reply_is_held)
{
	static const char *const renames[] = {"{'firstname':'Jeannot'}", "{'lastname':'Durand'}"};
	for (gsize i = 0; i < G_N_ELEMENTS(renames); i++) {
		struct bridge *bridge = begin(0, "addcontact", 1);
		write_card(bridge, "a.vcf", "Jean", "Martin", "EMAIL:a@example.org\r\n");
		cycle(bridge);
		edit_remote(bridge, id_of(bridge, 0), renames[i]);
		for (int j = 0; j < 4; j++) {
			bridge->now += 2 * 60 * 60;
			assert_held(bridge, 1);
		}
		ck_assert_uint_eq(emulator_count_calls(bridge->emulator, "addcontact"), 1);
		say(bridge, "uid-a.vcf", i == 0 ? RESOLUTION_DROP : RESOLUTION_DONE);
		settle(bridge);
		assert_held(bridge, 0);
		ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
		ck_assert_uint_eq(emulator_count_calls(bridge->emulator, "addcontact"), 1);
		bridge_free(bridge);
	}
}
END_TEST

/* The grace has not passed: a request may still be under way, and nothing may be sent again. */
START_TEST(nothing_is_sent_again_while_it_may_be_under_way)
{
	struct bridge *bridge = begin(1, "addcontact", 1);
	bridge->settings.in_doubt_grace = 200;
	write_card(bridge, "a.vcf", "Jean", "Martin", "EMAIL:a@example.org\r\n");
	for (int i = 0; i < 3; i++) {
		cycle(bridge);
		ck_assert_uint_eq(emulator_count_calls(bridge->emulator, "addcontact"), 1);
	}
	/* and what arrives late is found */
	edit_remote(
		bridge, 0,
		"{'firstname':'Jean','lastname':'Martin','devices':[{'type':'email',"
		"'subtype':'internet','info_type':'perso','value':'a@example.org','order':1}]}");
	settle(bridge);
	ck_assert_uint_eq(emulator_count_calls(bridge->emulator, "addcontact"), 1);
	assert_there(bridge, "Jean", 1, 1);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(lost_parts_of_an_edited_card)
{
	for (unsigned number = 1; number <= 2; number++) {
		struct bridge *bridge = begin(_i, "adddevice", number);
		write_card(bridge, "a.vcf", "Jean", "Martin",
		           "EMAIL:a@example.org\r\nEMAIL:b@example.org\r\nTEL:0123456789\r\n");
		cycle(bridge);
		write_card(bridge, "a.vcf", "Jean", "Martin",
		           "EMAIL:a@example.org\r\nEMAIL:b@example.org\r\n"
		           "TEL:01 23 45 67 89\r\nTEL:+33987654321\r\n");
		cycle(bridge);
		settle(bridge);
		assert_there(bridge, "Jean", 1, 4);
		bridge_free(bridge);
	}
}
END_TEST

/* ---- what no search can find: a person decides ---- */

static void write_nameless(struct bridge *bridge)
{
	bridge_write(
		bridge, "n.vcf",
		"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:nick\r\nFN:Nick\r\nN:;;;;\r\nNICKNAME:Nick\r\n"
		"EMAIL:a@example.org\r\nEMAIL:b@example.org\r\nEND:VCARD\r\n");
}

static void assert_nameless(enum resolution resolution, guint there)
{
	struct bridge *bridge = begin(1, "addcontact", 1);
	write_nameless(bridge);
	for (int i = 0; i < 4; i++) {
		bridge->now += 60 * 60;
		assert_held(bridge, 1);
	}
	ck_assert_uint_eq(emulator_count_calls(bridge->emulator, "addcontact"), 1);
	say(bridge, "nick", resolution);
	settle(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), there);
	assert_held(bridge, 0);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}

START_TEST(a_nickname_in_doubt_waits_for_a_person)
{
	assert_nameless(RESOLUTION_AGAIN, 1);
	assert_nameless(RESOLUTION_DROP, 0);
	assert_nameless(RESOLUTION_DONE, 0);
}
END_TEST

START_TEST(equal_nicknames_are_sent_once)
{
	struct bridge *bridge = begin(_i, "addcontact", 1);
	write_nameless(bridge);
	cycle(bridge);
	g_autofree char *text = bridge_read(bridge, "n.vcf");
	g_autofree char *other = replaced(text, "UID:nick", "UID:other");
	bridge_write(bridge, "o.vcf", other);
	for (int i = 0; i < 4; i++) {
		bridge->now += 60 * 60;
		cycle(bridge);
	}
	ck_assert_uint_eq(emulator_count_calls(bridge->emulator, "addcontact"), 1);
	bridge_free(bridge);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("lost and edited");
	TCase *edited = tcase_create("edited");
	tcase_set_timeout(edited, 60);
	tcase_add_loop_test(edited, homonyms_stay_two, 0, FATES);
	tcase_add_loop_test(edited, equal_cards_are_one, 0, FATES);
	tcase_add_loop_test(edited, an_edit_after_a_lost_reply_makes_no_second_contact, 0, FATES);
	tcase_add_loop_test(edited, a_card_in_another_file_is_the_same, 0, FATES);
	tcase_add_loop_test(edited, a_card_deleted_after_a_lost_reply_does_not_come_back, 0, FATES);
	tcase_add_loop_test(edited, a_card_without_uid, 0, FATES);
	tcase_add_loop_test(edited, a_lost_journal_after_a_lost_reply, 0, FATES);
	tcase_add_test(edited, an_edit_there_after_a_lost_reply_makes_no_second_contact);
	tcase_add_test(edited, a_rename_there_after_a_lost_reply_is_held);
	tcase_add_test(edited, nothing_is_sent_again_while_it_may_be_under_way);
	tcase_add_loop_test(edited, lost_parts_of_an_edited_card, 0, FATES);
	tcase_add_test(edited, a_nickname_in_doubt_waits_for_a_person);
	tcase_add_loop_test(edited, equal_nicknames_are_sent_once, 0, FATES);
	suite_add_tcase(suite, edited);
	return suite;
}

int main(void)
{
	learn();
	SRunner *runner = srunner_create(make_suite());
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	g_free(learnt_alphabet);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
