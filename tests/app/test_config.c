/* SPDX-License-Identifier: MIT */
/* The configuration: what is read, and how every kind of mistake is told. */
#include "app/config.h"
#include "app/config_options.h"
#include "app/drivers.h"
#include "app/service.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define NO_ACCOUNT                                                                                 \
	"test.conf:1: there is no [account NAME]: it needs one, with endpoint, service_id, "       \
	"service_password_command and a folder"
#define ACCOUNT                                                                                    \
	"[account home]\nendpoint = https://example.org\nservice_id = X\n"                         \
	"service_password_file = /p\n"
/* A server of contacts and events, and the address of both. */
#define CLOUD                                                                                      \
	"[account cloud]\ncontacts_remote = carddav\ncalendar_remote = caldav\n"                   \
	"endpoint = https://cloud.example\nuser = u\npassword_file = /q\nmessages = off\n"         \
	"contacts = /c\ncalendar = /e\n"
/* The mail counts from another service. */
#define MAIL                                                                                       \
	"mail_remote = imap\nmail_url = imaps://mail.example\nmail_user = u\n"                     \
	"mail_password_file = /q\n"
#define SIGN_IN                                                                                    \
	"oauth_client_id = X\nlogin_url = https://l.example\n"                                     \
	"oauth_token_url = https://t.example\n"

static struct config *parse(const char *text, GError **error)
{
	return config_parse(text, strlen(text), "test.conf", error);
}

/* The mistakes of ACCOUNT followed by lines must be exactly these. */
static void check_mistakes(const char *text, const char *expected)
{
	g_autoptr(GError) error = NULL;
	OWNED(config) config = parse(text, &error);
	ck_assert_ptr_null(config);
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
	ck_assert_str_eq(error->message, expected);
}

START_TEST(every_option_reaches_its_field)
{
	g_autofree char *data = NULL;
	gsize size = 0;
	ck_assert(g_file_get_contents(TEST_FIXTURES "/config/full.conf", &data, &size, NULL));
	g_setenv("HOME", "/home/marie", TRUE);
	g_autoptr(GError) error = NULL;
	OWNED(config) config = config_parse(data, size, "full.conf", &error);
	ck_assert_msg(config != NULL, "%s", error != NULL ? error->message : "");
	ck_assert_int_eq(config->general.interval, 600);
	ck_assert_int_eq(config->general.log_level, LOG_LEVEL_DEBUG);
	ck_assert_uint_eq(config->accounts->len, 2);
	const struct account_config *home = config_account(config, "home");
	ck_assert_str_eq(home->endpoint, "https://example.org/int");
	ck_assert_str_eq(home->contacts_url, "http://127.0.0.1:8080/c");
	ck_assert_str_eq(home->service_password_command, "secret-tool lookup service orange");
	ck_assert(g_str_has_suffix(home->contacts, "/.local/share/contacts/home"));
	ck_assert(home->contacts[0] == '/');
	ck_assert(g_str_has_suffix(home->profile, "/me.vcf"));
	ck_assert_int_eq(home->contacts_interval, 3600);
	ck_assert_int_eq(home->calendar_interval, 600);
	ck_assert_int_eq(home->contacts_direction, DIRECTION_PULL);
	ck_assert_int_eq(home->calendar_direction, DIRECTION_PUSH);
	ck_assert_int_eq(home->messages, 0);
	ck_assert_str_eq(home->timezone, "Indian/Reunion");
	ck_assert_int_eq(home->push_past_events, 1);
	ck_assert_int_eq(home->recurrence_horizon, 14 * 86400);
	ck_assert_int_eq(home->max_adds, 7);
	ck_assert_int_eq(home->on_remote_delete, REMOTE_DELETE_TRASH);
	ck_assert_int_eq(home->in_doubt, IN_DOUBT_SEND_AGAIN);
	ck_assert_int_eq(home->in_doubt_grace, 45);
	ck_assert_int_eq(home->vcard_version, 4);
	ck_assert_int_eq(home->max_connections, 2);
	ck_assert_int_eq(home->requests_per_minute, 30);
	ck_assert_int_eq(home->timeout, 10);
	ck_assert_str_eq(home->ca_file, "/etc/ssl/own.pem");
	ck_assert_str_eq(home->proxy, "http://proxy.example:3128");
	const struct account_config *work = config_account(config, "work-2");
	ck_assert_str_eq(work->service_password_file, "credential:orange");
	ck_assert_ptr_null(config_account(config, "nobody"));
}
END_TEST

