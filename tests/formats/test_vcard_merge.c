/* SPDX-License-Identifier: MIT */
/* Merging a change from the other side into the user's own card: what changes, and what must not.
 */
#include "formats/vcard.h"

#include <check.h>
#include <string.h>

/* The user's own card: odd order, folding, groups and properties of other programs. */
static const char mine_text[] = "BEGIN:VCARD\r\n"
				"VERSION:3.0\r\n"
				"X-OTHER;X-P=\"a;b\":kept\\, as it\r\n  is\r\n"
				"item1.TEL;TYPE=\"voice,Home\";X-Q=1:+33 1 23 45 67 89\r\n"
				"item1.X-ABLabel:Chez elle\r\n"
				"FN:Marie Curie\r\n"
				"N:Curie;Marie;Salomea,Maria;Dr. Mme;\r\n"
				"EMAIL;TYPE=WORK:marie@example.com\r\n"
				"ORG:Sorbonne;Physique;Radium\r\n"
				"NICKNAME:Manya,Mania\r\n"
				"x.BDAY;VALUE=date:1867-11-07\r\n"
				"NOTE:my own\\nnote\r\n"
				"CATEGORIES:science\r\n"
				"END:VCARD\r\n";

static struct contact *read_text(const char *text)
{
	g_autoptr(GError) error = NULL;
	struct contact *contact = vcard_read(text, strlen(text), NULL, &error);
	ck_assert_msg(contact != NULL, "%s in \"%s\"", error ? error->message : "error", text);
	return contact;
}

static void set_text(char **field, const char *text)
{
	g_free(*field);
	*field = g_strdup(text);
}

static struct device *device_of(struct contact *contact, guint index)
{
	ck_assert_uint_lt(index, contact->devices->len);
	return g_ptr_array_index(contact->devices, index);
}

static char *merge(const char *mine, const struct contact *base, const struct contact *theirs,
                   guint conflicts)
{
	g_autoptr(GPtrArray) told = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GError) error = NULL;
	char *merged = vcard_merge(mine, base, theirs, told, &error);
	ck_assert_msg(merged != NULL, "%s", error ? error->message : "no message");
	ck_assert_uint_eq(told->len, conflicts);
	return merged;
}

/* mine with one line exchanged for another. */
static void assert_only_changed(const char *mine, const char *merged, const char *from,
                                const char *to)
{
	const char *at = strstr(mine, from);
	ck_assert_ptr_nonnull(at);
	g_autofree char *expected =
		g_strdup_printf("%.*s%s%s", (int)(at - mine), mine, to, at + strlen(from));
	ck_assert_str_eq(merged, expected);
}

static void assert_merge(const char *mine, const struct contact *base, const struct contact *theirs,
                         const char *from, const char *to)
{
	g_autofree char *merged = merge(mine, base, theirs, 0);
	assert_only_changed(mine, merged, from, to);
}

static struct contact *base;
static struct contact *theirs;

static void start(void)
{
	base = read_text(mine_text);
	theirs = contact_copy(base);
}

static void stop(void)
{
	g_clear_pointer(&base, contact_free);
	g_clear_pointer(&theirs, contact_free);
}

START_TEST(without_a_change_every_byte_stays)
{
	g_autofree char *merged = merge(mine_text, base, theirs, 0);
	ck_assert_str_eq(merged, mine_text);
}
END_TEST

START_TEST(a_phone_moved_to_mobile_changes_its_types_alone)
{
	device_of(theirs, 0)->subtype = DEVICE_MOBILE;
	assert_merge(mine_text, base, theirs, "TYPE=\"voice,Home\";X-Q=1", "TYPE=cell,Home;X-Q=1");
}
END_TEST

START_TEST(a_phone_moved_to_work_changes_its_types_alone)
{
	device_of(theirs, 0)->info = INFO_WORK;
	assert_merge(mine_text, base, theirs, "TYPE=\"voice,Home\";X-Q=1", "TYPE=voice,WORK;X-Q=1");
}
END_TEST

START_TEST(an_added_phone_comes_behind_the_last_one)
{
	contact_add_device(theirs, device_new(DEVICE_PHONE, DEVICE_FAX, INFO_WORK, "12"));
	assert_merge(mine_text, base, theirs, ":+33 1 23 45 67 89\r\n",
	             ":+33 1 23 45 67 89\r\nTEL;TYPE=WORK,FAX:12\r\n");
}
END_TEST

