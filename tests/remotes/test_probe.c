/* SPDX-License-Identifier: MIT */
/* What the service says when it is asked: one row per thing that can be wrong, and nothing is ever
 * written. */
#include "remotes/raw_world.h"

#define SECOND_PASSWORD "not the password"

/* All findings of a part: "ok TEXT" and "CODE TEXT" per line. Owned. */
static char *findings_of(struct world *world, const char *part)
{
	GString *text = g_string_new(NULL);
	g_autoptr(GPtrArray) findings = orange_driver.probe(world->remote, part);
	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);
		ck_assert((finding->text == NULL) != (finding->error == NULL));
		const char *line = finding->error != NULL ? finding->error->message : finding->text;
		const char *url = passerelle_error_url(finding->error);
		ck_assert_msg(g_str_has_prefix(line, part), "%s", line);
		ck_assert_ptr_null(strstr(line, world->token == NULL ? "\n" : world->token));
		g_string_append_printf(text, "%d %s%s%s\n",
		                       finding->error != NULL ? finding->error->code : -1, line,
		                       url != NULL ? " URL " : "", url != NULL ? url : "");
	}
	return g_string_free(text, FALSE);
}

#define OK      (-1)
#define CONFIG  PASSERELLE_ERROR_CONFIG
#define AUTH    PASSERELLE_ERROR_AUTH
#define CONSENT PASSERELLE_ERROR_CONSENT
#define NETWORK PASSERELLE_ERROR_NETWORK

/* How the account or the server is, what is asked, and what is found. */
static const struct row {
	const char *name, *part;
	int code;             /* of the finding with the last of the words */
	const char *words[4]; /* in their order */
	struct emulator_options options;
	const char *endpoint; /* behind the right one */
	const char *messages; /* the same, for messages alone */
	const char *password; /* NULL = the right one */
	const char *fault;    /* of the only call */
} rows[] = {
	{"contacts are well",
         "contacts",
         OK,
         {"answers (this machine, without TLS)", "password are accepted", "token is accepted",
          "consent to see is given"},
         .fault = NULL},
	{"calendar is well",
         "calendar",
         OK,
         {"answers", "password are accepted", "token is accepted", "no list of events is offered"},
         .fault = NULL},
	{"calendar with a list",
         "calendar",
         OK,
         {"token is accepted", "the list of events is offered"},
         .options.with_event_list = true},
	{"messages are well",
         "messages",
         OK,
         {"answers", "password are accepted", "token is accepted", "consent to see is given"},
         .options.unread = 3},
	{"wrong password",
         "contacts",
         CONFIG,
         {"answers", "the service id or the password is wrong", "error -8"},
         .password = SECOND_PASSWORD},
	{"not subscribed",
         "messages",
         CONFIG,
         {"answers", "not subscribed to this API (error -8"},
         .options.subscribed = "contacts"},
	{"unknown endpoint",
         "calendar",
         CONFIG,
         {"answers", "error -10", "correct endpoint or calendar_url"},
         .endpoint = "/Personal"},
	{"another page",
         "messages",
         CONFIG,
         {"answers", "no address of the Personal APIs (HTTP 404", "messages_url"},
         .messages = "/nowhere"},
	{"an HTML page",
         "contacts",
         CONFIG,
         {"answers", "no address of the Personal APIs (HTTP 200 with an HTML page)"},
         .fault = "html"},
	{"expired token",
         "contacts",
         AUTH,
         {"password are accepted", "invalid or has expired (error -1", "passerelle login home"},
         .options.token_lifetime = -1,
         .options.offline_lifetime = -1},
	{"no consent",
         "contacts",
         CONSENT,
         {"token is accepted", "consent to see is missing (error -3", " URL http"},
         .options.consent = "none"},
	{"consent to add alone",
         "contacts",
         CONSENT,
         {"consent to see is missing (error -3", " URL http"},
         .options.consent = "contact:add"},
	{"consent to see alone",
         "contacts",
         OK,
         {"consent to see is given", "consent to add is not known"},
         .options.consent = "contact:see"},
	{"no consent to messages",
         "messages",
         CONSENT,
         {"token is accepted", "consent to see is missing (error -3", " URL http"},
         .options.consent = "none"},
	{"consent to a part of messages",
         "messages",
         CONSENT,
         {"token is accepted", "consent to see EmailsLastNDetailed is missing", " URL http"},
         .options.consent = "messages:nbEmailSMS",
         .options.unread = 3},
	{"no consent to the calendar",
         "calendar",
         CONSENT,
         {"token is accepted", "consent is missing (error -3"},
         .fault = "code:-3"},
	{"no contacts",
         "contacts",
         NETWORK,
         {"token is accepted", "a problem with the account (error 100"},
         .fault = "code:100"},
	{"no calendar",
         "calendar",
         NETWORK,
         {"token is accepted", "a problem with the account (error 5"},
         .fault = "code:5"},
	{"no mailbox",
         "messages",
         NETWORK,
         {"token is accepted", "a problem with the account (error 102"},
         .fault = "code:102"},
	{"no mailbox either",
         "messages",
         NETWORK,
         {"a problem with the account (error 103"},
         .fault = "code:103"},
	{"gateway out of order",
         "contacts",
         NETWORK,
         {"answers", "out of order (error -4"},
         .fault = "internal"},
	{"server out of order",
         "contacts",
         NETWORK,
         {"answers", "out of order (HTTP 503"},
         .fault = "503"},
	{"no reply", "contacts", NETWORK, {"closed without a reply"}, .fault = "closed-before"},
};

