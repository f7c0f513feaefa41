/* SPDX-License-Identifier: MIT */
/* Addresses as servers write them, in one form that can be compared, kept and sent. No I/O. */
#ifndef PASSERELLE_REMOTES_DAV_HREF_H
#define PASSERELLE_REMOTES_DAV_HREF_H

#include <glib.h>
#include <stdbool.h>

#define DAV_LIMIT_HREF 4096 /* bytes; honest ones are a tenth of that */

/*
 * An http or https address as its comparable form: scheme and host in lower case, no default port,
 * every segment of the path encoded in one way (RFC 3986, 6.2.2), no empty segment but the last, no
 * query or fragment. NULL: none, longer than the limit, with a user name, a dot segment or a NUL.
 */
char *dav_href_canonical(const char *url);

/*
 * What a server that was asked at base (canonical) means by an href (RFC 4918, 8.3): absolute or
 * relative, in any encoding; on base's own server always, as those behind a proxy take themselves
 * for another scheme or port. NULL as above, and for another host, which is then told in *host
 * (nullable).
 */
char *dav_href_resolve(const char *base, const char *href, char **host);

/* The same with a slash at its end, as a collection has. */
char *dav_href_as_collection(const char *canonical);

/*
 * What names a member of a collection (both canonical) in the journal: its last segment, so that a
 * server that moves as a whole does not move its items; elsewhere the whole path. NULL: the
 * collection itself, or another collection.
 */
char *dav_href_ref(const char *collection, const char *member);
/* And back: where to send. NULL where the ref is none. */
char *dav_href_of_ref(const char *collection, const char *ref);

/* The path alone, "/" at least; lent. */
const char *dav_href_path(const char *canonical);

#endif
