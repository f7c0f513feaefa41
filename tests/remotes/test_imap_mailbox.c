/* SPDX-License-Identifier: MIT */
/* Tests of the IMAP driver against a scripted server: what it counts and shows, and that it never
 * says anything that could change a mailbox. */
#include "remotes/imap/imap.h"

#include "net/imap_server.h"

#include <stdio.h>

#include "remotes/imap/mailbox.h"

/* ---- the server's side ---- */

/* Replies by the beginning of the command; "TAG" in them is the tag. The first that fits. */
struct row {
	const char *command, *reply;
};

#define INBOX_ROWS                                                                                 \
	{"STATUS \"INBOX\"", "* STATUS INBOX (MESSAGES 12 UNSEEN 3)\r\nTAG OK\r\n"},               \
		{"EXAMINE \"INBOX\"", "* 12 EXISTS\r\n* FLAGS (\\Seen)\r\n"                        \
	                              "* OK [UIDVALIDITY 7] valid\r\nTAG OK [READ-ONLY]\r\n"},     \
	{                                                                                          \
		"UID SEARCH UNSEEN", "* SEARCH 5 8 9\r\nTAG OK\r\n"                                \
	}

#define FETCH                                                                                      \
	"UID FETCH 5,8:9 (UID INTERNALDATE BODY.PEEK[HEADER.FIELDS (FROM SUBJECT DATE)]<0.8192>)"

static enum imap_step by_rows(struct imap_peer *peer, const char *tag, const char *command)
{
	const struct row *row = peer->world->data;
	for (; tag != NULL && row->command != NULL; row++) {
		if (g_str_has_prefix(command, row->command)) {
			g_auto(GStrv) parts = g_strsplit(row->reply, "TAG", -1);
			g_autofree char *text = g_strjoinv(tag, parts);
			connection_send(peer->connection, text);
			return IMAP_HANDLED;
		}
	}
	return IMAP_USUAL;
}

/* RFC 3501, 6: all that leaves a mailbox as it is. */
static void expect_harmless(struct imap_world *world)
{
	static const char *const HARMLESS[] = {"CAPABILITY",
	                                       "AUTHENTICATE PLAIN ",
	                                       "STATUS \"",
	                                       "EXAMINE \"",
	                                       "UID SEARCH UNSEEN",
	                                       "UID SEARCH RETURN (ALL) UNSEEN",
	                                       "UID FETCH ",
	                                       "IDLE",
	                                       "LOGOUT"};
	ck_assert_uint_gt(world->lines->len, 0);
	for (guint i = 0; i < world->lines->len; i++) {
		const char *line = g_ptr_array_index(world->lines, i);
		const char *command = strchr(line, ' ');
		bool is_harmless = strcmp(line, "DONE") == 0;
		for (gsize k = 0; command != NULL && k < G_N_ELEMENTS(HARMLESS); k++) {
			is_harmless |= g_str_has_prefix(command + 1, HARMLESS[k]);
		}
		ck_assert_msg(is_harmless, "\"%s\" may change something", line);
		const char *body = strstr(line, "BODY");
		ck_assert_msg(body == NULL || g_str_has_prefix(body, "BODY.PEEK["), "\"%s\"", line);
		ck_assert_msg(body == NULL || strstr(body + 1, "BODY") == NULL, "\"%s\"", line);
		ck_assert_msg(strstr(line, "RFC822") == NULL, "\"%s\"", line);
	}
}

/* ---- our side ---- */

struct account {
	struct imap_world world;
	struct remote_settings settings;
	struct remote *remote;
	char *url;
};

static void account_start(struct account *self, const struct row *rows, const char *capabilities)
{
	g_autoptr(GError) error = NULL;
	*self = (struct account){
		.world = {.script = by_rows, .data = (void *)rows, .after = capabilities}};
	imap_world_start(&self->world, IMAP_PLAIN);
	self->url = imap_world_url(&self->world);
	self->settings = (struct remote_settings){.account = "home",
	                                          .messages_url = self->url,
	                                          .user = "ada",
	                                          .password = SECRET,
	                                          .timeout = 20};
	self->remote = imap_driver.open(&self->settings, NULL, &error);
	ck_assert_msg(self->remote != NULL, "%s", error == NULL ? "" : error->message);
}

