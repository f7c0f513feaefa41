/* SPDX-License-Identifier: MIT */
/* What the emulator's gateway checks before any API, in which order and in which envelope. */
#include "emulator/wire.h"

static void assert_gateway_error(const struct wire_reply *reply, int code)
{
	g_autofree char *element = g_strdup_printf("<code>%d</code>", code);
	ck_assert_uint_eq(reply->status, 500);
	wire_assert_has(reply, "<error>");
	wire_assert_has(reply, element);
	wire_assert_lacks(reply, "<command");
}

/* A call with everything chosen; credentials is a header line. */
static struct wire_reply *ask(struct emulator *server, const char *path, const char *action,
                              const char *credentials, const char *token)
{
	g_autofree char *address = wire_address(path, token, "action", action, "search", "a", NULL);
	return wire_exchange(server, "GET", address, credentials, NULL, 0);
}

START_TEST(credentials_come_before_the_token_and_the_token_before_consent)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.consent = "none"});
	g_autofree char *good = wire_good_credentials();
	g_autofree char *bad = wire_credentials(EMULATOR_SERVICE_ID, "wrong");
	g_autofree char *token = emulator_new_token(server);
	OWNED(wire_reply) all_wrong = ask(server, CONTACTS, "nosuch", bad, "x");
	assert_gateway_error(all_wrong, -8);
	OWNED(wire_reply) none = ask(server, CONTACTS, "findcontactlist", "", token);
	assert_gateway_error(none, -8);
	OWNED(wire_reply) wrong_token = ask(server, CONTACTS, "findcontactlist", good, "x");
	assert_gateway_error(wrong_token, -1);
	OWNED(wire_reply) no_token = ask(server, CONTACTS, "nosuch", good, NULL);
	assert_gateway_error(no_token, -1);
	OWNED(wire_reply) no_consent = ask(server, CONTACTS, "addcontact", good, token);
	assert_gateway_error(no_consent, -3);
	OWNED(wire_reply) unknown = ask(server, CONTACTS, "nosuch", good, token);
	wire_assert_has(unknown, "<result>-4</result>");
	wire_tell(server, "consent?family=contact&value=always");
	OWNED(wire_reply) own = ask(server, CONTACTS, "addcontact", good, token);
	wire_assert_has(own, "<result>-1</result>");
}
END_TEST

START_TEST(a_password_may_hold_any_sign)
{
	static const char password[] = "a:b c+%\xc3\xa9\"'";
	OWNED(emulator)
	server = wire_start(
		(struct emulator_options){.service_id = "ME", .service_password = password});
	g_autofree char *good = wire_credentials("ME", password);
	g_autofree char *token = emulator_new_token(server);
	OWNED(wire_reply) reply = ask(server, CONTACTS, "findcontactlist", good, token);
	wire_assert_has(reply, "<result>0</result>");
	g_autofree char *prefix = wire_credentials("ME", "a");
	OWNED(wire_reply) refused = ask(server, CONTACTS, "findcontactlist", prefix, token);
	assert_gateway_error(refused, -8);
}
END_TEST

START_TEST(an_api_that_is_not_subscribed_is_refused_and_the_others_are_not)
{
	OWNED(emulator)
	server = wire_start((struct emulator_options){.subscribed = "contacts,calendar"});
	OWNED(wire_reply)
	refused = wire_call(server, MESSAGES, "action", "getPersonalMessages", "infos", "NoSMS",
	                    NULL);
	assert_gateway_error(refused, -8);
	OWNED(wire_reply)
	served = wire_call(server, CONTACTS, "action", "findcontactlist", "search", "a", NULL);
	wire_assert_has(served, "<result>0</result>");
}
END_TEST

START_TEST(a_wrong_endpoint_is_minus_10)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	static const char *const paths[] = {"/PersonalContacts/V2", "/PersonalMessages/V1",
	                                    "/int/PersonalPhotos/V1"};
	for (size_t i = 0; i < G_N_ELEMENTS(paths); i++) {
		OWNED(wire_reply) reply = wire_call(server, paths[i], "action", "x", NULL);
		assert_gateway_error(reply, -10);
	}
}
END_TEST

