/* SPDX-License-Identifier: MIT */
/* Calendars as other programs write them: what breaks the RFC is read as a person would, and what
 * had to be guessed is told. */
#include "formats/icalendar.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"
#include "formats/wall.h"

#define HEAD         "BEGIN:VCALENDAR\r\n"
#define TAIL         "END:VCALENDAR\r\n"
#define EVENT(lines) "BEGIN:VEVENT\r\nUID:a\r\n" lines "END:VEVENT\r\n"

/* "20261019T070000Z-20261019T080000Z title" for each occurrence of 2026, one a line; what was
 * guessed behind it. */
static char *listing(const void *data, gsize size)
{
	g_autoptr(GError) error = NULL;
	OWNED(calendar) calendar = calendar_read(data, size, &error);
	ck_assert_msg(calendar != NULL, "%s", error ? error->message : "");
	const struct occurrence_window window = {wall_days(2026, 1, 1) * WALL_DAY,
	                                         wall_days(2027, 1, 1) * WALL_DAY, "Europe/Paris"};
	g_autoptr(GPtrArray) events = calendar_occurrences(calendar, &window, NULL, &error);
	if (!events) {
		return g_strdup(error->message);
	}
	GString *const list = g_string_new(NULL);
	for (guint i = 0; i < events->len; i++) {
		const struct event *const event = g_ptr_array_index(events, i);
		g_autofree char *starts = wall_write(event->starts, false, true);
		g_autofree char *ends = wall_write(event->ends, false, true);
		g_string_append_printf(list, "%s-%s %s%s%s\n", starts, ends, event->title,
		                       event->guess ? ": " : "", event->guess ? event->guess : "");
	}
	return g_string_free(list, FALSE);
}

