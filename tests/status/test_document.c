/* SPDX-License-Identifier: MIT */
/*
 * The status document: there and back, what is unknown, what is refused, and how mail counts age.
 */
#include "status/document.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

static struct status_document *parse(const char *text)
{
	return status_document_from_json(text, strlen(text), NULL);
}

static struct status_document *full_document(void)
{
	struct status_document *document = status_document_new("home");
	struct mail_summary *mail = mail_summary_new();
	document->updated = 1795230000;
	document->state = STATUS_CONSENT_REQUIRED;
	document->since = 1795219000;
	document->message = g_strdup("é \"quoted\"\n<line>");
	document->action_kind = g_strdup("consent");
	document->action_url = g_strdup("https://example.org/?a=1&b=2");
	document->action_since = 1795220000;
	document->mail.box = mailbox_new();
	document->mail.box->unread = 3;
	document->mail.box->sms = 0;
	document->mail.box->has_latest = TRUE;
	mail->id = g_strdup("1");
	mail->from = g_strdup("a@example.org");
	mail->subject = g_strdup("s");
	mail->preview = g_strdup("p");
	mail->url = g_strdup("u");
	mail->date = 1795000000;
	g_ptr_array_add(document->mail.box->latest, mail);
	document->mail.is_stale = true;
	document->mail.as_of = 1795210000;
	document->contacts.synced = 5;
	document->contacts.last_success = 1795229999;
	document->contacts.discovery = g_strdup("1 of 2");
	g_ptr_array_add(document->contacts.problems, g_strdup("x.vcf: no card"));
	document->next_sync = 1795230300;
	return document;
}

START_TEST(a_document_comes_back_as_it_was_written)
{
	OWNED(status_document) document = full_document();
	g_autofree char *text = status_document_to_json(document);
	OWNED(status_document) copy = parse(text);
	ck_assert_ptr_nonnull(copy);
	g_autofree char *again = status_document_to_json(copy);
	ck_assert_str_eq(text, again);
	ck_assert_int_eq(copy->state, STATUS_CONSENT_REQUIRED);
	ck_assert_str_eq(copy->message, document->message);
	ck_assert_int_eq(copy->since, 1795219000);
	ck_assert_int_eq(copy->action_since, 1795220000);
	ck_assert_int_eq(copy->mail.box->unread, 3);
	ck_assert_int_eq(copy->mail.box->sms, 0);
	ck_assert(copy->mail.is_stale);
	ck_assert_int_eq(copy->contacts.last_success, 1795229999);
	ck_assert_uint_eq(copy->contacts.problems->len, 1);
}
END_TEST

START_TEST(what_is_not_known_is_absent_and_never_zero)
{
	OWNED(status_document) document = full_document();
	g_autofree char *text = status_document_to_json(document);
	ck_assert_ptr_null(strstr(text, "\"total\""));
	ck_assert_ptr_null(strstr(text, "\"pending\""));
	ck_assert_ptr_null(strstr(text, "\"calendar\""));
	ck_assert_ptr_nonnull(strstr(text, "\"sms\":0"));
	OWNED(status_document) copy = parse(text);
	ck_assert_int_eq(copy->mail.box->total, MAILBOX_UNKNOWN);
	ck_assert_int_eq(copy->contacts.pending, -1);
	OWNED(status_document) empty = status_document_new("x");
	g_autofree char *bare = status_document_to_json(empty);
	ck_assert_str_eq(bare, "{\"version\":1,\"account\":\"x\",\"state\":\"ok\"}");
}
END_TEST

static const char *const refused[] = {
	"",
	"[]",
	"null",
	"{\"version\":1,\"account\":\"x\",\"state\":\"ok\",\"state\":\"ok\"}",
	"{\"version\":2,\"account\":\"x\",\"state\":\"ok\"}",
	"{\"version\":\"1\",\"account\":\"x\",\"state\":\"ok\"}",
	"{\"account\":\"x\",\"state\":\"ok\"}",
	"{\"version\":1,\"state\":\"ok\"}",
	"{\"version\":1,\"account\":1,\"state\":\"ok\"}",
	"{\"version\":1,\"account\":\"x\",\"state\":\"fine\"}",
	"{\"version\":1,\"account\":\"x\"}",
	"{\"version\":1,\"account\":\"x\",\"state\":\"ok\",\"updated\":5}",
	"{\"version\":1,\"account\":\"x\",\"state\":\"ok\",\"updated\":\"yesterday\"}",
	"{\"version\":1,\"account\":\"x\",\"state\":\"ok\",\"mail\":[]}",
	"{\"version\":1,\"account\":\"x\",\"state\":\"ok\",\"mail\":{\"unread\":-1}}",
	"{\"version\":1,\"account\":\"x\",\"state\":\"ok\",\"mail\":{\"unread\":1.5}}",
	"{\"version\":1,\"account\":\"x\",\"state\":\"ok\",\"mail\":{\"stale\":1}}",
	"{\"version\":1,\"account\":\"x\",\"state\":\"ok\",\"mail\":{\"latest\":[1]}}",
	"{\"version\":1,\"account\":\"x\",\"state\":\"ok\",\"contacts\":{\"synced\":\"1\"}}",
	"{\"version\":1,\"account\":\"x\",\"state\":\"ok\",\"contacts\":{\"problems\":[1]}}",
	"{\"version\":1,\"account\":\"x\",\"state\":\"ok\",\"action\":{}}",
	"{\"version\":1,\"account\":\"x\",\"state\":\"ok\"",
};

