/* SPDX-License-Identifier: MIT */
/* A call as it goes on the wire, for the session's own use. */
#ifndef PASSERELLE_REMOTES_ORANGE_WIRE_H
#define PASSERELLE_REMOTES_ORANGE_WIRE_H

#include "remotes/orange/session.h"

struct wire {
	struct http_request request;
	GArray *pairs; /* struct http_pair */
	GArray *parts; /* struct http_part */
};

/* A GET, or a POST where the call has a file. All arguments are lent until wire_free: a secret is
 * never copied. */
struct wire *wire_new(const struct call *call, const char *url, const char *token, bool is_write);
void wire_free(struct wire *self);

#endif
