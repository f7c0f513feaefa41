/* SPDX-License-Identifier: MIT */
/* Replies of the Personal APIs: every row of the error table, every published sample, and bytes
 * that are none of it. */
#include "remotes/orange/reply.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define NBSP "\xc2\xa0"

static struct reply *read_bytes(const char *body, gsize size, long status, bool is_write)
{
	struct http_request request = {.fate = HTTP_ANSWERED, .status = status, .retry_after = -1};
	request.body_out = g_bytes_new(body, size);
	struct reply *reply = reply_read(&request, is_write);
	g_bytes_unref(request.body_out);
	return reply;
}

static struct reply *read_text(const char *body, long status, bool is_write)
{
	return read_bytes(body, strlen(body), status, is_write);
}

static struct reply *read_fixture(const char *name, long status, bool is_write)
{
	g_autofree char *path = g_build_filename(TEST_FIXTURES, "orange", name, NULL);
	g_autofree char *body = NULL;
	gsize size = 0;
	ck_assert_msg(g_file_get_contents(path, &body, &size, NULL), "%s", path);
	return read_bytes(body, size, status, is_write);
}

struct row {
	enum reply_envelope envelope;
	int code;
	enum reply_meaning meaning;
	enum passerelle_error on_read, on_write;
};

/* API reading, section 3, written down a second time on purpose. */
static const struct row ROWS[] = {
	{REPLY_GATEWAY, -1, MEANING_LOGIN, PASSERELLE_ERROR_AUTH, PASSERELLE_ERROR_AUTH},
	{REPLY_GATEWAY, -2, MEANING_TRANSIENT, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_IN_DOUBT},
	{REPLY_GATEWAY, -3, MEANING_CONSENT, PASSERELLE_ERROR_CONSENT, PASSERELLE_ERROR_CONSENT},
	{REPLY_GATEWAY, -4, MEANING_TRANSIENT, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_IN_DOUBT},
	{REPLY_GATEWAY, -5, MEANING_TRANSIENT, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_IN_DOUBT},
	{REPLY_GATEWAY, -6, MEANING_TRANSIENT, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_IN_DOUBT},
	{REPLY_GATEWAY, -7, MEANING_BUG, PASSERELLE_ERROR_REFUSED, PASSERELLE_ERROR_REFUSED},
	{REPLY_GATEWAY, -8, MEANING_CONFIG, PASSERELLE_ERROR_CONFIG, PASSERELLE_ERROR_CONFIG},
	{REPLY_GATEWAY, -9, MEANING_TRANSIENT, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_IN_DOUBT},
	{REPLY_GATEWAY, -10, MEANING_CONFIG, PASSERELLE_ERROR_CONFIG, PASSERELLE_ERROR_CONFIG},
	{REPLY_COMMAND, 1, MEANING_REFUSED, PASSERELLE_ERROR_REFUSED, PASSERELLE_ERROR_REFUSED},
	{REPLY_COMMAND, 2, MEANING_REFUSED, PASSERELLE_ERROR_REFUSED, PASSERELLE_ERROR_REFUSED},
	{REPLY_COMMAND, 4, MEANING_UNKNOWN_ACTION, PASSERELLE_ERROR_UNSUPPORTED,
         PASSERELLE_ERROR_UNSUPPORTED},
	{REPLY_COMMAND, 5, MEANING_ACCOUNT, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_NETWORK},
	{REPLY_COMMAND, 100, MEANING_ACCOUNT, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_NETWORK},
	{REPLY_MESSAGES, 102, MEANING_ACCOUNT, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_NETWORK},
	{REPLY_MESSAGES, 103, MEANING_ACCOUNT, PASSERELLE_ERROR_NETWORK, PASSERELLE_ERROR_NETWORK},
	{REPLY_MESSAGES, 203, MEANING_TRANSIENT, PASSERELLE_ERROR_NETWORK,
         PASSERELLE_ERROR_IN_DOUBT},
	{REPLY_MESSAGES, 204, MEANING_TRANSIENT, PASSERELLE_ERROR_NETWORK,
         PASSERELLE_ERROR_IN_DOUBT},
	{REPLY_MESSAGES, 501, MEANING_TRANSIENT, PASSERELLE_ERROR_NETWORK,
         PASSERELLE_ERROR_IN_DOUBT},
	{REPLY_MESSAGES, 503, MEANING_TRANSIENT, PASSERELLE_ERROR_NETWORK,
         PASSERELLE_ERROR_IN_DOUBT},
	{REPLY_MESSAGES, 504, MEANING_TRANSIENT, PASSERELLE_ERROR_NETWORK,
         PASSERELLE_ERROR_IN_DOUBT},
	{REPLY_MESSAGES, 505, MEANING_TRANSIENT, PASSERELLE_ERROR_NETWORK,
         PASSERELLE_ERROR_IN_DOUBT},
	{REPLY_MESSAGES, 900, MEANING_TRANSIENT, PASSERELLE_ERROR_NETWORK,
         PASSERELLE_ERROR_IN_DOUBT},
};

