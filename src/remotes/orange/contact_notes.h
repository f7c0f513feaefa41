/* SPDX-License-Identifier: MIT */
/* What of a card the service does not hold and cannot be given, in words. For the table in
 * contact_fields.c alone. */
#ifndef PASSERELLE_REMOTES_ORANGE_CONTACT_NOTES_H
#define PASSERELLE_REMOTES_ORANGE_CONTACT_NOTES_H

#include "model/contact.h"

/* Folded as names are compared; NULL is "". */
bool contact_is_same_text(const char *left, const char *right);

/* Appends to notes (char *) "local only: WORD 'VALUE'", or without a value WORD and otherwise. */
void contact_note_local(GPtrArray *notes, const char *otherwise, const char *word,
                        const char *value);

/* What of wanted there has not, or has too. property: as "not carried: TEL" names it. */
void contact_note_text(const char *word, const char *wanted, const char *there, GPtrArray *notes);
void contact_note_devices(enum device_type type, const char *property, const char *word,
                          const struct contact *wanted, const struct contact *there,
                          GPtrArray *notes);
void contact_note_addresses(const char *property, const struct contact *wanted,
                            const struct contact *there, GPtrArray *notes);
void contact_note_picture(const char *word, const struct contact *wanted,
                          const struct contact *there, GPtrArray *notes);

#endif