START_TEST(what_is_not_given_has_the_default_of_the_table)
{
	g_autoptr(GError) error = NULL;
	OWNED(config) config = parse(ACCOUNT, &error);
	ck_assert_msg(config != NULL, "%s", error != NULL ? error->message : "");
	const struct account_config *home = config_account(config, "home");
	ck_assert_str_eq(home->remote, "orange");
	ck_assert_str_eq(home->timezone, "Europe/Paris");
	ck_assert_int_eq(home->messages_interval, 300);
	ck_assert_int_eq(home->recurrence_horizon, 90 * 86400);
	ck_assert_int_eq(home->max_adds, 50);
	ck_assert_int_eq(home->vcard_version, 3);
	ck_assert_int_eq(home->messages, 1);
	ck_assert_ptr_null(home->contacts);
}
END_TEST

START_TEST(a_value_of_five_thousand_bytes_arrives_whole)
{
	g_autoptr(GString) value = g_string_new("echo");
	while (value->len < 5000) {
		g_string_append_printf(value, " %u#;=[%*s]é", (unsigned)value->len,
		                       (int)(value->len % 7), "");
	}
	g_string_append(value, "end");
	g_autofree char *text = g_strdup_printf(
		"[account a]\nendpoint = https://h\n  service_password_command =    %s   ; why\n"
		"service_id=X\n",
		value->str);
	g_autoptr(GError) error = NULL;
	OWNED(config) config = parse(text, &error);
	ck_assert_msg(config != NULL, "%s", error != NULL ? error->message : "");
	ck_assert_str_eq(config_account(config, "a")->service_password_command, value->str);
	ck_assert_str_eq(config_account(config, "a")->service_id, "X");
}
END_TEST

START_TEST(a_value_of_any_length_around_the_buffer_arrives_whole)
{
	for (gsize length = 150; length < 620; length++) {
		g_autofree char *value = g_strnfill(length, 'x');
		for (gsize i = 1; i + 1 < length; i += 3) {
			value[i] = ' ';
		}
		g_autofree char *text = g_strdup_printf(
			"[account a]\nservice_password_command = %s\nendpoint = https://h\n"
			"service_id = X\n",
			value);
		g_autoptr(GError) error = NULL;
		OWNED(config) config = parse(text, &error);
		ck_assert_msg(config != NULL, "%s", error != NULL ? error->message : "");
		ck_assert_str_eq(config_account(config, "a")->service_password_command, value);
	}
}
END_TEST

