/* SPDX-License-Identifier: MIT */
/* Passwords and tokens: where they come from, who may read them, and what is refused. */
#include "app/interrupt.h"
#include "app/log.h"
#include "app/paths.h"
#include "app/secrets.h"

#include <check.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static char *home; /* a fresh folder per test */
static char home_name[] = "home";
static const struct account_config home_account = {.name = home_name};

static void set_up(void)
{
	home = g_dir_make_tmp("passerelle-test-XXXXXX", NULL);
	ck_assert_ptr_nonnull(home);
	g_setenv("STATE_DIRECTORY", home, TRUE);
	g_unsetenv("CREDENTIALS_DIRECTORY");
	log_open(LOG_LEVEL_ERROR);
}

static void tear_down(void)
{
	g_autoptr(GDir) names = g_dir_open(home, 0, NULL);
	for (const char *name = g_dir_read_name(names); name != NULL;
	     name = g_dir_read_name(names)) {
		g_autofree char *path = g_build_filename(home, name, NULL);
		g_unlink(path);
	}
	g_rmdir(home);
	g_clear_pointer(&home, g_free);
}

static char *put_file(const char *name, const char *text, int mode)
{
	char *path = g_build_filename(home, name, NULL);
	ck_assert(g_file_set_contents(path, text, -1, NULL));
	ck_assert_int_eq(g_chmod(path, mode), 0);
	return path;
}

static void put_secret(const char *name, const char *text, int mode)
{
	g_free(put_file(name, text, mode));
}

static void check_password(char *command, char *file, const char *expected)
{
	static char name[] = "home";
	const struct account_config account = {
		.name = name,
		.service_password_command = command,
		.service_password_file = file,
	};
	g_autoptr(GError) error = NULL;
	char *password = secrets_password(&account, &error);
	if (expected == NULL) {
		ck_assert_ptr_null(password);
		ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
	} else {
		ck_assert_msg(password != NULL, "%s", error != NULL ? error->message : "");
		ck_assert_str_eq(password, expected);
	}
	secret_free(password);
}

START_TEST(a_password_file_gives_its_first_line_whole)
{
	g_autofree char *path = put_file("p", " se:cr\xe9t \r\nsecond\n", 0600);
	check_password(NULL, path, " se:cr\xe9t ");
}
END_TEST

START_TEST(a_password_file_that_others_can_read_is_refused)
{
	static const int modes[] = {0640, 0604, 0644, 0620, 0777};
	for (guint i = 0; i < G_N_ELEMENTS(modes); i++) {
		g_autofree char *path = put_file("p", "secret\n", modes[i]);
		check_password(NULL, path, NULL);
	}
}
END_TEST

START_TEST(a_missing_empty_or_endless_password_file_is_a_mistake_of_configuration)
{
	static char missing[] = "/nonexistent/password";
	static char device[] = "/dev/zero";
	g_autofree char *empty = put_file("p", "\nsecret\n", 0600);
	g_autofree char *junk = g_strnfill(9000, 'x');
	g_autofree char *endless = put_file("q", junk, 0600);
	check_password(NULL, missing, NULL);
	check_password(NULL, device, NULL);
	check_password(NULL, empty, NULL);
	check_password(NULL, endless, NULL);
}
END_TEST

START_TEST(a_credential_comes_from_the_folder_of_systemd)
{
	static char credential[] = "credential:orange";
	check_password(NULL, credential, NULL);
	put_secret("orange", "secret\n", 0440);
	g_setenv("CREDENTIALS_DIRECTORY", home, TRUE);
	check_password(NULL, credential, "secret");
}
END_TEST

START_TEST(a_command_gives_the_first_line_of_what_it_prints)
{
	static char command[] = "echo noise >&2; printf ' a b \\nsecond\\n'; cat";
	static char background[] = "sleep 100 & echo secret";
	check_password(command, NULL, " a b ");
	check_password(background, NULL, "secret");
}
END_TEST

