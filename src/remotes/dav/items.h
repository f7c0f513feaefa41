/* SPDX-License-Identifier: MIT */
/* A text of a DAV server, or for one, as what is synchronised: the whole of it. Pure. */
#ifndef PASSERELLE_REMOTES_DAV_ITEMS_H
#define PASSERELLE_REMOTES_DAV_ITEMS_H

#include "base/error.h"
#include "model/item.h"

/*
 * The one item of a card, or of a calendar with all that stands under one UID. Its facts tell items
 * of other content apart: a server has room for each. fallback_uid: of a
 * text without one; NULL = made of what it holds. INPUT: several cards, or several UIDs, in one
 * text; none; a bound exceeded.
 */
struct item *dav_item_read(enum item_kind kind, const char *text, const char *fallback_uid,
                           GError **error);

/* UID of a text; NULL = it has none. */
char *dav_text_uid(enum item_kind kind, const char *text);

/* The UID of what has none: of its name in a collection. */
char *dav_uid_of_place(const char *collection, const char *name);

/* What a server may be sent of a calendar: without METHOD (RFC 4791, 4.1). */
char *dav_text_to_send(enum item_kind kind, const char *text);

#endif
