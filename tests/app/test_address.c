/* SPDX-License-Identifier: MIT */
/* Which pages a person is sent to, whatever the service says. */
#include "app/address.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static char name[] = "home", endpoint[] = "https://api.example:8443",
	    hosts[] = "orange.fr, b.example:81", login[] = "http://127.0.0.1:8080/login?x=1";
static const struct account_config account = {
	.name = name,
	.endpoint = endpoint,
	.login_url = login,
	.consent_hosts = hosts,
};

static const char *const trusted[] = {
	"http://mdsp.orange.fr/privacy/interaction.do?family=photos&serviceId=a&attributes=,see",
	"https://privacy.orange.fr/urm-gui/interaction.do",
	"https://ORANGE.FR/",
	"https://orange.fr:443/",
	"http://b.example:81/x",
	"https://a.b.example:81/x",
	"https://api.example:8443/consent",
	"http://127.0.0.1:8080/other",
};

START_TEST(pages_of_the_provider_and_of_the_configured_addresses_are_trusted)
{
	g_autoptr(GError) error = NULL;
	ck_assert_msg(address_is_trusted(&account, trusted[_i], &error), "%s", trusted[_i]);
	ck_assert_ptr_null(error);
}
END_TEST

static const char *const foreign[] = {
	"",
	"file:///etc/passwd",
	"javascript:alert(1)",
	"data:text/html,x",
	"ftp://orange.fr/",
	"HTTPS:orange.fr",
	"//orange.fr/",
	"https:///orange.fr",
	"https://evil.example/",
	"https://evilorange.fr/",
	"https://orange.fr.evil.example/",
	"https://orange.fr@evil.example/",
	"https://user:pw@orange.fr/",
	"https://evil.example\\@orange.fr/",
	"https://evil.example#@orange.fr/",
	"https://evil.example?.orange.fr/",
	"https://orange.fr:444/",
	"http://b.example/",
	"https://b.example:810/",
	"https://api.example/consent",
	"http://api.example:8443/consent",
	"http://127.0.0.1:8081/",
	"https://127.0.0.1:8080/",
	"http://www.orange.fr:0/",
	"http://localhost:8080/",
	"https://orange.fr./",
	"https://.orange.fr/",
	"https://or\xc3\xa4nge.fr/",
	"https://orange.fr/\n--option",
	"https://orange.fr/ x",
	"https://orange.fr/$(id)`id`\"",
	"https://%6frange.fr/",
	"https://[::1]/",
	"--help",
};

START_TEST(no_other_page_is_and_the_reason_holds_no_more_than_a_host)
{
	g_autoptr(GError) error = NULL;
	ck_assert_msg(!address_is_trusted(&account, foreign[_i], &error), "%s", foreign[_i]);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONSENT));
	ck_assert_ptr_null(strchr(error->message, '\n'));
	ck_assert_ptr_null(strchr(error->message, '?'));
	ck_assert_ptr_null(strstr(error->message, "user"));
}
END_TEST

START_TEST(an_address_without_end_is_not_trusted)
{
	g_autofree char *path = g_strnfill(10000, 'a');
	g_autofree char *address = g_strconcat("https://orange.fr/", path, NULL);
	ck_assert(!address_is_trusted(&account, address, NULL));
}
END_TEST

START_TEST(a_parameter_is_added_and_the_rest_stays_as_it_is)
{
	static const char back[] = "http://127.0.0.1:1/return/a b+c&d";
	static const char encoded[] = "http%3A%2F%2F127.0.0.1%3A1%2Freturn%2Fa%20b%2Bc%26d";
	static const struct {
		const char *before, *front, *behind;
	} rows[] = {
		{"https://h/p", "https://h/p?r=", ""},
		{"https://h/p?", "https://h/p?r=", ""},
		{"https://h/p?a=,see", "https://h/p?a=,see&r=", ""},
		{"https://h/p?a=1&", "https://h/p?a=1&r=", ""},
		{"https://h/p?a=1#top?x", "https://h/p?a=1&r=", "#top?x"},
		{"https://h/p#top", "https://h/p?r=", "#top"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *expected =
			g_strconcat(rows[i].front, encoded, rows[i].behind, NULL);
		g_autofree char *address = address_add(rows[i].before, "r", back);
		ck_assert_str_eq(address, expected);
	}
}
END_TEST

START_TEST(an_origin_is_scheme_host_and_port)
{
	static const char *const rows[][2] = {
		{"https://A.Example/x?y#z", "https://a.example"},
		{"https://a.example:443", "https://a.example"},
		{"http://a.example:443", "http://a.example:443"},
		{"http://[::1]:8080/", "http://[::1]:8080"},
		{"http://a.example:80/", "http://a.example"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *origin = address_origin(rows[i][0]);
		ck_assert_str_eq(origin, rows[i][1]);
	}
	ck_assert_ptr_null(address_origin("null"));
	ck_assert_ptr_null(address_origin(NULL));
}
END_TEST

START_TEST(a_list_of_hosts_holds_hosts)
{
	static const char *const good[] = {"a.example", "a.example:1", " a, b\tc:65535 ,"};
	static const char *const bad[] = {"",    " , ",     "https://a", "a/b",
	                                  "a:0", "a:65536", "a:x",       "*.a.example",
	                                  ".a",  "a.",      "a b@c"};
	for (gsize i = 0; i < G_N_ELEMENTS(good); i++) {
		ck_assert_msg(address_is_host_list(good[i]), "%s", good[i]);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
		ck_assert_msg(!address_is_host_list(bad[i]), "%s", bad[i]);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("address");
	TCase *tests = tcase_create("address");
	tcase_add_loop_test(tests,
	                    pages_of_the_provider_and_of_the_configured_addresses_are_trusted, 0,
	                    G_N_ELEMENTS(trusted));
	tcase_add_loop_test(tests, no_other_page_is_and_the_reason_holds_no_more_than_a_host, 0,
	                    G_N_ELEMENTS(foreign));
	tcase_add_test(tests, an_address_without_end_is_not_trusted);
	tcase_add_test(tests, a_parameter_is_added_and_the_rest_stays_as_it_is);
	tcase_add_test(tests, an_origin_is_scheme_host_and_port);
	tcase_add_test(tests, a_list_of_hosts_holds_hosts);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
