/* SPDX-License-Identifier: MIT */
/* passerelle login: get the token of an account, and store it. */
#include "app/address.h"
#include "app/browser.h"
#include "app/command.h"
#include "app/interrupt.h"
#include "app/listener.h"
#include "app/log.h"
#include "app/paste.h"
#include "app/secrets.h"

#include <stdio.h>

static const char usage[] = "ACCOUNT";
static const char summary[] =
	"Sign in: the provider's page in a browser sends the token to a page of this machine.";

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

static bool paste(const struct login *self, GError **error)
{
	char *token = paste_read("Paste the token and press Enter (it is not shown): ", error);
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
		.done_text = "You are signed in, and passerelle has stored the token. You can "
			     "close this page.",
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

static void tell_stored(const struct account_config *account)
{
	char *token = secrets_token(account, NULL);
	const gint64 end = token != NULL ? secrets_token_end(token) : 0;
	secret_free(token);
	g_autoptr(GDateTime) when = end > 0 ? g_date_time_new_from_unix_local(end) : NULL;
	g_autofree char *words = when != NULL ? g_date_time_format(when, "%F %R") : NULL;
	printf("%s: the token is stored%s%s\n", account->name,
	       words != NULL ? "; it seems to be good until " : "", words != NULL ? words : "");
}

static enum exit_status login(struct login *self, bool is_quiet)
{
	g_autoptr(GError) error = NULL;
	if (self->account->token_command != NULL) {
		g_set_error_literal(&error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		                    "its token comes from token_command: one that is stored would "
		                    "not be used");
	} else if (self->is_paste ? paste(self, &error) : sign_in(self, &error)) {
		if (!is_quiet) {
			tell_stored(self->account);
		}
		return EXIT_DONE;
	}
	return command_failed(self->account->name, error);
}

enum exit_status command_login(struct invocation *invocation, int argc, char **argv)
{
	struct login self = {0};
	const GOptionEntry entries[] = {
		{"paste", 0, 0, G_OPTION_ARG_NONE, &self.is_paste,
	         "Read the token from the terminal, where it is not shown, or from a pipe", NULL},
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
