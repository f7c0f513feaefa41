/* SPDX-License-Identifier: MIT */
/* Tests of what counts in a text: a spelling does not, a word does. */
#include "remotes/dav/content.h"
#include "remotes/dav/items.h"

#include "base/limits.h"
#include "formats/item_uid.h"

#include <check.h>
#include <string.h>

#define CARD(inside) "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u1\r\n" inside "END:VCARD\r\n"
#define EVENT(inside)                                                                              \
	"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:e1\r\n" inside          \
	"END:VEVENT\r\nEND:VCALENDAR\r\n"

static char *sum(const char *text)
{
	char *fingerprint = dav_content_fingerprint(text, NULL);
	ck_assert_ptr_nonnull(fingerprint);
	return fingerprint;
}

static const struct {
	const char *one, *other;
} same[] = {
	{CARD("FN:Marie Curie\r\nNOTE:a\\, b\r\n"), CARD("NOTE:a, b\r\nFN:Marie\r\n  Curie\r\n")},
	{CARD("FN:A\r\n"), "BEGIN:vcard\nversion:4.0\nfn:A\nREV:20260101T000000Z\nEND:vcard\n"},
	{CARD("N:Curie;Marie;;;\r\n"), CARD("N:Curie;Marie\r\nNOTE:\r\n")},
	{CARD("TEL;TYPE=home,voice:1\r\n"), CARD("TEL;TYPE=VOICE;TYPE=HOME:1\r\n")},
	{CARD("PHOTO;ENCODING=b;TYPE=JPEG:AAAA\r\n BBBB\r\n"),
         CARD("PHOTO;TYPE=jpeg;ENCODING=BASE64:AAAABBBB\r\n")},
	{CARD("NOTE:a\\nb\r\n"), CARD("NOTE:a\\Nb\r\n")},
	{CARD("FN:A\r\n"), CARD("FN:A\r\nPRODID:-//server\r\nX-RADICALE-NAME:x.vcf\r\n")},
	{EVENT("SUMMARY:A\r\nRRULE:FREQ=DAILY;COUNT=3\r\n"),
         EVENT("DTSTAMP:20260101T000000Z\r\nRRULE:COUNT=3;FREQ=DAILY\r\nSUMMARY:A\r\n"
               "SEQUENCE:2\r\n")},
	{EVENT("DTSTART;TZID=Europe/Paris:20260101T100000\r\n"),
         "BEGIN:VCALENDAR\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\nEND:VTIMEZONE\r\n"
         "BEGIN:VEVENT\r\nDTSTART;VALUE=DATE-TIME;TZID=Europe/Paris:20260101T100000\r\n"
         "END:VEVENT\r\nEND:VCALENDAR\r\n"},
};

START_TEST(two_spellings_are_one_content)
{
	g_autofree char *one = sum(same[_i].one);
	g_autofree char *other = sum(same[_i].other);
	ck_assert_str_eq(one, other);
}
END_TEST

static const struct {
	const char *one, *other;
} different[] = {
	{CARD("FN:A\r\n"), CARD("FN:a\r\n")},
	{CARD("FN:A\r\n"), CARD("FN:A\r\nNOTE:b\r\n")},
	{CARD("N:A;B\r\n"), CARD("N:A\\;B\r\n")},
	{CARD("N:;B\r\n"), CARD("N:B\r\n")},
	{CARD("TEL;TYPE=home:1\r\n"), CARD("TEL;TYPE=work:1\r\n")},
	{CARD("FN:A\r\nX-OWN:1\r\n"), CARD("FN:A\r\nX-OWN:2\r\n")},
	{EVENT("BEGIN:VALARM\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n"),
         EVENT("BEGIN:VALARM\r\nTRIGGER:-PT6M\r\nEND:VALARM\r\n")},
	{EVENT("DTSTART:20260101T100000\r\n"), EVENT("DTSTART:20260101T100000Z\r\n")},
	{EVENT("DTSTART;TZID=Europe/Paris:20260101T100000\r\n"),
         EVENT("DTSTART;TZID=Europe/Rome:20260101T100000\r\n")},
	{EVENT("BEGIN:VALARM\r\nEND:VALARM\r\nSUMMARY:A\r\n"),
         EVENT("BEGIN:VALARM\r\nSUMMARY:A\r\nEND:VALARM\r\n")},
};

