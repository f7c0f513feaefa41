/* SPDX-License-Identifier: MIT */
/* A call as it goes on the wire: action, parameters, token, file. */
#include "remotes/orange/wire.h"

#include <string.h>

void wire_free(struct wire *self)
{
	if (self == NULL) {
		return;
	}
	http_request_clear(&self->request);
	g_array_unref(self->pairs);
	g_array_unref(self->parts);
	g_free(self);
}

static void add(struct wire *self, const char *name, const char *value)
{
	const struct http_pair pair = {.name = name, .value = value};
	const struct http_part part = {.name = name, .data = value, .size = strlen(value)};
	g_array_append_val(self->pairs, pair);
	g_array_append_val(self->parts, part);
}

static const struct {
	const char *type, *name;
} FILE_NAMES[] = {
	{"image/jpeg", "picture.jpg"}, {"image/gif", "picture.gif"}, {"image/bmp", "picture.bmp"}};

static const char *file_name(const struct call *call)
{
	if (call->file_name != NULL) {
		return call->file_name;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(FILE_NAMES); i++) {
		if (g_strcmp0(call->file_type, FILE_NAMES[i].type) == 0) {
			return FILE_NAMES[i].name;
		}
	}
	return "picture";
}

static void add_file(struct wire *self, const struct call *call)
{
	struct http_part part = {
		.name = "file", .file_name = file_name(call), .content_type = call->file_type};
	part.data = g_bytes_get_data(call->file, &part.size);
	g_array_append_val(self->parts, part);
}

struct wire *wire_new(const struct call *call, const char *url, const char *token, bool is_write)
{
	struct wire *self = g_new0(struct wire, 1);
	self->pairs = g_array_new(FALSE, FALSE, sizeof(struct http_pair));
	self->parts = g_array_new(FALSE, FALSE, sizeof(struct http_part));
	add(self, "action", call->action);
	for (guint i = 0; i + 1 < call->parameters->len; i += 2) {
		add(self, g_ptr_array_index(call->parameters, i),
		    g_ptr_array_index(call->parameters, i + 1));
	}
	add(self, "token", token);
	self->request.url = url;
	self->request.is_write = is_write;
	if (call->file == NULL) {
		self->request.query = (const struct http_pair *)(void *)self->pairs->data;
		self->request.n_query = self->pairs->len;
	} else {
		add_file(self, call);
		self->request.parts = (const struct http_part *)(void *)self->parts->data;
		self->request.n_parts = self->parts->len;
	}
	return self;
}