static void add_fault(struct world *world, const char *kind)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *request = g_strdup_printf("fault?fault=*:next:%s", kind);
	g_autofree char *said = emulator_control(world->emulator, request, NULL, &error);
	ck_assert_msg(said != NULL, "%s: %s", kind, error == NULL ? "" : error->message);
}

/* The code of the line in which at stands. */
static int code_at(const char *findings, const char *at)
{
	while (at > findings && at[-1] != '\n') {
		at--;
	}
	return atoi(at);
}

static int last_code(const char *findings)
{
	return code_at(findings, findings + strlen(findings) - 1);
}

START_TEST(each_state_of_the_service_is_told_in_words_with_its_code)
{
	const struct row *row = &rows[_i];
	struct world world;
	world_init(&world, &row->options);
	g_autofree char *endpoint = g_strconcat(world.account.endpoint, row->endpoint, NULL);
	g_autofree char *messages = g_strconcat(world.account.endpoint, row->messages, NULL);
	world.account.settings.endpoint = endpoint;
	world.account.settings.messages_url = row->messages == NULL ? NULL : messages;
	if (row->password != NULL) {
		world.account.settings.service_password = row->password;
	}
	world_reopen(&world, 0);
	if (row->fault != NULL) {
		add_fault(&world, row->fault);
	}
	g_autofree char *findings = findings_of(&world, row->part);
	const char *at = findings;
	for (gsize i = 0; i < G_N_ELEMENTS(row->words) && row->words[i] != NULL; i++) {
		at = strstr(at, row->words[i]); /* in this order */
		ck_assert_msg(at != NULL, "%s: not \"%s\" in:\n%s", row->name, row->words[i],
		              findings);
	}
	ck_assert_msg(code_at(findings, at) == row->code, "%s:\n%s", row->name, findings);
	ck_assert_ptr_null(strstr(findings, SECOND_PASSWORD));
	ck_assert_uint_eq(emulator_count_writes(world.emulator, NULL), 0);
	ck_assert_uint_le(emulator_count_calls(world.emulator, NULL), 1);
	world_clear(&world);
}
END_TEST

/* ---- before any answer ---- */

static void expect_only(struct world *world, enum passerelle_error code, const char *words)
{
	g_autofree char *findings = findings_of(world, "contacts");
	ck_assert_msg(strstr(findings, words) != NULL, "%s", findings);
	ck_assert_ptr_eq(strchr(findings, '\n'), findings + strlen(findings) - 1);
	ck_assert_int_eq(atoi(findings), (int)code);
}

START_TEST(a_closed_port_and_an_unknown_host_are_told_apart)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	world.account.settings.contacts_url = "http://127.0.0.1:1/PersonalContacts/V1";
	world_reopen(&world, 0);
	expect_only(&world, PASSERELLE_ERROR_NETWORK, "127.0.0.1:1: connection refused");
	world.account.settings.contacts_url = "https://nobody.invalid/PersonalContacts/V1";
	world_reopen(&world, 0);
	expect_only(&world, PASSERELLE_ERROR_NETWORK, "nobody.invalid: the host's name cannot be");
	world.account.settings.contacts_url = "http://api.example.org/PersonalContacts/V1";
	world_reopen(&world, 0);
	expect_only(&world, PASSERELLE_ERROR_CONFIG, "plain http");
	world_clear(&world);
}
END_TEST

