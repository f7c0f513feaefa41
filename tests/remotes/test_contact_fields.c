/* SPDX-License-Identifier: MIT */
/* The mapping of contacts: every row both ways, the published samples, and odd replies. */
#include "remotes/orange/contact_fields.h"

#include "corpora.h"
#include "formats/vcard.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct contact *read_text(const char *data)
{
	g_autofree char *text = g_strdup_printf(
		"<xpage><command-list><command><data-list><data view=\"deep\" id=\"1\">%s"
		"</data></data-list></command></command-list></xpage>",
		data);
	OWNED(xml_document) document = xml_parse(text, strlen(text), NULL);
	ck_assert_ptr_nonnull(document);
	const struct xml_node *node = contact_reply_data(xml_root(document));
	return node == NULL ? NULL : contact_from_reply(node);
}

static const char *parameter(GPtrArray *parameters, const char *name)
{
	for (guint i = 0; i + 1 < parameters->len; i += 2) {
		if (strcmp(parameters->pdata[i], name) == 0) {
			return parameters->pdata[i + 1];
		}
	}
	return NULL;
}

static const char *const texts[][2] = {
	{"lastname", "Curie"},      {"firstname", "Marie"},     {"nickname", "Manya"},
	{"company", "Sorbonne"},    {"function", "Professeur"}, {"department", "Physique"},
	{"birthday", "1867-11-07"}, {"civility", "1"},          {"civility", "2"},
	{"civility", "3"},
};

START_TEST(carries_each_text_field_both_ways)
{
	g_autofree char *data =
		g_strdup_printf("<%s>%s</%s>", texts[_i][0], texts[_i][1], texts[_i][0]);
	OWNED(contact) contact = read_text(data);
	g_autoptr(GPtrArray) parameters = contact_parameters(contact);
	ck_assert_uint_eq(parameters->len, 2);
	ck_assert_pstr_eq(parameter(parameters, texts[_i][0]), texts[_i][1]);
}
END_TEST

static const char *const written[][4] = {
	/* type, subtype as read, as written, value */
	{"email", "internet", "internet", "a@example.org"},
	{"phone", "voice", "voice", "0123456789"},
	{"phone", "mobile", "mobile", "0612345678"},
	{"phone", "cell", "mobile", "0612345678"},
	{"phone", "fax", "fax", "0123456789"},
	{"phone", "video", "video", "0123456789"},
	{"phone", "satellite", "voice", "0123456789"},
	{"url", "web", "web", "www.example.org"},
};

START_TEST(carries_each_device_both_ways)
{
	g_autofree char *data = g_strdup_printf("<device-list><device type=\"%s\" subtype=\"%s\" "
	                                        "order=\"1\"> %s\n</device></device-list>",
	                                        written[_i][0], written[_i][1], written[_i][3]);
	OWNED(contact) contact = read_text(data);
	ck_assert_uint_eq(contact->devices->len, 1);
	g_autoptr(GPtrArray) parameters = device_parameters(contact->devices->pdata[0], 4);
	ck_assert_pstr_eq(parameter(parameters, "type"), written[_i][0]);
	ck_assert_pstr_eq(parameter(parameters, "subtype"), written[_i][2]);
	ck_assert_pstr_eq(parameter(parameters, "order"), "4");
	ck_assert_pstr_eq(parameter(parameters, "value"), written[_i][3]);
}
END_TEST

/* ---- each row of the table, from a card and into one ---- */

#define DEVICE(type, subtype, info, value)                                                         \
	"<device-list><device type='" type "' subtype='" subtype "' info-type='" info "'>" value   \
	"</device></device-list>"