static void account_stop(struct account *self)
{
	imap_driver.close(self->remote);
	expect_harmless(&self->world);
	imap_world_stop(&self->world);
	g_free(self->url);
}

static struct mailbox *read_well(struct account *self)
{
	g_autoptr(GError) error = NULL;
	struct mailbox *mailbox = imap_driver.read_mailbox(self->remote, &error);
	ck_assert_msg(mailbox != NULL, "%s", error == NULL ? "" : error->message);
	return mailbox;
}

static const struct mail_summary *mail_at(const struct mailbox *mailbox, guint index)
{
	ck_assert_uint_lt(index, mailbox->latest->len);
	return g_ptr_array_index(mailbox->latest, index);
}

static const char *const FOLDERS[] = {"INBOX", "Entw\xc3\xbcrfe", "Lists/a \"b\"", NULL};

/* ---- tests ---- */

/* A literal, made by the server as long as it is. */
static enum imap_step with_literals(struct imap_peer *peer, const char *tag, const char *command)
{
	static const struct {
		guint uid;
		const char *header;
	} mails[] = {
		{5, "Subject: =?utf-8?Q?=C3=A9t=C3=A9?=\r\nFrom: \"Love, Ada\" <ada@a.example>\r\n"
	            "Date: Tue, 7 Mar 2006 12:00:00 +0100\r\n\r\n"},
		{8, "From: bob@a.example\r\nSubject: later\r\n than all\r\n"
	            "Date: Fri, 1 Jan 2100 00:00:00 +0000\r\n\r\n"},
		{9, "\r\n"},
	};
	if (tag == NULL || strcmp(command, FETCH) != 0) {
		return by_rows(peer, tag, command);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(mails); i++) {
		imap_tell(peer,
		          "* %u FETCH (UID %u INTERNALDATE \" 7-Mar-2006 15:35:0%u +0100\" "
		          "BODY[HEADER.FIELDS (FROM SUBJECT DATE)]<0> {%zu}\r\n%s)",
		          mails[i].uid, mails[i].uid, mails[i].uid, strlen(mails[i].header),
		          mails[i].header);
		imap_tell(peer, "* 3 FETCH (FLAGS (\\Recent) UID 3)");
	}
	imap_tell(peer, "%s OK done", tag);
	return IMAP_HANDLED;
}

static const struct row inbox_rows[] = {INBOX_ROWS, {NULL, NULL}};

START_TEST(a_mailbox_is_counted_and_its_newest_unread_mails_are_shown)
{
	struct account account;
	account_start(&account, inbox_rows, "IDLE");
	account.world.script = with_literals;
	OWNED(mailbox) mailbox = read_well(&account);
	ck_assert_int_eq(mailbox->total, 12);
	ck_assert_int_eq(mailbox->unread, 3);
	ck_assert_int_eq(mailbox->sms, MAILBOX_UNKNOWN);
	ck_assert(mailbox->has_latest && mailbox->latest->len == 3);
	ck_assert_ptr_null(mailbox->problem);
	ck_assert_ptr_null(mailbox->protected_infos);
	ck_assert_str_eq(mail_at(mailbox, 0)->id, "INBOX;UIDVALIDITY=7/;UID=9");
	ck_assert_ptr_null(mail_at(mailbox, 0)->subject);
	ck_assert_int_eq(mail_at(mailbox, 0)->date, 1141742109);
	ck_assert_str_eq(mail_at(mailbox, 1)->from, "bob@a.example");
	ck_assert_str_eq(mail_at(mailbox, 1)->subject, "later than all");
	ck_assert_int_eq(mail_at(mailbox, 1)->date, 1141742108); /* not before it came */
	ck_assert_str_eq(mail_at(mailbox, 2)->from, "Love, Ada");
	ck_assert_str_eq(mail_at(mailbox, 2)->subject, "\xc3\xa9t\xc3\xa9");
	ck_assert_int_eq(mail_at(mailbox, 2)->date, 1141729200);
	account_stop(&account);
}
END_TEST