/* How an envelope can look: bare, with comments and U+00A0, inside others. %d %s as the printf
 * below gives them. */
static const char *const GATEWAY_FORMS[] = {
	"<error><code>%d</code><detail>some words</detail></error>",
	NBSP "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- gw --><error>" NBSP "<!-- a -->\n"
	     "<code>" NBSP "%d\n</code><detail>\n" NBSP " some\n words" NBSP "</detail></error>",
	"<ERROR><Detail>some words</Detail><Code>%d</Code><new>thing</new></ERROR>",
	NULL,
};
static const char *const COMMAND_FORMS[] = {
	"<command request=\"\" action=\"x\"><result>-%d</result>"
	"<error subtype=\"s7\" type=\"%d\">some words</error></command>",
	"<?xml version=\"1.0\"?><xpage version=\"1.0\"><!-- b --><command-list><command "
	"action=\"x\">\n" NBSP "<result>" NBSP
	"-%d </result><!-- c --><error type=\"%d\" subtype=\"s7\">some words" NBSP
	"</error></command></command-list><parameter-list/></xpage>",
	"<xpage><command-list><command><result>-%d</result><error subtype=\"s7\" type=\"%d\">some "
	"words"
	"</error></command></xpage>",
	NULL,
};
static const char *const MESSAGES_FORMS[] = {
	"<getPersonalMessagesReturn><error><code>%d</code><detail>some words</detail></error>"
	"</getPersonalMessagesReturn>",
	"<?xml version=\"1.0\"?>\n<!-- d --><getPersonalRichProfileReturn>" NBSP
	"<error><!-- e --><code>%d" NBSP "</code><detail>some words</detail></error>"
	"</getPersonalRichProfileReturn>",
	NULL,
};
static const char *const *const FORMS[] = {
	[REPLY_GATEWAY] = GATEWAY_FORMS,
	[REPLY_COMMAND] = COMMAND_FORMS,
	[REPLY_MESSAGES] = MESSAGES_FORMS,
};

static char *replace_number(const char *form, int code)
{
	g_autofree char *number = g_strdup_printf("%d", code);
	GString *text = g_string_new(form);
	g_string_replace(text, "%d", number, 0);
	return g_string_free(text, FALSE);
}

static void check_row(const struct row *row, const char *form, long status, bool is_write)
{
	g_autofree char *body = replace_number(form, row->code);
	OWNED(reply) reply = read_text(body, status, is_write);
	ck_assert_msg(reply->envelope == row->envelope, "envelope %d of %s", (int)reply->envelope,
	              body);
	ck_assert_msg(reply->meaning == row->meaning, "meaning %d of %s", (int)reply->meaning,
	              body);
	ck_assert_int_eq(reply->code, row->code);
	ck_assert_str_eq(reply->detail, "some words");
	ck_assert_ptr_null(reply->document);
	g_autoptr(GError) error = reply_error(reply, "the call", is_write);
	ck_assert_int_eq(error->code, (int)(is_write ? row->on_write : row->on_read));
	ck_assert_ptr_nonnull(strstr(error->message, "the call: "));
	ck_assert_ptr_nonnull(strstr(error->message, "some words"));
}

