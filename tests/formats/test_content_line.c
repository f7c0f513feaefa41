/* SPDX-License-Identifier: MIT */
/* Content lines: what is cut where, what a parameter is, and that what we write is read back. */
#include "formats/content_line.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "base/limits.h"

static GPtrArray *read_text(const char *text)
{
	g_autoptr(GError) error = NULL;
	GPtrArray *lines = content_lines_read(text, strlen(text), &error);
	ck_assert_msg(lines != NULL, "%s", error ? error->message : "no message");
	return lines;
}

static const struct content_line *line_at(GPtrArray *lines, guint index)
{
	ck_assert_uint_lt(index, lines->len);
	return g_ptr_array_index(lines, index);
}

static void assert_line(GPtrArray *lines, guint index, const char *name, const char *value)
{
	ck_assert_str_eq(line_at(lines, index)->name, name);
	ck_assert_str_eq(line_at(lines, index)->value, value);
}

START_TEST(lines_end_with_lf_crlf_cr_or_a_doubled_cr)
{
	g_autoptr(GPtrArray) lines = read_text("A:1\nB:2\r\nC:3\rD:4\r\r\nE:5");
	ck_assert_uint_eq(lines->len, 5);
	assert_line(lines, 0, "A", "1");
	assert_line(lines, 1, "B", "2");
	assert_line(lines, 2, "C", "3");
	assert_line(lines, 3, "D", "4");
	assert_line(lines, 4, "E", "5");
	ck_assert_uint_eq(line_at(lines, 4)->number, 5);
}
END_TEST

START_TEST(a_fold_may_cut_a_character)
{
	g_autoptr(GPtrArray) lines = read_text("FN:Andr\xc3\r\n \xa9 B\r\n\tl\r\nN:x\r\n");
	ck_assert_uint_eq(lines->len, 2);
	assert_line(lines, 0, "FN", "Andr\xc3\xa9 Bl");
	assert_line(lines, 1, "N", "x");
	ck_assert_uint_eq(line_at(lines, 1)->number, 4);
}
END_TEST

START_TEST(offsets_cover_the_bytes_with_their_line_ends)
{
	const char *text = "\xef\xbb\xbf"
			   "A:1\r\n\r\n \r\nB:2\r\n 3\r\nC:4";
	g_autoptr(GPtrArray) lines = read_text(text);
	ck_assert_uint_eq(lines->len, 4);
	ck_assert_uint_eq(line_at(lines, 0)->offset, 3);
	ck_assert_uint_eq(line_at(lines, 0)->length, 5);
	const struct content_line *folded = line_at(lines, 2);
	ck_assert_int_eq(strncmp(text + folded->offset, "B:2\r\n 3\r\n", folded->length), 0);
	const struct content_line *last = line_at(lines, 3);
	ck_assert_uint_eq(last->offset + last->length, strlen(text));
}
END_TEST

START_TEST(a_quoted_printable_soft_break_joins_lines)
{
	g_autoptr(GPtrArray) lines =
		read_text("NOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0A=\r\nb =\r\nc\r\n"
	                  "ORG;QUOTED-PRINTABLE:x=\r\nEND:VCARD\r\n"
	                  "URL:http://h/?a=\r\nX:y");
	assert_line(lines, 0, "NOTE", "a=0D=0Ab c");
	assert_line(lines, 1, "ORG", "x=");
	assert_line(lines, 2, "END", "VCARD");
	assert_line(lines, 3, "URL", "http://h/?a=");
	assert_line(lines, 4, "X", "y");
}
END_TEST

START_TEST(a_base64_block_goes_on_until_an_empty_line_or_another_property)
{
	g_autoptr(GPtrArray) lines = read_text("PHOTO;BASE64;JPEG:\r\n  AAAA\r\n  BBBB\r\n\r\n"
	                                       "LOGO;ENCODING=b:AA\r\nBB==\r\nTEL:1\r\nabcd\r\n");
	ck_assert_uint_eq(lines->len, 4);
	assert_line(lines, 0, "PHOTO", " AAAA BBBB");
	assert_line(lines, 1, "LOGO", "AABB==");
	assert_line(lines, 2, "TEL", "1");
	assert_line(lines, 3, "", "abcd");
}
END_TEST

