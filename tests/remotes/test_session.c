/* SPDX-License-Identifier: MIT */
/* Calls in batches: what goes on the wire, in which order, and that no write goes without its
 * announcement. */
#include "remotes/canned_server.h"
#include "remotes/orange/session.h"

#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>

#define OK_EVENT                                                                                   \
	"<command action=\"cauupdate\"><event-data><eventid>4790</eventid><id>10012000</id>"       \
	"</event-data><result>0</result></command>"
#define GATEWAY(code) "<error><code>" code "</code><detail>words of the gateway</detail></error>"
#define REFUSAL(code)                                                                              \
	"<command><result>-" code "</result><error subtype=\"1\" type=\"" code                     \
	"\">no</error></command>"

/* What the server says to the first of its requests, and from then on to the others. */
struct script {
	unsigned status;
	const char *headers, *body; /* body NULL: closes */
	const char *journal_path;   /* look into it when a request comes */
	enum ledger_state seen;     /* state of the row of uid "u0" at that moment */
	sqlite3 *thief;             /* not NULL: takes the ledger away when a request comes */
	int arrived;                /* write end of a pipe; 0 = none */
};

static char *say(void *data, const char *request, unsigned number)
{
	struct script *self = data;
	(void)number;
	if (strstr(request, "&title=odd&") != NULL) {
		return canned_http(500, "", GATEWAY("-5"));
	}
	if (self->journal_path != NULL) {
		OWNED(journal) journal = journal_open(self->journal_path, JOURNAL_READ_ONLY, NULL);
		g_autoptr(GPtrArray) rows = ledger_for_item(journal, ITEM_EVENT, "u0", NULL);
		self->seen = ((struct ledger_call *)g_ptr_array_index(rows, 0))->state;
	}
	if (self->thief != NULL) {
		sqlite3_exec(self->thief, "ALTER TABLE ledger RENAME TO away", NULL, NULL, NULL);
	}
	if (self->arrived != 0) {
		ck_assert_int_eq(write(self->arrived, "x", 1), 1);
		pause();
	}
	return self->body == NULL ? NULL : canned_http(self->status, self->headers, self->body);
}

struct world {
	struct script script;
	struct canned server;
	struct account account;
	struct session *session;
	GPtrArray *calls, *entries;
};

static void world_init(struct world *self, unsigned status, const char *body,
                       enum journal_mode mode)
{
	memset(self, 0, sizeof *self);
	self->script.status = status;
	self->script.headers = "";
	self->script.body = body;
	canned_listen(&self->server, say, &self->script);
	canned_start(&self->server);
	account_init(&self->account, self->server.port);
	account_open(&self->account, JOURNAL_CREATE);
	if (mode == JOURNAL_READ_ONLY) {
		journal_close(self->account.journal);
		account_open(&self->account, JOURNAL_READ_ONLY);
	}
	self->calls = g_ptr_array_new_with_free_func((GDestroyNotify)call_free);
	self->entries = g_ptr_array_new_with_free_func((GDestroyNotify)ledger_call_free);
}

static void world_open(struct world *self)
{
	g_autoptr(GError) error = NULL;
	self->session = session_open(&self->account.settings, self->account.journal, &error);
	ck_assert_msg(self->session != NULL, "%s", error == NULL ? "" : error->message);
}

static void world_clear(struct world *self)
{
	session_close(self->session);
	canned_stop(&self->server);
	account_clear(&self->account);
	g_ptr_array_unref(self->calls);
	g_ptr_array_unref(self->entries);
}

static struct call *world_add(struct world *self, const char *action)
{
	struct call *call = call_new(SESSION_CALENDAR, action);
	call->what = g_strdup_printf("%s for 'A'", action);
	call_add(call, "title", "A & b+c");
	call_add(call, "location", "");
	g_ptr_array_add(self->calls, call);
	g_autofree char *uid = g_strdup_printf("u%u", self->entries->len);
	g_ptr_array_add(self->entries, ledger_call_new(ITEM_EVENT, uid, action, NULL));
	return call;
}

static void world_add_many(struct world *self, const char *action, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		world_add(self, action);
	}
}

static enum ledger_state stored_state(struct world *self, const char *uid)
{
	g_autoptr(GPtrArray) rows = ledger_for_item(self->account.journal, ITEM_EVENT, uid, NULL);
	ck_assert_uint_le(rows->len, 1);
	return rows->len == 0 ? LEDGER_NEW
	                      : ((struct ledger_call *)g_ptr_array_index(rows, 0))->state;
}

