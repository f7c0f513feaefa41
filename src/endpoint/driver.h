/* SPDX-License-Identifier: MIT */
/* What a remote service is to the program: one struct of functions per driver, named once in
 * app/drivers.c. */
#ifndef PASSERELLE_ENDPOINT_DRIVER_H
#define PASSERELLE_ENDPOINT_DRIVER_H

#include "endpoint/endpoint.h"
#include "model/mailbox.h"
#include "model/period.h"
#include "model/profile.h"

#include <signal.h>

struct journal;

enum in_doubt_policy { IN_DOUBT_HOLD, IN_DOUBT_ASSUME_DONE, IN_DOUBT_SEND_AGAIN };

/* An account as a driver sees it. All lent: they outlive the remote. */
struct remote_settings {
	const char *account;
	const char
		*endpoint; /* https://HOST, no trailing slash; may be NULL if all urls are given */
	const char *contacts_url, *calendar_url,
		*messages_url;                     /* override one each; NULL = from endpoint */
	const char *service_id, *service_password; /* secret */
	const char *token;                         /* secret; NULL = none yet */
	/* Of services that know a user: Basic, PLAIN or LOGIN; NULL = none. Secret but the first.
	 * bearer: an access token of OAuth 2 (RFC 6750, RFC 7628), used instead of the password. */
	const char *user, *password, *bearer;
	const char *client_certificate, *client_key; /* PEM files; NULL = none */
	const char *pinned_key; /* "sha256//BASE64=", joined by ";": no other key of the server is
	                           accepted; NULL = any that is certified */
	char *const *mailboxes; /* names of the mail folders to count, UTF-8; NULL = INBOX */
	const char *timezone;   /* Olson name */
	gint64 recurrence_horizon; /* seconds */
	gint64 since;              /* when the account was first synced */
	bool push_past_events;
	enum in_doubt_policy in_doubt;
	gint64 in_doubt_grace; /* seconds */
	unsigned vcard_major;  /* 3 or 4: what is written into files */
	unsigned max_connections, requests_per_minute;
	gint64 timeout; /* seconds, per request */
	const char *ca_file, *proxy;
	bool is_full; /* --full: read every detail again */
	gint64 now;   /* UTC seconds at the start of the cycle */
	const volatile sig_atomic_t
		*cancelled; /* becomes non-zero: send nothing new, finish soon */
	void (*progress)(void *data, const char *what, guint64 done, guint64 total); /* nullable */
	void *progress_data;
};

/*
 * One raw call of any API of the service, as a person typed it. The caller fills the first part,
 * which is lent; raw_call_clear frees the second.
 */
struct raw_call {
	const char *api; /* one of the names that the driver knows, or an https address */
	const char *action;
	GPtrArray *parameters; /* char *: name, value …, UTF-8, in their order; without those that
	                          the driver adds (token, action) */
	GBytes *file;          /* sent along as a file; NULL = none */
	const char *file_name, *file_type; /* of the file; the type as in image/jpeg */
	bool may_write;                    /* the person said so */

	long status;        /* of HTTP; 0 = no whole reply came */
	GBytes *body;       /* as it came; NULL = no whole reply came */
	char *content_type; /* nullable */
	char *uid;          /* the journal keeps the call under it; NULL = it keeps none */
};
void raw_call_clear(struct raw_call *self);

/* One thing that was looked at, in words; error NULL: it is well. Never a secret in it. */
struct finding {
	char *text;    /* of what is well: "contacts: the token is accepted" */
	GError *error; /* of what is not: its code says what can be done, its message what it is */
};
struct finding *finding_new(char *text_taken, GError *error_taken);
void finding_free(struct finding *self);

