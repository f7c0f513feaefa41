/* SPDX-License-Identifier: MIT */
/*
 * The page to which the browser comes back, over real sockets: what it takes, and that nobody else
 * can put a token into it.
 */
#include "app/listener.h"

#include "app/address.h"
#include "app/interrupt.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKEN "B64abc+/==|sau=|ted=1795226400|x"
#define TRIES 60 /* of a second, for a client to be served on a busy machine */

static char name[] = "home", hosts[] = "provider.example";
static const struct account_config account = {.name = name, .consent_hosts = hosts};

static struct listener_settings settings;
static struct listener *listener;
static unsigned port;
static char *path; /* of the return address */
static char *taken;
static unsigned count;

static void set_up(void)
{
	settings = (struct listener_settings){
		.token_parameter = "token", .account = &account, .done_text = "It worked <&>."};
	count = 0;
}

static void open_it(void)
{
	g_autoptr(GError) error = NULL;
	listener = listener_open(&settings, &error);
	ck_assert_msg(listener != NULL, "%s", error != NULL ? error->message : "");
	char whole[128];
	ck_assert_int_eq(
		sscanf(listener_address(listener), "http://127.0.0.1:%u%127s", &port, whole), 2);
	g_free(path);
	path = g_strdup(whole);
}

static void tear_down(void)
{
	listener_close(listener);
	listener = NULL;
	g_clear_pointer(&path, g_free);
	g_clear_pointer(&taken, g_free);
}

static bool take(void *data, const char *token, GError **error)
{
	const char *problem = data;
	count++;
	g_free(taken);
	taken = g_strdup(token);
	if (problem != NULL) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE, problem);
		return false;
	}
	return true;
}

/* What a client sends, and what it gets: "HTTP/1.1 200 …", or "" where it is cut off. */
struct client {
	const char *text;
	gsize size;
	bool is_six, is_other_user;
	bool is_left; /* without an answer, for as long as the listener waits */
	int answer[2];
	pid_t pid;
};

