/* SPDX-License-Identifier: MIT */
/* Tests of the conversation with an IMAP server: commands, odd and hostile replies, waiting. */
#include "net/imap.h"

#include "net/imap_server.h"

#include "base/limits.h"

#include <stdio.h>

static volatile sig_atomic_t cancelled;

/* A server that signed us in, with this script for all that follows. */
struct talk {
	struct imap_world world;
	struct imap *imap;
};

static void talk_start(struct talk *self, imap_script script, void *data, gint64 timeout_ms)
{
	g_autoptr(GError) error = NULL;
	cancelled = 0;
	self->world = (struct imap_world){.script = script, .data = data};
	imap_world_start(&self->world, IMAP_PLAIN);
	g_autofree char *url = imap_world_url(&self->world);
	const struct imap_settings settings = {.url = url,
	                                       .user = "ada",
	                                       .password = SECRET,
	                                       .timeout_ms = timeout_ms,
	                                       .cancelled = &cancelled};
	self->imap = imap_open(&settings, &error);
	ck_assert_msg(self->imap != NULL, "%s", error == NULL ? "" : error->message);
}

static void talk_stop(struct talk *self)
{
	imap_close(self->imap);
	imap_world_stop(&self->world);
}

static void append_line(void *data, struct imap_cursor reply)
{
	g_ptr_array_add(data, g_strndup(reply.at, (gsize)(reply.end - reply.at)));
}

static void expect_error(const GError *error, enum passerelle_error code, const char *words)
{
	ck_assert_ptr_nonnull(error);
	ck_assert_msg(passerelle_error_is(error, code), "code %d: %s", error->code, error->message);
	ck_assert_msg(strstr(error->message, words) != NULL, "\"%s\" lacks \"%s\"", error->message,
	              words);
	ck_assert(g_str_has_prefix(error->message, "127.0.0.1:"));
	ck_assert(strstr(error->message, "SECRET") == NULL);
}

/* To NOOP: what the data says, as it is. */
static enum imap_step answer_by_data(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || strcmp(command, "NOOP") != 0) {
		return IMAP_USUAL;
	}
	g_auto(GStrv) parts = g_strsplit(peer->world->data, "TAG", -1);
	g_autofree char *text = g_strjoinv(tag, parts);
	connection_send(peer->connection, text);
	return g_str_has_suffix(peer->world->data, "\n") ? IMAP_HANDLED : IMAP_GONE;
}

/* ---- replies ---- */

START_TEST(replies_are_handed_on_with_their_literals)
{
	struct talk talk;
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	char answer[] = "* 1 FETCH (A {7}\r\na)\r\n(\"b B {0}\r\n C {3+}\r\nxyz)\r\n"
			"* OK [ALERT] words {5}\r\n* 2 EXISTS\nTAG OK done {9}\r\n";
	talk_start(&talk, answer_by_data, answer, 20000);
	ck_assert_msg(imap_command(talk.imap, "NOOP", append_line, lines, &error), "%s",
	              error == NULL ? "" : error->message);
	ck_assert_uint_eq(lines->len, 3);
	ck_assert_str_eq(lines->pdata[0], "1 FETCH (A {7}\r\na)\r\n(\"b B {0}\r\n C {3+}\r\nxyz)");
	ck_assert_str_eq(lines->pdata[1], "OK [ALERT] words {5}");
	ck_assert_str_eq(lines->pdata[2], "2 EXISTS");
	ck_assert(!imap_is_lost(talk.imap));
	talk_stop(&talk);
}
END_TEST

