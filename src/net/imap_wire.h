/* SPDX-License-Identifier: MIT */
/* The connection under imap.c: bytes and lines, no meaning. Used by net/imap* alone. */
#ifndef PASSERELLE_NET_IMAP_WIRE_H
#define PASSERELLE_NET_IMAP_WIRE_H

#include "net/imap.h"

#include <curl/curl.h>

struct wire {
	CURLM *multi;
	CURL *easy;
	char *host; /* "host" or "host:port" */
	char *name; /* the host alone */
	long port;
	const volatile sig_atomic_t *cancelled; /* lent; nullable */
	char message[CURL_ERROR_SIZE];
	/* what the server said while libcurl connected */
	char *refusal; /* its last BYE, NO or BAD, in its words; NULL = none */
	bool is_preauthenticated, is_secure;
	gsize heard; /* bytes of all that */
	/* what came and is not read yet, and the line that is being read */
	char in[16 * 1024];
	gsize in_at, in_end;
	GByteArray *line;
};

/* Connected, with TLS where it must be; nothing of the credentials is known here. */
struct wire *wire_open(const struct imap_settings *settings, GError **error);
void wire_close(struct wire *self);

/* Until all of it is sent, or the deadline (monotonic). NETWORK, CANCELLED. */
bool wire_send(struct wire *self, const char *data, gsize size, gint64 deadline, GError **error);
/* At once, as much as goes. */
void wire_send_some(struct wire *self, const char *data, gsize size);

/*
 * One line with the literals in it, without the line break at its end; a NUL behind it; valid until
 * the next. NETWORK, PROTOCOL (too long), CANCELLED.
 */
bool wire_read_line(struct wire *self, gint64 deadline, struct imap_cursor *line, GError **error);
/* Until there is something to read: true; false without error: the deadline passed. Asleep until
 * then, but for signals (see imap_idle). NETWORK, CANCELLED. */
bool wire_await(struct wire *self, gint64 deadline, GError **error);

#endif
