/* SPDX-License-Identifier: MIT */
/* The requests by which a server tells what is in a collection. */
#ifndef PASSERELLE_REMOTES_DAV_MEMBERS_H
#define PASSERELLE_REMOTES_DAV_MEMBERS_H

#include "remotes/dav/side.h"

/* What was told. */
struct dav_members {
	GHashTable *told;    /* ref -> mark (DAV_NO_ETAG: none), or NULL for what is gone; owned */
	GHashTable *unclear; /* set of refs: there, and the server could not say more */
	char *token;         /* NULL = none */
	bool is_partial;     /* some href could not be read, or not all was told */
};
struct dav_members *dav_members_new(void);
void dav_members_free(struct dav_members *self);
DEFINE_OWNED(dav_members, dav_members_free);

/*
 * What changed since a token, "" = everything; page by page (RFC 6578, 3.2-3.7), in smaller ones
 * where one reply would be too much. STALE: the token is no longer valid. UNSUPPORTED: no such
 * report there, or none that tells all.
 */
struct dav_members *dav_members_since(struct dav_side *side, const char *token, GError **error);
/* Everything, by PROPFIND; page by page where that is too much for one reply, with a token then. */
struct dav_members *dav_members_all(struct dav_side *side, GError **error);
/* A mark that changes with the collection; NULL without error where there is none. */
char *dav_members_ctag(struct dav_side *side, GError **error);

#endif