START_TEST(nothing_unread_is_asked_no_further)
{
	static const struct row rows[] = {
		{"STATUS \"INBOX\"", "* STATUS INBOX (UNSEEN 0 MESSAGES 12)\r\nTAG OK\r\n"},
		{NULL, NULL},
	};
	struct account account;
	account_start(&account, rows, "IDLE");
	OWNED(mailbox) mailbox = read_well(&account);
	ck_assert_int_eq(mailbox->unread, 0);
	ck_assert(mailbox->has_latest && mailbox->latest->len == 0);
	ck_assert(!imap_world_heard(&account.world, "EXAMINE"));
	account_stop(&account);
}
END_TEST

START_TEST(several_mailboxes_are_one)
{
	static const struct row rows[] = {
		{"STATUS \"Entw&APw-rfe\"",
	         "* STATUS \"Entw&APw-rfe\" (MESSAGES 2 UNSEEN 1)\r\nTAG OK\r\n"},
		{"EXAMINE \"Entw&APw-rfe\"", "TAG OK\r\n"},
		{"STATUS \"Lists/a \\\"b\\\"\"",
	         "* STATUS {11}\r\nLists/a \"b\" (MESSAGES 5 UNSEEN 0)\r\nTAG OK\r\n"},
		INBOX_ROWS,
		{"UID FETCH",
	         "* 1 FETCH (BODY[HEADER.FIELDS (FROM)]<0> \"Subject: x\" UID 5)\r\nTAG OK\r\n"},
		{NULL, NULL},
	};
	struct account account;
	account_start(&account, rows, "IDLE");
	account.settings.mailboxes = (char *const *)FOLDERS;
	OWNED(mailbox) mailbox = read_well(&account);
	ck_assert_int_eq(mailbox->total, 19);
	ck_assert_int_eq(mailbox->unread, 4);
	ck_assert_uint_eq(mailbox->latest->len, 2);
	ck_assert_str_eq(mail_at(mailbox, 0)->subject, "x");
	ck_assert_int_eq(mail_at(mailbox, 0)->date, 0);
	account_stop(&account);
}
END_TEST

START_TEST(a_mailbox_that_is_not_there_is_named_and_the_others_count)
{
	static const struct row rows[] = {
		{"STATUS \"Lists", "TAG NO [NONEXISTENT] Mailbox doesn't exist\r\n"},
		{"STATUS \"Entw", "TAG NO no permission\r\n"},
		INBOX_ROWS,
		{"UID FETCH", "TAG OK\r\n"},
		{NULL, NULL},
	};
	struct account account;
	account_start(&account, rows, "IDLE");
	account.settings.mailboxes = (char *const *)FOLDERS;
	OWNED(mailbox) mailbox = read_well(&account);
	ck_assert_int_eq(mailbox->unread, 3);
	ck_assert(strstr(mailbox->problem, "mailbox \"Entw\xc3\xbcrfe\": ") != NULL);
	ck_assert(strstr(mailbox->problem, "mailbox \"Lists/a \"b\"\": ") != NULL);
	ck_assert(strstr(mailbox->problem, "Mailbox doesn't exist") != NULL);
	account_stop(&account);
}
END_TEST

START_TEST(where_no_mailbox_is_there_that_is_the_error)
{
	static const struct row rows[] = {
		{"STATUS", "TAG NO [NONEXISTENT] Mailbox doesn't exist\r\n"},
		{NULL, NULL},
	};
	static char broken[] = "a\nb";
	static char *const names[] = {broken, NULL};
	struct account account;
	g_autoptr(GError) error = NULL, second = NULL;
	account_start(&account, rows, "IDLE");
	ck_assert_ptr_null(imap_driver.read_mailbox(account.remote, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_NOT_FOUND));
	ck_assert(g_str_has_prefix(error->message, "mailbox \"INBOX\": 127.0.0.1:"));
	account.settings.mailboxes = names;
	ck_assert_ptr_null(imap_driver.read_mailbox(account.remote, &second));
	ck_assert(passerelle_error_is(second, PASSERELLE_ERROR_CONFIG));
	account_stop(&account);
}
END_TEST

