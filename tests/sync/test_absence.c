/* SPDX-License-Identifier: MIT */
/* What is gone, what only seems so, and who cannot be found by name. */
#include "sync/learnt.h"
#include "sync/remote_edits.h"

#include <stdio.h>

/* The short form takes one of so many. */
#define SAMPLE_FAULTS   5
#define SAMPLE_NAMES    5
#define SAMPLE_NAMELESS 3

static struct bridge *begin(struct emulator_options options)
{
	return bridge_new(BRIDGE_ORANGE, &options);
}

static void write_card(struct bridge *bridge, const char *name, const char *given,
                       const char *family, const char *more)
{
	g_autofree char *uid = g_strdup_printf("uid-%s", name);
	g_autofree char *card = bridge_card(uid, given, family, more);
	bridge_write(bridge, name, card);
}

static enum record_state state_of(struct bridge *bridge, const char *uid)
{
	OWNED(record) record = only_record(bridge, uid);
	ck_assert_msg(record != NULL, "no record of '%s'", uid);
	return record->state;
}

static void delete_remote(struct bridge *bridge, size_t index)
{
	g_autofree char *request = g_strdup_printf("delete-contact?cid=%d", id_of(bridge, index));
	order(bridge, request);
}

/* Cycles that may fail. */
static void sync_badly(struct bridge *bridge, int cycles)
{
	for (int i = 0; i < cycles; i++) {
		bridge->now += A_DAY;
		bridge->options.is_full = i % 2 == 1;
		bridge->settings.is_full = i % 2 == 1;
		OWNED(cycle_report) report = bridge_sync(bridge, ITEM_CONTACT);
		ck_assert_int_eq(report->removed_here, 0);
	}
	bridge->options.is_full = false;
	bridge->settings.is_full = false;
}

START_TEST(who_was_deleted_here_is_never_fetched_back)
{
	struct bridge *bridge = begin((struct emulator_options){0});
	bridge_remote_add(bridge, "Émile", "Zola", "emile@example.org");
	write_card(bridge, "m.vcf", "Marie", "Curie", "TEL:+33111111111\r\n");
	sync_once(bridge);
	g_autofree char *all = bridge_marks(bridge, ITEM_CONTACT);
	g_auto(GStrv) files = g_strsplit(all, "\n", -1);
	for (gsize i = 0; files[i] != NULL; i++) {
		*strchr(files[i], ' ') = '\0';
		bridge_delete(bridge, files[i]);
	}
	sync_once(bridge);
	ck_assert_int_eq(state_of(bridge, "uid-m.vcf"), RECORD_DELETED_HERE);
	for (size_t i = 0; i < 2; i++) {
		edit_device(bridge, i, NULL, "phone", "voice", "+33999999999");
		edit_remote(bridge, id_of(bridge, i), "{'lastname':'Renamed','company':'New'}");
		sync_badly(bridge, 4);
	}
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 0);
	delete_remote(bridge, 0);
	sync_badly(bridge, 4);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 0);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(who_is_gone_there_is_believed_to_be_at_the_second_time)
{
	struct bridge *bridge = begin((struct emulator_options){0});
	bridge->options.on_remote_delete = _i == 0 ? REMOTE_DELETE_KEEP : REMOTE_DELETE_TRASH;
	write_card(bridge, "m.vcf", "Marie", "Curie", "TEL:+33111111111\r\n");
	sync_once(bridge);
	write_card(bridge, "z.vcf", "Émile", "Zola", "");
	sync_once(bridge);
	const guint writes = bridge_count_writes(bridge);
	g_autofree char *before = bridge_read(bridge, "m.vcf");
	delete_remote(bridge, 0);
	sync_once(bridge);
	ck_assert_int_eq(state_of(bridge, "uid-m.vcf"), RECORD_AGREED);
	sync_once(bridge);
	g_autofree char *after = bridge_read(bridge, "m.vcf");
	if (_i == 0) {
		ck_assert_int_eq(state_of(bridge, "uid-m.vcf"), RECORD_GONE_THERE);
		ck_assert_str_eq(before, after);
		write_card(bridge, "m.vcf", "Marie", "Curie", "TEL:+33122222222\r\n");
	} else {
		ck_assert_ptr_null(after);
	}
	sync_badly(bridge, 3);
	ck_assert_uint_eq(bridge_count_writes(bridge), writes);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), _i == 0 ? 2 : 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(who_comes_back_in_between_is_not_gone)
{
	struct bridge *bridge = begin((struct emulator_options){0});
	bridge->options.on_remote_delete = REMOTE_DELETE_TRASH;
	write_card(bridge, "m.vcf", "Marie", "Curie", "TEL:+33111111111\r\n");
	sync_once(bridge);
	/* neither found nor there, once; then there again; then away once more */
	for (int i = 0; i < 3; i++) {
		order(bridge, "fault?action=getcontact&number=*&kind=code&argument=2");
		edit_remote(bridge, 1, "{'lastname':'','firstname':'','nickname':'x'}");
		sync_once(bridge);
		order(bridge, "clear-faults");
		edit_remote(bridge, 1, "{'lastname':'Curie','firstname':'Marie'}");
		sync_once(bridge);
	}
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	ck_assert_int_eq(state_of(bridge, "uid-m.vcf"), RECORD_AGREED);
	bridge_free(bridge);
}
END_TEST

