/* SPDX-License-Identifier: MIT */
/* Files of many items: each piece is cut out, and what is broken is told with its line. */
#include "formats/pieces.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct pieces *cut(const char *text)
{
	struct pieces *pieces = pieces_cut(text, strlen(text), NULL);
	ck_assert_ptr_nonnull(pieces);
	return pieces;
}

static void assert_text(const struct pieces *pieces, guint index, const char *wanted)
{
	g_autoptr(GBytes) bytes = pieces_text(pieces, index);
	g_autofree char *text = g_strndup(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes));
	ck_assert_str_eq(text, wanted);
}

START_TEST(cards_are_cut_at_their_limits_in_any_case_and_with_any_line_end)
{
	OWNED(pieces)
	pieces = cut("\xef\xbb\xbf"
	             "BEGIN:VCARD\r\nFN:A\r\nEND:VCARD\r\n\nbegin:vcard \nFN:B\n"
	             "end:vcard\nBEGIN:VCARD\rFN:C\rEND:VCARD");
	ck_assert_uint_eq(pieces_count(pieces), 3);
	assert_text(pieces, 0, "BEGIN:VCARD\r\nFN:A\r\nEND:VCARD\r\n");
	assert_text(pieces, 1, "begin:vcard \nFN:B\nend:vcard\n");
	assert_text(pieces, 2, "BEGIN:VCARD\rFN:C\rEND:VCARD\r\n");
	ck_assert_uint_eq(pieces_get(pieces, 1)->line, 5);
	ck_assert_uint_eq(pieces_get(pieces, 2)->line, 8);
}
END_TEST

START_TEST(a_card_without_its_end_has_a_flaw_and_costs_no_other)
{
	OWNED(pieces)
	pieces = cut("BEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD\nBEGIN:VCARD\nTEL:06 1");
	ck_assert_uint_eq(pieces_count(pieces), 3);
	ck_assert_str_eq(pieces_get(pieces, 0)->flaw, "it has no END:VCARD");
	ck_assert_ptr_null(pieces_get(pieces, 1)->flaw);
	ck_assert_str_eq(pieces_get(pieces, 2)->flaw, "it has no END:VCARD");
	ck_assert_uint_eq(pieces_get(pieces, 2)->line, 6);
	assert_text(pieces, 1, "BEGIN:VCARD\nFN:B\nEND:VCARD\n");
}
END_TEST

static const char *const agents[] = {
	"BEGIN:VCARD\nFN:A\nAGENT:\nBEGIN:VCARD\nFN:X\nEND:VCARD\nTEL:1\nEND:VCARD\n",
	"BEGIN:VCARD\nFN:A\nAGENT:BEGIN:VCARD\nFN:X\nEND:VCARD\nTEL:1\nEND:VCARD\n",
	"BEGIN:VCARD\nFN:A\nAGENT:BEGIN:VCARD\\nFN:X\\nEND:VCARD\nTEL:1\nEND:VCARD\n",
};

START_TEST(the_card_of_an_agent_belongs_to_the_card_around_it)
{
	g_autofree char *two = g_strconcat(agents[_i], "BEGIN:VCARD\nFN:B\nEND:VCARD\n", NULL);
	OWNED(pieces) pieces = cut(two);
	ck_assert_uint_eq(pieces_count(pieces), 2);
	assert_text(pieces, 0, agents[_i]);
}
END_TEST

START_TEST(utf_16_is_read)
{
	static const char text[] = "BEGIN:VCARD\nFN:A\nEND:VCARD\n";
	g_autoptr(GByteArray) wide = g_byte_array_new();
	g_byte_array_append(wide, (const guint8 *)"\xff\xfe", 2);
	for (const char *at = text; *at != '\0'; at++) {
		const guint8 unit[] = {(guint8)*at, 0};
		g_byte_array_append(wide, unit, 2);
	}
	OWNED(pieces) pieces = pieces_cut(wide->data, wide->len, NULL);
	ck_assert_uint_eq(pieces_count(pieces), 1);
	assert_text(pieces, 0, text);
}
END_TEST

#define ZONE(name) "BEGIN:VTIMEZONE\nTZID:" name "\nBEGIN:STANDARD\nEND:STANDARD\nEND:VTIMEZONE\n"

