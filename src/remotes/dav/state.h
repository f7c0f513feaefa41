/* SPDX-License-Identifier: MIT */
/*
 * What is in a collection, as it was last told. The token of RFC 6578 is never ahead of what the
 * program knows: both are kept in one commit, and what differs from the records is acted on however
 * many cycles later.
 */
#ifndef PASSERELLE_REMOTES_DAV_STATE_H
#define PASSERELLE_REMOTES_DAV_STATE_H

#include "remotes/dav/side.h"

#define DAV_VERIFY_AGE   (24 * 60 * 60)     /* then a full listing checks what the token told */
#define DAV_PARTIAL_AGE  (60 * 60)          /* the same, where that could not be read as a whole */
#define DAV_DISTRUST_AGE (7 * 24 * 60 * 60) /* so long no token of a server that lied is used */
#define DAV_NO_ETAG      ""                 /* it is there, and the server tells no mark */

struct dav_state {
	char *token, *ctag;    /* NULL = none */
	gint64 verified_at;    /* of the last full listing; 0 = never */
	gint64 distrusted_at;  /* 0 = never */
	GHashTable *there;     /* ref -> mark (DAV_NO_ETAG: none is known) */
	bool is_partial;       /* since the last full listing, or in it, some could not be read */
	bool is_table_changed; /* since it was loaded */
	char *stored;          /* the rest, as the journal holds it; NULL = it holds none */
};

/* What is damaged was never said. STORAGE, DAMAGED. */
struct dav_state *dav_state_load(struct dav_side *side, GError **error);
void dav_state_free(struct dav_state *self);
DEFINE_OWNED(dav_state, dav_state_free);
/* In one commit of its own; nothing is written where nothing is new. */
bool dav_state_store(struct dav_state *self, struct dav_side *side, GError **error);

/* One thing told of a member; etag NULL: it is gone. A mark that only differs in its spelling from
 * the one known is that one. */
void dav_state_tell(struct dav_state *self, const char *ref, const char *etag);

#endif
