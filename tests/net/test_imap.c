/* SPDX-License-Identifier: MIT */
/* Tests of the connection to an IMAP server: what is secure, how it signs in, what it says when
 * something is wrong. */
#include "net/imap.h"

#include "net/imap_server.h"

#include <stdio.h>

#define CERTIFICATE TEST_FIXTURES "/tls/loopback.pem"

static const struct imap_settings usual = {.user = "ada", .password = SECRET, .timeout_ms = 20000};

/* Opens, and expects that to fail with these words and without the secret. */
static void expect_refusal(const struct imap_settings *settings, enum passerelle_error code,
                           const char *words)
{
	g_autoptr(GError) error = NULL;
	struct imap *imap = imap_open(settings, &error);
	ck_assert_ptr_null(imap);
	ck_assert_ptr_nonnull(error);
	ck_assert_msg(passerelle_error_is(error, code), "code %d: %s", error->code, error->message);
	ck_assert_msg(strstr(error->message, words) != NULL, "\"%s\" lacks \"%s\"", error->message,
	              words);
	ck_assert(strstr(error->message, "SECRET") == NULL);
}

static struct imap *open_well(const struct imap_settings *settings)
{
	g_autoptr(GError) error = NULL;
	struct imap *imap = imap_open(settings, &error);
	ck_assert_msg(imap != NULL, "%s", error == NULL ? "" : error->message);
	return imap;
}

/* Signs in at a usual server, with the settings changed to fit it. */
static void expect_sign_in(struct imap_world *world, enum imap_security security,
                           struct imap_settings settings)
{
	imap_world_start(world, security);
	g_autofree char *url = imap_world_url(world);
	settings.url = url;
	struct imap *imap = open_well(&settings);
	ck_assert(imap_has(imap, "IDLE"));
	ck_assert(!imap_has(imap, "ESEARCH"));
	imap_close(imap);
	ck_assert_uint_eq(world->n_sign_ins, 1);
	imap_world_stop(world);
}

static void expect_no_sign_in(struct imap_world *world, enum imap_security security,
                              struct imap_settings settings, enum passerelle_error code,
                              const char *words)
{
	imap_world_start(world, security);
	g_autofree char *url = imap_world_url(world);
	settings.url = settings.url == NULL ? url : settings.url;
	expect_refusal(&settings, code, words);
	ck_assert_uint_eq(world->n_sign_ins, 0);
	imap_world_stop(world);
}

/* ---- security ---- */

START_TEST(loopback_is_spoken_to_plainly)
{
	struct imap_world world = {0};
	expect_sign_in(&world, IMAP_PLAIN, usual);
}
END_TEST

START_TEST(imaps_is_verified_with_the_ca_file)
{
	struct imap_world world = {0};
	struct imap_settings settings = usual;
	settings.ca_file = CERTIFICATE;
	expect_sign_in(&world, IMAP_TLS, settings);
}
END_TEST

START_TEST(a_certificate_that_nobody_vouches_for_is_refused)
{
	struct imap_world world = {0};
	expect_no_sign_in(&world, IMAP_TLS, usual, PASSERELLE_ERROR_NETWORK,
	                  "the certificate cannot be verified: ");
}
END_TEST

START_TEST(a_certificate_of_another_host_is_refused)
{
	struct imap_world world = {0};
	struct imap_settings settings = usual;
	imap_world_start(&world, IMAP_TLS);
	g_autofree char *url = g_strdup_printf("imaps://[::ffff:127.0.0.1]:%u", world.server->port);
	settings.url = url;
	settings.ca_file = CERTIFICATE;
	expect_refusal(&settings, PASSERELLE_ERROR_NETWORK, "the certificate cannot be verified: ");
	imap_world_stop(&world);
}
END_TEST

START_TEST(starttls_comes_before_everything_where_tls_is_meant)
{
	struct imap_world world = {0};
	struct imap_settings settings = usual;
	settings.ca_file = CERTIFICATE;
	expect_sign_in(&world, IMAP_STARTTLS, settings);
}
END_TEST

static void expect_nothing_secret_heard(struct imap_world *world)
{
	ck_assert(!imap_world_heard(world, "AUTHENTICATE"));
	ck_assert(!imap_world_heard(world, "LOGIN"));
}