START_TEST(a_no_is_told_by_what_can_be_done)
{
	static const struct {
		const char *answer;
		enum passerelle_error code;
		const char *words;
	} answers[] = {
		{"TAG NO [NONEXISTENT] no such mailbox\r\n", PASSERELLE_ERROR_NOT_FOUND,
	         "no such mailbox"},
		{"TAG NO [UNAVAILABLE] later\r\n", PASSERELLE_ERROR_NETWORK, "later"},
		{"TAG NO never\r\n", PASSERELLE_ERROR_REFUSED, "never"},
		{"TAG NO\r\n", PASSERELLE_ERROR_REFUSED, "the server says: no"},
		{"TAG NO gone (0.001 + 0.000 secs).\r\n", PASSERELLE_ERROR_REFUSED, ": gone"},
		{"TAG BAD what \x1b[2J" SECRET "\r\n", PASSERELLE_ERROR_PROTOCOL, "what "},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
		struct talk talk;
		g_autoptr(GError) error = NULL;
		talk_start(&talk, answer_by_data, (char *)answers[i].answer, 20000);
		ck_assert(!imap_command(talk.imap, "NOOP", NULL, NULL, &error));
		expect_error(error, answers[i].code, answers[i].words);
		ck_assert(strchr(error->message, '\x1b') == NULL);
		ck_assert(strstr(error->message, "secs") == NULL);
		ck_assert(!imap_is_lost(talk.imap));
		talk_stop(&talk);
	}
}
END_TEST

START_TEST(what_makes_no_sense_ends_the_conversation)
{
	static const struct {
		const char *answer;
		enum passerelle_error code;
		const char *words;
	} answers[] = {
		{"* BYE tired\r\n", PASSERELLE_ERROR_NETWORK, "ends the connection: tired"},
		{"HTTP/1.1 200 OK\r\n", PASSERELLE_ERROR_PROTOCOL, "makes no sense"},
		{"+ go on\r\n", PASSERELLE_ERROR_PROTOCOL, "makes no sense"},
		{"\r\n", PASSERELLE_ERROR_PROTOCOL, "makes no sense"},
		{"P999 OK\r\n", PASSERELLE_ERROR_PROTOCOL, "makes no sense"},
		{"TAG MAYBE\r\n", PASSERELLE_ERROR_PROTOCOL, "makes no sense"},
		{"* 1 FETCH (A {99999999}\r\n", PASSERELLE_ERROR_PROTOCOL, "too large"},
		{"* 1 FETCH (A {9999999999}\r\n", PASSERELLE_ERROR_PROTOCOL, "too large"},
		{"* 1 FETCH (A {10}\r\nabc", PASSERELLE_ERROR_NETWORK, "closed the connection"},
		{"* 1 EX", PASSERELLE_ERROR_NETWORK, "closed the connection"},
		{"TAG O", PASSERELLE_ERROR_NETWORK, "closed the connection"},
		{"", PASSERELLE_ERROR_NETWORK, "closed the connection"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
		struct talk talk;
		g_autoptr(GError) error = NULL;
		talk_start(&talk, answer_by_data, (char *)answers[i].answer, 20000);
		ck_assert(!imap_command(talk.imap, "NOOP", NULL, NULL, &error));
		expect_error(error, answers[i].code, answers[i].words);
		ck_assert(imap_is_lost(talk.imap));
		talk_stop(&talk);
	}
}
END_TEST

/* The data in an endless row. */
static enum imap_step flood(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || strcmp(command, "NOOP") != 0) {
		return IMAP_USUAL;
	}
	GString *block = g_string_new(NULL);
	while (block->len < 65536) {
		g_string_append(block, peer->world->data);
	}
	while (connection_send_bytes(peer->connection, block->str, block->len)) {
	}
	g_string_free(block, TRUE);
	return IMAP_GONE;
}

START_TEST(a_server_that_never_ends_is_left)
{
	static const char *const rows[] = {"x", "* 1 EXISTS\r\n", "* A {1}\r\nb\r\n", "{3}\r\nabc",
	                                   "* OK x\n"};
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct talk talk;
		g_autoptr(GError) error = NULL;
		talk_start(&talk, flood, (char *)rows[i], 20000);
		ck_assert(!imap_command(talk.imap, "NOOP", NULL, NULL, &error));
		expect_error(error, PASSERELLE_ERROR_PROTOCOL, "");
		talk_stop(&talk);
	}
}
END_TEST

static enum imap_step say_nothing(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || strcmp(command, "NOOP") != 0) {
		return IMAP_USUAL;
	}
	connection_wait_gone(peer->connection);
	return IMAP_GONE;
}

