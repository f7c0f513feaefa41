/* SPDX-License-Identifier: MIT */
/* One side of a sync: what is common to all. */
#include "endpoint/endpoint.h"

const char *verdict_name(enum verdict verdict)
{
	static const char *const names[] = {
		[VERDICT_PENDING] = "pending",     [VERDICT_DONE] = "done",
		[VERDICT_ADOPTED] = "adopted",     [VERDICT_SAME_AS] = "same as another",
		[VERDICT_RETRY] = "later",         [VERDICT_REFUSED] = "refused",
		[VERDICT_IN_DOUBT] = "in doubt",   [VERDICT_STALE] = "changed meanwhile",
		[VERDICT_NOT_FOUND] = "not found", [VERDICT_UNSUPPORTED] = "unsupported",
	};
	return names[verdict];
}

struct change *change_new(const char *uid, const char *ref)
{
	struct change *self = g_new0(struct change, 1);
	self->uid = g_strdup(uid);
	self->ref = g_strdup(ref);
	self->notes = g_ptr_array_new_with_free_func(g_free);
	return self;
}

void change_free(struct change *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->uid);
	g_free(self->ref);
	g_free(self->revision);
	g_free(self->base);
	g_free(self->text);
	g_free(self->result);
	g_free(self->same_as);
	g_clear_error(&self->error);
	g_ptr_array_unref(self->notes);
	g_free(self);
}

void change_fail(struct change *self, enum verdict verdict, GError *error_taken)
{
	self->verdict = verdict;
	g_clear_error(&self->error);
	self->error = error_taken;
}
