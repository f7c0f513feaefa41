/* SPDX-License-Identifier: MIT */
/* From the configured address to the collections of an account (RFC 6764, RFC 5397). */
#ifndef PASSERELLE_REMOTES_DAV_DISCOVERY_H
#define PASSERELLE_REMOTES_DAV_DISCOVERY_H

#include "remotes/dav/collections.h"

/*
 * All collections of the session's kind (struct dav_collection): the address itself where it is
 * one; else those of the person's homes, found from the address, its /.well-known place, or what
 * DNS says of a bare domain. Remembered for a day. Redirects are followed on the same server, from
 * http to https of the same host, to where DNS points inside the domain, and to homes on another
 * host of the domain (see dav_is_neighbour), never elsewhere: CONFIG then, with the address to
 * configure. CONFIG where no such service is found; AUTH; NETWORK.
 */
GPtrArray *dav_discover(struct dav_session *session, GError **error);

/*
 * What a server that was asked at base means by an href; address: the configured one, whose domain
 * may have other hosts; NULL = base's host alone. CONFIG where no password goes by itself.
 */
char *dav_discover_place(const char *base, const char *address, const char *href, GError **error);

/* One by its address, as it is now; NOT_FOUND where no collection of the kind is there. */
struct dav_collection *dav_discover_one(struct dav_session *session, const char *url,
                                        GError **error);

#endif