START_TEST(a_server_that_says_nothing_is_left_in_time)
{
	struct talk talk;
	g_autoptr(GError) error = NULL;
	talk_start(&talk, say_nothing, NULL, 1000);
	ck_assert(!imap_command(talk.imap, "NOOP", NULL, NULL, &error));
	expect_error(error, PASSERELLE_ERROR_NETWORK, "no whole reply in time");
	talk_stop(&talk);
}
END_TEST

static enum imap_step drip(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || strcmp(command, "NOOP") != 0) {
		return IMAP_USUAL;
	}
	while (imap_tell(peer, "* 1 EXISTS")) {
		g_usleep(20 * 1000);
	}
	return IMAP_GONE;
}

START_TEST(a_server_that_drips_is_left_in_time)
{
	struct talk talk;
	g_autoptr(GError) error = NULL;
	talk_start(&talk, drip, NULL, 1000);
	ck_assert(!imap_command(talk.imap, "NOOP", NULL, NULL, &error));
	expect_error(error, PASSERELLE_ERROR_NETWORK, "no whole reply in time");
	talk_stop(&talk);
}
END_TEST

static enum imap_step cancel_and_say_nothing(struct imap_peer *peer, const char *tag,
                                             const char *command)
{
	if (tag != NULL && strcmp(command, "NOOP") == 0) {
		cancelled = 1;
	}
	return say_nothing(peer, tag, command);
}

START_TEST(a_command_is_dropped_when_we_are_told_to_stop)
{
	struct talk talk;
	g_autoptr(GError) error = NULL;
	talk_start(&talk, cancel_and_say_nothing, NULL, 600000);
	ck_assert(!imap_command(talk.imap, "NOOP", NULL, NULL, &error));
	expect_error(error, PASSERELLE_ERROR_CANCELLED, "stopped");
	talk_stop(&talk);
}
END_TEST

static enum imap_step cancel_and_greet_nobody(struct imap_peer *peer, const char *tag,
                                              const char *command)
{
	(void)tag, (void)command;
	cancelled = 1;
	connection_wait_gone(peer->connection);
	return IMAP_GONE;
}

START_TEST(connecting_is_dropped_when_we_are_told_to_stop)
{
	struct imap_world world = {.script = cancel_and_greet_nobody};
	g_autoptr(GError) error = NULL;
	cancelled = 0;
	imap_world_start(&world, IMAP_PLAIN);
	g_autofree char *url = imap_world_url(&world);
	const struct imap_settings settings = {.url = url,
	                                       .user = "ada",
	                                       .password = SECRET,
	                                       .timeout_ms = 600000,
	                                       .cancelled = &cancelled};
	ck_assert_ptr_null(imap_open(&settings, &error));
	expect_error(error, PASSERELLE_ERROR_CANCELLED, "stopped");
	imap_world_stop(&world);
}
END_TEST

static enum imap_step greet_nobody(struct imap_peer *peer, const char *tag, const char *command)
{
	(void)tag, (void)command;
	connection_wait_gone(peer->connection);
	return IMAP_GONE;
}

START_TEST(a_server_that_does_not_greet_is_left_in_time)
{
	struct imap_world world = {.script = greet_nobody};
	g_autoptr(GError) error = NULL;
	imap_world_start(&world, IMAP_PLAIN);
	g_autofree char *url = imap_world_url(&world);
	const struct imap_settings settings = {
		.url = url, .user = "ada", .password = SECRET, .timeout_ms = 1000};
	ck_assert_ptr_null(imap_open(&settings, &error));
	expect_error(error, PASSERELLE_ERROR_NETWORK, "no connection in time");
	imap_world_stop(&world);
}
END_TEST

/* ---- waiting ---- */

/* In IDLE: what the data says, then nothing; DONE ends it. */
static enum imap_step idle_by_data(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || strcmp(command, "IDLE") != 0) {
		return IMAP_USUAL;
	}
	imap_tell(peer, "+ idling");
	connection_send(peer->connection, peer->world->data);
	g_autofree char *line = imap_hear_line(peer);
	if (line == NULL) {
		return IMAP_GONE;
	}
	imap_tell(peer, strcmp(line, "DONE") == 0 ? "%s OK done" : "%s BAD", tag);
	return IMAP_HANDLED;
}

