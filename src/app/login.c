/* SPDX-License-Identifier: MIT */
/* passerelle login: get the tokens that an account needs, and store them. */
#include "app/account.h"
#include "app/address.h"
#include "app/browser.h"
#include "app/command.h"
#include "app/interrupt.h"
#include "app/listener.h"
#include "app/log.h"
#include "app/oauth.h"
#include "app/paste.h"
#include "app/paths.h"
#include "app/secrets.h"
#include "app/service.h"

#include <stdio.h>

static const char usage[] = "ACCOUNT";
static const char summary[] =
	"Sign in: the provider's page in a browser sends the token to a page of this machine.";

#define ENDS_SOON (24 * 60 * 60) /* as the status warns */

#define DONE_TEXT "You are signed in, and passerelle has stored the token. You can close this page."

struct login {
	const struct account_config *account;
	gint port;
	gboolean is_paste, is_print_only;
};

static bool store(void *data, const char *token, GError **error)
{
	const struct login *self = data;
	return secrets_store_token(self->account->name, token, error);
}

static bool paste(const struct login *self, const char *service, GError **error)
{
	g_autofree char *prompt = g_strdup_printf(
		"Paste the token of %s and press Enter (it is not shown): ", service);
	char *token = paste_read(prompt, error);
	const bool is_stored =
		token != NULL && secrets_store_token(self->account->name, token, error);
	secret_free(token);
	return is_stored;
}

/* The page of the provider, told where to send the browser. */
static char *page_address(const struct account_config *account, const struct listener *listener)
{
	g_autofree char *address = address_add(account->login_url, account->login_return_parameter,
	                                       listener_address(listener));
	return account->login_state_parameter != NULL
	               ? address_add(address, account->login_state_parameter,
	                             listener_state(listener))
	               : g_steal_pointer(&address);
}

/* ---- OAuth 2 ---- */

/*
 * On a machine without a browser: the one of another machine ends at an address that does not
 * answer there, and that holds all that is needed.
 */
#define FOREIGN_REDIRECT "http://127.0.0.1:8765/return"

static char *code_of(char *pasted, const char *state, GError **error)
{
	g_autoptr(GUri) uri = g_uri_parse(g_strstrip(pasted), G_URI_FLAGS_ENCODED, NULL);
	const char *query = uri != NULL ? g_uri_get_query(uri) : NULL;
	g_autoptr(GHashTable) values =
		query != NULL ? g_uri_parse_params(query, -1, "&", G_URI_PARAMS_WWW_FORM, NULL)
			      : NULL;
	const char *code = values != NULL ? g_hash_table_lookup(values, "code") : NULL;
	const char *back = values != NULL ? g_hash_table_lookup(values, "state") : NULL;
	if (code == NULL || g_strcmp0(back, state) != 0) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_AUTH,
		                    code == NULL ? "that is no address with a code in it"
		                                 : "that address is of another sign-in");
		return NULL;
	}
	return g_strdup(code);
}

static bool paste_code(const struct login *self, const char *client_secret, GError **error)
{
	struct oauth_request request = {0};
	g_autofree char *state = g_uuid_string_random();
	oauth_request_init(&request, self->account, FOREIGN_REDIRECT, state);
	browser_show("Sign in at this address, on any machine", request.address, true);
	char *pasted = paste_read("The browser ends at a page that cannot be shown. Paste its "
	                          "address and press Enter (it is not shown): ",
	                          error);
	char *code = pasted != NULL ? code_of(pasted, state, error) : NULL;
	const bool is_done =
		code != NULL && oauth_redeem(self->account, client_secret, &request, code,
	                                     g_get_real_time() / G_USEC_PER_SEC, error);
	secret_free(code);
	secret_free(pasted);
	oauth_request_clear(&request);
	return is_done;
}

struct redeeming {
	const struct login *login;
	const struct oauth_request *request;
	const char *client_secret;
};

static bool redeem(void *data, const char *code, GError **error)
{
	const struct redeeming *self = data;
	return oauth_redeem(self->login->account, self->client_secret, self->request, code,
	                    g_get_real_time() / G_USEC_PER_SEC, error);
}