static int connect_client(const struct client *self)
{
	struct sockaddr_in6 six = {.sin6_family = AF_INET6,
	                           .sin6_port = htons((guint16)port),
	                           .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr_in four = {.sin_family = AF_INET,
	                           .sin_port = htons((guint16)port),
	                           .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int file = socket(self->is_six ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
	const struct sockaddr *address =
		self->is_six ? (struct sockaddr *)&six : (struct sockaddr *)&four;
	return connect(file, address, self->is_six ? sizeof six : sizeof four) == 0 ? file : -1;
}

static void run_client(const struct client *self)
{
	if (self->is_other_user && (setgid(65534) != 0 || setuid(65534) != 0)) {
		_exit(3);
	}
	char buffer[4096];
	int file = connect_client(self);
	gsize sent = 0;
	while (file >= 0 && sent < self->size) {
		gssize now = send(file, self->text + sent, self->size - sent, MSG_NOSIGNAL);
		if (now <= 0) {
			break;
		}
		sent += (gsize)now;
	}
	gssize got = 0;
	while (file >= 0 && (got = read(file, buffer, sizeof buffer)) > 0) {
		if (write(self->answer[1], buffer, (size_t)got) != got) {
			_exit(4);
		}
	}
	_exit(0);
}

static void client_start(struct client *self)
{
	ck_assert_int_eq(pipe(self->answer), 0);
	self->pid = fork();
	if (self->pid == 0) {
		close(self->answer[0]);
		run_client(self);
	}
	close(self->answer[1]);
}

/* Owned. */
static char *client_end(struct client *self)
{
	GString *answer = g_string_new(NULL);
	char buffer[4096];
	gssize got = 0;
	while ((got = read(self->answer[0], buffer, sizeof buffer)) > 0) {
		g_string_append_len(answer, buffer, got);
	}
	close(self->answer[0]);
	waitpid(self->pid, NULL, 0);
	return g_string_free(answer, FALSE);
}

static bool wait_shortly(GError **error)
{
	return listener_wait(listener, 1, take, NULL, error);
}

/* Something came for each of them, be it the end of the connection. */
static bool are_served(const struct client *clients, gsize number)
{
	bool are = true;
	for (gsize i = 0; i < number; i++) {
		struct pollfd answer = {.fd = clients[i].answer[0], .events = POLLIN};
		are = are && (clients[i].is_left || poll(&answer, 1, 0) > 0);
	}
	return are;
}

/* At least for a moment, and until each of the clients is served. True: one was taken. */
static bool serve(const struct client *clients, gsize number)
{
	bool is_taken = wait_shortly(NULL);
	for (int i = 1; i < TRIES && !is_taken && !are_served(clients, number); i++) {
		is_taken = wait_shortly(NULL);
	}
	return is_taken;
}

/* Sends one request; answers what came back. is_taken: was it the awaited one? */
static char *ask(const char *text, gsize size, bool *is_taken, bool is_six)
{
	struct client client = {.text = text, .size = size, .is_six = is_six};
	client_start(&client);
	*is_taken = serve(&client, 1);
	return client_end(&client);
}

static char *get_request(const char *target, const char *headers)
{
	return g_strdup_printf("GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s\r\n", target, port,
	                       headers);
}

static char *encoded_token(void)
{
	return g_uri_escape_string(TOKEN, NULL, FALSE);
}

START_TEST(a_token_in_the_query_is_taken_and_the_page_says_so)
{
	open_it();
	g_autofree char *token = encoded_token();
	g_autofree char *target = g_strconcat(path, "?a=b&token=", token, NULL);
	g_autofree char *text = get_request(target, "Sec-Fetch-Dest: document\r\n");
	bool is_taken = false;
	g_autofree char *answer = ask(text, strlen(text), &is_taken, _i == 1);
	ck_assert_msg(is_taken, "%s", answer);
	ck_assert_str_eq(taken, TOKEN);
	ck_assert_ptr_nonnull(strstr(answer, " 200 "));
	ck_assert_ptr_nonnull(strstr(answer, "It worked &lt;&amp;&gt;."));
	ck_assert_ptr_nonnull(strstr(answer, "no-store"));
	ck_assert_ptr_nonnull(strstr(answer, "no-referrer"));
	ck_assert_ptr_null(strstr(answer, "B64abc"));
}
END_TEST

START_TEST(a_token_in_a_posted_form_of_the_provider_is_taken)
{
	open_it();
	g_autofree char *token = encoded_token();
	g_autofree char *body = g_strconcat("x=1&token=", token, NULL);
	g_autofree char *text = g_strdup_printf(
		"POST %s HTTP/1.1\r\nHost: localhost:%u\r\nOrigin: https://id.provider.example\r\n"
		"Content-Type: application/x-www-form-urlencoded; charset=UTF-8\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		path, port, strlen(body), body);
	bool is_taken = false;
	g_autofree char *answer = ask(text, strlen(text), &is_taken, false);
	ck_assert_msg(is_taken, "%s", answer);
	ck_assert_str_eq(taken, TOKEN);
}
END_TEST

START_TEST(a_plus_sign_that_was_not_encoded_is_a_plus_sign)
{
	open_it();
	g_autofree char *target = g_strconcat(path, "?token=B64+a+b/=|", NULL);
	g_autofree char *text = get_request(target, "");
	bool is_taken = false;
	g_autofree char *answer = ask(text, strlen(text), &is_taken, false);
	ck_assert_msg(is_taken, "%s", answer);
	ck_assert_str_eq(taken, "B64+a+b/=|");
}
END_TEST

START_TEST(the_random_value_may_have_a_parameter_of_its_own)
{
	settings.state_parameter = "state";
	open_it();
	ck_assert_str_eq(path, "/return");
	g_autofree char *wrong = get_request("/return?token=EVIL", "");
	g_autofree char *right_target =
		g_strconcat("/return?token=good&state=", listener_state(listener), NULL);
	g_autofree char *right = get_request(right_target, "");
	bool is_taken = true;
	g_autofree char *refused = ask(wrong, strlen(wrong), &is_taken, false);
	ck_assert(!is_taken && strstr(refused, " 403 ") != NULL);
	g_autofree char *answer = ask(right, strlen(right), &is_taken, false);
	ck_assert_msg(is_taken, "%s", answer);
	ck_assert_str_eq(taken, "good");
}
END_TEST

/* PATH and PORT are replaced. What a page of somebody else, or a program, may try. */
static const struct {
	const char *text, *status;
} attacks[] = {
	{"GET /return/0000?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", " 403 "},
	{"GET /return?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", " 403 "},
	{"GET /return/?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", " 403 "},
	{"GET PATH/?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", " 403 "},
	{"GET PATH0?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", " 403 "},
	{"GET PATH?token=EVIL HTTP/1.1\r\nHost: evil.example:PORT\r\n\r\n", " 403 "},
	{"GET PATH?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:1\r\n\r\n", " 403 "},
	{"GET PATH?token=EVIL HTTP/1.0\r\n\r\n", " 403 "},
	{"GET PATH?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: https://evil.example\r\n"
         "\r\n",
         " 403 "},
	{"GET PATH?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: null\r\n\r\n", " 403 "},
	{"GET PATH?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n"
         "Origin: https://provider.example.evil.example\r\n\r\n",
         " 403 "},
	{"GET PATH?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nSec-Fetch-Dest: image\r\n\r\n",
         " 403 "},
	{"GET PATH?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nSec-Fetch-Dest: iframe\r\n\r\n",
         " 403 "},
	{"PUT PATH?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 0\r\n\r\n",
         " 405 "},
	{"HEAD PATH?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", " 405 "},
	{"OPTIONS PATH?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", " 405 "},
	{"POST PATH?token=EVIL HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Length: 0\r\n\r\n",
         " 415 "},
	{"POST PATH HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nContent-Type: text/plain\r\n"
         "Content-Length: 10\r\n\r\ntoken=EVIL",
         " 415 "},
	{"POST PATH HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\nOrigin: https://evil.example\r\n"
         "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 10\r\n\r\ntoken=EVIL",
         " 403 "},
	{"GET /favicon.ico HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", " 404 "},
	{"GET /../etc/passwd HTTP/1.1\r\nHost: 127.0.0.1:PORT\r\n\r\n", " 404 "},
	{"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", ""},
	{"nonsense\r\n\r\n", ""},
};

/* Owned. */
static char *attack_text(const char *form)
{
	g_autofree char *number = g_strdup_printf("%u", port);
	GString *text = g_string_new(form);
	g_string_replace(text, "PATH", path, 0);
	g_string_replace(text, "PORT", number, 0);
	return g_string_free(text, FALSE);
}

START_TEST(what_was_not_begun_here_is_refused_and_changes_nothing)
{
	struct client clients[G_N_ELEMENTS(attacks)] = {0};
	char *texts[G_N_ELEMENTS(attacks)];
	open_it();
	for (gsize i = 0; i < G_N_ELEMENTS(attacks); i++) {
		texts[i] = attack_text(attacks[i].text);
		clients[i].text = texts[i];
		clients[i].size = strlen(texts[i]);
		clients[i].is_left = attacks[i].status[0] == '\0';
		client_start(&clients[i]);
		if (i % 8 == 7) { /* there is a limit to the connections at once */
			ck_assert_msg(!serve(clients, i + 1), "taken before %zu", i);
		}
	}
	ck_assert(!serve(clients, G_N_ELEMENTS(attacks)) && count == 0);
	g_autofree char *target = g_strconcat(path, "?token=good", NULL);
	g_autofree char *good = get_request(target, "");
	bool is_taken = false;
	g_autofree char *after = ask(good, strlen(good), &is_taken, false);
	ck_assert_msg(is_taken, "it does not take the right one any more: %s", after);
	ck_assert_str_eq(taken, "good");
	listener_close(listener);
	listener = NULL;
	for (gsize i = 0; i < G_N_ELEMENTS(attacks); i++) {
		g_autofree char *answer = client_end(&clients[i]);
		ck_assert_msg(strstr(answer, attacks[i].status) != NULL, "%s -> %s", texts[i],
		              answer);
		ck_assert_ptr_null(strstr(answer, "EVIL"));
		g_free(texts[i]);
	}
}
END_TEST

START_TEST(a_form_or_an_address_without_end_is_refused)
{
	open_it();
	g_autofree char *filler = g_strnfill(100 * 1024, 'x');
	g_autofree char *body = g_strconcat("token=good&x=", filler, NULL);
	g_autofree char *form = g_strdup_printf(
		"POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nContent-Type: "
		"application/x-www-form-urlencoded\r\nContent-Length: %zu\r\n\r\n%s",
		path, port, strlen(body), body);
	g_autofree char *target = g_strconcat(path, "?token=good&x=", filler, NULL);
	g_autofree char *line = get_request(target, "");
	bool is_taken = true;
	g_autofree char *first = ask(form, strlen(form), &is_taken, false);
	ck_assert(!is_taken && count == 0);
	ck_assert_ptr_nonnull(strstr(first, " 413 "));
	g_autofree char *second = ask(line, strlen(line), &is_taken, false);
	ck_assert(!is_taken && count == 0);
	ck_assert_ptr_nonnull(strstr(second, " 414 "));
}
END_TEST

START_TEST(another_user_of_this_machine_gets_no_answer)
{
	if (getuid() != 0) {
		return; /* needs a second user */
	}
	open_it();
	g_autofree char *target = g_strconcat(path, "?token=EVIL", NULL);
	g_autofree char *text = get_request(target, "");
	struct client client = {
		.text = text, .size = strlen(text), .is_six = _i == 1, .is_other_user = true};
	client_start(&client);
	ck_assert(!serve(&client, 1));
	g_autofree char *answer = client_end(&client);
	ck_assert_str_eq(answer, "");
	ck_assert_uint_eq(count, 0);
}
END_TEST

START_TEST(a_browser_that_brings_no_token_ends_the_waiting)
{
	open_it();
	g_autofree char *target = g_strconcat(path, "?error=denied&token=", NULL);
	g_autofree char *text = get_request(target, "");
	struct client client = {.text = text, .size = strlen(text)};
	g_autoptr(GError) error = NULL;
	client_start(&client);
	ck_assert(!listener_wait(listener, 60, take, NULL, &error));
	g_autofree char *answer = client_end(&client);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_AUTH));
	ck_assert_uint_eq(count, 0);
	ck_assert_ptr_nonnull(strstr(answer, "no token"));
}
END_TEST

START_TEST(a_return_may_be_all_that_is_waited_for)
{
	settings.token_parameter = NULL;
	open_it();
	g_autofree char *text = get_request(path, "");
	bool is_taken = false;
	g_autofree char *answer = ask(text, strlen(text), &is_taken, false);
	ck_assert_msg(is_taken, "%s", answer);
	ck_assert_ptr_null(taken);
	ck_assert_uint_eq(count, 1);
}
END_TEST

START_TEST(what_cannot_be_stored_is_told_on_the_page_too)
{
	open_it();
	g_autofree char *target = g_strconcat(path, "?token=good", NULL);
	g_autofree char *text = get_request(target, "");
	struct client client = {.text = text, .size = strlen(text)};
	g_autoptr(GError) error = NULL;
	static char problem[] = "the disk <is> full";
	client_start(&client);
	ck_assert(!listener_wait(listener, 60, take, problem, &error));
	g_autofree char *answer = client_end(&client);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_STORAGE));
	ck_assert_ptr_nonnull(strstr(answer, " 500 "));
	ck_assert_ptr_nonnull(strstr(answer, "the disk &lt;is&gt; full"));
}
END_TEST

