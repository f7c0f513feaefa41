/* SPDX-License-Identifier: MIT */
/* What reading, writing and merging of vCards share. For formats/vcard_*.c only. */
#ifndef PASSERELLE_FORMATS_VCARD_PARTS_H
#define PASSERELLE_FORMATS_VCARD_PARTS_H

#include "formats/content_line.h"
#include "model/contact.h"

/* The lines of one card among those of a file. */
struct vcard_span {
	GPtrArray *properties; /* lent lines: without BEGIN, END and nested cards */
	gsize start;           /* offset of BEGIN:VCARD, or of the first line where there is none */
	gsize end;             /* offset of END:VCARD, or where the card stops without one */
	gsize stop;            /* offset behind it */
	guint last; /* index of the last line before END, BEGIN itself where there is no other */
	bool has_begin, has_end;
	unsigned version; /* 2, 3 or 4; 3 where it is not told */
};
void vcard_span_free(struct vcard_span *self);
DEFINE_OWNED(vcard_span, vcard_span_free);

/* The next card at or behind *position (an index of lines), which moves behind it. NULL: no more. A
 * text without any BEGIN is one card. */
struct vcard_span *vcard_span_next(GPtrArray *lines, guint *position);

/* Is it UTF-16, with or without a mark? Then the same as UTF-8; else NULL. */
char *vcard_utf16_to_utf8(const void *data, gsize size, gsize *out_size);

/* Bytes of one logical line without its folds and its line end. */
GString *vcard_unfolded_bytes(const char *data, gsize size);

/* The value as UTF-8: quoted-printable and charset undone, still escaped. is_guessed: neither UTF-8
 * nor labelled, read as windows-1252. */
char *vcard_line_text(const struct content_line *line, bool *is_guessed);

/* EMAIL, TEL or URL as a device; NULL where the line is none of them or empty. text:
 * vcard_line_text(). label (nullable): its X-ABLabel. */
struct device *vcard_line_device(const struct content_line *line, const char *text,
                                 const char *label);

/* "1951-01-31", "--01-31", "1951-01" … of a BDAY value in any of its forms; NULL where it is no
 * date. */
char *vcard_birthday_read(const char *text);
/* The same for a card of this version. */
char *vcard_birthday_write(const char *birthday, unsigned major);

/* The first word of an honorific prefix that is one; and the word for one (NULL: unknown). */
enum civility vcard_civility_of_prefix(const char *prefix);
const char *vcard_civility_word(enum civility civility);

/* The bytes of an inline PHOTO, or its address; both NULL where it is neither, with the reason. */
GBytes *vcard_photo_read(const struct content_line *line, char **url, const char **reason);

/* Without blanks at its ends; NULL where nothing is left. Takes text. */
char *vcard_stripped(char *text);
/* Component index of a structured value, unescaped and stripped, or NULL. */
char *vcard_component(char **parts, guint index);
/* ORG from the second component on. */
char *vcard_department(char **parts);

/* ADR as an address; NULL where it is empty. text: vcard_line_text(). */
struct postal_address *vcard_line_address(const struct content_line *line, const char *text);

/* Unfolded lines of a card, without line end. A major of 2 gives bare types. */
char *vcard_address_line(const struct postal_address *address, unsigned major);
char *vcard_device_line(const struct device *device, unsigned major);
char *vcard_photo_line(GBytes *picture, unsigned major);

#endif
