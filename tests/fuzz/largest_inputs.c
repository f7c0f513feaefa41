/* SPDX-License-Identifier: MIT */
/* The inputs of 1 MiB: whatever a format lets repeat, nest, fold, quote or refer. */
#include "fuzz/largest.h"

#define ROW(name, head, unit, tail)                                                                \
	{                                                                                          \
		name, head, unit, tail, sizeof(unit) - 1                                           \
	}

#define CARD      "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\n"
#define CARD_END  "\r\nEND:VCARD\r\n"
#define OLD_CARD  "BEGIN:VCARD\r\nVERSION:2.1\r\nN:Ada\r\n"
#define CAL       "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"
#define CAL_END   "\r\nEND:VCALENDAR\r\n"
#define EVENT     CAL "BEGIN:VEVENT\r\nUID:a\r\nDTSTART:20080101T000000Z\r\n"
#define EVENT_END "\r\nEND:VEVENT" CAL_END
#define XPAGE     "<?xml version='1.0'?><xpage><command><result>0</result>"
#define XPAGE_END "</command></xpage>"
#define PERSON    XPAGE "<data id='c1'><lastname>Ada</lastname>"
#define MAIL                                                                                       \
	"<getPersonalMessagesReturn><Data><UserAuthorizedData><NoUnReadMails>1</NoUnReadMails>"    \
	"<EmailsLastNDetailed>"
#define MAIL_END "</EmailsLastNDetailed></UserAuthorizedData></Data></getPersonalMessagesReturn>"
#define REQUEST  "POST /return/0123abcd HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"
#define HOME     "[account home]\nremote = orange\n"

