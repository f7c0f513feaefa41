/* SPDX-License-Identifier: MIT */
/* Mail counts: what was granted, what was refused, and an overview that is no XML. */
#include "remotes/canned_server.h"
#include "remotes/orange/orange.h"
#include "remotes/orange/overview.h"
#include "remotes/orange/session.h"

struct script {
	unsigned status;
	char *body;
};

static char *say(void *data, const char *request, unsigned number)
{
	const struct script *self = data;
	(void)request;
	(void)number;
	return canned_http(self->status, "", self->body);
}

static struct mailbox *read_body(unsigned status, const char *body, GError **error)
{
	struct script script = {status, (char *)body};
	struct canned server;
	struct account account;
	canned_listen(&server, say, &script);
	canned_start(&server);
	account_init(&account, server.port);
	struct session *session = session_open(&account.settings, NULL, NULL);
	struct mailbox *mailbox = orange_read_mailbox(session, error);
	ck_assert_ptr_nonnull(
		strstr(g_ptr_array_index(server.requests, 0),
	               "GET /PersonalMessages/V2?action=getPersonalMessages&infos="
	               "NoEMails%2CNoUnReadMails%2CNoSMS%2CEmailsLastNDetailed&token="));
	session_close(session);
	canned_stop(&server);
	account_clear(&account);
	return mailbox;
}

static struct mailbox *read_fixture(const char *name)
{
	g_autofree char *path = g_build_filename(TEST_FIXTURES, "orange", name, NULL);
	g_autofree char *body = NULL;
	ck_assert_msg(g_file_get_contents(path, &body, NULL, NULL), "%s", path);
	g_autoptr(GError) error = NULL;
	struct mailbox *mailbox = read_body(200, body, &error);
	ck_assert_msg(mailbox != NULL, "%s", error == NULL ? "" : error->message);
	return mailbox;
}

static const struct mail_summary *mail_at(const struct mailbox *mailbox, guint index)
{
	ck_assert_uint_gt(mailbox->latest->len, index);
	return g_ptr_array_index(mailbox->latest, index);
}

START_TEST(the_published_overview_loses_no_sender_subject_or_link)
{
	OWNED(mailbox) mailbox = read_fixture("messages-full.xml");
	ck_assert_int_eq(mailbox->total, 12);
	ck_assert_int_eq(mailbox->unread, 3);
	ck_assert_int_eq(mailbox->sms, 0);
	ck_assert(mailbox->has_latest);
	ck_assert_ptr_null(mailbox->protected_infos);
	ck_assert_uint_eq(mailbox->latest->len, 2);
	const struct mail_summary *newest = mail_at(mailbox, 0);
	ck_assert_str_eq(newest->id, "11");
	ck_assert_str_eq(newest->from, "jdupont@wanadoo.fr");
	const struct mail_summary *mail = mail_at(mailbox, 1);
	ck_assert_str_eq(mail->from, "0320202024<noreply@wanadoo.fr>");
	ck_assert_str_eq(mail->subject, "Demande d'informations");
	ck_assert_str_eq(mail->preview,
	                 "Bonjour, peux-tu me transmettre comme promis ta recette de crumb");
	ck_assert_str_eq(mail->url,
	                 "http://webmail.wanadoo.fr/webmail/fr_FR/read_syn.html?idm=10&idb=xxx");
	ck_assert_int_eq(mail->date, 1141742106); /* 2006-03-07T15:35:06+01:00 */
}
END_TEST

START_TEST(an_escaped_overview_is_read)
{
	OWNED(mailbox) mailbox = read_fixture("messages-escaped.xml");
	ck_assert_uint_eq(mailbox->latest->len, 1);
	ck_assert_str_eq(mail_at(mailbox, 0)->from, "A <a@b.example>");
	ck_assert_str_eq(mail_at(mailbox, 0)->subject, "R&D été");
}
END_TEST

START_TEST(an_overview_in_cdata_is_read)
{
	OWNED(mailbox) mailbox = read_fixture("messages-cdata.xml");
	ck_assert_uint_eq(mailbox->latest->len, 1);
	ck_assert_str_eq(mail_at(mailbox, 0)->from, "A <a@b.example>");
	ck_assert_str_eq(mail_at(mailbox, 0)->subject, "R&D & more");
	ck_assert_int_eq(mail_at(mailbox, 0)->date, 1795429800); /* 2026-11-23T10:30:00Z */
}
END_TEST

START_TEST(broken_characters_and_missing_end_tags_cost_only_themselves)
{
	OWNED(mailbox) mailbox = read_fixture("messages-broken.xml");
	ck_assert_int_eq(mailbox->sms, 4);
	ck_assert_uint_eq(mailbox->latest->len, 2);
	const struct mail_summary *open = mail_at(mailbox, 0);
	ck_assert_str_eq(open->id, "31");
	ck_assert_str_eq(open->from, "no end");
	ck_assert_int_eq(open->date, 1796115600); /* 2026-12-01T09:00:00Z */
	const struct mail_summary *cut = mail_at(mailbox, 1);
	ck_assert_str_eq(cut->subject, "cut");
	ck_assert_str_eq(cut->preview, "café");
	ck_assert_ptr_null(cut->url);
	ck_assert_int_eq(cut->date, 0);
}
END_TEST

