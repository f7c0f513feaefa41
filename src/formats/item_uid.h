/* SPDX-License-Identifier: MIT */
/* Gives an item another identity. No I/O. */
#ifndef PASSERELLE_FORMATS_ITEM_UID_H
#define PASSERELLE_FORMATS_ITEM_UID_H

#include "base/error.h"

/*
 * The text of a card, or of a calendar with one item, with another UID (RFC 6350, 6.7.6; RFC 5545,
 * 3.8.4.7): in the card itself, in every component of the calendar, not in what these hold (an
 * alarm has one of its own). A card or component without one gets it. All else stays byte for byte.
 * INPUT where the text cannot be read as lines.
 */
char *item_text_with_uid(const char *text, const char *uid, GError **error);

#endif
