/* SPDX-License-Identifier: MIT */
/* passerelle check: what must be right before a cycle, and with --online what the remote says. */
#include "app/check.h"

#include "app/account.h"
#include "app/command.h"
#include "app/oauth.h"
#include "app/paths.h"
#include "app/secrets.h"
#include "app/service.h"
#include "formats/icalendar.h"
#include "status/words.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINE_CHARACTERS 1000 /* the address of a consent page must not be cut */

static const char usage[] = "[--online] [ACCOUNT…]";
static const char summary[] =
	"Check configuration, folders, rights and credentials of these accounts, or all.";

void check_tell_ok(const struct checker *self, const char *format, ...)
{
	va_list arguments;
	if (self->is_quiet) {
		return;
	}
	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_autofree char *clean = words_clean(text, LINE_CHARACTERS);
	printf("ok       %s: %s\n", self->config->name, clean);
}

void check_tell_problem(struct checker *self, enum exit_status status, const char *text)
{
	g_autofree char *clean = words_clean(text, LINE_CHARACTERS);
	printf("problem  %s: %s\n", self->config->name, clean);
	self->status = exit_status_worse(self->status, status);
}

/* The nearest folder above that is there. */
static char *existing_above(const char *path)
{
	char *folder = g_strdup(path);
	while (!g_file_test(folder, G_FILE_TEST_EXISTS)) {
		char *above = g_path_get_dirname(folder);
		g_free(folder);
		folder = above;
	}
	return folder;
}

static void check_folder(struct checker *self, const char *what, const char *path)
{
	g_autofree char *nearest = existing_above(path);
	g_autofree char *text = NULL;
	if (!g_file_test(nearest, G_FILE_TEST_IS_DIR)) {
		text = g_strdup_printf("%s: \"%s\" is not a folder", what, nearest);
	} else if (access(nearest, R_OK | W_OK | X_OK) != 0) {
		text = g_strdup_printf("%s: \"%s\" cannot be written", what, nearest);
	} else if (g_str_equal(nearest, path)) {
		check_tell_ok(self, "%s: \"%s\" can be written", what, path);
	} else {
		check_tell_ok(self, "%s: \"%s\" will be made", what, path);
	}
	if (text != NULL) {
		check_tell_problem(self, EXIT_CANNOT_WRITE, text);
	}
}

static void check_file(struct checker *self, const char *what, const char *path)
{
	if (path != NULL) {
		g_autofree char *folder = g_path_get_dirname(path);
		check_folder(self, what, folder);
	}
}

static void check_folders(struct checker *self)
{
	const struct account_config *config = self->config;
	g_autofree char *state = paths_state();
	g_autofree char *status = paths_status(config);
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		if (account_folder(config, kind) != NULL) {
			check_folder(self, item_kind_name(kind), account_folder(config, kind));
		}
	}
	check_folder(self, "state", state);
	check_file(self, "status", status);
	check_file(self, "contacts_export", config->contacts_export);
	check_file(self, "calendar_export", config->calendar_export);
	check_file(self, "freebusy_export", config->freebusy_export);
	check_file(self, "profile", config->profile);
}

static void check_state_is_private(struct checker *self)
{
	g_autofree char *state = paths_state();
	struct stat about;
	if (stat(state, &about) == 0 && (about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
		g_autofree char *text = g_strdup_printf(
			"state: others can look into \"%s\": type chmod 700 \"%s\"", state, state);
		check_tell_problem(self, EXIT_BAD_CONFIG, text);
	}
}

static void check_zone(struct checker *self)
{
	if (zone_is_known(self->config->timezone)) {
		check_tell_ok(self, "time zone %s", self->config->timezone);
	} else {
		check_tell_problem(self, EXIT_BAD_CONFIG,
		                   "the time zone is not known on this computer");
	}
}

static void check_certificates(struct checker *self)
{
	const struct {
		const char *name, *path;
	} files[] = {{"ca_file", self->config->ca_file},
	             {"client_certificate", self->config->client_certificate},
	             {"client_key", self->config->client_key}};
	for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
		if (files[i].path != NULL && access(files[i].path, R_OK) != 0) {
			g_autofree char *text = g_strdup_printf("%s: \"%s\" cannot be read",
			                                        files[i].name, files[i].path);
			check_tell_problem(self, EXIT_BAD_CONFIG, text);
		}
	}
}

