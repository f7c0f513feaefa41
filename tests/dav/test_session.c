/* SPDX-License-Identifier: MIT */
/* Tests of what an answer means, and of when a server is left alone. */
#include "dav/dav_world.h"
#include "remotes/dav/session.h"

static struct dav_session *open_session(struct world *self)
{
	struct dav_session *session =
		dav_session_open(&self->account.settings, self->kind, self->account.journal, NULL);
	ck_assert_ptr_nonnull(session);
	return session;
}

static void answer_all_with(struct world *self, const char *method, unsigned status)
{
	self->server.fail_method = method;
	self->server.fail_count = G_MAXUINT / 2;
	self->server.fail_status = status;
}

static struct dav_request *member(const struct world *self, const char *method)
{
	g_autofree char *url = g_strconcat(self->address, "a.vcf", NULL);
	struct dav_request *request = dav_request_new(method, url);
	if (strcmp(method, "PUT") == 0) {
		request->body = g_bytes_new_static("x", 1);
	}
	return request;
}

/* Statuses for a read, for a write, and for the ledger. */
static const struct {
	unsigned status;
	int read, write;
	enum ledger_state ledger;
} statuses[] = {
	{301, PASSERELLE_ERROR_CONFIG, PASSERELLE_ERROR_CONFIG, LEDGER_NOT_SENT},
	{400, PASSERELLE_ERROR_PROTOCOL, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED},
	{401, PASSERELLE_ERROR_AUTH, PASSERELLE_ERROR_AUTH, LEDGER_NOT_SENT},
	{403, PASSERELLE_ERROR_AUTH, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED},
	{404, PASSERELLE_ERROR_NOT_FOUND, PASSERELLE_ERROR_NOT_FOUND, LEDGER_NOT_SENT},
	{405, PASSERELLE_ERROR_UNSUPPORTED, PASSERELLE_ERROR_UNSUPPORTED, LEDGER_NOT_SENT},
	{410, PASSERELLE_ERROR_NOT_FOUND, PASSERELLE_ERROR_NOT_FOUND, LEDGER_NOT_SENT},
	{412, PASSERELLE_ERROR_STALE, PASSERELLE_ERROR_STALE, LEDGER_NOT_SENT},
	{413, PASSERELLE_ERROR_REFUSED, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED},
	{415, PASSERELLE_ERROR_UNSUPPORTED, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED},
	{418, PASSERELLE_ERROR_REFUSED, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED},
	{422, PASSERELLE_ERROR_REFUSED, PASSERELLE_ERROR_REFUSED, LEDGER_REFUSED},
	{423, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_NETWORK, LEDGER_NOT_SENT},
	{429, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_NETWORK, LEDGER_NOT_SENT},
	{500, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_IN_DOUBT, LEDGER_IN_DOUBT},
	{501, PASSERELLE_ERROR_UNSUPPORTED, PASSERELLE_ERROR_UNSUPPORTED, LEDGER_NOT_SENT},
	{502, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_IN_DOUBT, LEDGER_IN_DOUBT},
	{503, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_IN_DOUBT, LEDGER_IN_DOUBT},
	{504, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_IN_DOUBT, LEDGER_IN_DOUBT},
	{507, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_NETWORK, LEDGER_NOT_SENT},
};

START_TEST(each_status_of_a_read_has_its_meaning)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	answer_all_with(&world, "GET", statuses[_i].status);
	struct dav_session *session = open_session(&world);
	OWNED(dav_request) request = member(&world, "GET");
	g_autoptr(GError) error = NULL;
	ck_assert(!dav_session_read_one(session, request, &error));
	ck_assert_msg(passerelle_error_is(error, (enum passerelle_error)statuses[_i].read),
	              "%u: %d %s", statuses[_i].status, error->code, error->message);
	ck_assert_ptr_null(strstr(error->message, "secret"));
	dav_session_close(session);
	world_stop(&world);
}
END_TEST

static struct ledger_call *new_row(void)
{
	struct ledger_call *row = ledger_call_new(ITEM_CONTACT, "a", "PUT", NULL);
	row->content = g_strdup("{}");
	return row;
}

START_TEST(each_status_of_a_write_has_its_meaning)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	answer_all_with(&world, "PUT", statuses[_i].status);
	struct dav_session *session = open_session(&world);
	g_autoptr(GPtrArray) requests = g_ptr_array_new();
	g_autoptr(GPtrArray) rows = g_ptr_array_new();
	OWNED(dav_request) request = member(&world, "PUT");
	OWNED(ledger_call) row = new_row();
	g_ptr_array_add(requests, request);
	g_ptr_array_add(rows, row);
	g_autoptr(GError) error = NULL;
	dav_session_write(session, dav_session_journal(session), world.address, requests, rows,
	                  NULL, &error);
	ck_assert(passerelle_error_is(request->error, (enum passerelle_error)statuses[_i].write));
	ck_assert_int_eq(row->state, statuses[_i].ledger);
	ck_assert_uint_eq(server_asked(&world.server, "PUT "), 1);
	dav_session_close(session);
	world_stop(&world);
}
END_TEST

START_TEST(a_write_is_not_sent_where_it_was_not_announced)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	struct dav_session *session = open_session(&world);
	static const char *const methods[] = {"PUT", "DELETE", "POST", "MKCOL", "MOVE"};
	for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
		OWNED(dav_request) request = member(&world, methods[i]);
		g_autoptr(GError) error = NULL;
		ck_assert(!dav_session_read_one(session, request, &error));
		ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_STORAGE));
	}
	ck_assert_uint_eq(canned_count(&world.server.canned), 0);
	dav_session_close(session);
	world_stop(&world);
}
END_TEST

