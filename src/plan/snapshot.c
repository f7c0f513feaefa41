/* SPDX-License-Identifier: MIT */
/* What one side holds at one moment: made and freed. */
#include "plan/snapshot.h"

struct entry *entry_new(const char *ref, const char *revision)
{
	struct entry *self = g_new0(struct entry, 1);
	self->ref = g_strdup(ref);
	self->revision = g_strdup(revision);
	return self;
}

void entry_free(struct entry *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->ref);
	g_free(self->revision);
	g_free(self->uid);
	g_free(self->hint);
	g_free(self->text);
	item_free(self->item);
	g_clear_error(&self->problem);
	g_free(self);
}

static void entry_destroy(gpointer entry)
{
	entry_free(entry);
}

struct snapshot *snapshot_new(void)
{
	struct snapshot *self = g_new0(struct snapshot, 1);
	self->entries = g_ptr_array_new_with_free_func(entry_destroy);
	return self;
}

void snapshot_free(struct snapshot *self)
{
	if (self == NULL) {
		return;
	}
	g_ptr_array_unref(self->entries);
	g_free(self->discovery);
	g_free(self);
}

bool snapshot_reaches(const struct snapshot *self, gint64 starts)
{
	return starts == 0 || ((self->since == 0 || starts >= self->since) &&
	                       (self->until == 0 || starts < self->until));
}
