/* SPDX-License-Identifier: MIT */
/*
 * Tests that a write is never sent a second time: libcurl sends again by itself when a reused
 * connection dies before the first byte of the reply.
 */
#include "net/http.h"

#include "net/one_request.h"
#include "net/scripted_server.h"

#include <stdio.h>

#define WRITES        1000
#define PICTURE_BYTES 40000 /* more than one segment, and than libcurl's first read of a body */

/* The second request on a connection is read whole, and the connection closed, or reset, without a
 * word. */
static bool die_when_reused(struct connection *connection, const GString *request)
{
	if (connection->n_requests == 1) {
		return server_answers(connection, request);
	}
	gint *deaths = connection->server->data;
	if (g_atomic_int_add(deaths, 1) % 2 == 1) {
		const struct linger linger = {.l_onoff = 1, .l_linger = 0};
		setsockopt(connection->socket, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	}
	return false;
}

static char picture[PICTURE_BYTES];

static const struct http_part parts[] = {
	{.name = "action", .data = "addpicture", .size = 10},
	{.name = "file",
         .data = picture,
         .size = PICTURE_BYTES,
         .file_name = "picture.gif",
         .content_type = "image/gif"},
};

/* How often each write came, by its number, which stands in its path. */
static void count_arrivals(const struct server *server, guint *arrivals)
{
	for (guint i = 0; i < server->requests->len; i++) {
		const char *line = server_request(server, i);
		const char *path = strstr(line, "/write/");
		if (path != NULL && path < strchr(line, '\r')) {
			arrivals[g_ascii_strtoull(path + strlen("/write/"), NULL, 10)]++;
		}
	}
}

static void write_on_dying_connection(struct http_client *client, const struct server *server,
                                      guint number, bool is_post)
{
	g_autofree char *read_url = server_url(server, "/read");
	g_autofree char *path = g_strdup_printf("/write/%u", number);
	g_autofree char *write_url = server_url(server, path);
	struct http_request read = {0};
	send_one(client, read_url, false, &read);
	ck_assert_int_eq(read.fate, HTTP_ANSWERED);
	http_request_clear(&read);
	struct http_request write = {0};
	write.parts = is_post ? parts : NULL;
	write.n_parts = is_post ? G_N_ELEMENTS(parts) : 0;
	send_one(client, write_url, true, &write);
	ck_assert_msg(write.fate == HTTP_UNKNOWN, "write %u: fate %d", number, (int)write.fate);
	ck_assert(passerelle_error_is(write.error, PASSERELLE_ERROR_NETWORK));
	http_request_clear(&write);
}

static const struct {
	const char *name;
	bool is_secure, is_post;
} wires[] = {
	{"GET over http", false, false},
	{"POST over http", false, true},
	{"GET over https", true, false},
	{"POST over https", true, true},
};

START_TEST(a_write_on_a_reused_connection_that_dies_arrives_exactly_once)
{
	if (wires[_i].is_secure && !server_load_tls()) {
		printf("skipped: no GnuTLS here\n");
		return;
	}
	gint deaths = 0;
	struct server *server = server_start(die_when_reused, &deaths, wires[_i].is_secure);
	struct http_client *client =
		new_client(20000, wires[_i].is_secure ? TEST_FIXTURES "/tls/loopback.pem" : NULL);
	for (guint i = 0; i < WRITES; i++) {
		write_on_dying_connection(client, server, i, wires[_i].is_post);
	}
	const guint64 sent = http_client_count(client);
	http_client_free(client);
	guint arrivals[WRITES] = {0};
	count_arrivals(server, arrivals);
	guint once = 0, twice = 0;
	for (guint i = 0; i < WRITES; i++) {
		once += arrivals[i] == 1;
		twice += arrivals[i] > 1;
	}
	printf("count: writes over reused connections that die, %s: %u calls, %u sent twice\n",
	       wires[_i].name, once + twice, twice);
	fflush(stdout);
	ck_assert_uint_eq(once, WRITES);
	ck_assert_int_eq(g_atomic_int_get(&deaths), WRITES); /* all of them were reused */
	/* libcurl had connected again each time: it wanted to send again */
	ck_assert_uint_eq(server_await(server, server->threads, 2 * WRITES), 2 * WRITES);
	ck_assert_uint_eq(sent, 2 * WRITES);
	server_stop(server);
}
END_TEST

START_TEST(a_read_on_a_reused_connection_that_dies_is_answered_by_another)
{
	gint deaths = 0;
	struct server *server = server_start(die_when_reused, &deaths, false);
	struct http_client *client = new_client(20000, NULL);
	g_autofree char *url = server_url(server, "/");
	struct http_request request = {0};
	send_one(client, url, false, &request);
	send_one(client, url, false, &request);
	ck_assert_int_eq(request.fate, HTTP_ANSWERED);
	ck_assert_uint_eq(server->requests->len, 3);
	http_request_clear(&request);
	http_client_free(client);
	server_stop(server);
}
END_TEST

/* The listener goes with the reused connection: libcurl's second attempt is refused, its first one
 * was sent. */
static bool die_for_good(struct connection *connection, const GString *request)
{
	if (connection->n_requests == 1) {
		return server_answers(connection, request);
	}
	shutdown(connection->server->listener, SHUT_RDWR);
	return false;
}

START_TEST(a_refused_second_attempt_does_not_prove_that_the_first_was_not_sent)
{
	struct server *server = server_start(die_for_good, NULL, false);
	struct http_client *client = new_client(20000, NULL);
	g_autofree char *url = server_url(server, "/");
	struct http_request request = {0};
	send_one(client, url, true, &request);
	ck_assert_int_eq(request.fate, HTTP_ANSWERED);
	send_one(client, url, true, &request);
	ck_assert_int_eq(request.fate, HTTP_UNKNOWN);
	ck_assert_uint_eq(server->requests->len, 2);
	http_request_clear(&request);
	http_client_free(client);
	server_stop(server);
}
END_TEST

static Suite *make_suite(void)
{
	Suite *suite = suite_create("net/http_once");
	TCase *once = tcase_create("once");
	tcase_set_timeout(once, 240);
	tcase_add_loop_test(once, a_write_on_a_reused_connection_that_dies_arrives_exactly_once, 0,
	                    G_N_ELEMENTS(wires));
	tcase_add_test(once, a_read_on_a_reused_connection_that_dies_is_answered_by_another);
	tcase_add_test(once, a_refused_second_attempt_does_not_prove_that_the_first_was_not_sent);
	suite_add_tcase(suite, once);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(make_suite());
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