static void check_secret(struct checker *self, const char *what, char *secret_taken,
                         const GError *error)
{
	if (secret_taken != NULL) {
		check_tell_ok(self, "%s is there", what);
	} else {
		check_tell_problem(self, exit_status_of(error), error->message);
	}
	secret_free(secret_taken);
}

static void check_sign_in(struct checker *self)
{
	g_autoptr(GError) error = NULL;
	char *secret = oauth_client_secret(self->config, &error);
	if (error != NULL || secret != NULL) {
		check_secret(self, "client secret", secret, error);
	}
	if (oauth_is_signed_in(self->config)) {
		check_tell_ok(self, "the sign-in of OAuth 2 is there");
	} else {
		g_autofree char *words = g_strdup_printf("not signed in: type passerelle login %s",
		                                         self->config->name);
		check_tell_problem(self, EXIT_NEEDS_LOGIN, words);
	}
}

static void check_user(struct checker *self, const struct service *service, const char *what)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *words = g_strdup_printf("password for %s", what);
	check_secret(self, words, secrets_read(&service->password, self->config->name, &error),
	             error);
}

static void check_service(struct checker *self)
{
	g_autoptr(GError) password_error = NULL;
	g_autoptr(GError) token_error = NULL;
	char *password = secrets_password(self->config, &password_error);
	check_secret(self, "service password", password, password_error);
	char *token = secrets_token(self->config, &token_error);
	check_secret(self, "token", token, token_error);
}

/* Each that is needed, once. */
static void check_secrets(struct checker *self)
{
	bool has_service = false, has_sign_in = false;
	for (enum part part = 0; part < HEALTH_PARTS; part++) {
		const struct service service = service_of(self->config, part);
		if (!account_has_part(self->config, part)) {
			continue;
		}
		if (!service.driver->knows_users) {
			has_service = true;
		} else if (secret_source_is_given(&service.password)) {
			check_user(self, &service, part_name(part));
		} else {
			has_sign_in |= oauth_is_used(self->config);
		}
	}
	if (has_service) {
		check_service(self);
	}
	if (has_sign_in) {
		check_sign_in(self);
	}
}

static void check_journal(struct checker *self)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = paths_of_account(self->config->name, ".journal");
	OWNED(journal) journal = journal_open(path, JOURNAL_READ_ONLY, &error);
	if (journal != NULL) {
		check_tell_ok(self, "the journal opens");
	} else if (passerelle_error_is(error, PASSERELLE_ERROR_NOT_FOUND)) {
		check_tell_ok(self, "never synchronised: the journal will be made");
	} else {
		check_tell_problem(self, exit_status_of(error), error->message);
	}
}

static enum exit_status check_account(const struct account_config *config, bool is_quiet,
                                      bool is_online)
{
	struct checker checker = {config, EXIT_DONE, is_quiet};
	check_folders(&checker);
	check_state_is_private(&checker);
	check_zone(&checker);
	check_certificates(&checker);
	check_journal(&checker);
	check_secrets(&checker);
	if (is_online) {
		check_online(&checker);
	}
	return checker.status;
}

enum exit_status command_check(struct invocation *invocation, int argc, char **argv)
{
	gboolean is_online = FALSE;
	const GOptionEntry entries[] = {
		{"online", 0, 0, G_OPTION_ARG_NONE, &is_online,
	         "Ask the remote, too; nothing is written there", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(GStrv) names = NULL;
	enum exit_status status = EXIT_DONE;
	if (!command_options(entries, usage, summary, argc, argv, &names, &status)) {
		return status;
	}
	g_autoptr(GPtrArray) accounts = command_accounts(invocation, names);
	if (accounts == NULL) {
		return EXIT_BAD_USAGE;
	}
	bool is_quiet = invocation->verbosity < 0;
	if (!is_quiet) {
		printf("ok       configuration \"%s\"\n", invocation->config_path);
	}
	for (guint i = 0; i < accounts->len; i++) {
		status = exit_status_worse(
			status, check_account(g_ptr_array_index(accounts, i), is_quiet, is_online));
	}
	return status;
}
