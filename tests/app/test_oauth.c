/* SPDX-License-Identifier: MIT */
/* OAuth 2: what the page is asked, what the server is told, and where the tokens stay. */
#include "app/oauth.h"

#include "app/interrupt.h"
#include "app/paths.h"
#include "app/secrets.h"
#include "base/durable.h"

#include "net/scripted_server.h"

#include <glib/gstdio.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define NOW 1780000000

static char *home; /* a fresh folder per test */
static struct server *server;
static struct account_config account;

/* What the server answers, one after the other; the last one stays. */
static const char *const *answers;
static gint n_asked;

static bool answer(struct connection *connection, const GString *request)
{
	(void)request;
	const gint number = g_atomic_int_add(&n_asked, 1);
	const char *line = answers[0];
	for (gint i = 0; i <= number && answers[i] != NULL; i++) {
		line = answers[i];
	}
	return connection_reply(connection, g_str_has_prefix(line, "{\"access") ? "200 OK" : line,
	                        "Content-Type: application/json\r\n",
	                        line[0] == '{' ? line : strchr(line, '{'));
}

static void set_up(void)
{
	static char name[] = "home", client[] = "client 1", page[] = "https://example.org/auth?a=b";
	static char scope[] = "mail calendar";
	home = g_dir_make_tmp("passerelle-test-XXXXXX", NULL);
	g_setenv("STATE_DIRECTORY", home, TRUE);
	n_asked = 0;
	server = server_start(answer, NULL, false);
	account = (struct account_config){.name = name,
	                                  .oauth_client_id = client,
	                                  .login_url = page,
	                                  .oauth_scope = scope,
	                                  .oauth_token_url = server_url(server, "/token"),
	                                  .timeout = 20};
}

static void tear_down(void)
{
	g_autoptr(GDir) names = g_dir_open(home, 0, NULL);
	for (const char *name = g_dir_read_name(names); name != NULL;
	     name = g_dir_read_name(names)) {
		g_autofree char *path = g_build_filename(home, name, NULL);
		g_unlink(path);
	}
	g_rmdir(home);
	g_clear_pointer(&home, g_free);
	g_free(account.oauth_token_url);
	server_stop(server);
}

/* A value of the query of an address, or of a form. Owned; NULL = it is not there. */
static char *value_of(const char *text, const char *name)
{
	const char *query = strchr(text, '?');
	g_autoptr(GHashTable) values = g_uri_parse_params(query != NULL ? query + 1 : text, -1, "&",
	                                                  G_URI_PARAMS_WWW_FORM, NULL);
	ck_assert_ptr_nonnull(values);
	return g_strdup(g_hash_table_lookup(values, name));
}

static void assert_value(const char *text, const char *name, const char *expected)
{
	g_autofree char *value = value_of(text, name);
	ck_assert_msg(g_strcmp0(value, expected) == 0, "%s is \"%s\", not \"%s\"", name,
	              value != NULL ? value : "(nothing)",
	              expected != NULL ? expected : "(nothing)");
}

static const char *form_of(guint index)
{
	return strstr(server_request(server, index), "\r\n\r\n") + 4;
}

static bool redeem(gint64 now, GError **error)
{
	struct oauth_request request = {0};
	oauth_request_init(&request, &account, "http://127.0.0.1:5/return", "s");
	const bool is_done = oauth_redeem(&account, NULL, &request, "code", now, error);
	oauth_request_clear(&request);
	return is_done;
}

static void sign_in(gint64 now)
{
	g_autoptr(GError) error = NULL;
	ck_assert_msg(redeem(now, &error), "%s", error != NULL ? error->message : "");
}

static void assert_access(gint64 now, const char *expected)
{
	g_autoptr(GError) error = NULL;
	char *access = oauth_access(&account, NULL, now, &error);
	ck_assert_msg(g_strcmp0(access, expected) == 0, "%s",
	              error != NULL ? error->message : access);
	secret_free(access);
}

static void assert_no_access(gint64 now, enum passerelle_error code, const char *words)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(oauth_access(&account, NULL, now, &error));
	ck_assert_ptr_nonnull(error);
	ck_assert_msg(passerelle_error_is(error, code), "%s", error->message);
	ck_assert_msg(strstr(error->message, words) != NULL, "%s", error->message);
	ck_assert_ptr_null(strstr(error->message, "REFRESH"));
}