START_TEST(a_command_that_fails_or_prints_nothing_gives_no_password)
{
	static char fails[] = "echo secret; exit 3", silent[] = "true", dies[] = "kill -9 $$";
	static char empty[] = "echo; echo secret",
		    endless[] = "head -c 100000 /dev/zero | tr '\\0' x";
	check_password(fails, NULL, NULL);
	check_password(silent, NULL, NULL);
	check_password(dies, NULL, NULL);
	check_password(empty, NULL, NULL);
	check_password(endless, NULL, NULL);
}
END_TEST

/* Standard error from here on, in the process of this test alone. */
static char *log_to_file(void)
{
	char *path = g_build_filename(home, "log", NULL);
	ck_assert_ptr_nonnull(freopen(path, "w", stderr));
	g_unsetenv("INVOCATION_ID");
	log_set_level(LOG_LEVEL_DEBUG);
	return path;
}

START_TEST(a_command_that_traces_itself_does_not_log_its_password)
{
	static char traced[] = "set -x; echo 'se cret%1' >&2; echo 'se cret%1'; echo 'more of it'";
	static char failing[] = "set -x; echo 'se cret%1'; echo more of it; exit 1";
	static char early[] = "set -x; kept='se cret%1'; echo no key >&2; exit 1";
	g_autofree char *path = log_to_file(), *log = NULL;
	check_password(traced, NULL, "se cret%1");
	check_password(failing, NULL, NULL);
	check_password(early, NULL, NULL);
	fflush(stderr);
	ck_assert(g_file_get_contents(path, &log, NULL, NULL));
	ck_assert_ptr_nonnull(strstr(log, "service_password_command: [hidden]\n"));
	ck_assert_ptr_nonnull(strstr(log, "+ echo [hidden]\n"));
	ck_assert_ptr_nonnull(strstr(log, "service_password_command: no key\n"));
	ck_assert_ptr_null(strstr(log, "cret"));
	ck_assert_ptr_null(strstr(log, "more of it"));
}
END_TEST

START_TEST(a_command_that_is_ended_by_us_tells_nothing)
{
	static char waiting[] =
		"kept='se cret%1'; echo \"$kept\" >&2; kill -TERM $PPID; sleep 20; echo \"$kept\"";
	static const struct account_config account = {.name = home_name,
	                                              .service_password_command = waiting};
	g_autofree char *path = log_to_file(), *log = NULL;
	g_autoptr(GError) error = NULL;
	interrupt_install();
	ck_assert_ptr_null(secrets_password(&account, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CANCELLED));
	fflush(stderr);
	ck_assert(g_file_get_contents(path, &log, NULL, NULL));
	ck_assert_str_eq(log, "");
}
END_TEST

START_TEST(a_token_is_stored_for_its_owner_alone_and_comes_back_without_blanks)
{
	g_autoptr(GError) error = NULL;
	ck_assert(secrets_store_token("home", " \tB64+/==|sau=|ted=1|\r\n", &error));
	g_autofree char *path = paths_of_account("home", ".token");
	struct stat about;
	ck_assert_int_eq(stat(path, &about), 0);
	ck_assert_uint_eq(about.st_mode & 0777, 0600);
	char *token = secrets_token(&home_account, &error);
	ck_assert_str_eq(token, "B64+/==|sau=|ted=1|");
	secret_free(token);
}
END_TEST

START_TEST(without_a_token_a_login_is_asked_for)
{
	g_autoptr(GError) error = NULL;
	ck_assert_ptr_null(secrets_token(&home_account, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_AUTH));
	ck_assert_ptr_nonnull(strstr(error->message, "passerelle login home"));
}
END_TEST

START_TEST(a_token_that_others_can_read_is_refused)
{
	g_autoptr(GError) error = NULL;
	put_secret("home.token", "token\n", 0644);
	ck_assert_ptr_null(secrets_token(&home_account, &error));
	ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
}
END_TEST