START_TEST(every_row_of_the_table_is_read_in_every_form)
{
	const struct row *row = &ROWS[_i];
	for (const char *const *form = FORMS[row->envelope]; *form != NULL; form++) {
		for (int is_write = 0; is_write < 2; is_write++) {
			check_row(row, *form, 200, is_write);
			check_row(row, *form, 500, is_write);
		}
	}
}
END_TEST

START_TEST(an_unknown_number_is_transient_for_a_read_and_a_refusal_for_a_write)
{
	static const struct {
		const char *body;
		int code;
	} UNKNOWN[] = {
		{"<error><code>-77</code></error>", -77},
		{"<error><code>1</code></error>", 1},
		{"<command><result>-3</result><error type=\"3\"/></command>", 3},
		{"<command><result>-2147483647</result></command>", 2147483647},
		{"<getPersonalMessagesReturn><error><code>-1</code></error></"
	         "getPersonalMessagesReturn>",
	         -1},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(UNKNOWN); i++) {
		OWNED(reply) read = read_text(UNKNOWN[i].body, 500, false);
		OWNED(reply) write = read_text(UNKNOWN[i].body, 500, true);
		ck_assert_int_eq(read->code, UNKNOWN[i].code);
		ck_assert_int_eq(read->meaning, MEANING_TRANSIENT);
		ck_assert_int_eq(write->meaning, MEANING_REFUSED);
	}
}
END_TEST

START_TEST(minus_one_of_the_gateway_is_not_minus_one_of_a_result)
{
	OWNED(reply) gateway = read_text("<error><code>-1</code></error>", 500, true);
	OWNED(reply) command = read_text("<command><result>-1</result></command>", 500, true);
	ck_assert_int_eq(gateway->meaning, MEANING_LOGIN);
	ck_assert_int_eq(command->meaning, MEANING_REFUSED);
	ck_assert_int_eq(command->code, 1);
}
END_TEST

START_TEST(the_type_decides_and_the_subtype_is_only_kept)
{
	OWNED(reply)
	reply = read_text(
		"<command><result>-1</result><error subtype=\"4\" type=\"100\">x</error></command>",
		200, false);
	ck_assert_int_eq(reply->code, 100);
	ck_assert_int_eq(reply->meaning, MEANING_ACCOUNT);
	ck_assert_str_eq(reply->subtype, "4");
}
END_TEST

START_TEST(comments_and_no_break_spaces_around_a_number_are_tolerated)
{
	OWNED(reply) reply = read_fixture("error-login-nbsp.xml", 500, true);
	ck_assert_int_eq(reply->meaning, MEANING_LOGIN);
	ck_assert_str_eq(reply->detail, "InvalidTokenException");
}
END_TEST

START_TEST(the_address_of_a_missing_consent_is_unfolded_and_handed_on)
{
	OWNED(reply) reply = read_fixture("error-consent.xml", 500, false);
	static const char URL[] =
		"https://privacy.example/interaction.do?family=contact&serviceId=x&attributes=,see";
	ck_assert_str_eq(reply->url, URL);
	g_autoptr(GError) error = reply_error(reply, "list", false);
	ck_assert_str_eq(passerelle_error_url(error), URL);
	ck_assert_ptr_null(strstr(error->message, "privacy.example"));
}
END_TEST

START_TEST(an_address_that_is_no_web_address_is_dropped)
{
	OWNED(reply) script = read_fixture("error-consent-script.xml", 500, false);
	ck_assert_int_eq(script->meaning, MEANING_CONSENT);
	ck_assert_ptr_null(script->url);
	OWNED(reply)
	placeholder = read_text(
		"<error><code>-3</code><url> [privacy_redirection_url] </url></error>", 500, false);
	ck_assert_ptr_null(placeholder->url);
}
END_TEST

