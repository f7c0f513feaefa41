/* SPDX-License-Identifier: MIT */
/* One request of WebDAV and what its answer means. */
#ifndef PASSERELLE_REMOTES_DAV_REQUEST_H
#define PASSERELLE_REMOTES_DAV_REQUEST_H

#include "base/error.h"
#include "journal/ledger.h"
#include "net/http.h"

/* The caller fills the first part; strings owned but for those that are lent. */
struct dav_request {
	const char *method; /* lent, a literal */
	char *url;          /* canonical */
	const char *depth;  /* "0", "1"; NULL = no such header. lent */
	GBytes *body;       /* NULL = none */
	const char *type;   /* Content-Type of it; NULL = XML. lent */
	char *if_match;     /* NULL = none */
	bool is_creation;   /* If-None-Match: * */
	char *what;         /* "PUT 'a.vcf'": for messages */
	gpointer context;   /* the caller's own; lent */

	enum http_fate fate;
	long status;     /* of HTTP_ANSWERED */
	GBytes *reply;   /* the same */
	char *etag;      /* nullable */
	char *location;  /* as written; nullable */
	char *dav;       /* classes that the server has; nullable */
	char *condition; /* the precondition that failed, RFC 4918, 16; nullable */
	char *condition_href;
	GError *error; /* NULL: 2xx. AUTH, NETWORK, NOT_FOUND, STALE, REFUSED, UNSUPPORTED,
	                  PROTOCOL, CONFIG (it has moved), CANCELLED, IN_DOUBT (of a write) */
};
struct dav_request *dav_request_new(const char *method, const char *url);
void dav_request_free(struct dav_request *self);
DEFINE_OWNED(dav_request, dav_request_free);

/* Does the method change something there? What is not known to read does. */
bool dav_method_is_write(const char *method);

/* Forget the answer, to ask again. */
void dav_request_reset(struct dav_request *self);
void dav_request_fail(struct dav_request *self, GError *error_taken);
/* Fill in the answer; takes what it needs of the wire. */
void dav_request_take(struct dav_request *self, struct http_request *wire);
/* The server answered about this one: not that it is out of order as a whole, or asks to wait. */
bool dav_request_is_heard(const struct dav_request *self);
/* What the ledger is to know of a write that was answered so. */
enum ledger_state dav_request_outcome(const struct dav_request *self);
/* 301, 302, 307, 308 with a place to go to. */
bool dav_request_is_redirected(const struct dav_request *self);

#endif
