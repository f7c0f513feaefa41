/* SPDX-License-Identifier: MIT */
/* Tests of the tolerant and bounded XML reader. */
#include "net/xml.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

#include "base/limits.h"

static GBytes *read_file(const char *path)
{
	char *data = NULL;
	gsize size = 0;
	if (!g_file_get_contents(path, &data, &size, NULL)) {
		return NULL;
	}
	return g_bytes_new_take(data, size);
}

static struct xml_document *parse_file(const char *path, GError **error)
{
	g_autoptr(GBytes) bytes = read_file(path);
	ck_assert_msg(bytes != NULL, "cannot read %s", path);
	gsize size = 0;
	const void *data = g_bytes_get_data(bytes, &size);
	return xml_parse(data, size, error);
}

static struct xml_document *parse_fixture(const char *name)
{
	g_autofree char *path = g_build_filename(TEST_FIXTURES, "xml", name, NULL);
	g_autoptr(GError) error = NULL;
	struct xml_document *document = parse_file(path, &error);
	ck_assert_msg(document != NULL, "%s: %s", name, error == NULL ? "" : error->message);
	ck_assert_ptr_null(error);
	return document;
}

static void assert_refused(const void *data, gsize size, const char *words)
{
	g_autoptr(GError) error = NULL;
	OWNED(xml_document) document = xml_parse(data, size, &error);
	ck_assert_ptr_null(document);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_PROTOCOL));
	ck_assert_msg(strstr(error->message, words) != NULL, "\"%s\" lacks \"%s\"", error->message,
	              words);
}

static void assert_text(const struct xml_node *node, const char *child, const char *expected)
{
	g_autofree char *text = xml_child_text(node, child);
	ck_assert_pstr_eq(text, expected);
}

START_TEST(no_break_spaces_are_white_space_around_markup)
{
	OWNED(xml_document) document = parse_fixture("no_break_spaces.xml");
	const struct xml_node *root = xml_root(document);
	ck_assert_str_eq(root->name, "list");
	ck_assert_str_eq(xml_attribute(root, "total"), "2");
	const struct xml_node *entry = xml_child(root, "entry");
	ck_assert_str_eq(xml_attribute(entry, "kind"), "person");
	ck_assert_str_eq(entry->text, "Ada\xC2\xA0");
	assert_text(root, "entry", "Ada");
}
END_TEST

START_TEST(only_the_first_document_is_read_and_a_missing_end_tag_is_supplied)
{
	OWNED(xml_document) document = parse_fixture("second_document_and_missing_end_tag.xml");
	const struct xml_node *list = xml_child(xml_root(document), "list");
	ck_assert_str_eq(xml_attribute(xml_child(list, "entry"), "id"), "1");
	ck_assert_ptr_null(xml_next(xml_child(list, "entry"), "entry"));
	assert_text(list, "count", "2");
	ck_assert_ptr_null(xml_next(list, "page"));
	ck_assert_ptr_null(xml_descendant(xml_root(document), "page"));
}
END_TEST

START_TEST(stray_ampersands_and_angle_brackets_are_text)
{
	OWNED(xml_document) document = parse_fixture("stray_marks.xml");
	const struct xml_node *mail = xml_child(xml_root(document), "mail");
	assert_text(mail, "from", "0123<someone@mail.example>");
	assert_text(mail, "subject", "Fish & chips < 5 <3 R&D");
	assert_text(mail, "link", "http:// mail.example/read?idm=10&idb=xxxA&y");
	mail = xml_next(mail, "mail");
	assert_text(mail, "from", "<http://a.example/?x=1>\"B\" <b@mail.example>");
	ck_assert_ptr_null(xml_next(mail, "mail"));
}
END_TEST

START_TEST(declared_latin_1_is_read)
{
	OWNED(xml_document) document = parse_fixture("latin1_declared.xml");
	assert_text(xml_root(document), "name", "Ren\u00e9e Fa\u00efence");
}
END_TEST

START_TEST(undeclared_bytes_that_are_no_utf_8_are_read_as_latin_1)
{
	OWNED(xml_document) document = parse_fixture("latin1_undeclared.xml");
	assert_text(xml_root(document), "name", "Ren\u00e9e");
}
END_TEST

START_TEST(a_character_cut_in_two_is_replaced_and_the_rest_kept)
{
	OWNED(xml_document) document = parse_fixture("cut_inside_character.xml");
	assert_text(xml_root(document), "name", "Ren\u00e9e, comment se porte ta famil\uFFFD");
}
END_TEST

