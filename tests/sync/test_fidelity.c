/* SPDX-License-Identifier: MIT */
/* A change there changes only its own lines here; what is the user's own stays, and what cannot be
 * sent is said. */
#include "sync/learnt.h"
#include "sync/remote_edits.h"

/* Short enough for one line of base64. */
#define PICTURE       "R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAUwAOw=="
#define OTHER_PICTURE "R0lGODlhAQABAIAAAP8AAP///ywAAAAAAQABAAACAUwAOw=="

struct own_card {
	const char *name, *text;
	const char *phone, *mail, *family, *full, *org, *birthday; /* their lines */
};

static const struct own_card cards[] = {
	{"3.0",
         "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//own//EN\r\nX-FIRST;X-P=\"a;b\":kept\\, as is\r\n"
         "UID:own\r\nN:Curie;Marie;Salomea;;\r\nfn:Marie Curie\r\nNICKNAME:Manya,Mania\r\n"
         "ORG:Sorbonne;Physique\r\nTITLE:Professeur\r\n"
         "item1.TEL;type=CELL;type=VOICE;type=pref:+33 6 12 34 56 78\r\n"
         "item1.X-ABLabel:_$!<Other>!$_\r\n"
         "EMAIL;TYPE=INTERNET,HOME:marie@example.org\r\n"
         "NOTE:first line\\nand a second one that is long enough to be folded somewh\r\n"
         " ere near the end\\; yes\r\nCATEGORIES:friends,science\r\nBDAY:1867-11-07\r\n"
         "ADR;TYPE=HOME:;;3 rue Pierre;Paris;;75005;France\r\nX-EMPTY:\r\n"
         "REV:2020-01-01T00:00:00Z\r\nEND:VCARD\r\n",
         "item1.TEL;", "EMAIL;", "N:Curie", "fn:Marie", "ORG:", "BDAY:"},
	{"4.0",
         "BEGIN:VCARD\nVERSION:4.0\nKIND:individual\nUID:own\nFN:Marie Curie\n"
         "N:Curie;Marie;Salomea;;\nNICKNAME:Manya\nORG;SORT-AS=\"S\":Sorbonne;Physique\n"
         "TITLE:Professeur\nTEL;VALUE=uri;PREF=1;TYPE=\"cell,voice\":tel:+33-6-12-34-56-78\n"
         "EMAIL;TYPE=home:marie@example.org\nX-OWN:kept\nNOTE:une note avec\n"
         "  un pli\nCATEGORIES:friends\nBDAY:18671107\n"
         "ADR;TYPE=home:;;3 rue Pierre;Paris;;75005;France\nGENDER:F\nEND:VCARD\n",
         "TEL;", "EMAIL;", "N:Curie", "FN:Marie", "ORG;", "BDAY:"},
	{"2.1",
         "BEGIN:VCARD\r\nVERSION:2.1\r\nX-OWN:kept\r\nUID:own\r\nN:Curie;Marie;Salomea\r\n"
         "FN:Marie Curie\r\nNICKNAME:Manya\r\nORG:Sorbonne;Physique\r\nTITLE:Professeur\r\n"
         "TEL;CELL;VOICE:+33 6 12 34 56 78\r\nEMAIL;INTERNET;HOME:marie@example.org\r\n"
         "NOTE;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=A9t=C3=A9 et une suite=\r\n"
         " qui va plus loin\r\nCATEGORIES:friends\r\nBDAY:1867-11-07\r\n"
         "ADR;HOME:;;3 rue Pierre;Paris;;75005;France\r\nEND:VCARD\r\n",
         "TEL;", "EMAIL;", "N:Curie", "FN:Marie", "ORG:", "BDAY:"},
};
#define CARDS G_N_ELEMENTS(cards)

static struct bridge *begin(const struct own_card *card)
{
	struct bridge *bridge = bridge_new_learnt();
	bridge_write(bridge, "own.vcf", card->text);
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	g_autofree char *text = bridge_read(bridge, "own.vcf");
	ck_assert_str_eq(text, card->text);
	assert_at_rest(bridge);
	return bridge;
}