START_TEST(nobody_comes_for_ever_and_idle_connections_do_not_keep_it)
{
	open_it();
	struct client client = {.text = "GET /ret", .size = 8};
	g_autoptr(GError) error = NULL;
	client_start(&client);
	const gint64 start = g_get_monotonic_time();
	ck_assert(!wait_shortly(&error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_AUTH));
	ck_assert_int_lt(g_get_monotonic_time() - start, 30 * G_USEC_PER_SEC);
	listener_close(listener);
	listener = NULL;
	g_autofree char *answer = client_end(&client);
	ck_assert_ptr_null(strstr(answer, " 200 "));
}
END_TEST

START_TEST(a_port_that_is_taken_is_told)
{
	open_it();
	g_autoptr(GError) error = NULL;
	struct listener_settings same = settings;
	same.port = port;
	ck_assert_ptr_null(listener_open(&same, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_NETWORK));
}
END_TEST

START_TEST(each_listener_has_a_value_of_its_own)
{
	open_it();
	OWNED(listener) other = listener_open(&settings, NULL);
	ck_assert_str_ne(listener_state(listener), listener_state(other));
	ck_assert_uint_eq(strlen(listener_state(other)), 64);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("listener");
	TCase *tests = tcase_create("listener");
	tcase_set_timeout(tests, 60);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_loop_test(tests, a_token_in_the_query_is_taken_and_the_page_says_so, 0, 2);
	tcase_add_test(tests, a_token_in_a_posted_form_of_the_provider_is_taken);
	tcase_add_test(tests, a_plus_sign_that_was_not_encoded_is_a_plus_sign);
	tcase_add_test(tests, the_random_value_may_have_a_parameter_of_its_own);
	tcase_add_test(tests, what_was_not_begun_here_is_refused_and_changes_nothing);
	tcase_add_test(tests, a_form_or_an_address_without_end_is_refused);
	tcase_add_loop_test(tests, another_user_of_this_machine_gets_no_answer, 0, 2);
	tcase_add_test(tests, a_browser_that_brings_no_token_ends_the_waiting);
	tcase_add_test(tests, a_return_may_be_all_that_is_waited_for);
	tcase_add_test(tests, what_cannot_be_stored_is_told_on_the_page_too);
	tcase_add_test(tests, nobody_comes_for_ever_and_idle_connections_do_not_keep_it);
	tcase_add_test(tests, a_port_that_is_taken_is_told);
	tcase_add_test(tests, each_listener_has_a_value_of_its_own);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
