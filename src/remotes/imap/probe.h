/* SPDX-License-Identifier: MIT */
/* What an IMAP server says when it is asked. */
#ifndef PASSERELLE_REMOTES_IMAP_PROBE_H
#define PASSERELLE_REMOTES_IMAP_PROBE_H

#include "endpoint/driver.h"

/* See probe of struct remote_driver; nothing for a part that is not "messages". */
GPtrArray *probe_mailboxes(const struct remote_settings *settings, const char *part);

#endif