START_TEST(an_added_url_comes_at_the_end_of_the_card)
{
	contact_add_device(theirs, device_new(DEVICE_URL, DEVICE_WEB, INFO_UNKNOWN, "http://a/"));
	assert_merge(mine_text, base, theirs, "END:VCARD", "URL:http://a/\r\nEND:VCARD");
}
END_TEST

START_TEST(a_removed_phone_goes_with_its_label)
{
	g_ptr_array_remove_index(theirs->devices, 0);
	assert_merge(mine_text, base, theirs,
	             "item1.TEL;TYPE=\"voice,Home\";X-Q=1:+33 1 23 45 67 89\r\n"
	             "item1.X-ABLabel:Chez elle\r\n",
	             "");
}
END_TEST

START_TEST(a_removed_phone_that_changed_here_stays_and_is_told)
{
	g_ptr_array_remove_index(theirs->devices, 0);
	device_of(base, 0)->subtype = DEVICE_FAX;
	g_autofree char *merged = merge(mine_text, base, theirs, 1);
	ck_assert_str_eq(merged, mine_text);
}
END_TEST

START_TEST(a_phone_deleted_here_does_not_come_back)
{
	const char *mine = "BEGIN:VCARD\nVERSION:3.0\nN:Curie;Marie\nFN:Marie Curie\nEND:VCARD\n";
	OWNED(contact) agreed = read_text(mine);
	contact_add_device(agreed, device_new(DEVICE_PHONE, DEVICE_FAX, INFO_WORK, "12"));
	OWNED(contact) remote = contact_copy(agreed);
	device_of(remote, 0)->info = INFO_HOME;
	g_autofree char *merged = merge(mine, agreed, remote, 0);
	ck_assert_str_eq(merged, mine);
}
END_TEST

START_TEST(one_component_of_the_name_changes_alone)
{
	set_text(&theirs->family, "Sk\xc5\x82odowska");
	g_autofree char *merged = merge(mine_text, base, theirs, 0);
	ck_assert_ptr_nonnull(
		strstr(merged, "\r\nN:Sk\xc5\x82odowska;Marie;Salomea,Maria;Dr. Mme;\r\n"));
	ck_assert_ptr_nonnull(strstr(merged, "\r\nFN:Marie Curie\r\n"));
}
END_TEST

START_TEST(the_full_name_follows_when_it_was_made_from_the_name)
{
	set_text(&theirs->family, "Joliot");
	set_text(&theirs->full_name, NULL);
	set_text(&base->full_name, NULL);
	g_autofree char *merged = merge(mine_text, base, theirs, 0);
	ck_assert_ptr_nonnull(strstr(merged, "\r\nFN:Marie Joliot\r\n"));
}
END_TEST

START_TEST(a_full_name_of_the_users_own_stays)
{
	g_autoptr(GString) mine = g_string_new(mine_text);
	g_string_replace(mine, "FN:Marie Curie", "FN:Maman", 1);
	set_text(&theirs->family, "Joliot");
	set_text(&theirs->full_name, NULL);
	set_text(&base->full_name, NULL);
	assert_merge(mine->str, base, theirs, "\r\nN:Curie", "\r\nN:Joliot");
}
END_TEST

START_TEST(a_civility_is_exchanged_inside_the_prefix)
{
	set_text(&base->prefix, NULL);
	set_text(&theirs->prefix, NULL);
	theirs->civility = CIVILITY_MISS;
	assert_merge(mine_text, base, theirs, "Dr. Mme", "Dr. Mlle");
}
END_TEST

START_TEST(a_side_without_prefixes_takes_none_away)
{
	set_text(&base->prefix, "Mrs.");
	set_text(&theirs->prefix, NULL);
	g_autofree char *merged = merge(mine_text, base, theirs, 0);
	ck_assert_str_eq(merged, mine_text);
}
END_TEST

START_TEST(the_company_changes_in_its_component)
{
	set_text(&theirs->company, "Institut; du Radium");
	assert_merge(mine_text, base, theirs, "ORG:Sorbonne;", "ORG:Institut\\; du Radium;");
}
END_TEST