static struct call *call_at(struct world *self, guint index)
{
	return g_ptr_array_index(self->calls, index);
}

START_TEST(a_call_is_action_parameters_token_with_strict_escapes)
{
	struct world world;
	world_init(&world, 200, "<command><data-list/></command>", JOURNAL_CREATE);
	world_open(&world);
	struct call *call = world_add(&world, "geteventlist");
	ck_assert(session_read(world.session, world.calls, NULL, NULL));
	ck_assert_ptr_null(call->error);
	const char *request = g_ptr_array_index(world.server.requests, 0);
	ck_assert_ptr_eq(strstr(request,
	                        "GET /PersonalCalendar/V1?action=geteventlist"
	                        "&title=A%20%26%20b%2Bc&location="
	                        "&token=B64%2B%2F%3D%7Csau%3D%7Cted%3D1%7Csecret HTTP/1.1\r\n"),
	                 request);
	ck_assert_ptr_nonnull(strstr(request, "Authorization: Basic U0VSVklDRTpwYXNzOndvcmQ=\r\n"));
	world_clear(&world);
}
END_TEST

START_TEST(every_api_has_its_own_address_and_each_can_be_overridden)
{
	struct account account;
	account_init(&account, 1);
	account.settings.calendar_url = "https://calendar.example/x";
	struct session *session = session_open(&account.settings, NULL, NULL);
	ck_assert_str_eq(session_url(session, SESSION_CALENDAR), "https://calendar.example/x");
	ck_assert_str_eq(session_url(session, SESSION_CONTACTS),
	                 "http://127.0.0.1:1/PersonalContacts/V1");
	ck_assert_str_eq(session_url(session, SESSION_MESSAGES),
	                 "http://127.0.0.1:1/PersonalMessages/V2");
	ck_assert_str_eq(session_url(session, SESSION_RICHPROFILE),
	                 "http://127.0.0.1:1/PersonalRichProfile/V1");
	session_close(session);
	account.settings.service_password = NULL;
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(session_open(&account.settings, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
	account_clear(&account);
}
END_TEST

START_TEST(without_a_token_nothing_is_sent_and_login_is_named)
{
	struct world world;
	world_init(&world, 200, OK_EVENT, JOURNAL_CREATE);
	world.account.settings.token = NULL;
	world_open(&world);
	world_add(&world, "addevent");
	g_autoptr(GError) error = NULL;
	ck_assert(!session_write(world.session, world.calls, world.entries, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_AUTH));
	ck_assert_str_eq(error->message, "no token: run 'passerelle login home'");
	ck_assert_uint_eq(canned_count(&world.server), 0);
	ck_assert_int_eq(stored_state(&world, "u0"), LEDGER_NEW);
	world_clear(&world);
}
END_TEST

START_TEST(a_write_is_announced_when_it_arrives_and_settled_when_it_is_answered)
{
	struct world world;
	world_init(&world, 200, OK_EVENT, JOURNAL_CREATE);
	world.script.journal_path = world.account.journal_path;
	world_open(&world);
	world_add(&world, "addevent");
	ck_assert(session_write(world.session, world.calls, world.entries, NULL, NULL));
	ck_assert_int_eq(world.script.seen, LEDGER_ANNOUNCED);
	ck_assert_int_eq(stored_state(&world, "u0"), LEDGER_DONE);
	const struct ledger_call *entry = g_ptr_array_index(world.entries, 0);
	ck_assert_str_eq(entry->result, "4790/10012000");
	ck_assert_str_eq(entry->settled_by, "reply");
	ck_assert_str_eq(entry->content, "{\"title\":\"A & b+c\",\"location\":\"\"}");
	world_clear(&world);
}
END_TEST

static const struct {
	unsigned status;
	const char *body;
	enum ledger_state state;
	enum passerelle_error code;
	bool fails_side;
} OUTCOMES[] = {
	{500, GATEWAY("-1"), LEDGER_NOT_SENT, PASSERELLE_ERROR_AUTH, true},
	{500, GATEWAY("-3"), LEDGER_NOT_SENT, PASSERELLE_ERROR_CONSENT, true},
	{500, GATEWAY("-8"), LEDGER_NOT_SENT, PASSERELLE_ERROR_CONFIG, true},
	{500, GATEWAY("-10"), LEDGER_NOT_SENT, PASSERELLE_ERROR_CONFIG, true},
	{500, GATEWAY("-7"), LEDGER_REFUSED, PASSERELLE_ERROR_REFUSED, false},
	{200, REFUSAL("1"), LEDGER_REFUSED, PASSERELLE_ERROR_REFUSED, false},
	{200, REFUSAL("2"), LEDGER_REFUSED, PASSERELLE_ERROR_REFUSED, false},
	{200, REFUSAL("77"), LEDGER_REFUSED, PASSERELLE_ERROR_REFUSED, false},
	{200, REFUSAL("4"), LEDGER_NOT_SENT, PASSERELLE_ERROR_UNSUPPORTED, false},
	{200, REFUSAL("100"), LEDGER_NOT_SENT, PASSERELLE_ERROR_NETWORK, true},
	{500, GATEWAY("-5"), LEDGER_IN_DOUBT, PASSERELLE_ERROR_IN_DOUBT, false},
	{502, "<html>bad gateway</html>", LEDGER_IN_DOUBT, PASSERELLE_ERROR_IN_DOUBT, false},
	{200, "", LEDGER_IN_DOUBT, PASSERELLE_ERROR_IN_DOUBT, false},
	{200, NULL, LEDGER_IN_DOUBT, PASSERELLE_ERROR_IN_DOUBT, false},
};

START_TEST(each_answer_to_a_write_has_its_ledger_state)
{
	struct world world;
	world_init(&world, OUTCOMES[_i].status, OUTCOMES[_i].body, JOURNAL_CREATE);
	world_open(&world);
	struct call *call = world_add(&world, "addevent");
	g_autoptr(GError) error = NULL;
	const bool was_heard =
		session_write(world.session, world.calls, world.entries, NULL, &error);
	ck_assert_int_eq(was_heard, !OUTCOMES[_i].fails_side);
	ck_assert_int_eq(call->error->code, (int)OUTCOMES[_i].code);
	ck_assert_int_eq(stored_state(&world, "u0"), OUTCOMES[_i].state);
	ck_assert_uint_eq(canned_count(&world.server), 1);
	world_clear(&world);
}
END_TEST

START_TEST(a_write_that_found_no_server_is_proven_not_sent)
{
	struct world world;
	world_init(&world, 200, OK_EVENT, JOURNAL_CREATE);
	g_free(world.account.endpoint);
	world.account.endpoint = g_strdup("http://127.0.0.1:1");
	world.account.settings.endpoint = world.account.endpoint;
	world_open(&world);
	world_add_many(&world, "addevent", 30);
	g_autoptr(GError) error = NULL;
	ck_assert(!session_write(world.session, world.calls, world.entries, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_NETWORK));
	ck_assert_int_eq(stored_state(&world, "u0"), LEDGER_NOT_SENT);
	ck_assert_int_eq(stored_state(&world, "u29"), LEDGER_NEW);
	world_clear(&world);
}
END_TEST

START_TEST(a_bad_token_stops_the_batch_and_the_rest_is_not_announced)
{
	struct world world;
	world_init(&world, 500, GATEWAY("-1"), JOURNAL_CREATE);
	world_open(&world);
	world_add_many(&world, "addevent", 40);
	g_autoptr(GError) error = NULL;
	ck_assert(!session_write(world.session, world.calls, world.entries, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_AUTH));
	ck_assert_uint_eq(canned_count(&world.server), 4);
	ck_assert_int_eq(stored_state(&world, "u3"), LEDGER_NOT_SENT);
	ck_assert_int_eq(stored_state(&world, "u4"), LEDGER_NEW);
	for (guint i = 0; i < 40; i++) {
		ck_assert(passerelle_error_is(call_at(&world, i)->error, PASSERELLE_ERROR_AUTH));
	}
	world_clear(&world);
}
END_TEST

START_TEST(a_busy_server_is_left_alone_for_as_long_as_it_says)
{
	struct world world;
	world_init(&world, 503, "<html>later</html>", JOURNAL_CREATE);
	world.script.headers = "Retry-After: 600\r\n";
	world_open(&world);
	world_add_many(&world, "geteventlist", 40);
	g_autoptr(GError) error = NULL;
	ck_assert(!session_read(world.session, world.calls, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_NETWORK));
	ck_assert_ptr_nonnull(strstr(call_at(&world, 39)->error->message, "asks to wait until 20"));
	ck_assert_uint_eq(canned_count(&world.server), 4);
	g_ptr_array_set_size(world.calls, 0);
	g_ptr_array_set_size(world.entries, 0);
	world_add(&world, "addevent");
	ck_assert(!session_write(world.session, world.calls, world.entries, NULL, NULL));
	ck_assert_uint_eq(canned_count(&world.server), 4);
	ck_assert_int_eq(stored_state(&world, "u0"), LEDGER_NEW);
	world_clear(&world);
}
END_TEST

START_TEST(each_read_is_answered_on_its_own)
{
	struct world world;
	world_init(&world, 200, "<command><data-list/></command>", JOURNAL_CREATE);
	world_open(&world);
	for (unsigned i = 0; i < 30; i++) {
		struct call *call = call_new(SESSION_CALENDAR, "geteventlist");
		call_add(call, "title", i % 10 == 7 ? "odd" : "even");
		g_ptr_array_add(world.calls, call);
	}
	ck_assert(session_read(world.session, world.calls, NULL, NULL));
	ck_assert_uint_eq(canned_count(&world.server), 30);
	for (guint i = 0; i < 30; i++) {
		const bool is_odd = i % 10 == 7;
		ck_assert((call_at(&world, i)->error != NULL) == is_odd);
		ck_assert(!is_odd ||
		          passerelle_error_is(call_at(&world, i)->error, PASSERELLE_ERROR_NETWORK));
	}
	world_clear(&world);
}
END_TEST

static void count_progress(void *data, const char *what, guint64 done, guint64 total)
{
	guint64 *last = data;
	ck_assert_str_eq(what, "events");
	ck_assert_uint_eq(total, 50);
	ck_assert_uint_ge(done, *last);
	*last = done;
}

START_TEST(a_long_batch_is_carried_out_whole_and_tells_its_progress)
{
	struct world world;
	guint64 last = 0;
	world_init(&world, 200, OK_EVENT, JOURNAL_CREATE);
	world.account.settings.progress = count_progress;
	world.account.settings.progress_data = &last;
	world_open(&world);
	world_add_many(&world, "addevent", 50);
	ck_assert(session_write(world.session, world.calls, world.entries, "events", NULL));
	ck_assert_uint_eq(canned_count(&world.server), 50);
	ck_assert_uint_eq(last, 50);
	ck_assert_int_eq(stored_state(&world, "u49"), LEDGER_DONE);
	world_clear(&world);
}
END_TEST

START_TEST(when_told_to_stop_nothing_is_started)
{
	static volatile sig_atomic_t cancelled = 1;
	struct world world;
	world_init(&world, 200, OK_EVENT, JOURNAL_CREATE);
	world.account.settings.cancelled = &cancelled;
	world_open(&world);
	world_add(&world, "addevent");
	g_autoptr(GError) error = NULL;
	ck_assert(!session_write(world.session, world.calls, world.entries, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CANCELLED));
	ck_assert_uint_eq(canned_count(&world.server), 0);
	ck_assert_int_eq(stored_state(&world, "u0"), LEDGER_NEW);
	world_clear(&world);
}
END_TEST

START_TEST(a_secret_that_the_server_quotes_does_not_reach_the_error)
{
	struct world world;
	world_init(&world, 500,
	           "<error><code>-7</code><detail>bad token " CANNED_TOKEN
	           " or B64%2B%2F%3D%7Csau%3D%7Cted%3D1%7Csecret or pass:word</detail></error>",
	           JOURNAL_CREATE);
	world_open(&world);
	struct call *call = world_add(&world, "addevent");
	ck_assert(session_write(world.session, world.calls, world.entries, NULL, NULL));
	ck_assert_ptr_nonnull(
		strstr(call->error->message, "bad token [hidden] or [hidden] or [hidden]"));
	const struct ledger_call *entry = g_ptr_array_index(world.entries, 0);
	ck_assert_ptr_null(strstr(entry->detail, "secret"));
	ck_assert_ptr_null(strstr(entry->content, "secret"));
	world_clear(&world);
}
END_TEST

START_TEST(a_picture_goes_as_a_form_and_into_the_ledger_as_its_checksum)
{
	struct world world;
	world_init(&world, 200, "<command><result>0</result></command>", JOURNAL_CREATE);
	world_open(&world);
	struct call *call = world_add(&world, "addpicture");
	call->file = g_bytes_new_static("GIF89a", 6);
	call->file_type = "image/gif";
	ck_assert(session_write(world.session, world.calls, world.entries, NULL, NULL));
	const char *request = g_ptr_array_index(world.server.requests, 0);
	ck_assert(g_str_has_prefix(request, "POST /PersonalCalendar/V1 HTTP/1.1\r\n"));
	ck_assert_ptr_nonnull(strstr(request, "name=\"action\"\r\n\r\naddpicture\r\n"));
	ck_assert_ptr_nonnull(strstr(request, "name=\"token\"\r\n\r\n" CANNED_TOKEN "\r\n"));
	ck_assert_ptr_nonnull(strstr(request, "filename=\"picture.gif\""));
	ck_assert_ptr_nonnull(strstr(request, "\r\n\r\nGIF89a\r\n"));
	const struct ledger_call *entry = g_ptr_array_index(world.entries, 0);
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, "GIF89a", 6);
	g_autofree char *wanted = g_strdup_printf("\"file\":\"sha256:%s\"", sum);
	ck_assert_ptr_nonnull(strstr(entry->content, wanted));
	world_clear(&world);
}
END_TEST

START_TEST(a_read_refuses_every_write_action)
{
	static const char *const WRITES[] = {"addevent",  "addeventoffline", "addcontact",
	                                     "adddevice", "addpicture",      "add picture",
	                                     "AddEvent",  " addevent"};
	for (gsize i = 0; i < G_N_ELEMENTS(WRITES); i++) {
		struct world world;
		world_init(&world, 200, OK_EVENT, JOURNAL_CREATE);
		world_open(&world);
		ck_assert(session_is_write(WRITES[i]));
		world_add(&world, "geteventlist");
		world_add(&world, WRITES[i]);
		g_autoptr(GError) error = NULL;
		ck_assert(!session_read(world.session, world.calls, NULL, &error));
		ck_assert_ptr_nonnull(strstr(error->message, "without an announcement"));
		ck_assert_uint_eq(canned_count(&world.server), 0);
		world_clear(&world);
	}
	ck_assert(!session_is_write("findcontactlist"));
	ck_assert(!session_is_write("getPersonalMessages"));
}
END_TEST

START_TEST(only_what_the_ledger_has_no_kind_for_is_written_without_an_entry)
{
	struct world world;
	world_init(&world, 200, OK_EVENT, JOURNAL_CREATE);
	world_open(&world);
	struct call *call = world_add(&world, "addevent");
	g_autoptr(GError) error = NULL;
	ck_assert(!session_write(world.session, world.calls, NULL, NULL, &error));
	ck_assert_ptr_nonnull(strstr(error->message, "without an announcement"));
	ck_assert_uint_eq(canned_count(&world.server), 0);
	call->api = SESSION_PHOTOS;
	ck_assert(session_write(world.session, world.calls, NULL, NULL, NULL));
	ck_assert_uint_eq(canned_count(&world.server), 1);
	world_clear(&world);
}
END_TEST

START_TEST(a_journal_that_cannot_commit_keeps_the_wire_silent)
{
	struct world world;
	world_init(&world, 200, OK_EVENT, JOURNAL_READ_ONLY);
	world_open(&world);
	world_add_many(&world, "addevent", 9);
	g_autoptr(GError) error = NULL;
	ck_assert(!session_write(world.session, world.calls, world.entries, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_STORAGE));
	ck_assert_uint_eq(canned_count(&world.server), 0);
	ck_assert(passerelle_error_is(call_at(&world, 8)->error, PASSERELLE_ERROR_STORAGE));
	world_clear(&world);
}
END_TEST

START_TEST(an_outcome_that_cannot_be_stored_is_in_doubt_in_the_next_cycle)
{
	struct world world;
	world_init(&world, 200, OK_EVENT, JOURNAL_CREATE);
	ck_assert_int_eq(sqlite3_open(world.account.journal_path, &world.script.thief), SQLITE_OK);
	world_open(&world);
	struct call *call = world_add(&world, "addevent");
	g_autoptr(GError) error = NULL;
	ck_assert(!session_write(world.session, world.calls, world.entries, NULL, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_STORAGE));
	ck_assert(passerelle_error_is(call->error, PASSERELLE_ERROR_STORAGE));
	sqlite3_exec(world.script.thief, "ALTER TABLE away RENAME TO ledger", NULL, NULL, NULL);
	sqlite3_close(world.script.thief);
	ck_assert_int_eq(stored_state(&world, "u0"), LEDGER_ANNOUNCED);
	ck_assert(ledger_recover(world.account.journal, ITEM_EVENT, NULL));
	ck_assert_int_eq(stored_state(&world, "u0"), LEDGER_IN_DOUBT);
	world_clear(&world);
}
END_TEST

/* A program that is killed once its writes are on the wire. */
static pid_t start_writer(struct account *account, unsigned count)
{
	const pid_t child = fork();
	if (child != 0) {
		return child;
	}
	account->journal = journal_open(account->journal_path, JOURNAL_CREATE, NULL);
	struct session *session = session_open(&account->settings, account->journal, NULL);
	struct world world = {.calls = g_ptr_array_new(), .entries = g_ptr_array_new()};
	world_add_many(&world, "addevent", count);
	session_write(session, world.calls, world.entries, NULL, NULL);
	_exit(0);
}

START_TEST(a_kill_between_announcement_and_answer_leaves_rows_in_doubt)
{
	int pipe_ends[2];
	ck_assert_int_eq(pipe(pipe_ends), 0);
	struct script script = {
		.status = 200, .headers = "", .body = OK_EVENT, .arrived = pipe_ends[1]};
	struct canned server;
	struct account account;
	canned_listen(&server, say, &script);
	account_init(&account, server.port);
	const pid_t child = start_writer(&account, 3);
	canned_start(&server);
	char byte;
	ck_assert_int_eq(read(pipe_ends[0], &byte, 1), 1);
	ck_assert_int_eq(kill(child, SIGKILL), 0);
	int status = 0;
	ck_assert_int_eq(waitpid(child, &status, 0), child);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);

	account_open(&account, JOURNAL_CREATE);
	g_autoptr(GPtrArray) before = ledger_in_doubt(account.journal, ITEM_EVENT, NULL);
	ck_assert_uint_eq(before->len, 0);
	ck_assert(ledger_recover(account.journal, ITEM_EVENT, NULL));
	g_autoptr(GPtrArray) rows = ledger_in_doubt(account.journal, ITEM_EVENT, NULL);
	ck_assert_uint_eq(rows->len, 3);
	const struct ledger_call *row = g_ptr_array_index(rows, 2);
	ck_assert_str_eq(row->uid, "u2");
	ck_assert_str_eq(row->content, "{\"title\":\"A & b+c\",\"location\":\"\"}");
	account_clear(&account);
	/* the server's threads wait for a program that is gone: they end with this process */
}
END_TEST