START_TEST(comments_are_skipped_and_cdata_is_text)
{
	OWNED(xml_document) document = parse_fixture("comments_and_cdata.xml");
	assert_text(xml_root(document), "y", "a<b> & <!DOCTYPE c> d");
	ck_assert_ptr_null(xml_child(xml_root(document), "y")->next);
}
END_TEST

START_TEST(names_are_local_and_namespaces_apart)
{
	OWNED(xml_document) document = parse_fixture("namespaces.xml");
	const struct xml_node *root = xml_root(document);
	ck_assert_str_eq(root->name, "multistatus");
	ck_assert_str_eq(root->ns, "DAV:");
	const struct xml_node *response = xml_child(root, "RESPONSE");
	ck_assert_str_eq(xml_attribute(response, "KIND"), "k");
	ck_assert_str_eq(xml_attribute(response, "plain"), "p");
	ck_assert_str_eq(response->text, "onetwo");
	ck_assert_str_eq(response->first_child->ns, "urn:other");
	ck_assert_ptr_eq(response->first_child->parent, response);
}
END_TEST

START_TEST(attributes_are_read_in_both_quotes)
{
	OWNED(xml_document) document = parse_fixture("attributes.xml");
	const struct xml_node *root = xml_root(document);
	ck_assert_str_eq(xml_attribute(root, "a"), "1");
	ck_assert_str_eq(xml_attribute(root, "b"), "say \"hi\" < &stray");
	ck_assert_str_eq(xml_attribute(root, "c"), "line one");
	ck_assert_ptr_null(xml_attribute(root, "d"));
	ck_assert_ptr_null(xml_attribute(NULL, "a"));
	ck_assert_str_eq(xml_attribute(root, "e"), "&&#38;");
}
END_TEST

START_TEST(characters_that_xml_forbids_do_not_stop_the_reader)
{
	OWNED(xml_document) document = parse_fixture("control_characters.xml");
	ck_assert_str_eq(xml_root(document)->text, "a b&#0;c\U0001F600d\uFFFD");
}
END_TEST

static const struct {
	const char *file, *words;
} refused[] = {
	{"entity_bomb.xml", "document type"},
	{"external_dtd.xml", "document type"},
	{"undefined_entity.xml", "entity"},
	{"entity_inside.xml", "markup declaration"},
	{"error_page.html", "not XML but HTML"},
	{"error_page_without_doctype.html", "not XML but HTML"},
	{"nul_byte.xml", "NUL byte"},
	{"cut_in_value.xml", "cut short"},
	{"not_xml.json", "not XML"},
};

START_TEST(what_is_no_honest_reply_is_refused)
{
	g_autofree char *path = g_build_filename(TEST_FIXTURES, "xml", refused[_i].file, NULL);
	g_autoptr(GBytes) bytes = read_file(path);
	ck_assert_ptr_nonnull(bytes);
	gsize size = 0;
	const void *data = g_bytes_get_data(bytes, &size);
	assert_refused(data, size, refused[_i].words);
}
END_TEST

START_TEST(nothing_is_not_a_document)
{
	assert_refused("", 0, "not XML");
	assert_refused(NULL, 0, "not XML");
	assert_refused(" \n\xC2\xA0", 4, "not XML");
	assert_refused("<!-- a -->", 10, "not XML");
}
END_TEST

/* open repeated count times, then close repeated as often. */
static GString *repeated(const char *open, const char *close, gsize count)
{
	GString *text = g_string_new(NULL);
	for (gsize i = 0; i < count; i++) {
		g_string_append(text, open);
	}
	for (gsize i = 0; i < count && close != NULL; i++) {
		g_string_append(text, close);
	}
	return text;
}

START_TEST(depth_is_bounded)
{
	g_autoptr(GString) honest = repeated("<a>", "</a>", LIMIT_XML_DEPTH);
	OWNED(xml_document) document = xml_parse(honest->str, honest->len, NULL);
	ck_assert_ptr_nonnull(document);
	g_autoptr(GString) deep = repeated("<a>", "</a>", 10000);
	assert_refused(deep->str, deep->len, "nested too deeply");
}
END_TEST

START_TEST(the_number_of_elements_is_bounded)
{
	g_autoptr(GString) text = repeated("<a/>", NULL, LIMIT_XML_NODES - 1);
	g_string_prepend(text, "<r>");
	g_string_append(text, "</r>");
	OWNED(xml_document) document = xml_parse(text->str, text->len, NULL);
	ck_assert_ptr_nonnull(document);
	g_string_insert(text, 3, "<a/>");
	assert_refused(text->str, text->len, "too many elements");
}
END_TEST