START_TEST(a_list_of_mails_that_fails_takes_no_counts_along)
{
	static const struct row rows[] = {
		{"STATUS \"INBOX\"", "* STATUS INBOX (MESSAGES 12 UNSEEN 3)\r\nTAG OK\r\n"},
		{"EXAMINE", "TAG NO not today\r\n"},
		{NULL, NULL},
	};
	struct account account;
	account_start(&account, rows, "IDLE");
	OWNED(mailbox) mailbox = read_well(&account);
	ck_assert_int_eq(mailbox->unread, 3);
	ck_assert(strstr(mailbox->problem, "not today") != NULL);
	account_stop(&account);
}
END_TEST

START_TEST(a_connection_that_is_lost_is_the_error)
{
	static const struct row rows[] = {
		{"STATUS \"INBOX\"", "* STATUS INBOX (MESSAGES 12 UNSEEN 3)\r\nTAG OK\r\n"},
		{"EXAMINE", "* BYE tired\r\n"},
		{NULL, NULL},
	};
	struct account account;
	g_autoptr(GError) error = NULL;
	account_start(&account, rows, "IDLE");
	ck_assert_ptr_null(imap_driver.read_mailbox(account.remote, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_NETWORK));
	ck_assert(strstr(error->message, "tired") != NULL);
	account_stop(&account);
}
END_TEST

START_TEST(odd_replies_are_taken_for_what_they_are)
{
	static const char *const replies[] = {
		"* STATUS INBOX (UNSEEN x)\r\nTAG OK\r\n",
		"* STATUS INBOX (MESSAGES 99999999999 UNSEEN 99999999999)\r\nTAG OK\r\n",
		"* STATUS INBOX (\r\nTAG OK\r\n",
		"* STATUS INBOX\r\nTAG OK\r\n",
		"* STATUS (MESSAGES 1)\r\nTAG OK\r\n",
		"* OK STATUS INBOX (UNSEEN 1)\r\nTAG OK\r\n",
		"TAG OK\r\n",
	};
	for (gsize i = 0; i < G_N_ELEMENTS(replies); i++) {
		const struct row rows[] = {
			{"STATUS", replies[i]},
			{"UID SEARCH", "* SEARCH x 0 99999999999 5 (8\r\n* SEARCH\r\n* ESEARCH "
		                       "ALL\r\nTAG OK\r\n"},
			{"UID FETCH",
		         "* 1 FETCH\r\n* 1 FETCH (\r\n* FETCH (UID 5)\r\n* 1 FETCH (UID x)\r\n"
		         "* 1 FETCH (UID 5 BODY)\r\n* 1 FETCH (UID 6 BODY[] {0}\r\n)\r\n"
		         "* 1 FETCH (BODY[\r\n* 1 FETCH (((((((((((((\r\nTAG OK\r\n"},
			{NULL, NULL},
		};
		struct account account;
		account_start(&account, rows, "IDLE");
		OWNED(mailbox) mailbox = read_well(&account);
		ck_assert_int_eq(mailbox->unread, MAILBOX_UNKNOWN);
		ck_assert_int_eq(mailbox->total, MAILBOX_UNKNOWN);
		ck_assert_uint_eq(mailbox->latest->len, 0);
		account_stop(&account);
	}
}
END_TEST

/* A server with 100,000 unread mails, which answers as it was asked. */
static enum imap_step with_many(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || strcmp(command, "UID SEARCH UNSEEN") != 0) {
		return by_rows(peer, tag, command);
	}
	GString *reply = g_string_new("* SEARCH");
	for (guint i = 1; i <= 100000; i++) {
		g_string_append_printf(reply, " %u", i);
	}
	imap_tell(peer, "%s\r\n%s OK", reply->str, tag);
	g_string_free(reply, TRUE);
	return IMAP_HANDLED;
}

START_TEST(of_many_unread_mails_the_newest_are_fetched)
{
	static const struct row rows[] = {
		{"STATUS", "* STATUS INBOX (MESSAGES 100000 UNSEEN 100000)\r\nTAG OK\r\n"},
		{"UID SEARCH RETURN (ALL) UNSEEN",
	         "* ESEARCH (TAG \"TAG\") UID ALL 1:100000\r\nTAG OK\r\n"},
		{"UID FETCH 99901:100000 ", "TAG OK\r\n"},
		{NULL, NULL},
	};
	static const char *const capabilities[] = {"IDLE", "IDLE ESEARCH"};
	for (gsize i = 0; i < G_N_ELEMENTS(capabilities); i++) {
		struct account account;
		account_start(&account, rows, capabilities[i]);
		account.world.script = with_many;
		OWNED(mailbox) mailbox = read_well(&account);
		ck_assert_int_eq(mailbox->unread, 100000);
		ck_assert_ptr_null(mailbox->problem);
		ck_assert(imap_world_heard(&account.world, "UID FETCH 99901:100000 "));
		ck_assert(imap_world_heard(&account.world, "RETURN (ALL)") == (i == 1));
		account_stop(&account);
	}
}
END_TEST

