/* SPDX-License-Identifier: MIT */
/* A request of WebDAV as net/http takes it. */
#include "remotes/dav/wire.h"

static void add_header(struct dav_wire *self, const char *name, const char *value)
{
	if (value != NULL) {
		g_assert(self->http.n_headers < DAV_WIRE_HEADERS);
		self->headers[self->http.n_headers++] = (struct http_pair){name, value};
	}
}

void dav_wire_fill(struct dav_wire *self, const struct dav_request *request)
{
	static const char *const wanted[] = {"ETag", "Location", "DAV"};
	gsize size = 0;
	self->http.method = request->method;
	self->http.url = request->url;
	self->http.is_write = dav_method_is_write(request->method);
	self->http.headers = self->headers;
	self->http.wanted_headers = wanted;
	self->http.n_wanted = G_N_ELEMENTS(wanted);
	add_header(self, "Depth", request->depth);
	add_header(self, "If-Match", request->if_match);
	add_header(self, "If-None-Match", request->is_creation ? "*" : NULL);
	if (request->body != NULL) {
		self->http.body = g_bytes_get_data(request->body, &size);
		self->http.body_size = size;
		add_header(self, "Content-Type",
		           request->type == NULL ? "application/xml; charset=utf-8"
		                                 : request->type);
	}
}