START_TEST(the_department_changes_behind_the_company)
{
	set_text(&theirs->department, "Chimie");
	assert_merge(mine_text, base, theirs, "Sorbonne;Physique;Radium", "Sorbonne;Chimie");
}
END_TEST

START_TEST(the_first_nickname_changes_alone)
{
	set_text(&theirs->nickname, "Maria");
	assert_merge(mine_text, base, theirs, "NICKNAME:Manya,Mania", "NICKNAME:Maria,Mania");
}
END_TEST

START_TEST(a_birthday_changes_in_its_line)
{
	set_text(&theirs->birthday, "1867-11-08");
	assert_merge(mine_text, base, theirs, "x.BDAY;VALUE=date:1867-11-07", "x.BDAY:1867-11-08");
}
END_TEST

START_TEST(a_new_function_is_a_title)
{
	set_text(&theirs->function, "Professor");
	assert_merge(mine_text, base, theirs, "END:VCARD", "TITLE:Professor\r\nEND:VCARD");
}
END_TEST

START_TEST(a_change_on_both_sides_keeps_mine_and_is_told)
{
	set_text(&base->company, "Other");
	set_text(&theirs->company, "Another");
	g_autofree char *merged = merge(mine_text, base, theirs, 1);
	ck_assert_str_eq(merged, mine_text);
}
END_TEST

START_TEST(a_local_addition_and_a_remote_change_both_survive)
{
	g_autoptr(GString) mine = g_string_new(mine_text);
	g_string_replace(mine, "END:VCARD", "TEL;TYPE=CELL:06\r\nEND:VCARD", 1);
	set_text(&theirs->company, "CNRS");
	contact_add_device(theirs, device_new(DEVICE_EMAIL, DEVICE_INTERNET, INFO_HOME, "m@c"));
	g_autofree char *merged = merge(mine->str, base, theirs, 0);
	OWNED(contact) person = read_text(merged);
	ck_assert_str_eq(person->company, "CNRS");
	ck_assert_uint_eq(person->devices->len, 4);
	ck_assert_ptr_nonnull(strstr(merged, "TEL;TYPE=CELL:06\r\n"));
}
END_TEST

START_TEST(without_a_base_the_union_is_made_and_nothing_replaced)
{
	set_text(&theirs->company, "CNRS");
	set_text(&theirs->function, "Professor");
	device_of(theirs, 0)->subtype = DEVICE_FAX;
	contact_add_device(theirs, device_new(DEVICE_EMAIL, DEVICE_INTERNET, INFO_HOME, "m@c"));
	g_autofree char *merged = merge(mine_text, NULL, theirs, 0);
	OWNED(contact) person = read_text(merged);
	ck_assert_str_eq(person->company, "Sorbonne");
	ck_assert_str_eq(person->function, "Professor");
	ck_assert_uint_eq(person->devices->len, 3);
	ck_assert_int_eq(device_of(person, 0)->subtype, DEVICE_VOICE);
}
END_TEST

START_TEST(a_picture_is_added_replaced_and_removed)
{
	theirs->picture = g_bytes_new_static("\xff\xd8\xff\xe0 first", 10);
	g_autofree char *added = merge(mine_text, base, theirs, 0);
	OWNED(contact) with_picture = read_text(added);
	ck_assert(g_bytes_equal(with_picture->picture, theirs->picture));
	OWNED(contact) replaced = contact_copy(theirs);
	g_clear_pointer(&replaced->picture, g_bytes_unref);
	replaced->picture = g_bytes_new_static("GIF89a second", 13);
	g_autofree char *second = merge(added, theirs, replaced, 0);
	ck_assert_ptr_nonnull(strstr(second, "PHOTO;ENCODING=b;TYPE=GIF:"));
	ck_assert_ptr_null(strstr(second, "JPEG"));
	g_autofree char *removed = merge(second, replaced, base, 0);
	ck_assert_str_eq(removed, mine_text);
}
END_TEST