START_TEST(attributes_are_bounded_in_number_and_size)
{
	g_autoptr(GString) text = g_string_new("<a");
	for (int i = 0; i < 65; i++) {
		g_string_append_printf(text, " a%d=\"\"", i);
	}
	g_string_append(text, "/>");
	assert_refused(text->str, text->len, "attributes");

	g_autoptr(GString) large = repeated("0123456789ABCDEF", NULL, LIMIT_REPLY_BYTES / 16 - 1);
	g_string_prepend(large, "<a b=\"");
	g_string_append(large, "\"/>");
	assert_refused(large->str, large->len, "attributes");
}
END_TEST

START_TEST(an_attribute_as_large_as_a_picture_is_whole)
{
	g_autoptr(GString) text = repeated("0123456789ABCDEF", NULL, 8900000 / 16);
	const gsize size = text->len;
	g_string_prepend(text, "<a b=\"");
	g_string_append(text, "\"/>");
	OWNED(xml_document) document = xml_parse(text->str, text->len, NULL);
	ck_assert_ptr_nonnull(document);
	ck_assert_uint_eq(strlen(xml_attribute(xml_root(document), "b")), size);
}
END_TEST

START_TEST(text_up_to_the_bound_of_a_reply_is_whole)
{
	g_autoptr(GString) text = repeated("0123456789ABCDEF", NULL, LIMIT_REPLY_BYTES / 16 - 1);
	const gsize size = text->len;
	g_string_prepend(text, "<a>");
	g_string_append(text, "</a>");
	OWNED(xml_document) document = xml_parse(text->str, text->len, NULL);
	ck_assert_ptr_nonnull(document);
	ck_assert_uint_eq(strlen(xml_root(document)->text), size);
	g_string_append(text, "                ");
	assert_refused(text->str, text->len, "larger than");
}
END_TEST

/* Each would take hours in a reader that looks ahead from every mark to the end. */
static const char *const marks[] = {
	"<",  "&",   "<a ", "<a b=\"",    "<a b='&", "</a", "<?a",
	"<!", "&#x", "&a",  "<a b=\"\" ", "< a=\"",  "\"",
};

START_TEST(rows_of_stray_marks_cost_linear_time_and_bounded_memory)
{
	g_autoptr(GString) text = repeated(marks[_i], NULL, 4000000 / strlen(marks[_i]));
	g_string_prepend(text, "<r>");
	g_string_append(text, "</r>");
	g_autoptr(GError) error = NULL;
	OWNED(xml_document) document = xml_parse(text->str, text->len, &error);
	ck_assert((document == NULL) == (error != NULL));
	ck_assert(document == NULL || strlen(xml_root(document)->text) == text->len - 7);
}
END_TEST

START_TEST(escaping_cannot_inflate_a_reply_without_bound)
{
	g_autoptr(GString) text = repeated("&&&&&&&&&&&&&&&&", NULL, LIMIT_REPLY_BYTES / 16 - 1);
	g_string_prepend(text, "<r>");
	g_string_append(text, "</r>");
	assert_refused(text->str, text->len, "too large");
}
END_TEST

START_TEST(look_ups_find_in_document_order_and_fold_case)
{
	const char *text = "<r><a><c>1</c><B>2</B></a><b>3</b><C>4</C></r>";
	OWNED(xml_document) document = xml_parse(text, strlen(text), NULL);
	const struct xml_node *root = xml_root(document);
	ck_assert_str_eq(xml_descendant(root, "b")->text, "2");
	ck_assert_str_eq(xml_descendant(root, "c")->text, "1");
	ck_assert_str_eq(xml_child(root, "c")->text, "4");
	ck_assert_ptr_null(xml_descendant(root, "r"));
	ck_assert_ptr_null(xml_descendant(xml_child(root, "a"), "a"));
	ck_assert_ptr_null(xml_descendant(xml_child(root, "b"), "c"));
	ck_assert_ptr_null(xml_child(NULL, "a"));
	ck_assert_ptr_null(xml_descendant(NULL, "a"));
	ck_assert_ptr_null(xml_next(NULL, "a"));
	ck_assert_ptr_null(xml_child_text(root, "d"));
}
END_TEST

