/* SPDX-License-Identifier: MIT */
/* The mailbox and profile actions of the emulator, over the wire. */
#include "emulator/wire.h"

#define ALL_INFOS "NoEMails,NoUnReadMails,NoSMS,EmailsLastNDetailed"

static struct wire_reply *messages(struct emulator *server, const char *infos)
{
	return wire_call(server, MESSAGES, "action", "getPersonalMessages", "infos", infos, NULL);
}

static const char mailbox[] =
	"{\"unread\": [{\"id\": \"10\", \"from\": \"0320202024<noreply@wanadoo.fr>\", "
	"\"date\": \"Tue, 7 Mar 2006 15:35:06 +0100 (CET)\", \"subject\": \"A & B\", "
	"\"body\": \"Un bel \xc3\xa9t\xc3\xa9\", "
	"\"url\": \"http://webmail.wanadoo.fr/read.html?idm=10&idb=xxx\"}], "
	"\"total\": 12, \"sms\": 3}";

static void set_mailbox(struct emulator *server)
{
	g_autofree char *answer = emulator_control(server, "set-mail", mailbox, NULL);
	ck_assert_ptr_nonnull(answer);
}

START_TEST(all_figures_and_the_overview_are_told)
{
	OWNED(emulator) server = wire_start((struct emulator_options){0});
	set_mailbox(server);
	OWNED(wire_reply) reply = messages(server, ALL_INFOS);
	ck_assert_uint_eq(reply->status, 200);
	wire_assert_has(reply, "<NoEmails>12</NoEmails>");
	wire_assert_has(reply, "<NoUnReadMails>1</NoUnReadMails>");
	wire_assert_has(reply, "<NoSMS>3</NoSMS>");
	wire_assert_has(reply, "<msg_from>0320202024&lt;noreply@wanadoo.fr&gt;</msg_from>");
	wire_assert_has(reply, "<msg_subject>A &amp; B</msg_subject>");
	wire_assert_has(reply, "?idm=10&amp;idb=xxx</msg_url_access>");
	wire_assert_lacks(reply, "UserProtectedData");
	wire_assert_lacks(reply, "PrivacyDashboardURL");
}
END_TEST

START_TEST(only_what_is_asked_for_is_told)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.unread = 7});
	OWNED(wire_reply) reply = messages(server, "NoUnReadMails");
	wire_assert_has(reply, "<NoUnReadMails>7</NoUnReadMails>");
	wire_assert_lacks(reply, "<NoSMS>");
	wire_assert_lacks(reply, "<EmailsLastNDetailed>");
	OWNED(wire_reply) unknown = messages(server, "NoUnReadMails,NoPigeons");
	ck_assert_uint_eq(unknown->status, 500);
	wire_assert_has(unknown, "<code>-7</code>");
	OWNED(wire_reply)
	missing = wire_call(server, MESSAGES, "action", "getPersonalMessages", NULL);
	wire_assert_has(missing, "<code>-7</code>");
}
END_TEST

START_TEST(the_overview_has_a_bound)
{
	OWNED(emulator)
	server = wire_start((struct emulator_options){.unread = 9, .overview_size = 4});
	OWNED(wire_reply) reply = messages(server, "EmailsLastNDetailed");
	g_auto(GStrv) pieces = g_strsplit(reply->body, "<msg>", -1);
	ck_assert_uint_eq(g_strv_length(pieces), 5);
}
END_TEST

START_TEST(what_is_refused_stands_empty_in_protected_data)
{
	OWNED(emulator)
	server = wire_start((struct emulator_options){.consent = "messages:nbEmailSMS"});
	OWNED(wire_reply) reply = messages(server, "NoUnReadMails,EmailsLastNDetailed");
	ck_assert_uint_eq(reply->status, 200);
	g_autofree char *allowed =
		wire_between(reply->body, "<UserAuthorizedData>", "</UserAuthorizedData>");
	g_autofree char *withheld =
		wire_between(reply->body, "<UserProtectedData>", "</UserProtectedData>");
	ck_assert_ptr_nonnull(strstr(allowed, "<NoUnReadMails>0</NoUnReadMails>"));
	ck_assert_ptr_nonnull(strstr(withheld, "<EmailsLastNDetailed/>"));
	wire_assert_has(reply, "<PrivacyDashboardURL>");
}
END_TEST

