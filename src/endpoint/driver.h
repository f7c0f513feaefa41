/* SPDX-License-Identifier: MIT */
/* What a remote service is to the program: one struct of functions per driver, named once in
 * app/drivers.c. */
#ifndef PASSERELLE_ENDPOINT_DRIVER_H
#define PASSERELLE_ENDPOINT_DRIVER_H

#include "endpoint/endpoint.h"
#include "model/mailbox.h"

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
	const char *timezone;                      /* Olson name */
	gint64 recurrence_horizon;                 /* seconds */
	gint64 since;                              /* when the account was first synced */
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

struct remote; /* a driver's own: one account's connections */

struct remote_driver {
	const char *name; /* as in remote = NAME */
	/* No network yet. journal is lent and outlives the remote. CONFIG errors. */
	struct remote *(*open)(const struct remote_settings *settings, struct journal *journal,
	                       GError **error);
	void (*close)(struct remote *remote);
	/* The side of one kind, owned by the remote; NULL = the service has none. */
	struct endpoint *(*endpoint)(struct remote *remote, enum item_kind kind);
	/* Counts; NULL function = the service has none. */
	struct mailbox *(*read_mailbox)(struct remote *remote, GError **error);
};

#endif
