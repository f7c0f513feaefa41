/* SPDX-License-Identifier: MIT */
/* The status of one account: its life, and how a freshly read mailbox is carried into it. */
#include "status/document.h"

const char *status_state_name(enum status_state state)
{
	static const char *const names[] = {
		[STATUS_OK] = "ok",
		[STATUS_OFFLINE] = "offline",
		[STATUS_LOGIN_REQUIRED] = "login-required",
		[STATUS_CONSENT_REQUIRED] = "consent-required",
		[STATUS_HELD] = "held",
		[STATUS_ERROR] = "error",
	};
	return names[state];
}

static void kind_init(struct status_kind *self)
{
	self->synced = self->pending = self->held = self->refused = -1;
	self->problems = g_ptr_array_new_with_free_func(g_free);
}

static void kind_clear(struct status_kind *self)
{
	g_free(self->discovery);
	g_ptr_array_unref(self->problems);
}

struct status_document *status_document_new(const char *account)
{
	struct status_document *self = g_new0(struct status_document, 1);
	self->account = g_strdup(account);
	kind_init(&self->contacts);
	kind_init(&self->calendar);
	return self;
}

void status_document_free(struct status_document *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->account);
	g_free(self->message);
	g_free(self->action_kind);
	g_free(self->action_url);
	mailbox_free(self->mail.box);
	kind_clear(&self->contacts);
	kind_clear(&self->calendar);
	g_free(self);
}

static struct mail_summary *summary_copy(const struct mail_summary *from)
{
	struct mail_summary *copy = mail_summary_new();
	copy->id = g_strdup(from->id);
	copy->from = g_strdup(from->from);
	copy->subject = g_strdup(from->subject);
	copy->preview = g_strdup(from->preview);
	copy->url = g_strdup(from->url);
	copy->date = from->date;
	return copy;
}

/* Takes the fresh count where there is one; says whether an old one had to stay. */
static bool count_keeps_old(gint64 *known, gint64 fresh)
{
	if (fresh != MAILBOX_UNKNOWN) {
		*known = fresh;
		return false;
	}
	return *known != MAILBOX_UNKNOWN;
}

static bool latest_keeps_old(struct mailbox *known, const struct mailbox *fresh)
{
	if (!fresh->has_latest) {
		return known->has_latest;
	}
	known->has_latest = TRUE;
	g_ptr_array_set_size(known->latest, 0);
	for (guint i = 0; i < fresh->latest->len; i++) {
		g_ptr_array_add(known->latest, summary_copy(g_ptr_array_index(fresh->latest, i)));
	}
	return false;
}

void status_mail_update(struct status_mail *mail, const struct mailbox *fresh, gint64 now)
{
	if (fresh == NULL) {
		mail->is_stale = mail->box != NULL;
		return;
	}
	if (mail->box == NULL) {
		mail->box = mailbox_new();
	}
	bool is_stale = count_keeps_old(&mail->box->unread, fresh->unread);
	is_stale |= count_keeps_old(&mail->box->total, fresh->total);
	is_stale |= count_keeps_old(&mail->box->sms, fresh->sms);
	is_stale |= latest_keeps_old(mail->box, fresh);
	mail->is_stale = is_stale;
	if (!is_stale) {
		mail->as_of = now;
	}
}

void status_document_note_since(struct status_document *self, enum status_state before, gint64 now)
{
	if (self->state != before || self->since == 0) {
		self->since = now;
	}
}
