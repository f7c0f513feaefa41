/* SPDX-License-Identifier: MIT */
/* Mail counts and summaries: made and freed. */
#include "model/mailbox.h"

static void free_summary(gpointer summary)
{
	mail_summary_free(summary);
}

struct mailbox *mailbox_new(void)
{
	struct mailbox *self = g_new0(struct mailbox, 1);
	self->unread = MAILBOX_UNKNOWN;
	self->total = MAILBOX_UNKNOWN;
	self->sms = MAILBOX_UNKNOWN;
	self->latest = g_ptr_array_new_with_free_func(free_summary);
	return self;
}

void mailbox_free(struct mailbox *self)
{
	if (!self) {
		return;
	}
	g_ptr_array_unref(self->latest);
	g_strfreev(self->protected_infos);
	g_free(self->consent_url);
	g_free(self->problem);
	g_free(self);
}

struct mail_summary *mail_summary_new(void)
{
	return g_new0(struct mail_summary, 1);
}

void mail_summary_free(struct mail_summary *self)
{
	if (!self) {
		return;
	}
	g_free(self->id);
	g_free(self->from);
	g_free(self->subject);
	g_free(self->preview);
	g_free(self->url);
	g_free(self);
}
