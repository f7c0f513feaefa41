/* SPDX-License-Identifier: MIT */
/* A calendar text and what can be told of it without following its rules. */
#include <string.h>

#include "formats/icalendar_parts.h"

struct calendar *calendar_read(const void *data, gsize size, GError **error)
{
	struct component_tree *const tree = component_tree_read(data, size, error);
	if (!tree) {
		return NULL;
	}
	struct calendar *const self = g_new0(struct calendar, 1);
	self->tree = tree;
	if (tree->events->len > 0) {
		self->uid = component_text(g_ptr_array_index(tree->events, 0), "UID");
		g_strstrip(self->uid);
	}
	return self;
}

void calendar_free(struct calendar *self)
{
	if (self) {
		component_tree_free(self->tree);
		g_free(self->uid);
		g_free(self);
	}
}

const char *calendar_uid(const struct calendar *self)
{
	return self->uid && *self->uid ? self->uid : NULL;
}

unsigned calendar_count(const struct calendar *self)
{
	return self->tree->events->len;
}

bool calendar_repeats(const struct calendar *self)
{
	for (guint i = 0; i < self->tree->events->len; i++) {
		const struct component *const event = g_ptr_array_index(self->tree->events, i);
		if (component_property(event, "RRULE") || component_property(event, "RDATE")) {
			return true;
		}
	}
	return false;
}