START_TEST(trimming_removes_both_kinds_of_white_space_at_both_ends)
{
	g_autofree char *text = xml_trim(" \n\xC2\xA0 a \xC2\xA0 b\t\xC2\xA0\n");
	ck_assert_str_eq(text, "a \xC2\xA0 b");
	g_autofree char *empty = xml_trim("\xC2\xA0 ");
	ck_assert_str_eq(empty, "");
	g_autofree char *accent = xml_trim("\xC3\xA0");
	ck_assert_str_eq(accent, "\xC3\xA0");
}
END_TEST

static char *sample_folder(void)
{
	char *folder = g_build_filename(TEST_SOURCE_DIR, "..", "shared", "api", "samples", NULL);
	if (!g_file_test(folder, G_FILE_TEST_IS_DIR)) {
		printf("skipped: no published samples beside the sources\n");
		g_clear_pointer(&folder, g_free);
	}
	return folder;
}

/* Where every leaf of a sample stands: path from the root, text. */
static const struct {
	const char *file, *leaf, *text;
} samples[] = {
	{"addcontact-ok.xml", "result", "0"},
	{"adddevice-ok.xml", "result", "0"},
	{"addevent-ok.xml", "eventid", "4790"},
	{"addpicture-ok.xml", "result", "0"},
	{"error-invalid-token.xml", "code", "-1"},
	{"error-privacy.xml", "url",
         "http://mdsp.orange.fr/privacy/interaction.do?\n"
         "     family=photos&serviceId=myDemoSP&attributes=,see"},
	{"error-privacy-placeholder.xml", "url", "[privacy_redirection_url]"},
	{"findcontactlist-ok.xml", "result", "0"},
	{"getcontact-ok.xml", "state", "England"},
	{"getpicture-ok.xml", "typeImage", "gif"},
	{"messages-EmailsLastNDetailed.fragment", "msg_from", "0320202024<noreply@wanadoo.fr>"},
	{"messages-EmailsLastNDetailed.fragment", "msg_subject", "Demande d'informations"},
	{"messages-EmailsLastNDetailed.fragment", "msg_url_access",
         "http:// webmail.wanadoo.fr/webmail/fr_FR/read_syn.html?idm=10&idb=xxx"},
	{"messages-error-103.xml", "code", "103"},
	{"messages-ok.xml", "PrivacyDashboardURL", "http://a.b.c/def"},
};

START_TEST(every_published_sample_is_read)
{
	g_autofree char *folder = sample_folder();
	if (folder == NULL) {
		return;
	}
	g_autofree char *path = g_build_filename(folder, samples[_i].file, NULL);
	g_autoptr(GError) error = NULL;
	OWNED(xml_document) document = parse_file(path, &error);
	ck_assert_msg(document != NULL, "%s", error == NULL ? "" : error->message);
	const struct xml_node *leaf = xml_descendant(xml_root(document), samples[_i].leaf);
	ck_assert_ptr_nonnull(leaf);
	g_autofree char *text = xml_trim(leaf->text);
	ck_assert_str_eq(text, samples[_i].text);
}
END_TEST

/* The letters and digits of the text that stand outside of tags and the declaration. */
static void count_text(const struct xml_node *node, GString *all)
{
	for (; node != NULL; node = node->next) {
		g_string_append(all, node->text);
		count_text(node->first_child, all);
	}
}

START_TEST(nothing_of_the_malformed_overview_is_lost)
{
	g_autofree char *folder = sample_folder();
	if (folder == NULL) {
		return;
	}
	g_autofree char *path =
		g_build_filename(folder, "messages-EmailsLastNDetailed.fragment", NULL);
	OWNED(xml_document) document = parse_file(path, NULL);
	g_autoptr(GString) all = g_string_new(NULL);
	count_text(xml_root(document), all);
	g_autoptr(GBytes) bytes = read_file(path);
	g_auto(GStrv) lines = g_strsplit(g_bytes_get_data(bytes, NULL), "\n", -1);
	gsize leaves = 0;
	for (gsize i = 0; lines[i] != NULL; i++) {
		const char *start = strstr(lines[i], "<msg_");
		if (start == NULL) {
			continue;
		}
		start = strchr(start, '>') + 1;
		const char *end = g_strrstr(start, "</msg_");
		g_autofree char *leaf =
			end == NULL ? g_strdup(start) : g_strndup(start, (gsize)(end - start));
		ck_assert_msg(strstr(all->str, leaf) != NULL, "lost: %s", leaf);
		leaves++;
	}
	ck_assert_uint_eq(leaves, 12);
}
END_TEST