static void check_unreadable(struct reply *reply, const char *words)
{
	ck_assert_int_eq(reply->envelope, REPLY_NONE);
	ck_assert_int_eq(reply->meaning, MEANING_UNREADABLE);
	ck_assert_msg(strstr(reply->detail, words) != NULL, "'%s' in '%s'", words, reply->detail);
	g_autoptr(GError) read = reply_error(reply, "a", false);
	g_autoptr(GError) write = reply_error(reply, "a", true);
	ck_assert_int_eq(read->code, PASSERELLE_ERROR_PROTOCOL);
	ck_assert_int_eq(write->code, PASSERELLE_ERROR_IN_DOUBT);
	reply_free(reply);
}

START_TEST(what_is_no_envelope_is_unreadable_and_leaves_a_write_in_doubt)
{
	check_unreadable(read_fixture("gateway.html", 502, true), "HTTP 502 with an HTML page");
	check_unreadable(read_fixture("gateway.html", 200, true), "HTTP 200 with an HTML page");
	check_unreadable(read_fixture("entity-bomb.xml", 500, true), "HTTP 500");
	check_unreadable(read_text("", 500, true), "an empty reply");
	check_unreadable(read_text("not found", 404, true), "HTTP 404");
	check_unreadable(read_text("<soap><fault/></soap>", 200, true),
	                 "no reply of the Personal APIs");
	check_unreadable(read_text("<xpage/>", 200, true), "no reply");
	check_unreadable(read_text("<error/>", 500, true), "no reply");
	check_unreadable(read_text("<error><code>minus one</code></error>", 500, true), "no reply");
	check_unreadable(read_text("<error><code>-1x</code></error>", 500, true), "no reply");
	check_unreadable(read_text("<error><code>99999999999</code></error>", 500, true),
	                 "no reply");
	check_unreadable(read_text("<command><result>0x</result></command>", 200, true),
	                 "no reply");
	check_unreadable(read_text("<getPersonalMessagesReturn/>", 200, true), "no reply");
}
END_TEST

START_TEST(a_command_with_neither_result_nor_data_is_an_error)
{
	check_unreadable(read_text("<command action=\"cauupdate\"/>", 200, true), "no reply");
	check_unreadable(read_text("<command><id/></command>", 200, true), "no reply");
	check_unreadable(read_text("<command><data-list/></command>", 200, true), "no reply");
	OWNED(reply) made = read_text("<command><id>c6</id></command>", 200, true);
	ck_assert_int_eq(made->meaning, MEANING_OK);
	OWNED(reply) listed = read_text("<command><data-list/></command>", 200, false);
	ck_assert_int_eq(listed->meaning, MEANING_OK);
	ck_assert_str_eq(listed->command->name, "command");
}
END_TEST

START_TEST(a_body_cut_inside_a_tag_leaves_a_write_in_doubt)
{
	check_unreadable(read_fixture("cut-after-result.xml", 200, true), "HTTP 200");
}
END_TEST

START_TEST(the_servers_words_are_one_short_line_of_valid_text)
{
	GString *body = g_string_new("<error><code>-7</code><detail>a\n\tb\x7f\xe2\x80\xae ");
	for (int i = 0; i < 400; i++) {
		g_string_append(body, "é");
	}
	g_string_append(body, "</detail></error>");
	OWNED(reply) reply = read_bytes(body->str, body->len, 500, true);
	g_string_free(body, TRUE);
	ck_assert_ptr_nonnull(g_strstr_len(reply->detail, 6, "a b é"));
	ck_assert_uint_le(strlen(reply->detail), 200);
	ck_assert(g_utf8_validate(reply->detail, -1, NULL));
}
END_TEST

static const struct {
	const char *name;
	enum reply_envelope envelope;
	int code;
	enum reply_meaning meaning;
	bool is_write;
} SAMPLES[] = {
	{"addcontact-ok.xml", REPLY_SUCCESS, 0, MEANING_OK, true},
	{"adddevice-ok.xml", REPLY_SUCCESS, 0, MEANING_OK, true},
	{"addevent-ok.xml", REPLY_SUCCESS, 0, MEANING_OK, true},
	{"addpicture-ok.xml", REPLY_SUCCESS, 0, MEANING_OK, true},
	{"error-invalid-token.xml", REPLY_GATEWAY, -1, MEANING_LOGIN, true},
	{"error-privacy.xml", REPLY_GATEWAY, -3, MEANING_CONSENT, true},
	{"error-privacy-placeholder.xml", REPLY_GATEWAY, -3, MEANING_CONSENT, false},
	{"findcontactlist-ok.xml", REPLY_SUCCESS, 0, MEANING_OK, false},
	{"getcontact-ok.xml", REPLY_SUCCESS, 0, MEANING_OK, false},
	{"getpicture-ok.xml", REPLY_SUCCESS, 0, MEANING_OK, false},
	{"messages-error-103.xml", REPLY_MESSAGES, 103, MEANING_ACCOUNT, false},
	{"messages-ok.xml", REPLY_SUCCESS, 0, MEANING_OK, false},
};

