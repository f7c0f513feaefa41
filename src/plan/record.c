/* SPDX-License-Identifier: MIT */
/* What both sides last agreed on about one item: made, copied, freed, named. */
#include "plan/record.h"

const char *record_state_name(enum record_state state)
{
	static const char *const names[] = {
		[RECORD_AGREED] = "agreed",
		[RECORD_PENDING] = "pending",
		[RECORD_REFUSED] = "refused",
		[RECORD_IN_DOUBT] = "in doubt",
		[RECORD_DELETED_HERE] = "deleted here",
		[RECORD_GONE_THERE] = "gone there",
		[RECORD_SAME_AS] = "same as",
		[RECORD_SETTLED] = "settled",
	};
	return names[state];
}

struct record *record_new(const char *uid)
{
	struct record *self = g_new0(struct record, 1);
	self->uid = g_strdup(uid);
	return self;
}

bool record_may_be_adopted(const struct record *self)
{
	return self->remote_ref == NULL &&
	       (self->state == RECORD_AGREED || self->state == RECORD_REFUSED);
}

struct record *record_copy(const struct record *self)
{
	if (self == NULL) {
		return NULL;
	}
	struct record *copy = g_new(struct record, 1);
	*copy = *self;
	copy->uid = g_strdup(self->uid);
	copy->name = g_strdup(self->name);
	copy->match = g_strdup(self->match);
	copy->facts = g_strdupv(self->facts);
	copy->local_ref = g_strdup(self->local_ref);
	copy->local_fingerprint = g_strdup(self->local_fingerprint);
	copy->remote_ref = g_strdup(self->remote_ref);
	copy->remote_revision = g_strdup(self->remote_revision);
	copy->remote_fingerprint = g_strdup(self->remote_fingerprint);
	copy->reason = g_strdup(self->reason);
	copy->same_as = g_strdup(self->same_as);
	copy->notes = g_strdupv(self->notes);
	copy->base = g_strdup(self->base);
	return copy;
}

void record_free(struct record *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->uid);
	g_free(self->name);
	g_free(self->match);
	g_strfreev(self->facts);
	g_free(self->local_ref);
	g_free(self->local_fingerprint);
	g_free(self->remote_ref);
	g_free(self->remote_revision);
	g_free(self->remote_fingerprint);
	g_free(self->reason);
	g_free(self->same_as);
	g_strfreev(self->notes);
	g_free(self->base);
	g_free(self);
}
