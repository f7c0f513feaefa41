/* SPDX-License-Identifier: MIT */
/* A mailbox on an IMAP server as a remote driver: it counts, shows and waits, and changes nothing.
 */
#ifndef PASSERELLE_REMOTES_IMAP_IMAP_H
#define PASSERELLE_REMOTES_IMAP_IMAP_H

#include "endpoint/driver.h"

/*
 * messages_url (or endpoint) is an imaps:// or imap:// address (net/imap.h says when the latter may
 * be used), user with password or bearer signs in, or the client certificate alone. await_mail
 * watches the first mailbox; when it has just connected it answers true at once: nobody looked
 * before.
 */
extern const struct remote_driver imap_driver;

#endif
