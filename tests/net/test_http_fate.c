/* SPDX-License-Identifier: MIT */
/* Tests of what is known of a request afterwards: not sent, answered, or unknown. */
#include "net/http.h"

#include "net/one_request.h"
#include "net/scripted_server.h"

#include "base/limits.h"

#include <stdio.h>

static void assert_error(const struct http_request *request, enum http_fate fate,
                         enum passerelle_error code, const char *words)
{
	ck_assert_int_eq(request->fate, fate);
	ck_assert_msg(passerelle_error_is(request->error, code), "%s", request->error->message);
	ck_assert_msg(strstr(request->error->message, words) != NULL, "\"%s\" lacks \"%s\"",
	              request->error->message, words);
}

/* Bound, so that nobody else can take its port, and not listening. */
static int refusing_socket(guint16 *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
	                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(address);
	const int file = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ck_assert_int_eq(bind(file, (struct sockaddr *)&address, size), 0);
	ck_assert_int_eq(getsockname(file, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return file;
}

START_TEST(a_refused_connection_proves_that_nothing_was_sent)
{
	guint16 port = 0;
	const int held = refusing_socket(&port);
	struct http_client *client = new_client(20000, NULL);
	g_autofree char *url = g_strdup_printf("http://127.0.0.1:%u/", port);
	struct http_request request = {0};
	send_one(client, url, true, &request);
	assert_error(&request, HTTP_NOT_SENT, PASSERELLE_ERROR_NETWORK, ": connection refused");
	ck_assert(g_str_has_prefix(request.error->message, "127.0.0.1:"));
	ck_assert_uint_eq(http_client_count(client), 0);
	http_request_clear(&request);
	http_client_free(client);
	close(held);
}
END_TEST

START_TEST(a_name_that_is_not_found_proves_that_nothing_was_sent)
{
	struct http_client *client = new_client(20000, NULL);
	struct http_request request = {0};
	send_one(client, "https://name.invalid/", true, &request);
	assert_error(&request, HTTP_NOT_SENT, PASSERELLE_ERROR_NETWORK, "name.invalid: ");
	http_request_clear(&request);
	http_client_free(client);
}
END_TEST

static bool close_at_once(struct connection *connection, const GString *request)
{
	(void)connection, (void)request;
	return false;
}

static bool reset(struct connection *connection, const GString *request)
{
	(void)request;
	const struct linger linger = {.l_onoff = 1, .l_linger = 0};
	setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	return false;
}

static bool cut_body(struct connection *connection, const GString *request)
{
	(void)request;
	connection_send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n<resu");
	return false;
}

static bool cut_chunk(struct connection *connection, const GString *request)
{
	(void)request;
	connection_send(connection,
	                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n<result>");
	return false;
}

static bool cut_between_chunks(struct connection *connection, const GString *request)
{
	(void)request;
	connection_send(connection,
	                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<ok/>\r\n");
	return false;
}

static bool cut_headers(struct connection *connection, const GString *request)
{
	(void)request;
	connection_send(connection, "HTTP/1.1 200 OK\r\nContent-Le");
	return false;
}

static bool cut_behind_interim(struct connection *connection, const GString *request)
{
	(void)request;
	connection_send(connection, "HTTP/1.1 100 Continue\r\n\r\n");
	return false;
}

static bool cut_status_behind_interim(struct connection *connection, const GString *request)
{
	(void)request;
	connection_send(connection, "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n");
	return false;
}

static bool drip(struct connection *connection, const GString *request)
{
	(void)request;
	bool goes_on =
		connection_send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n");
	while (goes_on) {
		g_usleep(20 * 1000);
		goes_on = connection_send(connection, "x");
	}
	return false;
}

static bool not_http(struct connection *connection, const GString *request)
{
	(void)request;
	connection_send(connection, "220 mail.example ESMTP\r\n");
	return false;
}

static bool flood_body(struct connection *connection, const GString *request)
{
	(void)request;
	static const char block[65536];
	connection_send(connection, "HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\n");
	gsize *sent = connection->server->data;
	while (*sent < 104857600 && connection_send_bytes(connection, block, sizeof(block))) {
		*sent += sizeof(block);
	}
	return false;
}

static bool flood_headers(struct connection *connection, const GString *request)
{
	(void)request;
	gsize *sent = connection->server->data;
	bool goes_on = connection_send(connection, "HTTP/1.1 200 OK\r\n");
	for (; goes_on && *sent < 10000000; *sent += 20) {
		goes_on = connection_send(connection, "X-Header: 12345678\r\n");
	}
	return false;
}

static const struct {
	server_script script;
	gint64 timeout_ms;
	enum passerelle_error code;
	const char *words;
} doubtful[] = {
	{close_at_once, 20000, PASSERELLE_ERROR_NETWORK, "closed without a reply"},
	{reset, 20000, PASSERELLE_ERROR_NETWORK, "connection was lost"},
	{server_is_silent, 300, PASSERELLE_ERROR_NETWORK, "no whole reply within 300 ms"},
	{drip, 1000, PASSERELLE_ERROR_NETWORK, "no whole reply within 1 s"},
	{cut_body, 20000, PASSERELLE_ERROR_NETWORK, "cut short"},
	{cut_chunk, 20000, PASSERELLE_ERROR_NETWORK, "cut short"},
	{cut_between_chunks, 20000, PASSERELLE_ERROR_NETWORK, "cut short"},
	{cut_headers, 20000, PASSERELLE_ERROR_NETWORK, "cut short"},
	{cut_behind_interim, 20000, PASSERELLE_ERROR_NETWORK, "127.0.0.1:"},
	{cut_status_behind_interim, 20000, PASSERELLE_ERROR_NETWORK, "127.0.0.1:"},
	{not_http, 20000, PASSERELLE_ERROR_PROTOCOL, "not HTTP"},
	{flood_body, 20000, PASSERELLE_ERROR_PROTOCOL, "too large"},
	{flood_headers, 20000, PASSERELLE_ERROR_PROTOCOL, "too many headers"},
};

/* Until it is sent: on a busy machine a short time limit can be over before that. */
static void send_for_sure(struct http_client *client, const char *url, bool is_write,
                          struct http_request *request)
{
	send_one(client, url, is_write, request);
	for (int i = 0; i < 10 && request->fate == HTTP_NOT_SENT; i++) {
		http_request_clear(request);
		*request = (struct http_request){0};
		send_one(client, url, is_write, request);
	}
}

START_TEST(no_whole_reply_leaves_a_request_in_doubt)
{
	gsize sent = 0;
	struct server *server = server_start(doubtful[_i].script, &sent, false);
	struct http_client *client = new_client(doubtful[_i].timeout_ms, NULL);
	g_autofree char *url = server_url(server, "/");
	for (int is_write = 0; is_write <= 1; is_write++) {
		sent = 0;
		struct http_request request = {0};
		send_for_sure(client, url, is_write != 0, &request);
		assert_error(&request, HTTP_UNKNOWN, doubtful[_i].code, doubtful[_i].words);
		http_request_clear(&request);
	}
	ck_assert_uint_eq(server_await(server, server->requests, 2), 2);
	ck_assert_uint_eq(http_client_count(client), 2);
	http_client_free(client);
	server_stop(server);
	ck_assert_uint_lt(sent,
	                  2 * LIMIT_REPLY_BYTES + 16 * 1024 * 1024); /* and the sockets' buffers */
}
END_TEST

static const struct {
	const char *status, *headers;
	long number;
	gint64 retry_after;
} answers[] = {
	{"500 Internal Server Error", "", 500, -1},
	{"503 Service Unavailable", "Retry-After: 120\r\n", 503, 120},
	{"503 Service Unavailable", "Retry-After: 0\r\n", 503, 0},
	{"503 Service Unavailable", "Retry-After: 99999999999999999999\r\n", 503, 366 * 24 * 3600},
	{"503 Service Unavailable", "Retry-After: soon\r\n", 503, -1},
	{"503 Service Unavailable",
         "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\nRetry-After: Sun, 06 Nov 1994 08:51:07 GMT\r\n",
         503, 90},
	{"503 Service Unavailable", "Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 503, 0},
	{"401 Unauthorized", "WWW-Authenticate: Basic realm=\"x\"\r\n", 401, -1},
	{"401 Unauthorized", "WWW-Authenticate: Digest realm=\"x\", nonce=\"y\"\r\n", 401, -1},
	{"302 Found", "Location: /elsewhere\r\n", 302, -1},
	{"307 Temporary Redirect", "Location: /elsewhere\r\n", 307, -1},
	{"417 Expectation Failed", "", 417, -1},
	{"408 Request Timeout", "", 408, -1},
	{"425 Too Early", "", 425, -1},
};

static bool answer_by_row(struct connection *connection, const GString *request)
{
	(void)request;
	const int row = *(const int *)connection->server->data;
	return connection_reply(connection, answers[row].status, answers[row].headers, "<why/>");
}

START_TEST(any_status_with_a_whole_body_is_an_answer_and_nothing_is_sent_again)
{
	int row = _i;
	struct server *server = server_start(answer_by_row, &row, false);
	struct http_client *client = new_client(20000, NULL);
	g_autofree char *url = server_url(server, "/");
	for (int is_write = 0; is_write <= 1; is_write++) {
		struct http_request request = {0};
		send_one(client, url, is_write != 0, &request);
		ck_assert_int_eq(request.fate, HTTP_ANSWERED);
		ck_assert_int_eq(request.status, answers[_i].number);
		ck_assert_int_eq(request.retry_after, answers[_i].retry_after);
		ck_assert_str_eq(g_bytes_get_data(request.body_out, NULL), "<why/>");
		http_request_clear(&request);
	}
	ck_assert_uint_eq(server->requests->len, 2);
	http_client_free(client);
	server_stop(server);
}
END_TEST

static bool answer_until_closed(struct connection *connection, const GString *request)
{
	(void)request;
	connection_send(connection, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n<ok/>");
	return false;
}

START_TEST(a_body_that_ends_with_the_connection_is_whole)
{
	struct server *server = server_start(answer_until_closed, NULL, false);
	struct http_client *client = new_client(20000, NULL);
	g_autofree char *url = server_url(server, "/");
	struct http_request request = {0};
	send_one(client, url, true, &request);
	ck_assert_int_eq(request.fate, HTTP_ANSWERED);
	ck_assert_str_eq(g_bytes_get_data(request.body_out, NULL), "<ok/>");
	http_request_clear(&request);
	http_client_free(client);
	server_stop(server);
}
END_TEST

START_TEST(a_certificate_that_cannot_be_verified_proves_that_nothing_was_sent)
{
	if (!server_load_tls()) {
		printf("skipped: no GnuTLS here\n");
		return;
	}
	struct server *server = server_start(server_answers, NULL, true);
	struct http_client *stranger = new_client(20000, NULL);
	g_autofree char *url = server_url(server, "/");
	struct http_request request = {0};
	send_one(stranger, url, true, &request);
	assert_error(&request, HTTP_NOT_SENT, PASSERELLE_ERROR_NETWORK,
	             "certificate cannot be verified");
	ck_assert_uint_eq(http_client_count(stranger), 0);
	http_client_free(stranger);

	struct http_client *friend = new_client(20000, TEST_FIXTURES "/tls/loopback.pem");
	send_one(friend, url, true, &request);
	ck_assert_int_eq(request.fate, HTTP_ANSWERED);
	http_client_free(friend);

	struct http_client *confused = new_client(20000, TEST_FIXTURES "/xml/attributes.xml");
	send_one(confused, url, true, &request);
	assert_error(&request, HTTP_NOT_SENT, PASSERELLE_ERROR_CONFIG, "ca_file");
	http_client_free(confused);
	ck_assert_uint_eq(server->requests->len, 1);
	http_request_clear(&request);
	server_stop(server);
}
END_TEST

START_TEST(a_server_that_speaks_no_tls_proves_that_nothing_was_sent)
{
	struct server *server = server_start(not_http, NULL, false);
	struct http_client *client = new_client(300, NULL);
	g_autofree char *url = g_strdup_printf("https://127.0.0.1:%u/", server->port);
	struct http_request request = {0};
	send_one(client, url, true, &request);
	assert_error(&request, HTTP_NOT_SENT, PASSERELLE_ERROR_NETWORK, "127.0.0.1");
	http_request_clear(&request);
	http_client_free(client);
	server_stop(server);
}
END_TEST

static bool refuse_tunnel(struct connection *connection, const GString *request)
{
	ck_assert(g_str_has_prefix(request->str, "CONNECT name.invalid:443 "));
	return connection_reply(connection, "407 Proxy Authentication Required", "", "");
}

static bool break_tunnel(struct connection *connection, const GString *request)
{
	(void)request;
	connection_send(connection, "HTTP/1.1 200 Connection established\r\n\r\n");
	return false;
}

static const struct {
	server_script script;
	enum passerelle_error code;
	const char *words;
} tunnels[] = {
	{refuse_tunnel, PASSERELLE_ERROR_CONFIG, "the proxy answers 407"},
	{close_at_once, PASSERELLE_ERROR_NETWORK, "name.invalid: "},
	{break_tunnel, PASSERELLE_ERROR_NETWORK, "name.invalid: "},
};

START_TEST(a_tunnel_that_fails_proves_that_nothing_was_sent)
{
	struct server *server = server_start(tunnels[_i].script, NULL, false);
	g_autofree char *proxy = server_url(server, "");
	const struct http_settings settings = {.user = "SERVICE",
	                                       .password = SECRET,
	                                       .proxy = proxy,
	                                       .max_connections = 1,
	                                       .timeout_ms = 20000};
	struct http_client *client = http_client_new(&settings, NULL);
	struct http_request request = {0};
	send_one(client, "https://name.invalid/", true, &request);
	assert_error(&request, HTTP_NOT_SENT, tunnels[_i].code, tunnels[_i].words);
	ck_assert_uint_eq(server_count_requests(server, "Authorization"), 0);
	http_request_clear(&request);
	http_client_free(client);
	server_stop(server);
}
END_TEST

static Suite *fate_suite(void)
{
	Suite *suite = suite_create("net/http_fate");
	TCase *fates = tcase_create("fates");
	tcase_set_timeout(fates, 60);
	tcase_add_test(fates, a_refused_connection_proves_that_nothing_was_sent);
	tcase_add_test(fates, a_name_that_is_not_found_proves_that_nothing_was_sent);
	tcase_add_loop_test(fates, no_whole_reply_leaves_a_request_in_doubt, 0,
	                    G_N_ELEMENTS(doubtful));
	tcase_add_loop_test(fates,
	                    any_status_with_a_whole_body_is_an_answer_and_nothing_is_sent_again, 0,
	                    G_N_ELEMENTS(answers));
	tcase_add_test(fates, a_body_that_ends_with_the_connection_is_whole);
	tcase_add_test(fates, a_certificate_that_cannot_be_verified_proves_that_nothing_was_sent);
	tcase_add_test(fates, a_server_that_speaks_no_tls_proves_that_nothing_was_sent);
	tcase_add_loop_test(fates, a_tunnel_that_fails_proves_that_nothing_was_sent, 0,
	                    G_N_ELEMENTS(tunnels));
	suite_add_tcase(suite, fates);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(fate_suite());
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
