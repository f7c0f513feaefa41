/* SPDX-License-Identifier: MIT */
/* What a server says of its collections, and how it is remembered. */
#ifndef PASSERELLE_REMOTES_DAV_COLLECTIONS_H
#define PASSERELLE_REMOTES_DAV_COLLECTIONS_H

#include "endpoint/driver.h"
#include "remotes/dav/multistatus.h"
#include "remotes/dav/session.h"

#define DAV_COLLECTIONS_AGE (24 * 60 * 60) /* then they are looked for again */
#define DAV_MAX_COLLECTIONS 1000

struct dav_collection {
	char *url; /* canonical, with a slash at its end */
	char *display_name, *color;
	bool is_read_only;
	bool has_sync, has_multiget; /* RFC 6578; RFC 6352 and 4791 */
};
void dav_collection_free(struct dav_collection *self);
DEFINE_OWNED(dav_collection, dav_collection_free);

/* The body that asks for all that is read here; principal and homes, too. */
GBytes *dav_collections_question(void);
/* A response to that: NULL where it is no collection of the kind that can hold its items. */
struct dav_collection *dav_collection_read(const struct dav_response *response,
                                           enum item_kind kind);
/* As the contract of drivers has them. */
struct collection *dav_collection_public(const struct dav_collection *self);

/*
 * The address of the collection of that id (see endpoint/driver.h): on the server where it was
 * found, else on that of the others, else on the configured one. NULL: it makes none. Owned.
 */
char *dav_collections_address(const struct dav_session *session, const GPtrArray *found,
                              const char *id);

/* All (struct dav_collection) as last found; NULL where that is too old, or of another address. */
GPtrArray *dav_collections_recall(struct dav_session *session);
/* The next one looks for them again. */
void dav_collections_forget(struct dav_session *session);
/* What cannot be kept is looked for again. */
void dav_collections_remember(struct dav_session *session, GPtrArray *collections);

#endif