/* The address is this computer's, but not one that is known to be. */
static void open_elsewhere(struct imap_world *world, const char *ca_file)
{
	struct imap_settings settings = usual;
	g_autofree char *url = g_strdup_printf("imap://[::ffff:127.0.0.1]:%u", world->server->port);
	settings.url = url;
	settings.ca_file = ca_file;
	expect_refusal(&settings, PASSERELLE_ERROR_NETWORK, "(STARTTLS): not signed in");
	expect_nothing_secret_heard(world);
}

START_TEST(a_server_elsewhere_without_starttls_hears_nothing_secret)
{
	struct imap_world world = {0};
	imap_world_start(&world, IMAP_PLAIN);
	open_elsewhere(&world, NULL);
	imap_world_stop(&world);
}
END_TEST

static enum imap_step deny_starttls(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || strcmp(command, "STARTTLS") != 0) {
		return IMAP_USUAL;
	}
	imap_tell(peer, "%s NO not today", tag);
	return IMAP_HANDLED;
}

START_TEST(a_server_that_denies_starttls_hears_nothing_secret)
{
	struct imap_world world = {.before = "STARTTLS AUTH=PLAIN SASL-IR",
	                           .script = deny_starttls};
	imap_world_start(&world, IMAP_PLAIN);
	open_elsewhere(&world, NULL);
	imap_world_stop(&world);
}
END_TEST

static enum imap_step greet_as_if_signed_in(struct imap_peer *peer, const char *tag,
                                            const char *command)
{
	(void)command;
	if (tag != NULL) {
		return IMAP_USUAL;
	}
	imap_tell(peer, "* PREAUTH come in");
	return IMAP_HANDLED;
}

/* Who is on the way can say so to keep TLS away: STARTTLS is not allowed after it. */
START_TEST(a_plain_server_that_says_we_are_signed_in_is_refused_elsewhere)
{
	struct imap_world world = {.before = "STARTTLS AUTH=PLAIN",
	                           .script = greet_as_if_signed_in};
	imap_world_start(&world, IMAP_PLAIN);
	open_elsewhere(&world, NULL);
	imap_world_stop(&world);
}
END_TEST

static enum imap_step inject_behind_starttls(struct imap_peer *peer, const char *tag,
                                             const char *command)
{
	if (tag == NULL || strcmp(command, "STARTTLS") != 0) {
		return IMAP_USUAL;
	}
	imap_tell(peer, "%s OK go on\r\n* CAPABILITY AUTH=PLAIN\r\nA003 OK done", tag);
	return imap_start_tls(peer) ? IMAP_HANDLED : IMAP_GONE;
}

/* What was said before TLS must not be taken for what is said inside (CVE-2021-22947). */
START_TEST(what_is_slipped_in_before_tls_ends_the_connection)
{
	struct imap_world world = {.script = inject_behind_starttls};
	struct imap_settings settings = usual;
	settings.ca_file = CERTIFICATE;
	expect_no_sign_in(&world, IMAP_STARTTLS, settings, PASSERELLE_ERROR_PROTOCOL, "");
}
END_TEST

START_TEST(a_pinned_key_lets_no_other_server_in)
{
	struct imap_world world = {0};
	struct imap_settings settings = usual;
	settings.ca_file = CERTIFICATE;
	settings.pinned_key = "sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
	expect_no_sign_in(&world, IMAP_TLS, settings, PASSERELLE_ERROR_CONFIG,
	                  "the server's key is not the one of pinned_key");
}
END_TEST

/* Of tests/fixtures/tls/loopback.pem. */
static char *own_pin(void)
{
	g_autofree char *command = g_strdup_printf(
		"sh -c 'openssl x509 -in %s -pubkey -noout | openssl pkey -pubin -outform der | "
		"openssl dgst -sha256 -binary | openssl base64 -A'",
		CERTIFICATE);
	g_autofree char *hash = NULL;
	ck_assert(g_spawn_command_line_sync(command, &hash, NULL, NULL, NULL));
	return g_strconcat("sha256//", hash, NULL);
}

START_TEST(a_pinned_key_lets_its_server_in)
{
	struct imap_world world = {0};
	struct imap_settings settings = usual;
	g_autofree char *pin = own_pin();
	settings.ca_file = CERTIFICATE;
	settings.pinned_key = pin;
	expect_sign_in(&world, IMAP_STARTTLS, settings);
}
END_TEST

START_TEST(an_address_of_a_mailbox_is_known)
{
	ck_assert(imap_is_address("imap://localhost"));
	ck_assert(imap_is_address("imaps://mail.example:1993/"));
	ck_assert(imap_is_address("imap://[::1]"));
	ck_assert(!imap_is_address("http://127.0.0.1"));
	ck_assert(!imap_is_address("imap://user@127.0.0.1"));
	ck_assert(!imap_is_address("mail.example"));
	ck_assert(!imap_is_address(""));
}
END_TEST

