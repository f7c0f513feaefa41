/* SPDX-License-Identifier: MIT */
/* Calls of the Personal APIs in batches; the only place from which a write can leave the program.
 */
#ifndef PASSERELLE_REMOTES_ORANGE_SESSION_H
#define PASSERELLE_REMOTES_ORANGE_SESSION_H

#include "endpoint/driver.h"
#include "journal/ledger.h"
#include "remotes/orange/reply.h"

enum session_api {
	SESSION_CONTACTS,
	SESSION_CALENDAR,
	SESSION_MESSAGES,
	SESSION_RICHPROFILE,
	SESSION_PROFILE,
	SESSION_PHOTOS,
	SESSION_FAVOURITES,
	SESSION_CONTENT,
	SESSION_ADDRESS, /* wherever call->url says */
};
#define SESSION_APIS 9
/* "contacts" … and back; SESSION_ADDRESS has no name to be found by. */
const char *session_api_name(enum session_api api);
bool session_find_api(const char *name, enum session_api *api);

struct session;
struct session *session_open(const struct remote_settings *settings, struct journal *journal,
                             GError **error);
void session_close(struct session *self);
const struct remote_settings *session_settings(const struct session *self);
struct journal *session_journal(const struct session *self);
const char *session_url(const struct session *self, enum session_api api);
/* UTC seconds: settings->now and what has passed since session_open; a clock that jumps does not
 * show. */
gint64 session_now(const struct session *self);

/* One call. The caller fills the first part; action and token are added by the session. */
struct call {
	enum session_api api;
	const char *action;    /* lent */
	GPtrArray *parameters; /* char *: name, value, name, value … */
	GBytes *file;          /* a multipart POST with this file; NULL = GET */
	const char *file_type; /* image/jpeg … lent */
	const char *file_name; /* lent; NULL = by its type */
	const char *url;       /* in place of the API's own; of SESSION_ADDRESS never NULL; lent */
	bool is_without_token; /* asks what the service says before it looks at a token */
	bool keeps_body;
	char *what;       /* "getcontact for 'c6'": for messages; no data of a person */
	gpointer context; /* the caller's own; lent */

	enum http_fate fate;
	long status;         /* of HTTP_ANSWERED */
	struct reply *reply; /* of HTTP_ANSWERED */
	GBytes *body;        /* of HTTP_ANSWERED with keeps_body; as it came */
	char *content_type;  /* the same; nullable */
	GError *error;       /* NULL = MEANING_OK; quotes no parameter */
	char *told;          /* the same in the server's own words, which may: for the ledger */
};
struct call *call_new(enum session_api api, const char *action);
void call_add(struct call *self, const char *name, const char *value);
void call_free(struct call *self);
DEFINE_OWNED(call, call_free);

/*
 * Reads in parallel; each answered on its own. Once one says LOGIN, CONFIG or CONSENT the rest are
 * not started and bear that error; nor are they (NETWORK) once several in a row got no reply, or,
 * from an API that said nothing sensible in this session, only outages. False: that error,
 * CANCELLED, or every single one failed for NETWORK, and not for the item alone that it names.
 */
bool session_read(struct session *self, GPtrArray *calls /* struct call */,
                  const char *progress_word, GError **error);

/* One of them alone; what it fails for is the error, too. */
bool session_read_one(struct session *self, struct call *call, GError **error);

/* The kind of item under which the ledger keeps such a write; false: it keeps none. */
bool call_kind(const struct call *self, enum item_kind *kind);

/*
 * Not inside an open journal_begin: the announcement has to be a commit of its own.
 * Writes: entries[i] (struct ledger_call, LEDGER_NEW) belongs to calls[i]. Announces all durably in
 * one commit, sends them in parallel, settles all durably in one commit: DONE, REFUSED, NOT_SENT
 * (proven, or answered as not carried out), IN_DOUBT. Fills content from the parameters. Nothing is
 * sent when the announcement fails (STORAGE). There is no other way to send a write action:
 * session_read refuses them. entries NULL: calls without a call_kind; of any other STORAGE.
 */
bool session_write(struct session *self, GPtrArray *calls, GPtrArray *entries,
                   const char *progress_word, GError **error);

/* Does an action perhaps change something there? All do but those known to read: get…, find…,
 * see…, list…, check…; case and blanks before it ignored. */
bool session_is_write(const char *action);

/* Ids are opaque: sent back as given, compared by this (case, one optional leading c). Owned. */
char *session_fold_id(const char *id);

#endif
