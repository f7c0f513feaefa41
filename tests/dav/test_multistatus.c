/* SPDX-License-Identifier: MIT */
/* Tests of 207 replies as servers write them, and as they should not. */
#include "remotes/dav/multistatus.h"

#include <check.h>
#include <string.h>

#define BASE    "https://dav.example.org/book/"
#define OPEN    "<D:multistatus xmlns:D='DAV:' xmlns:C='urn:ietf:params:xml:ns:carddav'>"
#define CLOSE   "</D:multistatus>"
#define FOUND   "<D:status>HTTP/1.1 200 OK</D:status>"
#define MISSING "<D:status>HTTP/1.1 404 Not Found</D:status>"

static struct dav_multistatus *read_text(const char *text)
{
	g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));
	GError *error = NULL;
	struct dav_multistatus *self = dav_multistatus_read(BASE, body, &error);
	ck_assert_msg(self != NULL, "%s", error == NULL ? "" : error->message);
	return self;
}

static const struct dav_response *get(const struct dav_multistatus *self, guint index)
{
	ck_assert_uint_lt(index, self->responses->len);
	return g_ptr_array_index(self->responses, index);
}

START_TEST(a_property_counts_where_its_propstat_found_it)
{
	OWNED(dav_multistatus)
	self = read_text(OPEN
	                 "<D:response><D:href>/book/a.vcf</D:href><D:propstat><D:prop><D:getetag>"
	                 " \"1\" </D:getetag><C:address-data/></D:prop>" FOUND
	                 "</D:propstat><D:propstat><D:prop><D:displayname>no</D:displayname>"
	                 "</D:prop>" MISSING "</D:propstat></D:response>" CLOSE);
	const struct dav_response *response = get(self, 0);
	ck_assert_str_eq(response->url, BASE "a.vcf");
	ck_assert_int_eq(response->status, 0);
	g_autofree char *etag = dav_property_text(response, NS_DAV, "getetag");
	ck_assert_str_eq(etag, "\"1\"");
	ck_assert_ptr_null(dav_property(response, NS_DAV, "displayname"));
	ck_assert_ptr_nonnull(dav_property(response, NS_CARD, "address-data"));
	ck_assert_ptr_null(dav_property(response, NS_CAL, "address-data"));
	ck_assert_ptr_null(dav_property_text(response, NS_CARD, "address-data"));
}
END_TEST

/* One property, said in ways that servers have. */
static const char *const odd[] = {
	"<multistatus xmlns='DAV:'><response><href>/book/a.vcf</href><propstat><prop><getetag>1"
	"</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>",
	"<x:multistatus xmlns:x='DAV:' xmlns='urn:other'><x:response><getetag>0</getetag><x:href>"
	"a.vcf</x:href><x:propstat><x:prop><getetag>2</getetag><x:getetag>1</x:getetag></x:prop>"
	"</x:propstat></x:response></x:multistatus>",
	OPEN "<D:response><D:href>/book/a.vcf</D:href><D:prop><D:getetag>1</D:getetag></D:prop>"
	     "</D:response>" CLOSE,
	OPEN "<D:response><D:propstat>" MISSING "<D:prop><D:getetag>0</D:getetag></D:prop>"
	     "</D:propstat><D:propstat><D:status>200</D:status><D:prop/><D:prop><D:getetag>1"
	     "</D:getetag></D:prop></D:propstat><D:href>https://dav.example.org/book/%61.vcf"
	     "</D:href></D:response>" CLOSE,
	"<?xml version='1.0'?>\n<!-- a server -->" OPEN
	"<D:response><D:href>\n/book/a.vcf\n</D:href><D:propstat><D:prop><D:getetag>"
	"<![CDATA[1]]></D:getetag></D:prop>" FOUND "</D:propstat></D:response>" CLOSE "\n<p>",
};

START_TEST(odd_nesting_and_prefixes_say_the_same)
{
	OWNED(dav_multistatus) self = read_text(odd[_i]);
	ck_assert_uint_eq(self->responses->len, 1);
	ck_assert_str_eq(get(self, 0)->url, BASE "a.vcf");
	g_autofree char *etag = dav_property_text(get(self, 0), NS_DAV, "getetag");
	ck_assert_pstr_eq(etag, "1");
}
END_TEST

