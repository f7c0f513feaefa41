/* SPDX-License-Identifier: MIT */
/*
 * OAuth 2 of a program on a person's own machine: RFC 6749 (code and refresh), RFC 7636 (PKCE),
 * RFC 8252 (the answer comes to a loopback page).
 */
#ifndef PASSERELLE_APP_OAUTH_H
#define PASSERELLE_APP_OAUTH_H

#include "app/health.h"

/* Does this account sign in that way? */
bool oauth_is_used(const struct account_config *account);
/* And this part of it: its service knows users, and no password is given for it? */
bool oauth_serves(const struct account_config *account, enum part part);

/* One sign-in under way. */
struct oauth_request {
	char *verifier; /* secret: proves that who fetches the tokens is who asked (RFC 7636, 4.1)
	                 */
	char *redirect; /* where the browser comes back to */
	char *address;  /* what it is sent to */
};
/* state comes back as it is. redirect is copied. */
void oauth_request_init(struct oauth_request *self, const struct account_config *account,
                        const char *redirect, const char *state);
void oauth_request_clear(struct oauth_request *self);

/* The secret of the client, as it is configured; NULL without error where there is none. CONFIG. */
char *oauth_client_secret(const struct account_config *account, GError **error);

/* Has somebody signed in with this client at this server, so that there is something to be
 * refreshed? */
bool oauth_is_signed_in(const struct account_config *account);

/*
 * Fetches the tokens for the code that came back, and stores them (ACCOUNT.oauth, 0600) with the
 * client and the server that they belong to. Waits while another process fetches some. AUTH: the
 * code is not taken; CONFIG: the client is not, or nothing comes that could be refreshed, and what
 * is stored stays; BUSY, NETWORK, PROTOCOL, STORAGE, CANCELLED. now: UTC seconds.
 */
bool oauth_redeem(const struct account_config *account, const char *secret,
                  const struct oauth_request *request, const char *code, gint64 now,
                  GError **error);

/*
 * An access token that is good for a minute at least: the stored one, or a new one for the stored
 * refresh token (RFC 6749, 6). Errors as above; AUTH: there is none for this client and server, or
 * it is not taken any more. secret_free.
 */
char *oauth_access(const struct account_config *account, const char *secret, gint64 now,
                   GError **error);

/*
 * A service did not take that access token, now. True: the next oauth_access answers another one,
 * so that it is worth asking again. False: another one would fare no better (this one was refused
 * within minutes of being fetched, which is remembered until it ends), or nothing could be stored.
 */
bool oauth_distrust(const struct account_config *account, const char *access, gint64 now);

#endif
