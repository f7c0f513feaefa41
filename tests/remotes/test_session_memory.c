/* SPDX-License-Identifier: MIT */
/* What a session leaves for the next process: pauses, refusals, and what is left of the rate. */
#include "remotes/canned_server.h"
#include "remotes/orange/session.h"
#include "remotes/orange/session_memory.h"

#include <glib/gstdio.h>

#define KEY    "session.pace"
#define DAY    (24 * 60 * 60)
#define TRIES  5
#define REPLY  "<command><data-list/></command>"
#define OUTAGE "<error><code>-2</code></error>"
#define WRONG  "<error><code>-8</code><detail>no</detail></error>"

/* A server that says one thing, and an account that one process after the other uses. */
struct world {
	struct canned server;
	struct account account;
	struct session *session;
	unsigned status;
	const char *headers, *body;
};

static char *say(void *data, const char *request, unsigned number)
{
	const struct world *self = data;
	(void)request;
	(void)number;
	return canned_http(self->status, self->headers, self->body);
}

static void open_session(struct world *self)
{
	self->session = session_open(&self->account.settings, self->account.journal, NULL);
	ck_assert_ptr_nonnull(self->session);
}

static void init(struct world *self, unsigned status, const char *headers, const char *body)
{
	*self = (struct world){.status = status, .headers = headers, .body = body};
	canned_listen(&self->server, say, self);
	canned_start(&self->server);
	account_init(&self->account, self->server.port);
	account_open(&self->account, JOURNAL_CREATE);
	open_session(self);
}

/* The next process, so many seconds later. */
static void next_process(struct world *self, gint64 seconds)
{
	session_close(self->session);
	self->account.settings.now += seconds;
	open_session(self);
}

static void clear(struct world *self)
{
	session_close(self->session);
	canned_stop(&self->server);
	account_clear(&self->account);
}

/* The error of one read, NULL where it went well. */
static GError *ask(struct world *self, enum session_api api)
{
	g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func((GDestroyNotify)call_free);
	GError *error = NULL;
	struct call *call = call_new(api, "getlook");
	g_ptr_array_add(calls, call);
	if (session_read(self->session, calls, NULL, &error) && call->error != NULL) {
		error = g_error_copy(call->error);
	}
	return error;
}

static void ask_well(struct world *self, enum session_api api)
{
	g_autoptr(GError) error = ask(self, api);
	ck_assert_msg(error == NULL, "%s", error == NULL ? "" : error->message);
}

static void ask_in_vain(struct world *self, enum session_api api, enum passerelle_error code,
                        const char *words)
{
	g_autoptr(GError) error = ask(self, api);
	ck_assert(passerelle_error_is(error, code));
	ck_assert_msg(strstr(error->message, words) != NULL, "%s", error->message);
}

static char *memory(const struct world *self)
{
	return journal_memory_get(self->account.journal, KEY, NULL);
}

/* ---- pauses ---- */

START_TEST(a_pause_that_was_asked_for_is_kept_by_the_next_process)
{
	struct world world;
	init(&world, _i == 0 ? 503 : 429, "Retry-After: 3600\r\n", "<html/>");
	ask_in_vain(&world, SESSION_CONTACTS, PASSERELLE_ERROR_NETWORK, "HTTP");
	next_process(&world, 3590);
	ask_in_vain(&world, SESSION_CONTACTS, PASSERELLE_ERROR_NETWORK,
	            "look: the service asks to wait until 2026-11-21 11:00:0");
	ck_assert_uint_eq(canned_count(&world.server), 1);
	world.status = 200;
	world.body = REPLY;
	ask_well(&world, SESSION_CALENDAR); /* another API */
	next_process(&world, 12);
	ask_well(&world, SESSION_CONTACTS);
	ck_assert_uint_eq(canned_count(&world.server), 3);
	clear(&world);
}
END_TEST

START_TEST(without_a_time_it_is_half_a_minute)
{
	struct world world;
	init(&world, 503, "", "<html/>");
	g_clear_error(&(GError *){ask(&world, SESSION_MESSAGES)});
	next_process(&world, 28);
	ask_in_vain(&world, SESSION_MESSAGES, PASSERELLE_ERROR_NETWORK, "asks to wait");
	next_process(&world, 4);
	world.status = 200;
	world.body = REPLY;
	ask_well(&world, SESSION_MESSAGES);
	clear(&world);
}
END_TEST

