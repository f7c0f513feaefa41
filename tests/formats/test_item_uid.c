/* SPDX-License-Identifier: MIT */
/* An item gets another identity, and nothing else of it changes. */
#include "formats/item_uid.h"

#include <check.h>
#include <stdlib.h>

static const struct {
	const char *text, *expected;
} cases[] = {
	{"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nFN:A\r\nEND:VCARD\r\n",
         "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:new\r\nFN:A\r\nEND:VCARD\r\n"},
	{"BEGIN:VCARD\nFN:A\nEND:VCARD\n", "BEGIN:VCARD\nUID:new\nFN:A\nEND:VCARD\n"},
	{"BEGIN:VCARD\r\nUID;VALUE=text:urn:\r\n uuid:a\r\nNOTE:UID:\r\n  kept\r\nEND:VCARD\r\n",
         "BEGIN:VCARD\r\nUID:new\r\nNOTE:UID:\r\n  kept\r\nEND:VCARD\r\n"},
	{"BEGIN:VCALENDAR\r\nUID:of the calendar\r\nBEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\n"
         "BEGIN:VEVENT\r\nUID:a\r\nBEGIN:VALARM\r\nUID:alarm\r\nEND:VALARM\r\nEND:VEVENT\r\n"
         "BEGIN:VEVENT\r\nRECURRENCE-ID:1\r\nUID:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
         "BEGIN:VCALENDAR\r\nUID:of the calendar\r\nBEGIN:VTIMEZONE\r\nTZID:x\r\nEND:VTIMEZONE\r\n"
         "BEGIN:VEVENT\r\nUID:new\r\nBEGIN:VALARM\r\nUID:alarm\r\nEND:VALARM\r\nEND:VEVENT\r\n"
         "BEGIN:VEVENT\r\nRECURRENCE-ID:1\r\nUID:new\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"},
	{"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:a\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
         "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:new\r\nSUMMARY:a\r\nEND:VEVENT\r\n"
         "END:VCALENDAR\r\n"},
	{"BEGIN:VCARD\r\nUID:a\r\nUID:b\r\nEND:VCARD\r\n",
         "BEGIN:VCARD\r\nUID:new\r\nEND:VCARD\r\n"},
	{"", ""},
	{"END:VCARD\r\nEND:VCARD\r\n", "END:VCARD\r\nEND:VCARD\r\n"},
};

START_TEST(only_the_uid_of_the_item_changes)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = item_text_with_uid(cases[_i].text, "new", &error);
	ck_assert_pstr_eq(text, cases[_i].expected);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("formats/item_uid");
	TCase *tests = tcase_create("uid");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, only_the_uid_of_the_item_changes, 0, G_N_ELEMENTS(cases));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
