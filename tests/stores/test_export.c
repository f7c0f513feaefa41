/* SPDX-License-Identifier: MIT */
/* A folder in one file: every readable item, the others named, and no rewriting for nothing. */
#include "stores/export.h"

#include "scratch.h"

#define CARD(name) "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:" name "\r\nN:" name ";;;;\r\nEND:VCARD\r\n"
#define EVENT(uid)                                                                                 \
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:" uid         \
	"\r\nDTSTAMP:20261101T000000Z\r\nDTSTART:20261123T080000Z\r\nDTEND:20261123T090000Z\r\n"   \
	"SUMMARY:about " uid "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

static GPtrArray *problems;

static void setup(void)
{
	scratch_setup();
	g_autofree char *path = scratch_path("items");
	ck_assert_int_eq(mkdir(path, 0700), 0);
	problems = g_ptr_array_new_with_free_func(g_free);
}

static void teardown(void)
{
	g_clear_pointer(&problems, g_ptr_array_unref);
	scratch_teardown();
}

static char *text_of(enum item_kind kind)
{
	g_autofree char *folder = scratch_path("items");
	g_autoptr(GError) error = NULL;
	char *text = export_text((const char *const[]){folder, NULL}, kind, problems, &error);
	expect_no_error(error);
	return text;
}

static void export_to(const char *name)
{
	g_autofree char *folder = scratch_path("items");
	g_autofree char *path = scratch_path(name);
	g_autoptr(GError) error = NULL;
	export_write((const char *const[]){folder, NULL}, ITEM_CONTACT, path, problems, &error);
	expect_no_error(error);
}

static guint64 inode_of(const char *name)
{
	g_autofree char *path = scratch_path(name);
	struct stat status;
	ck_assert_int_eq(stat(path, &status), 0);
	return status.st_ino;
}

static unsigned count_of(const char *text, const char *word)
{
	unsigned count = 0;
	for (const char *at = text; (at = strstr(at, word)) != NULL; at++) {
		count++;
	}
	return count;
}

START_TEST(cards_follow_each_other_in_order_of_their_files)
{
	scratch_write("items/b.vcf", CARD("B"));
	scratch_write("items/a.vcf",
	              "BEGIN:VCARD\nVERSION:3.0\nFN:A\nN:A;;;;\nX-OWN:1\nEND:VCARD\n");
	scratch_write("items/c.vcf", CARD("C1") CARD("C2"));
	scratch_write("items/.d.vcf.0011.tmp", CARD("D"));
	g_autofree char *text = text_of(ITEM_CONTACT);
	ck_assert_str_eq(
		text,
		"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A\r\nN:A;;;;\r\nX-OWN:1\r\nEND:VCARD\r\n" CARD(
			"B") CARD("C1") CARD("C2"));
	ck_assert_uint_eq(problems->len, 0);
}
END_TEST

START_TEST(a_card_of_another_encoding_is_exported_as_utf8)
{
	scratch_write("items/a.vcf", CARD("Zo\xeb"));
	g_autofree char *text = text_of(ITEM_CONTACT);
	ck_assert_str_eq(text, CARD("Zo\xc3\xab"));
}
END_TEST

START_TEST(a_bad_card_is_left_out_and_named)
{
	scratch_write("items/a.vcf", "hello");
	scratch_write("items/b.vcf", CARD("B"));
	g_autofree char *fifo = scratch_path("items/c.vcf");
	ck_assert_int_eq(mkdir(fifo, 0700), 0);
	g_autofree char *text = text_of(ITEM_CONTACT);
	ck_assert_str_eq(text, CARD("B"));
	ck_assert_uint_eq(problems->len, 1);
	ck_assert_msg(g_str_has_prefix(problems->pdata[0], "a.vcf: "), "%s",
	              (char *)problems->pdata[0]);
}
END_TEST

START_TEST(an_empty_folder_gives_an_empty_card_file)
{
	g_autofree char *text = text_of(ITEM_CONTACT);
	ck_assert_str_eq(text, "");
}
END_TEST

