/* SPDX-License-Identifier: MIT */
/* One request as it came, decoded. */
#include "emulator/request.h"

#include <string.h>

static void parameter_free(struct parameter *self)
{
	g_free(self->name);
	g_free(self->value);
	g_free(self);
}

struct request *emu_request_new(const char *path, bool is_post)
{
	struct request *self = g_new0(struct request, 1);
	self->path = g_strdup(path);
	self->is_post = is_post;
	self->parameters = g_ptr_array_new_with_free_func((GDestroyNotify)parameter_free);
	self->body = g_byte_array_new();
	return self;
}

void emu_request_free(struct request *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->path);
	g_ptr_array_unref(self->parameters);
	g_free(self->user);
	g_free(self->password);
	g_byte_array_unref(self->body);
	g_clear_pointer(&self->file, g_byte_array_unref);
	g_free(self->file_name);
	g_free(self->file_type);
	json_decref(self->log_entry);
	g_free(self);
}

void emu_request_add_parameter(struct request *self, const char *name, const char *value,
                               gsize size)
{
	struct parameter *parameter = g_new0(struct parameter, 1);
	parameter->name = g_strdup(name);
	parameter->value = g_strndup(value == NULL ? "" : value, size);
	if (strlen(parameter->value) < size) {
		g_autofree char *before = parameter->value;
		parameter->value = g_strconcat(before, "\xff", NULL);
	}
	g_ptr_array_add(self->parameters, parameter);
}

static char *decode(const char *text)
{
	g_autofree char *blanks = g_strdelimit(g_strdup(text), "+", ' ');
	char *decoded = g_uri_unescape_string(blanks, NULL);
	return decoded == NULL ? g_strdup("\xff") : decoded;
}

void emu_request_add_query(struct request *self, const char *query)
{
	g_auto(GStrv) pairs = g_strsplit(query, "&", -1);
	for (int i = 0; pairs[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(pairs[i], "=", 2);
		if (parts[0] == NULL) {
			continue;
		}
		g_autofree char *name = decode(parts[0]);
		g_autofree char *value = decode(parts[1] == NULL ? "" : parts[1]);
		emu_request_add_parameter(self, name, value, strlen(value));
	}
}

void emu_request_set_authorization(struct request *self, const char *header)
{
	if (header == NULL || g_ascii_strncasecmp(header, "Basic ", 6) != 0) {
		return;
	}
	gsize size;
	g_autofree guchar *bytes = g_base64_decode(header + 6, &size);
	g_autofree char *text = g_strndup((const char *)bytes, size);
	char *colon = strchr(text, ':');
	if (colon == NULL || strlen(text) != size) {
		return;
	}
	self->user = g_strndup(text, colon - text);
	self->password = g_strdup(colon + 1);
}

const char *emu_request_get(const struct request *self, const char *name)
{
	for (guint i = 0; i < self->parameters->len; i++) {
		const struct parameter *parameter = self->parameters->pdata[i];
		if (strcmp(parameter->name, name) == 0) {
			return parameter->value;
		}
	}
	return NULL;
}

const char *emu_request_get_or(const struct request *self, const char *name, const char *fallback)
{
	const char *value = emu_request_get(self, name);
	return value == NULL ? fallback : value;
}

int emu_request_get_number(const struct request *self, const char *name, int fallback)
{
	const char *value = emu_request_get(self, name);
	return value == NULL ? fallback : (int)g_ascii_strtoll(value, NULL, 10);
}

json_t *emu_json_text(const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	return json_string(valid);
}

json_t *emu_request_parameters_to_json(const struct request *self)
{
	json_t *object = json_object();
	for (guint i = 0; i < self->parameters->len; i++) {
		const struct parameter *parameter = self->parameters->pdata[i];
		if (strcmp(parameter->name, "token") == 0) {
			continue;
		}
		g_autofree char *name = g_utf8_make_valid(parameter->name, -1);
		json_object_set_new(object, name, emu_json_text(parameter->value));
	}
	if (self->file != NULL) {
		json_object_set_new(object, "file",
		                    emu_json_text(self->file_name == NULL ? "" : self->file_name));
		json_object_set_new(object, "file_type",
		                    emu_json_text(self->file_type == NULL ? "" : self->file_type));
		json_object_set_new(object, "file_size", json_integer(self->file->len));
	}
	return object;
}