START_TEST(nothing_granted_at_all_is_minus_3)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.consent = "none"});
	OWNED(wire_reply) one = messages(server, "NoSMS");
	ck_assert_uint_eq(one->status, 500);
	wire_assert_has(one, "<code>-3</code>");
	wire_assert_has(one, "family=messages");
	wire_assert_has(one, "attributes=,nbEmailSMS</url>");
	OWNED(wire_reply) both = messages(server, ALL_INFOS);
	wire_assert_has(both, "attributes=,nbEmailSMS,emailsLastNDetailed</url>");
}
END_TEST

START_TEST(once_covers_all_figures_of_one_request)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.consent = "none"});
	wire_tell(server, "consent?family=messages&attribute=nbEmailSMS&value=once");
	OWNED(wire_reply) first = messages(server, "NoEMails,NoUnReadMails,NoSMS");
	wire_assert_has(first, "<NoSMS>0</NoSMS>");
	wire_assert_lacks(first, "UserProtectedData");
	OWNED(wire_reply) second = messages(server, "NoEMails");
	wire_assert_has(second, "<code>-3</code>");
}
END_TEST

START_TEST(the_overview_comes_in_four_styles)
{
	static const char *const expected[] = {
		[EMULATOR_OVERVIEW_MARKUP] = "<msg_from>0320202024&lt;noreply@wanadoo.fr&gt;<",
		[EMULATOR_OVERVIEW_RAW] = "<msg_from>0320202024<noreply@wanadoo.fr></msg_from>",
		[EMULATOR_OVERVIEW_ESCAPED] =
			"&lt;msg_from&gt;0320202024&amp;lt;noreply@wanadoo.fr&amp;gt;&lt;",
		[EMULATOR_OVERVIEW_CDATA] = "<EmailsLastNDetailed><![CDATA[<msgs>",
	};
	for (int style = 0; style < 4; style++) {
		OWNED(emulator)
		server = wire_start(
			(struct emulator_options){.overview = (enum emulator_overview)style});
		set_mailbox(server);
		OWNED(wire_reply) reply = messages(server, "EmailsLastNDetailed");
		wire_assert_has(reply, expected[style]);
	}
}
END_TEST

START_TEST(quirks_break_the_overview_as_the_sample_is_broken)
{
	OWNED(emulator) server = wire_start((struct emulator_options){.quirks = true});
	set_mailbox(server);
	OWNED(wire_reply) reply = messages(server, "EmailsLastNDetailed");
	wire_assert_has(reply, "<msg_from>0320202024<noreply@wanadoo.fr></msg_from>");
	wire_assert_has(reply, "<msg_date>Sun, 7 Mar 2006 15:35:06 +0100 (CET)\n\xc2\xa0");
	wire_assert_has(reply, "http:// webmail.wanadoo.fr/read.html?idm=10&idb=xxx\n\xc2\xa0");
	wire_assert_has(reply, "<msg_begin_body>Un bel \xc3\xa9t\xc3\n");
}
END_TEST

START_TEST(the_profile_tells_what_is_known_and_names_what_is_withheld)
{
	OWNED(emulator)
	server = wire_start(
		(struct emulator_options){.demo = true, .withheld_profile = "HomePhone"});
	OWNED(wire_reply)
	reply = wire_call(server, PROFILE, "action", "getPersonalRichProfile", "infos",
	                  "Firstname,HomePhone,HomeAddress", NULL);
	wire_assert_has(reply, "<getPersonalRichProfileReturn>");
	wire_assert_has(reply, "<Firstname>Camille</Firstname>");
	wire_assert_has(reply, "<HomeAddress>5, rue des Lilas, 75020 Paris</HomeAddress>");
	g_autofree char *withheld =
		wire_between(reply->body, "<UserProtectedData>", "</UserProtectedData>");
	ck_assert_ptr_nonnull(strstr(withheld, "<HomePhone/>"));
	wire_tell(server, "consent?family=richprofile&value=none");
	OWNED(wire_reply)
	refused = wire_call(server, PROFILE, "action", "getPersonalRichProfile", "infos",
	                    "Firstname", NULL);
	wire_assert_has(refused, "<code>-3</code>");
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		all_figures_and_the_overview_are_told,
		only_what_is_asked_for_is_told,
		the_overview_has_a_bound,
		what_is_refused_stands_empty_in_protected_data,
		nothing_granted_at_all_is_minus_3,
		once_covers_all_figures_of_one_request,
		the_overview_comes_in_four_styles,
		quirks_break_the_overview_as_the_sample_is_broken,
		the_profile_tells_what_is_known_and_names_what_is_withheld,
	};
	return wire_run("messages", tests, G_N_ELEMENTS(tests));
}