/* One address book or calendar of a service that has several: one folder here. Strings owned. */
struct collection {
	char *id;                   /* what names it there, for ever: the path of its address */
	char *name;                 /* the last part of that: what its folder here is called */
	char *display_name, *color; /* color as in #RRGGBB; NULL = none */
	bool is_read_only;          /* nothing can be added, changed or removed there */
};
struct collection *collection_new(const char *id, const char *name);
struct collection *collection_copy(const struct collection *self);
void collection_free(struct collection *self);
DEFINE_OWNED(collection, collection_free);

struct remote; /* a driver's own: one account's connections */

struct remote_driver {
	const char *name;           /* as in remote = NAME */
	bool has_kinds[ITEM_KINDS]; /* contacts, events; mail counts: see read_mailbox */
	/* It signs in as a user (user and password, or bearer); else with the id and password of a
	 * service and the token of a person. */
	bool knows_users;
	/* Requests per minute at most where the account does not say; 0 = as fast as it answers. */
	unsigned requests_per_minute;
	/* No network yet. journal is lent and outlives the remote. CONFIG errors. */
	struct remote *(*open)(const struct remote_settings *settings, struct journal *journal,
	                       GError **error);
	void (*close)(struct remote *remote);
	/* The side of one kind, owned by the remote; NULL = the service has none. */
	struct endpoint *(*endpoint)(struct remote *remote, enum item_kind kind);
	/*
	 * All collections of a kind that are there now (struct collection), found from the
	 * configured address; one where that is itself a collection. NULL function: the service
	 * has one of each kind, which endpoint gives.
	 */
	GPtrArray *(*list_collections)(struct remote *remote, enum item_kind kind, GError **error);
	/* The side of one of them, owned by the remote; journal: that collection's section, lent,
	 * outlives the remote. */
	struct endpoint *(*collection)(struct remote *remote, enum item_kind kind,
	                               const struct collection *collection,
	                               struct journal *journal);
	/* Gives a collection another name to show, or another colour; NULL = as it is. NULL
	 * function: cannot be done. */
	bool (*label_collection)(struct remote *remote, const struct collection *collection,
	                         const char *display_name, const char *color, GError **error);
	/* Counts; NULL function = the service has none. */
	struct mailbox *(*read_mailbox)(struct remote *remote, GError **error);
	/*
	 * Waits until something has changed in the mailbox, seconds at most: false without error
	 * where nothing did. UNSUPPORTED: the service does not tell, ask it now and then. NULL
	 * function: the same.
	 */
	bool (*await_mail)(struct remote *remote, gint64 seconds, GError **error);
	/* The person's own card; CONSENT where nothing of it is granted. NULL function = the
	 * service has none. */
	struct profile *(*read_profile)(struct remote *remote, GError **error);
	/*
	 * Does an action perhaps change something there? A call that does needs the account's lock
	 * and its journal.
	 */
	bool (*is_write)(const char *action);
	/*
	 * One raw call, sent once and signed as all others; a write of contacts or events is
	 * announced in the ledger and settled there. False with the meaning of the reply, which
	 * then stands in the body all the same: AUTH, CONSENT, CONFIG, REFUSED, UNSUPPORTED,
	 * NETWORK, PROTOCOL; IN_DOUBT: a write of unknown outcome; USAGE: an unknown API, an
	 * address that is not the account's own, a write that was not allowed; STORAGE: nothing
	 * was sent.
	 */
	bool (*call)(struct remote *remote, struct raw_call *call, GError **error);
	/*
	 * Asks about one part ("contacts", "calendar", "messages") without writing anything: is it
	 * there, secure, content with the credentials and the token, and what is consented to.
	 * Array of struct finding. The token of the settings may be NULL: it stops there then. So
	 * may the journal, which is only read.
	 */
	GPtrArray *(*probe)(struct remote *remote, const char *part);
	/*
	 * Appends to busy (struct period) what of the gaps (the same) is taken there, to a quarter
	 * of an hour. UNSUPPORTED where the service does not tell, which is remembered for a day.
	 * NULL function = it never does.
	 */
	bool (*read_busy)(struct remote *remote, const GArray *gaps, GArray *busy, GError **error);
};

#endif