START_TEST(a_document_that_is_not_ours_is_refused)
{
	g_autoptr(GError) error = NULL;
	OWNED(status_document)
	document = status_document_from_json(refused[_i], strlen(refused[_i]), &error);
	ck_assert_ptr_null(document);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_PROTOCOL));
}
END_TEST

START_TEST(a_state_lasts_since_it_came_and_not_since_it_was_told_again)
{
	OWNED(status_document) document = status_document_new("home");
	status_document_note_since(document, STATUS_OK, 100);
	ck_assert_int_eq(document->since, 100);
	status_document_note_since(document, STATUS_OK, 200);
	ck_assert_int_eq(document->since, 100);
	document->state = STATUS_HELD;
	status_document_note_since(document, STATUS_OK, 300);
	ck_assert_int_eq(document->since, 300);
}
END_TEST

static struct mailbox *box(gint64 unread, gint64 total)
{
	struct mailbox *self = mailbox_new();
	self->unread = unread;
	self->total = total;
	return self;
}

START_TEST(fresh_counts_replace_old_ones)
{
	struct status_mail mail = {.box = box(1, 10), .is_stale = true, .as_of = 100};
	OWNED(mailbox) fresh = box(2, 11);
	status_mail_update(&mail, fresh, 200);
	ck_assert_int_eq(mail.box->unread, 2);
	ck_assert(!mail.is_stale);
	ck_assert_int_eq(mail.as_of, 200);
	mailbox_free(mail.box);
}
END_TEST

START_TEST(a_count_that_did_not_come_stays_and_is_stale)
{
	struct status_mail mail = {.box = box(1, 10), .as_of = 100};
	OWNED(mailbox) fresh = box(2, MAILBOX_UNKNOWN);
	status_mail_update(&mail, fresh, 200);
	ck_assert_int_eq(mail.box->unread, 2);
	ck_assert_int_eq(mail.box->total, 10);
	ck_assert(mail.is_stale);
	ck_assert_int_eq(mail.as_of, 100);
	mailbox_free(mail.box);
}
END_TEST

START_TEST(when_nothing_could_be_read_everything_known_is_stale)
{
	struct status_mail mail = {.box = box(1, 10), .as_of = 100};
	status_mail_update(&mail, NULL, 200);
	ck_assert_int_eq(mail.box->unread, 1);
	ck_assert(mail.is_stale);
	ck_assert_int_eq(mail.as_of, 100);
	mailbox_free(mail.box);
	struct status_mail never = {.box = NULL};
	status_mail_update(&never, NULL, 200);
	ck_assert_ptr_null(never.box);
	ck_assert(!never.is_stale);
}
END_TEST

START_TEST(an_overview_that_came_empty_replaces_the_old_one)
{
	struct status_mail mail = {.box = box(1, 10), .as_of = 100};
	mail.box->has_latest = TRUE;
	g_ptr_array_add(mail.box->latest, mail_summary_new());
	OWNED(mailbox) fresh = box(0, 10);
	fresh->has_latest = TRUE;
	status_mail_update(&mail, fresh, 200);
	ck_assert_uint_eq(mail.box->latest->len, 0);
	ck_assert(!mail.is_stale);
	mailbox_free(mail.box);
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("document");
	TCase *tests = tcase_create("document");
	tcase_add_test(tests, a_document_comes_back_as_it_was_written);
	tcase_add_test(tests, what_is_not_known_is_absent_and_never_zero);
	tcase_add_loop_test(tests, a_document_that_is_not_ours_is_refused, 0,
	                    (int)G_N_ELEMENTS(refused));
	tcase_add_test(tests, a_state_lasts_since_it_came_and_not_since_it_was_told_again);
	tcase_add_test(tests, fresh_counts_replace_old_ones);
	tcase_add_test(tests, a_count_that_did_not_come_stays_and_is_stale);
	tcase_add_test(tests, when_nothing_could_be_read_everything_known_is_stale);
	tcase_add_test(tests, an_overview_that_came_empty_replaces_the_old_one);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