/* While these last nothing can be known of anybody. */
static const char *const blindness[] = {
	"action=findcontactlist&number=*&kind=cut",
	"action=findcontactlist&number=*&kind=500-before",
	"action=findcontactlist&number=*&kind=html",
	"action=findcontactlist&number=*&kind=garbage",
	"action=findcontactlist&number=*&kind=closed-before",
	"action=findcontactlist&number=*&kind=code&argument=1",
	"action=findcontactlist&number=*&kind=code&argument=2",
	"action=findcontactlist&number=*&kind=code&argument=4",
	"action=findcontactlist&number=*&kind=code&argument=5",
	"action=findcontactlist&number=*&kind=code&argument=100",
	"action=findcontactlist&number=*&kind=code&argument=7777",
	"action=findcontactlist&number=*&kind=internal",
	"action=findcontactlist&number=7%2B&kind=html",
	"action=findcontactlist&number=7%2B&kind=code&argument=100",
	"action=findcontactlist&number=7%2B&kind=code&argument=2",
	"action=findcontactlist&number=7%2B&kind=cut",
	"action=getcontact&number=*&kind=code&argument=5",
	"action=getcontact&number=*&kind=code&argument=100",
	"action=getcontact&number=*&kind=html",
	"action=getcontact&number=*&kind=cut",
	"action=getpicture&number=*&kind=html",
	"action=*&number=*&kind=code&argument=5",
	"action=*&number=*&kind=code&argument=100",
	"action=*&number=*&kind=code&argument=2",
	"action=*&number=*&kind=html",
	"action=*&number=*&kind=garbage",
	"action=*&number=*&kind=token",
	"action=*&number=*&kind=code&argument=-3",
	"action=*&number=*&kind=code&argument=-8",
};

START_TEST(nothing_is_inferred_from_what_was_not_heard)
{
	struct bridge *bridge = bridge_new_learnt();
	bridge->options.on_remote_delete = REMOTE_DELETE_TRASH;
	bridge_remote_add(bridge, "Émile", "Zola", "emile@example.org");
	write_card(bridge, "m.vcf", "Marie", "Curie", "TEL:+33111111111\r\n");
	write_card(bridge, "s.vcf", "George", "Sand", "TEL:+33133333333\r\n");
	sync_once(bridge);
	order(bridge, "reset-calls");
	g_autofree char *before = bridge_marks(bridge, ITEM_CONTACT);
	g_autofree char *request = g_strconcat("fault?", blindness[_i], NULL);
	order(bridge, request);
	sync_badly(bridge, 3);
	g_autofree char *after = bridge_marks(bridge, ITEM_CONTACT);
	ck_assert_str_eq(before, after);
	/* a look-alike that is there already must not be added a second time */
	bridge_remote_add(bridge, "Victor", "Hugo", "victor@example.org");
	write_card(bridge, "h.vcf", "Victor", "Hugo", "EMAIL:victor@example.org\r\n");
	sync_badly(bridge, 2);
	order(bridge, "clear-faults");
	for (int i = 0; i < 4; i++) {
		bridge->now += A_DAY;
		/* refused credentials are asked with again only when a person says so */
		bridge->settings.is_full = i == 0 && strstr(blindness[_i], "=-8") != NULL;
		sync_once(bridge);
	}
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 4);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 4);
	ck_assert_int_eq(state_of(bridge, "uid-m.vcf"), RECORD_AGREED);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

