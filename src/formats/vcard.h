/* SPDX-License-Identifier: MIT */
/* vCard 2.1, 3.0 (RFC 2426) and 4.0 (RFC 6350): text to and from struct contact. No I/O. */
#ifndef PASSERELLE_FORMATS_VCARD_H
#define PASSERELLE_FORMATS_VCARD_H

#include "base/error.h"
#include "model/contact.h"

/*
 * One card (the first in the bytes) in any version and encoding. repairs (nullable, char *) gets
 * what was mended, in words. INPUT only where nothing of a card can be found, or a limit is
 * exceeded. One bad line never loses the card.
 */
struct contact *vcard_read(const void *data, gsize size, GPtrArray *repairs, GError **error);

/* Bytes of unknown encoding (UTF-8, BOM, UTF-16, latin-1) as UTF-8 text. Never fails; NUL bytes are
 * dropped. */
char *vcard_to_utf8(const void *data, gsize size);

/* What vcard_to_utf8 mends in these bytes, in words; NULL = they are UTF-8 already. Static. */
const char *vcard_encoding_repair(const void *data, gsize size);

/* Cut a file into the texts of its cards (char *, UTF-8, each BEGIN:VCARD … END:VCARD). */
GPtrArray *vcard_split(const void *data, gsize size, GError **error);

/* A whole card, CRLF, folded at 75 octets never inside a character, escaped for its version. major:
 * 3 or 4. */
char *vcard_write(const struct contact *contact, unsigned major);

/*
 * Carry the difference from base to theirs into the card mine, touching only the content lines that
 * it concerns: order, groups, parameters, unknown properties and the folding of all others stay
 * byte for byte. base NULL: both sides were never agreed: the union (theirs fills what mine lacks;
 * nothing of mine is replaced). Where both changed the same single-valued property mine is kept and
 * a line goes to conflicts (nullable, char *). Returns mine itself (a copy) when nothing is to be
 * done.
 */
char *vcard_merge(const char *mine, const struct contact *base, const struct contact *theirs,
                  GPtrArray *conflicts, GError **error);

/*
 * The same of two texts that both hold the whole card, unknown properties too; base is the text
 * that both had (NULL: the union). Of a single-valued property that both changed, mine is kept, or
 * theirs where it is preferred, and its name goes to conflicts (nullable, char *); of others both
 * are kept. VERSION, PRODID, REV and UID stay as they are. UNSUPPORTED: cards of different
 * versions, or of vCard 2.1.
 */
char *vcard_merge_text(const char *mine, const char *base, const char *theirs, bool prefers_theirs,
                       GPtrArray *conflicts, GError **error);
/* Do two cards say the same, property by property, in whatever spelling and order? What
 * vcard_merge_text leaves as it is does not count. False where one cannot be read. */
bool vcard_text_is_same(const char *one, const char *other);

/* image/jpeg, image/gif, image/bmp, image/png, image/webp by magic bytes; NULL = none of them. */
const char *picture_media_type(const void *data, gsize size);

#endif