/* RFC 8252, 7.3 and 8.9: the literal address, on any port, and a state that must come back. */
static bool sign_in_by_oauth(const struct login *self, const char *client_secret, GError **error)
{
	const struct listener_settings settings = {
		.port = (unsigned)self->port,
		.token_parameter = "code",
		.state_parameter = "state",
		.account = self->account,
		.done_text = DONE_TEXT,
	};
	OWNED(listener) listener = listener_open(&settings, error);
	if (listener == NULL) {
		return false;
	}
	struct oauth_request request = {0};
	oauth_request_init(&request, self->account, listener_address(listener),
	                   listener_state(listener));
	struct redeeming redeeming = {self, &request, client_secret};
	interrupt_install();
	browser_show("Sign in at this address", request.address, self->is_print_only);
	const bool is_done = listener_wait(listener, LISTENER_SECONDS, redeem, &redeeming, error);
	oauth_request_clear(&request);
	return is_done;
}

static bool oauth(const struct login *self, GError **error)
{
	GError *why = NULL;
	char *client_secret = oauth_client_secret(self->account, &why);
	const bool is_done =
		why == NULL && (self->is_paste ? paste_code(self, client_secret, &why)
	                                       : sign_in_by_oauth(self, client_secret, &why));
	secret_free(client_secret);
	if (why != NULL) {
		g_propagate_error(error, why);
	}
	return is_done;
}

/* ---- a provider's own page ---- */

static bool sign_in(struct login *self, GError **error)
{
	const struct account_config *account = self->account;
	if (account->login_url == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "no login_url is configured: set it, or type passerelle login %s "
		            "--paste",
		            account->name);
		return false;
	}
	const struct listener_settings settings = {
		.port = (unsigned)self->port,
		.token_parameter = account->login_token_parameter,
		.state_parameter = account->login_state_parameter,
		.account = account,
		.done_text = DONE_TEXT,
	};
	OWNED(listener) listener = listener_open(&settings, error);
	if (listener == NULL) {
		return false;
	}
	g_autofree char *address = page_address(account, listener);
	interrupt_install();
	browser_show("Sign in at this address", address, self->is_print_only);
	return listener_wait(listener, LISTENER_SECONDS, store, self, error);
}

/* login_url is the page of OAuth 2 where the account has that, too. */
static bool take_token(struct login *self, const char *service, GError **error)
{
	return self->is_paste || oauth_is_used(self->account) ? paste(self, service, error)
	                                                      : sign_in(self, error);
}

static void tell_token(const struct account_config *account)
{
	char *token = secrets_token(account, NULL);
	const gint64 end = token != NULL ? secrets_token_end(token) : 0;
	secret_free(token);
	g_autoptr(GDateTime) when = end > 0 ? g_date_time_new_from_unix_local(end) : NULL;
	g_autofree char *words = when != NULL ? g_date_time_format(when, "%F %R") : NULL;
	printf("%s: the token is stored%s%s\n", account->name,
	       words != NULL ? "; it seems to be good until " : "", words != NULL ? words : "");
}

/* ---- what the account needs ---- */

/* Its services may differ: then it needs both. */
struct ways {
	bool is_oauth;
	bool has_user;       /* and a password of its own */
	const char *service; /* whose token is asked for; NULL = none. Lent */
};

static bool is_wanted(const struct account_config *account, enum part part)
{
	return service_has(service_of(account, part).driver, part) &&
	       account_has_part(account, part);
}

static void add_way(struct ways *self, const struct account_config *account, enum part part)
{
	const struct service service = service_of(account, part);
	if (!service.driver->knows_users) {
		self->service = service.name;
	} else {
		self->is_oauth |= oauth_serves(account, part);
		self->has_user = true;
	}
}

static struct ways find_needed(const struct account_config *account)
{
	struct ways needed = {0};
	for (enum part part = 0; part < HEALTH_PARTS; part++) {
		if (is_wanted(account, part)) {
			add_way(&needed, account, part);
		}
	}
	if (!needed.is_oauth && needed.service == NULL) {
		needed.is_oauth = oauth_is_used(account);
		needed.service = needed.is_oauth || needed.has_user ? NULL : account->remote;
	}
	return needed;
}