START_TEST(news_end_the_waiting)
{
	static const char *const news[] = {"* 12 EXISTS\r\n", "* 3 EXPUNGE\r\n",
	                                   "* OK Still here\r\n* 5 FETCH (FLAGS (\\Seen))\r\n",
	                                   "* 0 RECENT\r\n+ still here\r\n* 1 exists\r\n"};
	for (gsize i = 0; i < G_N_ELEMENTS(news); i++) {
		struct talk talk;
		g_autoptr(GError) error = NULL;
		talk_start(&talk, idle_by_data, (char *)news[i], 20000);
		ck_assert(imap_idle(talk.imap, 600000, &error));
		ck_assert_ptr_null(error);
		ck_assert(imap_command(talk.imap, "NOOP", NULL, NULL, &error));
		talk_stop(&talk);
	}
}
END_TEST

START_TEST(waiting_without_news_ends_well)
{
	struct talk talk;
	g_autoptr(GError) error = NULL;
	char nothing[] = "* OK Still here\r\n* 0 RECENT\r\n* CAPABILITY IDLE\r\n";
	talk_start(&talk, idle_by_data, nothing, 20000);
	for (int i = 0; i < 3; i++) {
		ck_assert(!imap_idle(talk.imap, 100, &error));
		ck_assert_ptr_null(error);
	}
	talk_stop(&talk);
}
END_TEST

static enum imap_step tell_before_idle(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag != NULL && strcmp(command, "IDLE") == 0) {
		imap_tell(peer, "* 9 EXISTS");
	}
	return idle_by_data(peer, tag, command);
}

START_TEST(news_from_between_two_waits_are_not_lost)
{
	struct talk talk;
	g_autoptr(GError) error = NULL;
	char nothing[] = "";
	talk_start(&talk, tell_before_idle, nothing, 20000);
	ck_assert(imap_idle(talk.imap, 600000, &error));
	ck_assert_ptr_null(error);
	talk_stop(&talk);
}
END_TEST

START_TEST(a_server_without_idle_is_told_apart)
{
	g_autoptr(GError) error = NULL;
	struct imap_world world = {.after = "NAMESPACE"};
	imap_world_start(&world, IMAP_PLAIN);
	g_autofree char *url = imap_world_url(&world);
	const struct imap_settings settings = {
		.url = url, .user = "ada", .password = SECRET, .timeout_ms = 20000};
	struct imap *imap = imap_open(&settings, NULL);
	ck_assert(!imap_idle(imap, 600000, &error));
	expect_error(error, PASSERELLE_ERROR_UNSUPPORTED, "no IDLE");
	ck_assert(!imap_is_lost(imap));
	imap_close(imap);
	imap_world_stop(&world);
}
END_TEST

START_TEST(a_server_that_refuses_idle_is_told_apart)
{
	struct talk talk;
	g_autoptr(GError) error = NULL;
	talk_start(&talk, NULL, NULL, 20000);
	ck_assert(!imap_idle(talk.imap, 600000, &error));
	expect_error(error, PASSERELLE_ERROR_UNSUPPORTED, "does not tell of new mail: unknown");
	ck_assert(!imap_is_lost(talk.imap));
	talk_stop(&talk);
}
END_TEST

START_TEST(a_server_that_goes_while_we_wait_is_noticed)
{
	static const struct {
		const char *last;
		enum passerelle_error code;
		const char *words;
	} ends[] = {
		{"* BYE Server shutting down.\r\n", PASSERELLE_ERROR_NETWORK, "shutting down"},
		{"what\r\n", PASSERELLE_ERROR_PROTOCOL, "makes no sense"},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
		struct talk talk;
		g_autoptr(GError) error = NULL;
		talk_start(&talk, idle_by_data, (char *)ends[i].last, 20000);
		ck_assert(!imap_idle(talk.imap, 600000, &error));
		expect_error(error, ends[i].code, ends[i].words);
		ck_assert(imap_is_lost(talk.imap));
		talk_stop(&talk);
	}
}
END_TEST

static enum imap_step close_in_idle(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || strcmp(command, "IDLE") != 0) {
		return IMAP_USUAL;
	}
	imap_tell(peer, "+ idling");
	return IMAP_GONE;
}