START_TEST(many_of_one_name_on_pages_of_one_are_neither_doubled_nor_lost)
{
	struct bridge *bridge = begin((struct emulator_options){.page_size = 1});
	bridge->options.on_remote_delete = REMOTE_DELETE_TRASH;
	for (int i = 0; i < 6; i++) {
		g_autofree char *name = g_strdup_printf("m%d.vcf", i);
		g_autofree char *more = g_strdup_printf("EMAIL:m%d@example.org\r\n", i);
		write_card(bridge, name, "Jean", "Martin", more);
	}
	sync_once(bridge);
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 6);
	sync_badly(bridge, 4);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 6);
	delete_remote(bridge, 3);
	sync_badly(bridge, 4);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 6);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 5);
	bridge_free(bridge);
}
END_TEST

START_TEST(ids_that_change_their_style_are_the_same_ids)
{
	g_autofree char *folder = g_dir_make_tmp("passerelle-styles-XXXXXX", NULL);
	g_autofree char *data = g_build_filename(folder, "data.json", NULL);
	struct bridge *bridge =
		begin((struct emulator_options){.data = data, .id_style = EMULATOR_ID_NUMBER});
	bridge->options.on_remote_delete = REMOTE_DELETE_TRASH;
	bridge_remote_add(bridge, "Émile", "Zola", "emile@example.org");
	write_card(bridge, "m.vcf", "Marie", "Curie", "TEL:+33111111111\r\n");
	bridge_write(bridge, "o.vcf",
	             "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:o\r\nN:;;;;\r\nFN:Office\r\nORG:Office\r\n"
	             "END:VCARD\r\n");
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 3);
	g_autofree char *before = bridge_marks(bridge, ITEM_CONTACT);
	static const enum emulator_id_style styles[] = {EMULATOR_ID_LARGE_C, EMULATOR_ID_SMALL_C,
	                                                EMULATOR_ID_NUMBER};
	for (int i = 0; i < 6; i++) {
		g_autoptr(GError) error = NULL;
		emulator_stop(bridge->emulator);
		bridge->emulator = emulator_start(
			&(struct emulator_options){.data = data, .id_style = styles[i % 3]},
			&error);
		g_assert_no_error(error);
		g_free(bridge->token);
		bridge->token = emulator_new_token(bridge->emulator);
		/* the address of the service, which made the uids, has changed with its port */
		sync_badly(bridge, 2);
		ck_assert_uint_eq(bridge_count_writes(bridge), 0);
	}
	g_autofree char *after = bridge_marks(bridge, ITEM_CONTACT);
	ck_assert_str_eq(before, after);
	bridge_free(bridge);
	remove(data);
	remove(folder);
}
END_TEST

#define LONG_NAME                                                                                  \
	"Maximiliane Wolfeschlegelsteinhausenbergerdorff Maximiliane "                             \
	"Wolfeschlegelsteinhausenbergerdorff Maximiliane Wolfeschlegelsteinhausenbergerdorff "     \
	"Maximiliane Wolfeschlegelsteinhausenbergerdorff Maximiliane "                             \
	"Wolfeschlegelsteinhausenbergerdorff Maximiliane Wolfeschlegelsteinhausenbergerdorff"

