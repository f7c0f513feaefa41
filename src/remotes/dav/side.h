/* SPDX-License-Identifier: MIT */
/* One collection of a DAV server as a side of a sync, and what its parts share. */
#ifndef PASSERELLE_REMOTES_DAV_SIDE_H
#define PASSERELLE_REMOTES_DAV_SIDE_H

#include "endpoint/endpoint.h"
#include "remotes/dav/collections.h"

struct dav_side {
	struct endpoint endpoint;
	struct endpoint_functions functions; /* of what it can */
	struct dav_session *session;         /* lent */
	struct journal *journal;             /* the collection's part of it; lent */
	char *name;
	char *wanted;                      /* the collection's id; NULL = the only one there is */
	struct dav_collection *collection; /* NULL until it was looked for */
	/* What reading cost so far, microseconds per item; 0 = not tried. */
	double multiget_cost, get_cost;
	guint batch; /* items in one multiget */
};

/* id NULL: the only one that there is, found at first use. journal NULL: the session's. */
struct endpoint *dav_side_new(struct dav_session *session, const char *id, bool is_read_only,
                              struct journal *journal);
/* Finds the collection, if that is not done yet. CONFIG where there is none, or too many. */
bool dav_side_open(struct dav_side *self, GError **error);
/* "dav.contacts.WHAT:/path/" */
char *dav_side_memory_key(const struct dav_side *self, const char *what);

/* The functions of the table; see endpoint.h. */
struct snapshot *dav_list(struct endpoint *endpoint, GPtrArray *records, GError **error);
bool dav_fetch(struct endpoint *endpoint, GPtrArray *changes, GError **error);
bool dav_create(struct endpoint *endpoint, GPtrArray *changes, GError **error);
bool dav_update(struct endpoint *endpoint, GPtrArray *changes, GError **error);
bool dav_remove(struct endpoint *endpoint, GPtrArray *changes, GError **error);
bool dav_settle(struct endpoint *endpoint, GError **error);

#endif