static const struct {
	const char *what, *text, *wanted;
} cases[] = {
	{"a zone that nobody knows", HEAD EVENT("DTSTART;TZID=LOLOLOL:20261019T090000\r\n") TAIL,
         "20261019T070000Z-20261019T070000Z : line 4: unknown time zone \"LOLOLOL\"\n"},
	{"a rule that nobody can read",
         HEAD EVENT("DTSTART:20261019T090000Z\r\nRRULE:FREQ=WEEKLY;UNTL=20261201\r\n") TAIL,
         "20261019T090000Z-20261019T090000Z : line 5: rule \"FREQ=WEEKLY;UNTL=20261201\" cannot be "
         "read\n"},
	{"an UNTIL that is no time does not mean for ever",
         HEAD EVENT("DTSTART:20261019T090000Z\r\nRRULE:FREQ=DAILY;UNTIL=123456T123456\r\n") TAIL,
         "20261019T090000Z-20261019T090000Z : line 5: rule \"FREQ=DAILY;UNTIL=123456T123456\" "
         "cannot be read\n"},
	{"an EXDATE that is no time",
         HEAD EVENT("DTSTART:20261019T090000Z\r\nRRULE:FREQ=DAILY;COUNT=1\r\nEXDATE:never\r\n")
                 TAIL,
         "20261019T090000Z-20261019T090000Z : line 6: this EXDATE cannot be read\n"},
	{"a rule that ends before its start",
         HEAD EVENT("DTSTART:20261019T090000Z\r\nRRULE:FREQ=DAILY;UNTIL=20261018T090000Z\r\n") TAIL,
         ""},
	{"the end of a day as 24:00, a leap second",
         HEAD EVENT("DTSTART:20261019T230060Z\r\nDTEND:20261019T240000Z\r\n") TAIL,
         "20261019T230059Z-20261020T000000Z \n"},
	{"VALUE=DATE-TIME said aloud, names in lower case",
         "begin:vcalendar\r\nbegin:vevent\r\nuid:a\r\ndtstart;value=date-time:20261019T090000Z\r\n"
         "duration:pt1h\r\nsummary:x\r\nend:vevent\r\nend:vcalendar\r\n",
         "20261019T090000Z-20261019T100000Z x\n"},
	{"VALUE=DATE with a time is a day",
         HEAD EVENT("DTSTART;VALUE=DATE:20261019T000000\r\nDTEND;VALUE=DATE:20261020T000000\r\n")
                 TAIL,
         "20261018T220000Z-20261019T220000Z \n"},
	{"bare line feeds and tabs in folding",
         "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nDTSTART\n\t:20261019T\n 090000Z\nSUMMARY:on\n\te\n"
         "END:VEVENT\nEND:VCALENDAR\n",
         "20261019T090000Z-20261019T090000Z one\n"},
	{"several calendars in one file",
         HEAD EVENT("DTSTART:20261019T090000Z\r\n") TAIL
         "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:b\r\nDTSTART:20261020T090000Z\r\nEND:"
         "VEVENT\r\n" TAIL,
         "20261019T090000Z-20261019T090000Z \n20261020T090000Z-20261020T090000Z \n"},
	{"an END that is missing before the next event",
         HEAD "BEGIN:VEVENT\r\nUID:b\r\nDTSTART:20261018T090000Z\r\n" EVENT(
		 "DTSTART:20261019T090000Z\r\n") TAIL,
         "20261018T090000Z-20261018T090000Z \n20261019T090000Z-20261019T090000Z \n"},
	{"a quoted zone, a caret, a colon in quotes",
         HEAD EVENT("DTSTART;TZID=\"Europe/Paris\";X-P=\"a:b^n^'c^'\":20261019T090000\r\n") TAIL,
         "20261019T070000Z-20261019T070000Z \n"},
	{"a RECURRENCE-ID in UTC moves an occurrence in a zone",
         HEAD EVENT("DTSTART;TZID=Europe/Paris:20261023T090000\r\nRRULE:FREQ=DAILY;COUNT=3\r\n")
                 EVENT("RECURRENCE-ID:20261024T070000Z\r\nDTSTART:20261024T120000Z\r\nSUMMARY:"
                       "moved\r\n") TAIL,
         "20261023T070000Z-20261023T070000Z \n20261024T120000Z-20261024T120000Z moved\n"
         "20261025T080000Z-20261025T080000Z \n"},
	{"a RECURRENCE-ID that is a date in a series of times",
         HEAD EVENT("DTSTART:20261023T090000Z\r\nRRULE:FREQ=DAILY;COUNT=2\r\n")
                 EVENT("RECURRENCE-ID;VALUE=DATE:20261024\r\nDTSTART:20261024T120000Z\r\n") TAIL,
         "20261023T090000Z-20261023T090000Z \n20261024T120000Z-20261024T120000Z \n"},
	{"an RDATE that is a period has its own end (RFC 5545, 3.8.5.2)",
         HEAD EVENT(
		 "DTSTART:20261023T090000Z\r\nDURATION:PT1H\r\n"
		 "RDATE;VALUE=PERIOD:20261024T090000Z/PT2H,20261025T090000Z/20261025T093000Z\r\n")
                 TAIL,
         "20261023T090000Z-20261023T100000Z \n20261024T090000Z-20261024T110000Z \n"
         "20261025T090000Z-20261025T093000Z \n"},
	{"the hour that clocks skip, and the one they show twice (RFC 5545, 3.3.5)",
         HEAD EVENT("DTSTART;TZID=Europe/Paris:20260329T023000\r\nRDATE;TZID=Europe/"
                    "Paris:20261025T023000"
                    "\r\n") TAIL,
         "20260329T013000Z-20260329T013000Z \n20261025T003000Z-20261025T003000Z \n"},
	{"a nominal day across a change of clocks, and 24 exact hours",
         HEAD EVENT(
		 "DTSTART;TZID=Europe/Paris:20260328T120000\r\nDURATION:P1D\r\n") "BEGIN:"
                                                                                  "VEVENT\r\nUID:"
                                                                                  "b\r\nDTSTART;"
                                                                                  "TZID=Europe/"
                                                                                  "Paris:"
                                                                                  "20260328T120000"
                                                                                  "\r\nDURATION:"
                                                                                  "PT24H\r\n"
                                                                                  "END:"
                                                                                  "VEVENT\r\n" TAIL,
         "20260328T110000Z-20260329T100000Z \n20260328T110000Z-20260329T110000Z \n"},
	{"a VTIMEZONE behind a prefix of its own",
         HEAD "BEGIN:VTIMEZONE\r\nTZID:/example.org/"
              "Nowhere\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
              "TZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n" EVENT(
		      "DTSTART;TZID=/example.org/Nowhere:20261019T090000\r\n") TAIL,
         "20261019T060000Z-20261019T060000Z \n"},
	{"X-WR-TIMEZONE is where to show, not what floating means",
         HEAD "X-WR-TIMEZONE:America/New_York\r\n" EVENT("DTSTART:20261019T090000\r\n") TAIL,
         "20261019T070000Z-20261019T070000Z \n"},
	{"quoted-printable, as vCalendar 1.0 has it, and a charset",
         HEAD EVENT("DTSTART:20261019T090000Z\r\n"
                    "SUMMARY;ENCODING=QUOTED-PRINTABLE;CHARSET=ISO-8859-1:Caf=E9 =\r\n=E0 deux\r\n")
                 TAIL,
         "20261019T090000Z-20261019T090000Z Café à deux\n"},
	{"latin-1 without a label",
         HEAD EVENT("DTSTART:20261019T090000Z\r\nSUMMARY:Caf\xe9\r\n") TAIL,
         "20261019T090000Z-20261019T090000Z Café\n"},
};

