/* SPDX-License-Identifier: MIT */
/* What the replies of a search prove about its folding of case and accents. Pure. */
#ifndef PASSERELLE_REMOTES_ORANGE_FOLDING_H
#define PASSERELLE_REMOTES_ORANGE_FOLDING_H

#include "remotes/orange/alphabet.h"

enum proof { PROOF_NONE, PROOF_YES, PROOF_NO };

/* By class of the capital, and of the accented letter: some servers fold ASCII only. Once NO, never
 * YES again. */
struct folding {
	enum proof cases[LETTER_CLASSES], accents[LETTER_CLASSES];
	bool are_marks_apart; /* "e" finds "e" with a combining mark: the search does not compose
	                         first */
};

/* A search for prefix answered somebody of these names (each nullable). */
void folding_learn_found(struct folding *self, const char *prefix, const char *last,
                         const char *first);
/* A complete answer to this one letter lacks somebody who is there. */
void folding_learn_lacking(struct folding *self, gunichar letter, const char *last,
                           const char *first);

/* Is it proven that a search for its small or plain letter finds what begins with this one? */
bool folding_spares(const struct folding *self, gunichar letter);
/* Is it sure that the one finds the other: the same, or proven to be folded? */
bool folding_is_same(const struct folding *self, gunichar asked, gunichar name);

#endif