START_TEST(what_is_no_address_of_a_mailbox_is_a_mistake_in_the_configuration)
{
	const char *const urls[] = {"http://127.0.0.1", "imap://ada:" SECRET "@127.0.0.1",
	                            "imap://", "127.0.0.1", ""};
	struct imap_settings settings = usual;
	for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
		settings.url = urls[i];
		expect_refusal(&settings, PASSERELLE_ERROR_CONFIG, "is no imaps:// or imap://");
	}
}
END_TEST

START_TEST(a_file_that_is_not_there_is_named)
{
	struct imap_settings settings = usual;
	settings.url = "imap://127.0.0.1:1";
	settings.ca_file = "/nowhere/ca.pem";
	expect_refusal(&settings, PASSERELLE_ERROR_CONFIG, "ca_file \"/nowhere/ca.pem\"");
	settings.ca_file = NULL;
	settings.client_certificate = "/nowhere/me.pem";
	expect_refusal(&settings, PASSERELLE_ERROR_CONFIG, "client_certificate \"/nowhere");
}
END_TEST

START_TEST(a_refused_connection_is_told_as_it_is)
{
	struct imap_world world = {0};
	struct imap_settings settings = usual;
	imap_world_start(&world, IMAP_PLAIN);
	g_autofree char *url = imap_world_url(&world);
	imap_world_stop(&world);
	settings.url = url;
	expect_refusal(&settings, PASSERELLE_ERROR_NETWORK, ": connection refused");
}
END_TEST

/* ---- signing in ---- */

START_TEST(a_password_goes_by_plain)
{
	struct imap_world world = {.before = "AUTH=LOGIN AUTH=PLAIN"};
	imap_world_start(&world, IMAP_PLAIN);
	g_autofree char *url = imap_world_url(&world);
	struct imap_settings settings = usual;
	settings.url = url;
	imap_close(open_well(&settings));
	ck_assert(imap_world_heard(&world, "AUTHENTICATE PLAIN"));
	ck_assert_uint_eq(world.n_sign_ins, 1);
	imap_world_stop(&world);
}
END_TEST

START_TEST(a_password_goes_by_login_where_plain_is_not_offered)
{
	struct imap_world world = {.before = "AUTH=GSSAPI AUTH=NTLM"};
	expect_sign_in(&world, IMAP_PLAIN, usual);
}
END_TEST

START_TEST(a_password_stays_here_where_logins_are_disabled)
{
	struct imap_world world = {.before = "LOGINDISABLED AUTH=XOAUTH2"};
	expect_no_sign_in(&world, IMAP_PLAIN, usual, PASSERELLE_ERROR_CONFIG,
	                  "the server takes no password here");
}
END_TEST

/* A server that shakes no hand without a certificate. */
START_TEST(a_certificate_alone_signs_in)
{
	static const char *const users[] = {NULL, "ada"};
	for (gsize i = 0; i < G_N_ELEMENTS(users); i++) {
		struct imap_world world = {.before = "AUTH=PLAIN AUTH=EXTERNAL SASL-IR"};
		imap_world_start(&world, IMAP_TLS);
		world.server->wants_certificate = true;
		g_autofree char *url = imap_world_url(&world);
		const struct imap_settings settings = {
			.url = url,
			.user = users[i],
			.ca_file = CERTIFICATE,
			.client_certificate = CERTIFICATE,
			.client_key = TEST_FIXTURES "/tls/loopback.key",
			.timeout_ms = 20000,
		};
		imap_close(open_well(&settings));
		ck_assert_uint_eq(world.n_sign_ins, 1);
		imap_world_stop(&world);
	}
}
END_TEST

START_TEST(without_its_certificate_nobody_gets_in)
{
	struct imap_world world = {0};
	struct imap_settings settings = usual;
	imap_world_start(&world, IMAP_TLS);
	world.server->wants_certificate = true;
	g_autofree char *url = imap_world_url(&world);
	settings.url = url;
	settings.ca_file = CERTIFICATE;
	expect_refusal(&settings, PASSERELLE_ERROR_NETWORK, "");
	expect_nothing_secret_heard(&world);
	imap_world_stop(&world);
}
END_TEST

static const struct imap_settings with_token = {
	.user = "ada", .bearer = SECRET, .timeout_ms = 20000};

