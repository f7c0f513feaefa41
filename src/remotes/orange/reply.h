/* SPDX-License-Identifier: MIT */
/* What a reply of the Personal APIs says: its envelope, its number, and what to do about it. */
#ifndef PASSERELLE_REMOTES_ORANGE_REPLY_H
#define PASSERELLE_REMOTES_ORANGE_REPLY_H

#include "net/http.h"
#include "net/xml.h"

enum reply_envelope {
	REPLY_SUCCESS,  /* result 0, or data and no result */
	REPLY_GATEWAY,  /* <error><code>-n</code>: the gateway, before any API (Personal APIs,
	                   general page) */
	REPLY_COMMAND,  /* <command><result>-n</result><error type="n">: Calendar, Contacts */
	REPLY_MESSAGES, /* <getPersonal…Return><error><code>n</code>: Messages, RichProfile */
	REPLY_NONE,     /* no reply, or nothing of the above: HTML, cut, not XML */
};

/* What a number means for the one who called. */
enum reply_meaning {
	MEANING_OK,
	MEANING_LOGIN,   /* token invalid; not carried out */
	MEANING_CONSENT, /* not carried out */
	MEANING_CONFIG,  /* credentials, subscription or endpoint; not carried out: stop until the
	                    configuration changes */
	MEANING_BUG,     /* bad request; not carried out: hold the item */
	MEANING_REFUSED, /* parameter missing or invalid; not carried out */
	MEANING_UNKNOWN_ACTION, /* not carried out; ask again once a day */
	MEANING_ACCOUNT,    /* the user's account is not provisioned or data not found; not carried
	                       out; never delete because of it */
	MEANING_TRANSIENT,  /* reads: again later; writes: in doubt */
	MEANING_UNREADABLE, /* the same */
};

struct reply {
	enum reply_envelope envelope;
	enum reply_meaning meaning;
	int code;      /* as sent: -3 in GATEWAY, the positive type in COMMAND and MESSAGES */
	char *subtype; /* internal to the service: for the log only */
	char *detail;  /* the server's words, one line, at most 200 characters; NULL */
	char *url;     /* of a -3 or a PrivacyDashboardURL: white space removed, &amp; decoded once;
	                  NULL */
	char *overview; /* what stood inside EmailsLastNDetailed, as it came (see overview.h); NULL
	                 */
	struct xml_document *document;  /* of a SUCCESS */
	const struct xml_node *command; /* the command element, or the root; lent from document */
};
void reply_free(struct reply *self);
DEFINE_OWNED(reply, reply_free);

/* The one table: envelope and number to meaning. Unknown numbers: TRANSIENT for reads, REFUSED for
 * writes. */
enum reply_meaning reply_lookup(enum reply_envelope envelope, int code, bool is_write);

/* Reads the body whatever the HTTP status is. Never NULL. Needs HTTP_ANSWERED. */
struct reply *reply_read(const struct http_request *request, bool is_write);

/* The error a caller passes on; what = "getcontact for 'c6'". NULL for MEANING_OK. With
 * the address of a -3. */
GError *reply_error(const struct reply *self, const char *what, bool is_write);

/* Does the message of such an error say that the consent is missing? */
bool reply_is_about_consent(const char *message);

#endif
