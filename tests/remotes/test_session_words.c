/* SPDX-License-Identifier: MIT */
/* What a server quotes of its request: how much of it is passed on, and to whom. */
#include "remotes/canned_server.h"
#include "remotes/orange/session.h"

static char *say(void *data, const char *request, unsigned number)
{
	(void)request, (void)number;
	return canned_http(500, "", data);
}

/* One event sent, or one list asked for, and what came of it. */
struct outcome {
	struct call *call;
	struct ledger_call *entry;
};

static void outcome_clear(struct outcome *self)
{
	call_free(self->call);
	ledger_call_free(self->entry);
}

static struct outcome send_to(const char *body, const char *action)
{
	struct canned server;
	struct account account;
	canned_listen(&server, say, (gpointer)body);
	canned_start(&server);
	account_init(&account, server.port);
	account_open(&account, JOURNAL_CREATE);
	struct session *session = session_open(&account.settings, account.journal, NULL);
	struct outcome outcome = {call_new(SESSION_CALENDAR, action),
	                          ledger_call_new(ITEM_EVENT, "u0", action, NULL)};
	call_add(outcome.call, "title", "Marie Curie");
	g_autoptr(GPtrArray) calls = g_ptr_array_new();
	g_autoptr(GPtrArray) entries = g_ptr_array_new();
	g_ptr_array_add(calls, outcome.call);
	g_ptr_array_add(entries, outcome.entry);
	if (session_is_write(action)) {
		session_write(session, calls, entries, NULL, NULL);
	} else {
		session_read(session, calls, NULL, NULL);
	}
	session_close(session);
	canned_stop(&server);
	account_clear(&account);
	ck_assert_ptr_nonnull(outcome.call->error);
	return outcome;
}

#define REFUSAL(words) "<command><result>-2</result><error type=\"2\">" words "</error></command>"

START_TEST(what_is_quoted_of_an_item_stands_in_the_ledger_alone)
{
	struct outcome outcome = send_to(REFUSAL("title of Mme CURIE"), "addevent");
	ck_assert_str_eq(outcome.call->error->message,
	                 "addevent: the service refuses it (error 2, title of Mme [hidden])");
	ck_assert_str_eq(outcome.entry->detail,
	                 "addevent: the service refuses it (error 2, title of Mme CURIE)");
	outcome_clear(&outcome);
}
END_TEST

START_TEST(credentials_are_quoted_to_nobody)
{
	static const char *const bodies[] = {
		REFUSAL("sent with Basic U0VSVklDRTpwYXNzOndvcmQ="),
		REFUSAL("sent with B64+/=|sau=|ted=1|secret and pass:word"),
		REFUSAL("sent with B64%2B/%3D%7Csau%3D%7Cted%3D1%7Csecret"),
		/* the line ends within it */
		REFUSAL("sent with a request that is longer than what is told of it, and so has to "
	                "be cut somewhere, which should better not be in the middle of a token: "
	                "one such as B64+/=|sau=|ted=1|secret"),
	};
	for (gsize i = 0; i < G_N_ELEMENTS(bodies); i++) {
		struct outcome outcome = send_to(bodies[i], "addevent");
		const char *const told[] = {outcome.call->error->message, outcome.entry->detail};
		for (gsize j = 0; j < G_N_ELEMENTS(told); j++) {
			ck_assert_ptr_nonnull(strstr(told[j], "[hidden]"));
			ck_assert_ptr_null(strstr(told[j], "U0VSV"));
			ck_assert_ptr_null(strstr(told[j], "B64"));
			ck_assert_ptr_null(strstr(told[j], "word"));
		}
		outcome_clear(&outcome);
	}
}
END_TEST

#define CONSENT(query)                                                                             \
	"<error><code>-3</code><detail>no</detail><url>https://privacy.example.org/?" query        \
	"</url></error>"

static const struct {
	const char *body, *address; /* address NULL: none is passed on */
} addresses[] = {
	{CONSENT("attributes=,see"), "https://privacy.example.org/?attributes=,see"},
	{CONSENT("a=1&amp;t=B64%2B%2F%3D%7Csau%3D%7Cted%3D1%7Csecret"), NULL},
	{CONSENT("t=B64%252B%252F%253D%257Csau%253D%257Cted%253D1%257Csecret&amp;a=1"), NULL},
	{CONSENT("password=pass%3Aword"), NULL},
};

START_TEST(an_address_that_quotes_a_secret_is_not_passed_on)
{
	struct outcome outcome = send_to(addresses[_i].body, "geteventlist");
	ck_assert(passerelle_error_is(outcome.call->error, PASSERELLE_ERROR_CONSENT));
	ck_assert_pstr_eq(passerelle_error_url(outcome.call->error), addresses[_i].address);
	outcome_clear(&outcome);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("session_words");
	TCase *tests = tcase_create("quoted");
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, what_is_quoted_of_an_item_stands_in_the_ledger_alone);
	tcase_add_test(tests, credentials_are_quoted_to_nobody);
	tcase_add_loop_test(tests, an_address_that_quotes_a_secret_is_not_passed_on, 0,
	                    G_N_ELEMENTS(addresses));
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
