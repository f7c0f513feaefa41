/* SPDX-License-Identifier: MIT */
/* Tests of a batch that is told to stop. */
#include "net/http.h"

#include "net/scripted_server.h"

static void assert_stopped(struct http_request *request, enum http_fate fate)
{
	ck_assert_int_eq(request->fate, fate);
	ck_assert(passerelle_error_is(request->error, PASSERELLE_ERROR_CANCELLED));
	http_request_clear(request);
}

static volatile sig_atomic_t cancelled;

static bool cancel_and_answer(struct connection *connection, const GString *request)
{
	cancelled = 1;
	g_usleep(150 * 1000);
	return server_answers(connection, request);
}

static bool cancel_and_say_nothing(struct connection *connection, const GString *request)
{
	cancelled = 1;
	return server_is_silent(connection, request);
}

/* Three requests over one connection, the first of which stops us. */
static void send_cancelled(server_script script, bool is_write, struct http_request requests[3],
                           guint expected)
{
	struct server *server = server_start(script, NULL, false);
	const struct http_settings settings = {
		.max_connections = 1, .timeout_ms = 20000, .cancelled = &cancelled};
	struct http_client *client = http_client_new(&settings, NULL);
	g_autofree char *url = server_url(server, "/");
	struct http_request *list[3];
	for (int i = 0; i < 3; i++) {
		requests[i] = (struct http_request){.url = url, .is_write = is_write};
		list[i] = &requests[i];
	}
	http_client_batch(client, list, 3, NULL, NULL);
	ck_assert_uint_eq(server_await(server, server->requests, expected), expected);
	for (int i = 1; i < 3; i++) {
		assert_stopped(&requests[i], HTTP_NOT_SENT);
	}
	http_client_free(client);
	server_stop(server);
}

START_TEST(a_read_is_dropped_when_we_are_told_to_stop)
{
	struct http_request requests[3];
	cancelled = 0;
	send_cancelled(cancel_and_say_nothing, false, requests, 1);
	assert_stopped(&requests[0], HTTP_UNKNOWN);
}
END_TEST

/* On a busy machine the answer can come when the moment is over: one of several comes within it. */
START_TEST(a_write_may_finish_when_we_are_told_to_stop)
{
	struct http_request requests[3];
	bool is_answered = false;
	for (int i = 0; i < 5 && !is_answered; i++) {
		cancelled = 0;
		send_cancelled(cancel_and_answer, true, requests, 1);
		is_answered = requests[0].fate == HTTP_ANSWERED;
		http_request_clear(&requests[0]);
	}
	ck_assert(is_answered);
}
END_TEST

START_TEST(a_write_without_an_answer_is_dropped_a_moment_after_we_are_told_to_stop)
{
	struct http_request requests[3];
	cancelled = 0;
	send_cancelled(cancel_and_say_nothing, true, requests, 1);
	assert_stopped(&requests[0], HTTP_UNKNOWN);
}
END_TEST

START_TEST(nothing_is_started_once_we_are_told_to_stop)
{
	struct http_request requests[3];
	cancelled = 1;
	send_cancelled(server_answers, true, requests, 0);
	assert_stopped(&requests[0], HTTP_NOT_SENT);
}
END_TEST

static Suite *stop_suite(void)
{
	Suite *suite = suite_create("net/http_stop");
	TCase *stopping = tcase_create("stopping");
	tcase_set_timeout(stopping, 60);
	tcase_add_test(stopping, a_read_is_dropped_when_we_are_told_to_stop);
	tcase_add_test(stopping, a_write_may_finish_when_we_are_told_to_stop);
	tcase_add_test(stopping,
	               a_write_without_an_answer_is_dropped_a_moment_after_we_are_told_to_stop);
	tcase_add_test(stopping, nothing_is_started_once_we_are_told_to_stop);
	suite_add_tcase(suite, stopping);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(stop_suite());
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
