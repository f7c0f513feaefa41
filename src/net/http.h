/* SPDX-License-Identifier: MIT */
/* Batches of HTTP requests in parallel, in one call. libcurl is used in net/ alone. */
#ifndef PASSERELLE_NET_HTTP_H
#define PASSERELLE_NET_HTTP_H

#include "base/error.h"

#include <signal.h>

struct http_settings {
	const char *user, *password; /* Basic, sent at once; NULL = none. The password may hold any
	                                byte but NUL */
	const char *bearer;          /* Authorization: Bearer; NULL = none */
	const char *ca_file, *proxy; /* NULL = the system's / none (environment proxies are not used
	                                for loopback) */
	const char *client_certificate, *client_key; /* PEM files; key NULL = in the other; NULL =
	                                                none is shown */
	const char *pinned_key;   /* "sha256//BASE64=", joined by ";": the server's key is one of
	                             these, and certified; NULL = any that is certified */
	unsigned max_connections; /* >= 1 */
	bool shares_connections;  /* HTTP/2 where a server offers it on https: the end of a
	                             connection then leaves several writes in doubt */
	unsigned requests_per_minute; /* token bucket, bursts of up to one minute's worth; 0 = no
	                                 limit */
	gint64 timeout_ms;            /* one request, from its start on the wire */
	const volatile sig_atomic_t *cancelled; /* nullable: non-zero = start nothing new, drop
	                                           reads at once, give writes 500 ms */
};

/* What is known of the request's fate, whatever the answer says. */
enum http_fate {
	HTTP_NOT_SENT, /* proven: resolve, connect or TLS failure with nothing of the request
	                  written, or never started */
	HTTP_ANSWERED, /* a whole reply came: status and body are its */
	HTTP_UNKNOWN,  /* sent, or perhaps sent; no whole reply (time-out, empty, reset, cut, too
	                  large) */
};

struct http_pair {
	const char *name, *value;
};

struct http_part { /* of multipart/form-data */
	const char *name;
	const void *data;
	gsize size;
	const char *file_name;    /* NULL = a plain field */
	const char *content_type; /* NULL = none */
};

struct http_request {
	/* asked; all lent */
	const char *method; /* NULL = GET, or POST with parts */
	const char *url;    /* without query; http only to loopback */
	const struct http_pair
		*query; /* percent-encoded here: RFC 3986 unreserved stay, blank = %20 */
	gsize n_query;
	const struct http_pair *headers;
	gsize n_headers;
	const void *body; /* with method PUT, REPORT …; NULL = none */
	gsize body_size;
	const struct http_part *parts; /* not NULL = multipart/form-data */
	gsize n_parts;
	bool is_write;                     /* never sent twice by the library, never redirected */
	const char *const *wanted_headers; /* of the reply; NULL = none */
	gsize n_wanted;

	/* answered; owned, see http_request_clear */
	enum http_fate fate;
	long status;        /* of HTTP_ANSWERED */
	GBytes *body_out;   /* NUL-terminated behind its length; never NULL when ANSWERED */
	char *content_type; /* nullable */
	char **headers_out; /* of ANSWERED: as many as were wanted, trimmed; NULL = not there; those
	                       of one name are joined by ", ". NULL = none were wanted */
	gint64 retry_after; /* seconds from Retry-After; -1 = not given */
	GError *error; /* NOT_SENT, UNKNOWN: why: NETWORK (a certificate that cannot be verified,
	                  too), CONFIG (plain http, ca_file, client_certificate, another key than
	                  pinned_key), PROTOCOL, CANCELLED. No query in it */
};
void http_request_clear(struct http_request *request); /* the answered part */

struct http_client;
/* Strings of settings are copied. CONFIG on a file that cannot be read, or a pinned_key that is
 * none. */
struct http_client *http_client_new(const struct http_settings *settings, GError **error);
void http_client_free(struct http_client *self);

/*
 * Send all, at most max_connections at a time, and wait for all. Every request is answered (fate).
 * progress (nullable) is called after each. No request is ever repeated by this module.
 */
typedef void (*http_progress)(void *data, gsize done, gsize total);
void http_client_batch(struct http_client *self, struct http_request **requests, gsize count,
                       http_progress progress, void *data);

/*
 * Requests that may start at once now (0 where there is no limit), and so many at most from now on:
 * for who goes on where another process stopped. A new client begins with a minute's worth.
 */
double http_client_level(struct http_client *self);
void http_client_set_level(struct http_client *self, double level);

/* Requests put on the wire so far. */
guint64 http_client_count(const struct http_client *self);

/* True for http:// and https:// URLs whose host is 127.0.0.0/8, ::1 or localhost. */
bool http_is_loopback(const char *url);

/*
 * Do both lead to one server: the same scheme, host and port, by the parser that the calls use?
 * False for what is no http or https address, or holds a user name.
 */
bool http_is_same_server(const char *url, const char *other);
/* The same, and to one path there; slashes at its end and doubled ones do not count. */
bool http_is_same_address(const char *url, const char *other);

/* Address without user, query and fragment: fit for a log. */
char *http_url_for_log(const char *url);

#endif