START_TEST(a_token_goes_by_oauthbearer)
{
	struct imap_world world = {.before = "SASL-IR AUTH=XOAUTH2 AUTH=OAUTHBEARER AUTH=PLAIN"};
	expect_sign_in(&world, IMAP_PLAIN, with_token);
}
END_TEST

START_TEST(a_token_goes_by_xoauth2)
{
	struct imap_world world = {.before = "AUTH=XOAUTH2 AUTH=PLAIN"};
	expect_sign_in(&world, IMAP_PLAIN, with_token);
}
END_TEST

START_TEST(a_token_is_not_sent_as_a_password)
{
	struct imap_world world = {.before = "AUTH=PLAIN"};
	expect_no_sign_in(&world, IMAP_PLAIN, with_token, PASSERELLE_ERROR_CONFIG,
	                  "the server takes no token here");
}
END_TEST

START_TEST(a_wrong_password_or_token_is_told_with_the_servers_words)
{
	static const char *const offers[] = {
		"AUTH=PLAIN",   "AUTH=PLAIN SASL-IR",   "",
		"AUTH=XOAUTH2", "AUTH=XOAUTH2 SASL-IR", "AUTH=OAUTHBEARER SASL-IR"};
	for (gsize i = 0; i < G_N_ELEMENTS(offers); i++) {
		struct imap_world world = {.before = offers[i]};
		struct imap_settings settings = usual;
		const bool has_token =
			strstr(offers[i], "AUTH2") != NULL || strstr(offers[i], "BEARER") != NULL;
		settings.password = has_token ? NULL : "SECRETbut wrong";
		settings.bearer = has_token ? "SECRETbut wrong" : NULL;
		expect_no_sign_in(&world, IMAP_PLAIN, settings, PASSERELLE_ERROR_AUTH,
		                  "the server says: [AUTHENTICATIONFAILED] wrong");
	}
}
END_TEST

/* Answers each sign-in with the words in the data. */
static enum imap_step judge_by_data(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || !g_str_has_prefix(command, "AUTHENTICATE")) {
		return IMAP_USUAL;
	}
	imap_tell(peer, "%s %s", tag, (const char *)peer->world->data);
	return IMAP_HANDLED;
}

START_TEST(a_server_that_is_busy_has_not_refused_the_password)
{
	static const struct {
		const char *words;
		enum passerelle_error code;
	} answers[] = {
		{"NO [UNAVAILABLE] later", PASSERELLE_ERROR_NETWORK},
		{"NO [limit] again", PASSERELLE_ERROR_NETWORK},
		{"NO [ALERT] Too many simultaneous connections. (Failure)",
	         PASSERELLE_ERROR_NETWORK},
		{"NO [ALERT] Please log in via your web browser", PASSERELLE_ERROR_AUTH},
		{"NO", PASSERELLE_ERROR_AUTH},
		{"BAD what", PASSERELLE_ERROR_PROTOCOL},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
		struct imap_world world = {.script = judge_by_data,
		                           .data = (char *)answers[i].words};
		expect_no_sign_in(&world, IMAP_PLAIN, usual, answers[i].code, "the server says: ");
	}
}
END_TEST

START_TEST(a_server_that_repeats_the_password_does_not_get_it_into_the_message)
{
	g_autofree char *response =
		g_base64_encode((const guchar *)"\0ada\0" SECRET, sizeof("\0ada\0" SECRET) - 1);
	g_autofree char *echoed = g_strconcat("NO wrong: ", response, NULL);
	char plain[] = "NO wrong: " SECRET;
	char *const echoes[] = {plain, echoed};
	for (gsize i = 0; i < G_N_ELEMENTS(echoes); i++) {
		struct imap_world world = {.script = judge_by_data, .data = echoes[i]};
		expect_no_sign_in(&world, IMAP_PLAIN, usual, PASSERELLE_ERROR_AUTH, "[hidden]");
	}
}
END_TEST

static enum imap_step ask_on_and_on(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || !g_str_has_prefix(command, "AUTHENTICATE")) {
		return IMAP_USUAL;
	}
	while (imap_tell(peer, "+ ")) {
		g_autofree char *line = imap_hear_line(peer);
		if (line == NULL) {
			break;
		}
	}
	return IMAP_GONE;
}

START_TEST(a_server_that_asks_on_and_on_is_left)
{
	struct imap_world world = {.script = ask_on_and_on};
	expect_no_sign_in(&world, IMAP_PLAIN, usual, PASSERELLE_ERROR_PROTOCOL,
	                  "the server asks on and on");
}
END_TEST

