/* SPDX-License-Identifier: MIT */
/*
 * Contacts in doubt, the hard cases: several alike in flight, without a name, with a name that no
 * search takes, renamed there in between. Sent again only where reading back proves that nothing
 * was done; else held and shown, and settled by one word.
 */
#include "learnt.h"
#include "wire_ledger.h"

#define FATES 2

static const char *const fates[FATES] = {"closed-after", "closed-before"};

static struct bridge *begin(int fate)
{
	struct bridge *bridge = bridge_new_learnt();
	fault(bridge, "addcontact", 1, fates[fate]);
	return bridge;
}

static void write_card(struct bridge *bridge, const char *uid, const char *given,
                       const char *family, const char *more)
{
	g_autofree char *name = g_strconcat(uid, ".vcf", NULL);
	g_autofree char *card = bridge_card(uid, given, family, more);
	bridge_write(bridge, name, card);
}

static guint count_added(struct bridge *bridge)
{
	return emulator_count_calls(bridge->emulator, "addcontact");
}

static void assert_held(struct bridge *bridge, gint64 held)
{
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_msg(report->held == held, "%d held, not %d", (int)report->held, (int)held);
}

/* It waits for a person, however long, and nothing more is sent of it. */
static void assert_stays_held(struct bridge *bridge)
{
	const guint added = count_added(bridge);
	for (int i = 0; i < 4; i++) {
		bridge->now += 2 * 60 * 60;
		assert_held(bridge, 1);
	}
	ck_assert_uint_eq(count_added(bridge), added);
}

/* Until nothing is left to do: then nothing is held either, and a full cycle changes nothing. */
static void assert_settles(struct bridge *bridge)
{
	for (int i = 0; i < 5; i++) {
		bridge->now += 2 * 60 * 60;
		sync_once(bridge);
	}
	assert_held(bridge, 0);
	assert_at_rest(bridge);
	ck_assert_uint_eq(count_in_doubt(bridge, ITEM_CONTACT), 0);
}

static void assert_remote(struct bridge *bridge, guint contacts)
{
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), contacts);
}

/* ---- renamed there ---- */

/* No e-mail would tell who it is: that somebody is new there is enough not to send it again. */
static const char *const renames[] = {
	"{'firstname':'Jeannot'}",
	"{'lastname':'Durand'}",
	"{'firstname':'Paul','lastname':'Durand'}",
};

#define RENAMES ((int)G_N_ELEMENTS(renames))

