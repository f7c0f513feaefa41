/* SPDX-License-Identifier: MIT */
/* What the ledger holds of a write to a DAV server. */
#ifndef PASSERELLE_REMOTES_DAV_ROWS_H
#define PASSERELLE_REMOTES_DAV_ROWS_H

#include "remotes/dav/side.h"

#define DAV_PUT    "PUT"
#define DAV_DELETE "DELETE"

/* What a row says of what was sent. */
struct dav_sent {
	char *collection;  /* its path: a journal may have rows of several */
	char *ref;         /* where it was to go */
	char *fingerprint; /* see content.h; NULL = a DELETE */
	char *revision;    /* the mark that it was to bear before; NULL = any, or none */
};
void dav_sent_free(struct dav_sent *self);
DEFINE_OWNED(dav_sent, dav_sent_free);

/* target NULL: it makes a new one. */
struct ledger_call *dav_row_new(const struct dav_side *side, const char *uid, const char *action,
                                const char *target, const struct dav_sent *sent);
/* NULL: it is another collection's, or damaged. */
struct dav_sent *dav_row_read(const struct dav_side *side, const struct ledger_call *row);

/* Fingerprint of what was last stored from here for that item at that place; NULL = nothing was, or
 * it was removed again. */
char *dav_rows_stored(const struct dav_side *side, const char *uid, const char *ref);

/* uid -> why its outcome is not known, of all unsettled rows of this kind. Owned. */
GHashTable *dav_rows_unsettled(const struct dav_side *side, GError **error);

#endif