static const struct {
	const char *text, *expected;
} mistakes[] = {
	{ACCOUNT "contact = /x\n",
         "test.conf:5: unknown option \"contact\": did you mean \"contacts\"?"},
	{ACCOUNT "wibble_wobble_wubble = 1\n",
         "test.conf:5: unknown option \"wibble_wobble_wubble\""},
	{ACCOUNT "intervall = 5m\n",
         "test.conf:5: unknown option \"intervall\": did you mean \"interval\" in [general]?"},
	{ACCOUNT "interval = 5m\n", "test.conf:5: \"interval\" belongs into [general]"},
	{ACCOUNT "timeout = 10s\ntimeout = 20s\n",
         "test.conf:6: \"timeout\" stands already in line 5"},
	{ACCOUNT "[general]\n[general]\n",
         "test.conf:6: the section \"[general]\" stands already in line 5"},
	{ACCOUNT "[account  home]\n",
         "test.conf:5: the section \"[account home]\" stands already in line 1"},
	{ACCOUNT "[generall]\n",
         "test.conf:5: unknown section \"[generall]\": did you mean \"[general]\"?"},
	{ACCOUNT "[acount work]\nx = 1\n",
         "test.conf:5: unknown section \"[acount work]\": did you mean \"[account work]\"?"},
	{ACCOUNT "[zzzzzzzz]\n",
         "test.conf:5: unknown section \"[zzzzzzzz]\": there are [general] and [account NAME]"},
	{ACCOUNT "[general\n", "test.conf:5: a section needs a closing \"]\""},
	{ACCOUNT "hello\n", "test.conf:5: this is neither \"[section]\" nor \"name = value\""},
	{"interval = 5m\n" ACCOUNT, "test.conf:1: \"interval\" stands before any section"},
	{ACCOUNT "contacts =\n", "test.conf:5: \"contacts\" has no value"},
	{ACCOUNT "contacts = here/there\n",
         "test.conf:5: \"contacts\" needs an absolute path or one that starts with \"~/\", not "
         "\"here/there\""},
	{ACCOUNT "timeout = 30\n",
         "test.conf:5: \"timeout\" needs a time like 30s, 5m, 1h, 90d or 2w, not \"30\""},
	{ACCOUNT "timeout = -3s\n",
         "test.conf:5: \"timeout\" needs a time like 30s, 5m, 1h, 90d or 2w, not \"-3s\""},
	{ACCOUNT "timeout = 99999999999999999999s\n",
         "test.conf:5: \"timeout\" must lie between 1s and 1h, not \"99999999999999999999s\""},
	{ACCOUNT "contacts_interval = 1s\n",
         "test.conf:5: \"contacts_interval\" must lie between 30s and 1w, not \"1s\""},
	{ACCOUNT "max_adds = many\n",
         "test.conf:5: \"max_adds\" must be a number between 0 and 100000, not \"many\""},
	{ACCOUNT "max_connections = 0\n",
         "test.conf:5: \"max_connections\" must be a number between 1 and 32, not \"0\""},
	{ACCOUNT "messages = yess\n",
         "test.conf:5: \"messages\" cannot be \"yess\": did you mean \"yes\"?"},
	{ACCOUNT "contacts_direction = sideways\n",
         "test.conf:5: \"contacts_direction\" must be one of both, pull, push, off, not "
         "\"sideways\""},
	{ACCOUNT "timezone = Europe/Pariss\n",
         "test.conf:5: \"timezone\": no time zone is called \"Europe/Pariss\" (try "
         "\"Europe/Paris\")"},
	{ACCOUNT "contacts_url = http://example.org\n",
         "test.conf:5: \"contacts_url\" must start with \"https://\": plain http is for this "
         "machine only"},
	{ACCOUNT "contacts_url = http://127.0.0.1.example.org\n",
         "test.conf:5: \"contacts_url\" must start with \"https://\": plain http is for this "
         "machine only"},
	{ACCOUNT "contacts_url = ftp://example.org\n",
         "test.conf:5: \"contacts_url\" must start with \"https://\""},
	{ACCOUNT "contacts_url = https://user:pass@example.org\n",
         "test.conf:5: \"contacts_url\" may hold no user, password, \"?\" or \"#\""},
	{ACCOUNT "contacts_url = example.org\n",
         "test.conf:5: \"contacts_url\" needs an address like \"https://HOST\""},
	{ACCOUNT "service_password_command = x\n",
         "test.conf:1: account \"home\" needs one of \"service_password_command\" and "
         "\"service_password_file\", not both"},
	{ACCOUNT "remote = citrus\n",
         "test.conf:1: account \"home\": no remote is called \"citrus\": there are orange, "
         "carddav, caldav, imap"},
	{ACCOUNT "messages = off\n",
         "test.conf:1: account \"home\" has nothing to do: it needs \"contacts\" or \"calendar\""},
	{ACCOUNT "contacts = /a\ncalendar = /a\n",
         "test.conf:1: account \"home\": \"contacts\" and \"calendar\" are the same folder"},
	{ACCOUNT "contacts = /a\nprofile = /a/me.vcf\n",
         "test.conf:1: account \"home\": \"profile\" lies in the folder of \"contacts\""},
	{CLOUD "service_id = X\nservice_password_file = /p\nprofile = /c/work/me.vcf\n"
               "contacts_url = https://dav.example\ncalendar_url = https://dav.example\n"
               "contacts_collections = all\n",
         "test.conf:1: account \"cloud\": \"profile\" lies below the folder of \"contacts\", "
         "among those of \"contacts_collections\""},
	{ACCOUNT "contacts_export = /b\nprofile = /a/../b\n",
         "test.conf:1: account \"home\": \"profile\" is the file of another option"},
	{"[account a/b]\nendpoint = https://h\nservice_id = X\nservice_password_file = /p\n",
         "test.conf:1: an account is called by 1 to 64 letters, digits, \"_\" and \"-\""},
	{ACCOUNT "contacts = /c\ncontacts_collections = all\n",
         "test.conf:1: account \"home\": \"contacts_collections\" is of no use to the remote "
         "\"orange\""},
	{ACCOUNT "calendar = /e\ncalendar_collections = work\n",
         "test.conf:1: account \"home\": \"calendar_collections\" is of no use to the remote "
         "\"orange\""},
	{ACCOUNT "mail_folders = Lists\n",
         "test.conf:1: account \"home\": \"mail_folders\" is of no use to the remote "
         "\"orange\""},
	{ACCOUNT "mail_url = imaps://mail.example\n",
         "test.conf:1: account \"home\": \"mail_url\" is of no use to the remote \"orange\""},
	{ACCOUNT "user = u\n",
         "test.conf:1: account \"home\": \"user\" is of no use to the remote \"orange\""},
	{ACCOUNT MAIL "contacts_user = u\ncontacts_password_file = /q\n",
         "test.conf:1: account \"home\": \"contacts_user\" is of no use to the remote \"orange\"\n"
         "test.conf:1: account \"home\": \"contacts_password_file\" is of no use to the remote "
         "\"orange\""},
	{ACCOUNT MAIL "calendar_password_command = x\n",
         "test.conf:1: account \"home\": \"calendar_password_command\" is of no use to the "
         "remote \"orange\""},
	{ACCOUNT MAIL SIGN_IN,
         "test.conf:1: account \"home\": \"oauth_client_id\" is of no use where everything has a "
         "password"},
	{CLOUD SIGN_IN,
         "test.conf:1: account \"cloud\": \"oauth_client_id\" is of no use where everything has a "
         "password"},
	{CLOUD "profile = /me.vcf\nremote = carddav\ncalendar_url = https://dav.example\n",
         "test.conf:1: account \"cloud\": \"profile\" is of no use to the remote \"carddav\""},
	{ACCOUNT "mail_remote = imap\nmail_user = u\nmail_password_file = /q\n",
         "test.conf:1: account \"home\" needs \"mail_url\""},
	{ACCOUNT "contacts = /c\ncontacts_remote = carddav\nuser = u\npassword_file = /q\n",
         "test.conf:1: account \"home\" needs \"contacts_url\": \"endpoint\" is the address of "
         "the remote \"orange\""},
	{CLOUD "remote = carddav\n",
         "test.conf:1: account \"cloud\" needs \"calendar_url\": \"endpoint\" is the address of "
         "the remote \"carddav\""},
	{CLOUD "profile = /me.vcf\nservice_id = X\nservice_password_file = /p\n",
         "test.conf:1: account \"cloud\" needs \"contacts_url\": \"endpoint\" is the address of "
         "the remote \"orange\"\n"
         "test.conf:1: account \"cloud\" needs \"calendar_url\": \"endpoint\" is the address of "
         "the remote \"orange\""},
	{CLOUD "profile = /me.vcf\ncontacts_url = https://dav.example\n"
               "calendar_url = https://dav.example\nservice_password_file = /p\n",
         "test.conf:1: account \"cloud\" needs \"service_id\""},
	{"[account a]\nservice_id = X\nservice_password_file = /p\n",
         "test.conf:1: account \"a\" needs \"endpoint\" (or \"messages_url\")"},
	{"[general]\n", NO_ACCOUNT},
	{"", NO_ACCOUNT},
	{ACCOUNT "\xff\n", "test.conf:5: this is not UTF-8 text"},
	{ACCOUNT "service_password_file = credential:../x\n",
         "test.conf:5: \"service_password_file\" stands already in line 4"},
};

