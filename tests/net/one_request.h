/* SPDX-License-Identifier: MIT */
/* One request with secrets in it, none of which may come out again. */
#ifndef TESTS_NET_ONE_REQUEST_H
#define TESTS_NET_ONE_REQUEST_H

#include "net/http.h"

#include <check.h>
#include <string.h>

#define SECRET "SECRETtoken"

static const struct http_pair secret_query[] = {{"token", SECRET}};

static inline struct http_client *new_client(gint64 timeout_ms, const char *ca_file)
{
	const struct http_settings settings = {.user = "SERVICE",
	                                       .password = SECRET,
	                                       .max_connections = 2,
	                                       .timeout_ms = timeout_ms,
	                                       .ca_file = ca_file};
	struct http_client *client = http_client_new(&settings, NULL);
	ck_assert_ptr_nonnull(client);
	return client;
}

static inline void send_one(struct http_client *client, const char *url, bool is_write,
                            struct http_request *request)
{
	request->url = url;
	request->is_write = is_write;
	request->query = secret_query;
	request->n_query = 1;
	http_client_batch(client, &request, 1, NULL, NULL);
	ck_assert((request->fate == HTTP_ANSWERED) == (request->error == NULL));
	ck_assert((request->fate == HTTP_ANSWERED) == (request->body_out != NULL));
	ck_assert(request->error == NULL || strstr(request->error->message, "SECRET") == NULL);
}

#endif