START_TEST(no_pause_is_longer_than_a_day)
{
	struct world world;
	init(&world, 503, "Retry-After: 315360000\r\n", "<html/>");
	g_clear_error(&(GError *){ask(&world, SESSION_CONTACTS)});
	next_process(&world, DAY - 10);
	ask_in_vain(&world, SESSION_CONTACTS, PASSERELLE_ERROR_NETWORK, "asks to wait");
	next_process(&world, 12);
	world.status = 200;
	world.body = REPLY;
	ask_well(&world, SESSION_CONTACTS);
	clear(&world);
}
END_TEST

START_TEST(a_clock_that_is_set_back_does_not_make_it_longer)
{
	struct world world;
	init(&world, 503, "Retry-After: 600\r\n", "<html/>");
	g_clear_error(&(GError *){ask(&world, SESSION_CONTACTS)});
	next_process(&world, -5); /* a little: it is kept */
	ask_in_vain(&world, SESSION_CONTACTS, PASSERELLE_ERROR_NETWORK, "asks to wait");
	next_process(&world, -365 * DAY);
	world.status = 200;
	world.body = REPLY;
	ask_well(&world, SESSION_CONTACTS);
	clear(&world);
}
END_TEST

/* ---- refusals ---- */

START_TEST(a_refusal_is_remembered_until_what_it_was_asked_with_changes)
{
	struct world world;
	init(&world, 500, "", WRONG);
	ask_in_vain(&world, SESSION_CONTACTS, PASSERELLE_ERROR_CONFIG, "error -8");
	world.status = 200;
	world.body = REPLY;
	next_process(&world, 40 * DAY);
	ask_in_vain(&world, SESSION_CONTACTS, PASSERELLE_ERROR_CONFIG,
	            "look: the service refuses the credentials or the subscription of the contacts "
	            "API (error -8) since 2026-11-21 10:00:0");
	ask_in_vain(&world, SESSION_CONTACTS, PASSERELLE_ERROR_CONFIG,
	            "UTC; not asked again until the configuration changes, or passerelle sync "
	            "--full");
	ask_well(&world, SESSION_CALENDAR);
	ck_assert_uint_eq(canned_count(&world.server), 2);
	static const char *const others[] = {"another", "pass:word"};
	world.account.settings.service_password = others[_i == 0 ? 0 : 1];
	world.account.settings.service_id = _i == 1 ? "OTHER" : "SERVICE";
	g_autofree char *address = g_strdup_printf("%s/other", world.account.endpoint);
	world.account.settings.contacts_url = _i == 2 ? address : NULL;
	next_process(&world, 1);
	ask_well(&world, SESSION_CONTACTS);
	next_process(&world, 1);
	ask_well(&world, SESSION_CONTACTS);
	clear(&world);
}
END_TEST

START_TEST(the_old_way_works_again_once_it_was_taken)
{
	struct world world;
	init(&world, 500, "", WRONG);
	g_clear_error(&(GError *){ask(&world, SESSION_CONTACTS)});
	world.status = 200;
	world.body = REPLY;
	world.account.settings.is_full = true;
	next_process(&world, 1);
	ask_well(&world, SESSION_CONTACTS);
	world.account.settings.is_full = false;
	next_process(&world, 1);
	ask_well(&world, SESSION_CONTACTS);
	ck_assert_uint_eq(canned_count(&world.server), 3);
	clear(&world);
}
END_TEST

START_TEST(a_full_sync_asks_once_more_and_since_when_stays)
{
	struct world world;
	init(&world, 500, "", WRONG);
	g_clear_error(&(GError *){ask(&world, SESSION_CONTACTS)});
	world.account.settings.is_full = true;
	next_process(&world, DAY);
	ask_in_vain(&world, SESSION_CONTACTS, PASSERELLE_ERROR_CONFIG, "no");
	ask_in_vain(&world, SESSION_CONTACTS, PASSERELLE_ERROR_CONFIG, "since 2026-11-21 10:00:0");
	ck_assert_uint_eq(canned_count(&world.server), 2);
	clear(&world);
}
END_TEST