START_TEST(groups_names_and_parameters_are_taken_apart)
{
	g_autoptr(GPtrArray) lines =
		read_text("item1.tel;type=home,VOICE;X-P=\"a:b;c,d\";;PREF:+1:2;3\n"
	                  "PHOTO;ENCODING=b;TYPE = JPEG :x\nTEL;HOME;BASE64:1\nX;P=\"open:v\n");
	const struct content_line *line = line_at(lines, 0);
	ck_assert_str_eq(line->group, "item1");
	ck_assert_str_eq(line->name, "TEL");
	ck_assert_str_eq(line->value, "+1:2;3");
	ck_assert_uint_eq(line->parameters->len, 3);
	ck_assert(content_line_has_type(line, "HOME"));
	ck_assert(content_line_has_type(line, "voice"));
	ck_assert(content_line_has_type(line, "pref"));
	ck_assert(!content_line_has_type(line, "work"));
	ck_assert_str_eq(content_line_parameter(line, "X-P")->values[0], "a:b;c,d");
	ck_assert_ptr_null(content_line_parameter(line, "NONE"));
	ck_assert(content_line_has_type(line_at(lines, 1), "jpeg"));
	ck_assert_str_eq(content_line_parameter(line_at(lines, 2), "ENCODING")->values[0],
	                 "BASE64");
	assert_line(lines, 3, "X", "v");
}
END_TEST

START_TEST(a_quoted_list_of_types_counts_as_its_members)
{
	g_autoptr(GPtrArray) lines = read_text("TEL;TYPE=\"voice,Home\";VALUE=uri:tel:+1\n");
	ck_assert(content_line_has_type(line_at(lines, 0), "home"));
	ck_assert(!content_line_has_type(line_at(lines, 0), "hom"));
}
END_TEST

START_TEST(carets_in_parameters_are_decoded)
{
	g_autoptr(GPtrArray) lines = read_text("ADR;LABEL=\"a^nb ^'c^' ^^n ^x\":;;\n");
	ck_assert_str_eq(content_line_parameter(line_at(lines, 0), "LABEL")->values[0],
	                 "a\nb \"c\" ^n ^x");
}
END_TEST

START_TEST(what_is_no_property_keeps_its_text_and_harms_nobody)
{
	g_autoptr(GPtrArray) lines = read_text("hello\nsee www.example.com: it\n:x\nA:1\n");
	assert_line(lines, 0, "", "hello");
	assert_line(lines, 1, "", "see www.example.com: it");
	assert_line(lines, 2, "", ":x");
	assert_line(lines, 3, "A", "1");
}
END_TEST

START_TEST(nul_bytes_are_dropped_from_values)
{
	g_autoptr(GPtrArray) lines = content_lines_read("A:1\0002\n", 7, NULL);
	assert_line(lines, 0, "A", "12");
}
END_TEST