START_TEST(every_api_answers_below_int_too)
{
	static const struct {
		const char *path, *action, *name, *value;
	} calls[] = {
		{"/int" CONTACTS, "findcontactlist", "search", "a"},
		{"/int" MESSAGES, "getPersonalMessages", "infos", "NoSMS"},
		{"/int" PROFILE, "getPersonalRichProfile", "infos", "Gender"},
	};
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
		OWNED(wire_reply)
		reply = wire_call(server, calls[i].path, "action", calls[i].action, calls[i].name,
		                  calls[i].value, NULL);
		ck_assert_uint_eq(reply->status, 200);
	}
	OWNED(wire_reply) calendar = wire_call(server, "/int" CALENDAR, "action", "nosuch", NULL);
	wire_assert_has(calendar, "<result>-4</result>");
}
END_TEST

START_TEST(a_token_holds_the_signs_that_must_be_encoded)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	g_autofree char *token = emulator_new_token(server);
	ck_assert_ptr_nonnull(strchr(token, '+'));
	ck_assert_ptr_nonnull(strchr(token, '/'));
	ck_assert_ptr_nonnull(strchr(token, '='));
	ck_assert(g_str_has_prefix(token, "B64"));
	ck_assert_ptr_nonnull(strstr(token, "|sau=|ted="));
	g_autofree char *good = wire_good_credentials();
	g_autofree char *slack =
		g_strconcat(CONTACTS "?action=findcontactlist&search=a&token=", token, NULL);
	OWNED(wire_reply) reply = wire_exchange(server, "GET", slack, good, NULL, 0);
	assert_gateway_error(reply, -1);
	OWNED(wire_reply) strict = ask(server, CONTACTS, "findcontactlist", good, token);
	wire_assert_has(strict, "<result>0</result>");
}
END_TEST

START_TEST(a_token_that_somebody_changed_is_invalid)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	g_autofree char *good = wire_good_credentials();
	g_autofree char *token = emulator_new_token(server);
	char *end = strstr(token, "|ted=") + strlen("|ted=");
	*end = '9';
	OWNED(wire_reply) reply = ask(server, CONTACTS, "findcontactlist", good, token);
	assert_gateway_error(reply, -1);
}
END_TEST

START_TEST(a_token_expires_and_a_new_one_works)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	g_autofree char *good = wire_good_credentials();
	g_autofree char *token = emulator_new_token(server);
	wire_tell(server, "expire-token");
	OWNED(wire_reply) expired = ask(server, CONTACTS, "findcontactlist", good, token);
	assert_gateway_error(expired, -1);
	g_autofree char *fresh = emulator_new_token(server);
	OWNED(wire_reply) served = ask(server, CONTACTS, "findcontactlist", good, fresh);
	wire_assert_has(served, "<result>0</result>");
}
END_TEST

START_TEST(a_negative_lifetime_makes_tokens_that_are_born_expired)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.token_lifetime = -1});
	OWNED(wire_reply)
	reply = wire_call(server, CONTACTS, "action", "findcontactlist", "search", "a", NULL);
	assert_gateway_error(reply, -1);
}
END_TEST

START_TEST(a_token_outlives_a_restart)
{
	g_autofree char *token = NULL;
	{
		OWNED(emulator) first = wire_start((struct emulator_options){0});
		token = emulator_new_token(first);
	}
	OWNED(emulator) second = wire_start((struct emulator_options){0});
	g_autofree char *good = wire_good_credentials();
	OWNED(wire_reply) served = ask(second, CONTACTS, "findcontactlist", good, token);
	wire_assert_has(served, "<result>0</result>");
}
END_TEST

START_TEST(errors_of_an_api_stand_bare_or_in_an_xpage)
{
	OWNED(emulator) bare = wire_start((struct emulator_options){0});
	OWNED(wire_reply) plain = wire_call(bare, CONTACTS, "action", "nosuch", NULL);
	wire_assert_lacks(plain, "<xpage");
	OWNED(emulator) nested = wire_start((struct emulator_options){.nested_errors = true});
	OWNED(wire_reply) inside = wire_call(nested, CONTACTS, "action", "nosuch", NULL);
	wire_assert_has(inside, "<xpage version=\"1.0\">");
	wire_assert_has(inside, "</command-list>");
	wire_assert_has(inside, "<result>-4</result>");
}
END_TEST

