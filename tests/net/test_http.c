/* SPDX-License-Identifier: MIT */
/* Tests of what goes on the wire: addresses, encoding, credentials, bodies, parallelism, bounds. */
#include "net/http.h"

#include "net/scripted_server.h"

#include "base/limits.h"

static struct http_client *new_client(unsigned connections)
{
	const struct http_settings settings = {.user = "SERVICE",
	                                       .password = "pa:ss w\xC3\xB6rd+/=",
	                                       .max_connections = connections,
	                                       .timeout_ms = 20000};
	g_autoptr(GError) error = NULL;
	struct http_client *client = http_client_new(&settings, &error);
	ck_assert_ptr_nonnull(client);
	ck_assert_ptr_null(error);
	return client;
}

static void send_one(struct http_client *client, struct http_request *request)
{
	http_client_batch(client, &request, 1, NULL, NULL);
}

/* Sends one request to a server that answers all; gives what it received. */
static char *received(struct http_request *request, const char *path)
{
	struct server *server = server_start(server_answers, NULL, false);
	struct http_client *client = new_client(1);
	g_autofree char *url = server_url(server, path);
	request->url = url;
	send_one(client, request);
	ck_assert_int_eq(request->fate, HTTP_ANSWERED);
	ck_assert_uint_eq(http_client_count(client), 1);
	request->url = NULL;
	const GString *raw = g_ptr_array_index(server->requests, 0);
	char *text = g_memdup2(raw->str, raw->len + 1);
	http_client_free(client);
	server_stop(server);
	return text;
}

START_TEST(a_query_is_percent_encoded_strictly)
{
	const struct http_pair query[] = {{"token", "B64+a/b=|sau=|ted=1|"},
	                                  {"title", "l'\u00e9t\u00e9 & 100% ?#"},
	                                  {"plain", "AZaz09-._~"},
	                                  {"empty", ""},
	                                  {"a b", "\n"}};
	struct http_request request = {.query = query, .n_query = G_N_ELEMENTS(query)};
	g_autofree char *text = received(&request, "/V1");
	ck_assert(g_str_has_prefix(text, "GET /V1?token=B64%2Ba%2Fb%3D%7Csau%3D%7Cted%3D1%7C"
	                                 "&title=l%27%C3%A9t%C3%A9%20%26%20100%25%20%3F%23"
	                                 "&plain=AZaz09-._~&empty=&a%20b=%0A HTTP/1.1\r\n"));
	http_request_clear(&request);
}
END_TEST

START_TEST(a_query_continues_the_one_of_the_address_and_a_fragment_is_dropped)
{
	const struct http_pair query[] = {{"b", "2"}};
	struct http_request request = {.query = query, .n_query = 1};
	g_autofree char *text = received(&request, "/x?a=1#part");
	ck_assert(g_str_has_prefix(text, "GET /x?a=1&b=2 HTTP/1.1\r\n"));
	http_request_clear(&request);
}
END_TEST

START_TEST(credentials_are_sent_at_once_and_nothing_unasked)
{
	struct http_request request = {0};
	g_autofree char *text = received(&request, "/");
	const char *header = strstr(text, "Authorization: Basic ");
	ck_assert_ptr_nonnull(header);
	gsize size = 0;
	g_autofree char *base64 = g_strndup(header + 21, strcspn(header + 21, "\r"));
	g_autofree guchar *decoded = g_base64_decode(base64, &size);
	g_autofree char *pair = g_strndup((const char *)decoded, size);
	ck_assert_str_eq(pair, "SERVICE:pa:ss w\xC3\xB6rd+/=");
	ck_assert_ptr_null(strcasestr(text, "Accept-Encoding"));
	ck_assert_ptr_null(strcasestr(text, "Cookie"));
	ck_assert_ptr_null(strcasestr(text, "Upgrade"));
	http_request_clear(&request);
}
END_TEST

START_TEST(an_answer_is_given_whole)
{
	struct http_request request = {0};
	g_autofree char *text = received(&request, "/whole");
	ck_assert(g_str_has_prefix(text, "GET /whole HTTP/1.1\r\n"));
	ck_assert_int_eq(request.status, 200);
	ck_assert_str_eq(request.content_type, "text/xml");
	ck_assert_int_eq(request.retry_after, -1);
	ck_assert_ptr_null(request.error);
	ck_assert_uint_eq(g_bytes_get_size(request.body_out), 5);
	ck_assert_str_eq(g_bytes_get_data(request.body_out, NULL), "<ok/>");
	http_request_clear(&request);
	ck_assert_ptr_null(request.body_out);
}
END_TEST

