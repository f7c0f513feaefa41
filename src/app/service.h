/* SPDX-License-Identifier: MIT */
/* Which service each part of an account comes from, and how it signs in there. */
#ifndef PASSERELLE_APP_SERVICE_H
#define PASSERELLE_APP_SERVICE_H

#include "app/config.h"
#include "app/health.h"
#include "app/secrets.h"

/* All lent from the account. */
struct service {
	const char *name;                   /* as it was typed; NULL = this part has none */
	const struct remote_driver *driver; /* NULL = there is none of that name */
	const char *url;                    /* of this part alone; NULL = the account's endpoint */
	const char *user;                   /* where the driver knows users */
	struct secret_source password;      /* the same */
};

/* By contacts_remote, calendar_remote or mail_remote, else by remote. */
struct service service_of(const struct account_config *account, enum part part);
/* Has that driver this part at all? */
bool service_has(const struct remote_driver *driver, enum part part);

#endif
