/* SPDX-License-Identifier: MIT */
/* Occurrences of events: made, copied, freed, compared. */
#include "model/event.h"

#include "model/contact.h"

struct event *event_new(void)
{
	struct event *self = g_new0(struct event, 1);
	self->title = g_strdup("");
	self->location = g_strdup("");
	self->description = g_strdup("");
	return self;
}

struct event *event_copy(const struct event *self)
{
	struct event *copy = g_new(struct event, 1);
	*copy = *self;
	copy->uid = g_strdup(self->uid);
	copy->recurrence_id = g_strdup(self->recurrence_id);
	copy->title = g_strdup(self->title);
	copy->location = g_strdup(self->location);
	copy->description = g_strdup(self->description);
	copy->guess = g_strdup(self->guess);
	return copy;
}

void event_free(struct event *self)
{
	if (!self) {
		return;
	}
	g_free(self->uid);
	g_free(self->recurrence_id);
	g_free(self->title);
	g_free(self->location);
	g_free(self->description);
	g_free(self->guess);
	g_free(self);
}

char *event_match_key(const struct event *self)
{
	g_autofree char *title = name_fold(self->title);
	g_autofree char *location = name_fold(self->location);
	return g_strdup_printf("%s\x1f%" G_GINT64_FORMAT "\x1f%" G_GINT64_FORMAT "\x1f%s", title,
	                       self->starts, self->ends, location);
}
