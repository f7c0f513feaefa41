/* SPDX-License-Identifier: MIT */
/* Cards of all versions and encodings, whole and broken, to contacts. */
#include "formats/vcard.h"

#include <check.h>
#include <string.h>

#include "base/limits.h"

static GPtrArray *repairs;

static void start_repairs(void)
{
	repairs = g_ptr_array_new_with_free_func(g_free);
}

static void stop_repairs(void)
{
	g_clear_pointer(&repairs, g_ptr_array_unref);
}

static struct contact *read_text(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct contact *contact = vcard_read(text, strlen(text), repairs, &error);
	ck_assert_msg(contact != NULL, "%s", error ? error->message : "no message");
	return contact;
}

static char *fixture(const char *name, gsize *size)
{
	g_autofree char *path = g_build_filename(TEST_FIXTURES, "vcard", name, NULL);
	char *text = NULL;
	ck_assert_msg(g_file_get_contents(path, &text, size, NULL), "no %s", path);
	return text;
}

static struct contact *read_fixture(const char *name)
{
	gsize size = 0;
	g_autofree char *text = fixture(name, &size);
	g_autoptr(GError) error = NULL;
	struct contact *contact = vcard_read(text, size, repairs, &error);
	ck_assert_msg(contact != NULL, "%s: %s", name, error ? error->message : "no message");
	return contact;
}

static void assert_repaired(const char *words)
{
	for (guint i = 0; i < repairs->len; i++) {
		if (strstr(g_ptr_array_index(repairs, i), words)) {
			return;
		}
	}
	ck_abort_msg("no repair says \"%s\"", words);
}

static void assert_device(const struct contact *contact, guint index, enum device_type type,
                          enum device_subtype subtype, enum info_type info, const char *value)
{
	ck_assert_uint_lt(index, contact->devices->len);
	const struct device *device = g_ptr_array_index(contact->devices, index);
	ck_assert_str_eq(device->value, value);
	ck_assert_int_eq(device->type, type);
	ck_assert_int_eq(device->subtype, subtype);
	ck_assert_int_eq(device->info, info);
}

START_TEST(quoted_printable_with_soft_breaks_and_charsets_is_read)
{
	OWNED(contact) person = read_fixture("v21_quoted_printable.vcf");
	ck_assert_str_eq(person->family, "L\xc3\xa9vy");
	ck_assert_str_eq(person->given, "Ana\xc3\xafs");
	ck_assert_str_eq(person->full_name, "Ana\xc3\xafs L\xc3\xa9vy");
	ck_assert_str_eq(person->note, "first\nsecond: \xc3\xa9t\xc3\xa9");
	ck_assert_int_eq(person->civility, CIVILITY_MRS);
	assert_device(person, 0, DEVICE_PHONE, DEVICE_VOICE, INFO_HOME, "01 23 45 67 89");
	assert_device(person, 1, DEVICE_PHONE, DEVICE_MOBILE, INFO_UNKNOWN, "06 12 34 56 78");
	assert_device(person, 2, DEVICE_PHONE, DEVICE_FAX, INFO_WORK, "01 23 45 67 80");
	assert_device(person, 3, DEVICE_EMAIL, DEVICE_INTERNET, INFO_UNKNOWN, "anais@example.com");
	const struct device *mobile = g_ptr_array_index(person->devices, 1);
	ck_assert(mobile->preferred);
	ck_assert_uint_eq(repairs->len, 0);
}
END_TEST

START_TEST(the_card_of_an_agent_is_skipped)
{
	OWNED(contact) person = read_fixture("v21_agent.vcf");
	ck_assert_str_eq(person->full_name, "Anne Chief");
	ck_assert_str_eq(person->function, "Director");
	ck_assert_uint_eq(person->devices->len, 0);
}
END_TEST

