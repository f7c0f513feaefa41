/* SPDX-License-Identifier: MIT */
/* Tests of XML bodies: what is written is what a reader finds. */
#include "net/xml_write.h"

#include "net/xml.h"

#include <check.h>
#include <string.h>

static const struct xml_namespace namespaces[] = {{"D", "DAV:"}, {"C", "urn:x"}};

static struct xml_writer *start(void)
{
	struct xml_writer *writer = xml_writer_new(namespaces, G_N_ELEMENTS(namespaces));
	xml_write_open(writer, "D:root");
	return writer;
}

static struct xml_document *read_back(struct xml_writer *writer)
{
	g_autoptr(GBytes) body = xml_writer_end(writer);
	gsize size = 0;
	const char *data = g_bytes_get_data(body, &size);
	ck_assert(g_utf8_validate_len(data, size, NULL));
	struct xml_document *document = xml_parse(data, size, NULL);
	ck_assert_ptr_nonnull(document);
	return document;
}

START_TEST(elements_stand_where_they_were_written_in_their_namespaces)
{
	OWNED(xml_writer) writer = start();
	xml_write_open_with(writer, "C:filter", "name", "a\"b<&>\n");
	xml_write_empty(writer, "D:inner");
	xml_write_close(writer);
	xml_write_text(writer, "D:href", "/x");
	OWNED(xml_document) document = read_back(writer);
	const struct xml_node *root = xml_root(document);
	ck_assert_str_eq(root->ns, "DAV:");
	const struct xml_node *filter = xml_child(root, "filter");
	ck_assert_str_eq(filter->ns, "urn:x");
	ck_assert_str_eq(xml_attribute(filter, "name"), "a\"b<&>\n");
	ck_assert_ptr_nonnull(xml_child(filter, "inner"));
	ck_assert_str_eq(xml_child(root, "href")->text, "/x");
}
END_TEST

static const char *const texts[] = {
	"plain", "<D:href>&amp;]]>", "\"'", "é\xf0\x9f\x98\x80", "a\r\nb\tc", "",
};

START_TEST(a_text_comes_back_as_it_was)
{
	OWNED(xml_writer) writer = start();
	xml_write_text(writer, "D:t", texts[_i]);
	OWNED(xml_document) document = read_back(writer);
	ck_assert_str_eq(xml_child(xml_root(document), "t")->text, texts[_i]);
}
END_TEST

static const char *const impossible[] = {"a\x01z", "a\xffz", "a\xef\xbf\xbez", "a\x1bz"};

START_TEST(what_xml_cannot_hold_breaks_nothing)
{
	OWNED(xml_writer) writer = start();
	xml_write_text(writer, "D:t", impossible[_i]);
	OWNED(xml_document) document = read_back(writer);
	const char *text = xml_child(xml_root(document), "t")->text;
	ck_assert_str_eq(text, "a\xef\xbf\xbdz");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("xml_write");
	TCase *tests = tcase_create("xml_write");
	tcase_add_test(tests, elements_stand_where_they_were_written_in_their_namespaces);
	tcase_add_loop_test(tests, a_text_comes_back_as_it_was, 0, G_N_ELEMENTS(texts));
	tcase_add_loop_test(tests, what_xml_cannot_hold_breaks_nothing, 0,
	                    G_N_ELEMENTS(impossible));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
