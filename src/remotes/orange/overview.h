/* SPDX-License-Identifier: MIT */
/* The overview of unread mails, which is markup in looks only: read leaf by leaf. */
#ifndef PASSERELLE_REMOTES_ORANGE_OVERVIEW_H
#define PASSERELLE_REMOTES_ORANGE_OVERVIEW_H

#include "model/mailbox.h"

/*
 * The body of a getPersonal…Return without what stands inside EmailsLastNDetailed, which goes to
 * overview as it came (NULL where the element is absent or self-closed). Any other body is returned
 * as it is.
 */
GBytes *overview_cut(GBytes *body, char **overview);

/*
 * The mails of it, newest first (struct mail_summary, owned): raw, escaped or as CDATA, end tags
 * missing, entities unknown. Never NULL; at most OVERVIEW_MAILS, each field at most
 * OVERVIEW_FIELD_BYTES.
 */
#define OVERVIEW_MAILS       100
#define OVERVIEW_FIELD_BYTES 2048
GPtrArray *overview_read(const char *overview);

#endif
