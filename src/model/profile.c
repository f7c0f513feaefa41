/* SPDX-License-Identifier: MIT */
/* The person that an account belongs to: made and freed. */
#include "model/profile.h"

struct profile *profile_new(struct contact *contact_taken, char **withheld_taken)
{
	struct profile *self = g_new0(struct profile, 1);
	self->contact = contact_taken;
	self->withheld = withheld_taken;
	return self;
}

void profile_free(struct profile *self)
{
	if (!self) {
		return;
	}
	contact_free(self->contact);
	g_strfreev(self->withheld);
	g_free(self);
}
