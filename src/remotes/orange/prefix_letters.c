/* SPDX-License-Identifier: MIT */
/* Which first letters are asked, and when. */
#include "remotes/orange/prefixes_inner.h"

#include "base/text.h"

#define PROBES      4 /* accented letters asked to learn about accents */
#define AGAIN_CALLS 8 /* of one cycle, for letters that folding spared */

static GArray *letters_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(gunichar));
}

static void queue_letter(struct prefixes *self, gunichar letter)
{
	if (letter_is_searchable(letter) && !g_unichar_isspace(letter) &&
	    !g_unichar_ismark(letter) &&
	    g_hash_table_add(self->queued_letters, GUINT_TO_POINTER(letter))) {
		g_array_append_val(self->letters, letter);
	}
}

void prefix_letters_queue(struct prefixes *self, const GArray *letters)
{
	for (guint i = 0; i < letters->len; i++) {
		queue_letter(self, g_array_index(letters, gunichar, i));
	}
}

const GArray *prefix_letters_of_script(struct prefixes *self, GUnicodeScript script)
{
	GArray *letters = g_hash_table_lookup(self->script_letters, GINT_TO_POINTER(script));
	if (letters != NULL) {
		return letters;
	}
	letters = letters_new();
	const GArray *const lists[] = {self->alphabet->owed, self->alphabet->rest};
	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
		for (guint j = 0; j < lists[i]->len; j++) {
			const gunichar letter = g_array_index(lists[i], gunichar, j);
			if (g_unichar_get_script(letter) == script) {
				g_array_append_val(letters, letter);
			}
		}
	}
	g_hash_table_insert(self->script_letters, GINT_TO_POINTER(script), letters);
	return letters;
}

/* A name begins with it: it is asked now and in every later cycle; a new small script is asked
 * whole, once. */
static void learn_letter(struct prefixes *self, gunichar letter)
{
	if (!letter_is_searchable(letter) || g_unichar_isspace(letter) ||
	    g_unichar_ismark(letter)) {
		return;
	}
	if (g_hash_table_add(self->productive, GUINT_TO_POINTER(letter))) {
		g_array_append_val(self->memory->productive, letter);
	}
	queue_letter(self, letter);
	const GUnicodeScript script = g_unichar_get_script(letter);
	if (script_is_small(script) && g_hash_table_add(self->scripts, GINT_TO_POINTER(script))) {
		const gunichar number = (gunichar)script;
		g_array_append_val(self->memory->scripts, number);
		prefix_letters_queue(self, prefix_letters_of_script(self, script));
	}
}

void prefix_letters_learn(struct prefixes *self, const char *name)
{
	if (name == NULL || *name == '\0') {
		return;
	}
	learn_letter(self, g_utf8_get_char(name));
	if (g_str_is_ascii(name)) {
		return; /* composes into nothing else: most names of most address books */
	}
	g_autofree char *composed = text_normalize(name, G_NORMALIZE_NFC);
	if (composed != NULL && *composed != '\0') {
		learn_letter(self, g_utf8_get_char(composed));
	}
}

void prefixes_hint(struct prefixes *self, const char *name)
{
	if (name == NULL || *name == '\0') {
		return;
	}
	const gunichar first = g_utf8_get_char(name);
	prefix_letters_learn(self, name);
	learn_letter(self,
	             g_unichar_toupper(
			     first)); /* the hint may be folded where the server does not fold */
	learn_letter(self, g_unichar_tolower(first));
	name_index_add(self->names, name, NULL);
}

static void queue_rolling(struct prefixes *self)
{
	struct prefixes_memory *memory = self->memory;
	const GArray *rest = self->alphabet->rest;
	for (guint i = 0, asked = 0; i < rest->len && asked < PREFIX_ROLLING_CALLS; i++) {
		if (memory->cursor >= rest->len) {
			memory->cursor = 0;
			memory->is_whole = true;
		}
		const guint before = self->letters->len;
		queue_letter(self, g_array_index(rest, gunichar, memory->cursor++));
		asked += self->letters->len - before;
	}
	const GArray *owed = self->alphabet->owed;
	for (guint i = 0; i < AGAIN_CALLS && owed->len > 0; i++) {
		memory->again = (memory->again + 1) % owed->len;
		queue_letter(self, g_array_index(owed, gunichar, memory->again));
	}
}

/* Accented forms of the letters that most names begin with: their answers tell whether accents are
 * folded. */
static void queue_probes(struct prefixes *self)
{
	guint counts[26] = {0};
	for (guint i = 0; i < self->found->len; i++) {
		const struct listed *listed = self->found->pdata[i];
		const char *const names[] = {listed->last, listed->first};
		for (gsize j = 0; j < G_N_ELEMENTS(names); j++) {
			const char letter = names[j] == NULL ? '\0' : g_ascii_tolower(names[j][0]);
			if (letter >= 'a' && letter <= 'z') {
				counts[letter - 'a']++;
			}
		}
	}
	for (guint probes = 0; probes < PROBES; probes++) {
		guint best = 26;
		for (guint i = 0; i < 26; i++) {
			const gunichar accented = letter_accented('a' + i);
			const bool is_better =
				best == 26 ||
				(accented < 0x100) > (letter_accented('a' + best) < 0x100) ||
				((accented < 0x100) == (letter_accented('a' + best) < 0x100) &&
			         counts[i] > counts[best]);
			if (counts[i] > 0 && accented != 0 && is_better) {
				best = i;
			}
		}
		if (best == 26) {
			return;
		}
		queue_letter(self, letter_accented('a' + best));
		counts[best] = 0;
	}
}

void prefix_letters_next_stage(struct prefixes *self)
{
	if (self->stage == STAGE_BASIC) {
		self->stage = STAGE_PROBES;
		if (self->is_first || self->memory->folding.accents[LETTER_LATIN] == PROOF_YES) {
			queue_probes(self);
		}
		return;
	}
	if (self->stage == STAGE_PROBES) {
		self->stage = STAGE_LETTERS;
		g_autoptr(GArray) retry = self->memory->retry;
		self->memory->retry = letters_new();
		prefix_letters_queue(self, retry);
		prefix_letters_queue(self, self->memory->productive);
		if (self->is_first) {
			prefix_letters_queue(self, self->alphabet->owed);
		}
		queue_rolling(self);
	}
}