START_TEST(an_empty_folder_gives_a_calendar_without_events)
{
	g_autofree char *text = text_of(ITEM_EVENT);
	ck_assert(g_str_has_prefix(text, "BEGIN:VCALENDAR\r\n"));
	ck_assert(g_str_has_suffix(text, "END:VCALENDAR\r\n"));
	ck_assert_uint_eq(count_of(text, "BEGIN:VEVENT"), 0);
}
END_TEST

START_TEST(events_are_joined_into_one_calendar_and_bad_ones_named)
{
	scratch_write("items/a.ics", EVENT("a"));
	scratch_write("items/b.ics", "hello");
	scratch_write("items/c.ics", EVENT("c"));
	scratch_write("items/d.ics", EVENT("caf\xe9"));
	g_autofree char *text = text_of(ITEM_EVENT);
	ck_assert_uint_eq(count_of(text, "BEGIN:VCALENDAR"), 1);
	ck_assert_uint_eq(count_of(text, "BEGIN:VEVENT"), 2);
	ck_assert_uint_eq(count_of(text, "SUMMARY:about a"), 1);
	ck_assert_uint_eq(count_of(text, "SUMMARY:about c"), 1);
	ck_assert_uint_eq(problems->len, 2);
	ck_assert(g_str_has_prefix(problems->pdata[0], "b.ics: "));
	ck_assert(g_str_has_prefix(problems->pdata[1], "d.ics: "));
}
END_TEST

START_TEST(the_same_bytes_are_not_written_again)
{
	scratch_write("items/a.vcf", CARD("A"));
	export_to("all.vcf");
	const guint64 first = inode_of("all.vcf");
	export_to("all.vcf");
	ck_assert_uint_eq(inode_of("all.vcf"), first);
	scratch_write("items/b.vcf", CARD("B"));
	export_to("all.vcf");
	ck_assert_uint_ne(inode_of("all.vcf"), first);
	scratch_expect("all.vcf", CARD("A") CARD("B"));
	ck_assert_uint_eq(scratch_count(""), 2);
}
END_TEST

START_TEST(a_larger_or_shorter_file_of_old_is_replaced)
{
	scratch_write("items/a.vcf", CARD("A"));
	scratch_write("all.vcf", CARD("A") "more");
	export_to("all.vcf");
	scratch_expect("all.vcf", CARD("A"));
	scratch_write("all.vcf", "BEGIN");
	export_to("all.vcf");
	scratch_expect("all.vcf", CARD("A"));
}
END_TEST

START_TEST(only_the_owner_can_read_an_export)
{
	scratch_write("items/a.vcf", CARD("A"));
	const mode_t before = umask(0);
	export_to("all.vcf");
	umask(before);
	g_autofree char *path = scratch_path("all.vcf");
	struct stat status;
	ck_assert_int_eq(stat(path, &status), 0);
	ck_assert_uint_eq(status.st_mode & 0777, 0600);
}
END_TEST

START_TEST(a_missing_folder_is_told_and_the_old_export_kept)
{
	scratch_write("all.vcf", CARD("A"));
	g_autofree char *folder = scratch_path("none");
	g_autofree char *path = scratch_path("all.vcf");
	g_autoptr(GError) error = NULL;
	ck_assert(!export_write((const char *const[]){folder, NULL}, ITEM_CONTACT, path, NULL,
	                        &error));
	expect_error(error, PASSERELLE_ERROR_STORAGE);
	scratch_expect("all.vcf", CARD("A"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("export");
	TCase *tests = tcase_create("export");
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, cards_follow_each_other_in_order_of_their_files);
	tcase_add_test(tests, a_card_of_another_encoding_is_exported_as_utf8);
	tcase_add_test(tests, a_bad_card_is_left_out_and_named);
	tcase_add_test(tests, an_empty_folder_gives_an_empty_card_file);
	tcase_add_test(tests, an_empty_folder_gives_a_calendar_without_events);
	tcase_add_test(tests, events_are_joined_into_one_calendar_and_bad_ones_named);
	tcase_add_test(tests, the_same_bytes_are_not_written_again);
	tcase_add_test(tests, a_larger_or_shorter_file_of_old_is_replaced);
	tcase_add_test(tests, only_the_owner_can_read_an_export);
	tcase_add_test(tests, a_missing_folder_is_told_and_the_old_export_kept);
	suite_add_tcase(suite, tests);
	return scratch_run(suite);
}