START_TEST(a_rename_there_without_an_email_is_held)
{
	struct bridge *bridge = begin(0);
	write_card(bridge, "jean", "Jean", "Martin", "");
	assert_held(bridge, 1);
	edit_remote(bridge, id_of(bridge, 0), renames[_i]);
	assert_stays_held(bridge);
	say(bridge, "jean", _i == 1 ? RESOLUTION_DONE : RESOLUTION_DROP);
	assert_settles(bridge);
	assert_remote(bridge, 1);
	ck_assert_uint_eq(count_added(bridge), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_rename_there_is_noticed_by_one_who_only_sends)
{
	struct bridge *bridge = begin(0);
	bridge->options.direction = DIRECTION_PUSH;
	bridge_remote_add(bridge, "Zoe", "Other", "z@example.org");
	write_card(bridge, "jean", "Jean", "Martin", "");
	assert_held(bridge, 1);
	edit_remote(bridge, id_of(bridge, 1), renames[_i]);
	assert_stays_held(bridge);
	say(bridge, "jean", RESOLUTION_DONE);
	assert_settles(bridge);
	assert_remote(bridge, 2);
	ck_assert_uint_eq(count_added(bridge), 1);
	bridge_free(bridge);
}
END_TEST

/* Who was there before it was sent is not what was sent. */
START_TEST(those_who_were_there_before_hold_nothing)
{
	struct bridge *bridge = begin(1);
	bridge->options.direction = _i == 0 ? DIRECTION_PUSH : DIRECTION_BOTH;
	edit_remote(bridge, 0, "{'firstname':'Zoe','lastname':'Martin'}");
	edit_remote(bridge, 0, "{'firstname':'Jean','lastname':'Other'}");
	write_card(bridge, "jean", "Jean", "Martin", "");
	assert_held(bridge, 1);
	assert_settles(bridge);
	assert_remote(bridge, 3);
	ck_assert_uint_eq(count_added(bridge), 2);
	bridge_free(bridge);
}
END_TEST

/* One request of the read-back fails, and the same cycle fetches the renamed contact. */
START_TEST(a_rename_there_is_noticed_though_reading_back_fails_first)
{
	static const char *const calls[] = {"findcontactlist", "getcontact"};
	for (gsize i = 0; i < G_N_ELEMENTS(calls); i++) {
		struct bridge *bridge = begin(0);
		write_card(bridge, "jean", "Jean", "Martin", "");
		assert_held(bridge, 1);
		edit_remote(bridge, id_of(bridge, 0), renames[_i]);
		const unsigned next = emulator_count_calls(bridge->emulator, calls[i]) + 1;
		fault(bridge, calls[i], next, "closed-before");
		cycle_report_free(bridge_sync(bridge, ITEM_CONTACT));
		assert_stays_held(bridge);
		assert_remote(bridge, 1);
		bridge_free(bridge);
	}
}
END_TEST

/* What was sent bore an e-mail, and who is new there has another: not the same one. */
START_TEST(somebody_else_who_is_new_there_holds_nothing)
{
	struct bridge *bridge = begin(1);
	write_card(bridge, "jean", "Jean", "Martin", "EMAIL:jean@example.org\r\n");
	assert_held(bridge, 1);
	bridge_remote_add(bridge, "Zoe", "Martin", "z@example.org");
	assert_settles(bridge);
	assert_remote(bridge, 2);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 2);
	bridge_free(bridge);
}
END_TEST

/* It cannot be told from a rename: one word sends it. */
START_TEST(somebody_new_there_who_may_be_it_waits_for_a_word)
{
	struct bridge *bridge = begin(1);
	write_card(bridge, "jean", "Jean", "Martin", "");
	assert_held(bridge, 1);
	bridge_remote_add(bridge, "Zoe", "Other", "z@example.org");
	assert_stays_held(bridge);
	say(bridge, "jean", RESOLUTION_AGAIN);
	assert_settles(bridge);
	assert_remote(bridge, 2);
	ck_assert_uint_eq(count_added(bridge), 2);
	bridge_free(bridge);
}
END_TEST

/* ---- what no search finds ---- */

static const struct {
	const char *family, *given, *more;
} hidden[] = {
	{"", "", "NICKNAME:Nick\r\nEMAIL:a@example.org\r\nEMAIL:b@example.org\r\n"},
	{"", "", "ORG:Example\r\nTEL:0123456789\r\n"},
	{"*Martin", "*Jean", "EMAIL:a@example.org\r\n"},
	{"\"Martin", "\"Jean\"", "EMAIL:a@example.org\r\nTEL:0123456789\r\n"},
	{"*", "\"", ""},
};

#define HIDDEN ((int)G_N_ELEMENTS(hidden))

static void write_hidden(struct bridge *bridge, int row)
{
	g_autofree char *text = g_strdup_printf(
		"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:hidden\r\nFN:Hidden\r\nN:%s;%s;;;\r\n%s"
		"END:VCARD\r\n",
		hidden[row].family, hidden[row].given, hidden[row].more);
	bridge_write(bridge, "hidden.vcf", text);
}

static guint count_devices(const char *lines)
{
	guint count = 0;
	for (const char *at = lines; *at != '\0'; at++) {
		count += g_str_has_prefix(at, "EMAIL:") || g_str_has_prefix(at, "TEL:");
	}
	return count;
}

static void assert_devices(struct bridge *bridge, gsize index, guint devices)
{
	json_t *contact = remote_contact(bridge, index);
	ck_assert_uint_eq(json_array_size(json_object_get(contact, "devices")), devices);
	json_decref(contact);
}

static void assert_only(struct bridge *bridge, guint devices)
{
	assert_remote(bridge, 1);
	assert_devices(bridge, 0, devices);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
}

