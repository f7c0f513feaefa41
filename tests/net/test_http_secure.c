/* SPDX-License-Identifier: MIT */
/* Tests of what a server is known by, what it knows us by, and what of its headers is handed on. */
#include "net/http.h"

#include "net/scripted_server.h"

#include <stdio.h>

#define CERTIFICATE TEST_FIXTURES "/tls/loopback.pem"
#define KEY         TEST_FIXTURES "/tls/loopback.key"
#define OTHER_PIN   "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
/* openssl x509 -in loopback.pem -pubkey -noout | openssl pkey -pubin -outform der |
 * openssl dgst -sha256 -binary | base64 */
#define RIGHT_PIN "sha256//Y89cej/RA6VgwuGTn3EeUSdeCC3m/VdAbBrmTplDjZ8="

static void ask(const struct server *server, const struct http_settings *settings,
                struct http_request *request)
{
	struct http_client *client = http_client_new(settings, NULL);
	ck_assert_ptr_nonnull(client);
	g_autofree char *url = server_url(server, "/");
	request->url = url;
	request->is_write = true;
	http_client_batch(client, &request, 1, NULL, NULL);
	http_client_free(client);
}

static struct http_settings secure(void)
{
	return (struct http_settings){
		.ca_file = CERTIFICATE, .max_connections = 1, .timeout_ms = 20000};
}

static struct server *start(bool wants_certificate)
{
	if (!server_load_tls()) {
		printf("skipped: no GnuTLS here\n");
		return NULL;
	}
	struct server *server = server_start(server_answers, NULL, true);
	server->wants_certificate = wants_certificate;
	return server;
}

START_TEST(the_server_of_a_pinned_key_is_asked)
{
	static const char *const pins[] = {RIGHT_PIN, OTHER_PIN ";" RIGHT_PIN};
	struct server *server = start(false);
	for (gsize i = 0; server != NULL && i < G_N_ELEMENTS(pins); i++) {
		struct http_settings settings = secure();
		settings.pinned_key = pins[i];
		struct http_request request = {0};
		ask(server, &settings, &request);
		ck_assert_int_eq(request.fate, HTTP_ANSWERED);
		http_request_clear(&request);
	}
	if (server != NULL) {
		server_stop(server);
	}
}
END_TEST

START_TEST(nothing_is_sent_to_the_server_of_another_key)
{
	struct server *server = start(false);
	if (server == NULL) {
		return;
	}
	struct http_settings settings = secure();
	settings.pinned_key = OTHER_PIN;
	struct http_request request = {0};
	ask(server, &settings, &request);
	ck_assert_int_eq(request.fate, HTTP_NOT_SENT);
	ck_assert(passerelle_error_is(request.error, PASSERELLE_ERROR_CONFIG));
	ck_assert_ptr_nonnull(strstr(request.error->message, "pinned_key"));
	http_request_clear(&request);
	ck_assert_uint_eq(server->requests->len, 0);
	server_stop(server);
}
END_TEST

START_TEST(a_client_certificate_is_shown_where_it_is_wanted)
{
	struct server *server = start(true);
	if (server == NULL) {
		return;
	}
	struct http_settings settings = secure();
	settings.client_certificate = CERTIFICATE;
	settings.client_key = KEY;
	struct http_request request = {0};
	ask(server, &settings, &request);
	ck_assert_msg(request.fate == HTTP_ANSWERED, "%s",
	              request.error == NULL ? "" : request.error->message);
	http_request_clear(&request);
	server_stop(server);
}
END_TEST

START_TEST(without_the_certificate_that_a_server_wants_nothing_is_done)
{
	struct server *server = start(true);
	if (server == NULL) {
		return;
	}
	const struct http_settings settings = secure();
	struct http_request request = {0};
	ask(server, &settings, &request);
	ck_assert_int_ne(request.fate, HTTP_ANSWERED);
	ck_assert_ptr_nonnull(request.error);
	http_request_clear(&request);
	ck_assert_uint_eq(server->requests->len, 0);
	server_stop(server);
}
END_TEST

static const struct {
	struct http_settings settings;
	const char *word;
} refused[] = {
	{{.pinned_key = "/etc/passwd"}, "pinned_key"},
	{{.pinned_key = ""}, "pinned_key"},
	{{.pinned_key = RIGHT_PIN ";"}, "pinned_key"},
	{{.pinned_key = "sha256//AAAA"}, "pinned_key"},
	{{.client_certificate = "/nowhere/mine.pem"}, "client_certificate"},
	{{.client_key = "/nowhere/mine.key"}, "client_key"},
};

START_TEST(settings_that_would_protect_nothing_are_refused)
{
	struct http_settings settings = refused[_i].settings;
	settings.max_connections = 1;
	settings.timeout_ms = 1000;
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(http_client_new(&settings, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
	ck_assert_ptr_nonnull(strstr(error->message, refused[_i].word));
}
END_TEST

static bool say_headers(struct connection *connection, const GString *request)
{
	(void)request;
	return connection_reply(connection, "201 Created",
	                        "etag:  \"a, b\" \r\nDAV: 1, 3\r\nDAV: addressbook\r\n"
	                        "X-Unasked: no\r\n",
	                        "");
}

START_TEST(headers_of_the_reply_are_handed_on_where_they_are_wanted)
{
	static const char *const wanted[] = {"ETag", "Location", "DAV"};
	struct server *server = server_start(say_headers, NULL, false);
	const struct http_settings settings = {.max_connections = 1, .timeout_ms = 20000};
	struct http_request request = {.wanted_headers = wanted, .n_wanted = 3};
	ask(server, &settings, &request);
	ck_assert_int_eq(request.fate, HTTP_ANSWERED);
	ck_assert_str_eq(request.headers_out[0], "\"a, b\"");
	ck_assert_ptr_null(request.headers_out[1]);
	ck_assert_str_eq(request.headers_out[2], "1, 3, addressbook");
	http_request_clear(&request);
	ck_assert_ptr_null(request.headers_out);
	server_stop(server);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("http_secure");
	TCase *tests = tcase_create("http_secure");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, the_server_of_a_pinned_key_is_asked);
	tcase_add_test(tests, nothing_is_sent_to_the_server_of_another_key);
	tcase_add_test(tests, a_client_certificate_is_shown_where_it_is_wanted);
	tcase_add_test(tests, without_the_certificate_that_a_server_wants_nothing_is_done);
	tcase_add_loop_test(tests, settings_that_would_protect_nothing_are_refused, 0,
	                    G_N_ELEMENTS(refused));
	tcase_add_test(tests, headers_of_the_reply_are_handed_on_where_they_are_wanted);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