#define FIRST                                                                                      \
	"{\"access_token\":\"A1\",\"refresh_token\":\"REFRESH1\",\"expires_in\":3600,\"token_"     \
	"type\":\"Bearer\"}"

START_TEST(the_page_is_asked_for_a_code_that_only_we_can_redeem)
{
	static const char *const given[] = {FIRST, NULL};
	answers = given;
	struct oauth_request request = {0};
	oauth_request_init(&request, &account, "http://127.0.0.1:5/return", "st&te");
	ck_assert(g_str_has_prefix(request.address, "https://example.org/auth?a=b&"));
	assert_value(request.address, "response_type", "code");
	assert_value(request.address, "client_id", "client 1");
	assert_value(request.address, "redirect_uri", "http://127.0.0.1:5/return");
	assert_value(request.address, "scope", "mail calendar");
	assert_value(request.address, "state", "st&te");
	assert_value(request.address, "code_challenge_method", "S256");
	ck_assert_ptr_null(strstr(request.address, request.verifier));
	ck_assert(oauth_redeem(&account, "se&cret", &request, "c/o+de", NOW, NULL));
	assert_value(form_of(0), "grant_type", "authorization_code");
	assert_value(form_of(0), "code", "c/o+de");
	assert_value(form_of(0), "redirect_uri", "http://127.0.0.1:5/return");
	assert_value(form_of(0), "client_id", "client 1");
	assert_value(form_of(0), "client_secret", "se&cret");
	/* RFC 7636, 4.6: BASE64URL(SHA256(verifier)) is the challenge */
	g_autofree char *verifier = value_of(form_of(0), "code_verifier");
	g_autofree char *challenge = value_of(request.address, "code_challenge");
	ck_assert_uint_ge(strlen(verifier), 43);
	ck_assert_uint_eq(strlen(challenge), 43);
	g_strdelimit(challenge, "-", '+');
	g_strdelimit(challenge, "_", '/');
	g_autofree char *padded = g_strconcat(challenge, "=", NULL);
	gsize size = 0;
	g_autofree guchar *digest = g_base64_decode(padded, &size);
	g_autofree char *expected = g_compute_checksum_for_string(G_CHECKSUM_SHA256, verifier, -1);
	GString *hex = g_string_new(NULL);
	for (gsize i = 0; i < size; i++) {
		g_string_append_printf(hex, "%02x", digest[i]);
	}
	ck_assert_str_eq(hex->str, expected);
	g_string_free(hex, TRUE);
	oauth_request_clear(&request);
}
END_TEST

START_TEST(the_tokens_lie_where_nobody_else_reads_them_and_are_used_until_they_end)
{
	static const char *const given[] = {
		FIRST, "{\"access_token\":\"A2\",\"token_type\":\"bearer\",\"expires_in\":100}",
		"{\"access_token\":\"A3\",\"refresh_token\":\"REFRESH2\"}", FIRST, NULL};
	answers = given;
	ck_assert(!oauth_is_signed_in(&account));
	sign_in(NOW);
	ck_assert(oauth_is_signed_in(&account));
	g_autofree char *path = paths_of_account("home", ".oauth");
	struct stat about;
	ck_assert_int_eq(stat(path, &about), 0);
	ck_assert_uint_eq(about.st_mode & 0777, 0600);
	assert_access(NOW + 3500, "A1");
	ck_assert_int_eq(n_asked, 1);
	assert_access(NOW + 3545, "A2"); /* less than a minute is left */
	assert_value(form_of(1), "grant_type", "refresh_token");
	assert_value(form_of(1), "refresh_token", "REFRESH1");
	assert_access(NOW + 3550, "A2");
	assert_access(NOW + 3700, "A3"); /* the old refresh token was good once more */
	assert_value(form_of(2), "refresh_token", "REFRESH1");
	assert_access(NOW + 9000, "A1");
	assert_value(form_of(3), "refresh_token", "REFRESH2");
}
END_TEST

