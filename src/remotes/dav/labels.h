/* SPDX-License-Identifier: MIT */
/* What a collection is called and its colour, changed on the server. */
#ifndef PASSERELLE_REMOTES_DAV_LABELS_H
#define PASSERELLE_REMOTES_DAV_LABELS_H

#include "remotes/dav/collections.h"

/*
 * PROPPATCH (RFC 4918, 9.2); NULL = as it is. It says the same however often it is sent, and needs
 * no place in the ledger. REFUSED: the server does not take it; errors as dav_discover.
 */
bool dav_label(struct dav_session *session, const struct collection *collection,
               const char *display_name, const char *color, GError **error);

#endif