START_TEST(another_word_is_another_content)
{
	g_autofree char *one = sum(different[_i].one);
	g_autofree char *other = sum(different[_i].other);
	ck_assert_str_ne(one, other);
}
END_TEST

static struct item *read_item(enum item_kind kind, const char *text, const char *fallback)
{
	GError *error = NULL;
	struct item *item = dav_item_read(kind, text, fallback, &error);
	ck_assert_msg(item != NULL, "%s", error == NULL ? "" : error->message);
	return item;
}

START_TEST(a_card_is_an_item_with_all_of_its_text)
{
	const char *text = CARD("N:Curie;Marie\r\nFN:Marie Curie\r\nX-OWN:1\r\nEMAIL:m@x\r\n");
	OWNED(item) item = read_item(ITEM_CONTACT, text, "file:x");
	ck_assert_str_eq(item->uid, "u1");
	ck_assert_str_eq(item->name, "Marie Curie");
	ck_assert_str_eq(item->text, text);
	ck_assert_str_eq(item->match, "curie\x1f"
	                              "marie");
	ck_assert(g_strv_contains((const char *const *)item->facts, "email+m@x"));
}
END_TEST

START_TEST(a_series_with_its_exceptions_is_one_item)
{
	const char *text =
		"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:s\r\nRECURRENCE-ID:20260102T090000\r\n"
		"DTSTART:20260102T100000\r\nSUMMARY:Moved\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:"
		"s\r\n"
		"DTSTART:20260101T090000\r\nRRULE:FREQ=DAILY\r\nSUMMARY:Stand-up\r\n"
		"LOCATION:Room 1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
	OWNED(item) item = read_item(ITEM_EVENT, text, NULL);
	ck_assert_str_eq(item->uid, "s");
	ck_assert_str_eq(item->name, "Stand-up, 2026-01-01");
	ck_assert_str_eq(item->match, "stand-up\x1f"
	                              "20260101T090000");
	ck_assert(g_strv_contains((const char *const *)item->facts, "place=room 1"));
	ck_assert_int_eq(item->starts, 0);
}
END_TEST

START_TEST(only_the_same_content_is_the_same_thing_under_another_uid)
{
	static const char *const texts[] = {
		"BEGIN:VCARD\r\nUID:a\r\nFN:Ann Lee\r\nN:Lee;Ann\r\nEND:VCARD\r\n",
		"BEGIN:VCARD\r\nUID:b\r\nN:Lee;Ann;;;\r\nFN:Ann Lee\r\nEND:VCARD\r\n",
		"BEGIN:VCARD\r\nUID:c\r\nFN:Ann Lee\r\nN:Lee;Ann\r\nNOTE:x\r\nEND:VCARD\r\n",
	};
	OWNED(item) one = read_item(ITEM_CONTACT, texts[0], NULL);
	OWNED(item) twin = read_item(ITEM_CONTACT, texts[1], NULL);
	OWNED(item) other = read_item(ITEM_CONTACT, texts[2], NULL);
	ck_assert_str_eq(one->match, other->match);
	ck_assert_int_eq(facts_compare(one->facts, twin->facts, NULL), FACTS_COMPATIBLE);
	ck_assert_int_eq(facts_compare(one->facts, other->facts, NULL), FACTS_CONTRADICT);
}
END_TEST