START_TEST(credentials_that_would_break_the_line_are_not_sent)
{
	struct imap_world world = {0};
	struct imap_settings settings = usual;
	settings.password = "SECRET\r\nx LOGOUT";
	expect_no_sign_in(&world, IMAP_PLAIN, settings, PASSERELLE_ERROR_CONFIG,
	                  "control character");
	settings = usual;
	settings.user = "a\001b";
	struct imap_world second = {0};
	expect_no_sign_in(&second, IMAP_PLAIN, settings, PASSERELLE_ERROR_CONFIG,
	                  "control character");
	settings.user = NULL;
	struct imap_world third = {0};
	expect_no_sign_in(&third, IMAP_PLAIN, settings, PASSERELLE_ERROR_CONFIG,
	                  "the user name is missing");
}
END_TEST

static enum imap_step turn_away(struct imap_peer *peer, const char *tag, const char *command)
{
	(void)tag, (void)command;
	imap_tell(peer, "* BYE too many connections from you");
	return IMAP_GONE;
}

START_TEST(a_server_that_turns_us_away_is_quoted)
{
	struct imap_world world = {.script = turn_away};
	expect_no_sign_in(&world, IMAP_PLAIN, usual, PASSERELLE_ERROR_NETWORK,
	                  "the server turns us away: too many connections from you");
}
END_TEST

static Suite *imap_suite(void)
{
	Suite *suite = suite_create("net/imap");
	TCase *security = tcase_create("security");
	tcase_set_timeout(security, 60);
	tcase_add_test(security, loopback_is_spoken_to_plainly);
	tcase_add_test(security, imaps_is_verified_with_the_ca_file);
	tcase_add_test(security, a_certificate_that_nobody_vouches_for_is_refused);
	tcase_add_test(security, a_certificate_of_another_host_is_refused);
	tcase_add_test(security, starttls_comes_before_everything_where_tls_is_meant);
	tcase_add_test(security, a_server_elsewhere_without_starttls_hears_nothing_secret);
	tcase_add_test(security, a_server_that_denies_starttls_hears_nothing_secret);
	tcase_add_test(security, a_plain_server_that_says_we_are_signed_in_is_refused_elsewhere);
	tcase_add_test(security, what_is_slipped_in_before_tls_ends_the_connection);
	tcase_add_test(security, a_pinned_key_lets_no_other_server_in);
	tcase_add_test(security, a_pinned_key_lets_its_server_in);
	tcase_add_test(security, an_address_of_a_mailbox_is_known);
	tcase_add_test(security, what_is_no_address_of_a_mailbox_is_a_mistake_in_the_configuration);
	tcase_add_test(security, a_file_that_is_not_there_is_named);
	tcase_add_test(security, a_refused_connection_is_told_as_it_is);
	suite_add_tcase(suite, security);
	TCase *sign_in = tcase_create("sign-in");
	tcase_set_timeout(sign_in, 60);
	tcase_add_test(sign_in, a_password_goes_by_plain);
	tcase_add_test(sign_in, a_password_goes_by_login_where_plain_is_not_offered);
	tcase_add_test(sign_in, a_password_stays_here_where_logins_are_disabled);
	tcase_add_test(sign_in, a_certificate_alone_signs_in);
	tcase_add_test(sign_in, without_its_certificate_nobody_gets_in);
	tcase_add_test(sign_in, a_token_goes_by_oauthbearer);
	tcase_add_test(sign_in, a_token_goes_by_xoauth2);
	tcase_add_test(sign_in, a_token_is_not_sent_as_a_password);
	tcase_add_test(sign_in, a_wrong_password_or_token_is_told_with_the_servers_words);
	tcase_add_test(sign_in, a_server_that_is_busy_has_not_refused_the_password);
	tcase_add_test(sign_in,
	               a_server_that_repeats_the_password_does_not_get_it_into_the_message);
	tcase_add_test(sign_in, a_server_that_asks_on_and_on_is_left);
	tcase_add_test(sign_in, credentials_that_would_break_the_line_are_not_sent);
	tcase_add_test(sign_in, a_server_that_turns_us_away_is_quoted);
	suite_add_tcase(suite, sign_in);
	return suite;
}

int main(void)
{
	if (!server_load_tls()) {
		fputs("libgnutls.so.30 is missing\n", stderr);
		return 1;
	}
	SRunner *runner = srunner_create(imap_suite());
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
