/* SPDX-License-Identifier: MIT */
/* passerelle consent: take the person to the page on which they allow what was refused. */
#include "app/account.h"
#include "app/address.h"
#include "app/browser.h"
#include "app/command.h"
#include "app/interrupt.h"
#include "app/listener.h"
#include "app/log.h"
#include "app/paths.h"
#include "app/sync_account.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PAGES_PER_PART   3   /* reading, adding, and one more try */
#define BUSY_SECONDS     120 /* a cycle of the service may be under way */
#define BUSY_STEP_US     200000
#define RETURN_PARAMETER "urlRetour" /* privacy page, step 4 */

static const char usage[] = "ACCOUNT";
static const char summary[] =
	"Open the privacy pages that the provider asked for, wait for your choice, and look what "
	"is allowed then.";

struct consent {
	const struct account_config *account;
	gint port;
	gboolean is_print_only;
	enum exit_status status;
};

static bool come_back(void *data, const char *token, GError **error)
{
	(void)data;
	(void)token;
	(void)error;
	return true;
}

/* "contact: see" out of the address, for the person; the pages spell the family both ways. */
static char *wanted_words(const char *address)
{
	g_autoptr(GUri) uri = g_uri_parse(address, G_URI_FLAGS_ENCODED, NULL);
	const char *query = uri != NULL ? g_uri_get_query(uri) : NULL;
	g_autoptr(GHashTable) values =
		query != NULL ? g_uri_parse_params(query, -1, "&", G_URI_PARAMS_NONE, NULL) : NULL;
	if (values == NULL) {
		return g_strdup("");
	}
	const char *family = g_hash_table_lookup(values, "family");
	family = family != NULL ? family : g_hash_table_lookup(values, "familly");
	const char *attributes = g_hash_table_lookup(values, "attributes");
	attributes = attributes != NULL ? attributes : "";
	while (*attributes == ',' || *attributes == ' ') {
		attributes++;
	}
	return family == NULL ? g_strdup("")
	                      : g_strdup_printf(" (%.60s%s%.100s)", family,
	                                        attributes[0] != '\0' ? ": " : "", attributes);
}

/* The page of one need; comes back when the person does, or after a while. */
static bool show_page(struct consent *self, enum part part, const char *url, GError **error)
{
	if (!address_is_trusted(self->account, url, error)) {
		return false;
	}
	const struct listener_settings settings = {
		.port = (unsigned)self->port,
		.account = self->account,
		.done_text = "Your choice is known to the provider. passerelle looks now what is "
			     "allowed. You can close this page.",
	};
	OWNED(listener) listener = listener_open(&settings, error);
	if (listener == NULL) {
		return false;
	}
	g_autofree char *address = address_add(url, RETURN_PARAMETER, listener_address(listener));
	g_autofree char *wanted = wanted_words(url);
	g_autofree char *what = g_strdup_printf(
		"%s%s: choose the permanent permission at this address", part_name(part), wanted);
	browser_show(what, address, self->is_print_only);
	g_autoptr(GError) why = NULL;
	if (listener_wait(listener, LISTENER_SECONDS, come_back, NULL, &why)) {
		return true;
	}
	if (passerelle_error_is(why, PASSERELLE_ERROR_CANCELLED)) {
		g_propagate_error(error, g_steal_pointer(&why));
		return false;
	}
	log_say(LOG_LEVEL_WARNING, self->account->name, "%s; looking all the same", why->message);
	return true;
}

/* The service may be at it: its cycles end. */
static void wait_for_lock(const struct account_config *account)
{
	g_autofree char *path = paths_of_account(account->name, ".lock");
	const gint64 deadline = g_get_monotonic_time() + BUSY_SECONDS * G_USEC_PER_SEC;
	while (g_get_monotonic_time() < deadline && !interrupt_is_raised()) {
		g_autoptr(GError) error = NULL;
		durable_lock_release(durable_lock_take(path, &error));
		if (!passerelle_error_is(error, PASSERELLE_ERROR_BUSY)) {
			return;
		}
		g_usleep(BUSY_STEP_US);
	}
}

static bool load_health(const struct account_config *account, struct health *health, GError **error)
{
	g_autofree char *path = paths_of_account(account->name, ".journal");
	OWNED(journal) journal = journal_open(path, JOURNAL_READ_ONLY, error);
	if (journal != NULL) {
		health_load(health, journal);
	}
	return journal != NULL;
}