START_TEST(an_account_that_cannot_work_is_refused_before_anything_is_sent)
{
	static const struct remote_settings settings[] = {
		{.user = "ada", .password = SECRET},
		{.messages_url = "https://mail.example", .user = "ada", .password = SECRET},
		{.messages_url = "imaps://ada@mail.example", .user = "ada", .password = SECRET},
		{.messages_url = "imaps://mail.example", .user = "ada"},
		{.messages_url = "imaps://mail.example", .bearer = SECRET},
	};
	for (gsize i = 0; i < G_N_ELEMENTS(settings); i++) {
		g_autoptr(GError) error = NULL;
		ck_assert_ptr_null(imap_driver.open(&settings[i], NULL, &error));
		ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
		ck_assert(strstr(error->message, SECRET) == NULL);
	}
}
END_TEST

/* ---- waiting ---- */

static enum imap_step idle_with_news(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || strcmp(command, "IDLE") != 0) {
		return by_rows(peer, tag, command);
	}
	imap_tell(peer, "+ idling\r\n* 13 EXISTS");
	g_free(imap_hear_line(peer));
	imap_tell(peer, "%s OK", tag);
	return IMAP_HANDLED;
}

START_TEST(waiting_tells_of_news_and_of_having_just_begun)
{
	struct account account;
	g_autoptr(GError) error = NULL;
	account_start(&account, inbox_rows, "IDLE");
	account.world.script = idle_with_news;
	ck_assert(imap_driver.await_mail(account.remote, 600, &error));
	ck_assert(!imap_world_heard(&account.world, "IDLE"));
	ck_assert(imap_driver.await_mail(account.remote, 600, &error));
	ck_assert(imap_driver.await_mail(account.remote, 600, &error));
	ck_assert_ptr_null(error);
	ck_assert_uint_eq(account.world.n_sign_ins, 1);
	account_stop(&account);
}
END_TEST

static enum imap_step idle_in_silence(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || strcmp(command, "IDLE") != 0) {
		return by_rows(peer, tag, command);
	}
	imap_tell(peer, "+ idling");
	g_free(imap_hear_line(peer));
	imap_tell(peer, "%s OK", tag);
	return IMAP_HANDLED;
}

START_TEST(waiting_ends_when_its_time_is_over)
{
	struct account account;
	g_autoptr(GError) error = NULL;
	account_start(&account, inbox_rows, "IDLE");
	account.world.script = idle_in_silence;
	ck_assert(imap_driver.await_mail(account.remote, 1, &error));
	ck_assert(!imap_driver.await_mail(account.remote, 1, &error));
	ck_assert_ptr_null(error);
	account_stop(&account);
}
END_TEST

START_TEST(a_server_that_does_not_tell_is_unsupported)
{
	struct account account;
	g_autoptr(GError) error = NULL;
	account_start(&account, inbox_rows, "ESEARCH");
	ck_assert(!imap_driver.await_mail(account.remote, 600, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_UNSUPPORTED));
	account_stop(&account);
}
END_TEST

static enum imap_step idle_once(struct imap_peer *peer, const char *tag, const char *command)
{
	if (tag == NULL || strcmp(command, "IDLE") != 0) {
		return by_rows(peer, tag, command);
	}
	imap_tell(peer, "* BYE restarting");
	return IMAP_GONE;
}

START_TEST(after_a_lost_connection_waiting_begins_anew)
{
	struct account account;
	g_autoptr(GError) error = NULL;
	account_start(&account, inbox_rows, "IDLE");
	account.world.script = idle_once;
	ck_assert(imap_driver.await_mail(account.remote, 600, NULL));
	ck_assert(!imap_driver.await_mail(account.remote, 600, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_NETWORK));
	ck_assert(imap_driver.await_mail(account.remote, 600, NULL));
	ck_assert_uint_eq(account.world.n_sign_ins, 2);
	account_stop(&account);
}
END_TEST