static const struct {
	const char *line;             /* of a card */
	const char *parameter, *sent; /* of addcontact; sent NULL: it does not go with it */
	const char *lost;             /* what is told to be lost; NULL: nothing */
	const char *reply, *back;     /* of getcontact, and its line; NULL: none */
} rows[] = {
	{"N:Curie;;;;", "lastname", "Curie", NULL, "<lastname>Curie</lastname>", "N:Curie;;;;"},
	{"N:;Marie;;;", "firstname", "Marie", NULL, "<firstname>Marie</firstname>", "N:;Marie;;;"},
	{"N:C;M;Salomea;;", "lastname", "C", "middle name", NULL, NULL},
	{"N:C;M;;;Ph.D.", "lastname", "C", "honorific suffix", NULL, NULL},
	{"N:C;;;M.;", "civility", "1", NULL, "<civility>1</civility>", "N:;;;M.;"},
	{"N:C;;;Mr;", "civility", "1", NULL, NULL, NULL},
	{"N:C;;;Mme;", "civility", "2", NULL, "<civility>2</civility>", "N:;;;Mme;"},
	{"N:C;;;Mrs;", "civility", "2", NULL, NULL, NULL},
	{"N:C;;;Mlle;", "civility", "3", NULL, "<civility>3</civility>", "N:;;;Mlle;"},
	{"N:C;;;Miss;", "civility", "3", NULL, NULL, NULL},
	{"N:C;;;Dr.;", "civility", NULL, "honorific prefix", "<civility>0</civility>", "N:;;;;"},
	{"FN:Marie Curie", "lastname", "Curie", NULL,
         "<lastname>Curie</lastname><firstname>Marie</firstname>", "FN:Marie Curie"},
	{"NICKNAME:Manya", "nickname", "Manya", NULL, "<nickname>Manya</nickname>",
         "NICKNAME:Manya"},
	{"NICKNAME:Manya,Mania", "nickname", "Manya", "second NICKNAME", NULL, NULL},
	{"ORG:Sorbonne", "company", "Sorbonne", NULL, "<company>Sorbonne</company>",
         "ORG:Sorbonne"},
	{"ORG:;Physique", "department", "Physique", NULL, "<department>Physique</department>",
         "ORG:;Physique"},
	{"TITLE:Professeur", "function", "Professeur", NULL, "<function>Professeur</function>",
         "TITLE:Professeur"},
	{"ROLE:Professeur", "function", "Professeur", NULL, NULL, NULL},
	{"TITLE:Dr.\r\nROLE:Professeur", "function", "Dr.", "ROLE", NULL, NULL},
	{"BDAY:1867-11-07", "birthday", "1867-11-07", NULL, "<birthday>1867-11-07</birthday>",
         "BDAY:1867-11-07"},
	{"BDAY:18671107", "birthday", "1867-11-07", NULL, NULL, NULL},
	{"BDAY:--1107", "birthday", NULL, "BDAY", NULL, NULL},
	{"BDAY:1867", "birthday", NULL, "BDAY", NULL, NULL},
	{"BDAY;VALUE=text:in autumn", "birthday", NULL, "BDAY", NULL, NULL},
	{"EMAIL;TYPE=HOME:a@example.org", "emailperso", "a@example.org", NULL,
         DEVICE("email", "internet", "perso", "a@example.org"),
         "EMAIL;TYPE=INTERNET,HOME:a@example.org"},
	{"TEL;TYPE=CELL:0612345678", "value", NULL, NULL,
         DEVICE("phone", "cell", "pro", "0612345678"), "TEL;TYPE=WORK,CELL:0612345678"},
	{"URL:www.example.org", "value", NULL, NULL, DEVICE("url", "web", "", "www.example.org"),
         "URL:www.example.org"},
	{"ADR;TYPE=HOME:;;1 rue X;Paris;IdF;75005;", "streetline1", NULL, NULL,
         "<address-list><address info-type='home'><streetline1>1 rue X</streetline1><streetline2>"
         "B</streetline2><zip-code>75005</zip-code><city>Paris</city><state>IdF</state></address>"
         "</address-list>",
         "ADR;TYPE=HOME:;;1 rue X\\nB;Paris;IdF;75005;"},
	{"PHOTO;ENCODING=b:/9j/4AAQ", "file", NULL, NULL, NULL, NULL},
	{"PHOTO:data:image/jpeg;base64,/9j/4AAQ", "file", NULL, NULL, NULL, NULL},
	{"PHOTO;ENCODING=b;TYPE=JPEG:iVBORw0KGgoAAAAN", "file", NULL, "PHOTO (PNG cannot be sent)",
         NULL, NULL},
	{"PHOTO;ENCODING=b:UklGRgQAAABXRUJQ", "file", NULL, "PHOTO (WEBP cannot be sent)", NULL,
         NULL},
	{"PHOTO;VALUE=uri:https://example.org/p.jpg", "file", NULL, "PHOTO (an address)", NULL,
         NULL},
	{"UID:u1", "uid", NULL, NULL, NULL, NULL},
	{"REV:2020-01-01T00:00:00Z", "rev", NULL, NULL, NULL, NULL},
	{"CATEGORIES:friends", "categories", NULL, "CATEGORIES", NULL, NULL},
	{"NOTE:x", "note", NULL, "NOTE", NULL, NULL},
};

START_TEST(sends_each_row_of_a_card_or_says_that_it_is_lost)
{
	g_autofree char *text =
		g_strdup_printf("BEGIN:VCARD\r\nVERSION:3.0\r\n%s\r\nEND:VCARD\r\n", rows[_i].line);
	OWNED(contact) whole = vcard_read(text, strlen(text), NULL, NULL);
	g_autoptr(GPtrArray) lost = g_ptr_array_new_with_free_func(g_free);
	OWNED(contact) contact = contact_reduce(whole, text, lost);
	g_autoptr(GPtrArray) parameters = contact_parameters(contact);
	ck_assert_pstr_eq(parameter(parameters, rows[_i].parameter), rows[_i].sent);
	ck_assert_uint_eq(lost->len, rows[_i].lost != NULL);
	ck_assert_pstr_eq(lost->len > 0 ? lost->pdata[0] : NULL, rows[_i].lost);
	if (strstr(rows[_i].line, "PHOTO") != NULL) {
		ck_assert(contact->picture == NULL || contact_picture_type(contact->picture));
		ck_assert((contact->picture == NULL) == (rows[_i].lost != NULL));
	}
}
END_TEST

