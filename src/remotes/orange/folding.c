/* SPDX-License-Identifier: MIT */
/* What the replies of a search prove about its folding of case and accents. */
#include "remotes/orange/folding.h"

#include <string.h>

#include "base/text.h"

/* In what two letters differ. */
enum difference { SAME = 0, CASE = 1, ACCENT = 2, OTHER = 4 };

/* İ, ẞ: their small letter is two, or has another capital; what finds them proves nothing of
 * others. */
static bool is_odd(gunichar letter)
{
	return letter >= 0x80 && g_unichar_tolower(letter) != letter &&
	       letter_lower(letter) == letter;
}

static unsigned difference_of(gunichar asked, gunichar name)
{
	if (asked == name) {
		return SAME;
	}
	if (letter_bare(asked) != letter_bare(name) || is_odd(asked) || is_odd(name)) {
		return OTHER;
	}
	const bool accents_differ = letter_lower(asked) != letter_lower(name);
	const bool cases_differ = (letter_lower(asked) == asked) != (letter_lower(name) == name);
	return (accents_differ ? ACCENT : 0) | (cases_differ ? CASE : 0);
}

static void prove(enum proof *proof, enum proof is)
{
	if (*proof != PROOF_NO) {
		*proof = is;
	}
}

static gunichar capital_of(gunichar one, gunichar other)
{
	return letter_lower(one) != one ? one : other;
}

static gunichar accented_of(gunichar one, gunichar other)
{
	return letter_base(one) != one ? one : other;
}

static void learn(struct folding *self, unsigned difference, gunichar asked, gunichar name,
                  enum proof is)
{
	if ((difference & CASE) != 0) {
		prove(&self->cases[letter_class(capital_of(name, asked))], is);
	}
	if ((difference & ACCENT) != 0) {
		prove(&self->accents[letter_class(accented_of(name, asked))], is);
	}
}

/* All differences between the prefix and the beginning of the name; OTHER where it does not begin
 * so. */
static unsigned walk(struct folding *self, const char *prefix, const char *name, bool is_learning)
{
	unsigned all = SAME;
	while (*prefix != '\0' && (all & OTHER) == 0) {
		if (*name == '\0') {
			return OTHER;
		}
		const gunichar asked = g_utf8_get_char(prefix);
		const gunichar found = g_utf8_get_char(name);
		const unsigned difference = difference_of(asked, found);
		if (is_learning) {
			learn(self, difference, asked, found, PROOF_YES);
		}
		all |= difference;
		prefix = g_utf8_next_char(prefix);
		name = g_utf8_next_char(name);
	}
	return all;
}

/* The form of a name in which it begins most nearly so: as it is, else composed. Owned. */
static char *nearest_form(const char *prefix, const char *name, unsigned *difference)
{
	*difference = name == NULL ? OTHER : walk(NULL, prefix, name, false);
	if ((*difference & (ACCENT | OTHER)) == 0 || (name != NULL && g_str_is_ascii(name))) {
		return g_strdup(name);
	}
	g_autofree char *composed = name == NULL ? NULL : text_normalize(name, G_NORMALIZE_NFC);
	if (composed != NULL) {
		*difference = walk(NULL, prefix, composed, false);
	}
	return g_steal_pointer(&composed);
}

void folding_learn_found(struct folding *self, const char *prefix, const char *last,
                         const char *first)
{
	unsigned differences[2];
	g_autofree char *family = nearest_form(prefix, last, &differences[0]);
	g_autofree char *given = nearest_form(prefix, first, &differences[1]);
	const bool by_family = (differences[0] & OTHER) == 0;
	const bool by_given = (differences[1] & OTHER) == 0;
	if (by_family == by_given) { /* none, or both and nobody knows which */
		return;
	}
	const char *name = by_family ? family : given;
	walk(self, prefix, name, true);
	const char *rest = g_utf8_offset_to_pointer(name, g_utf8_strlen(prefix, -1));
	self->are_marks_apart = self->are_marks_apart || g_unichar_ismark(g_utf8_get_char(rest));
}

static unsigned first_difference(gunichar letter, const char *name, gunichar *found)
{
	if (name == NULL || *name == '\0') {
		return OTHER;
	}
	*found = g_utf8_get_char(name);
	const unsigned raw = difference_of(letter, *found);
	if (g_str_is_ascii(name)) {
		return raw;
	}
	g_autofree char *composed = text_normalize(name, G_NORMALIZE_NFC);
	if (raw == SAME || composed == NULL) {
		return raw;
	}
	*found = g_utf8_get_char(composed);
	return difference_of(letter, *found);
}

void folding_learn_lacking(struct folding *self, gunichar letter, const char *last,
                           const char *first)
{
	const char *const names[] = {last, first};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		gunichar found = 0;
		const unsigned difference = first_difference(letter, names[i], &found);
		if (difference == CASE || difference == ACCENT) {
			learn(self, difference, letter, found, PROOF_NO);
		} else if (difference == (CASE | ACCENT) &&
		           self->cases[letter_class(capital_of(found, letter))] == PROOF_YES) {
			learn(self, ACCENT, letter, found, PROOF_NO);
		}
	}
}

bool folding_spares(const struct folding *self, gunichar letter)
{
	const enum letter_class class = letter_class(letter);
	return (letter_lower(letter) != letter && self->cases[class] == PROOF_YES) ||
	       (letter_base(letter) != letter && self->accents[class] == PROOF_YES);
}

bool folding_is_same(const struct folding *self, gunichar asked, gunichar name)
{
	const unsigned difference = difference_of(asked, name);
	if ((difference & OTHER) != 0) {
		return false;
	}
	return ((difference & CASE) == 0 ||
	        self->cases[letter_class(capital_of(name, asked))] == PROOF_YES) &&
	       ((difference & ACCENT) == 0 ||
	        self->accents[letter_class(accented_of(name, asked))] == PROOF_YES);
}