START_TEST(an_address_that_changed_there_changes_in_its_line)
{
	const char *mine =
		"BEGIN:VCARD\nVERSION:4.0\nFN:A B\nN:B;A;;;\n"
		"g.ADR;TYPE=home;X-Z=1:;;1 rue A;Paris;;75001;France\nNOTE:n\nEND:VCARD\n";
	OWNED(contact) agreed = read_text(mine);
	OWNED(contact) remote = contact_copy(agreed);
	struct postal_address *address = g_ptr_array_index(remote->addresses, 0);
	set_text(&address->street, "2 rue B");
	assert_merge(mine, agreed, remote, "1 rue A", "2 rue B");
}
END_TEST

START_TEST(line_ends_of_the_file_are_kept)
{
	static const char *const line_ends[] = {"\n", "\r\n", "\r"};
	for (gsize i = 0; i < G_N_ELEMENTS(line_ends); i++) {
		g_autoptr(GString) mine = g_string_new(mine_text);
		g_string_replace(mine, "\r\n", line_ends[i], 0);
		g_autofree char *note = g_strnfill(200, 'n');
		OWNED(contact) remote = contact_copy(base);
		set_text(&remote->function, note);
		g_autofree char *merged = merge(mine->str, base, remote, 0);
		g_autoptr(GString) plain = g_string_new(merged);
		g_string_replace(plain, line_ends[i], "", 0);
		ck_assert_ptr_null(strpbrk(plain->str, "\r\n"));
		OWNED(contact) person = read_text(merged);
		ck_assert_str_eq(person->function, note);
	}
}
END_TEST

START_TEST(a_2_1_card_is_changed_in_its_own_way)
{
	const char *mine = "BEGIN:VCARD\r\nVERSION:2.1\r\n"
			   "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:L=E9vy;Ana\r\n"
			   "TEL;HOME;VOICE:1\r\nEND:VCARD\r\n";
	OWNED(contact) agreed = read_text(mine);
	OWNED(contact) remote = contact_copy(agreed);
	set_text(&remote->given, "Ana\xc3\xafs");
	device_of(remote, 0)->subtype = DEVICE_MOBILE;
	contact_add_device(remote, device_new(DEVICE_PHONE, DEVICE_FAX, INFO_WORK, "2"));
	g_autofree char *merged = merge(mine, agreed, remote, 0);
	ck_assert_str_eq(merged,
	                 "BEGIN:VCARD\r\nVERSION:2.1\r\n"
	                 "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:L=C3=A9vy;Ana=C3=AFs;;;\r\n"
	                 "TEL;HOME;CELL:1\r\nTEL;WORK;FAX:2\r\nEND:VCARD\r\n");
}
END_TEST

START_TEST(a_latin_1_card_becomes_utf_8_only_when_it_changes)
{
	const char *mine = "BEGIN:VCARD\nVERSION:3.0\nN:L\xe9vy;Ana\nFN:Ana L\xe9vy\nEND:VCARD\n";
	OWNED(contact) agreed = read_text(mine);
	g_autofree char *same = merge(mine, agreed, agreed, 0);
	ck_assert_str_eq(same, mine);
	OWNED(contact) remote = contact_copy(agreed);
	set_text(&remote->function, "\xc3\xa9lue");
	g_autofree char *merged = merge(mine, agreed, remote, 0);
	ck_assert_str_eq(merged, "BEGIN:VCARD\nVERSION:3.0\nN:L\xc3\xa9vy;Ana\n"
	                         "FN:Ana L\xc3\xa9vy\nTITLE:\xc3\xa9lue\nEND:VCARD\n");
}
END_TEST

START_TEST(apples_type_label_gives_way_to_a_new_type)
{
	const char *mine = "BEGIN:VCARD\nVERSION:3.0\nN:B;A\nFN:A B\nitem1.TEL:1\n"
			   "item1.X-ABLabel:_$!<Mobile>!$_\nEND:VCARD\n";
	OWNED(contact) agreed = read_text(mine);
	OWNED(contact) remote = contact_copy(agreed);
	device_of(remote, 0)->subtype = DEVICE_VOICE;
	assert_merge(mine, agreed, remote, "item1.TEL:1\nitem1.X-ABLabel:_$!<Mobile>!$_\n",
	             "item1.TEL;TYPE=VOICE:1\n");
}
END_TEST

