/* SPDX-License-Identifier: MIT */
/* What DNS says of the CardDAV or CalDAV service of a domain (RFC 6764, 3-4). */
#ifndef PASSERELLE_REMOTES_DAV_LOCATE_H
#define PASSERELLE_REMOTES_DAV_LOCATE_H

#include "model/item.h"

/*
 * The canonical address of the service; NULL where DNS says nothing, or cannot be asked. Only TLS
 * is looked for. The path is that of the TXT record, else "/".
 */
char *dav_locate(const char *domain, enum item_kind kind);

/* Is host the domain itself or below it? DNS is not signed: elsewhere no password goes by its word.
 */
bool dav_is_within_domain(const char *host, const char *domain);

/*
 * Do both addresses (canonical) lead by https into one domain, by the looks of their names: a
 * registry gives away two labels of a name, or three where the last two are like "co.uk"? Never for
 * addresses in numbers.
 */
bool dav_is_neighbour(const char *url, const char *address);

/*
 * Out of the bytes of an answer (RFC 1035, 4.1), hostile ones included: "host:port" of the SRV
 * record of the lowest priority and, among these, of the highest weight; the path of the first TXT
 * record that has one. NULL = none.
 */
char *dav_locate_read_srv(const guint8 *answer, gsize size);
char *dav_locate_read_path(const guint8 *answer, gsize size);

#endif