START_TEST(a_mistake_is_told_with_file_line_and_the_right_spelling)
{
	check_mistakes(mistakes[_i].text, mistakes[_i].expected);
}
END_TEST

static const char *const fine[] = {
	CLOUD,
	CLOUD MAIL,
	CLOUD "contacts_collections = all\ncalendar_collections = home, work\n",
	CLOUD MAIL "mail_folders = INBOX, Lists\n",
	CLOUD "service_id = X\nservice_password_file = /p\nprofile = /c/me/me.vcf\n"
	      "contacts_url = https://dav.example\ncalendar_url = https://dav.example\n",
	ACCOUNT "contacts = /c\ncontacts_remote = carddav\ncontacts_url = https://dav.example\n"
		"user = u\npassword_file = /q\n",
	ACCOUNT MAIL "mail_folders = INBOX, Lists\n",
	ACCOUNT "mail_folders = INBOX\n",
	"[account cloud]\nremote = carddav\nendpoint = https://cloud.example\nuser = u\n"
	"contacts = /c\n" SIGN_IN,
	/* a part that is switched off for a while keeps what is said of it */
	ACCOUNT "contacts = /c\nmessages = off\nmail_remote = imap\nmail_user = u\n"
		"mail_folders = Lists\n" SIGN_IN,
};

