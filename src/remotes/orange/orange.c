/* SPDX-License-Identifier: MIT */
/* The provider's Personal APIs as a remote driver. */
#include "remotes/orange/orange.h"

#include "remotes/orange/availability.h"
#include "remotes/orange/probe.h"
#include "remotes/orange/raw.h"

struct remote {
	struct session *session;
	struct endpoint *sides[ITEM_KINDS];
};

static struct remote *orange_open(const struct remote_settings *settings, struct journal *journal,
                                  GError **error)
{
	struct session *session = session_open(settings, journal, error);
	if (session == NULL) {
		return NULL;
	}
	struct remote *self = g_new0(struct remote, 1);
	self->session = session;
	return self;
}

static void orange_close(struct remote *self)
{
	if (self == NULL) {
		return;
	}
	for (gsize i = 0; i < ITEM_KINDS; i++) {
		if (self->sides[i] != NULL) {
			self->sides[i]->functions->close(self->sides[i]);
		}
	}
	session_close(self->session);
	g_free(self);
}

static struct endpoint *(*const MAKERS[ITEM_KINDS])(struct session *session) = {
	[ITEM_CONTACT] = orange_contacts_new,
	[ITEM_EVENT] = orange_calendar_new,
};

static struct endpoint *orange_endpoint(struct remote *self, enum item_kind kind)
{
	if (self->sides[kind] == NULL) {
		self->sides[kind] = MAKERS[kind](self->session);
	}
	return self->sides[kind];
}

static struct mailbox *orange_mailbox(struct remote *self, GError **error)
{
	return orange_read_mailbox(self->session, error);
}

static struct profile *orange_profile(struct remote *self, GError **error)
{
	return orange_read_profile(self->session, error);
}

static bool orange_call(struct remote *self, struct raw_call *raw, GError **error)
{
	struct endpoint *contacts = orange_endpoint(self, ITEM_CONTACT);
	return raw_send(self->session, (struct contacts *)(void *)contacts, raw, error);
}

static GPtrArray *orange_probe(struct remote *self, const char *part)
{
	return probe_part(self->session, part);
}

static bool orange_read_busy(struct remote *self, const GArray *gaps, GArray *busy, GError **error)
{
	return availability_read(self->session, gaps, busy, error);
}

const struct remote_driver orange_driver = {
	.name = "orange",
	.has_kinds = {[ITEM_CONTACT] = true, [ITEM_EVENT] = true},
	.requests_per_minute = 120,
	.open = orange_open,
	.close = orange_close,
	.endpoint = orange_endpoint,
	.read_mailbox = orange_mailbox,
	.read_profile = orange_profile,
	.is_write = session_is_write,
	.call = orange_call,
	.probe = orange_probe,
	.read_busy = orange_read_busy,
};
