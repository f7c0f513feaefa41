/* SPDX-License-Identifier: MIT */
/* An account's settings as a connection. */
#include "remotes/imap/sign_in.h"

const char *sign_in_url(const struct remote_settings *settings)
{
	return settings->messages_url != NULL ? settings->messages_url : settings->endpoint;
}

bool sign_in_check(const struct remote_settings *settings, GError **error)
{
	const char *words = NULL;
	const bool has_secret = settings->password != NULL || settings->bearer != NULL;
	if (sign_in_url(settings) == NULL || !imap_is_address(sign_in_url(settings))) {
		words = "the address of the mailbox must be imaps://HOST or imap://HOST, without a "
			"user";
	} else if (!has_secret && settings->client_certificate == NULL) {
		words = "the mailbox needs a user and a password, a token or a certificate";
	} else if (has_secret && settings->user == NULL) {
		words = "the mailbox needs a user";
	}
	if (words != NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG, "%s", words);
	}
	return words == NULL;
}

char *const *sign_in_mailboxes(const struct remote_settings *settings)
{
	static char inbox[] = "INBOX";
	static char *const usual[] = {inbox, NULL};
	const bool has_own = settings->mailboxes != NULL && settings->mailboxes[0] != NULL;
	return has_own ? settings->mailboxes : usual;
}

struct imap *sign_in_open(const struct remote_settings *settings, GError **error)
{
	const struct imap_settings wanted = {
		.url = sign_in_url(settings),
		.user = settings->user,
		.password = settings->password,
		.bearer = settings->bearer,
		.client_certificate = settings->client_certificate,
		.client_key = settings->client_key,
		.pinned_key = settings->pinned_key,
		.ca_file = settings->ca_file,
		.proxy = settings->proxy,
		.timeout_ms = settings->timeout * 1000,
		.cancelled = settings->cancelled,
	};
	return imap_open(&wanted, error);
}
