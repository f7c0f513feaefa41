/* SPDX-License-Identifier: MIT */
/* Unread counts and the newest unread mails. */
#ifndef PASSERELLE_MODEL_MAILBOX_H
#define PASSERELLE_MODEL_MAILBOX_H

#include "base/owned.h"

#include <stdbool.h>

struct mail_summary {
	char *id, *from, *subject, *preview, *url; /* UTF-8; NULL where not given */
	gint64 date;                               /* seconds since 1970; 0 = unknown */
};

#define MAILBOX_UNKNOWN (-1) /* not told: never shown as 0 */

struct mailbox {
	gint64 unread, total, sms; /* or MAILBOX_UNKNOWN */
	gboolean has_latest;       /* the overview was granted and given */
	GPtrArray *latest;         /* struct mail_summary, newest first */
	char **protected_infos;    /* names that the person has not granted (NULL = none) */
	char *consent_url;         /* where to grant them, or NULL */
	char *problem;             /* what of it could not be read, in words; NULL = nothing */
};

struct mailbox *mailbox_new(void); /* everything unknown */
void mailbox_free(struct mailbox *self);
DEFINE_OWNED(mailbox, mailbox_free);
struct mail_summary *mail_summary_new(void);
void mail_summary_free(struct mail_summary *self);

#endif
