/* SPDX-License-Identifier: MIT */
/* What needs a person is told once per need; whose address and words it holds. */
#include "app/needs.h"

#include "app/log.h"

#include <check.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>

static char *home;
static struct journal *journal;
static struct status_document *document;
static struct health health;
static const struct need *of_account;
static char name[] = "home", hosts[] = "orange.fr", orange[] = "orange";
static struct account_config account;

static void set_up(void)
{
	home = g_dir_make_tmp("passerelle-test-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(home, "j", NULL);
	journal = journal_open(path, JOURNAL_CREATE, NULL);
	ck_assert_ptr_nonnull(journal);
	document = status_document_new("home");
	account = (struct account_config){.name = name, .remote = orange};
	memset(&health, 0, sizeof health);
	log_open(LOG_LEVEL_ERROR);
}

static void tear_down(void)
{
	health_clear(&health);
	status_document_free(document);
	journal_close(journal);
	g_autoptr(GDir) names = g_dir_open(home, 0, NULL);
	for (const char *file = g_dir_read_name(names); file != NULL;
	     file = g_dir_read_name(names)) {
		g_autofree char *path = g_build_filename(home, file, NULL);
		g_unlink(path);
	}
	g_rmdir(home);
	g_clear_pointer(&home, g_free);
}

static guint count_new(void)
{
	g_autoptr(GPtrArray) needs = needs_find_new(&account, &health, of_account, journal, NULL);
	ck_assert_ptr_nonnull(needs);
	return needs->len;
}

static void set(enum part part, enum status_state state, const char *kind, const char *url)
{
	health_set(&health.parts[part], state, kind != NULL ? "do it" : NULL, kind, url, 100);
}

START_TEST(a_need_is_new_once_and_again_when_it_has_been_away)
{
	ck_assert_uint_eq(count_new(), 0);
	set(PART_CONTACTS, STATUS_CONSENT_REQUIRED, "consent", "https://orange.fr/a");
	ck_assert_uint_eq(count_new(), 1);
	ck_assert_uint_eq(count_new(), 0);
	set(PART_CONTACTS, STATUS_CONSENT_REQUIRED, "consent", "https://orange.fr/other");
	ck_assert_uint_eq(count_new(), 0);
	set(PART_CONTACTS, STATUS_OK, NULL, NULL);
	ck_assert_uint_eq(count_new(), 0);
	set(PART_CONTACTS, STATUS_CONSENT_REQUIRED, "consent", "https://orange.fr/a");
	ck_assert_uint_eq(count_new(), 1);
}
END_TEST

START_TEST(a_sign_in_is_one_need_of_all_parts_and_consents_are_each_their_own)
{
	for (enum part part = 0; part < PARTS; part++) {
		set(part, STATUS_LOGIN_REQUIRED, "login", NULL);
	}
	ck_assert_uint_eq(count_new(), 1);
	for (enum part part = 0; part < PARTS; part++) {
		set(part, STATUS_CONSENT_REQUIRED, "consent", "https://orange.fr/a");
	}
	ck_assert_uint_eq(count_new(), PARTS);
}
END_TEST

/* Contacts and events here, mail there, each with a user and a password; the card is orange's. */
static void use_three_services(void)
{
	static char carddav[] = "carddav", caldav[] = "caldav", imap[] = "imap", user[] = "marie";
	static char command[] = "echo secret";
	account.contacts_remote = carddav;
	account.calendar_remote = caldav;
	account.mail_remote = imap;
	account.user = user;
	account.password_command = command;
}

static const char *const common_kinds[] = {"login", "configure"};

START_TEST(what_one_service_needs_does_not_hide_what_another_does)
{
	const char *kind = common_kinds[_i];
	use_three_services();
	set(PART_MESSAGES, STATUS_LOGIN_REQUIRED, kind, NULL);
	ck_assert_uint_eq(count_new(), 1);
	set(PART_CONTACTS, STATUS_LOGIN_REQUIRED, kind, NULL);
	ck_assert_uint_eq(count_new(), 1);
	set(PART_PROFILE, STATUS_LOGIN_REQUIRED, kind, NULL);
	ck_assert_uint_eq(count_new(), 1);
	ck_assert_uint_eq(count_new(), 0);
	/* another user of it is another need */
	static char other[] = "paul";
	account.mail_user = other;
	ck_assert_uint_eq(count_new(), 1);
}
END_TEST

START_TEST(a_sign_in_by_oauth_is_one_need_of_all_that_it_serves)
{
	static char client[] = "client", command[] = "echo secret";
	use_three_services();
	account.password_command = NULL;
	account.oauth_client_id = client;
	set(PART_MESSAGES, STATUS_LOGIN_REQUIRED, "login", NULL);
	ck_assert_uint_eq(count_new(), 1);
	set(PART_CONTACTS, STATUS_LOGIN_REQUIRED, "login", NULL);
	ck_assert_uint_eq(count_new(), 0);
	account.calendar_password_command = command;
	set(PART_CALENDAR, STATUS_LOGIN_REQUIRED, "login", NULL);
	ck_assert_uint_eq(count_new(), 1);
}
END_TEST

START_TEST(what_all_services_find_at_once_is_told_once)
{
	use_three_services();
	for (enum part part = 0; part < PARTS; part++) {
		set(part, STATUS_ERROR, "configure", NULL);
	}
	ck_assert_uint_eq(count_new(), 1);
	ck_assert_uint_eq(count_new(), 0);
}
END_TEST

START_TEST(what_an_earlier_version_told_is_not_told_again)
{
	use_three_services();
	ck_assert(journal_memory_set(journal, "app.needs", "login\nconsent contacts", NULL));
	set(PART_MESSAGES, STATUS_LOGIN_REQUIRED, "login", NULL);
	set(PART_CONTACTS, STATUS_CONSENT_REQUIRED, "consent", NULL);
	ck_assert_uint_eq(count_new(), 0);
	set(PART_CALENDAR, STATUS_LOGIN_REQUIRED, "login", NULL);
	ck_assert_uint_eq(count_new(), 1);
}
END_TEST

START_TEST(a_sign_in_that_ends_soon_is_told_once_per_sign_in_whatever_else_comes)
{
	static char kind[] = "renew", message[] = "it ends";
	struct need renew = {.kind = kind, .message = message, .since = 1000};
	of_account = &renew;
	ck_assert_uint_eq(count_new(), 1);
	set(PART_CONTACTS, STATUS_CONSENT_REQUIRED, "consent", "https://orange.fr/a");
	ck_assert_uint_eq(count_new(), 1);
	set(PART_CONTACTS, STATUS_OK, NULL, NULL);
	ck_assert_uint_eq(count_new(), 0);
	renew.since = 2000;
	ck_assert_uint_eq(count_new(), 1);
	of_account = NULL;
	ck_assert_uint_eq(count_new(), 0);
}
END_TEST

/* What a need told the command, and no shell has read. */
static char *told_by(const char *line, const char *message, const char *url)
{
	g_autofree char *out = g_build_filename(home, "out", NULL);
	g_setenv("TEST_OUT", out, TRUE);
	char *copy = g_strdup(line);
	account.on_action_command = copy;
	health_set(&health.parts[PART_CONTACTS], STATUS_CONSENT_REQUIRED, message, "consent", url,
	           1795226400);
	g_autoptr(GPtrArray) needs = needs_find_new(&account, &health, of_account, journal, NULL);
	needs_tell(&account, needs);
	g_free(copy);
	char *text = NULL;
	g_file_get_contents(out, &text, NULL, NULL);
	return text;
}

START_TEST(the_command_finds_it_in_its_environment_and_nothing_of_it_is_run)
{
	static const char line[] =
		"printf '%s|' \"$PASSERELLE_ACCOUNT\" \"$PASSERELLE_ACTION\" "
		"\"$PASSERELLE_MESSAGE\" \"$PASSERELLE_URL\" \"$PASSERELLE_SINCE\" >\"$TEST_OUT\"";
	g_autofree char *text =
		told_by(line, "$(touch injected)`id`\n\x1b[31m\"; touch injected; \"",
	                "https://orange.fr/$(touch%20injected)");
	ck_assert_ptr_nonnull(text);
	ck_assert_str_eq(text, "home|consent|$(touch injected)`id` [31m\"; touch injected; "
	                       "\"|https://orange.fr/$(touch%20injected)|2026-11-21T02:00:00Z|");
	ck_assert(!g_file_test("injected", G_FILE_TEST_EXISTS));
}
END_TEST

START_TEST(a_command_that_fails_is_no_harm)
{
	g_autofree char *text = told_by("exit 7", "x", NULL);
	ck_assert_ptr_null(text);
}
END_TEST

START_TEST(a_foreign_address_is_neither_shown_nor_told)
{
	account.consent_hosts = hosts;
	health_set_consent(&health.parts[PART_CONTACTS], &account, "not allowed",
	                   "https://evil.example/x?secret", 100);
	ck_assert_ptr_null(health.parts[PART_CONTACTS].action_url);
	ck_assert_ptr_nonnull(strstr(health.parts[PART_CONTACTS].message, "evil.example"));
	ck_assert_ptr_null(strstr(health.parts[PART_CONTACTS].message, "secret"));
	health_tell(&health, document);
	ck_assert_str_eq(document->action_kind, "consent");
	ck_assert_ptr_null(document->action_url);
}
END_TEST

START_TEST(a_consent_that_was_given_and_is_missing_again_is_told)
{
	account.consent_hosts = hosts;
	struct part_health *part = &health.parts[PART_MESSAGES];
	health_set_consent(part, &account, "no", "https://orange.fr/a", 100);
	ck_assert_ptr_null(strstr(part->message, "permanent"));
	health_set(part, STATUS_OK, NULL, NULL, NULL, 200);
	ck_assert(health_save(&health, journal, NULL));
	health_clear(&health);
	health_load(&health, journal);
	health_set_consent(part, &account, "no", "https://orange.fr/other", 300);
	ck_assert_ptr_null(strstr(part->message, "permanent"));
	health_set_consent(part, &account, "no", "https://orange.fr/a", 300);
	ck_assert_ptr_nonnull(strstr(part->message, "permanent"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("needs");
	TCase *tests = tcase_create("needs");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_add_test(tests, a_need_is_new_once_and_again_when_it_has_been_away);
	tcase_add_test(tests, a_sign_in_is_one_need_of_all_parts_and_consents_are_each_their_own);
	tcase_add_loop_test(tests, what_one_service_needs_does_not_hide_what_another_does, 0,
	                    G_N_ELEMENTS(common_kinds));
	tcase_add_test(tests, a_sign_in_by_oauth_is_one_need_of_all_that_it_serves);
	tcase_add_test(tests, what_all_services_find_at_once_is_told_once);
	tcase_add_test(tests, what_an_earlier_version_told_is_not_told_again);
	tcase_add_test(tests,
	               a_sign_in_that_ends_soon_is_told_once_per_sign_in_whatever_else_comes);
	tcase_add_test(tests, the_command_finds_it_in_its_environment_and_nothing_of_it_is_run);
	tcase_add_test(tests, a_command_that_fails_is_no_harm);
	tcase_add_test(tests, a_foreign_address_is_neither_shown_nor_told);
	tcase_add_test(tests, a_consent_that_was_given_and_is_missing_again_is_told);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