START_TEST(a_response_without_propstat_is_of_its_status)
{
	OWNED(dav_multistatus)
	self = read_text(OPEN "<D:response><D:href>/book/a.vcf</D:href><D:href>/book/b.vcf"
	                      "</D:href>" MISSING "</D:response><D:response><D:href>/book/c.vcf"
	                      "</D:href></D:response><D:sync-token> t1 </D:sync-token>" CLOSE);
	ck_assert_uint_eq(self->responses->len, 3);
	ck_assert_int_eq(get(self, 0)->status, 404);
	ck_assert_int_eq(get(self, 1)->status, 404);
	ck_assert_str_eq(get(self, 1)->url, BASE "b.vcf");
	ck_assert_int_eq(get(self, 2)->status, 0);
	ck_assert(!dav_has_properties(get(self, 2)));
	ck_assert_str_eq(self->sync_token, "t1");
	ck_assert(!self->is_truncated);
}
END_TEST

START_TEST(a_507_on_what_was_asked_says_that_there_is_more)
{
	OWNED(dav_multistatus)
	self = read_text(OPEN "<D:response><D:href>/book</D:href><D:status>HTTP/1.1 507 x"
	                      "</D:status></D:response>" CLOSE);
	ck_assert(self->is_truncated);
	OWNED(dav_multistatus)
	other = read_text(OPEN "<D:response><D:href>/book/a.vcf</D:href><D:status>HTTP/1.1 507 x"
	                       "</D:status></D:response>" CLOSE);
	ck_assert(!other->is_truncated);
}
END_TEST

START_TEST(an_href_that_cannot_be_read_stands_there_without_an_address)
{
	OWNED(dav_multistatus)
	self = read_text(OPEN "<D:response><D:href>/book/../x</D:href></D:response><D:response>"
	                      "<D:href>https://evil.example.org/a</D:href></D:response>" CLOSE);
	ck_assert_uint_eq(self->responses->len, 2);
	ck_assert_ptr_null(get(self, 0)->url);
	ck_assert_ptr_null(get(self, 1)->url);
	ck_assert_str_eq(get(self, 1)->href, "https://evil.example.org/a");
}
END_TEST

static const char *const none[] = {
	"",
	"not xml",
	"<html><body>Welcome</body></html>",
	"<multistatus/>",
	"<D:error xmlns:D='DAV:'/>",
	"<!DOCTYPE a [<!ENTITY b 'c'>]><D:multistatus xmlns:D='DAV:'>&b;</D:multistatus>",
};

START_TEST(what_is_no_multistatus_is_refused)
{
	g_autoptr(GBytes) body = g_bytes_new(none[_i], strlen(none[_i]));
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(dav_multistatus_read(BASE, body, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_PROTOCOL));
}
END_TEST

static const struct {
	const char *body, *condition, *href;
} conditions[] = {
	{"<D:error xmlns:D='DAV:'><D:valid-sync-token/></D:error>", "valid-sync-token", NULL},
	{"<error xmlns='DAV:'><C:no-uid-conflict xmlns:C='urn:ietf:params:xml:ns:caldav'><href> "
         "/cal/x.ics </href></C:no-uid-conflict></error>",
         "no-uid-conflict", "/cal/x.ics"},
	{"<d:error xmlns:d='DAV:' xmlns:s='http://sabredav.org/ns'><s:exception>x</s:exception>"
         "<d:need-privileges/></d:error>",
         "need-privileges", NULL},
	{"<d:error xmlns:d='DAV:' xmlns:s='http://sabredav.org/ns'><s:exception>x</s:exception>"
         "</d:error>",
         NULL, NULL},
	{"<html>no</html>", NULL, NULL},
	{"", NULL, NULL},
};

START_TEST(the_precondition_of_an_error_is_named)
{
	const char *text = conditions[_i].body;
	g_autoptr(GBytes) body = g_bytes_new(text, strlen(text));
	g_autofree char *href = NULL;
	g_autofree char *condition = dav_read_condition(body, &href);
	ck_assert_pstr_eq(condition, conditions[_i].condition);
	ck_assert_pstr_eq(href, conditions[_i].href);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("multistatus");
	TCase *tests = tcase_create("multistatus");
	tcase_add_test(tests, a_property_counts_where_its_propstat_found_it);
	tcase_add_loop_test(tests, odd_nesting_and_prefixes_say_the_same, 0, G_N_ELEMENTS(odd));
	tcase_add_test(tests, a_response_without_propstat_is_of_its_status);
	tcase_add_test(tests, a_507_on_what_was_asked_says_that_there_is_more);
	tcase_add_test(tests, an_href_that_cannot_be_read_stands_there_without_an_address);
	tcase_add_loop_test(tests, what_is_no_multistatus_is_refused, 0, G_N_ELEMENTS(none));
	tcase_add_loop_test(tests, the_precondition_of_an_error_is_named, 0,
	                    G_N_ELEMENTS(conditions));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