static bool has_token(const struct account_config *account)
{
	char *token = secrets_token(account, NULL);
	const gint64 end = token != NULL ? secrets_token_end(token) : 0;
	const bool is_there =
		token != NULL && (end == 0 || end - g_get_real_time() / G_USEC_PER_SEC > ENDS_SOON);
	secret_free(token);
	return is_there;
}

/* Those whose parts the last cycles could not sign in for. */
static struct ways find_refused(const struct account_config *account)
{
	struct ways refused = {0};
	struct health health = {0};
	g_autofree char *path = paths_of_account(account->name, ".journal");
	OWNED(journal) journal = journal_open(path, JOURNAL_READ_ONLY, NULL);
	if (journal != NULL) {
		health_load(&health, journal);
	}
	for (enum part part = 0; part < HEALTH_PARTS; part++) {
		if (is_wanted(account, part) &&
		    g_strcmp0(health.parts[part].action_kind, "login") == 0) {
			add_way(&refused, account, part);
		}
	}
	health_clear(&health);
	return refused;
}

/* Of two, what is not there, was refused, or ends soon; both where that is neither. */
static struct ways choose(const struct account_config *account, const struct ways *needed)
{
	const struct ways refused = find_refused(account);
	const bool lacks_oauth = refused.is_oauth || !oauth_is_signed_in(account);
	const bool lacks_token = refused.service != NULL || !has_token(account);
	return (struct ways){
		.is_oauth = lacks_oauth || !lacks_token,
		.service = lacks_token || !lacks_oauth ? needed->service : NULL,
	};
}

/* What fails in one way leaves the other. The token first: it alone can come through a pipe. */
static enum exit_status login_by(struct login *self, const struct ways *ways, bool is_quiet)
{
	const struct account_config *account = self->account;
	g_autoptr(GError) token_error = NULL;
	g_autoptr(GError) oauth_error = NULL;
	enum exit_status status = EXIT_DONE;
	if (ways->service != NULL && !take_token(self, ways->service, &token_error)) {
		status = command_failed(account->name, token_error);
	} else if (ways->service != NULL && !is_quiet) {
		tell_token(account);
	}
	if (!ways->is_oauth || interrupt_is_raised()) {
		return status;
	}
	if (!oauth(self, &oauth_error)) {
		status = exit_status_worse(status, command_failed(account->name, oauth_error));
	} else if (!is_quiet) {
		printf("%s: signed in\n", account->name);
	}
	return status;
}

static enum exit_status login(struct login *self, bool is_quiet)
{
	const struct account_config *account = self->account;
	struct ways ways = find_needed(account);
	if (!ways.is_oauth && ways.service == NULL) {
		g_autoptr(GError) error = g_error_new_literal(
			PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
			"its services take a user and a password: there is nothing to sign in to");
		return command_failed(account->name, error);
	}
	if (account->token_command != NULL && !ways.is_oauth) {
		g_autoptr(GError) error = g_error_new_literal(
			PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
			"its token comes from token_command: one that is stored would not be used");
		return command_failed(account->name, error);
	}
	if (account->token_command != NULL) {
		ways.service = NULL;
	} else if (ways.is_oauth && ways.service != NULL) {
		ways = choose(account, &ways);
	}
	return login_by(self, &ways, is_quiet);
}

enum exit_status command_login(struct invocation *invocation, int argc, char **argv)
{
	struct login self = {0};
	const GOptionEntry entries[] = {
		{"paste", 0, 0, G_OPTION_ARG_NONE, &self.is_paste,
	         "Read the token, or the address at which a sign-in by OAuth 2 ends, from the "
	         "terminal, where it is not shown, or from a pipe",
	         NULL},
		{"print", 0, 0, G_OPTION_ARG_NONE, &self.is_print_only,
	         "Only print the address of the page; open no browser", NULL},
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
	return self.account != NULL ? login(&self, invocation->verbosity < 0) : EXIT_BAD_USAGE;
}
