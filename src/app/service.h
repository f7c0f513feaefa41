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
	const char *url;                    /* of this part alone; NULL = the endpoint, or none */
	const char *user;                   /* where the driver knows users */
	struct secret_source password;      /* the same */
};

/* By contacts_remote, calendar_remote or mail_remote, else by remote. */
struct service service_of(const struct account_config *account, enum part part);
/* What the person does when that service does not accept who asks: "type passerelle login home", or
 * which option to look at. Owned. */
char *service_sign_in_words(const struct account_config *account, enum part part);
/* Has that driver this part at all? */
bool service_has(const struct remote_driver *driver, enum part part);
/* Is this part asked for? A folder is said, or a file; the mail counts are not said to be off, and
 * the service has them. */
bool service_is_wanted(const struct account_config *account, enum part part);
/*
 * Does endpoint, where it is given, lead to the service of that driver? It is the address of the
 * remote; of all services where no part that is wanted comes from that. Any other one needs an
 * address of its own: what proves who asks goes to no host that it was not given for.
 */
bool service_owns_endpoint(const struct account_config *account,
                           const struct remote_driver *driver);

#endif
