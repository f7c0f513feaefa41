/* SPDX-License-Identifier: MIT */
/* An account's settings as a connection. */
#ifndef PASSERELLE_REMOTES_IMAP_SIGN_IN_H
#define PASSERELLE_REMOTES_IMAP_SIGN_IN_H

#include "endpoint/driver.h"
#include "net/imap.h"

/* Without any network: is there an address, and are there credentials? CONFIG. */
bool sign_in_check(const struct remote_settings *settings, GError **error);
const char *sign_in_url(const struct remote_settings *settings);
/* NULL-terminated, at least one; lent. */
char *const *sign_in_mailboxes(const struct remote_settings *settings);
/* Connected and signed in. Errors of imap_open. */
struct imap *sign_in_open(const struct remote_settings *settings, GError **error);

#endif
