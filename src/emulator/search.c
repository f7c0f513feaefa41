/* SPDX-License-Identifier: MIT */
/* findcontactlist's search: what a search string means and whom it finds. */
#include "emulator/search.h"

#include <string.h>

/* Canonical decomposition without the combining marks: "É" and "e" become the same letter. */
static char *without_accents(const char *text)
{
	g_autofree char *decomposed = g_utf8_normalize(text, -1, G_NORMALIZE_NFD);
	GString *kept = g_string_new(NULL);
	for (const char *p = decomposed; p != NULL && *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar letter = g_utf8_get_char(p);
		if (!g_unichar_ismark(letter)) {
			g_string_append_unichar(kept, letter);
		}
	}
	return g_string_free(kept, FALSE);
}

char *emu_search_key(enum emulator_search search, const char *text)
{
	if (search == EMULATOR_SEARCH_EXACT) {
		return g_utf8_normalize(text, -1, G_NORMALIZE_NFC);
	}
	g_autofree char *folded = g_utf8_casefold(text, -1);
	if (search == EMULATOR_SEARCH_CASE) {
		return g_utf8_normalize(folded, -1, G_NORMALIZE_NFC);
	}
	return without_accents(folded);
}

/* Personal Contacts API, findcontactlist: no wild cards, complex strings between quotes. */
char *emu_search_read(const char *parameter)
{
	if (strchr(parameter, '*') != NULL) {
		return NULL;
	}
	gsize length = strlen(parameter);
	bool is_quoted = length >= 2 && parameter[0] == '"' && parameter[length - 1] == '"';
	g_autofree char *text =
		is_quoted ? g_strndup(parameter + 1, length - 2) : g_strdup(parameter);
	if (strchr(text, '"') != NULL || (!is_quoted && strchr(text, ' ') != NULL)) {
		return NULL;
	}
	return g_steal_pointer(&text);
}

struct hit {
	const char *key; /* lent */
	struct contact *contact;
};

static gint compare_hits(gconstpointer left, gconstpointer right)
{
	const struct hit *a = left, *b = right;
	int order = strcmp(a->key, b->key);
	if (order != 0) {
		return order;
	}
	return a->contact->id < b->contact->id ? -1 : a->contact->id > b->contact->id;
}

/* The smaller of the two names that begin with prefix; NULL where none does. */
static const char *matching_key(const struct contact *contact, const char *prefix)
{
	const char *best = NULL;
	for (int i = 0; i < 2; i++) {
		const char *key = contact->search_keys[i];
		if (key != NULL && g_str_has_prefix(key, prefix) &&
		    (best == NULL || strcmp(key, best) < 0)) {
			best = key;
		}
	}
	return best;
}

GPtrArray *emu_search_contacts(const struct store *store, const char *prefix)
{
	g_autofree char *wanted = emu_search_key(store->search, prefix);
	g_autoptr(GArray) hits = g_array_new(FALSE, FALSE, sizeof(struct hit));
	/* A prefix of nothing but combining marks folds to nothing, and would find everybody. */
	for (guint i = 0; *wanted != '\0' && i < store->contacts->len; i++) {
		struct contact *contact = store->contacts->pdata[i];
		struct hit hit = {matching_key(contact, wanted), contact};
		if (hit.key != NULL) {
			g_array_append_val(hits, hit);
		}
	}
	g_array_sort(hits, compare_hits);
	GPtrArray *found = g_ptr_array_sized_new(hits->len);
	for (guint i = 0; i < hits->len; i++) {
		g_ptr_array_add(found, g_array_index(hits, struct hit, i).contact);
	}
	return found;
}