START_TEST(numbers_that_are_none_are_unknown_and_never_zero)
{
	OWNED(mailbox) mailbox = read_fixture("messages-numbers.xml");
	ck_assert_int_eq(mailbox->total, MAILBOX_UNKNOWN);
	ck_assert_int_eq(mailbox->unread, MAILBOX_UNKNOWN);
	ck_assert_int_eq(mailbox->sms, MAILBOX_UNKNOWN);
	ck_assert(!mailbox->has_latest);
	ck_assert_ptr_null(mailbox->consent_url);
}
END_TEST

START_TEST(what_is_refused_is_unknown_and_named_with_the_address_to_grant_it)
{
	OWNED(mailbox) mailbox = read_fixture("messages-partial.xml");
	ck_assert_int_eq(mailbox->unread, 0);
	ck_assert_int_eq(mailbox->total, MAILBOX_UNKNOWN);
	ck_assert_int_eq(mailbox->sms, MAILBOX_UNKNOWN);
	ck_assert(!mailbox->has_latest);
	g_autofree char *names = g_strjoinv(" ", mailbox->protected_infos);
	ck_assert_str_eq(names, "NoEMails NoSMS EmailsLastNDetailed");
	ck_assert_str_eq(mailbox->consent_url, "https://a.b.c/def?x=1&y=2");
}
END_TEST

static const struct {
	unsigned status;
	const char *body;
	enum passerelle_error code;
} FAILURES[] = {
	{500, "<error><code>-1</code></error>", PASSERELLE_ERROR_AUTH},
	{500, "<error><code>-3</code><url>https://a.b/c</url></error>", PASSERELLE_ERROR_CONSENT},
	{200,
         "<getPersonalMessagesReturn><error><code>103</code></error></getPersonalMessagesReturn>",
         PASSERELLE_ERROR_NETWORK},
	{200, "<command><result>0</result></command>", PASSERELLE_ERROR_PROTOCOL},
	{200, "<html>hello</html>", PASSERELLE_ERROR_PROTOCOL},
	{503, "<html>later</html>", PASSERELLE_ERROR_NETWORK},
};

START_TEST(a_failure_is_an_error_and_no_mailbox)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(read_body(FAILURES[_i].status, FAILURES[_i].body, &error));
	ck_assert_int_eq(error->code, (int)FAILURES[_i].code);
}
END_TEST

START_TEST(a_huge_overview_is_bounded)
{
	GString *text = g_string_new(NULL);
	for (int i = 0; i < 3000; i++) {
		g_string_append(text, "<msg><msg_id>1<msg_subject>");
		for (int j = 0; j < 400; j++) {
			g_string_append(text, "é&amp;");
		}
	}
	g_autoptr(GPtrArray) mails = overview_read(text->str);
	g_string_free(text, TRUE);
	ck_assert_uint_eq(mails->len, OVERVIEW_MAILS);
	const struct mail_summary *mail = g_ptr_array_index(mails, 0);
	ck_assert_uint_le(strlen(mail->subject), OVERVIEW_FIELD_BYTES);
	ck_assert(g_utf8_validate(mail->subject, -1, NULL));
}
END_TEST

START_TEST(a_subject_that_holds_markup_stays_a_subject)
{
	g_autoptr(GPtrArray) mails =
		overview_read("<msgs><msg><msg_id>1</msg_id><msg_subject></msg><b>"
	                      "</EmailsLastNDetailed></msg_subject></msg></msgs>");
	ck_assert_uint_eq(mails->len, 1);
	const struct mail_summary *mail = g_ptr_array_index(mails, 0);
	ck_assert_str_eq(mail->subject, "</msg><b></EmailsLastNDetailed>");
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("messages");
	TCase *mail = tcase_create("mail");
	tcase_set_timeout(mail, 60);
	tcase_add_test(mail, the_published_overview_loses_no_sender_subject_or_link);
	tcase_add_test(mail, an_escaped_overview_is_read);
	tcase_add_test(mail, an_overview_in_cdata_is_read);
	tcase_add_test(mail, broken_characters_and_missing_end_tags_cost_only_themselves);
	tcase_add_test(mail, numbers_that_are_none_are_unknown_and_never_zero);
	tcase_add_test(mail, what_is_refused_is_unknown_and_named_with_the_address_to_grant_it);
	tcase_add_loop_test(mail, a_failure_is_an_error_and_no_mailbox, 0, G_N_ELEMENTS(FAILURES));
	tcase_add_test(mail, a_huge_overview_is_bounded);
	tcase_add_test(mail, a_subject_that_holds_markup_stays_a_subject);
	suite_add_tcase(suite, mail);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
