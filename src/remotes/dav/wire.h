/* SPDX-License-Identifier: MIT */
/* A request of WebDAV as net/http takes it. */
#ifndef PASSERELLE_REMOTES_DAV_WIRE_H
#define PASSERELLE_REMOTES_DAV_WIRE_H

#include "remotes/dav/request.h"

#define DAV_WIRE_HEADERS 5

struct dav_wire {
	struct http_request http;
	struct http_pair headers[DAV_WIRE_HEADERS];
};

/* wire is zeroed, stays where it is, and lends from the request. */
void dav_wire_fill(struct dav_wire *self, const struct dav_request *request);

#endif
