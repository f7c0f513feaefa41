/* SPDX-License-Identifier: MIT */
/* A mailbox on an IMAP server as a remote driver. */
#include "remotes/imap/imap.h"

#include <string.h>

#include "remotes/imap/mailbox.h"
#include "remotes/imap/probe.h"
#include "remotes/imap/sign_in.h"

/* RFC 2177: at least every 29 minutes. Less, since what stands between forgets sooner. */
#define IDLE_MS (14 * 60 * 1000)

struct remote {
	const struct remote_settings *settings; /* lent */
	struct imap *watching;                  /* NULL = nobody is */
};

static struct remote *open_remote(const struct remote_settings *settings, struct journal *journal,
                                  GError **error)
{
	(void)journal;
	if (!sign_in_check(settings, error)) {
		return NULL;
	}
	struct remote *self = g_new0(struct remote, 1);
	self->settings = settings;
	return self;
}

static void close_remote(struct remote *self)
{
	if (self != NULL) {
		imap_close(self->watching);
		g_free(self);
	}
}

static struct endpoint *no_endpoint(struct remote *self, enum item_kind kind)
{
	(void)self, (void)kind;
	return NULL;
}

static struct mailbox *read_mailbox(struct remote *self, GError **error)
{
	struct imap *imap = sign_in_open(self->settings, error);
	struct mailbox *mailbox =
		imap == NULL ? NULL : mailbox_read(imap, sign_in_mailboxes(self->settings), error);
	imap_close(imap);
	return mailbox;
}

/* ---- waiting ---- */

static bool begin_watching(struct remote *self, GError **error)
{
	self->watching = sign_in_open(self->settings, error);
	if (self->watching == NULL) {
		return false;
	}
	if (!imap_has(self->watching, "IDLE")) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_UNSUPPORTED,
		            "%s: the server does not tell of new mail (no IDLE)",
		            imap_host(self->watching));
		return false;
	}
	return mailbox_examine(self->watching, sign_in_mailboxes(self->settings)[0], NULL, error);
}

/* Until there is news, or the time is over, which is no error. */
static bool watch(struct remote *self, gint64 seconds, GError **error)
{
	const gint64 deadline = g_get_monotonic_time() + seconds * G_USEC_PER_SEC;
	g_autoptr(GError) why = NULL;
	gint64 left = seconds * 1000;
	while (left > 0) {
		if (imap_idle(self->watching, MIN(left, IDLE_MS), &why)) {
			return true;
		}
		if (why != NULL) {
			g_propagate_error(error, g_steal_pointer(&why));
			return false;
		}
		left = (deadline - g_get_monotonic_time()) / 1000;
	}
	return false;
}

static bool await_mail(struct remote *self, gint64 seconds, GError **error)
{
	g_autoptr(GError) why = NULL;
	const bool is_new = self->watching == NULL;
	const bool has_news = is_new ? begin_watching(self, &why) : watch(self, seconds, &why);
	if (why != NULL) {
		g_clear_pointer(&self->watching, imap_close);
		g_propagate_error(error, g_steal_pointer(&why));
	}
	return has_news;
}

static GPtrArray *probe(struct remote *self, const char *part)
{
	return probe_mailboxes(self->settings, part);
}

const struct remote_driver imap_driver = {
	.name = "imap",
	.knows_users = true,
	.open = open_remote,
	.close = close_remote,
	.endpoint = no_endpoint,
	.read_mailbox = read_mailbox,
	.await_mail = await_mail,
	.probe = probe,
};