/* ---- probing ---- */

static char *probe_text(struct account *account, const char *part)
{
	g_autoptr(GPtrArray) findings = imap_driver.probe(account->remote, part);
	GString *text = g_string_new(NULL);
	for (guint i = 0; i < findings->len; i++) {
		const struct finding *finding = g_ptr_array_index(findings, i);
		g_string_append_printf(text, "%s%s\n", finding->error == NULL ? "" : "! ",
		                       finding->error == NULL ? finding->text
		                                              : finding->error->message);
	}
	return g_string_free(text, FALSE);
}

START_TEST(a_probe_tells_what_is_there)
{
	static const struct row rows[] = {
		{"STATUS \"Lists", "TAG NO [NONEXISTENT] Mailbox doesn't exist\r\n"},
		{"STATUS \"Entw", "TAG OK\r\n"},
		INBOX_ROWS,
		{NULL, NULL},
	};
	struct account account;
	account_start(&account, rows, "IDLE");
	account.settings.mailboxes = (char *const *)FOLDERS;
	g_autofree char *host = g_strdup(account.url + strlen("imap://"));
	g_autofree char *wanted = g_strdup_printf(
		"messages: %s answers (this machine, without TLS)\n"
		"messages: the user and the password are accepted\n"
		"messages: mailbox \"INBOX\" holds 12, 3 unread\n"
		"messages: mailbox \"Entw\xc3\xbcrfe\" is there; the server does not count it\n"
		"! messages: mailbox \"Lists/a \"b\"\": %s: the server says: [NONEXISTENT] "
		"Mailbox doesn't exist\n"
		"messages: the server tells of new mail at once\n",
		host, host);
	g_autofree char *text = probe_text(&account, "messages");
	ck_assert_str_eq(text, wanted);
	g_autofree char *other = probe_text(&account, "contacts");
	ck_assert_str_eq(other, "");
	account.settings.password = "mistaken";
	g_autofree char *refused = probe_text(&account, "messages");
	ck_assert(g_str_has_prefix(refused, "! messages: 127.0.0.1:"));
	ck_assert(strstr(refused, "[AUTHENTICATIONFAILED] wrong") != NULL);
	account_stop(&account);
}
END_TEST

static Suite *mailbox_suite(void)
{
	Suite *suite = suite_create("remotes/imap_mailbox");
	TCase *reading = tcase_create("reading");
	tcase_set_timeout(reading, 60);
	tcase_add_test(reading, a_mailbox_is_counted_and_its_newest_unread_mails_are_shown);
	tcase_add_test(reading, nothing_unread_is_asked_no_further);
	tcase_add_test(reading, several_mailboxes_are_one);
	tcase_add_test(reading, a_mailbox_that_is_not_there_is_named_and_the_others_count);
	tcase_add_test(reading, where_no_mailbox_is_there_that_is_the_error);
	tcase_add_test(reading, a_list_of_mails_that_fails_takes_no_counts_along);
	tcase_add_test(reading, a_connection_that_is_lost_is_the_error);
	tcase_add_test(reading, odd_replies_are_taken_for_what_they_are);
	tcase_add_test(reading, of_many_unread_mails_the_newest_are_fetched);
	tcase_add_test(reading, an_account_that_cannot_work_is_refused_before_anything_is_sent);
	suite_add_tcase(suite, reading);
	TCase *waiting = tcase_create("waiting");
	tcase_set_timeout(waiting, 60);
	tcase_add_test(waiting, waiting_tells_of_news_and_of_having_just_begun);
	tcase_add_test(waiting, waiting_ends_when_its_time_is_over);
	tcase_add_test(waiting, a_server_that_does_not_tell_is_unsupported);
	tcase_add_test(waiting, after_a_lost_connection_waiting_begins_anew);
	tcase_add_test(waiting, a_probe_tells_what_is_there);
	suite_add_tcase(suite, waiting);
	return suite;
}

int main(void)
{
	SRunner *runner = srunner_create(mailbox_suite());
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures != 0;
}