/* No search can name the last two: without the journal nothing tells that they are there. */
#define UNSEARCHABLE 2
static const struct {
	const char *given, *family;
} odd_names[] = {
	{"Jean \"Django\"", "Reinhardt"},
	{"A*B", "C*D"},
	{"Jean  Paul", "de  la   Tour"},
	{"Ana ", " Ruiz"},
	{LONG_NAME, LONG_NAME},
	{"😀 Smile", "🎉"},
	{"مريم", "العذراء"},
	{"\u202eabc\u202c", "\u200fשרה"},
	{"Ame\u0301lie", "Se\u0301e"},
	{"Am\u00e9lie", "S\u00e9e"},
	{"O’Brien", "d'Arc"},
	{"<b>&amp;", "]]>"},
	{"%41%", "a+b&c=d"},
	{"x", ""},
	{"", "'"},
	{"ﬁ", "Ǆ"},
	{"İ", "ß"},
	{"王", "小明"},
	{"\\n", "a\\b"},
	{"\"Jean\"", "\"Django\""},
	{"*", "*"},
};

/* Of the text of a card. */
static char *escaped(const char *text)
{
	g_autoptr(GString) out = g_string_new(text);
	g_string_replace(out, "\\", "\\\\", 0);
	g_string_replace(out, ";", "\\;", 0);
	g_string_replace(out, ",", "\\,", 0);
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static void lose_journal(struct bridge *bridge)
{
	static const char *const ends[] = {"", "-wal", "-shm"};
	for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autofree char *path = g_strconcat(bridge->journal, ends[i], NULL);
		remove(path);
	}
}

START_TEST(an_odd_name_is_sent_once_and_found_again)
{
	struct bridge *bridge = begin((struct emulator_options){0});
	g_autofree char *given = escaped(odd_names[_i].given);
	g_autofree char *family = escaped(odd_names[_i].family);
	write_card(bridge, "odd.vcf", given, family, "TEL:+33111111111\r\n");
	g_autofree char *before = bridge_read(bridge, "odd.vcf");
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	assert_at_rest(bridge);
	if (_i < (int)G_N_ELEMENTS(odd_names) - UNSEARCHABLE) {
		lose_journal(bridge);
	}
	sync_once(bridge);
	sync_once(bridge);
	g_autofree char *after = bridge_read(bridge, "odd.vcf");
	ck_assert_str_eq(before, after);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	assert_at_rest(bridge);
	bridge_free(bridge);
}
END_TEST

START_TEST(an_odd_name_comes_from_there_once_and_as_it_is)
{
	struct bridge *bridge = begin((struct emulator_options){0});
	json_t *contact = json_pack("{s:s, s:s, s:s}", "firstname", odd_names[_i].given, "lastname",
	                            odd_names[_i].family, "company", "Somewhere");
	char *body = json_dumps(contact, 0);
	json_decref(contact);
	g_autoptr(GError) error = NULL;
	g_free(emulator_control(bridge->emulator, "add-contact", body, &error));
	g_assert_no_error(error);
	free(body);
	sync_once(bridge);
	if (bridge_count_files(bridge, ITEM_CONTACT) == 1) { /* else by and by */
		assert_at_rest(bridge);
		edit_remote(bridge, 1, "{'company':'Elsewhere'}");
		sync_full(bridge);
		assert_at_rest(bridge);
		ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	} else {
		ck_assert(g_unichar_get_script(g_utf8_get_char(odd_names[_i].given)) !=
		          G_UNICODE_SCRIPT_LATIN);
	}
	ck_assert_uint_eq(bridge_count_writes(bridge), 0);
	bridge_free(bridge);
}
END_TEST

static const char *const nameless[] = {
	"N:;;;;\r\nFN:Office\r\nORG:Office\r\n",
	"N:;;;;\r\nFN:Bob\r\nNICKNAME:Bob\r\n",
	"FN:Office\r\nORG:Office;Unit\r\nTEL:+33111111111\r\n",
	"N:  ;  ;;;\r\nFN:  \r\nORG:Blank\r\n",
	"N:;;;;\r\nFN:\r\nNICKNAME:Only\r\nEMAIL:o@example.org\r\n",
};