static void expect_change(struct bridge *bridge, const struct own_card *card,
                          const char *const *gone, const char *const *fresh)
{
	const guint writes = bridge_count_writes(bridge);
	sync_full(bridge);
	g_autofree char *after = bridge_read(bridge, "own.vcf");
	assert_only_changed(card->text, after, gone, fresh);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_writes(bridge), writes);
	assert_at_rest(bridge);
	bridge_free(bridge);
}

#define NONE       ((const char *const[]){NULL})
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

START_TEST(an_email_added_there_is_one_more_line)
{
	struct bridge *bridge = begin(&cards[_i]);
	edit_device(bridge, 0, NULL, "email", "internet", "new@example.org");
	expect_change(bridge, &cards[_i], NONE, WORDS("new@example.org"));
}
END_TEST

START_TEST(a_phone_changed_there_changes_its_line)
{
	struct bridge *bridge = begin(&cards[_i]);
	edit_device(bridge, 0, "56", "phone", "mobile", "+33799887766");
	expect_change(bridge, &cards[_i], WORDS(cards[_i].phone), WORDS("99887766"));
}
END_TEST

START_TEST(a_phone_removed_there_takes_its_line_along)
{
	struct bridge *bridge = begin(&cards[_i]);
	edit_remote(
		bridge, id_of(bridge, 0),
		"{'devices':[{'type':'email','subtype':'internet','value':'marie@example.org'}]}");
	sync_full(bridge);
	g_autofree char *after = bridge_read(bridge, "own.vcf");
	ck_assert_ptr_null(strstr(after, cards[_i].phone));
	ck_assert_ptr_nonnull(strstr(after, "marie@example.org"));
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_name_changed_there_changes_the_names)
{
	struct bridge *bridge = begin(&cards[_i]);
	edit_remote(bridge, id_of(bridge, 0), "{'lastname':'Joliot'}");
	expect_change(bridge, &cards[_i], WORDS(cards[_i].family, cards[_i].full),
	              WORDS("N:Joliot;Marie;Salomea", ":Marie Joliot"));
}
END_TEST

START_TEST(a_company_changed_there_changes_its_part_of_the_line)
{
	struct bridge *bridge = begin(&cards[_i]);
	edit_remote(bridge, id_of(bridge, 0), "{'company':'Institut'}");
	expect_change(bridge, &cards[_i], WORDS(cards[_i].org), WORDS("Institut;Physique"));
}
END_TEST

START_TEST(a_birthday_changed_there_changes_its_line)
{
	struct bridge *bridge = begin(&cards[_i]);
	edit_remote(bridge, id_of(bridge, 0), "{'birthday':'1867-12-08'}");
	const bool is_4 = strcmp(cards[_i].name, "4.0") == 0;
	expect_change(bridge, &cards[_i], WORDS(cards[_i].birthday),
	              WORDS(is_4 ? "BDAY:18671208" : "BDAY:1867-12-08"));
}
END_TEST