START_TEST(a_soft_break_without_a_next_line_swallows_nothing)
{
	const char *mine = "BEGIN:VCARD\nVERSION:2.1\nN:B;A\nTEL:1\n"
			   "X-A;QUOTED-PRINTABLE:x=\nEND:VCARD\n";
	OWNED(contact) agreed = read_text(mine);
	OWNED(contact) remote = contact_copy(agreed);
	contact_add_device(remote, device_new(DEVICE_EMAIL, DEVICE_INTERNET, INFO_UNKNOWN, "a@b"));
	g_autofree char *merged = merge(mine, agreed, remote, 0);
	OWNED(contact) person = read_text(merged);
	ck_assert_uint_eq(person->devices->len, 2);
}
END_TEST

/* Base64 text behind the picture that is put before it, or behind what stood before a deleted line.
 */
START_TEST(a_base64_block_swallows_no_line_of_others)
{
	static const struct {
		const char *mine, *merged;
	} rows[] = {
		{"BEGIN:VCARD\nVERSION:3.0\nFN:A\nabcd=\nEND:VCARD\n",
	         "BEGIN:VCARD\nVERSION:3.0\nFN:A\n"
	         "PHOTO;ENCODING=b;TYPE=GIF:R0lGODlhLg==\n\nabcd=\nEND:VCARD\n"},
		{"BEGIN:VCARD\nVERSION:3.0\nFN:A\nPHOTO;VALUE=uri:http://a/\nXPET\n :cat\n"
	         "END:VCARD\n",
	         "BEGIN:VCARD\nVERSION:3.0\nFN:A\nPHOTO;VALUE=uri:http://a/\n"
	         "PHOTO;ENCODING=b;TYPE=GIF:R0lGODlhLg==\n\nXPET\n :cat\nEND:VCARD\n"},
		{"BEGIN:VCARD\nVERSION:3.0\nFN:A\nKEY;ENCODING=b:AAAA\nTITLE:t\nXPET\n :cat\n"
	         "PHOTO;ENCODING=b;TYPE=GIF:R0lGODlhLg==\nEND:VCARD\n",
	         "BEGIN:VCARD\nVERSION:3.0\nFN:A\nKEY;ENCODING=b:AAAA\n\nXPET\n :cat\n"
	         "PHOTO;ENCODING=b;TYPE=GIF:R0lGODlhLg==\nEND:VCARD\n"},
		{"BEGIN:VCARD\nVERSION:3.0\nFN:A\nKEY;ENCODING=b:AAAA\rTITLE:t\nXPET\n :cat\n"
	         "PHOTO;ENCODING=b;TYPE=GIF:R0lGODlhLg==\nEND:VCARD\n",
	         "BEGIN:VCARD\nVERSION:3.0\nFN:A\nKEY;ENCODING=b:AAAA\r\n\nXPET\n :cat\n"
	         "PHOTO;ENCODING=b;TYPE=GIF:R0lGODlhLg==\nEND:VCARD\n"},
	};
	OWNED(contact) agreed = read_text(rows[_i].mine);
	OWNED(contact) remote = contact_copy(agreed);
	g_clear_pointer(&remote->function, g_free);
	g_clear_pointer(&remote->picture, g_bytes_unref);
	remote->picture = g_bytes_new_static("GIF89a.", 7);
	g_autofree char *merged = merge(rows[_i].mine, agreed, remote, 0);
	ck_assert_str_eq(merged, rows[_i].merged);
}
END_TEST

/* The CR of a line of ours and the LF of the empty line would be one line end, and the next line a
 * fold. */
START_TEST(an_empty_line_stays_one_where_line_ends_are_mixed)
{
	const char *mine = "BEGIN:VCARD\rVERSION:3.0\rFN:A\rORG:C\r\n\n X-PET:cat\rEND:VCARD\r";
	OWNED(contact) agreed = read_text(mine);
	OWNED(contact) remote = contact_copy(agreed);
	set_text(&remote->company, "D");
	assert_merge(mine, agreed, remote, "ORG:C\r\n\n", "ORG:D\n\n\n");
}
END_TEST

START_TEST(a_card_without_an_end_is_extended_too)
{
	const char *mine = "BEGIN:VCARD\nVERSION:3.0\nN:B;A\nFN:A B";
	OWNED(contact) agreed = read_text(mine);
	OWNED(contact) remote = contact_copy(agreed);
	set_text(&remote->nickname, "Bee");
	g_autofree char *merged = merge(mine, agreed, remote, 0);
	ck_assert_str_eq(merged, "BEGIN:VCARD\nVERSION:3.0\nN:B;A\nFN:A B\nNICKNAME:Bee\n");
}
END_TEST