START_TEST(writes_each_row_of_a_reply_into_a_card)
{
	if (rows[_i].reply == NULL) {
		return; /* another row says it */
	}
	OWNED(contact) contact = read_text(rows[_i].reply);
	g_autofree char *card = vcard_write(contact, 3);
	g_autofree char *line = g_strconcat("\r\n", rows[_i].back, "\r\n", NULL);
	ck_assert_msg(strstr(card, line) != NULL, "no %s in\n%s", rows[_i].back, card);
}
END_TEST

START_TEST(sorts_devices_of_one_type_by_order_and_keeps_doubles_once)
{
	OWNED(contact)
	contact = read_text(
		"<device-list><device type=\"phone\" subtype=\"voice\" "
		"order=\"2\">0222222222</device>"
		"<device type=\"phone\" subtype=\"voice\" order=\"1\" "
		"info-type=\"pro\">0111111111</device>"
		"<device type=\"phone\" subtype=\"voice\" order=\"3\">02 22 22 22 22</device>"
		"<device type=\"pager\" subtype=\"x\">1</device><device "
		"type=\"phone\"/></device-list>");
	ck_assert_uint_eq(contact->devices->len, 2);
	const struct device *first = contact->devices->pdata[0];
	ck_assert_str_eq(first->value, "0111111111");
	ck_assert_int_eq(first->info, INFO_WORK);
}
END_TEST

START_TEST(invents_no_date_and_no_prefix)
{
	OWNED(contact) contact = read_text("<birthday>0000-00-00</birthday><civility>9</civility>");
	ck_assert_ptr_null(contact->birthday);
	ck_assert_ptr_null(contact->prefix);
	OWNED(contact) basic = read_text("<birthday>19510101</birthday>");
	ck_assert_str_eq(basic->birthday, "1951-01-01");
	OWNED(contact)
	timed = read_text("<birthday>1951-01-01T00:00:00</birthday><civility>2</civility>");
	ck_assert_str_eq(timed->birthday, "1951-01-01");
	ck_assert_str_eq(timed->prefix, "Mme");
}
END_TEST

START_TEST(sends_the_home_email_along_with_the_contact)
{
	OWNED(contact) contact = contact_new();
	contact_add_device(contact,
	                   device_new(DEVICE_EMAIL, DEVICE_INTERNET, INFO_WORK, "w@example.org"));
	contact_add_device(contact,
	                   device_new(DEVICE_EMAIL, DEVICE_INTERNET, INFO_HOME, "h@example.org"));
	g_autoptr(GPtrArray) parameters = contact_parameters(contact);
	ck_assert_pstr_eq(parameter(parameters, "emailperso"), "h@example.org");
}
END_TEST

START_TEST(sees_no_contact_in_an_empty_answer)
{
	const char *const empty[] = {"<a/>", "<command><data-list/></command>",
	                             "<command><data-list><data id=\"1\"/></data-list></command>"};
	for (gsize i = 0; i < G_N_ELEMENTS(empty); i++) {
		OWNED(xml_document) document = xml_parse(empty[i], strlen(empty[i]), NULL);
		ck_assert_ptr_null(contact_reply_data(xml_root(document)));
	}
}
END_TEST

START_TEST(sees_no_picture_in_its_three_empty_forms)
{
	const char *const none[] = {"<c><data-list/></c>",
	                            "<c><data-list><filename content=\"\"/></data-list></c>",
	                            "<c><data-list><filename content=\"AAAA\"/></data-list></c>"};
	for (gsize i = 0; i < G_N_ELEMENTS(none); i++) {
		OWNED(xml_document) document = xml_parse(none[i], strlen(none[i]), NULL);
		ck_assert_ptr_null(contact_picture_from_reply(xml_root(document)));
	}
}
END_TEST

START_TEST(gives_nameless_contacts_one_revision_and_others_their_own)
{
	g_autofree char *none = contact_revision(NULL, "");
	ck_assert_str_eq(none, REVISION_NAMELESS);
	g_autofree char *one = contact_revision("a", "bc");
	g_autofree char *other = contact_revision("ab", "c");
	ck_assert_str_ne(one, other);
}
END_TEST