START_TEST(who_has_no_names_is_remembered_by_id)
{
	struct bridge *bridge = begin((struct emulator_options){0});
	bridge->options.on_remote_delete = REMOTE_DELETE_TRASH;
	g_autofree char *card = g_strconcat("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:n\r\n", nameless[_i],
	                                    "X-OWN:1\r\nEND:VCARD\r\n", NULL);
	bridge_write(bridge, "n.vcf", card);
	sync_once(bridge);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	assert_at_rest(bridge);
	edit_device(bridge, 0, NULL, "email", "internet", "new@example.org");
	sync_full(bridge);
	g_autofree char *after = bridge_read(bridge, "n.vcf");
	const char *const none[] = {NULL};
	const char *const fresh[] = {"new@example.org", NULL};
	assert_only_changed(card, after, none, fresh);
	sync_badly(bridge, 4);
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	ck_assert_uint_eq(bridge_count_files(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

#define GIF "R0lGODlhAQABAIAAAAAAAP///ywAAAAAAQABAAACAkQBADs="

static bool has_photo(struct bridge *bridge)
{
	g_autofree char *text = bridge_read(bridge, "m.vcf");
	return strstr(text, "PHOTO") != NULL;
}

/* A cycle that reads all details again, a day later. */
static void sync_fully(struct bridge *bridge)
{
	bridge->now += A_DAY;
	bridge->options.is_full = bridge->settings.is_full = true;
	sync_once(bridge);
}

static struct bridge *begin_with_picture(void)
{
	struct bridge *bridge = begin((struct emulator_options){0});
	write_card(bridge, "m.vcf", "Marie", "Curie", "PHOTO;ENCODING=b;TYPE=GIF:" GIF "\r\n");
	sync_once(bridge);
	sync_fully(bridge);
	ck_assert(has_photo(bridge));
	return bridge;
}

START_TEST(a_picture_that_is_missed_once_stays)
{
	struct bridge *bridge = begin_with_picture();
	for (int i = 0; i < 3; i++) {
		order(bridge, "fault?fault=getpicture:next:code:100");
		sync_fully(bridge);
		ck_assert(has_photo(bridge));
		sync_fully(bridge);
		ck_assert(has_photo(bridge));
	}
	ck_assert_uint_eq(bridge_count_remote(bridge, ITEM_CONTACT), 1);
	bridge_free(bridge);
}
END_TEST

START_TEST(a_picture_that_is_gone_there_goes_here_at_the_second_time)
{
	struct bridge *bridge = begin_with_picture();
	const guint writes = bridge_count_writes(bridge);
	edit_remote(bridge, id_of(bridge, 0), "{'picture':null}");
	sync_fully(bridge);
	ck_assert(has_photo(bridge));
	sync_fully(bridge);
	ck_assert(!has_photo(bridge));
	sync_fully(bridge);
	ck_assert(!has_photo(bridge));
	ck_assert_uint_eq(bridge_count_writes(bridge), writes);
	bridge_free(bridge);
}
END_TEST

int main(void)
{
	learn();
	Suite *suite = suite_create("absence");
	TCase *tests = tcase_create("absence");
	tcase_set_timeout(tests, 120);
	tcase_add_test(tests, who_was_deleted_here_is_never_fetched_back);
	tcase_add_loop_test(tests, who_is_gone_there_is_believed_to_be_at_the_second_time, 0, 2);
	tcase_add_test(tests, who_comes_back_in_between_is_not_gone);
	tcase_add_test(tests, a_picture_that_is_missed_once_stays);
	tcase_add_test(tests, a_picture_that_is_gone_there_goes_here_at_the_second_time);
	sweep_add_sample(tests, nothing_is_inferred_from_what_was_not_heard,
	                 G_N_ELEMENTS(blindness), SAMPLE_FAULTS);
	tcase_add_test(tests, many_of_one_name_on_pages_of_one_are_neither_doubled_nor_lost);
	tcase_add_test(tests, ids_that_change_their_style_are_the_same_ids);
	sweep_add_sample(tests, an_odd_name_is_sent_once_and_found_again, G_N_ELEMENTS(odd_names),
	                 SAMPLE_NAMES);
	sweep_add_sample(tests, an_odd_name_comes_from_there_once_and_as_it_is,
	                 G_N_ELEMENTS(odd_names), SAMPLE_NAMES);
	sweep_add_sample(tests, who_has_no_names_is_remembered_by_id, G_N_ELEMENTS(nameless),
	                 SAMPLE_NAMELESS);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	g_free(learnt_alphabet);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