/* Its id is one of the next that the service gives. */
START_TEST(what_no_search_finds_is_found_by_its_id)
{
	for (int others = 0; others <= 2; others += 2) {
		struct bridge *bridge = begin(0);
		for (int i = 0; i < others; i++) {
			edit_remote(bridge, 0, "{'firstname':'Zoe','lastname':'Other'}");
		}
		write_hidden(bridge, _i);
		assert_held(bridge, 1);
		for (int i = 0; i < others; i++) {
			edit_remote(bridge, 0, "{'nickname':'Somebody'}");
		}
		assert_settles(bridge);
		assert_remote(bridge, 1 + 2 * (guint)others);
		assert_devices(bridge, (gsize)others, count_devices(hidden[_i].more));
		ck_assert_uint_eq(count_added(bridge), 1);
		bridge_free(bridge);
	}
}
END_TEST

/* That no such id is there proves nothing: the person decides. */
START_TEST(what_no_search_finds_is_not_sent_again_without_a_word)
{
	struct bridge *bridge = begin(1);
	write_hidden(bridge, _i);
	assert_held(bridge, 1);
	assert_stays_held(bridge);
	say(bridge, "hidden", RESOLUTION_AGAIN);
	assert_settles(bridge);
	assert_only(bridge, count_devices(hidden[_i].more));
	ck_assert_uint_eq(count_added(bridge), 2);
	bridge_free(bridge);
}
END_TEST

/* One of the names is enough. */
START_TEST(a_name_of_which_half_can_be_searched_is_settled)
{
	static const char *const names[][2] = {{"*Jean", "Martin"}, {"Jean", "\"Martin"}};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		struct bridge *bridge = begin(_i);
		write_card(bridge, "jean", names[i][0], names[i][1], "EMAIL:a@example.org\r\n");
		assert_held(bridge, 1);
		assert_settles(bridge);
		assert_only(bridge, 1);
		ck_assert_uint_eq(count_added(bridge), _i == 0 ? 1 : 2);
		bridge_free(bridge);
	}
}
END_TEST

/* The service only takes who has a name: it is said, and nothing is sent. */
START_TEST(a_card_of_an_email_alone_is_told_and_never_in_doubt)
{
	struct bridge *bridge = begin(_i);
	bridge_write(bridge, "email.vcf",
	             "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:email\r\nFN:\r\nN:;;;;\r\n"
	             "EMAIL:a@example.org\r\nEND:VCARD\r\n");
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_uint_eq(report->problems->len, 1);
	ck_assert_uint_eq(count_in_doubt(bridge, ITEM_CONTACT), 0);
	ck_assert_uint_eq(count_added(bridge), 0);
	bridge_free(bridge);
}
END_TEST

/* ---- several alike ---- */

static const char *const twins[] = {"one", "two", "three"};

START_TEST(equal_cards_in_flight_are_one)
{
	for (guint count = 2; count <= G_N_ELEMENTS(twins); count++) {
		struct bridge *bridge = begin(_i);
		for (guint i = 0; i < count; i++) {
			write_card(bridge, twins[i], "Jean", "Martin",
			           "EMAIL:a@example.org\r\nTEL:0123456789\r\n");
		}
		sync_once(bridge);
		assert_settles(bridge);
		assert_remote(bridge, 1);
		guint contacts = 0, devices = 0, pictures = 0;
		count_of(bridge, "Jean", &contacts, &devices, &pictures);
		ck_assert_uint_eq(devices, 2);
		ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), count);
		ck_assert_uint_eq(count_added(bridge), _i == 0 ? 1 : 2);
		bridge_free(bridge);
	}
}
END_TEST

/* A row as a kill leaves it. before: what was there then, JSON. */
static void announce(struct bridge *bridge, const char *uid, const char *before)
{
	OWNED(journal) journal = open_journal(bridge);
	g_autoptr(GPtrArray) rows =
		g_ptr_array_new_with_free_func((GDestroyNotify)ledger_call_free);
	struct ledger_call *row = ledger_call_new(ITEM_CONTACT, uid, "addcontact", NULL);
	row->content = g_strdup("{\"lastname\":\"Martin\",\"firstname\":\"Jean\","
	                        "\"emailperso\":\"a@example.org\"}");
	row->before = g_strdup(before);
	g_ptr_array_add(rows, row);
	ck_assert(ledger_announce(journal, rows, bridge->now, NULL));
}

