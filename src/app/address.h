/* SPDX-License-Identifier: MIT */
/* Which addresses a person is sent to, and how a return address is put into one. Pure. */
#ifndef PASSERELLE_APP_ADDRESS_H
#define PASSERELLE_APP_ADDRESS_H

#include "app/config.h"

/*
 * The address with name=value added to its query, the value percent-encoded; what stands in it
 * stays as it is (privacy page: "attributes=,see"). Owned.
 */
char *address_add(const char *address, const char *name, const char *value);

/*
 * May this account send a person there? Only http and https, without a user in it, to a host of
 * consent_hosts or a sub-domain of one (with its port, where it is not the usual one), or to the
 * scheme, host and port of an address that the configuration itself names. CONSENT with the reason;
 * of the address nothing but a cleaned host is repeated.
 */
bool address_is_trusted(const struct account_config *account, const char *address, GError **error);

/* "https://HOST:PORT" of an address, lower case, without a port that is the usual one; NULL where
 * it is no web address. Owned. */
char *address_origin(const char *address);

/* Is this a list of "HOST" or "HOST:PORT" with blanks or commas between them? */
bool address_is_host_list(const char *list);

#endif