START_TEST(what_others_write_is_read)
{
	g_autofree char *got = listing(cases[_i].text, strlen(cases[_i].text));
	ck_assert_msg(g_str_equal(got, cases[_i].wanted), "%s: %s", cases[_i].what, got);
}
END_TEST

START_TEST(utf_16_is_read_with_and_without_a_mark)
{
	static const char text[] =
		HEAD EVENT("DTSTART:20261019T090000Z\r\nSUMMARY:Café 🎂\r\n") TAIL;
	static const char *const charsets[] = {"UTF-16", "UTF-16LE", "UTF-16BE"};
	for (gsize i = 0; i < G_N_ELEMENTS(charsets); i++) {
		gsize size = 0;
		g_autofree char *encoded =
			g_convert(text, -1, charsets[i], "UTF-8", NULL, &size, NULL);
		g_autofree char *got = listing(encoded, size);
		ck_assert_str_eq(got, "20261019T090000Z-20261019T090000Z Café 🎂\n");
	}
}
END_TEST

START_TEST(an_event_inside_another_goes_its_own_way)
{
	static const char text[] =
		HEAD "BEGIN:VEVENT\r\nUID:outer\r\nDTSTART:20261018T090000Z\r\n" EVENT(
			"DTSTART:20261019T090000Z\r\n") "SUMMARY:late\r\nEND:VEVENT\r\n" TAIL;
	g_autoptr(GPtrArray) texts = calendar_split(text, strlen(text), NULL);
	ck_assert_uint_eq(texts->len, 2);
	const char *const outer = g_ptr_array_index(texts, 0);
	ck_assert(strstr(outer, "UID:outer") && strstr(outer, "SUMMARY:late"));
	ck_assert(!strstr(outer, "UID:a"));
	ck_assert(strstr(g_ptr_array_index(texts, 1), "UID:a\r\n"));
	g_autofree char *joined = calendar_join(texts);
	OWNED(calendar) calendar = calendar_read(joined, strlen(joined), NULL);
	ck_assert_uint_eq(calendar_count(calendar), 2);
}
END_TEST

/* Texts whose events stand where one does not look for them; as many as there are. */
static const struct {
	const char *what, *text;
	guint events;
} misplaced[] = {
	{"inside the STANDARD of a zone that another uses, which lost its END",
         HEAD "BEGIN:VTIMEZONE\r\nTZID:Here\r\nBEGIN:STANDARD\r\nDTSTART:19700101T000000\r\n"
              "TZOFFSETFROM:+0300\r\nTZOFFSETTO:+0300\r\nBEGIN:VEVENT\r\nUID:b\r\n"
              "DTSTART;TZID=Here:20261018T090000\r\nEND:VEVENT\r\nEND:STANDARD\r\n"
              "END:VTIMEZONE\r\n" EVENT("DTSTART;TZID=Here:20261019T090000\r\n") TAIL,
         2},
	{"inside the alarm of another",
         HEAD "BEGIN:VEVENT\r\nUID:b\r\nDTSTART:20261018T090000Z\r\nBEGIN:VALARM\r\n" EVENT(
		 "DTSTART:20261019T090000Z\r\n") "END:VALARM\r\nEND:VEVENT\r\n" TAIL,
         2},
	{"indented, after an empty line",
         HEAD "\r\n  BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20261019T090000Z\r\nEND:VEVENT\r\n" TAIL, 1},
	{"after a soft break that nothing follows",
         "BEGIN:VCALENDAR\r\nPRODID;ENCODING=QUOTED-PRINTABLE:x=\r\nBEGIN:VCARD\r\n"
         "END:VCARD\r\n" EVENT("DTSTART:20261019T090000Z\r\n") TAIL,
         1},
	{"around two CR, of which the first ends a soft break and the second nothing",
         HEAD EVENT("DTSTART:20261019T090000Z\r\nX;ENCODING=QUOTED-PRINTABLE:x=\r\r"
                    "SUMMARY:kept\r\n") TAIL,
         1},
	{"in no calendar, around the end of one",
         "BEGIN:VEVENT\r\nUID:a\r\nEND:VCALENDAR\r\nDTSTART:20261019T090000Z\r\nEND:VEVENT\r\n", 1},
	{"under a UID of nothing but a line break",
         HEAD "BEGIN:VEVENT\r\nUID:\\n\r\nDTSTART:20261019T090000Z\r\nEND:VEVENT\r\n" TAIL, 1},
};

