/* SPDX-License-Identifier: MIT */
/* One request on its way: what libcurl is told, and what its outcome proves. Used by http.c alone.
 */
#ifndef PASSERELLE_NET_HTTP_TRANSFER_H
#define PASSERELLE_NET_HTTP_TRANSFER_H

#include "net/http.h"
#include "net/transport.h"

/* The part of the settings that concerns the connection; lent. */
struct transport transport_of(const struct http_settings *settings);

struct transfer;

/* settings, request and sent (counts requests put on the wire) are lent. NULL: must not or cannot
 * be sent; nothing was. */
struct transfer *transfer_new(const struct http_settings *settings, struct http_request *request,
                              guint64 *sent, GError **error);
void transfer_free(struct transfer *self);

CURL *transfer_handle(const struct transfer *self);

/* A write that is perhaps at the server already. */
bool transfer_is_write_under_way(const struct transfer *self);

/* Fill in the request's answer: libcurl is done with it / it is dropped in the middle. */
void transfer_settle(struct transfer *self, CURLcode code);
void transfer_settle_cancelled(struct transfer *self);

/* The request's answer where nothing was sent; takes error. */
void request_settle_not_sent(struct http_request *request, GError *error);

/*
 * The whole address of the request with its query, and "host" or "host:port" for messages. CONFIG:
 * not an address, a user in it, another scheme, plain http beyond loopback.
 */
char *address_compose(const struct http_request *request, char **host, GError **error);

#endif
