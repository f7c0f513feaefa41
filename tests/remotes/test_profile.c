/* SPDX-License-Identifier: MIT */
/* The person's own card: each field by itself, what is withheld, and what is no card. */
#include "emulator/emulator.h"
#include "formats/vcard.h"
#include "remotes/canned_server.h"
#include "remotes/orange/orange.h"

/* What the emulator's person is, and the line that says so. */
static const struct {
	const char *info, *line;
} rows[] = {
	{"Firstname", "N:Exemple;Camille;;;"},
	{"Lastname", "N:Exemple;Camille;;;"},
	{"UserEMail", "EMAIL;TYPE=INTERNET:camille.exemple@example.org"},
	{"DateOfBirth", "BDAY:1979-10-24"},
	{"HomePhone", "TEL;TYPE=HOME,VOICE:0261910505"},
	{"MobilePhone", "TEL;TYPE=CELL:0639980505"},
	{"OfficePhone", "TEL;TYPE=WORK,VOICE:0199000505"},
	{"OfficeFax", "TEL;TYPE=WORK,FAX:0199000506"},
	{"OfficeMobileNumber", "TEL;TYPE=WORK,CELL:0639980506"},
	{"HomeAddress", "ADR;TYPE=HOME:;;5\\, rue des Lilas\\, 75020 Paris;;;;"},
	{"OfficeAddress", "ADR;TYPE=WORK:;;8\\, avenue du Centre\\, 92320 Ch\u00e2tillon;;;;"},
};

static struct profile *read_with(const struct emulator_options *options, GError **error)
{
	struct emulator *emulator = emulator_start(options, error);
	ck_assert_ptr_nonnull(emulator);
	g_autofree char *token = emulator_new_token(emulator);
	struct account account;
	account_init(&account, emulator_port(emulator));
	account.settings.service_id = EMULATOR_SERVICE_ID;
	account.settings.service_password = EMULATOR_SERVICE_PASSWORD;
	account.settings.token = token;
	struct remote *remote = orange_driver.open(&account.settings, NULL, NULL);
	struct profile *profile = orange_driver.read_profile(remote, error);
	orange_driver.close(remote);
	account_clear(&account);
	emulator_stop(emulator);
	return profile;
}

static bool has_line(const struct profile *profile, const char *line)
{
	g_autofree char *card = vcard_write(profile->contact, 3);
	g_autofree char *whole = g_strconcat("\r\n", line, "\r\n", NULL);
	return strstr(card, whole) != NULL;
}

START_TEST(a_field_stands_in_the_card_unless_it_is_withheld)
{
	g_autoptr(GError) error = NULL;
	OWNED(profile) whole = read_with(&(struct emulator_options){.demo = true}, &error);
	ck_assert_msg(whole != NULL, "%s", error != NULL ? error->message : "");
	ck_assert_ptr_null(whole->withheld[0]);
	ck_assert_msg(has_line(whole, rows[_i].line), "no %s", rows[_i].line);
	OWNED(profile)
	part = read_with(
		&(struct emulator_options){.demo = true, .withheld_profile = rows[_i].info},
		&error);
	ck_assert_msg(part != NULL, "%s", error != NULL ? error->message : "");
	ck_assert(!has_line(part, rows[_i].line));
	ck_assert_str_eq(part->withheld[0], rows[_i].info);
	ck_assert_ptr_null(part->withheld[1]);
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		const bool is_same = strcmp(rows[i].line, rows[_i].line) == 0;
		ck_assert_msg(is_same || has_line(part, rows[i].line), "%s is gone with %s",
		              rows[i].line, rows[_i].info);
	}
}
END_TEST

START_TEST(nothing_granted_is_a_question_of_consent_and_no_card)
{
	g_autoptr(GString) all = g_string_new("Gender,PreferredLanguage");
	for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_string_append_printf(all, ",%s", rows[i].info);
	}
	g_autoptr(GError) error = NULL;
	OWNED(profile)
	none = read_with(&(struct emulator_options){.demo = true, .withheld_profile = all->str},
	                 &error);
	ck_assert_ptr_null(none);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONSENT));
	ck_assert_ptr_nonnull(strstr(passerelle_error_url(error), "family=richprofile"));
}
END_TEST