START_TEST(an_outage_does_not_say_that_the_credentials_were_taken)
{
	struct world world;
	init(&world, 500, "", WRONG);
	g_clear_error(&(GError *){ask(&world, SESSION_CONTACTS)});
	world.account.settings.is_full = true;
	world.body = OUTAGE;
	next_process(&world, 1);
	ask_in_vain(&world, SESSION_CONTACTS, PASSERELLE_ERROR_NETWORK, "error -2");
	world.account.settings.is_full = false;
	next_process(&world, 1);
	ask_in_vain(&world, SESSION_CONTACTS, PASSERELLE_ERROR_CONFIG, "not asked again");
	clear(&world);
}
END_TEST

/* Somebody who has the journal cannot tell from it whether a password is the right one. */
START_TEST(nothing_secret_is_remembered)
{
	struct world world;
	init(&world, 500, "", WRONG);
	g_clear_error(&(GError *){ask(&world, SESSION_CONTACTS)});
	session_close(world.session);
	g_autofree char *text = memory(&world);
	const char *digest = strstr(text, "\"digest\":\"");
	ck_assert_ptr_nonnull(digest);
	digest += strlen("\"digest\":\"");
	ck_assert_uint_eq(strspn(digest, "0123456789abcdef"), 8);
	ck_assert_ptr_null(strstr(text, "pass"));
	ck_assert_ptr_null(strstr(text, "SERVICE"));
	g_autofree char *before = g_strndup(digest, 8);
	/* another journal gives another digest of the same */
	journal_close(world.account.journal);
	g_unlink(world.account.journal_path);
	account_open(&world.account, JOURNAL_CREATE);
	open_session(&world);
	g_clear_error(&(GError *){ask(&world, SESSION_CONTACTS)});
	session_close(world.session);
	g_autofree char *again = memory(&world);
	ck_assert_ptr_null(strstr(again, before));
	open_session(&world);
	clear(&world);
}
END_TEST

/* ---- the rate ---- */

static void ask_often(struct world *self, int times)
{
	for (int i = 0; i < times; i++) {
		ask_well(self, SESSION_CONTACTS);
	}
}

/* So many at once, without a wait for the next second, and then so many with one. */
static bool holds_back_behind(struct world *self, int at_once, int later)
{
	const gint64 start = g_get_monotonic_time();
	ask_often(self, at_once);
	const gint64 between = g_get_monotonic_time();
	ask_often(self, later);
	const gint64 end = g_get_monotonic_time();
	return between - start <= G_USEC_PER_SEC * 9 / 10 &&
	       end - start >= G_USEC_PER_SEC * 95 / 100;
}

/* A wrong rate is one each time; a busy machine, which gives the rate time to go on, is not. */
static bool is_so_at_last(bool (*is_so)(void))
{
	bool is = false;
	for (int i = 0; i < TRIES && !is; i++) {
		is = is_so();
	}
	return is;
}

static bool is_one_rate_shared(void)
{
	struct world world;
	init(&world, 200, "", REPLY);
	world.account.settings.requests_per_minute = 60;
	const gint64 start = g_get_monotonic_time();
	for (int process = 0; process < 3; process++) {
		next_process(&world, 0);
		ask_often(&world, 20);
	}
	/* a minute's worth is used up: the next one waits for its second */
	next_process(&world, 1);
	ask_often(&world, 1);
	ck_assert_int_ge(g_get_monotonic_time() - start, G_USEC_PER_SEC * 95 / 100);
	/* half a minute later half of it is there: 29 at once, and the others wait again */
	next_process(&world, 31);
	const bool is_so = holds_back_behind(&world, 29, 3);
	clear(&world);
	return is_so;
}

START_TEST(processes_in_a_row_share_one_rate)
{
	ck_assert(is_so_at_last(is_one_rate_shared));
}
END_TEST

static bool is_past_of_no_matter(void)
{
	struct world world;
	init(&world, 200, "", REPLY);
	world.account.settings.requests_per_minute = 60;
	next_process(&world, 0);
	ask_often(&world, 20);
	next_process(&world, -365 * DAY);
	const bool is_so = holds_back_behind(&world, 38, 4);
	clear(&world);
	return is_so;
}

START_TEST(a_clock_that_is_set_back_gives_nothing_and_takes_nothing)
{
	ck_assert(is_so_at_last(is_past_of_no_matter));
}
END_TEST