START_TEST(a_picture_added_there_is_one_more_line)
{
	struct bridge *bridge = begin(&cards[_i]);
	edit_remote(bridge, id_of(bridge, 0), "{'picture':'" PICTURE "'}");
	sync_full(bridge);
	g_autofree char *after = bridge_read(bridge, "own.vcf");
	g_autofree char *unfolded = NULL;
	{
		g_autofree char *crlf =
			strstr(after, "\r\n ") ? replaced(after, "\r\n ", "") : g_strdup(after);
		unfolded = strstr(crlf, "\n ") ? replaced(crlf, "\n ", "") : g_strdup(crlf);
	}
	ck_assert_ptr_nonnull(strstr(unfolded, PICTURE));
	edit_remote(bridge, id_of(bridge, 0), "{'picture':null}");
	sync_full(bridge);
	bridge->now += A_DAY; /* it is believed to be gone when it is said again */
	sync_full(bridge);
	g_autofree char *again = bridge_read(bridge, "own.vcf");
	g_autofree char *compact = strstr(again, "\r\n\r\n") /* what ends a block in 2.1 */
	                                   ? replaced(again, "\r\n\r\n", "\r\n")
	                                   : g_strdup(again);
	ck_assert_str_eq(compact, cards[_i].text);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

START_TEST(an_address_added_there_stands_beside_ones_own)
{
	struct bridge *bridge = begin(&cards[_i]);
	edit_remote(bridge, id_of(bridge, 0),
	            "{'addresses':[{'info_type':'home','streetline1':'8 quai Nord','city':'Lyon',"
	            "'zip-code':'69002'}]}");
	expect_change(bridge, &cards[_i], NONE, WORDS("8 quai Nord"));
}
END_TEST

START_TEST(an_edit_here_and_a_change_there_both_survive)
{
	struct bridge *bridge = begin(&cards[_i]);
	const char *end = strchr(cards[_i].text, '\r') != NULL ? "\r\n" : "\n";
	g_autofree char *lines =
		g_strconcat("X-LATER:mine", end, "TEL:+33144556677", end, "END:VCARD", NULL);
	g_autofree char *edited = replaced(cards[_i].text, "END:VCARD", lines);
	bridge_write(bridge, "own.vcf", edited);
	edit_remote(bridge, id_of(bridge, 0), "{'company':'Institut'}");
	edit_device(bridge, 0, NULL, "email", "internet", "new@example.org");
	const guint writes = bridge_count_writes(bridge);
	sync_full(bridge);
	g_autofree char *after = bridge_read(bridge, "own.vcf");
	assert_only_changed(edited, after, WORDS(cards[_i].org),
	                    WORDS("Institut;Physique", "new@example.org"));
	ck_assert_uint_eq(bridge_count_writes(bridge), writes + 1);
	json_t *there = remote_contact(bridge, 0);
	ck_assert_uint_eq(json_array_size(json_object_get(there, "devices")), 4);
	json_decref(there);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

/* ---- what cannot be sent ---- */

static const struct {
	const char *old, *new, *word;
} unsendable[] = {
	{"ORG:Sorbonne;Physique", "ORG:Institut;Physique", "company 'Institut'"},
	{"ORG:Sorbonne;Physique\r\n", "", "company removed"},
	{"TITLE:Professeur", "TITLE:Directrice", "function 'Directrice'"},
	{"NICKNAME:Manya,Mania", "NICKNAME:Marya,Mania", "nickname 'Marya'"},
	{"BDAY:1867-11-07", "BDAY:1867-11-09", "birthday '1867-11-09'"},
	{"N:Curie;Marie;Salomea;;\r\nfn:Marie Curie", "N:Joliot;Marie;;;\r\nFN:Marie Joliot",
         "last name 'Joliot'"},
	{"N:Curie;Marie;Salomea;;", "N:Curie;Marie;Salomea;Mme;", "civility 'Mme'"},
	{"EMAIL;TYPE=INTERNET,HOME:marie@example.org\r\n", "", "removal of email"},
	{"item1.TEL;type=CELL;type=VOICE;type=pref:+33 6 12 34 56 78\r\n"
         "item1.X-ABLabel:_$!<Other>!$_\r\n",
         "", "removal of phone"},
	{"fn:Marie Curie", "FN:Madame Curie", ""},
};

START_TEST(an_edit_that_cannot_be_sent_is_kept_and_said)
{
	struct bridge *bridge = begin(&cards[0]);
	const guint writes = bridge_count_writes(bridge);
	g_autofree char *edited = replaced(cards[0].text, unsendable[_i].old, unsendable[_i].new);
	bridge_write(bridge, "own.vcf", edited);
	OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
	ck_assert_ptr_null(report->error);
	ck_assert_int_eq(report->changed_there, 0); /* nothing was sent: do not say so */
	g_autofree char *notes = notes_of(bridge, "own");
	ck_assert_msg(strstr(notes, unsendable[_i].word) != NULL, "'%s' is not in '%s'",
	              unsendable[_i].word, notes);
	assert_at_rest(bridge);
	g_autofree char *kept = bridge_read(bridge, "own.vcf");
	ck_assert_str_eq(kept, edited);

	edit_device(bridge, 0, NULL, "email", "internet", "new@example.org");
	bridge->now += A_DAY;
	sync_once(bridge);
	g_autofree char *after = bridge_read(bridge, "own.vcf");
	assert_only_changed(edited, after, NONE, WORDS("new@example.org"));
	g_autofree char *later = notes_of(bridge, "own");
	ck_assert_msg(strstr(later, unsendable[_i].word) != NULL, "'%s' is no longer in '%s'",
	              unsendable[_i].word, later);

	g_autofree char *more = replaced(after, "END:VCARD", "X-MORE:1\r\nEND:VCARD");
	bridge_write(bridge, "own.vcf", more);
	sync_once(bridge);
	g_autofree char *last = notes_of(bridge, "own");
	ck_assert_msg(strstr(last, unsendable[_i].word) != NULL, "'%s' is lost in '%s'",
	              unsendable[_i].word, last);
	assert_at_rest(bridge);
	ck_assert_uint_eq(bridge_count_writes(bridge), writes);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(what_was_changed_on_both_sides_stays_as_it_is_here_and_is_said)
{
	struct bridge *bridge = begin(&cards[0]);
	g_autofree char *edited = replaced(cards[0].text, "ORG:Sorbonne", "ORG:Institut");
	bridge_write(bridge, "own.vcf", edited);
	edit_remote(bridge, id_of(bridge, 0), "{'company':'Panthéon'}");
	sync_full(bridge);
	g_autofree char *after = bridge_read(bridge, "own.vcf");
	ck_assert_str_eq(after, edited);
	g_autofree char *notes = notes_of(bridge, "own");
	ck_assert_msg(strstr(notes, "company") != NULL, "%s", notes);
	assert_at_rest(bridge);
	g_autofree char *later = notes_of(bridge, "own");
	ck_assert_msg(strstr(later, "company") != NULL, "%s", later);
	bridge_free(bridge);
}
END_TEST

START_TEST(what_is_no_longer_different_is_no_longer_said)
{
	struct bridge *bridge = begin(&cards[0]);
	g_autofree char *edited = replaced(cards[0].text, "ORG:Sorbonne", "ORG:Institut");
	bridge_write(bridge, "own.vcf", edited);
	sync_once(bridge);
	edit_remote(bridge, id_of(bridge, 0), "{'company':'Institut'}");
	sync_full(bridge);
	g_autofree char *notes = notes_of(bridge, "own");
	ck_assert_msg(strstr(notes, "company") == NULL, "%s", notes);
	ck_assert_msg(strstr(notes, "NOTE") != NULL, "%s", notes);
	bridge_free(bridge);
}
END_TEST

START_TEST(an_address_is_said_to_be_lost_only_where_it_is)
{
	struct bridge *bridge = begin(&cards[_i]);
	g_autofree char *alone = notes_of(bridge, "own");
	ck_assert_msg(strstr(alone, "not carried: ADR") != NULL, "%s", alone);
	edit_remote(bridge, id_of(bridge, 0),
	            "{'addresses':[{'info_type':'home','streetline1':'3 rue Pierre',"
	            "'city':'Paris','zip-code':'75005'}]}");
	sync_full(bridge);
	g_autofree char *both = notes_of(bridge, "own");
	ck_assert_msg(strstr(both, "ADR") == NULL, "%s", both);
	ck_assert_msg(strstr(both, "NOTE") != NULL, "%s", both);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

/* A file that comes from there has lost nothing on the way. */
START_TEST(nothing_is_said_of_a_card_that_came_from_there)
{
	struct bridge *bridge = bridge_new_learnt();
	edit_remote(bridge, 0,
	            "{'firstname':'Marie','lastname':'Curie','civility':'2','company':'Sorbonne',"
	            "'birthday':'1867-11-07','devices':[{'type':'phone','subtype':'voice',"
	            "'info_type':'pro','value':'0144556677'}],'addresses':[{'info_type':'home',"
	            "'streetline1':'3 rue Pierre','streetline2':'Bat. B','city':'Paris',"
	            "'zip-code':'75005','state':'IdF'}]}");
	sync_once(bridge);
	OWNED(journal) journal = journal_open(bridge->journal, JOURNAL_CREATE, NULL);
	g_autoptr(GPtrArray) all = records_load(journal, ITEM_CONTACT, NULL);
	ck_assert_uint_eq(all->len, 1);
	const struct record *record = g_ptr_array_index(all, 0);
	g_autofree char *notes = record->notes == NULL ? NULL : g_strjoinv("\n", record->notes);
	ck_assert_msg(notes == NULL || *notes == '\0', "%s", notes);
	bridge_free(bridge);
}
END_TEST

/* ---- what was mended ---- */

static const struct {
	const char *text, *words[3];
} mended[] = {
	{"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:own\r\nFN:J\xfcrgen M\xfcller\r\nEND:VCARD\r\n",
         {"not UTF-8", "N is missing"}},
	{"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:own\r\nN:L\xc3\r\n \xa9vy;Ana\r\nhello\r\n"
         "END:VCARD\r\n",
         {"folded inside a character", "line 5 is no property", "FN is missing"}},
};

START_TEST(what_was_mended_to_read_a_card_is_said)
{
	struct bridge *bridge = bridge_new_learnt();
	bridge_write(bridge, "own.vcf", mended[_i].text);
	sync_once(bridge);
	g_autofree char *notes = notes_of(bridge, "own");
	for (gsize i = 0; i < 3 && mended[_i].words[i] != NULL; i++) {
		ck_assert_msg(strstr(notes, mended[_i].words[i]) != NULL, "'%s' is not in '%s'",
		              mended[_i].words[i], notes);
	}
	g_autofree char *kept = bridge_read(bridge, "own.vcf");
	ck_assert_str_eq(kept, mended[_i].text);
	assert_at_rest(bridge);
	edit_remote(bridge, id_of(bridge, 0), "{'company':'Institut'}");
	sync_full(bridge);
	g_autofree char *after = notes_of(bridge, "own");
	ck_assert_msg(strstr(after, "the file is UTF-8 now") != NULL, "%s", after);
	bridge_free(bridge);
}
END_TEST

/* ---- what is sent later ---- */

START_TEST(what_is_added_after_adoption_is_sent_once)
{
	struct bridge *bridge = bridge_new_learnt();
	bridge_remote_add(bridge, "Marie", "Curie", "marie@example.org");
	bridge_write(bridge, "own.vcf", cards[0].text);
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	const guint writes = bridge_count_writes(bridge);
	ck_assert_uint_eq(writes, 1); /* the phone */
	g_autofree char *edited =
		replaced(cards[0].text, "END:VCARD", "URL:http://example.org/m\r\nEND:VCARD");
	bridge_write(bridge, "own.vcf", edited);
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_writes(bridge), writes + 1);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_picture_changed_here_is_sent_once)
{
	struct bridge *bridge = begin(&cards[0]);
	const guint writes = bridge_count_writes(bridge);
	g_autofree char *first = replaced(cards[0].text, "END:VCARD",
	                                  "PHOTO;ENCODING=b;TYPE=GIF:" PICTURE "\r\nEND:VCARD");
	bridge_write(bridge, "own.vcf", first);
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_writes(bridge), writes + 1);
	assert_at_rest(bridge);
	g_autofree char *second = replaced(first, PICTURE, OTHER_PICTURE);
	bridge_write(bridge, "own.vcf", second);
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_writes(bridge), writes + 2);
	assert_at_rest(bridge);
	g_autofree char *kept = bridge_read(bridge, "own.vcf");
	ck_assert_str_eq(kept, second);
	json_t *there = remote_contact(bridge, 0);
	ck_assert_str_eq(json_string_value(json_object_get(there, "picture")), OTHER_PICTURE);
	json_decref(there);
	bridge_write(bridge, "own.vcf", cards[0].text); /* a removal cannot be sent */
	sync_once(bridge);
	g_autofree char *notes = notes_of(bridge, "own");
	ck_assert_msg(strstr(notes, "picture") != NULL, "%s", notes);
	assert_at_rest(bridge);
	bridge_write(bridge, "own.vcf", first); /* and back to the first */
	sync_once(bridge);
	sync_full(bridge);
	g_autofree char *back = bridge_read(bridge, "own.vcf");
	ck_assert_str_eq(back, first);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_picture_that_the_remote_cannot_hold_is_kept_and_said)
{
	struct bridge *bridge = bridge_new_learnt();
	g_autofree char *card =
		replaced(cards[0].text, "END:VCARD",
	                 "PHOTO;ENCODING=b;TYPE=PNG:"
	                 "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ\r\nEND:VCARD");
	bridge_write(bridge, "own.vcf", card);
	sync_once(bridge);
	g_autofree char *notes = notes_of(bridge, "own");
	ck_assert_msg(strstr(notes, "PNG") != NULL, "%s", notes);
	assert_at_rest(bridge);
	edit_remote(bridge, id_of(bridge, 0), "{'company':'Institut'}");
	sync_full(bridge);
	g_autofree char *after = bridge_read(bridge, "own.vcf");
	assert_only_changed(card, after, WORDS("ORG:"), WORDS("ORG:Institut;Physique"));
	g_autofree char *later = notes_of(bridge, "own");
	ck_assert_msg(strstr(later, "PNG") != NULL, "%s", later);
	bridge_free(bridge);
}
END_TEST

int main(void)
{
	learn();
	Suite *suite = suite_create("fidelity");
	TCase *tests = tcase_create("fidelity");
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, an_email_added_there_is_one_more_line, 0, CARDS);
	tcase_add_loop_test(tests, a_phone_changed_there_changes_its_line, 0, CARDS);
	tcase_add_loop_test(tests, a_phone_removed_there_takes_its_line_along, 0, CARDS);
	tcase_add_loop_test(tests, a_name_changed_there_changes_the_names, 0, CARDS);
	tcase_add_loop_test(tests, a_company_changed_there_changes_its_part_of_the_line, 0, CARDS);
	tcase_add_loop_test(tests, a_birthday_changed_there_changes_its_line, 0, CARDS);
	tcase_add_loop_test(tests, a_picture_added_there_is_one_more_line, 0, CARDS);
	tcase_add_loop_test(tests, an_address_added_there_stands_beside_ones_own, 0, CARDS);
	tcase_add_loop_test(tests, an_edit_here_and_a_change_there_both_survive, 0, CARDS);
	tcase_add_loop_test(tests, an_edit_that_cannot_be_sent_is_kept_and_said, 0,
	                    G_N_ELEMENTS(unsendable));
	tcase_add_test(tests, what_was_changed_on_both_sides_stays_as_it_is_here_and_is_said);
	tcase_add_test(tests, what_is_no_longer_different_is_no_longer_said);
	tcase_add_loop_test(tests, an_address_is_said_to_be_lost_only_where_it_is, 0, CARDS);
	tcase_add_test(tests, nothing_is_said_of_a_card_that_came_from_there);
	tcase_add_loop_test(tests, what_was_mended_to_read_a_card_is_said, 0, G_N_ELEMENTS(mended));
	tcase_add_test(tests, what_is_added_after_adoption_is_sent_once);
	tcase_add_test(tests, a_picture_changed_here_is_sent_once);
	tcase_add_test(tests, a_picture_that_the_remote_cannot_hold_is_kept_and_said);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	g_free(learnt_alphabet);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
