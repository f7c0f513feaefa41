/* SPDX-License-Identifier: MIT */
/* The highest ids among many, in little memory. */
#ifndef PASSERELLE_REMOTES_IMAP_NEWEST_H
#define PASSERELLE_REMOTES_IMAP_NEWEST_H

#include "remotes/imap/mailbox.h"

struct newest {
	guint count;
	guint64 uids[MAILBOX_MAILS]; /* ascending */
};

/* All from first to last, in either order; what is no id of IMAP (32 bits, not 0) is left out. */
void newest_add(struct newest *self, guint64 first, guint64 last);
/* "1:5,9" (RFC 3501, sequence-set); what makes no sense is left out. */
void newest_add_set(struct newest *self, const char *set);
bool newest_remove(struct newest *self, guint64 uid);
/* As such a set; owned. */
char *newest_set(const struct newest *self);

#endif