START_TEST(a_base64_block_is_a_picture_whether_indented_or_not)
{
	const char *const names[] = {"v21_photo_block.vcf", "v21_photo_unindented.vcf"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		OWNED(contact) person = read_fixture(names[i]);
		ck_assert_ptr_nonnull(person->picture);
		gsize size = 0;
		const guchar *data = g_bytes_get_data(person->picture, &size);
		ck_assert_uint_eq(size, 204);
		ck_assert_str_eq(picture_media_type(data, size), "image/jpeg");
		ck_assert_int_eq(data[203], 199);
		ck_assert_uint_eq(person->devices->len, 1);
	}
}
END_TEST

START_TEST(a_charset_is_undone_before_the_value_is_split)
{
	OWNED(contact) person = read_fixture("v21_shift_jis.vcf");
	ck_assert_str_eq(person->family, "\xe8\xa1\xa8");
	ck_assert_str_eq(person->given, "\xe5\xa4\xaa\xe9\x83\x8e");
}
END_TEST

START_TEST(apples_labels_and_omitted_years_are_understood)
{
	OWNED(contact) person = read_fixture("v30_apple_labels.vcf");
	assert_device(person, 0, DEVICE_PHONE, DEVICE_MOBILE, INFO_UNKNOWN, "+1 555 0100");
	assert_device(person, 1, DEVICE_EMAIL, DEVICE_INTERNET, INFO_WORK, "john@example.com");
	assert_device(person, 2, DEVICE_URL, DEVICE_WEB, INFO_UNKNOWN,
	              "http://www.example.com/a,b");
	assert_device(person, 3, DEVICE_PHONE, DEVICE_FAX, INFO_WORK, "+1 555 0101");
	ck_assert_str_eq(person->birthday, "--03-02");
}
END_TEST

START_TEST(latin_1_without_a_label_is_read_and_told)
{
	OWNED(contact) person = read_fixture("v30_latin1.vcf");
	ck_assert_str_eq(person->full_name, "J\xc3\xbcrgen M\xc3\xbcller");
	ck_assert_str_eq(person->company, "Caf\xc3\xa9 \xe2\x80\x9cZ\xc3\xbcrich\xe2\x80\x9d");
	ck_assert_str_eq(person->department, "K\xc3\xbc"
	                                     "che / Abt. 2");
	assert_repaired("line 4 is not UTF-8");
}
END_TEST

START_TEST(utf_16_is_read_with_and_without_a_mark)
{
	const char *const names[] = {"v30_utf16le.vcf", "v30_utf16be_unmarked.vcf"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		OWNED(contact) person = read_fixture(names[i]);
		ck_assert_str_eq(person->full_name, "Ana \xce\xa9mega \xf0\x9f\x98\x80");
	}
}
END_TEST

START_TEST(a_fold_inside_a_character_is_joined)
{
	OWNED(contact) person = read_fixture("v30_fold_inside_character.vcf");
	ck_assert_str_eq(person->full_name, "Ana L\xc3\xa9vy");
	ck_assert_uint_eq(repairs->len, 0);
	gsize size = 0;
	g_autofree char *bytes = fixture("v30_fold_inside_character.vcf", &size);
	g_autofree char *text = vcard_to_utf8(bytes, size);
	ck_assert(g_utf8_validate(text, -1, NULL));
	ck_assert_ptr_nonnull(strstr(text, "FN:Ana L\xc3\xa9vy\r\nEND"));
}
END_TEST

START_TEST(a_byte_order_mark_and_bare_cr_do_no_harm)
{
	OWNED(contact) person = read_fixture("v30_bom_and_cr.vcf");
	ck_assert_str_eq(person->full_name, "Marie Curie");
	ck_assert_int_eq(person->civility, CIVILITY_MRS);
}
END_TEST

START_TEST(a_missing_end_is_made_up_for)
{
	OWNED(contact) person = read_fixture("v30_no_end.vcf");
	ck_assert_str_eq(person->full_name, "Marie Curie");
	assert_repaired("END:VCARD is missing");
}
END_TEST

