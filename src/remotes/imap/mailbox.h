/* SPDX-License-Identifier: MIT */
/* What an IMAP server tells of some mailboxes, without changing any. */
#ifndef PASSERELLE_REMOTES_IMAP_MAILBOX_H
#define PASSERELLE_REMOTES_IMAP_MAILBOX_H

#include "model/mailbox.h"
#include "net/imap.h"

#define MAILBOX_MAILS       100  /* of all mailboxes together */
#define MAILBOX_FIELD_BYTES 2048 /* of a name or a subject */

struct mailbox_counts {
	gint64 total, unread; /* or MAILBOX_UNKNOWN */
};

/* STATUS of one: never selected for that. CONFIG: a name that cannot be sent; NOT_FOUND … as of
 * imap_command, with the name in front. */
bool mailbox_count(struct imap *imap, const char *name, struct mailbox_counts *counts,
                   GError **error);
/* Opens one for reading only. uid_validity: nullable. */
bool mailbox_examine(struct imap *imap, const char *name, guint64 *uid_validity, GError **error);
/* Appends its newest unread mails (struct mail_summary), at most MAILBOX_MAILS. */
bool mailbox_add_latest(struct imap *imap, const char *name, GPtrArray *mails, GError **error);

/*
 * All of them (NULL-terminated) in one. One that cannot be read is named in the problem of what
 * comes out, and the others count; where all fail, or the connection does, that is the error.
 */
struct mailbox *mailbox_read(struct imap *imap, char *const *names, GError **error);

#endif