static const struct {
	const char *answer;
	enum passerelle_error code;
	const char *words;
} refusals[] = {
	{"400 Bad Request{\"error\":\"invalid_grant\"}", PASSERELLE_ERROR_AUTH,
         "passerelle login home"},
	{"400 Bad Request{}", PASSERELLE_ERROR_AUTH, "HTTP 400"},
	{"401 Unauthorized{\"error\":\"invalid_client\"}", PASSERELLE_ERROR_CONFIG,
         "invalid_client"},
	{"400 Bad Request{\"error\":\"invalid_scope\"}", PASSERELLE_ERROR_CONFIG, "invalid_scope"},
	{"503 Service Unavailable{\"error\":\"REFRESH1\"}", PASSERELLE_ERROR_NETWORK,
         "out of order"},
	{"429 Too Many{}", PASSERELLE_ERROR_NETWORK, "out of order"},
	{"200 OK{}", PASSERELLE_ERROR_PROTOCOL, "no bearer token"},
	{"200 OK{\"access_token\":\"x\",\"token_type\":\"mac\"}", PASSERELLE_ERROR_PROTOCOL,
         "no bearer token"},
	{"302 Found{}", PASSERELLE_ERROR_AUTH, "HTTP 302"},
};

START_TEST(what_the_server_refuses_is_told_by_what_can_be_done)
{
	const char *const given[] = {FIRST, refusals[_i].answer, FIRST, NULL};
	answers = given;
	sign_in(NOW);
	assert_no_access(NOW + 4000, refusals[_i].code, refusals[_i].words);
	assert_access(NOW + 4000, "A1"); /* nothing was lost by it */
}
END_TEST

START_TEST(who_never_signed_in_is_told_to)
{
	assert_no_access(NOW, PASSERELLE_ERROR_AUTH, "type passerelle login home");
	ck_assert_int_eq(n_asked, 0);
}
END_TEST

static gpointer take_access(gpointer data)
{
	(void)data;
	return oauth_access(&account, NULL, NOW + 4000, NULL);
}

START_TEST(of_many_at_once_one_refreshes)
{
	static const char *const given[] = {
		FIRST,
		"{\"access_token\":\"A2\",\"refresh_token\":\"REFRESH2\",\"expires_in\":3600}",
		"400 Bad Request{\"error\":\"invalid_grant\"}", NULL};
	answers = given;
	sign_in(NOW);
	GThread *threads[8];
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
		threads[i] = g_thread_new("client", take_access, NULL);
	}
	for (guint i = 0; i < G_N_ELEMENTS(threads); i++) {
		char *access = g_thread_join(threads[i]);
		ck_assert_str_eq(access, "A2");
		secret_free(access);
	}
	ck_assert_int_eq(n_asked, 2);
}
END_TEST

START_TEST(a_damaged_file_is_as_good_as_none)
{
	static const char *const texts[] = {"", "{", "[1,2]", "{\"refresh\":7,\"until\":\"x\"}"};
	g_autofree char *path = paths_of_account("home", ".oauth");
	for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
		ck_assert(g_file_set_contents(path, texts[i], -1, NULL));
		assert_no_access(NOW, PASSERELLE_ERROR_AUTH, "passerelle login");
	}
	/* an end, and nothing that ends then */
	g_autofree char *hollow =
		g_strdup_printf("{\"client\":\"client 1\",\"server\":\"%s\",\"until\":%d}",
	                        account.oauth_token_url, NOW + 3600);
	ck_assert(g_file_set_contents(path, hollow, -1, NULL));
	assert_no_access(NOW, PASSERELLE_ERROR_AUTH, "passerelle login");
}
END_TEST

START_TEST(tokens_go_to_nobody_but_the_client_and_the_server_that_they_are_of)
{
	static const char *const given[] = {FIRST, NULL};
	static char other_client[] = "client 2";
	answers = given;
	sign_in(NOW);
	char *client = account.oauth_client_id, *address = account.oauth_token_url;
	g_autofree char *other_address = server_url(server, "/other");
	account.oauth_client_id = other_client;
	ck_assert(!oauth_is_signed_in(&account));
	assert_no_access(NOW + 10, PASSERELLE_ERROR_AUTH, "another oauth_client_id");
	account.oauth_client_id = client;
	account.oauth_token_url = other_address;
	ck_assert(!oauth_is_signed_in(&account));
	assert_no_access(NOW + 4000, PASSERELLE_ERROR_AUTH, "type passerelle login home");
	account.oauth_token_url = address;
	ck_assert_int_eq(n_asked, 1);
	ck_assert(oauth_is_signed_in(&account));
	assert_access(NOW + 10, "A1");
}
END_TEST

