/* SPDX-License-Identifier: MIT */
/*
 * A conversation with an IMAP server (RFC 3501, RFC 9051), one command after the other. libcurl
 * connects, verifies and encrypts; what is said afterwards is said here, so that no credential is
 * anywhere near the connection before it is known to be safe.
 */
#ifndef PASSERELLE_NET_IMAP_H
#define PASSERELLE_NET_IMAP_H

#include "base/error.h"
#include "net/imap_text.h"

#include <signal.h>

struct imap_settings {
	/*
	 * imaps://HOST[:PORT] or imap://HOST[:PORT]. The latter must change to TLS (STARTTLS)
	 * before anything is said; on loopback (127.0.0.0/8, ::1, localhost) it is plain, unless
	 * ca_file, pinned_key or client_certificate shows that TLS is meant.
	 */
	const char *url;
	const char *user, *password; /* PLAIN or LOGIN */
	const char *bearer;          /* OAUTHBEARER or XOAUTH2, instead of the password */
	const char *client_certificate, *client_key; /* PEM; alone: EXTERNAL. NULL = none */
	const char *pinned_key;      /* "sha256//BASE64=", joined by ";"; NULL = any certified */
	const char *ca_file, *proxy; /* NULL = the system's / none */
	gint64 timeout_ms;           /* to connect; and one command to its end */
	const volatile sig_atomic_t *cancelled; /* nullable: non-zero = give up at once */
};

struct imap;

/*
 * Connected and signed in; settings are only used here, but cancelled is lent. AUTH: the server
 * refuses the credentials, with its words; NETWORK (a certificate that cannot be verified, no
 * STARTTLS, a server that is busy, too); CONFIG: an address, a file or a way to sign in that
 * cannot be used; PROTOCOL; CANCELLED.
 */
struct imap *imap_open(const struct imap_settings *settings, GError **error);
/* Says LOGOUT where that can be done without waiting. */
void imap_close(struct imap *self);

/* "IDLE", "ESEARCH" …, as the server said after the sign-in. */
bool imap_has(const struct imap *self, const char *capability);
/* Is what is said encrypted, and the server known? Else it is this computer. */
bool imap_is_secure(const struct imap *self);
/* "host" or "host:port", for messages. Owned by it. */
const char *imap_host(const struct imap *self);

/* One reply that is not the end of the command, without its "* ". Lent for the call. */
typedef void (*imap_take)(void *data, struct imap_cursor reply);

/*
 * One command and all replies up to its end. take: nullable. Nothing is ever sent twice. The
 * message begins with the host and ends with the server's words, without secrets. NO: REFUSED,
 * NOT_FOUND ([NONEXISTENT]) or NETWORK ([UNAVAILABLE] …); BAD: PROTOCOL. The others end the
 * conversation (imap_is_lost): what makes no sense, PROTOCOL; BYE, lost, silent, NETWORK;
 * CANCELLED.
 */
bool imap_command(struct imap *self, const char *command, imap_take take, void *data,
                  GError **error);
bool imap_is_lost(const struct imap *self);

/*
 * Waits in IDLE (RFC 2177), in the mailbox that was examined, until the server tells of a new,
 * changed or removed message: true. After wait_ms: false without error. UNSUPPORTED: the server
 * cannot or does not want to; else as imap_command. Asleep until then: cancelled is looked at when
 * a signal comes to this thread.
 */
bool imap_idle(struct imap *self, gint64 wait_ms, GError **error);

/* imaps://HOST[:PORT] or imap://HOST[:PORT], without a user? */
bool imap_is_address(const char *url);

#endif
