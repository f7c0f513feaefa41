/* SPDX-License-Identifier: MIT */
/* The status of one account, as a JSON document. */
#ifndef PASSERELLE_STATUS_DOCUMENT_H
#define PASSERELLE_STATUS_DOCUMENT_H

#include "base/error.h"
#include "model/mailbox.h"

enum status_state {
	STATUS_OK,
	STATUS_OFFLINE,
	STATUS_LOGIN_REQUIRED,
	STATUS_CONSENT_REQUIRED,
	STATUS_HELD,
	STATUS_ERROR
};
const char *
status_state_name(enum status_state state); /* "ok", "login-required" … as in the document */

/* contacts or calendar. -1 = not known: left out of the document, never 0. */
struct status_kind {
	gint64 synced, pending, held, refused;
	gint64 last_success; /* UTC seconds; 0 = never */
	char *discovery;     /* how far the search for contacts is; NULL = nothing to say */
	GPtrArray *problems; /* char *: "dentist.ics: DTSTART is missing"; at most 20 */
};

struct status_mail {
	struct mailbox *box; /* the last known values; NULL = never known */
	bool is_stale;       /* some of them could not be refreshed */
	gint64 as_of;        /* when the oldest shown value was read */
};

struct status_document {
	char *account;
	gint64 updated; /* UTC seconds */
	enum status_state state;
	gint64 since;      /* when state became what it is; UTC seconds, 0 = not known */
	char *message;     /* one line for people; NULL = none */
	char *action_kind; /* "login", "renew" (it ends soon), "consent", "confirm", "resolve",
	                      "rebuild", "files" or "configure"; NULL = nothing to do */
	char *action_url;  /* where to click; NULL */
	gint64 action_since;
	struct status_mail mail;
	struct status_kind contacts, calendar;
	gint64 next_sync; /* 0 = not known */
};

struct status_document *status_document_new(const char *account);
void status_document_free(struct status_document *self);
DEFINE_OWNED(status_document, status_document_free);

/*
 * Carry a freshly read mailbox into mail: values that came replace, values that did not stay and
 * make it stale. fresh NULL: nothing could be read, everything known becomes stale.
 */
void status_mail_update(struct status_mail *mail, const struct mailbox *fresh, gint64 now);

/* Note at now since when state is what it is; before: what it was until now. */
void status_document_note_since(struct status_document *self, enum status_state before, gint64 now);

/* Times are RFC 3339 in UTC. Duplicate keys, wrong types and foreign versions: PROTOCOL. */
char *status_document_to_json(const struct status_document *self);
struct status_document *status_document_from_json(const char *text, gsize size, GError **error);

#endif
