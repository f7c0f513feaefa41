/* SPDX-License-Identifier: MIT */
/* Change marks: entity tags (RFC 9110, 8.8.3), and what stands for one. Pure. */
#ifndef PASSERELLE_REMOTES_DAV_ETAG_H
#define PASSERELLE_REMOTES_DAV_ETAG_H

#include <glib.h>
#include <stdbool.h>

/* As the journal keeps it: with its quotes and its W/; NULL of none. */
char *dav_etag_read(const char *text);
/* Where the server tells none: by what stands there. */
char *dav_etag_of_text(const char *text);
/* Do both tell of the same text? A proxy that packs replies weakens their tags. */
bool dav_etag_is_same(const char *left, const char *right);
/* May it stand in If-Match? */
bool dav_etag_is_strong(const char *etag);

#endif
