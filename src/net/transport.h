/* SPDX-License-Identifier: MIT */
/* What every connection over libcurl has in common: how it is secured, and why it could not be
 * made. Inside net/ only. */
#ifndef PASSERELLE_NET_TRANSPORT_H
#define PASSERELLE_NET_TRANSPORT_H

#include "base/error.h"

#include <curl/curl.h>

/* All lent; NULL = none, or the system's. */
struct transport {
	const char *ca_file, *proxy;
	const char *client_certificate, *client_key; /* PEM files; key NULL = in the other */
	const char *pinned_key;                      /* "sha256//BASE64=", joined by ";" */
};

/* Once per process, before anything else of libcurl; again is nothing. */
void transport_start(void);
/* CONFIG: a file that cannot be read, a pin that is none. libcurl would only say that something
 * cannot be used. */
bool transport_check(const struct transport *self, GError **error);
/* TLS 1.2 and newer, verified; no proxy of the environment to this machine itself. */
void transport_secure(const struct transport *self, CURL *easy, bool is_loopback);

/* 127.0.0.0/8, ::1 and localhost; host as in an address, with its brackets or without. */
bool transport_is_loopback(const char *host);
/* A part of an address, freed by g_free; NULL = it has none. */
char *transport_part(CURLU *parts, CURLUPart part);

/* Why no connection came about (CURLE_COULDNT_CONNECT). */
const char *transport_connect_words(CURL *easy);
/* Why the certificate was not accepted (CURLE_PEER_FAILED_VERIFICATION); message:
 * CURLOPT_ERRORBUFFER's, which is only shown here, where it holds a reason and no address. */
char *transport_certificate_words(const char *message);

#endif