START_TEST(parts_are_sent_as_form_data)
{
	const struct http_part parts[] = {
		{.name = "action", .data = "addpicture", .size = 10},
		{.name = "file",
	         .data = "GIF\0\x89",
	         .size = 5,
	         .file_name = "a.gif",
	         .content_type = "image/gif"},
	};
	struct http_request request = {.parts = parts, .n_parts = 2, .is_write = true};
	struct server *server = server_start(server_answers, NULL, false);
	struct http_client *client = new_client(1);
	g_autofree char *url = server_url(server, "/p");
	request.url = url;
	send_one(client, &request);
	ck_assert_int_eq(request.fate, HTTP_ANSWERED);
	const GString *raw = g_ptr_array_index(server->requests, 0);
	ck_assert(g_str_has_prefix(raw->str, "POST /p HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(raw->str, "Content-Type: multipart/form-data; boundary="));
	ck_assert_ptr_nonnull(strstr(raw->str, "form-data; name=\"action\"\r\n\r\naddpicture\r\n"));
	ck_assert_ptr_nonnull(strstr(raw->str, "form-data; name=\"file\"; filename=\"a.gif\"\r\n"
	                                       "Content-Type: image/gif\r\n\r\nGIF"));
	ck_assert_ptr_nonnull(memmem(raw->str, raw->len, "GIF\0\x89\r\n", 7));
	ck_assert_ptr_null(strcasestr(raw->str, "Expect:"));
	http_request_clear(&request);
	http_client_free(client);
	server_stop(server);
}
END_TEST

static const struct {
	const char *method, *body, *start;
} methods[] = {
	{"PUT", "BEGIN:VCARD", "PUT / HTTP/1.1\r\n"},  {"REPORT", "<a/>", "REPORT / HTTP/1.1\r\n"},
	{"PROPFIND", NULL, "PROPFIND / HTTP/1.1\r\n"}, {"DELETE", NULL, "DELETE / HTTP/1.1\r\n"},
	{"POST", NULL, "POST / HTTP/1.1\r\n"},
};

START_TEST(other_methods_carry_their_body_and_headers)
{
	const struct http_pair headers[] = {{"Depth", "1"}, {"If-Match", "\"e\""}, {"X-Empty", ""}};
	const char *body = methods[_i].body;
	struct http_request request = {.method = methods[_i].method,
	                               .headers = headers,
	                               .n_headers = 3,
	                               .body = body,
	                               .body_size = body == NULL ? 0 : strlen(body)};
	g_autofree char *text = received(&request, "/");
	ck_assert(g_str_has_prefix(text, methods[_i].start));
	ck_assert_ptr_nonnull(strstr(text, "\r\nDepth: 1\r\nIf-Match: \"e\"\r\nX-Empty:\r\n"));
	ck_assert_ptr_null(strcasestr(text, "Expect:"));
	if (body != NULL) {
		ck_assert_ptr_null(strcasestr(text, "Content-Type:"));
		ck_assert_str_eq(strstr(text, "\r\n\r\n") + 4, body);
	}
	http_request_clear(&request);
}
END_TEST

START_TEST(a_header_with_a_line_break_is_not_sent)
{
	const struct http_pair headers[] = {{"If-Match", "a\r\nX-Evil: 1"}};
	struct http_request request = {
		.url = "http://127.0.0.1:1/", .headers = headers, .n_headers = 1};
	struct http_client *client = new_client(1);
	send_one(client, &request);
	ck_assert_int_eq(request.fate, HTTP_NOT_SENT);
	ck_assert(passerelle_error_is(request.error, PASSERELLE_ERROR_PROTOCOL));
	ck_assert_uint_eq(http_client_count(client), 0);
	http_request_clear(&request);
	http_client_free(client);
}
END_TEST

static bool set_cookie(struct connection *connection, const GString *request)
{
	(void)request;
	return connection_reply(connection, "200 OK", "Set-Cookie: a=b\r\n", "");
}

START_TEST(a_bearer_token_is_sent_and_cookies_are_not_kept)
{
	struct server *server = server_start(set_cookie, NULL, false);
	const struct http_settings settings = {
		.bearer = "abc.def", .max_connections = 1, .timeout_ms = 20000};
	struct http_client *client = http_client_new(&settings, NULL);
	g_autofree char *url = server_url(server, "/");
	struct http_request request = {.url = url};
	send_one(client, &request);
	send_one(client, &request);
	ck_assert_int_eq(request.fate, HTTP_ANSWERED);
	ck_assert_uint_eq(g_bytes_get_size(request.body_out), 0);
	ck_assert_uint_eq(server_count_requests(server, "\r\nAuthorization: Bearer abc.def\r\n"),
	                  2);
	ck_assert_uint_eq(server_count_requests(server, "Cookie"), 0);
	http_request_clear(&request);
	http_client_free(client);
	server_stop(server);
}
END_TEST

START_TEST(settings_that_cannot_be_sent_are_configuration_errors)
{
	const struct http_settings wrong[] = {
		{.user = "a:b", .password = "c", .max_connections = 1, .timeout_ms = 1},
		{.bearer = "a\r\nX: y", .max_connections = 1, .timeout_ms = 1},
		{.ca_file = "/nonexistent/ca.pem", .max_connections = 1, .timeout_ms = 1},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
		g_autoptr(GError) error = NULL;
		ck_assert_ptr_null(http_client_new(&wrong[i], &error));
		ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
	}
}
END_TEST

/* Holds each reply until as many requests wait as there are connections. */
static bool answer_in_groups(struct connection *connection, const GString *request)
{
	struct server *server = connection->server;
	const guint size = *(const guint *)server->data;
	guint index = 0;
	g_mutex_lock(&server->mutex);
	while (g_ptr_array_index(server->requests, index) != request) {
		index++;
	}
	const guint group_end = (index / size + 1) * size;
	while (server->requests->len < group_end && !server->is_stopping) {
		g_cond_wait(&server->changed, &server->mutex);
	}
	g_mutex_unlock(&server->mutex);
	return connection_reply(connection, "200 OK", "", request->str);
}

static void count_progress(void *data, gsize done, gsize total)
{
	gsize *last = data;
	ck_assert_uint_eq(done, *last + 1);
	ck_assert_uint_le(done, total);
	*last = done;
}

START_TEST(as_many_requests_as_allowed_are_under_way_and_connections_are_reused)
{
	guint connections = 4;
	struct server *server = server_start(answer_in_groups, &connections, false);
	struct http_client *client = new_client(connections);
	enum { COUNT = 40 };
	struct http_request requests[COUNT] = {0};
	struct http_request *list[COUNT];
	char *urls[COUNT];
	for (guint i = 0; i < COUNT; i++) {
		g_autofree char *path = g_strdup_printf("/number%02u", i);
		urls[i] = server_url(server, path);
		requests[i].url = urls[i];
		list[i] = &requests[i];
	}
	gsize done = 0;
	http_client_batch(client, list, COUNT, count_progress, &done);
	ck_assert_uint_eq(done, COUNT);
	ck_assert_uint_eq(http_client_count(client), COUNT);
	ck_assert_uint_eq(server->most_open, connections);
	ck_assert_uint_eq(server->threads->len, connections);
	for (guint i = 0; i < COUNT; i++) {
		g_autofree char *line = g_strdup_printf("GET /number%02u ", i);
		ck_assert_int_eq(requests[i].fate, HTTP_ANSWERED);
		ck_assert(g_str_has_prefix(g_bytes_get_data(requests[i].body_out, NULL), line));
		http_request_clear(&requests[i]);
		g_free(urls[i]);
	}
	http_client_free(client);
	server_stop(server);
}
END_TEST

static void stop_after_five(void *data, gsize done, gsize total)
{
	(void)total;
	*(volatile sig_atomic_t *)data = done >= 5;
}

static void send_many(struct http_client *client, const char *url, gsize count,
                      http_progress progress, void *data, guint *answered, guint *not_sent)
{
	struct http_request *requests = g_new0(struct http_request, count);
	g_autofree struct http_request **list = g_new(struct http_request *, count);
	for (gsize i = 0; i < count; i++) {
		requests[i].url = url;
		list[i] = &requests[i];
	}
	http_client_batch(client, list, count, progress, data);
	for (gsize i = 0; i < count; i++) {
		*answered += requests[i].fate == HTTP_ANSWERED;
		*not_sent += requests[i].fate == HTTP_NOT_SENT &&
		             passerelle_error_is(requests[i].error, PASSERELLE_ERROR_CANCELLED);
		http_request_clear(&requests[i]);
	}
	g_free(requests);
}

START_TEST(a_burst_ends_at_one_minutes_worth)
{
	struct server *server = server_start(server_answers, NULL, false);
	volatile sig_atomic_t cancelled = 0;
	const struct http_settings settings = {.max_connections = 8,
	                                       .requests_per_minute = 5,
	                                       .timeout_ms = 20000,
	                                       .cancelled = &cancelled};
	struct http_client *client = http_client_new(&settings, NULL);
	g_autofree char *url = server_url(server, "/");
	guint answered = 0, not_sent = 0;
	send_many(client, url, 9, stop_after_five, (void *)&cancelled, &answered, &not_sent);
	ck_assert_uint_eq(answered, 5);
	ck_assert_uint_eq(not_sent, 4);
	ck_assert_uint_eq(server->requests->len, 5);
	http_client_free(client);
	server_stop(server);
}
END_TEST

START_TEST(the_rate_goes_on_behind_a_burst)
{
	struct server *server = server_start(server_answers, NULL, false);
	const struct http_settings settings = {
		.max_connections = 4, .requests_per_minute = 600, .timeout_ms = 20000};
	struct http_client *client = http_client_new(&settings, NULL);
	g_autofree char *url = server_url(server, "/");
	guint answered = 0, not_sent = 0;
	send_many(client, url, 605, NULL, NULL, &answered, &not_sent);
	ck_assert_uint_eq(answered, 605);
	http_client_free(client);
	server_stop(server);
}
END_TEST

START_TEST(a_client_goes_on_where_another_one_stopped)
{
	struct server *server = server_start(server_answers, NULL, false);
	volatile sig_atomic_t cancelled = 0;
	const struct http_settings settings = {.max_connections = 8,
	                                       .requests_per_minute = 9,
	                                       .timeout_ms = 20000,
	                                       .cancelled = &cancelled};
	struct http_client *client = http_client_new(&settings, NULL);
	ck_assert_double_eq(http_client_level(client), 9);
	http_client_set_level(client, 1000); /* never more than there is */
	ck_assert_double_eq(http_client_level(client), 9);
	http_client_set_level(client, 5);
	g_autofree char *url = server_url(server, "/");
	guint answered = 0, not_sent = 0;
	send_many(client, url, 9, stop_after_five, (void *)&cancelled, &answered, &not_sent);
	ck_assert_uint_eq(answered, 5);
	ck_assert_uint_eq(not_sent, 4);
	ck_assert_double_lt(http_client_level(client), 1);
	http_client_set_level(client, -3);
	ck_assert_double_ge(http_client_level(client), 0);
	http_client_free(client);
	server_stop(server);
	client = new_client(1); /* no limit */
	ck_assert_double_eq(http_client_level(client), 0);
	http_client_free(client);
}
END_TEST

START_TEST(a_proxy_of_the_environment_is_not_used_for_loopback)
{
	g_setenv("http_proxy", "http://127.0.0.1:1/", TRUE);
	g_setenv("all_proxy", "http://127.0.0.1:1/", TRUE);
	struct http_request request = {0};
	g_autofree char *text = received(&request, "/");
	ck_assert(g_str_has_prefix(text, "GET / HTTP/1.1"));
	http_request_clear(&request);
	g_unsetenv("http_proxy");
	g_unsetenv("all_proxy");
}
END_TEST

static const struct {
	const char *url;
	bool is_loopback;
} hosts[] = {
	{"http://127.0.0.1/", true},
	{"http://127.9.8.7:8080/x", true},
	{"https://localhost", true},
	{"http://LOCALHOST:1/", true},
	{"http://[::1]:80/", true},
	{"http://[::2]/", false},
	{"http://127.0.0.1.example.com/", false},
	{"http://localhost.example.com/", false},
	{"http://user@example.com@127.0.0.1/", false},
	{"http://127.0.0.1@example.com/", false},
	{"http://127.0.0.1\\@example.com/", false},
	{"http://example.com/?127.0.0.1", false},
	{"http://126.0.0.1/", false},
	{"ftp://127.0.0.1/", false},
	{"127.0.0.1", false},
	{"", false},
};

START_TEST(only_addresses_of_this_machine_are_loopback)
{
	ck_assert_msg(http_is_loopback(hosts[_i].url) == hosts[_i].is_loopback, "%s",
	              hosts[_i].url);
}
END_TEST

static const char *const not_to_be_sent[] = {
	"http://example.com/V1",
	"http://127.0.0.1.example.com/",
	"ftp://127.0.0.1/",
	"file:///etc/passwd",
	"https://user:pw@example.com/",
	"http://me@127.0.0.1/",
	"http://127.0.0.1\\@example.com/",
	"example.com",
	"",
	"https://",
};

START_TEST(an_address_that_would_show_secrets_is_refused_before_anything_is_sent)
{
	const struct http_pair query[] = {{"token", "SECRET"}};
	struct http_request request = {.url = not_to_be_sent[_i], .query = query, .n_query = 1};
	struct http_client *client = new_client(1);
	send_one(client, &request);
	ck_assert_int_eq(request.fate, HTTP_NOT_SENT);
	ck_assert(passerelle_error_is(request.error, PASSERELLE_ERROR_CONFIG));
	ck_assert_ptr_null(strstr(request.error->message, "SECRET"));
	ck_assert_ptr_null(strstr(request.error->message, "pw"));
	ck_assert_uint_eq(http_client_count(client), 0);
	http_request_clear(&request);
	http_client_free(client);
}
END_TEST

START_TEST(an_address_for_a_log_holds_no_secret)
{
	static const struct {
		const char *url, *shown;
	} addresses[] = {
		{"https://u:p@host.example:8443/a/b?token=SECRET#f",
	         "https://host.example:8443/a/b"},
		{"https://u:p@ss@host.example/?a", "(no address)"},
		{"http://127.0.0.1:80/V1", "http://127.0.0.1:80/V1"},
		{"imap://me:SECRET@mail.example/", "imap://mail.example/"},
		{"me:SECRET@mail.example?token", "(no address)"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(addresses); i++) {
		g_autofree char *shown = http_url_for_log(addresses[i].url);
		ck_assert_str_eq(shown, addresses[i].shown);
	}
}
END_TEST

static Suite *http_suite(void)
{
	Suite *suite = suite_create("net/http");
	TCase *wire = tcase_create("on the wire");
	tcase_set_timeout(wire, 60);
	tcase_add_test(wire, a_query_is_percent_encoded_strictly);
	tcase_add_test(wire, a_query_continues_the_one_of_the_address_and_a_fragment_is_dropped);
	tcase_add_test(wire, credentials_are_sent_at_once_and_nothing_unasked);
	tcase_add_test(wire, an_answer_is_given_whole);
	tcase_add_test(wire, parts_are_sent_as_form_data);
	tcase_add_loop_test(wire, other_methods_carry_their_body_and_headers, 0,
	                    G_N_ELEMENTS(methods));
	tcase_add_test(wire, a_header_with_a_line_break_is_not_sent);
	tcase_add_test(wire, a_bearer_token_is_sent_and_cookies_are_not_kept);
	tcase_add_test(wire, settings_that_cannot_be_sent_are_configuration_errors);
	tcase_add_test(wire, as_many_requests_as_allowed_are_under_way_and_connections_are_reused);
	tcase_add_test(wire, a_burst_ends_at_one_minutes_worth);
	tcase_add_test(wire, the_rate_goes_on_behind_a_burst);
	tcase_add_test(wire, a_client_goes_on_where_another_one_stopped);
	tcase_add_test(wire, a_proxy_of_the_environment_is_not_used_for_loopback);
	suite_add_tcase(suite, wire);
	TCase *addresses = tcase_create("addresses");
	tcase_add_loop_test(addresses, only_addresses_of_this_machine_are_loopback, 0,
	                    G_N_ELEMENTS(hosts));
	tcase_add_loop_test(addresses,
	                    an_address_that_would_show_secrets_is_refused_before_anything_is_sent,
	                    0, G_N_ELEMENTS(not_to_be_sent));
	tcase_add_test(addresses, an_address_for_a_log_holds_no_secret);
	suite_add_tcase(suite, addresses);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(http_suite());
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