START_TEST(refuses_a_field_that_is_too_long_to_be_sent)
{
	OWNED(contact) contact = contact_new();
	contact->company = g_strnfill(9000, 'x');
	g_autoptr(GError) error = NULL;
	ck_assert(!contact_is_sendable(contact, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_REFUSED));
	ck_assert_ptr_nonnull(strstr(error->message, "company"));
}
END_TEST

START_TEST(fingerprints_the_same_content_alike_whatever_its_order_or_composition)
{
	OWNED(contact) one = contact_new();
	one->family = g_strdup("É");
	contact_add_device(one, device_new(DEVICE_PHONE, DEVICE_VOICE, INFO_UNKNOWN, "1"));
	contact_add_device(one, device_new(DEVICE_PHONE, DEVICE_VOICE, INFO_UNKNOWN, "2"));
	OWNED(contact) other = contact_new();
	other->uid = g_strdup("x");
	other->family = g_utf8_normalize("É", -1, G_NORMALIZE_NFD);
	contact_add_device(other, device_new(DEVICE_PHONE, DEVICE_VOICE, INFO_UNKNOWN, "2"));
	contact_add_device(other, device_new(DEVICE_PHONE, DEVICE_VOICE, INFO_UNKNOWN, "1"));
	g_autofree char *left = contact_fingerprint(one);
	g_autofree char *right = contact_fingerprint(other);
	ck_assert_str_eq(left, right);
	other->company = g_strdup("c");
	g_autofree char *changed = contact_fingerprint(other);
	ck_assert_str_ne(left, changed);
}
END_TEST

/* The published samples stand beside the corpora. */
static char *read_sample(const char *name, gsize *size)
{
	g_autofree char *path =
		g_build_filename(corpora_root(), "..", "api", "samples", name, NULL);
	char *text = NULL;
	if (!g_file_get_contents(path, &text, size, NULL)) {
		printf("skipped: no sample %s\n", name);
	}
	return text;
}

START_TEST(reads_the_published_samples)
{
	gsize size = 0;
	g_autofree char *text = read_sample("getcontact-ok.xml", &size);
	g_autofree char *picture_text = NULL;
	if (text == NULL || (picture_text = read_sample("getpicture-ok.xml", &size)) == NULL) {
		return;
	}
	OWNED(xml_document) document = xml_parse(text, strlen(text), NULL);
	OWNED(contact) contact = contact_from_reply(contact_reply_data(xml_root(document)));
	ck_assert_str_eq(contact->family, "Smith");
	ck_assert_str_eq(contact->given, "Robert");
	ck_assert_str_eq(contact->company, "Custland Ltd");
	ck_assert_str_eq(contact->birthday, "1951-01-01");
	ck_assert_uint_eq(contact->devices->len, 3);
	ck_assert_str_eq(((struct device *)contact->devices->pdata[2])->value,
	                 "www.robsmith516.com");
	ck_assert_uint_eq(contact->addresses->len, 1);
	const struct postal_address *address = contact->addresses->pdata[0];
	ck_assert_str_eq(address->street, "24, Fascination Street\nAppt 34");
	ck_assert_str_eq(address->city, "London");
	ck_assert_int_eq(address->info, INFO_HOME);
	OWNED(xml_document) pictures = xml_parse(picture_text, size, NULL);
	g_autoptr(GBytes) picture = contact_picture_from_reply(xml_root(pictures));
	ck_assert_pstr_eq(contact_picture_type(picture), "image/jpeg");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("contact_fields");
	TCase *tests = tcase_create("contact_fields");
	tcase_add_loop_test(tests, carries_each_text_field_both_ways, 0, G_N_ELEMENTS(texts));
	tcase_add_loop_test(tests, carries_each_device_both_ways, 0, G_N_ELEMENTS(written));
	tcase_add_loop_test(tests, sends_each_row_of_a_card_or_says_that_it_is_lost, 0,
	                    G_N_ELEMENTS(rows));
	tcase_add_loop_test(tests, writes_each_row_of_a_reply_into_a_card, 0, G_N_ELEMENTS(rows));
	tcase_add_test(tests, sorts_devices_of_one_type_by_order_and_keeps_doubles_once);
	tcase_add_test(tests, invents_no_date_and_no_prefix);
	tcase_add_test(tests, sends_the_home_email_along_with_the_contact);
	tcase_add_test(tests, sees_no_contact_in_an_empty_answer);
	tcase_add_test(tests, sees_no_picture_in_its_three_empty_forms);
	tcase_add_test(tests, gives_nameless_contacts_one_revision_and_others_their_own);
	tcase_add_test(tests, refuses_a_field_that_is_too_long_to_be_sent);
	tcase_add_test(tests,
	               fingerprints_the_same_content_alike_whatever_its_order_or_composition);
	tcase_add_test(tests, reads_the_published_samples);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
