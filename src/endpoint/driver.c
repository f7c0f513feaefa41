/* SPDX-License-Identifier: MIT */
/* What a remote service is to the program: the structs that a driver and its caller share. */
#include "endpoint/driver.h"

void raw_call_clear(struct raw_call *self)
{
	g_clear_pointer(&self->body, g_bytes_unref);
	g_clear_pointer(&self->content_type, g_free);
	g_clear_pointer(&self->uid, g_free);
	self->status = 0;
}

struct finding *finding_new(char *text_taken, GError *error_taken)
{
	struct finding *self = g_new(struct finding, 1);
	*self = (struct finding){text_taken, error_taken};
	return self;
}

void finding_free(struct finding *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->text);
	g_clear_error(&self->error);
	g_free(self);
}

struct collection *collection_new(const char *id, const char *name)
{
	struct collection *self = g_new0(struct collection, 1);
	self->id = g_strdup(id);
	self->name = g_strdup(name);
	return self;
}

struct collection *collection_copy(const struct collection *self)
{
	struct collection *copy = collection_new(self->id, self->name);
	copy->display_name = g_strdup(self->display_name);
	copy->color = g_strdup(self->color);
	copy->is_read_only = self->is_read_only;
	return copy;
}

void collection_free(struct collection *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->id);
	g_free(self->name);
	g_free(self->display_name);
	g_free(self->color);
	g_free(self);
}