START_TEST(a_missing_name_is_made_from_the_full_name)
{
	OWNED(contact) person = read_fixture("v30_no_name.vcf");
	ck_assert_str_eq(person->family, "Curie");
	ck_assert_str_eq(person->given, "Marie Sk\xc5\x82odowska");
	assert_repaired("N is missing");
}
END_TEST

START_TEST(a_missing_full_name_is_made_from_the_name)
{
	OWNED(contact) person = read_fixture("v30_no_full_name.vcf");
	ck_assert_str_eq(person->full_name, "Marie Curie");
	assert_repaired("FN is missing");
}
END_TEST

START_TEST(a_company_has_no_family_name)
{
	OWNED(contact) person = read_fixture("v30_company.vcf");
	ck_assert_str_eq(person->company, "ACME, Inc.");
	ck_assert_ptr_null(person->family);
	ck_assert_ptr_null(person->given);
}
END_TEST

START_TEST(bad_lines_are_told_and_lose_nothing_else)
{
	OWNED(contact) person = read_fixture("v30_bad_lines.vcf");
	ck_assert_str_eq(person->full_name, "Marie Curie");
	ck_assert_str_eq(person->birthday_text, "in the spring");
	ck_assert_ptr_null(person->picture);
	ck_assert_uint_eq(person->devices->len, 1);
	assert_device(person, 0, DEVICE_PHONE, DEVICE_VOICE, INFO_HOME, "12");
	assert_repaired("line 3 is no property");
	assert_repaired("PHOTO is no base64");
	assert_repaired("BDAY is no date");
}
END_TEST

START_TEST(every_field_of_a_4_0_card_is_mapped)
{
	OWNED(contact) person = read_fixture("v40_full.vcf");
	ck_assert_str_eq(person->uid, "urn:uuid:4fbe8971-0bc3-424c-9c26-36c3e1eff6b1");
	ck_assert_str_eq(person->full_name, "Marie Curie");
	ck_assert_str_eq(person->additional, "Salomea,Maria");
	ck_assert_str_eq(person->prefix, "Mme");
	ck_assert_str_eq(person->suffix, "Ph.D.");
	ck_assert_str_eq(person->nickname, "Manya");
	ck_assert_str_eq(person->company, "Universit\xc3\xa9 de Paris");
	ck_assert_str_eq(person->department, "Physique / Radium");
	ck_assert_str_eq(person->function, "Researcher");
	ck_assert_str_eq(person->birthday, "--11-07");
	ck_assert_str_eq(person->note, "a\nb, c");
	ck_assert_str_eq(person->revision, "20260101T000000Z");
	ck_assert_ptr_null(person->kind);
	assert_device(person, 0, DEVICE_PHONE, DEVICE_VOICE, INFO_HOME, "+33-1-23-45-67-89 x12");
	assert_device(person, 1, DEVICE_PHONE, DEVICE_MOBILE, INFO_WORK, "+33 6 12 34 56 78");
	assert_device(person, 3, DEVICE_URL, DEVICE_WEB, INFO_UNKNOWN, "https://example.com/a;b,c");
	ck_assert(((struct device *)g_ptr_array_index(person->devices, 0))->preferred);
	ck_assert(!((struct device *)g_ptr_array_index(person->devices, 1))->preferred);
	const struct postal_address *address = g_ptr_array_index(person->addresses, 0);
	ck_assert_int_eq(address->info, INFO_HOME);
	ck_assert_str_eq(address->street, "1 rue X");
	ck_assert_str_eq(address->postal_code, "75005");
	ck_assert_uint_eq(g_bytes_get_size(person->picture), 8);
	ck_assert_uint_eq(repairs->len, 0);
}
END_TEST

START_TEST(a_picture_behind_an_address_is_only_named)
{
	OWNED(contact) person = read_fixture("v40_photo_url.vcf");
	ck_assert_str_eq(person->picture_url, "https://example.com/p.jpg");
	ck_assert_ptr_null(person->picture);
}
END_TEST

START_TEST(properties_without_a_begin_are_a_card)
{
	OWNED(contact) person = read_fixture("no_begin.vcf");
	ck_assert_str_eq(person->family, "Curie");
	assert_repaired("BEGIN:VCARD is missing");
}
END_TEST