START_TEST(what_is_no_token_is_not_stored_and_not_repeated)
{
	static const char *const bad[] = {"", "  \n", "two words", "tab\tinside", "bell\a", "é"};
	for (guint i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) error = NULL;
		ck_assert(!secrets_store_token("home", bad[i], &error));
		ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_INPUT));
		ck_assert_str_eq(error->message,
		                 "that is no token: one word without blanks is expected");
	}
	g_autofree char *path = paths_of_account("home", ".token");
	ck_assert(!g_file_test(path, G_FILE_TEST_EXISTS));
}
END_TEST

static char *token_by(char *command, GError **error)
{
	const struct account_config account = {.name = home_name, .token_command = command};
	return secrets_token(&account, error);
}

START_TEST(a_command_gives_the_token_whatever_is_stored)
{
	static char good[] = "printf ' B64+/==|ted=1 \\nmore\\n'";
	g_autoptr(GError) error = NULL;
	ck_assert(secrets_store_token("home", "stored", &error));
	char *token = token_by(good, &error);
	ck_assert_msg(token != NULL, "%s", error != NULL ? error->message : "");
	ck_assert_str_eq(token, "B64+/==|ted=1");
	secret_free(token);
}
END_TEST

START_TEST(a_token_command_that_fails_or_prints_no_token_is_a_matter_of_the_configuration)
{
	static char failing[] = "echo canary; exit 1", blank[] = "echo two canaries",
		    silent[] = ":";
	char *const lines[] = {failing, blank, silent};
	for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
		g_autoptr(GError) error = NULL;
		ck_assert_ptr_null(token_by(lines[i], &error));
		ck_assert(passerelle_error_is(error, PASSERELLE_ERROR_CONFIG));
		ck_assert_ptr_nonnull(strstr(error->message, "token_command"));
		ck_assert_ptr_null(strstr(error->message, "canar"));
	}
}
END_TEST

START_TEST(the_end_of_a_token_is_read_where_it_tells_one)
{
	static const struct {
		const char *token;
		gint64 end;
	} rows[] = {
		{"B64x==|sau=|ted=1795226400|usr=a", 1795226400},
		{"B64x==|ted=1795226400", 1795226400},
		{"B64x==|ted=|usr=a", 0},
		{"B64x==|ted=12|usr=a", 0},
		{"B64x==|ted=17952264001795226400|", 0},
		{"B64x==|ted=1795226400x|", 0},
		{"ted=1795226400", 0},
		{"opaque", 0},
		{"", 0},
	};
	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		ck_assert_int_eq(secrets_token_end(rows[i].token), rows[i].end);
	}
}
END_TEST

int main(void)
{
	Suite *suite = suite_create("secrets");
	TCase *tests = tcase_create("secrets");
	tcase_add_checked_fixture(tests, set_up, tear_down);
	tcase_set_timeout(tests, 60);
	tcase_add_test(tests, a_password_file_gives_its_first_line_whole);
	tcase_add_test(tests, a_password_file_that_others_can_read_is_refused);
	tcase_add_test(tests,
	               a_missing_empty_or_endless_password_file_is_a_mistake_of_configuration);
	tcase_add_test(tests, a_credential_comes_from_the_folder_of_systemd);
	tcase_add_test(tests, a_command_gives_the_first_line_of_what_it_prints);
	tcase_add_test(tests, a_command_that_fails_or_prints_nothing_gives_no_password);
	tcase_add_test(tests, a_command_that_traces_itself_does_not_log_its_password);
	tcase_add_test(tests, a_command_that_is_ended_by_us_tells_nothing);
	tcase_add_test(tests, a_token_is_stored_for_its_owner_alone_and_comes_back_without_blanks);
	tcase_add_test(tests, without_a_token_a_login_is_asked_for);
	tcase_add_test(tests, a_command_gives_the_token_whatever_is_stored);
	tcase_add_test(
		tests,
		a_token_command_that_fails_or_prints_no_token_is_a_matter_of_the_configuration);
	tcase_add_test(tests, the_end_of_a_token_is_read_where_it_tells_one);
	tcase_add_test(tests, a_token_that_others_can_read_is_refused);
	tcase_add_test(tests, what_is_no_token_is_not_stored_and_not_repeated);
	suite_add_tcase(suite, tests);
	SRunner *runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	int failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