/* clang-format off */
const struct largest_input largest_inputs[] = {
	ROW("nothing but NUL", "", "\0", ""),
	ROW("one letter", "", "x", ""),
	ROW("line feeds", "", "\n", ""),
	ROW("carriage returns", "", "\r", ""),
	ROW("blanks", "", " ", ""),
	ROW("no-break spaces", "", "\xc2\xa0", ""),
	ROW("broken UTF-8", "", "\xf0\x9f", ""),
	ROW("latin-1", "", "\xe9", ""),
	ROW("UTF-16 with a mark", "\xff\xfe", "B\0E\0G\0I\0N\0:\0V\0C\0A\0R\0D\0\r\0\n\0", ""),
	ROW("UTF-16 without a mark", "", "\0N\0:\0a\0\r\0\n", ""),

	/* content lines and cards (RFC 6350) */
	ROW("one line", CARD "NOTE:", "x", CARD_END),
	ROW("one letter to a fold", CARD "NOTE:", "\r\n x", CARD_END),
	ROW("empty folds", CARD "NOTE:", "\r\n ", CARD_END),
	ROW("folds inside characters", CARD "NOTE:", "\xc3\r\n \xa9", CARD_END),
	ROW("tiny lines", "", "A:\n", ""),
	ROW("tiny lines of a card", CARD, "A:\n", CARD_END),
	ROW("lines without a colon", CARD, "A\n", CARD_END),
	ROW("parameters", CARD "TEL", ";A=b", ":1" CARD_END),
	ROW("bare parameters", OLD_CARD "TEL", ";A", ":1" CARD_END),
	ROW("values of a parameter", CARD "TEL;TYPE=a", ",b", ":1" CARD_END),
	ROW("an open quotation mark", CARD "TEL;TYPE=\"", ";,:", CARD_END),
	ROW("quotation marks", CARD "TEL;TYPE=", "\"a\",", ":1" CARD_END),
	ROW("carets", CARD "TEL;X=", "^n", ":1" CARD_END),
	ROW("soft breaks", OLD_CARD "NOTE;ENCODING=QUOTED-PRINTABLE:", "=C3=A9=\r\n", CARD_END),
	ROW("nothing but soft breaks", OLD_CARD "NOTE;QUOTED-PRINTABLE:", "=\n", CARD_END),
	ROW("equals signs", OLD_CARD "NOTE;QUOTED-PRINTABLE;CHARSET=ISO-8859-1:", "=E", CARD_END),
	ROW("quoted-printable lines", OLD_CARD, "N;QUOTED-PRINTABLE;CHARSET=UTF-8:=C3=A9;=\n=C3\n", CARD_END),
	ROW("odd charsets", OLD_CARD, "NOTE;CHARSET=X\x01:\xe9\n", CARD_END),
	ROW("base64 block", OLD_CARD "PHOTO;ENCODING=BASE64;TYPE=JPEG:\r\n", " /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMC\r\n", "\r\n" CARD_END),
	ROW("base64 lines", CARD "PHOTO;ENCODING=b;TYPE=JPEG:/9j/", "AAAA\r\n ", "AA==" CARD_END),
	ROW("base64 of nothing", CARD "PHOTO;ENCODING=b:", "*", CARD_END),
	ROW("data address", "BEGIN:VCARD\nVERSION:4.0\nFN:a\nPHOTO:data:image/png;base64,iVBORw0KGgo", "AAAA", CARD_END),
	ROW("many photos", CARD, "PHOTO;ENCODING=b:/9j/\n", CARD_END),
	ROW("cards in cards", "", "BEGIN:VCARD\n", ""),
	ROW("agents in agents", CARD, "AGENT:\nBEGIN:VCARD\n", CARD_END),
	ROW("ends without a beginning", CARD, "END:VCARD\n", ""),
	ROW("many cards", "", "BEGIN:VCARD\nFN:\x01\nEND:VCARD\n", ""),
	ROW("many phones", CARD, "TEL;TYPE=cell:\x01\n", CARD_END),
	ROW("one phone many times", CARD, "TEL:1\n", CARD_END),
	ROW("phones of no digit", CARD, "TEL:x\n", CARD_END),
	ROW("long phones", CARD "TEL:+", "(0)1", CARD_END),
	ROW("many e-mails", CARD, "EMAIL;TYPE=home:\x01@a\n", CARD_END),
	ROW("many web addresses", CARD, "URL:HTTP://A\x01/\n", CARD_END),
	ROW("many addresses", CARD, "ADR:;;\x01;b;c;d;e\n", CARD_END),
	ROW("equal addresses", CARD, "ADR:;;a;b;c;d;e\n", CARD_END),
	ROW("many names", CARD, "N:\x01;b\n", CARD_END),
	ROW("name components", CARD "N:", ";a", CARD_END),
	ROW("name values", CARD "N:", ",a", CARD_END),
	ROW("nicknames", CARD "NICKNAME:", ",a", CARD_END),
	ROW("units", CARD "ORG:", ";a", CARD_END),
	ROW("many groups", CARD, "item\x01.TEL:\x01\nitem\x01.X-ABLabel:x\n", CARD_END),
	ROW("one group", CARD, "a.TEL:\x01\na.X-ABLabel:\x01\n", CARD_END),
	ROW("alternatives", "BEGIN:VCARD\nVERSION:4.0\n", "FN;ALTID=\x01;PREF=1:a\n", CARD_END),
	ROW("backslashes", CARD "NOTE:", "\\", CARD_END),
	ROW("escaped line ends", CARD "NOTE:", "\\n", CARD_END),
	ROW("escaped separators", CARD "ORG:", "\\;", CARD_END),
	ROW("controls", CARD "NOTE:", "\x02\x1b\x7f", CARD_END),
	ROW("combining marks", CARD "N:a", "\xcc\x81\xcc\xa3", CARD_END),
	ROW("one combining mark", CARD "N:a", "\xcc\x81", CARD_END),
	ROW("letters that normalise to many", CARD "N:", "\xef\xb7\xba", CARD_END),
	ROW("letters that fold to many", CARD "N:", "\xe1\xbe\xb7", CARD_END),
	ROW("apostrophes and dashes", CARD "N:", "\xe2\x80\x99\xe2\x80\x94", CARD_END),
	ROW("birthdays", CARD, "BDAY:1951-01-31\n", CARD_END),
	ROW("a long birthday", CARD "BDAY:", "1", CARD_END),
	ROW("prefixes", CARD "N:;;;", "Mme ", CARD_END),

	/* calendars (RFC 5545) */
	ROW("components in components", CAL, "BEGIN:X\n", ""),
	ROW("events in events", CAL, "BEGIN:VEVENT\n", ""),
	ROW("empty components", CAL, "BEGIN:X\nEND:X\n", CAL_END),
	ROW("empty events", CAL, "BEGIN:VEVENT\nEND:VEVENT\n", CAL_END),
	ROW("many calendars", "", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", ""),
	ROW("many events", CAL, "BEGIN:VEVENT\nUID:\x01\nDTSTART:20080101T000000Z\nEND:VEVENT\n", CAL_END),
	ROW("many events in a zone", CAL, "BEGIN:VEVENT\nUID:\x01\nDTSTART;TZID=Europe/Paris:20080101T000000\nEND:VEVENT\n", CAL_END),
	ROW("many overrides", EVENT "RRULE:FREQ=DAILY\r\nEND:VEVENT\r\n", "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID:200801\x01Z\nDTSTART:20080201T000000Z\nEND:VEVENT\n", CAL_END),
	ROW("equal overrides", EVENT "RRULE:FREQ=DAILY\r\nEND:VEVENT\r\n", "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20080102T000000Z\nDTSTART:20080201T000000Z\nEND:VEVENT\n", CAL_END),
	ROW("many overrides, each of one second", EVENT "RRULE:FREQ=SECONDLY\r\nEND:VEVENT\r\n", "BEGIN:VEVENT\nUID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20080102T00\x01Z\nDTSTART:20080201T000000Z\nEND:VEVENT\n", CAL_END),
	ROW("many masters", CAL, "BEGIN:VEVENT\nUID:a\nSEQUENCE:\x01\nDTSTART:20080101T000000Z\nEND:VEVENT\n", CAL_END),
	ROW("many series", CAL, "BEGIN:VEVENT\nUID:\x01\nDTSTART:20080101T000000Z\nRRULE:FREQ=DAILY\nEND:VEVENT\n", CAL_END),
	ROW("many slow rules", CAL, "BEGIN:VEVENT\nUID:\x01\nDTSTART:20080101T000000Z\nRRULE:FREQ=SECONDLY;BYWEEKNO=20\nEND:VEVENT\n", CAL_END),
	ROW("many rules of one event", EVENT, "RRULE:FREQ=MINUTELY;BYYEARDAY=366;BYMONTH=1\n", EVENT_END),
	ROW("many short rules of one event", EVENT, "RRULE:FREQ=DAILY;COUNT=\x01\n", EVENT_END),
	ROW("many rules that take away", EVENT "RRULE:FREQ=DAILY\r\n", "EXRULE:FREQ=WEEKLY\n", EVENT_END),
	ROW("other calendars", CAL, "BEGIN:VEVENT\nUID:\x01\nDTSTART:20080101T000000Z\nRRULE:RSCALE=HEBREW;FREQ=YEARLY;SKIP=FORWARD\nEND:VEVENT\n", CAL_END),
	ROW("BYSECOND", EVENT "RRULE:FREQ=YEARLY;BYSECOND=0", ",1", EVENT_END),
	ROW("BYDAY", EVENT "RRULE:FREQ=YEARLY;BYDAY=MO", ",-1TU", EVENT_END),
	ROW("BYYEARDAY", EVENT "RRULE:FREQ=SECONDLY;BYYEARDAY=1", ",366", EVENT_END),
	ROW("parts of a rule", EVENT "RRULE:FREQ=YEARLY", ";BYDAY=MO", EVENT_END),
	ROW("a number without end", EVENT "RRULE:FREQ=YEARLY;COUNT=", "9", EVENT_END),
	ROW("one list of EXDATE", EVENT "RRULE:FREQ=DAILY\r\nEXDATE:20080101T000000Z", ",20080102T000000Z", EVENT_END),
	ROW("many lines of EXDATE", EVENT "RRULE:FREQ=DAILY\r\n", "EXDATE:20080102T000000Z\n", EVENT_END),
	ROW("EXDATE of days", EVENT "RRULE:FREQ=DAILY\r\n", "EXDATE;VALUE=DATE:20080102\n", EVENT_END),
	ROW("many lines of RDATE", EVENT, "RDATE:20080102T000000Z\n", EVENT_END),
	ROW("other lines of RDATE", EVENT, "RDATE:20080102T00\x01Z\n", EVENT_END),
	ROW("periods", EVENT, "RDATE;VALUE=PERIOD:20080102T000000Z/P1D\n", EVENT_END),
	ROW("a long duration", EVENT "DURATION:P", "1W", EVENT_END),
	ROW("attendees", EVENT, "ATTENDEE:mailto:\x01@a\n", EVENT_END),
	ROW("a long zone name", CAL "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=", "x/", ":20080101T000000" EVENT_END),
	ROW("many zone names", CAL, "BEGIN:VEVENT\nUID:a\x01\nDTSTART;TZID=x/Europe/Paris\x01:20080101T000000\nEND:VEVENT\n", CAL_END),
	ROW("many zones", CAL, "BEGIN:VTIMEZONE\nTZID:Z\x01\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nEND:STANDARD\nEND:VTIMEZONE\n", CAL_END),
	ROW("many zones in use", CAL, "BEGIN:VTIMEZONE\nTZID:Z\x01\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0100\nRRULE:FREQ=DAILY\nEND:STANDARD\nEND:VTIMEZONE\nBEGIN:VEVENT\nUID:\x01\nDTSTART;TZID=Z\x01:20080101T000000\nEND:VEVENT\n", CAL_END),
	ROW("one zone of many parts", CAL "BEGIN:VEVENT\nUID:a\nDTSTART;TZID=Z:20080101T000000\nRRULE:FREQ=HOURLY\nEND:VEVENT\nBEGIN:VTIMEZONE\nTZID:Z\n", "BEGIN:STANDARD\nDTSTART:19700101T00\x01\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200\nRRULE:FREQ=DAILY\nEND:STANDARD\n", "END:VTIMEZONE" CAL_END),
	ROW("summary of backslashes", EVENT "SUMMARY:", "\\,", EVENT_END),
	ROW("summary of combining marks", EVENT "SUMMARY:a", "\xcc\x81\xcc\xa3", EVENT_END),

	/* replies */
	ROW("elements in elements", "", "<a>", ""),
	ROW("empty elements", "<a>", "<b/>", "</a>"),
	ROW("ends", "<a>", "</b>", "</a>"),
	ROW("attributes", "<a ", "b\x01='c' ", "/>"),
	ROW("equal attributes", "<a ", "b='c' ", "/>"),
	ROW("one attribute", "<a b='", "&amp;", "'/>"),
	ROW("an open attribute", "<a>", "<b c='", ""),
	ROW("namespaces", "<a>", "<b\x01:c xmlns:b\x01='d'/>", "</a>"),
	ROW("namespaces of one element", "<a ", "xmlns:b\x01='d' ", "/>"),
	ROW("ampersands", "<a>", "&", "</a>"),
	ROW("entities", "<a>", "&amp;", "</a>"),
	ROW("numbers of characters", "<a>", "&#233;", "</a>"),
	ROW("unknown entities", "<a>", "&b\x01;", "</a>"),
	ROW("open tags", "<a>", "<", "</a>"),
	ROW("closed tags", "<a>", ">", "</a>"),
	ROW("comments", "<a>", "<!---->", "</a>"),
	ROW("open comments", "<a>", "<!--", "</a>"),
	ROW("CDATA", "<a>", "<![CDATA[b]]>", "</a>"),
	ROW("open CDATA", "<a>", "<![CDATA[", "</a>"),
	ROW("instructions", "<a>", "<?b?>", "</a>"),
	ROW("open instructions", "<a>", "<?b", "</a>"),
	ROW("doctypes", "", "<!DOCTYPE a [<!ENTITY b 'c'>]>", "<a/>"),
	ROW("HTML", "<html>", "<p>", "</html>"),
	ROW("replies one after the other", "", XPAGE XPAGE_END, ""),
	ROW("a list of contacts", XPAGE "<data-list total-data='9'>", "<data id='c\x01'><lastname>N\x01</lastname></data>", "</data-list>" XPAGE_END),
	ROW("devices", PERSON "<device-list>", "<device type='phone' subtype='mobile' order='\x01'>\x01</device>", "</device-list></data>" XPAGE_END),
	ROW("equal devices", PERSON "<device-list>", "<device type='email'>a</device>", "</device-list></data>" XPAGE_END),
	ROW("address list", PERSON "<address-list>", "<address><city>\x01</city></address>", "</address-list></data>" XPAGE_END),
	ROW("a long name", PERSON "<firstname>", "\xcc\x81\xcc\xa3", "</firstname></data>" XPAGE_END),
	ROW("a long birthday of digits", PERSON "<birthday>", "1", "</birthday></data>" XPAGE_END),
	ROW("a picture", XPAGE "<data><filename content='/9j/", "AAAA ", "'/></data>" XPAGE_END),
	ROW("a list of events", XPAGE "<data-list>", "<data eventid='\x01'><title>a</title><startdate>01/01/2008</startdate><starttime>00:00</starttime><enddate>01/01/2008</enddate><endtime>23:59</endtime></data>", "</data-list>" XPAGE_END),
	ROW("an error without end", "<error><code>-3</code><url>https://a/", "\xc2\xa0 x", "</url></error>"),
	ROW("mails", MAIL, "<msg><msg_id>\x01</msg_id><msg_date>Sun, 7 Mar 2006 15:35:06 +0100</msg_date></msg>", MAIL_END),
	ROW("leaves of a mail", MAIL "<msg_id>1", "<msg_subject>", MAIL_END),
	ROW("ended leaves of a mail", MAIL "<msg_id>1", "<msg_subject></msg_from>", MAIL_END),
	ROW("escaped mails", MAIL, "&lt;msg&gt;&lt;msg_id&gt;\x01&lt;/msg_id&gt;&lt;/msg&gt;", MAIL_END),
	ROW("escaped leaves", MAIL "&lt;msg_id&gt;1", "&lt;msg_subject&gt;", MAIL_END),
	ROW("mails in CDATA", MAIL, "<![CDATA[<msg_id>1]]>", MAIL_END),
	ROW("ends of the overview", MAIL, "</EmailsLastNDetailed>", MAIL_END),
	ROW("ends of the data", MAIL, "</UserAuthorizedData>", MAIL_END),
	ROW("tags of the overview", "<getPersonalMessagesReturn>", "<EmailsLastNDetailed", ""),

	/* mails */
	ROW("fields of a mail", "", "X-\x01: a\r\n", "Subject: a\r\n"),
	ROW("lines of a field", "Subject: a", "\r\n b", "\r\n"),
	ROW("encoded words", "Subject: ", "=?utf-8?Q?=C3=A9?= ", "\r\n"),
	ROW("encoded words of many charsets", "Subject: ", "=?cp125\x01?B?6Q?= ", "\r\n"),
	ROW("beginnings of encoded words", "Subject: ", "=?a?q?", "\r\n"),
	ROW("comments of a sender", "From: ", "(", "\r\n"),
	ROW("members of a group", "From: ", ",", "a@b\r\n"),
	ROW("groups", "From: ", "a:", "a@b\r\n"),

	/* replies of a mail server */
	ROW("lists in lists of IMAP", "", "(", ""),
	ROW("ends of lists of IMAP", "(", ")", ""),
	ROW("items of FETCH", "1 FETCH (", "A[B (C)]<0> {1}\r\nx ", ")"),
	ROW("literals", "", "{1}\r\nx ", ""),
	ROW("empty literals", "", "{0}\r\n", ""),
	ROW("quoted strings of IMAP", "", "\"\\\"\" ", ""),
	ROW("numbers of SEARCH", "SEARCH", " 1\x01", ""),
	ROW("ranges of ESEARCH", "ESEARCH ALL ", "1:4294967295,", "9"),
	ROW("characters of a mailbox", "", "\xc3\xa9" "a", ""),

	/* requests */
	ROW("headers", REQUEST, "A\x01: b\r\n", "\r\n\r\ntoken=a"),
	ROW("equal headers", REQUEST, "Host: a\r\n", "\r\n\r\ntoken=a"),
	ROW("one header", REQUEST "Origin: ", "a", "\r\n\r\n"),
	ROW("fields of a form", REQUEST "Content-Type: application/x-www-form-urlencoded\r\n\r\n", "a\x01=b&", "token=a"),
	ROW("one field", REQUEST "Content-Type: application/x-www-form-urlencoded\r\n\r\ntoken=", "%41", ""),
	ROW("a long path", "GET /", "../", " HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"),
	ROW("a query", "GET /return/0123abcd?", "a\x01=%20&", "token=a HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\n"),

	/* configurations */
	ROW("sections", "", "[account a\x01]\nremote = orange\n", ""),
	ROW("equal sections", "", "[general]\n", ""),
	ROW("unknown sections", "", "[a\x01]\n", ""),
	ROW("unknown keys", HOME, "contacts_intervall\x01 = 1\n", ""),
	ROW("equal keys", HOME, "interval = 5m\n", ""),
	ROW("continued lines", HOME "contacts = a", "\n b", "\n"),
	ROW("remarks", HOME, " ; a\n", ""),
	ROW("lines that are none", HOME, "a\n", ""),
	ROW("one value", HOME "contacts = ", "a", "\n"),
	ROW("a list of hosts", HOME "consent_hosts =", " a\x01", "\n"),

	/* JSON */
	ROW("lists in lists", "", "[", ""),
	ROW("objects in objects", "", "{\"a\":", ""),
	ROW("a list", "[0", ",0", "]"),
	ROW("keys", "{\"a\":0", ",\"b\x01\":0", "}"),
	ROW("equal keys of an object", "{\"a\":0", ",\"a\":0", "}"),
	ROW("a text of escapes", "[\"", "\\u0001", "\"]"),
	ROW("a number of digits", "[1", "0", "]"),
	ROW("letters that were asked", "{\"version\":1,\"productive\":[97", ",97", "]}"),
	ROW("letters that were given up", "{\"version\":1,\"given_up\":[97", ",\x01", "]}"),
	ROW("problems of a status", "{\"version\":1,\"account\":\"a\",\"updated\":\"2026-01-01T00:00:00Z\",\"state\":\"ok\",\"contacts\":{\"problems\":[\"a\"", ",\"a\x01\"", "]}}"),
	ROW("mails of a status", "{\"version\":1,\"account\":\"a\",\"updated\":\"2026-01-01T00:00:00Z\",\"state\":\"ok\",\"mail\":{\"latest\":[{}", ",{\"id\":\"\x01\"}", "]}}"),
	ROW("message of a status", "{\"version\":1,\"account\":\"a\",\"updated\":\"2026-01-01T00:00:00Z\",\"state\":\"ok\",\"message\":\"", "<&", "\"}"),

	/* names and addresses */
	ROW("steps out of a folder", "", "../", ""),
	ROW("dots", "", ".", ""),
	ROW("percent signs", "https://a/?b=", "%25", ""),
	ROW("parts of a host", "https://", "a.", "/"),
	ROW("user names", "https://", "a@", "/"),
};
/* clang-format on */
const gsize largest_count = G_N_ELEMENTS(largest_inputs);