START_TEST(ids_are_compared_without_case_and_leading_c)
{
	static const char *const SAME[] = {"6", "c6", "C6", " c6\n"};
	for (gsize i = 0; i < G_N_ELEMENTS(SAME); i++) {
		g_autofree char *folded = session_fold_id(SAME[i]);
		ck_assert_str_eq(folded, "6");
	}
	g_autofree char *bare = session_fold_id("C");
	ck_assert_str_eq(bare, "c");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("session");
	TCase *wire = tcase_create("wire");
	tcase_set_timeout(wire, 60);
	tcase_add_test(wire, a_call_is_action_parameters_token_with_strict_escapes);
	tcase_add_test(wire, every_api_has_its_own_address_and_each_can_be_overridden);
	tcase_add_test(wire, without_a_token_nothing_is_sent_and_login_is_named);
	tcase_add_test(wire, a_write_is_announced_when_it_arrives_and_settled_when_it_is_answered);
	tcase_add_loop_test(wire, each_answer_to_a_write_has_its_ledger_state, 0,
	                    G_N_ELEMENTS(OUTCOMES));
	tcase_add_test(wire, a_write_that_found_no_server_is_proven_not_sent);
	tcase_add_test(wire, a_bad_token_stops_the_batch_and_the_rest_is_not_announced);
	tcase_add_test(wire, a_busy_server_is_left_alone_for_as_long_as_it_says);
	tcase_add_test(wire, each_read_is_answered_on_its_own);
	tcase_add_test(wire, a_long_batch_is_carried_out_whole_and_tells_its_progress);
	tcase_add_test(wire, when_told_to_stop_nothing_is_started);
	tcase_add_test(wire, a_secret_that_the_server_quotes_does_not_reach_the_error);
	tcase_add_test(wire, a_picture_goes_as_a_form_and_into_the_ledger_as_its_checksum);
	tcase_add_test(wire, a_read_refuses_every_write_action);
	tcase_add_test(wire, only_what_the_ledger_has_no_kind_for_is_written_without_an_entry);
	tcase_add_test(wire, a_journal_that_cannot_commit_keeps_the_wire_silent);
	tcase_add_test(wire, an_outcome_that_cannot_be_stored_is_in_doubt_in_the_next_cycle);
	tcase_add_test(wire, a_kill_between_announcement_and_answer_leaves_rows_in_doubt);
	tcase_add_test(wire, ids_are_compared_without_case_and_leading_c);
	suite_add_tcase(suite, wire);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