START_TEST(a_task_is_an_item_too)
{
	OWNED(item)
	item = read_item(ITEM_EVENT,
	                 "BEGIN:VCALENDAR\r\nBEGIN:VTODO\r\nUID:t\r\nSUMMARY:Buy\r\nEND:VTODO\r\n"
	                 "END:VCALENDAR\r\n",
	                 NULL);
	ck_assert_str_eq(item->uid, "t");
	ck_assert_str_eq(item->match, "");
}
END_TEST

static const struct {
	enum item_kind kind;
	const char *text;
} unreadable[] = {
	{ITEM_CONTACT, "no card"},
	{ITEM_CONTACT, CARD("FN:A\r\n") CARD("FN:B\r\n")},
	{ITEM_EVENT, "no calendar"},
	{ITEM_EVENT, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"},
	{ITEM_EVENT, "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:CANCEL\r\nBEGIN:VEVENT\r\nUID:e\r\n"
                     "DTSTART:20261123T080000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"},
	{ITEM_EVENT, EVENT("") EVENT("X:1\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nUID:e2\r\n")},
};

START_TEST(what_is_not_one_item_is_told_as_such)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(dav_item_read(unreadable[_i].kind, unreadable[_i].text, "f", &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
}
END_TEST

START_TEST(components_without_an_end_cost_an_error)
{
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < 100000; i++) {
		g_string_append(text, "BEGIN:X\r\n");
	}
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(dav_content_fingerprint(text->str, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
	g_string_free(text, TRUE);
}
END_TEST

START_TEST(a_text_without_uid_gets_one_and_holds_the_same)
{
	static const struct {
		enum item_kind kind;
		const char *text;
	} texts[] = {
		{ITEM_CONTACT, "BEGIN:VCARD\nVERSION:3.0\nFN:A\nEND:VCARD\n"},
		{ITEM_EVENT,
	         "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:Z\nEND:VTIMEZONE\nBEGIN:VEVENT\n"
	         "SUMMARY:A\nBEGIN:VALARM\nACTION:AUDIO\nEND:VALARM\nEND:VEVENT\nEND:VCALENDAR\n"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
		ck_assert_ptr_null(dav_text_uid(texts[i].kind, texts[i].text));
		g_autofree char *with = item_text_with_uid(texts[i].text, "new", NULL);
		g_autofree char *uid = dav_text_uid(texts[i].kind, with);
		ck_assert_pstr_eq(uid, "new");
		g_autofree char *one = sum(texts[i].text);
		g_autofree char *other = sum(with);
		ck_assert_str_eq(one, other);
		OWNED(item) first = read_item(texts[i].kind, texts[i].text, NULL);
		ck_assert_ptr_nonnull(first->uid);
	}
}
END_TEST

START_TEST(no_method_is_sent)
{
	g_autofree char *sent = dav_text_to_send(
		ITEM_EVENT, "BEGIN:VCALENDAR\r\nMETHOD:REQU\r\n EST\r\nBEGIN:VEVENT\r\n");
	ck_assert_str_eq(sent, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n");
	g_autofree char *card = dav_text_to_send(ITEM_CONTACT, CARD("METHOD:x\r\n"));
	ck_assert_str_eq(card, CARD("METHOD:x\r\n"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("items");
	TCase *tests = tcase_create("items");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, two_spellings_are_one_content, 0, G_N_ELEMENTS(same));
	tcase_add_loop_test(tests, another_word_is_another_content, 0, G_N_ELEMENTS(different));
	tcase_add_test(tests, a_card_is_an_item_with_all_of_its_text);
	tcase_add_test(tests, a_series_with_its_exceptions_is_one_item);
	tcase_add_test(tests, only_the_same_content_is_the_same_thing_under_another_uid);
	tcase_add_test(tests, a_task_is_an_item_too);
	tcase_add_loop_test(tests, what_is_not_one_item_is_told_as_such, 0,
	                    G_N_ELEMENTS(unreadable));
	tcase_add_test(tests, components_without_an_end_cost_an_error);
	tcase_add_test(tests, a_text_without_uid_gets_one_and_holds_the_same);
	tcase_add_test(tests, no_method_is_sent);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