START_TEST(what_holds_no_card_is_an_input_error)
{
	gsize size = 0;
	g_autofree char *text = fixture("not_a_card.txt", &size);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(vcard_read(text, size, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
	g_autoptr(GError) empty = NULL;
	ck_assert_ptr_null(vcard_read("", 0, NULL, &empty));
	ck_assert(passerelle_error_is(empty, PASSERELLE_ERROR_INPUT));
}
END_TEST

START_TEST(an_empty_card_is_an_empty_contact)
{
	OWNED(contact) person = read_fixture("empty_card.vcf");
	ck_assert_ptr_null(person->full_name);
	ck_assert_uint_eq(person->devices->len, 0);
}
END_TEST

static const struct {
	const char *written, *birthday, *text;
} birthdays[] = {
	{"1951-01-31", "1951-01-31", NULL},
	{"19510131", "1951-01-31", NULL},
	{"1951-01-31T00:00:00Z", "1951-01-31", NULL},
	{"19510131T102200-0800", "1951-01-31", NULL},
	{"1951/01/31", "1951-01-31", NULL},
	{"1951-1-3", "1951-01-03", NULL},
	{"--0131", "--01-31", NULL},
	{"--01-31", "--01-31", NULL},
	{"--01", "--01", NULL},
	{"---31", "---31", NULL},
	{"1951-01", "1951-01", NULL},
	{"1951", "1951", NULL},
	{"0000-01-31", "--01-31", NULL},
	{"2000-02-29", "2000-02-29", NULL},
	{"1900-02-29", NULL, "1900-02-29"},
	{"1951-13-01", NULL, "1951-13-01"},
	{"31/01/1951", NULL, "31/01/1951"},
	{"T102200", NULL, "T102200"},
	{"circa 1800", NULL, "circa 1800"},
};

START_TEST(birthdays_are_read_in_every_form)
{
	g_autofree char *text = g_strdup_printf(
		"BEGIN:VCARD\nVERSION:4.0\nN:A;B\nBDAY:%s\nEND:VCARD\n", birthdays[_i].written);
	OWNED(contact) person = read_text(text);
	ck_assert_pstr_eq(person->birthday, birthdays[_i].birthday);
	ck_assert_pstr_eq(person->birthday_text, birthdays[_i].text);
}
END_TEST

static const struct {
	const char *prefix;
	enum civility civility;
} prefixes[] = {
	{"M.", CIVILITY_MR},       {"M", CIVILITY_MR},        {"Mr", CIVILITY_MR},
	{"MR.", CIVILITY_MR},      {"Monsieur", CIVILITY_MR}, {"Mister", CIVILITY_MR},
	{"Mme", CIVILITY_MRS},     {"Mrs.", CIVILITY_MRS},    {"Madame", CIVILITY_MRS},
	{"Mlle", CIVILITY_MISS},   {"Miss", CIVILITY_MISS},   {"Mademoiselle", CIVILITY_MISS},
	{"Dr. Mme", CIVILITY_MRS}, {"Ms", CIVILITY_UNKNOWN},  {"Herr", CIVILITY_UNKNOWN},
	{"Dr.", CIVILITY_UNKNOWN}, {"", CIVILITY_UNKNOWN},    {"Mmes", CIVILITY_UNKNOWN},
};

START_TEST(the_civility_is_the_prefix_and_never_invented)
{
	g_autofree char *text = g_strdup_printf("BEGIN:VCARD\nVERSION:3.0\nN:A;B;;%s;\nEND:VCARD\n",
	                                        prefixes[_i].prefix);
	OWNED(contact) person = read_text(text);
	ck_assert_int_eq(person->civility, prefixes[_i].civility);
}
END_TEST

static const struct {
	const char *line;
	enum device_type type;
	enum device_subtype subtype;
	enum info_type info;
	bool preferred;
	const char *value;
} device_lines[] = {
	{"TEL:1", DEVICE_PHONE, DEVICE_VOICE, INFO_UNKNOWN, false, "1"},
	{"TEL;TYPE=HOME,VOICE:1", DEVICE_PHONE, DEVICE_VOICE, INFO_HOME, false, "1"},
	{"TEL;TYPE=WORK;TYPE=cell:1", DEVICE_PHONE, DEVICE_MOBILE, INFO_WORK, false, "1"},
	{"TEL;TYPE=mobile:1", DEVICE_PHONE, DEVICE_MOBILE, INFO_UNKNOWN, false, "1"},
	{"TEL;FAX;HOME:1", DEVICE_PHONE, DEVICE_FAX, INFO_HOME, false, "1"},
	{"TEL;TYPE=video:1", DEVICE_PHONE, DEVICE_VIDEO, INFO_UNKNOWN, false, "1"},
	{"TEL;TYPE=pref:1", DEVICE_PHONE, DEVICE_VOICE, INFO_UNKNOWN, true, "1"},
	{"TEL;PREF:1", DEVICE_PHONE, DEVICE_VOICE, INFO_UNKNOWN, true, "1"},
	{"TEL;PREF=1:1", DEVICE_PHONE, DEVICE_VOICE, INFO_UNKNOWN, true, "1"},
	{"TEL;VALUE=uri:tel:+33-1", DEVICE_PHONE, DEVICE_VOICE, INFO_UNKNOWN, false, "+33-1"},
	{"TEL:tel:TEL: tel:+33-1", DEVICE_PHONE, DEVICE_VOICE, INFO_UNKNOWN, false, "+33-1"},
	{"TEL;VALUE=uri:sip:a@b", DEVICE_PHONE, DEVICE_VOICE, INFO_UNKNOWN, false, "sip:a@b"},
	{"x.EMAIL;TYPE=HOME:a@b", DEVICE_EMAIL, DEVICE_INTERNET, INFO_HOME, false, "a@b"},
	{"EMAIL:mailto:a@b", DEVICE_EMAIL, DEVICE_INTERNET, INFO_UNKNOWN, false, "a@b"},
	{"URL;WORK:http://a/", DEVICE_URL, DEVICE_WEB, INFO_WORK, false, "http://a/"},
};

START_TEST(devices_are_mapped_with_their_types)
{
	g_autofree char *text =
		g_strdup_printf("BEGIN:VCARD\nN:A;B\n%s\nEND:VCARD\n", device_lines[_i].line);
	OWNED(contact) person = read_text(text);
	assert_device(person, 0, device_lines[_i].type, device_lines[_i].subtype,
	              device_lines[_i].info, device_lines[_i].value);
	const struct device *device = g_ptr_array_index(person->devices, 0);
	ck_assert_int_eq(device->preferred, device_lines[_i].preferred);
}
END_TEST

START_TEST(pictures_are_known_by_their_first_bytes)
{
	ck_assert_str_eq(picture_media_type("\xff\xd8\xff\xe0", 4), "image/jpeg");
	ck_assert_str_eq(picture_media_type("GIF89a", 6), "image/gif");
	ck_assert_str_eq(picture_media_type("BM\0\0", 4), "image/bmp");
	ck_assert_str_eq(picture_media_type("\x89PNG\r\n\x1a\n", 8), "image/png");
	ck_assert_str_eq(picture_media_type("RIFF\1\2\3\4WEBP", 12), "image/webp");
	ck_assert_ptr_null(picture_media_type("RIFF\1\2\3\4WAVE", 12));
	ck_assert_ptr_null(picture_media_type("\xff\xd8", 2));
	ck_assert_ptr_null(picture_media_type(NULL, 0));
}
END_TEST

START_TEST(a_picture_beyond_the_limit_is_left_out_and_told)
{
	g_autoptr(GString) text = g_string_new("BEGIN:VCARD\nN:A;B\nPHOTO;ENCODING=b:");
	const gsize size = (gsize)LIMIT_PICTURE_BYTES / 3 * 4 + 100;
	g_autofree char *base64 = g_strnfill(size, 'A');
	g_string_append_printf(text, "%s\nTEL:1\nEND:VCARD\n", base64);
	OWNED(contact) person = read_text(text->str);
	ck_assert_ptr_null(person->picture);
	ck_assert_uint_eq(person->devices->len, 1);
	assert_repaired("too large");
}
END_TEST

START_TEST(a_file_is_cut_into_its_cards)
{
	gsize size = 0;
	g_autofree char *text = fixture("v30_no_end.vcf", &size);
	g_autoptr(GPtrArray) cards = vcard_split(text, size, NULL);
	ck_assert_uint_eq(cards->len, 2);
	for (guint i = 0; i < cards->len; i++) {
		const char *card = g_ptr_array_index(cards, i);
		ck_assert(g_str_has_prefix(card, "BEGIN:VCARD"));
		ck_assert(g_str_has_suffix(card, "END:VCARD\r\n"));
		OWNED(contact) person = read_text(card);
		ck_assert_str_eq(person->given, i == 0 ? "Marie" : "Pierre");
	}
	g_autofree char *agent = fixture("v21_agent.vcf", &size);
	g_autoptr(GPtrArray) one = vcard_split(agent, size, NULL);
	ck_assert_uint_eq(one->len, 1);
	ck_assert_str_eq(g_ptr_array_index(one, 0), agent);
}
END_TEST

START_TEST(a_file_that_stops_behind_a_begin_is_cut_too)
{
	const char *text = "BEGIN:VCARD\nN:A;B\nEND:VCARD\nBEGIN:VCARD";
	g_autoptr(GPtrArray) cards = vcard_split(text, strlen(text), NULL);
	ck_assert_uint_eq(cards->len, 2);
	ck_assert_str_eq(g_ptr_array_index(cards, 1), "BEGIN:VCARD\r\nEND:VCARD\r\n");
}
END_TEST

START_TEST(an_agent_that_nobody_closes_swallows_nothing)
{
	OWNED(contact) person = read_text("BEGIN:VCARD\nN:A;B\nAGENT:\nTEL:1\nEND:VCARD\n");
	ck_assert_uint_eq(person->devices->len, 1);
	const char *open = "BEGIN:VCARD\nN:A;B\nAGENT:\nBEGIN:VCARD\nN:C;D\nEND:VCARD\n";
	g_autoptr(GPtrArray) cards = vcard_split(open, strlen(open), NULL);
	ck_assert_uint_ge(cards->len, 1);
	OWNED(contact) first = read_text(g_ptr_array_index(cards, 0));
	ck_assert_str_eq(first->family, "A");
}
END_TEST

START_TEST(nul_bytes_are_dropped_from_text)
{
	g_autofree char *text = vcard_to_utf8("FN:a\0b\xe9\n", 8);
	ck_assert_str_eq(text, "FN:ab\xc3\xa9\n");
}
END_TEST

START_TEST(an_empty_line_stays_when_a_card_becomes_utf_8)
{
	const char *card = "BEGIN:VCARD\nKEY;ENCODING=b:AAAA\n\nabcd\nNOTE:\xe9\nEND:VCARD\n\n";
	g_autofree char *text = vcard_to_utf8(card, strlen(card));
	ck_assert_str_eq(text, "BEGIN:VCARD\nKEY;ENCODING=b:AAAA\n\nabcd\nNOTE:\xc3\xa9\n"
	                       "END:VCARD\n\n");
}
END_TEST

START_TEST(a_block_of_base64_keeps_its_folds_when_a_card_becomes_utf_8)
{
	const char *card = "BEGIN:VCARD\nKEY;BASE64:\nAAAA\n b:\xc3\n \xa9\nX-PET:cat\nEND:VCARD\n";
	g_autofree char *text = vcard_to_utf8(card, strlen(card));
	ck_assert_str_eq(text, "BEGIN:VCARD\nKEY;BASE64:\nAAAA\n b:\xc3\x83\n \xc2\xa9\nX-PET:cat\n"
	                       "END:VCARD\n");
}
END_TEST

START_TEST(addresses_beyond_the_limit_are_left_out_and_told_once)
{
	g_autoptr(GString) card = g_string_new("BEGIN:VCARD\r\nVERSION:3.0\r\nN:a\r\nFN:a\r\n");
	for (guint i = 0; i < LIMIT_ADDRESSES + 10; i++) {
		g_string_append_printf(card, "ADR:;;street %u;b;;;\r\n", i);
	}
	g_string_append(card, "TEL:1\r\nEND:VCARD\r\n");
	OWNED(contact) contact = vcard_read(card->str, card->len, repairs, NULL);
	ck_assert_ptr_nonnull(contact);
	ck_assert_uint_eq(contact->addresses->len, LIMIT_ADDRESSES);
	ck_assert_uint_eq(contact->devices->len, 1);
	ck_assert_uint_eq(repairs->len, 1);
	ck_assert_str_eq(g_ptr_array_index(repairs, 0),
	                 "line 5005: one address too many, left out with those behind it");
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("vcard_read");
	tcase_add_checked_fixture(cases, start_repairs, stop_repairs);
	tcase_add_test(cases, addresses_beyond_the_limit_are_left_out_and_told_once);
	tcase_add_test(cases, quoted_printable_with_soft_breaks_and_charsets_is_read);
	tcase_add_test(cases, the_card_of_an_agent_is_skipped);
	tcase_add_test(cases, a_base64_block_is_a_picture_whether_indented_or_not);
	tcase_add_test(cases, a_charset_is_undone_before_the_value_is_split);
	tcase_add_test(cases, apples_labels_and_omitted_years_are_understood);
	tcase_add_test(cases, latin_1_without_a_label_is_read_and_told);
	tcase_add_test(cases, utf_16_is_read_with_and_without_a_mark);
	tcase_add_test(cases, a_fold_inside_a_character_is_joined);
	tcase_add_test(cases, a_byte_order_mark_and_bare_cr_do_no_harm);
	tcase_add_test(cases, a_missing_end_is_made_up_for);
	tcase_add_test(cases, a_missing_name_is_made_from_the_full_name);
	tcase_add_test(cases, a_missing_full_name_is_made_from_the_name);
	tcase_add_test(cases, a_company_has_no_family_name);
	tcase_add_test(cases, bad_lines_are_told_and_lose_nothing_else);
	tcase_add_test(cases, every_field_of_a_4_0_card_is_mapped);
	tcase_add_test(cases, a_picture_behind_an_address_is_only_named);
	tcase_add_test(cases, properties_without_a_begin_are_a_card);
	tcase_add_test(cases, what_holds_no_card_is_an_input_error);
	tcase_add_test(cases, an_empty_card_is_an_empty_contact);
	tcase_add_loop_test(cases, birthdays_are_read_in_every_form, 0, G_N_ELEMENTS(birthdays));
	tcase_add_loop_test(cases, the_civility_is_the_prefix_and_never_invented, 0,
	                    G_N_ELEMENTS(prefixes));
	tcase_add_loop_test(cases, devices_are_mapped_with_their_types, 0,
	                    G_N_ELEMENTS(device_lines));
	tcase_add_test(cases, pictures_are_known_by_their_first_bytes);
	tcase_add_test(cases, a_picture_beyond_the_limit_is_left_out_and_told);
	tcase_add_test(cases, a_file_is_cut_into_its_cards);
	tcase_add_test(cases, a_file_that_stops_behind_a_begin_is_cut_too);
	tcase_add_test(cases, an_agent_that_nobody_closes_swallows_nothing);
	tcase_add_test(cases, nul_bytes_are_dropped_from_text);
	tcase_add_test(cases, an_empty_line_stays_when_a_card_becomes_utf_8);
	tcase_add_test(cases, a_block_of_base64_keeps_its_folds_when_a_card_becomes_utf_8);
	Suite *suite = suite_create("vcard_read");
	suite_add_tcase(suite, cases);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