START_TEST(what_fits_together_is_taken)
{
	g_autoptr(GError) error = NULL;
	OWNED(config) config = parse(fine[_i], &error);
	ck_assert_msg(config != NULL, "%s", error != NULL ? error->message : "");
}
END_TEST

START_TEST(an_endpoint_belongs_to_the_remote_or_to_all_that_are_left)
{
	g_autoptr(GError) error = NULL;
	OWNED(config) config = parse(CLOUD, &error);
	ck_assert_msg(config != NULL, "%s", error != NULL ? error->message : "");
	struct account_config *cloud = config_account(config, "cloud");
	const struct remote_driver *orange = drivers_find("orange");
	ck_assert(service_owns_endpoint(cloud, drivers_find("carddav")));
	ck_assert(service_owns_endpoint(cloud, drivers_find("caldav")));
	cloud->messages = 1; /* orange has them */
	ck_assert(service_owns_endpoint(cloud, orange));
	ck_assert(!service_owns_endpoint(cloud, drivers_find("carddav")));
	ck_assert(!service_owns_endpoint(cloud, drivers_find("imap")));
}
END_TEST

START_TEST(the_address_of_the_mail_counts_is_one_of_their_service)
{
	static char web[] = "https://m.example", server[] = "imaps://m.example", imap[] = "imap";
	static char orange[] = "orange";
	struct account_config account = {.remote = orange, .messages_url = web, .mail_url = server};
	ck_assert_str_eq(service_of(&account, PART_MESSAGES).url, web);
	account.mail_remote = imap;
	ck_assert_str_eq(service_of(&account, PART_MESSAGES).url, server);
}
END_TEST

START_TEST(all_mistakes_are_told_in_the_order_of_the_file)
{
	check_mistakes(
		ACCOUNT "\ncontact = /x\n# fine\nnothing\n\ntimeout = soon ; no\n",
		"test.conf:6: unknown option \"contact\": did you mean \"contacts\"?\n"
		"test.conf:8: this is neither \"[section]\" nor \"name = value\"\n"
		"test.conf:10: \"timeout\" needs a time like 30s, 5m, 1h, 90d or 2w, not \"soon\"");
}
END_TEST