/* A cycle of that part: the call that was refused is made again, and what waited goes on. */
static bool look_again(struct consent *self, enum part part, struct part_health *now_taken,
                       GError **error)
{
	struct sync_wish wish = {.is_quiet = true};
	struct health health = {0};
	if (part == PART_PROFILE) {
		wish.is_for_profile = true;
	} else {
		wish.wants[part] = true;
	}
	wait_for_lock(self->account);
	const enum exit_status status = sync_account(self->account, &wish, NULL);
	if (status != EXIT_NEEDS_LOGIN) { /* told below, part by part */
		self->status = exit_status_worse(self->status, status);
	}
	if (interrupt_is_raised()) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CANCELLED,
		                    "told to stop");
		return false;
	}
	if (!load_health(self->account, &health, error)) {
		return false;
	}
	*now_taken = health.parts[part];
	memset(&health.parts[part], 0, sizeof health.parts[part]);
	health_clear(&health);
	return true;
}

static bool needs_consent(const struct part_health *health)
{
	return health->state == STATUS_CONSENT_REQUIRED && health->action_url != NULL;
}

/* The service watches the token: what waited there for the consent is due. */
static void wake_service(const struct account_config *account)
{
	g_autofree char *path = paths_of_account(account->name, ".token");
	if (utimensat(AT_FDCWD, path, NULL, 0) != 0) {
		return; /* a token_command: then its own pause ends */
	}
}

static void tell_result(struct consent *self, enum part part, const struct part_health *health)
{
	if (health->state == STATUS_OK || health->state == STATUS_HELD) {
		wake_service(self->account);
		printf("%s: %s: allowed\n", self->account->name, part_name(part));
		return;
	}
	printf("%s: %s: not allowed yet: %s\n", self->account->name, part_name(part),
	       health->message != NULL ? health->message : status_state_name(health->state));
	self->status = exit_status_worse(
		self->status, health->state == STATUS_OFFLINE ? EXIT_OFFLINE : EXIT_NEEDS_LOGIN);
}

/* Page by page (reading and adding are asked for apart) until nothing more is asked for. */
static bool settle_part(struct consent *self, enum part part, const struct part_health *before,
                        GError **error)
{
	g_autofree char *url = g_strdup(before->action_url);
	for (guint page = 0; page < PAGES_PER_PART; page++) {
		struct part_health now = {0};
		if (!show_page(self, part, url, error) || !look_again(self, part, &now, error)) {
			return false;
		}
		const bool is_another = needs_consent(&now) && g_strcmp0(now.action_url, url) != 0;
		if (!is_another || page + 1 == PAGES_PER_PART) {
			tell_result(self, part, &now);
			part_health_clear(&now);
			break;
		}
		g_free(url);
		url = g_strdup(now.action_url);
		part_health_clear(&now);
	}
	return true;
}

static enum exit_status consent(struct consent *self)
{
	g_autoptr(GError) error = NULL;
	struct health health = {0};
	bool is_any = false;
	interrupt_install();
	if (!load_health(self->account, &health, &error)) {
		if (passerelle_error_is(error, PASSERELLE_ERROR_NOT_FOUND)) {
			log_say(LOG_LEVEL_ERROR, self->account->name,
			        "never synchronised: type passerelle sync %s first",
			        self->account->name);
			return EXIT_BAD_INPUT;
		}
		return command_failed(self->account->name, error);
	}
	for (enum part part = 0; part < HEALTH_PARTS && error == NULL; part++) {
		if (needs_consent(&health.parts[part])) {
			is_any = true;
			settle_part(self, part, &health.parts[part], &error);
		}
	}
	health_clear(&health);
	if (error != NULL) {
		return exit_status_worse(self->status, command_failed(self->account->name, error));
	}
	if (!is_any) {
		printf("%s: nothing waits for your consent\n", self->account->name);
	}
	return self->status;
}

enum exit_status command_consent(struct invocation *invocation, int argc, char **argv)
{
	struct consent self = {.status = EXIT_DONE};
	const GOptionEntry entries[] = {
		{"print", 0, 0, G_OPTION_ARG_NONE, &self.is_print_only,
	         "Only print the addresses of the pages; open no browser", NULL},
		{"port", 0, 0, G_OPTION_ARG_INT, &self.port,
	         "Wait for the browser on this port of 127.0.0.1, not on a free one", "PORT"},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(GStrv) words = NULL;
	enum exit_status status = EXIT_DONE;
	if (!command_options(entries, usage, summary, argc, argv, &words, &status)) {
		return status;
	}
	self.account = command_page_account(invocation, argv[0], words, self.port);
	return self.account != NULL ? consent(&self) : EXIT_BAD_USAGE;
}