START_TEST(writes_are_get_and_a_picture_is_post)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	g_autofree char *good = wire_good_credentials();
	g_autofree char *token = emulator_new_token(server);
	g_autofree char *address =
		wire_address(CONTACTS, token, "action", "addcontact", "lastname", "A", NULL);
	OWNED(wire_reply) posted = wire_exchange(server, "POST", address, good, "", 0);
	assert_gateway_error(posted, -7);
	OWNED(wire_reply)
	got = wire_call(server, CONTACTS, "action", "addpicture", "cid", "1", NULL);
	assert_gateway_error(got, -7);
	OWNED(wire_reply) head = wire_exchange(server, "PUT", address, good, "", 0);
	ck_assert_uint_eq(head->status, 405);
	ck_assert_uint_eq(emulator_count_writes(server, NULL), 0);
}
END_TEST

START_TEST(a_user_without_the_services_is_told_so)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	json_t *answer = wire_control(server, "new-token?user=dominique");
	const char *token = json_string_value(json_object_get(answer, "token"));
	g_autofree char *good = wire_good_credentials();
	OWNED(wire_reply) contacts = ask(server, CONTACTS, "findcontactlist", good, token);
	wire_assert_has(contacts, " type=\"100\">");
	OWNED(wire_reply) messages = ask(server, MESSAGES, "getPersonalMessages", good, token);
	wire_assert_has(messages, "<getPersonalMessagesReturn>");
	wire_assert_has(messages, "<code>102</code>");
	ck_assert_uint_eq(messages->status, 200);
	json_decref(answer);
}
END_TEST

START_TEST(consent_is_asked_per_family_and_attribute)
{
	OWNED(emulator)
	server = wire_start((struct emulator_options){.consent = "contact:see,messages"});
	OWNED(wire_reply)
	see = wire_call(server, CONTACTS, "action", "findcontactlist", "search", "a", NULL);
	wire_assert_has(see, "<result>0</result>");
	OWNED(wire_reply)
	add_one = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A", NULL);
	assert_gateway_error(add_one, -3);
	g_autofree char *url = wire_between(add_one->body, "<url>", "</url>");
	g_autofree char *expected = g_strdup_printf(
		"%s/privacy/interaction.do?family=contact&amp;serviceId=" EMULATOR_SERVICE_ID
		"&amp;attributes=,add",
		emulator_url(server));
	ck_assert_str_eq(url, expected);
	OWNED(wire_reply) event = wire_call(server, CALENDAR, "action", "addevent", NULL);
	assert_gateway_error(event, -3);
	wire_assert_has(event, "family=agenda");
	wire_assert_has(event, "attributes=,add_event");
}
END_TEST

START_TEST(a_consent_for_once_covers_one_request)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.consent = "none"});
	wire_tell(server, "consent?family=contact&attribute=see&value=once");
	OWNED(wire_reply)
	first = wire_call(server, CONTACTS, "action", "findcontactlist", "search", "a", NULL);
	wire_assert_has(first, "<result>0</result>");
	OWNED(wire_reply)
	second = wire_call(server, CONTACTS, "action", "findcontactlist", "search", "a", NULL);
	assert_gateway_error(second, -3);
}
END_TEST

START_TEST(quirks_fold_the_address_and_comment_the_error)
{
	OWNED(emulator)
	server = wire_start((struct emulator_options){.consent = "none", .quirks = true});
	OWNED(wire_reply)
	consent = wire_call(server, CONTACTS, "action", "addcontact", "lastname", "A", NULL);
	wire_assert_has(consent, "/privacy/interaction.do?\n     family=contact&amp;");
	g_autofree char *good = wire_good_credentials();
	OWNED(wire_reply) token = ask(server, CONTACTS, "x", good, "wrong");
	wire_assert_has(token, "<!--");
	assert_gateway_error(token, -1);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		credentials_come_before_the_token_and_the_token_before_consent,
		a_password_may_hold_any_sign,
		an_api_that_is_not_subscribed_is_refused_and_the_others_are_not,
		a_wrong_endpoint_is_minus_10,
		every_api_answers_below_int_too,
		a_token_holds_the_signs_that_must_be_encoded,
		a_token_that_somebody_changed_is_invalid,
		a_token_expires_and_a_new_one_works,
		a_negative_lifetime_makes_tokens_that_are_born_expired,
		a_token_outlives_a_restart,
		errors_of_an_api_stand_bare_or_in_an_xpage,
		writes_are_get_and_a_picture_is_post,
		a_user_without_the_services_is_told_so,
		consent_is_asked_per_family_and_attribute,
		a_consent_for_once_covers_one_request,
		quirks_fold_the_address_and_comment_the_error,
	};
	return wire_run("gateway", tests, G_N_ELEMENTS(tests));
}