/* Many reads of one kind; how many were put on the wire. */
static guint read_many(struct world *self, guint count, GError **error)
{
	struct dav_session *session = open_session(self);
	g_autoptr(GPtrArray) requests =
		g_ptr_array_new_with_free_func((GDestroyNotify)dav_request_free);
	for (guint i = 0; i < count; i++) {
		g_ptr_array_add(requests, member(self, "GET"));
	}
	server_forget_requests(&self->server);
	dav_session_read(session, requests, NULL, error);
	dav_session_close(session);
	return canned_count(&self->server.canned);
}

START_TEST(refused_credentials_are_not_tried_over_and_over)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	answer_all_with(&world, "GET", 401);
	g_autoptr(GError) error = NULL;
	ck_assert_uint_le(read_many(&world, 100, &error), 4);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_AUTH));
	world.account.settings.now += 300;
	g_clear_error(&error);
	ck_assert_uint_eq(read_many(&world, 1, &error), 0);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_AUTH));
	g_clear_error(&error);
	world.account.settings.password = "another";
	ck_assert_uint_eq(read_many(&world, 1, &error), 1);
	world.account.settings.now += 2 * 60 * 60;
	g_clear_error(&error);
	ck_assert_uint_eq(read_many(&world, 1, &error), 1);
	world.account.settings.is_full = true;
	g_clear_error(&error);
	ck_assert_uint_eq(read_many(&world, 1, &error), 1);
	world_stop(&world);
}
END_TEST

static const unsigned busy[] = {429, 503};

START_TEST(a_server_that_asks_to_wait_is_left_alone_in_the_next_process_too)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	answer_all_with(&world, "GET", busy[_i]);
	world.server.fail_headers = "Retry-After: 600\r\n";
	g_autoptr(GError) error = NULL;
	ck_assert_uint_le(read_many(&world, 100, &error), 4);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_NETWORK));
	world.account.settings.now += 300;
	g_clear_error(&error);
	ck_assert_uint_eq(read_many(&world, 1, &error), 0);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_NETWORK));
	world.account.settings.now += 400;
	world.server.fail_count = 0;
	g_clear_error(&error);
	ck_assert_uint_eq(read_many(&world, 1, &error), 1);
	world_stop(&world);
}
END_TEST

START_TEST(what_is_left_of_the_rate_goes_on_in_the_next_process)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	world.account.settings.requests_per_minute = 600;
	struct dav_session *session = open_session(&world);
	for (guint i = 0; i < 3; i++) {
		OWNED(dav_request) request = member(&world, "GET");
		dav_session_read_one(session, request, NULL);
	}
	dav_session_close(session);
	g_autofree char *text =
		journal_memory_get(world.account.journal, "dav.contacts.pace", NULL);
	ck_assert_ptr_nonnull(text);
	ck_assert_ptr_nonnull(strstr(text, "\"level\":59"));
	world_stop(&world);
}
END_TEST

/* Which answers to the only request of a batch say nothing of the server as a whole. */
static const struct {
	unsigned status;
	bool is_heard;
} answers[] = {{423, true},  {500, true},  {507, true}, {429, false},
               {502, false}, {503, false}, {504, false}};

START_TEST(an_answer_about_one_request_is_no_failure_of_the_server)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	answer_all_with(&world, "GET", answers[_i].status);
	struct dav_session *session = open_session(&world);
	OWNED(dav_request) request = member(&world, "GET");
	g_autoptr(GPtrArray) requests = g_ptr_array_new();
	g_ptr_array_add(requests, request);
	g_autoptr(GError) error = NULL;
	const bool was_heard = dav_session_read(session, requests, NULL, &error);
	ck_assert_int_eq(was_heard, answers[_i].is_heard);
	ck_assert_int_eq(error == NULL, was_heard);
	ck_assert(passerelle_error_is(request->error, PASSERELLE_ERROR_NETWORK));
	dav_session_close(session);
	world_stop(&world);
}
END_TEST

START_TEST(a_token_is_used_in_place_of_the_password)
{
	struct world world;
	world_start(&world, ITEM_CONTACT);
	world.account.settings.bearer = "t0ken";
	g_autoptr(GError) error = NULL;
	ck_assert_uint_eq(read_many(&world, 1, &error), 1);
	ck_assert_uint_eq(server_asked(&world.server, "Authorization: Bearer t0ken"), 1);
	ck_assert_uint_eq(server_asked(&world.server, "Basic"), 0);
	world_stop(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("session");
	TCase *tests = tcase_create("session");
	tcase_set_timeout(tests, 60);
	tcase_add_loop_test(tests, each_status_of_a_read_has_its_meaning, 0,
	                    G_N_ELEMENTS(statuses));
	tcase_add_loop_test(tests, each_status_of_a_write_has_its_meaning, 0,
	                    G_N_ELEMENTS(statuses));
	tcase_add_test(tests, a_write_is_not_sent_where_it_was_not_announced);
	tcase_add_test(tests, refused_credentials_are_not_tried_over_and_over);
	tcase_add_loop_test(tests, a_server_that_asks_to_wait_is_left_alone_in_the_next_process_too,
	                    0, G_N_ELEMENTS(busy));
	tcase_add_test(tests, what_is_left_of_the_rate_goes_on_in_the_next_process);
	tcase_add_loop_test(tests, an_answer_about_one_request_is_no_failure_of_the_server, 0,
	                    G_N_ELEMENTS(answers));
	tcase_add_test(tests, a_token_is_used_in_place_of_the_password);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
