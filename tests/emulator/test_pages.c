/* SPDX-License-Identifier: MIT */
/* The login and the privacy page, as a browser walks through them. */
#include "emulator/wire.h"

#define FORM_TYPE "Content-Type: application/x-www-form-urlencoded\r\n"

static struct wire_reply *post(const struct emulator *server, const char *path, const char *form)
{
	return wire_exchange(server, "POST", path, FORM_TYPE, form, strlen(form));
}

static char *location_of(const struct wire_reply *reply)
{
	ck_assert_uint_eq(reply->status, 303);
	return wire_between(reply->raw->str, "Location: ", "\r\n");
}

START_TEST(the_login_page_brings_back_a_token_and_the_state)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	OWNED(wire_reply)
	page = wire_exchange(server, "GET",
	                     "/login?urlRetour=http%3A%2F%2F127.0.0.1%3A9%2Fback&state=a%26b", "",
	                     NULL, 0);
	ck_assert_uint_eq(page->status, 200);
	wire_assert_has(page, "name=\"state\" value=\"a&amp;b\"");
	wire_assert_has(page, "<button type=\"submit\"");
	OWNED(wire_reply)
	answer = post(server, "/login",
	              "urlRetour=http%3A%2F%2F127.0.0.1%3A9%2Fback&state=a%26b&user=camille");
	g_autofree char *location = location_of(answer);
	ck_assert(g_str_has_prefix(location, "http://127.0.0.1:9/back?token=B64"));
	ck_assert(g_str_has_suffix(location, "&state=a%26b"));
	g_autofree char *encoded = wire_between(location, "token=", "&");
	ck_assert_ptr_null(strpbrk(encoded, "+/=|"));
	g_autofree char *token = g_uri_unescape_string(encoded, NULL);
	g_autofree char *address =
		wire_address(CONTACTS, token, "action", "findcontactlist", "search", "a", NULL);
	g_autofree char *good = wire_good_credentials();
	OWNED(wire_reply) served = wire_exchange(server, "GET", address, good, NULL, 0);
	wire_assert_has(served, "<result>0</result>");
}
END_TEST

START_TEST(the_other_name_of_the_return_address_and_a_query_in_it_work)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	OWNED(wire_reply)
	answer = post(server, "/login", "return=https%3A%2F%2Fexample.org%2F%3Fa%3Db");
	g_autofree char *location = location_of(answer);
	ck_assert(g_str_has_prefix(location, "https://example.org/?a=b&token=B64"));
}
END_TEST

START_TEST(the_token_can_come_back_as_a_posted_form)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	OWNED(wire_reply)
	answer =
		post(server, "/login", "return=http%3A%2F%2F127.0.0.1%3A9%2F&state=%22%3E&by=form");
	ck_assert_uint_eq(answer->status, 200);
	wire_assert_has(answer, "<form method=\"post\" action=\"http://127.0.0.1:9/\">");
	wire_assert_has(answer, "name=\"token\" value=\"B64");
	wire_assert_has(answer, "value=\"&quot;&gt;\"");
}
END_TEST

START_TEST(a_return_address_that_is_no_web_address_is_refused)
{
	static const char *const forms[] = {
		"",
		"return=javascript%3Aalert(1)",
		"return=file%3A%2F%2F%2Fetc",
		"return=http%3A%2F%2Fa%0d%0aX%3A1",
	};
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		OWNED(wire_reply) answer = post(server, "/login", forms[i]);
		ck_assert_uint_eq(answer->status, 400);
		wire_assert_lacks(answer, "B64");
	}
}
END_TEST

static struct wire_reply *find(struct emulator *server)
{
	return wire_call(server, CONTACTS, "action", "findcontactlist", "search", "a", NULL);
}

/* Follows the address of the refusal, with a return address appended, and presses the button. */
static void choose(struct emulator *server, const struct wire_reply *refusal, const char *choice)
{
	g_autofree char *url = wire_between(refusal->body, "<url>", "</url>");
	g_autoptr(GString) address = g_string_new(url);
	g_string_replace(address, "&amp;", "&", 0);
	g_string_append(address, "&urlRetour=http%3A%2F%2F127.0.0.1%3A9%2Fdone");
	const char *path = address->str + strlen(emulator_url(server));
	OWNED(wire_reply) page = wire_exchange(server, "GET", path, "", NULL, 0);
	wire_assert_has(page, "Allow for this request only");
	wire_assert_has(page, "Allow permanently");
	wire_assert_has(page, "Refuse");
	g_autofree char *form = g_strdup_printf("%s&choice=%s", strchr(path, '?') + 1, choice);
	OWNED(wire_reply) answer = post(server, "/privacy/interaction.do", form);
	g_autofree char *location = location_of(answer);
	ck_assert_str_eq(location, "http://127.0.0.1:9/done");
}

START_TEST(the_privacy_page_stores_each_of_the_three_choices)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.consent = "none"});
	OWNED(wire_reply) refused = find(server);
	wire_assert_has(refused, "<code>-3</code>");
	choose(server, refused, "once");
	OWNED(wire_reply) once = find(server);
	wire_assert_has(once, "<result>0</result>");
	OWNED(wire_reply) again = find(server);
	wire_assert_has(again, "<code>-3</code>");
	choose(server, again, "always");
	for (int i = 0; i < 3; i++) {
		OWNED(wire_reply) granted = find(server);
		wire_assert_has(granted, "<result>0</result>");
	}
	choose(server, refused, "none");
	OWNED(wire_reply) denied = find(server);
	wire_assert_has(denied, "<code>-3</code>");
}
END_TEST

START_TEST(the_privacy_page_takes_the_other_spelling_of_family_and_no_attributes)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.consent = "none"});
	OWNED(wire_reply)
	answer = post(server, "/privacy/interaction.do",
	              "familly=contact&attributes=%2C&choice=always");
	ck_assert_uint_eq(answer->status, 200);
	OWNED(wire_reply) granted = find(server);
	wire_assert_has(granted, "<result>0</result>");
	OWNED(wire_reply)
	unknown = post(server, "/privacy/interaction.do",
	               "family=nosuch&attributes=%2Csee&choice=always");
	ck_assert_uint_eq(unknown->status, 400);
	OWNED(wire_reply)
	wrong = post(server, "/privacy/interaction.do",
	             "family=contact&attributes=%2Csee&choice=maybe");
	ck_assert_uint_eq(wrong->status, 400);
}
END_TEST

START_TEST(what_comes_from_the_address_is_escaped_on_the_pages)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	OWNED(wire_reply)
	page = wire_exchange(server, "GET",
	                     "/privacy/interaction.do?family=%3Cscript%3E&serviceId=%22%3E%3Cb%3E",
	                     "", NULL, 0);
	wire_assert_lacks(page, "<script>");
	wire_assert_lacks(page, "<b>");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		the_login_page_brings_back_a_token_and_the_state,
		the_other_name_of_the_return_address_and_a_query_in_it_work,
		the_token_can_come_back_as_a_posted_form,
		a_return_address_that_is_no_web_address_is_refused,
		the_privacy_page_stores_each_of_the_three_choices,
		the_privacy_page_takes_the_other_spelling_of_family_and_no_attributes,
		what_comes_from_the_address_is_escaped_on_the_pages,
	};
	return wire_run("pages", tests, G_N_ELEMENTS(tests));
}