START_TEST(what_is_no_card_is_an_input_error)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(vcard_merge("hello\n", NULL, theirs, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
}
END_TEST

START_TEST(a_line_is_a_line_for_others_whatever_ends_the_lines_here)
{
	static const char *const line_ends[] = {"\n", "\r\n", "\r\r\n", "\r"};
	static const char *const ours[] = {"\n", "\r\n", "\r\n", "\r"};
	const char *end = line_ends[_i];
	g_autofree char *mine = g_strconcat("BEGIN:VCARD", end, "VERSION:3.0", end, "N:A;B;;;", end,
	                                    "FN:B A", end, "END:VCARD", end, NULL);
	OWNED(contact) agreed = vcard_read(mine, strlen(mine), NULL, NULL);
	OWNED(contact) changed = contact_copy(agreed);
	changed->company = g_strdup("C");
	g_autofree char *merged = vcard_merge(mine, agreed, changed, NULL, NULL);
	g_autofree char *line =
		g_strconcat("FN:B A", end, "ORG:C", ours[_i], "END:VCARD", end, NULL);
	ck_assert_msg(g_str_has_suffix(merged, line), "%s", merged);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("vcard_merge");
	tcase_add_loop_test(cases, a_line_is_a_line_for_others_whatever_ends_the_lines_here, 0, 4);
	tcase_add_checked_fixture(cases, start, stop);
	tcase_add_test(cases, without_a_change_every_byte_stays);
	tcase_add_test(cases, a_phone_moved_to_mobile_changes_its_types_alone);
	tcase_add_test(cases, a_phone_moved_to_work_changes_its_types_alone);
	tcase_add_test(cases, an_added_phone_comes_behind_the_last_one);
	tcase_add_test(cases, an_added_url_comes_at_the_end_of_the_card);
	tcase_add_test(cases, a_removed_phone_goes_with_its_label);
	tcase_add_test(cases, a_removed_phone_that_changed_here_stays_and_is_told);
	tcase_add_test(cases, a_phone_deleted_here_does_not_come_back);
	tcase_add_test(cases, one_component_of_the_name_changes_alone);
	tcase_add_test(cases, the_full_name_follows_when_it_was_made_from_the_name);
	tcase_add_test(cases, a_full_name_of_the_users_own_stays);
	tcase_add_test(cases, a_civility_is_exchanged_inside_the_prefix);
	tcase_add_test(cases, a_side_without_prefixes_takes_none_away);
	tcase_add_test(cases, the_company_changes_in_its_component);
	tcase_add_test(cases, the_department_changes_behind_the_company);
	tcase_add_test(cases, the_first_nickname_changes_alone);
	tcase_add_test(cases, a_birthday_changes_in_its_line);
	tcase_add_test(cases, a_new_function_is_a_title);
	tcase_add_test(cases, a_change_on_both_sides_keeps_mine_and_is_told);
	tcase_add_test(cases, a_local_addition_and_a_remote_change_both_survive);
	tcase_add_test(cases, without_a_base_the_union_is_made_and_nothing_replaced);
	tcase_add_test(cases, a_picture_is_added_replaced_and_removed);
	tcase_add_test(cases, an_address_that_changed_there_changes_in_its_line);
	tcase_add_test(cases, line_ends_of_the_file_are_kept);
	tcase_add_test(cases, a_2_1_card_is_changed_in_its_own_way);
	tcase_add_test(cases, a_latin_1_card_becomes_utf_8_only_when_it_changes);
	tcase_add_test(cases, apples_type_label_gives_way_to_a_new_type);
	tcase_add_test(cases, a_soft_break_without_a_next_line_swallows_nothing);
	tcase_add_loop_test(cases, a_base64_block_swallows_no_line_of_others, 0, 4);
	tcase_add_test(cases, an_empty_line_stays_one_where_line_ends_are_mixed);
	tcase_add_test(cases, a_card_without_an_end_is_extended_too);
	tcase_add_test(cases, what_is_no_card_is_an_input_error);
	Suite *suite = suite_create("vcard_merge");
	suite_add_tcase(suite, cases);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