START_TEST(every_published_sample_is_read)
{
	g_autofree char *folder =
		g_build_filename(TEST_SOURCE_DIR, "..", "shared", "api", "samples", NULL);
	g_autofree char *path = g_build_filename(folder, SAMPLES[_i].name, NULL);
	g_autofree char *body = NULL;
	gsize size = 0;
	if (!g_file_get_contents(path, &body, &size, NULL)) {
		g_print("skipped: no %s\n", SAMPLES[_i].name);
		return;
	}
	OWNED(reply) reply = read_bytes(body, size, 200, SAMPLES[_i].is_write);
	ck_assert_int_eq(reply->envelope, SAMPLES[_i].envelope);
	ck_assert_int_eq(reply->meaning, SAMPLES[_i].meaning);
	ck_assert_int_eq(reply->code, SAMPLES[_i].code);
	ck_assert((reply->document != NULL) == (SAMPLES[_i].meaning == MEANING_OK));
	if (strcmp(SAMPLES[_i].name, "error-privacy.xml") == 0) {
		ck_assert_str_eq(reply->url, "http://mdsp.orange.fr/privacy/interaction.do?"
		                             "family=photos&serviceId=myDemoSP&attributes=,see");
	}
	if (strcmp(SAMPLES[_i].name, "error-privacy-placeholder.xml") == 0) {
		ck_assert_ptr_null(reply->url);
	}
}
END_TEST

START_TEST(a_raw_overview_of_mails_does_not_make_the_reply_unreadable)
{
	OWNED(reply) reply = read_fixture("messages-full.xml", 200, false);
	ck_assert_int_eq(reply->meaning, MEANING_OK);
	ck_assert_ptr_nonnull(strstr(reply->overview, "0320202024<noreply@wanadoo.fr>"));
	const struct xml_node *data = xml_descendant(reply->command, "UserAuthorizedData");
	g_autofree char *sms = xml_child_text(data, "nosms");
	ck_assert_str_eq(sms, "0");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("reply");
	TCase *table = tcase_create("table");
	tcase_add_loop_test(table, every_row_of_the_table_is_read_in_every_form, 0,
	                    G_N_ELEMENTS(ROWS));
	tcase_add_test(table, an_unknown_number_is_transient_for_a_read_and_a_refusal_for_a_write);
	tcase_add_test(table, minus_one_of_the_gateway_is_not_minus_one_of_a_result);
	tcase_add_test(table, the_type_decides_and_the_subtype_is_only_kept);
	tcase_add_test(table, comments_and_no_break_spaces_around_a_number_are_tolerated);
	tcase_add_test(table, the_address_of_a_missing_consent_is_unfolded_and_handed_on);
	tcase_add_test(table, an_address_that_is_no_web_address_is_dropped);
	tcase_add_test(table, what_is_no_envelope_is_unreadable_and_leaves_a_write_in_doubt);
	tcase_add_test(table, a_command_with_neither_result_nor_data_is_an_error);
	tcase_add_test(table, a_body_cut_inside_a_tag_leaves_a_write_in_doubt);
	tcase_add_test(table, the_servers_words_are_one_short_line_of_valid_text);
	tcase_add_loop_test(table, every_published_sample_is_read, 0, G_N_ELEMENTS(SAMPLES));
	tcase_add_test(table, a_raw_overview_of_mails_does_not_make_the_reply_unreadable);
	suite_add_tcase(suite, table);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
