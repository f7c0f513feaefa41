/* SPDX-License-Identifier: MIT */
/* Which addresses lead to one server: that decides where credentials may go. */
#include "net/http.h"

#include <check.h>
#include <stdlib.h>

static const struct {
	const char *left, *right;
	bool is_same_server, is_same_address;
} pairs[] = {
	{"https://api.example.org", "https://api.example.org/", true, true},
	{"https://api.example.org/a", "https://api.example.org/b", true, false},
	{"https://API.Example.ORG/a", "HTTPS://api.example.org:443/a", true, true},
	{"https://api.example.org/a", "https://api.example.org/a/", true, true},
	{"https://api.example.org/a/b", "https://api.example.org//a//b//", true, true},
	{"https://api.example.org/a/b", "https://api.example.org/x/../a/./b", true, true},
	{"https://api.example.org/a/b", "https://api.example.org/%61%2Fb", true, true},
	{"https://api.example.org/a", "https://api.example.org/A", true, false},
	{"http://[::1]:80/", "http://[::1]/", true, true},
	{"http://127.0.0.1:80/a", "http://127.0.0.1/a", true, true},
	{"https://api.example.org", "http://api.example.org", false, false},
	{"https://api.example.org", "https://api.example.org:8443", false, false},
	{"https://api.example.org", "https://example.org", false, false},
	{"https://api.example.org", "https://api.example.org.evil.example", false, false},
	{"https://api.example.org", "https://api.example.org@evil.example/", false, false},
	{"https://api.example.org", "https://evil.example/https://api.example.org", false, false},
	{"https://api.example.org", "https://evil.example#@api.example.org", false, false},
	{"https://api.example.org", "https://evil.example\\@api.example.org", false, false},
	{"https://api.example.org", "ftp://api.example.org", false, false},
	{"file:///etc/passwd", "file:///etc/passwd", false, false},
	{"api.example.org", "api.example.org", false, false},
	{"", "", false, false},
};

START_TEST(server_and_address_are_compared_as_they_are_called)
{
	const char *left = pairs[_i].left;
	const char *right = pairs[_i].right;
	ck_assert_int_eq(http_is_same_server(left, right), pairs[_i].is_same_server);
	ck_assert_int_eq(http_is_same_server(right, left), pairs[_i].is_same_server);
	ck_assert_int_eq(http_is_same_address(left, right), pairs[_i].is_same_address);
	ck_assert_int_eq(http_is_same_address(right, left), pairs[_i].is_same_address);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("address");
	TCase *compare = tcase_create("compare");
	tcase_add_loop_test(compare, server_and_address_are_compared_as_they_are_called, 0,
	                    G_N_ELEMENTS(pairs));
	suite_add_tcase(suite, compare);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
