/* SPDX-License-Identifier: MIT */
/* Which request to the loopback page is the awaited one. Pure. */
#ifndef PASSERELLE_APP_LISTENER_RULES_H
#define PASSERELLE_APP_LISTENER_RULES_H

#include "app/listener.h"

#define LISTENER_FORM_BYTES 16384 /* a token of 8 KB, percent-encoded in part */

/* What is expected. */
struct listener_rules {
	const struct listener_settings *settings; /* lent */
	const char *state;                        /* lent */
	unsigned port;
};

/* What came; NULL where a header is not there. All lent. */
struct listener_request {
	const char *method, *path;
	const char *host, *origin, *content_type, *fetch_destination; /* headers */
	GHashTable *query; /* char * -> char *, decoded */
	const char *form;  /* the body of a POST as it came; NULL = none, or too large */
	bool is_too_large;
};

enum listener_verdict {
	LISTENER_TAKE,      /* the awaited one */
	LISTENER_NO_TOKEN,  /* the awaited one, but it brings none */
	LISTENER_NOT_FOUND, /* another page: browsers ask for an icon */
	LISTENER_FORBIDDEN, /* wrong value, host, origin or kind of request */
	LISTENER_BAD_METHOD,
	LISTENER_TOO_LARGE,
	LISTENER_BAD_TYPE,
};

/* token gets the token of LISTENER_TAKE (owned; NULL where none is waited for). */
enum listener_verdict listener_judge(const struct listener_rules *rules,
                                     const struct listener_request *request, char **token);

/* The path of the return address: the random value is in it, unless it has a parameter of its
 * own. Owned. */
char *listener_path(const struct listener_rules *rules);

#endif