START_TEST(a_connection_that_is_cut_while_we_wait_is_noticed)
{
	struct talk talk;
	g_autoptr(GError) error = NULL;
	talk_start(&talk, close_in_idle, NULL, 20000);
	ck_assert(!imap_idle(talk.imap, 600000, &error));
	expect_error(error, PASSERELLE_ERROR_NETWORK, "closed the connection");
	talk_stop(&talk);
}
END_TEST

/* The other end is gone without a word: the next thing said gets no answer. */
static enum imap_step forget_in_idle(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || strcmp(command, "IDLE") != 0) {
		return IMAP_USUAL;
	}
	imap_tell(peer, "+ idling");
	connection_wait_gone(peer->connection);
	return IMAP_GONE;
}

START_TEST(a_server_that_answers_no_more_is_noticed_at_the_end_of_the_waiting)
{
	struct talk talk;
	g_autoptr(GError) error = NULL;
	talk_start(&talk, forget_in_idle, NULL, 1000);
	ck_assert(!imap_idle(talk.imap, 100, &error));
	expect_error(error, PASSERELLE_ERROR_NETWORK, "no whole reply in time");
	talk_stop(&talk);
}
END_TEST

static void on_signal(int number)
{
	cancelled = number;
}

static gpointer send_signal(gpointer data)
{
	struct talk *talk = data;
	imap_world_await(&talk->world, "IDLE", 1);
	g_usleep(100 * 1000); /* it sleeps, or is about to */
	kill(getpid(), SIGUSR1);
	return NULL;
}

/* Half an hour would pass otherwise, and the test's time be over. */
START_TEST(a_signal_ends_the_waiting)
{
	struct talk talk;
	g_autoptr(GError) error = NULL;
	const struct sigaction action = {.sa_handler = on_signal};
	sigset_t signals;
	sigaction(SIGUSR1, &action, NULL);
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &signals, NULL); /* the threads of the server keep it so */
	char nothing[] = "";
	talk_start(&talk, idle_by_data, nothing, 20000);
	GThread *thread = g_thread_new("signal", send_signal, &talk);
	pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
	ck_assert(!imap_idle(talk.imap, 1800000, &error));
	expect_error(error, PASSERELLE_ERROR_CANCELLED, "stopped");
	g_thread_join(thread);
	talk_stop(&talk);
}
END_TEST

static Suite *talk_suite(void)
{
	Suite *suite = suite_create("net/imap_talk");
	TCase *replies = tcase_create("replies");
	tcase_set_timeout(replies, 120);
	tcase_add_test(replies, replies_are_handed_on_with_their_literals);
	tcase_add_test(replies, a_no_is_told_by_what_can_be_done);
	tcase_add_test(replies, what_makes_no_sense_ends_the_conversation);
	tcase_add_test(replies, a_server_that_never_ends_is_left);
	tcase_add_test(replies, a_server_that_says_nothing_is_left_in_time);
	tcase_add_test(replies, a_server_that_drips_is_left_in_time);
	tcase_add_test(replies, a_command_is_dropped_when_we_are_told_to_stop);
	tcase_add_test(replies, connecting_is_dropped_when_we_are_told_to_stop);
	tcase_add_test(replies, a_server_that_does_not_greet_is_left_in_time);
	suite_add_tcase(suite, replies);
	TCase *waiting = tcase_create("waiting");
	tcase_set_timeout(waiting, 120);
	tcase_add_test(waiting, news_end_the_waiting);
	tcase_add_test(waiting, waiting_without_news_ends_well);
	tcase_add_test(waiting, news_from_between_two_waits_are_not_lost);
	tcase_add_test(waiting, a_server_without_idle_is_told_apart);
	tcase_add_test(waiting, a_server_that_refuses_idle_is_told_apart);
	tcase_add_test(waiting, a_server_that_goes_while_we_wait_is_noticed);
	tcase_add_test(waiting, a_connection_that_is_cut_while_we_wait_is_noticed);
	tcase_add_test(waiting, a_server_that_answers_no_more_is_noticed_at_the_end_of_the_waiting);
	tcase_add_test(waiting, a_signal_ends_the_waiting);
	suite_add_tcase(suite, waiting);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(talk_suite());
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
