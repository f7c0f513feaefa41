/* SPDX-License-Identifier: MIT */
/* The letters that names begin with, from the character data of Unicode: which are asked when.
 * Pure. */
#ifndef PASSERELLE_REMOTES_ORANGE_ALPHABET_H
#define PASSERELLE_REMOTES_ORANGE_ALPHABET_H

#include "base/owned.h"

#include <stdbool.h>

/* Letters that a server folds, or does not fold, together. */
enum letter_class { LETTER_ASCII, LETTER_LATIN, LETTER_GREEK, LETTER_CYRILLIC, LETTER_OTHER };
#define LETTER_CLASSES 5

struct alphabet {
	GArray *basic; /* gunichar: a-z, digits, the two apostrophes: asked in every cycle */
	GArray *owed; /* what else the first cycle owes: Latin, Greek, Cyrillic, Armenian, Georgian,
	                 Hebrew, Arabic */
	GArray *rest; /* every other letter, the most frequent first: the rolling budget */
};
struct alphabet *alphabet_new(void);
void alphabet_free(struct alphabet *self);
DEFINE_OWNED(alphabet, alphabet_free);

enum letter_class letter_class(gunichar letter);
/* The small letter of a pair that maps both ways; else the letter itself. */
gunichar letter_lower(gunichar letter);
/* Without its diacritics where Unicode decomposes it; else the letter itself (ø, ß). */
gunichar letter_base(gunichar letter);
/* Small and without diacritics. */
gunichar letter_bare(gunichar letter);
/* A letter with a diacritic whose base this is, for a probe; 0 = none. */
gunichar letter_accented(gunichar base);
/* Has its script few enough letters that all can be asked at once? */
bool script_is_small(GUnicodeScript script);
bool letter_is_owed(gunichar letter);
/* Can it stand in a search? "*" and the quotation mark cannot (Personal Contacts API,
 * findcontactlist). */
bool letter_is_searchable(gunichar letter);

#endif