START_TEST(where_nothing_is_asked_nothing_is_written)
{
	struct world world;
	init(&world, 200, "", REPLY);
	world.account.settings.requests_per_minute = 60;
	next_process(&world, 1);
	next_process(&world, 1);
	g_autofree char *text = memory(&world);
	ck_assert_ptr_null(text);
	ask_well(&world, SESSION_CONTACTS);
	next_process(&world, 1);
	g_autofree char *kept = memory(&world);
	ck_assert_ptr_nonnull(kept);
	next_process(&world, 100);
	g_autofree char *same = memory(&world);
	ck_assert_str_eq(kept, same);
	clear(&world);
}
END_TEST

/* ---- a journal that is no help ---- */

static const char *const nonsense[] = {
	"",
	"[]",
	"{",
	"null",
	"{\"level\": \"many\", \"at\": {}, \"contacts\": 5}",
	"{\"level\": -1e300, \"at\": 9223372036854775807}",
	"{\"level\": 1, \"at\": -9223372036854775807}",
	"{\"contacts\": {\"paused_until\": 9223372036854775807}}",
	"{\"contacts\": {\"paused_at\": -9223372036854775807, \"paused_until\": 9e18}}",
	"{\"contacts\": {\"paused_at\": -5000, \"paused_until\": 9223372036854775807}}",
	"{\"contacts\": {\"paused_at\": 1795255200, \"paused_until\": 9223372036854775807}}",
	"{\"contacts\": {\"refused\": 8, \"digest\": \"x\"}}",
	"{\"contacts\": {\"refused\": -8, \"since\": 9223372036854775807}}",
	"{\"contacts\": {\"refused\": -8, \"since\": 9223372036854775807, \"digest\": \"\"}}",
};

START_TEST(what_makes_no_sense_counts_as_never_said)
{
	struct world world;
	init(&world, 200, "", REPLY);
	world.account.settings.requests_per_minute = 6000;
	session_close(world.session);
	ck_assert(journal_memory_set(world.account.journal, KEY, nonsense[_i], NULL));
	open_session(&world);
	ask_well(&world, SESSION_CONTACTS);
	clear(&world);
}
END_TEST

START_TEST(a_journal_that_cannot_be_written_costs_the_memory_alone)
{
	struct world world;
	init(&world, 503, "Retry-After: 600\r\n", "<html/>");
	session_close(world.session);
	journal_close(world.account.journal);
	account_open(&world.account, JOURNAL_READ_ONLY);
	open_session(&world);
	g_clear_error(&(GError *){ask(&world, SESSION_CONTACTS)});
	ask_in_vain(&world, SESSION_CONTACTS, PASSERELLE_ERROR_NETWORK, "asks to wait");
	next_process(&world, 1);
	world.status = 200;
	world.body = REPLY;
	ask_well(&world, SESSION_CONTACTS);
	clear(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("session memory");
	TCase *tests = tcase_create("session memory");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, a_pause_that_was_asked_for_is_kept_by_the_next_process, 0, 2);
	tcase_add_test(tests, without_a_time_it_is_half_a_minute);
	tcase_add_test(tests, no_pause_is_longer_than_a_day);
	tcase_add_test(tests, a_clock_that_is_set_back_does_not_make_it_longer);
	tcase_add_loop_test(tests, a_refusal_is_remembered_until_what_it_was_asked_with_changes, 0,
	                    3);
	tcase_add_test(tests, the_old_way_works_again_once_it_was_taken);
	tcase_add_test(tests, a_full_sync_asks_once_more_and_since_when_stays);
	tcase_add_test(tests, an_outage_does_not_say_that_the_credentials_were_taken);
	tcase_add_test(tests, nothing_secret_is_remembered);
	tcase_add_test(tests, processes_in_a_row_share_one_rate);
	tcase_add_test(tests, a_clock_that_is_set_back_gives_nothing_and_takes_nothing);
	tcase_add_test(tests, where_nothing_is_asked_nothing_is_written);
	tcase_add_loop_test(tests, what_makes_no_sense_counts_as_never_said, 0,
	                    (int)G_N_ELEMENTS(nonsense));
	tcase_add_test(tests, a_journal_that_cannot_be_written_costs_the_memory_alone);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