START_TEST(a_sign_in_that_does_not_last_takes_the_place_of_none)
{
	static const char *const given[] = {
		FIRST, "{\"access_token\":\"A2\",\"token_type\":\"bearer\",\"expires_in\":3600}",
		NULL};
	answers = given;
	sign_in(NOW);
	g_autoptr(GError) error = NULL;
	ck_assert(!redeem(NOW + 10, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
	ck_assert_ptr_nonnull(strstr(error->message, "access_type=offline"));
	ck_assert_ptr_nonnull(strstr(error->message, "offline_access"));
	ck_assert(oauth_is_signed_in(&account));
	assert_access(NOW + 20, "A1");
}
END_TEST

static gpointer sign_in_apart(gpointer data)
{
	(void)data;
	return GINT_TO_POINTER(redeem(NOW, NULL));
}

START_TEST(a_sign_in_waits_until_a_refresh_has_ended)
{
	static const char *const given[] = {FIRST, NULL};
	answers = given;
	g_autofree char *path = paths_of_account("home", ".oauth.lock");
	struct durable_lock *lock = durable_lock_take(path, NULL);
	ck_assert_ptr_nonnull(lock);
	GThread *thread = g_thread_new("login", sign_in_apart, NULL);
	g_usleep(G_USEC_PER_SEC / 2);
	const gint asked = g_atomic_int_get(&n_asked);
	durable_lock_release(lock);
	ck_assert(GPOINTER_TO_INT(g_thread_join(thread)));
	ck_assert_int_eq(asked, 0);
	assert_access(NOW, "A1");
}
END_TEST

START_TEST(a_token_that_is_refused_is_replaced_once)
{
	static const char *const given[] = {
		FIRST,
		"{\"access_token\":\"A2\",\"expires_in\":3600}",
		"{\"access_token\":\"A3\",\"expires_in\":3600}",
		"{\"access_token\":\"A4\",\"expires_in\":3600}",
		NULL,
	};
	answers = given;
	ck_assert(!oauth_distrust(&account, "A1", NOW));
	sign_in(NOW);
	ck_assert(oauth_distrust(&account, "A0", NOW + 1000)); /* not the one that is stored */
	assert_access(NOW + 1000, "A1");
	ck_assert(oauth_distrust(&account, "A1", NOW + 1000));
	ck_assert(oauth_distrust(&account, "A1", NOW + 1001)); /* by a second service */
	ck_assert_int_eq(n_asked, 1);
	assert_access(NOW + 1010, "A2");
	/* a new one is refused, too: it is not for its age, and never tried again and again */
	ck_assert(!oauth_distrust(&account, "A2", NOW + 1020));
	assert_access(NOW + 1030, "A2");
	ck_assert(!oauth_distrust(&account, "A2", NOW + 3000));
	assert_access(NOW + 3010, "A2");
	ck_assert_int_eq(n_asked, 2);
	assert_access(NOW + 4600, "A3"); /* the other one has ended */
	/* this one was good for a while */
	ck_assert(oauth_distrust(&account, "A3", NOW + 5500));
	assert_access(NOW + 5510, "A4");
	ck_assert_int_eq(n_asked, 4);
}
END_TEST

START_TEST(a_token_of_a_time_to_come_is_not_believed)
{
	static const char *const given[] = {FIRST, "{\"access_token\":\"A2\",\"expires_in\":3600}",
	                                    NULL};
	answers = given;
	sign_in(NOW + 30);
	assert_access(NOW, "A1"); /* so much a clock may be set back */
	n_asked = 0;
	sign_in(NOW + 30 * 24 * 3600);
	assert_access(NOW, "A2");
}
END_TEST

START_TEST(what_is_stopped_before_it_began_says_so)
{
	static const char *const given[] = {FIRST, NULL};
	answers = given;
	sign_in(NOW);
	interrupt_install();
	raise(SIGTERM);
	assert_no_access(NOW, PASSERELLE_ERROR_CANCELLED, "stop");
	ck_assert(!oauth_distrust(&account, "A1", NOW + 1000));
}
END_TEST

/* The literal blocks behind .Sh EXAMPLES, one after the other: they are one configuration. */
static struct config *examples_of_manual(void)
{
	g_autofree char *path = g_build_filename(TEST_SOURCE_DIR, "conf/passerelle.conf.5", NULL);
	g_autofree char *manual = NULL;
	ck_assert_msg(g_file_get_contents(path, &manual, NULL, NULL), "%s", path);
	const char *at = strstr(manual, "\n.Sh EXAMPLES\n");
	ck_assert_ptr_nonnull(at);
	g_autoptr(GString) text = g_string_new(NULL);
	for (at = strstr(at, "\n.Bd -literal\n"); at != NULL; at = strstr(at, "\n.Bd -literal\n")) {
		const char *start = at + strlen("\n.Bd -literal\n");
		at = strstr(start, "\n.Ed\n");
		ck_assert_ptr_nonnull(at);
		g_string_append_len(text, start, at + 1 - start);
	}
	g_autoptr(GError) error = NULL;
	struct config *config = config_parse(text->str, text->len, "the manual", &error);
	ck_assert_msg(config != NULL, "%s", error != NULL ? error->message : "");
	return config;
}

static char *page_of(const struct config *config, const char *name)
{
	const struct account_config *one = config_account(config, name);
	ck_assert_msg(one != NULL, "%s", name);
	struct oauth_request request = {0};
	oauth_request_init(&request, one, "http://127.0.0.1:5/return", "s");
	char *address = g_strdup(request.address);
	oauth_request_clear(&request);
	return address;
}

START_TEST(the_examples_of_the_manual_ask_for_a_sign_in_that_lasts)
{
	OWNED(config) config = examples_of_manual();
	g_autofree char *google = page_of(config, "google");
	ck_assert(g_str_has_prefix(google, "https://accounts.google.com/o/oauth2/v2/auth?"));
	assert_value(google, "access_type", "offline");
	assert_value(google, "prompt", "consent");
	assert_value(google, "scope",
	             "https://www.googleapis.com/auth/carddav "
	             "https://www.googleapis.com/auth/calendar https://mail.google.com/");
	g_autofree char *outlook = page_of(config, "outlook");
	assert_value(outlook, "scope",
	             "https://outlook.office.com/IMAP.AccessAsUser.All offline_access");
	for (enum part part = 0; part < PARTS; part++) {
		ck_assert(oauth_serves(config_account(config, "google"), part));
		ck_assert(!oauth_serves(config_account(config, "home"), part));
	}
	ck_assert(oauth_serves(config_account(config, "outlook"), PART_MESSAGES));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("app/oauth");
	TCase *tests = tcase_create("oauth");
	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, the_page_is_asked_for_a_code_that_only_we_can_redeem);
	tcase_add_test(tests,
	               the_tokens_lie_where_nobody_else_reads_them_and_are_used_until_they_end);
	tcase_add_loop_test(tests, what_the_server_refuses_is_told_by_what_can_be_done, 0,
	                    G_N_ELEMENTS(refusals));
	tcase_add_test(tests, who_never_signed_in_is_told_to);
	tcase_add_test(tests, of_many_at_once_one_refreshes);
	tcase_add_test(tests, a_damaged_file_is_as_good_as_none);
	tcase_add_test(tests, tokens_go_to_nobody_but_the_client_and_the_server_that_they_are_of);
	tcase_add_test(tests, a_sign_in_that_does_not_last_takes_the_place_of_none);
	tcase_add_test(tests, a_sign_in_waits_until_a_refresh_has_ended);
	tcase_add_test(tests, a_token_that_is_refused_is_replaced_once);
	tcase_add_test(tests, a_token_of_a_time_to_come_is_not_believed);
	tcase_add_test(tests, the_examples_of_the_manual_ask_for_a_sign_in_that_lasts);
	tcase_add_test(tests, what_is_stopped_before_it_began_says_so);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