START_TEST(a_long_line_without_a_name_does_not_flow_into_the_value_before_it)
{
	g_autofree char *junk = g_strnfill(700, 'j');
	g_autofree char *text = g_strdup_printf(ACCOUNT "proxy = p\n%s = x\n", junk);
	check_mistakes(text, "test.conf:6: this is neither \"[section]\" nor \"name = value\"");
}
END_TEST

START_TEST(a_line_beyond_the_limit_is_a_mistake)
{
	g_autofree char *junk = g_strnfill(70000, 'j');
	g_autofree char *text = g_strdup_printf(ACCOUNT "proxy = %s\n", junk);
	check_mistakes(text, "test.conf:5: the line is longer than 65536 bytes");
}
END_TEST

START_TEST(a_configuration_beyond_the_limit_is_refused_as_a_whole)
{
	g_autofree char *remarks = g_strnfill(256 * 1024, '#');
	g_autofree char *text = g_strdup_printf(ACCOUNT "%s", remarks);
	check_mistakes(text, "test.conf: longer than 262144 bytes");
}
END_TEST

START_TEST(accounts_beyond_the_limit_are_told)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (guint i = 0; i < 201; i++) {
		g_string_append_printf(text,
		                       "[account a%u]\nendpoint = https://a\nservice_id = a\n"
		                       "service_password_file = /a\n",
		                       i);
	}
	check_mistakes(text->str, "test.conf:801: there are more than 200 accounts");
}
END_TEST

START_TEST(comments_blanks_and_line_ends_of_others_do_not_matter)
{
	g_autoptr(GError) error = NULL;
	OWNED(config)
	config = parse("\xEF\xBB\xBF; first\r\n  [account home] ; here\r\n"
	               "\tendpoint=https://example.org/ ; there\r\n"
	               "service_id = a;b#c\r\nservice_password_file = /p\r\n\r\n#end",
	               &error);
	ck_assert_msg(config != NULL, "%s", error != NULL ? error->message : "");
	ck_assert_str_eq(config_account(config, "home")->endpoint, "https://example.org");
	ck_assert_str_eq(config_account(config, "home")->service_id, "a;b#c");
}
END_TEST

START_TEST(a_file_that_is_not_there_is_not_found)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(config_load("/nonexistent/passerelle.conf", &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_NOT_FOUND));
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("config");
	TCase *tests = tcase_create("config");
	tcase_add_test(tests, every_option_reaches_its_field);
	tcase_add_test(tests, what_is_not_given_has_the_default_of_the_table);
	tcase_add_test(tests, a_value_of_five_thousand_bytes_arrives_whole);
	tcase_add_test(tests, a_value_of_any_length_around_the_buffer_arrives_whole);
	tcase_add_loop_test(tests, a_mistake_is_told_with_file_line_and_the_right_spelling, 0,
	                    (int)G_N_ELEMENTS(mistakes));
	tcase_add_loop_test(tests, what_fits_together_is_taken, 0, (int)G_N_ELEMENTS(fine));
	tcase_add_test(tests, an_endpoint_belongs_to_the_remote_or_to_all_that_are_left);
	tcase_add_test(tests, the_address_of_the_mail_counts_is_one_of_their_service);
	tcase_add_test(tests, all_mistakes_are_told_in_the_order_of_the_file);
	tcase_add_test(tests, a_long_line_without_a_name_does_not_flow_into_the_value_before_it);
	tcase_add_test(tests, a_line_beyond_the_limit_is_a_mistake);
	tcase_add_test(tests, a_configuration_beyond_the_limit_is_refused_as_a_whole);
	tcase_add_test(tests, accounts_beyond_the_limit_are_told);
	tcase_add_test(tests, comments_blanks_and_line_ends_of_others_do_not_matter);
	tcase_add_test(tests, a_file_that_is_not_there_is_not_found);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
