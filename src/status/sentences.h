/* SPDX-License-Identifier: MIT */
/* What a status says, in words that every format shares. */
#ifndef PASSERELLE_STATUS_SENTENCES_H
#define PASSERELLE_STATUS_SENTENCES_H

#include "status/render.h"

#define NAME_CHARACTERS    60 /* of an account, a sender, a subject */
#define MESSAGE_CHARACTERS 200
#define SHOWN_MAILS        10

/* "ok", "login required", "not running": lent. */
const char *sentence_state(const struct render_view *view);
/* "held", or that and when the service ended. Owned, as the others. */
char *sentence_state_long(const struct render_view *view, gint64 now);
/* "3 unread, 120 in all, 2 SMS"; NULL where no count is known. */
char *sentence_mail(const struct status_mail *mail);
/* "1,032 synchronised, 2 pending"; NULL where nothing is known. */
char *sentence_kind(const struct status_kind *kind);

/* MAILBOX_UNKNOWN where it is not known. */
gint64 view_unread(const struct render_view *view);
/* Has a person to do something? A sign-in that ends tomorrow is worth a line, and no mark. */
bool view_needs_person(const struct render_view *view);

#endif