START_TEST(a_profile_without_anything_is_no_card)
{
	g_autoptr(GError) error = NULL;
	OWNED(profile) none = read_with(&(struct emulator_options){0}, &error);
	ck_assert_ptr_null(none);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_PROTOCOL));
}
END_TEST

START_TEST(a_missing_consent_and_a_missing_subscription_are_told_apart)
{
	g_autoptr(GError) asked = NULL;
	OWNED(profile)
	first = read_with(&(struct emulator_options){.demo = true, .consent = "contact"}, &asked);
	ck_assert_ptr_null(first);
	ck_assert(passerelle_error_is(asked, PASSERELLE_ERROR_CONSENT));
	ck_assert_ptr_nonnull(passerelle_error_url(asked));
	g_autoptr(GError) refused = NULL;
	OWNED(profile)
	second = read_with(&(struct emulator_options){.demo = true, .subscribed = "contacts"},
	                   &refused);
	ck_assert_ptr_null(second);
	ck_assert(passerelle_error_is(refused, PASSERELLE_ERROR_CONFIG));
}
END_TEST

/* ---- replies as another server may write them ---- */

static char *say(void *data, const char *request, unsigned number)
{
	(void)request;
	(void)number;
	return canned_http(200, "", data);
}

static struct profile *read_body(const char *fields, GError **error)
{
	g_autofree char *body = g_strdup_printf(
		"<getPersonalRichProfileReturn><Data>%s</Data></getPersonalRichProfileReturn>",
		fields);
	struct canned server;
	struct account account;
	canned_listen(&server, say, body);
	canned_start(&server);
	account_init(&account, server.port);
	struct remote *remote = orange_driver.open(&account.settings, NULL, NULL);
	struct profile *profile = orange_driver.read_profile(remote, error);
	orange_driver.close(remote);
	canned_stop(&server);
	account_clear(&account);
	return profile;
}

START_TEST(fields_are_read_whatever_their_case_and_order)
{
	g_autoptr(GError) error = NULL;
	OWNED(profile)
	profile = read_body("<UserAuthorizedData><LASTNAME> Exemple\u00a0\n</LASTNAME>"
	                    "<Unknown>x</Unknown><dateofbirth>24 octobre</dateofbirth>"
	                    "<FirstName/></UserAuthorizedData>",
	                    &error);
	ck_assert_msg(profile != NULL, "%s", error != NULL ? error->message : "");
	ck_assert_str_eq(profile->contact->family, "Exemple");
	ck_assert_ptr_null(profile->contact->given);
	ck_assert_str_eq(profile->contact->full_name, "Exemple");
	ck_assert_ptr_null(profile->contact->birthday);
	ck_assert_str_eq(profile->contact->birthday_text, "24 octobre");
}
END_TEST

START_TEST(a_field_can_add_no_line_to_the_card)
{
	g_autoptr(GError) error = NULL;
	OWNED(profile)
	profile = read_body("<UserAuthorizedData><Lastname>x&#10;END:VCARD&#13;&#10;TEL:666"
	                    "</Lastname><HomePhone>1&#10;TEL:666</HomePhone></UserAuthorizedData>",
	                    &error);
	ck_assert_ptr_nonnull(profile);
	g_autofree char *card = vcard_write(profile->contact, 3);
	ck_assert_ptr_null(strstr(card, "\nTEL:666"));
	ck_assert_ptr_eq(strstr(card, "\nEND:VCARD"), g_strrstr(card, "\nEND:VCARD"));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("profile");
	TCase *tests = tcase_create("profile");
	tcase_set_timeout(tests, 120);
	tcase_add_loop_test(tests, a_field_stands_in_the_card_unless_it_is_withheld, 0,
	                    G_N_ELEMENTS(rows));
	tcase_add_test(tests, nothing_granted_is_a_question_of_consent_and_no_card);
	tcase_add_test(tests, a_profile_without_anything_is_no_card);
	tcase_add_test(tests, a_missing_consent_and_a_missing_subscription_are_told_apart);
	tcase_add_test(tests, fields_are_read_whatever_their_case_and_order);
	tcase_add_test(tests, a_field_can_add_no_line_to_the_card);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_ENV);
	const int failures = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