START_TEST(a_certificate_is_verified_or_the_reason_is_told)
{
	struct world world;
	g_autofree char *folder = g_dir_make_tmp("passerelle-XXXXXX", NULL);
	world_init(&world, &(struct emulator_options){.tls_self_signed = folder});
	expect_only(&world, PASSERELLE_ERROR_NETWORK, "the certificate cannot be verified");
	world.account.settings.ca_file = emulator_ca_file(world.emulator);
	world_reopen(&world, 0);
	g_autofree char *findings = findings_of(&world, "contacts");
	ck_assert_msg(strstr(findings, "answers, and its certificate is verified") != NULL, "%s",
	              findings);
	ck_assert_int_eq(last_code(findings), OK);
	world_clear(&world);
	static const char *const names[] = {"ca.pem", "server.pem", "server.key"};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(folder, names[i], NULL);
		g_unlink(path);
	}
	ck_assert_int_eq(g_rmdir(folder), 0);
}
END_TEST

/* ---- without a token ---- */

START_TEST(without_a_token_it_tells_what_comes_before_it)
{
	static const char *const parts[] = {"contacts", "calendar", "messages"};
	for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
		struct world world;
		world_init(&world, &(struct emulator_options){0});
		world.account.settings.token = NULL;
		world_reopen(&world, 0);
		g_autofree char *findings = findings_of(&world, parts[i]);
		ck_assert_ptr_nonnull(strstr(findings, "password are accepted\n"));
		ck_assert_ptr_null(strstr(findings, "token"));
		ck_assert_ptr_null(strstr(findings, "consent"));
		world.account.settings.service_password = SECOND_PASSWORD;
		world_reopen(&world, 0);
		g_autofree char *refused = findings_of(&world, parts[i]);
		ck_assert_int_eq(last_code(refused), PASSERELLE_ERROR_CONFIG);
		world_clear(&world);
	}
}
END_TEST

/* ---- the consent to add ---- */

START_TEST(the_consent_to_add_is_what_the_last_answer_said)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	g_autofree char *unknown = findings_of(&world, "contacts");
	ck_assert_ptr_nonnull(strstr(unknown, "-1 contacts: consent to add is not known"));

	ck_assert(world_call(&world, "contacts", "addcontact", "lastname=A"));
	g_autofree char *given = findings_of(&world, "contacts");
	ck_assert_ptr_nonnull(
		strstr(given, "consent to add is given: the last add was done on 20"));
	g_autofree char *other = findings_of(&world, "calendar");
	ck_assert_ptr_nonnull(strstr(other, "consent to add is not known"));

	/* a refusal for another reason tells nothing of it */
	world_break(&world, "addcontact", "token");
	ck_assert(!world_call(&world, "contacts", "addcontact", "lastname=C"));
	g_autofree char *still = findings_of(&world, "contacts");
	ck_assert_ptr_nonnull(strstr(still, "consent to add is given"));
	g_autofree char *none = emulator_control(
		world.emulator, "consent?family=contact&attribute=add&value=none", NULL, NULL);
	world_call(&world, "contacts", "addcontact", "lastname=B");
	if (passerelle_error_is(world.error, PASSERELLE_ERROR_CONSENT)) {
		g_autofree char *missing = findings_of(&world, "contacts");
		ck_assert_ptr_nonnull(strstr(missing, "consent to add was missing on 20"));
		ck_assert_int_eq(last_code(missing), PASSERELLE_ERROR_CONSENT);
	} else {
		ck_abort_msg("the consent is still there: %s", none);
	}
	world_clear(&world);
}
END_TEST

START_TEST(a_probe_needs_no_journal)
{
	struct world world;
	world_init(&world, &(struct emulator_options){0});
	orange_driver.close(world.remote);
	struct journal *journal = g_steal_pointer(&world.account.journal);
	world_open(&world);
	g_autofree char *findings = findings_of(&world, "contacts");
	ck_assert_ptr_nonnull(strstr(findings, "consent to add is not known"));
	world.account.journal = journal;
	world_clear(&world);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("probe");
	TCase *states = tcase_create("states");
	tcase_set_timeout(states, 30);
	tcase_add_loop_test(states, each_state_of_the_service_is_told_in_words_with_its_code, 0,
	                    G_N_ELEMENTS(rows));
	tcase_add_test(states, a_closed_port_and_an_unknown_host_are_told_apart);
	tcase_add_test(states, a_certificate_is_verified_or_the_reason_is_told);
	tcase_add_test(states, without_a_token_it_tells_what_comes_before_it);
	tcase_add_test(states, the_consent_to_add_is_what_the_last_answer_said);
	tcase_add_test(states, a_probe_needs_no_journal);
	suite_add_tcase(suite, states);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
