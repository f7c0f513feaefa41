/* SPDX-License-Identifier: MIT */
/* One of the services behind an account: its driver, what proves who asks, and the remote. */
#ifndef PASSERELLE_APP_CONNECTION_H
#define PASSERELLE_APP_CONNECTION_H

#include "app/health.h"
#include "journal/journal.h"

struct connection {
	const struct account_config *config; /* lent */
	const struct remote_driver *driver;
	bool serves[HEALTH_PARTS]; /* these parts of the account */
	char *service_password, *token, *password, *client_secret, *bearer;
	char **mailboxes;
	bool is_ready; /* its secrets are there */
	struct remote_settings settings;
	struct remote *remote; /* NULL: error says why, once it was tried */
	GError *error;         /* nullable */
};

/* The services behind an account, one struct connection per driver; no secret is read yet. */
GPtrArray *connections_new(const struct account_config *config);
/* The one that serves a part; NULL where none does. */
struct connection *connections_find(const GPtrArray *self, enum part part);

/*
 * Reads the secrets, which may run commands of the person. A missing token is no error where it is
 * not needed. False: error says why. CONFIG, AUTH.
 */
bool connection_read_secrets(struct connection *self, bool needs_token);
/*
 * Opens the remote, with a fresh access token where the account signs in by OAuth 2. The journal is
 * nullable. False: error says why. CONFIG, AUTH, NETWORK, PROTOCOL, STORAGE.
 */
bool connection_open(struct connection *self, struct journal *journal, bool is_full, gint64 now);

/*
 * What a driver answered, not the sign-in. Where it is AUTH, and the access token that it was asked
 * with is given up so that the next cycle has another one (once for each token), it becomes
 * NETWORK: to be tried again soon, and nothing for a person. now: UTC seconds at this moment, not
 * at the start of the cycle. error nullable.
 */
void connection_take_refusal(const struct connection *self, GError *error, gint64 now);

#endif