/* So many of the two took effect: told apart by count, whoever of them it was. */
START_TEST(equal_rows_in_doubt_are_told_apart_by_count)
{
	struct bridge *bridge = bridge_new_learnt();
	for (int i = 0; i < 2; i++) {
		write_card(bridge, twins[i], "Jean", "Martin", "EMAIL:a@example.org\r\n");
		announce(bridge, twins[i], "[]");
	}
	for (int i = 0; i < _i; i++) {
		bridge_remote_add(bridge, "Jean", "Martin", "a@example.org");
	}
	assert_settles(bridge);
	assert_remote(bridge, MAX(1, (guint)_i));
	ck_assert_uint_eq(count_added(bridge), _i == 0 ? 1 : 0);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 2);
	bridge_free(bridge);
}
END_TEST

/* The later one knows that the other contact was there before: the earlier one must leave it the
 * new one. */
START_TEST(an_earlier_row_leaves_a_later_one_what_it_needs)
{
	for (int first = 0; first < 2; first++) {
		struct bridge *bridge = bridge_new_learnt();
		for (int i = 0; i < 2; i++) {
			write_card(bridge, twins[i], "Jean", "Martin", "EMAIL:a@example.org\r\n");
			bridge_remote_add(bridge, "Jean", "Martin", "a@example.org");
		}
		g_autofree char *before = g_strdup_printf("[\"%d\"]", first + 1);
		announce(bridge, twins[0], "[]");
		announce(bridge, twins[1], before);
		assert_settles(bridge);
		assert_remote(bridge, 2);
		ck_assert_uint_eq(count_added(bridge), 0);
		ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 2);
		bridge_free(bridge);
	}
}
END_TEST

static void add_cases(Suite *suite)
{
	TCase *renamed = tcase_create("renamed");
	tcase_add_loop_test(renamed, a_rename_there_without_an_email_is_held, 0, RENAMES);
	tcase_add_loop_test(renamed, a_rename_there_is_noticed_by_one_who_only_sends, 0, RENAMES);
	tcase_add_loop_test(renamed, those_who_were_there_before_hold_nothing, 0, 2);
	tcase_add_loop_test(renamed, a_rename_there_is_noticed_though_reading_back_fails_first, 0,
	                    RENAMES);
	tcase_add_test(renamed, somebody_else_who_is_new_there_holds_nothing);
	tcase_add_test(renamed, somebody_new_there_who_may_be_it_waits_for_a_word);
	TCase *searched = tcase_create("hidden");
	tcase_add_loop_test(searched, what_no_search_finds_is_found_by_its_id, 0, HIDDEN);
	tcase_add_loop_test(searched, what_no_search_finds_is_not_sent_again_without_a_word, 0,
	                    HIDDEN);
	tcase_add_loop_test(searched, a_name_of_which_half_can_be_searched_is_settled, 0, FATES);
	tcase_add_loop_test(searched, a_card_of_an_email_alone_is_told_and_never_in_doubt, 0,
	                    FATES);
	TCase *alike = tcase_create("alike");
	tcase_add_loop_test(alike, equal_cards_in_flight_are_one, 0, FATES);
	tcase_add_loop_test(alike, equal_rows_in_doubt_are_told_apart_by_count, 0, 3);
	tcase_add_test(alike, an_earlier_row_leaves_a_later_one_what_it_needs);
	TCase *const all[] = {renamed, searched, alike};
	for (gsize i = 0; i < G_N_ELEMENTS(all); i++) {
		tcase_set_timeout(all[i], 60);
		suite_add_tcase(suite, all[i]);
	}
}

int main(void)
{
	learn();
	Suite *suite = suite_create("doubt");
	add_cases(suite);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int run = srunner_ntests_run(runner);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	g_free(learnt_alphabet);
	printf("count: contacts in doubt, the hard cases: %d, %d violations\n", run, failed);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
