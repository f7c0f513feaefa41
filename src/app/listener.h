/* SPDX-License-Identifier: MIT */
/*
 * The loopback page to which a browser comes back from the provider, with a token or without. The
 * only user of libmicrohttpd in the program (RFC 8252, 7.3 and 8.3: the literal 127.0.0.1).
 */
#ifndef PASSERELLE_APP_LISTENER_H
#define PASSERELLE_APP_LISTENER_H

#include "app/config.h"

#define LISTENER_SECONDS 300 /* a person looks for a password and a second factor */

/* All lent; they outlive the listener. */
struct listener_settings {
	unsigned port; /* 0 = a free one */
	/* Parameter that brings the token, in the query or in a posted form; NULL = the return
	 * itself is all that is waited for. */
	const char *token_parameter;
	/* Parameter in which our random value comes back; NULL = it is part of the path. */
	const char *state_parameter;
	/* A form is taken from pages of hosts that this account trusts (see address.h). */
	const struct account_config *account;
	const char *done_text; /* what the page says when it went well */
};

struct listener;

/* Listens on 127.0.0.1 and, where there is IPv6, on ::1. NETWORK: the port is taken. */
struct listener *listener_open(const struct listener_settings *settings, GError **error);
void listener_close(struct listener *self);
DEFINE_OWNED(listener, listener_close);

/* "http://127.0.0.1:PORT/…": what the provider is to send the browser to. Lent. */
const char *listener_address(const struct listener *self);
/* The random value, for state_parameter. Lent. */
const char *listener_state(const struct listener *self);

/*
 * What comes back; token is NULL where none is waited for. False: it cannot be taken, and the page
 * says why.
 */
typedef bool (*listener_take)(void *data, const char *token, GError **error);

/*
 * Answers until one request with the right value has been taken, then closes. Whatever else comes
 * (another path, value, method, origin, host, a form too large, another user of this machine) is
 * refused and changes nothing. AUTH: nobody came within the time, or the browser came back without
 * a token; CANCELLED; what take says.
 */
bool listener_wait(struct listener *self, unsigned seconds, listener_take take, void *data,
                   GError **error);

#endif
