/* SPDX-License-Identifier: MIT */
/* Cuts a file of many items into pieces, so that one that cannot be read costs no other. No I/O. */
#ifndef PASSERELLE_FORMATS_PIECES_H
#define PASSERELLE_FORMATS_PIECES_H

#include "base/error.h"
#include "model/item.h"

/* One card, or all that stands under one UID of a calendar. */
struct piece {
	enum item_kind kind;
	unsigned line;    /* of the text in which it begins, from 1 */
	const char *flaw; /* why it is none, for people; static; NULL = it can be read */
	GPtrArray *spans; /* struct span: where it stands */
};

struct pieces;
/*
 * Cards (RFC 6350, 3.3) and the components of calendars (RFC 5545, 3.6) in any order, in any
 * encoding that vcard_read and calendar_read take. A card or event without its END is a piece with
 * a flaw: what is cut off may look like another number. So is a component that is no event, and an
 * event of a mere message (METHOD:CANCEL, REPLY …). INPUT:
 * more than LIMIT_IMPORT_ITEMS. data is copied.
 */
struct pieces *pieces_cut(const void *data, gsize size, GError **error);
void pieces_free(struct pieces *self);
DEFINE_OWNED(pieces, pieces_free);

guint pieces_count(const struct pieces *self);
const struct piece *pieces_get(const struct pieces *self, guint index);
/*
 * The bytes of a piece without flaw: a card, or a calendar with the events of one UID and the
 * VTIMEZONEs that they name.
 */
GBytes *pieces_text(const struct pieces *self, guint index);

#endif