static gsize parse_prefixes(const char *path)
{
	g_autoptr(GBytes) bytes = read_file(path);
	gsize size = 0;
	const char *data = g_bytes_get_data(bytes, &size);
	gsize read = 0;
	for (gsize length = 0; length <= size; length++) {
		g_autofree char *exact = g_memdup2(data, length); /* so that a read beyond shows */
		g_autoptr(GError) error = NULL;
		OWNED(xml_document) document = xml_parse(exact, length, &error);
		ck_assert((document == NULL) == (error != NULL));
		read += document != NULL;
	}
	return read;
}

static void parse_prefixes_of_folder(const char *folder)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	ck_assert_ptr_nonnull(dir);
	for (const char *name; (name = g_dir_read_name(dir)) != NULL;) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		parse_prefixes(path);
	}
}

START_TEST(a_reply_cut_anywhere_is_read_or_refused)
{
	g_autofree char *fixtures = g_build_filename(TEST_FIXTURES, "xml", NULL);
	parse_prefixes_of_folder(fixtures);
	g_autofree char *folder = sample_folder();
	if (folder != NULL) {
		parse_prefixes_of_folder(folder);
	}
}
END_TEST

START_TEST(a_value_cut_short_is_never_taken_for_whole)
{
	const char *text = "<r><result>-10</result></r>";
	gsize read = 0;
	for (gsize size = 0; size <= strlen(text); size++) {
		OWNED(xml_document) document = xml_parse(text, size, NULL);
		const bool is_value_whole = size >= strlen("<r><result>-10</result>");
		ck_assert(document == NULL || is_value_whole);
		if (document != NULL) {
			assert_text(xml_root(document), "result", "-10");
			read++;
		}
	}
	ck_assert_uint_eq(read, 2); /* behind each end tag */
}
END_TEST

static Suite *xml_suite(void)
{
	Suite *suite = suite_create("net/xml");
	TCase *reading = tcase_create("reading");
	tcase_add_test(reading, no_break_spaces_are_white_space_around_markup);
	tcase_add_test(reading, only_the_first_document_is_read_and_a_missing_end_tag_is_supplied);
	tcase_add_test(reading, stray_ampersands_and_angle_brackets_are_text);
	tcase_add_test(reading, declared_latin_1_is_read);
	tcase_add_test(reading, undeclared_bytes_that_are_no_utf_8_are_read_as_latin_1);
	tcase_add_test(reading, a_character_cut_in_two_is_replaced_and_the_rest_kept);
	tcase_add_test(reading, comments_are_skipped_and_cdata_is_text);
	tcase_add_test(reading, names_are_local_and_namespaces_apart);
	tcase_add_test(reading, attributes_are_read_in_both_quotes);
	tcase_add_test(reading, characters_that_xml_forbids_do_not_stop_the_reader);
	tcase_add_test(reading, look_ups_find_in_document_order_and_fold_case);
	tcase_add_test(reading, trimming_removes_both_kinds_of_white_space_at_both_ends);
	tcase_add_loop_test(reading, every_published_sample_is_read, 0, G_N_ELEMENTS(samples));
	tcase_add_test(reading, nothing_of_the_malformed_overview_is_lost);
	suite_add_tcase(suite, reading);

	TCase *hostile = tcase_create("hostile");
	tcase_set_timeout(hostile, 120);
	tcase_add_loop_test(hostile, what_is_no_honest_reply_is_refused, 0, G_N_ELEMENTS(refused));
	tcase_add_test(hostile, nothing_is_not_a_document);
	tcase_add_test(hostile, depth_is_bounded);
	tcase_add_test(hostile, the_number_of_elements_is_bounded);
	tcase_add_test(hostile, attributes_are_bounded_in_number_and_size);
	tcase_add_test(hostile, an_attribute_as_large_as_a_picture_is_whole);
	tcase_add_test(hostile, text_up_to_the_bound_of_a_reply_is_whole);
	tcase_add_loop_test(hostile, rows_of_stray_marks_cost_linear_time_and_bounded_memory, 0,
	                    G_N_ELEMENTS(marks));
	tcase_add_test(hostile, escaping_cannot_inflate_a_reply_without_bound);
	tcase_add_test(hostile, a_reply_cut_anywhere_is_read_or_refused);
	tcase_add_test(hostile, a_value_cut_short_is_never_taken_for_whole);
	suite_add_tcase(suite, hostile);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(xml_suite());
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
