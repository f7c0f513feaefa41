/* SPDX-License-Identifier: MIT */
/* What of a text counts when two are compared. Pure. */
#ifndef PASSERELLE_REMOTES_DAV_CONTENT_H
#define PASSERELLE_REMOTES_DAV_CONTENT_H

#include "base/error.h"
#include "model/item.h"

/*
 * SHA-256 (hex) of a card or calendar, whichever way it is folded, ordered, escaped and cased, and
 * without what servers change by themselves: UID, PRODID, REV, DTSTAMP, LAST-MODIFIED, CREATED,
 * SEQUENCE, VERSION, zone definitions, empty properties. So a server that stores another spelling
 * has changed nothing. INPUT where a bound of base/limits.h is exceeded.
 */
char *dav_content_fingerprint(const char *text, GError **error);

#endif
