/* SPDX-License-Identifier: MIT */
/* Tests of hrefs: what is the same is equal, and nothing leads elsewhere. */
#include "remotes/dav/href.h"

#include <check.h>
#include <string.h>

#define BASE "https://dav.example.org/dav/u/book/"

static const struct {
	const char *href, *url;
} same[] = {
	{BASE "a.vcf", BASE "a.vcf"},
	{"/dav/u/book/a.vcf", BASE "a.vcf"},
	{"a.vcf", BASE "a.vcf"},
	{"  /dav/u/book/a.vcf\n", BASE "a.vcf"},
	{"HTTPS://DAV.Example.org:443/dav/u/book/a.vcf", BASE "a.vcf"},
	{"http://dav.example.org:8080/dav/u/book/a.vcf", BASE "a.vcf"},
	{"//dav.example.org/dav/u/book/a.vcf", BASE "a.vcf"},
	{"/dav//u/book///a.vcf", BASE "a.vcf"},
	{"/dav/u/book/%61.vcf", BASE "a.vcf"},
	{"/dav/u%40x/book/", "https://dav.example.org/dav/u@x/book/"},
	{"/dav/u@x/book/", "https://dav.example.org/dav/u@x/book/"},
	{"/dav/%c3%a9", "https://dav.example.org/dav/%C3%A9"},
	{"/dav/\xc3\xa9", "https://dav.example.org/dav/%C3%A9"},
	{"/dav/%E9", "https://dav.example.org/dav/%E9"},
	{"/dav/a b", "https://dav.example.org/dav/a%20b"},
	{"/dav/a%2fb", "https://dav.example.org/dav/a%2Fb"},
	{"/dav/100%", "https://dav.example.org/dav/100%25"},
	{"/dav/100%25", "https://dav.example.org/dav/100%25"},
	{"/dav/a#part", "https://dav.example.org/dav/a"},
	{"urn:uuid:1.vcf", BASE "urn:uuid:1.vcf"},
	{"http%3A%2F%2Fx", BASE "http:%2F%2Fx"},
	{"/", "https://dav.example.org/"},
	{"https://dav.example.org", "https://dav.example.org/"},
};

START_TEST(spellings_of_one_href_become_one)
{
	g_autofree char *url = dav_href_resolve(BASE, same[_i].href, NULL);
	ck_assert_pstr_eq(url, same[_i].url);
	g_autofree char *again = dav_href_canonical(url);
	ck_assert_pstr_eq(again, url);
}
END_TEST

static const char *const hostile[] = {
	"",
	"https://evil.example.org/dav/u/book/a.vcf",
	"https://dav.example.org@evil.example.org/a",
	"https://u:p@dav.example.org/a",
	"//evil.example.org/a",
	"https://dav.example.org.evil.org/a",
	"ftp://dav.example.org/a",
	"file:///etc/passwd",
	"/dav/../secret",
	"/dav/%2e%2e/secret",
	"/dav/.%2E/secret",
	"../a.vcf",
	"./a.vcf",
	"/dav/a%00.vcf",
	"/dav/a?b=c",
	"https:///a",
};

START_TEST(a_hostile_href_leads_nowhere)
{
	g_autofree char *url = dav_href_resolve(BASE, hostile[_i], NULL);
	ck_assert_ptr_null(url);
}
END_TEST

START_TEST(an_href_of_ten_kilobytes_is_none)
{
	g_autofree char *href = g_strnfill(10240, 'a');
	g_autofree char *url = dav_href_resolve(BASE, href, NULL);
	ck_assert_ptr_null(url);
	g_autofree char *whole = g_strconcat(BASE, href, NULL);
	ck_assert_ptr_null(dav_href_canonical(whole));
}
END_TEST

START_TEST(another_host_is_named)
{
	g_autofree char *host = NULL;
	ck_assert_ptr_null(dav_href_resolve(BASE, "https://P1.example.org:8443/x", &host));
	ck_assert_str_eq(host, "p1.example.org");
}
END_TEST

static const struct {
	const char *member, *ref;
} members[] = {
	{BASE "a.vcf", "a.vcf"},
	{BASE "a%20b.vcf", "a%20b.vcf"},
	{BASE, NULL},
	{"https://dav.example.org/dav/u/book", NULL},
	{BASE "sub/", NULL},
	{BASE "sub/a.vcf", "/dav/u/book/sub/a.vcf"},
	{"https://dav.example.org/dav/u/books/a.vcf", "/dav/u/books/a.vcf"},
	{"https://dav.example.org/a.vcf", "/a.vcf"},
};

START_TEST(a_member_has_a_ref_that_leads_back_to_it)
{
	static const char *const collections[] = {BASE, "https://dav.example.org/dav/u/book"};
	for (gsize i = 0; i < G_N_ELEMENTS(collections); i++) {
		g_autofree char *ref = dav_href_ref(collections[i], members[_i].member);
		ck_assert_pstr_eq(ref, members[_i].ref);
		g_autofree char *back = ref == NULL ? NULL : dav_href_of_ref(collections[i], ref);
		ck_assert_pstr_eq(back, ref == NULL ? NULL : members[_i].member);
	}
}
END_TEST

static const char *const no_refs[] = {"", "..", "a/b", "a%00", "/../x", "%2e%2e"};

START_TEST(a_ref_out_of_a_damaged_journal_leads_nowhere)
{
	ck_assert_ptr_null(dav_href_of_ref(BASE, no_refs[_i]));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("href");
	TCase *tests = tcase_create("href");
	tcase_add_loop_test(tests, spellings_of_one_href_become_one, 0, G_N_ELEMENTS(same));
	tcase_add_loop_test(tests, a_hostile_href_leads_nowhere, 0, G_N_ELEMENTS(hostile));
	tcase_add_test(tests, an_href_of_ten_kilobytes_is_none);
	tcase_add_test(tests, another_host_is_named);
	tcase_add_loop_test(tests, a_member_has_a_ref_that_leads_back_to_it, 0,
	                    G_N_ELEMENTS(members));
	tcase_add_loop_test(tests, a_ref_out_of_a_damaged_journal_leads_nowhere, 0,
	                    G_N_ELEMENTS(no_refs));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