START_TEST(cut_and_joined_no_event_is_lost_or_doubled)
{
	const char *const text = misplaced[_i].text;
	g_autoptr(GPtrArray) texts = calendar_split(text, strlen(text), NULL);
	ck_assert_uint_eq(texts->len, misplaced[_i].events);
	for (guint i = 0; i < texts->len; i++) {
		const char *const one = g_ptr_array_index(texts, i);
		OWNED(calendar) item = calendar_read(one, strlen(one), NULL);
		ck_assert_msg(calendar_count(item) == 1 && calendar_uid(item), "%s: %s",
		              misplaced[_i].what, one);
	}
	g_autofree char *joined = calendar_join(texts);
	g_autofree char *wanted = listing(text, strlen(text));
	g_autofree char *got = listing(joined, strlen(joined));
	ck_assert_msg(g_str_equal(got, wanted), "%s: %s, not %s", misplaced[_i].what, got, wanted);
}
END_TEST

/* RFC 5546, 3.2: the answer to an invitation is no event, and cutting does not make it one. */
START_TEST(a_message_that_is_cut_out_stays_a_message)
{
	static const char event[] = "BEGIN:VEVENT\r\nUID:%s\r\nDTSTART:20261019T090000Z\r\n"
				    "SUMMARY:x\r\nEND:VEVENT\r\n";
	g_autofree char *answered = g_strdup_printf(event, "answered");
	g_autofree char *both = g_strdup_printf(event, "both");
	g_autofree char *text = g_strconcat("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\n", answered, both,
	                                    "END:VCALENDAR\r\nBEGIN:VCALENDAR\r\n", both,
	                                    "END:VCALENDAR\r\n", NULL);
	g_autoptr(GPtrArray) texts = calendar_split(text, strlen(text), NULL);
	ck_assert_uint_eq(texts->len, 2);
	const char *const message = g_ptr_array_index(texts, 0);
	const char *const real = g_ptr_array_index(texts, 1);
	ck_assert_ptr_nonnull(strstr(message, "\r\nMETHOD:REPLY\r\n"));
	ck_assert_ptr_null(strstr(real, "METHOD"));
	g_autofree char *joined = calendar_join(texts);
	ck_assert_ptr_null(strstr(joined, "answered"));
	OWNED(calendar) calendar = calendar_read(joined, strlen(joined), NULL);
	ck_assert_uint_eq(calendar_count(calendar), 1);
}
END_TEST

/* Where the whole is read, so is each item of it: an item stands in a VCALENDAR. */
START_TEST(what_is_read_is_not_too_deep_for_an_item)
{
	for (guint depth = 1; depth <= LIMIT_COMPONENT_DEPTH; depth++) {
		g_autoptr(GString) text = g_string_new("BEGIN:VEVENT\r\nUID:a\r\n");
		for (guint i = 1; i < depth; i++) {
			g_string_append(text, "BEGIN:X\r\n");
		}
		g_autoptr(GPtrArray) texts = calendar_split(text->str, text->len, NULL);
		ck_assert((texts != NULL) == (depth < LIMIT_COMPONENT_DEPTH));
		g_autofree char *joined = texts ? calendar_join(texts) : NULL;
		OWNED(calendar)
		calendar = joined ? calendar_read(joined, strlen(joined), NULL) : NULL;
		ck_assert(!joined || (calendar && calendar_count(calendar) == 1));
	}
}
END_TEST

int main(void)
{
	Suite *const suite = suite_create("icalendar_others");
	TCase *const others = tcase_create("others");
	tcase_set_timeout(others, 60);
	tcase_add_loop_test(others, what_others_write_is_read, 0, G_N_ELEMENTS(cases));
	tcase_add_test(others, utf_16_is_read_with_and_without_a_mark);
	tcase_add_test(others, an_event_inside_another_goes_its_own_way);
	tcase_add_loop_test(others, cut_and_joined_no_event_is_lost_or_doubled, 0,
	                    G_N_ELEMENTS(misplaced));
	tcase_add_test(others, a_message_that_is_cut_out_stays_a_message);
	tcase_add_test(others, what_is_read_is_not_too_deep_for_an_item);
	suite_add_tcase(suite, others);
	SRunner *const runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed != 0;
}