START_TEST(an_event_comes_with_its_exceptions_and_the_zones_it_names)
{
	OWNED(pieces)
	pieces = cut("BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nMETHOD:PUBLISH\n" ZONE("Near")
	                     ZONE("Far") "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=Ne\n ar:1\nEND:VEVENT\n"
	                                 "BEGIN:VEVENT\nUID:b\nDTSTART:2\nBEGIN:VALARM\nUID:c\n"
	                                 "END:VALARM\nEND:VEVENT\nBEGIN:VEVENT\nUID:\n a\n"
	                                 "RECURRENCE-ID:1\nEND:VEVENT\nEND:VCALENDAR\n");
	ck_assert_uint_eq(pieces_count(pieces), 2);
	assert_text(pieces, 1,
	            "BEGIN:VCALENDAR\r\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:b\nDTSTART:2\n"
	            "BEGIN:VALARM\nUID:c\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\r\n");
	g_autoptr(GBytes) first = pieces_text(pieces, 0);
	g_autofree char *text = g_strndup(g_bytes_get_data(first, NULL), g_bytes_get_size(first));
	ck_assert_ptr_nonnull(strstr(text, "TZID:Near"));
	ck_assert_ptr_null(strstr(text, "TZID:Far"));
}
END_TEST

START_TEST(events_of_one_uid_in_two_calendars_of_a_file_are_two_pieces)
{
	OWNED(pieces)
	pieces = cut("BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nEND:VEVENT\nBEGIN:VEVENT\nUID:a\n"
	             "RECURRENCE-ID:1\nEND:VEVENT\nEND:VCALENDAR\nBEGIN:VCALENDAR\nBEGIN:VEVENT\n"
	             "UID:a\nEND:VEVENT\nEND:VCALENDAR\n");
	ck_assert_uint_eq(pieces_count(pieces), 2);
	ck_assert_uint_eq(pieces_get(pieces, 1)->line, 11);
}
END_TEST

START_TEST(what_only_tells_of_an_event_is_none)
{
	OWNED(pieces)
	pieces = cut("BEGIN:VCALENDAR\nMETHOD:Cancel\nBEGIN:VEVENT\nUID:a\nEND:VEVENT\n"
	             "END:VCALENDAR\nBEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nUID:b\n"
	             "END:VEVENT\nEND:VCALENDAR\n");
	ck_assert_uint_eq(pieces_count(pieces), 2);
	ck_assert_str_eq(pieces_get(pieces, 0)->flaw,
	                 "it is a message about an event (METHOD), not an event");
	ck_assert_ptr_null(pieces_get(pieces, 1)->flaw);
}
END_TEST

START_TEST(what_is_no_whole_event_is_told_and_the_rest_is_cut)
{
	OWNED(pieces)
	pieces = cut("BEGIN:VCALENDAR\nBEGIN:VTODO\nUID:t\nEND:VTODO\nBEGIN:VEVENT\nUID:a\n"
	             "BEGIN:VEVENT\nUID:b\nEND:VEVENT\nBEGIN:VEVENT\nUID:c\nSUMMARY:cu");
	ck_assert_uint_eq(pieces_count(pieces), 4);
	ck_assert_str_eq(pieces_get(pieces, 0)->flaw, "it is no event");
	ck_assert_str_eq(pieces_get(pieces, 1)->flaw, "it has no END:VEVENT");
	ck_assert_ptr_null(pieces_get(pieces, 2)->flaw);
	ck_assert_str_eq(pieces_get(pieces, 3)->flaw, "it has no END:VEVENT");
}
END_TEST

START_TEST(too_many_items_are_refused)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	for (guint i = 0; i < 200001; i++) {
		g_string_append(text, "BEGIN:VCARD\nEND:VCARD\n");
	}
	ck_assert_ptr_null(pieces_cut(text->str, text->len, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("pieces");
	TCase *tests = tcase_create("pieces");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, cards_are_cut_at_their_limits_in_any_case_and_with_any_line_end);
	tcase_add_test(tests, a_card_without_its_end_has_a_flaw_and_costs_no_other);
	tcase_add_loop_test(tests, the_card_of_an_agent_belongs_to_the_card_around_it, 0,
	                    G_N_ELEMENTS(agents));
	tcase_add_test(tests, utf_16_is_read);
	tcase_add_test(tests, an_event_comes_with_its_exceptions_and_the_zones_it_names);
	tcase_add_test(tests, events_of_one_uid_in_two_calendars_of_a_file_are_two_pieces);
	tcase_add_test(tests, what_only_tells_of_an_event_is_none);
	tcase_add_test(tests, what_is_no_whole_event_is_told_and_the_rest_is_cut);
	tcase_add_test(tests, too_many_items_are_refused);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