START_TEST(too_many_lines_are_an_input_error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (int i = 0; i <= LIMIT_LINES; i++) {
		g_string_append(text, "a:\n");
	}
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(content_lines_read(text->str, text->len, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
}
END_TEST

START_TEST(a_line_beyond_the_limit_is_an_input_error)
{
	g_autofree char *text = g_malloc(LIMIT_LINE_BYTES + 10);
	memset(text, 'x', LIMIT_LINE_BYTES + 10);
	memcpy(text, "NOTE:", 5);
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(content_lines_read(text, LIMIT_LINE_BYTES + 10, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
}
END_TEST

START_TEST(folding_keeps_characters_whole_and_75_octets)
{
	g_autoptr(GString) long_line = g_string_new("NOTE:");
	for (int i = 0; i < 200; i++) {
		g_string_append(long_line, i % 3 ? "\xc3\xa9" : "\xf0\x9f\x98\x80");
		if (i % 7 == 0) {
			g_string_append_c(long_line, 'x');
		}
	}
	g_autoptr(GString) folded = g_string_new(NULL);
	content_line_append_folded(folded, long_line->str);
	g_auto(GStrv) physical = g_strsplit(folded->str, "\r\n", -1);
	for (char **line = physical; *line; line++) {
		ck_assert_uint_le(strlen(*line), 75);
		ck_assert(g_utf8_validate(*line, -1, NULL));
	}
	g_autoptr(GPtrArray) lines = read_text(folded->str);
	ck_assert_uint_eq(lines->len, 1);
	assert_line(lines, 0, "NOTE", long_line->str + 5);
}
END_TEST

START_TEST(a_line_of_75_octets_is_not_folded)
{
	g_autofree char *text = g_strnfill(75, 'x');
	g_autoptr(GString) folded = g_string_new(NULL);
	content_line_append_folded(folded, text);
	ck_assert_uint_eq(folded->len, 77);
	ck_assert_ptr_null(strchr(folded->str, ' '));
}
END_TEST

START_TEST(escapes_are_undone_and_other_backslashes_kept)
{
	g_autofree char *text = content_text_unescape("a\\nb\\N\\,\\;\\\\n\\:C:\\dir\\", 23);
	ck_assert_str_eq(text, "a\nb\n,;\\n:C:\\dir\\");
}
END_TEST

START_TEST(a_value_can_never_leave_its_line)
{
	g_autoptr(GString) out = g_string_new(NULL);
	content_text_append_escaped(out, "a\r\nEND:VCARD\rb\nc\x01\x7f;,\\\t.");
	ck_assert_str_eq(out->str, "a\\nEND:VCARD\\nb\\nc\\;\\,\\\\\t.");
}
END_TEST

START_TEST(values_are_split_at_unescaped_separators_only)
{
	g_auto(GStrv) parts = content_value_split("a\\;b;;c\\\\;d", ';');
	ck_assert_uint_eq(g_strv_length(parts), 4);
	ck_assert_str_eq(parts[0], "a\\;b");
	ck_assert_str_eq(parts[1], "");
	ck_assert_str_eq(parts[2], "c\\\\");
	ck_assert_str_eq(parts[3], "d");
}
END_TEST

START_TEST(the_last_part_holds_what_exceeds_the_limit_of_values)
{
	g_autofree char *text = g_strnfill(LIMIT_VALUES + 50, ',');
	g_auto(GStrv) parts = content_value_split(text, ',');
	ck_assert_uint_eq(g_strv_length(parts), LIMIT_VALUES + 1);
	ck_assert_uint_eq(strlen(parts[LIMIT_VALUES]), 50);
}
END_TEST

int main(void)
{
	TCase *cases = tcase_create("content_line");
	tcase_add_test(cases, lines_end_with_lf_crlf_cr_or_a_doubled_cr);
	tcase_add_test(cases, a_fold_may_cut_a_character);
	tcase_add_test(cases, offsets_cover_the_bytes_with_their_line_ends);
	tcase_add_test(cases, a_quoted_printable_soft_break_joins_lines);
	tcase_add_test(cases, a_base64_block_goes_on_until_an_empty_line_or_another_property);
	tcase_add_test(cases, groups_names_and_parameters_are_taken_apart);
	tcase_add_test(cases, a_quoted_list_of_types_counts_as_its_members);
	tcase_add_test(cases, carets_in_parameters_are_decoded);
	tcase_add_test(cases, what_is_no_property_keeps_its_text_and_harms_nobody);
	tcase_add_test(cases, nul_bytes_are_dropped_from_values);
	tcase_add_test(cases, too_many_lines_are_an_input_error);
	tcase_add_test(cases, a_line_beyond_the_limit_is_an_input_error);
	tcase_add_test(cases, folding_keeps_characters_whole_and_75_octets);
	tcase_add_test(cases, a_line_of_75_octets_is_not_folded);
	tcase_add_test(cases, escapes_are_undone_and_other_backslashes_kept);
	tcase_add_test(cases, a_value_can_never_leave_its_line);
	tcase_add_test(cases, values_are_split_at_unescaped_separators_only);
	tcase_add_test(cases, the_last_part_holds_what_exceeds_the_limit_of_values);
	Suite *suite = suite_create("content_line");
	suite_add_tcase(suite, cases);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
