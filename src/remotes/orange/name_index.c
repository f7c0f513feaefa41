/* SPDX-License-Identifier: MIT */
/* The names seen in one enumeration, by how they begin and by which letter follows which. */
#include "remotes/orange/name_index.h"

#define LETTERS_OF_A_NAME 64 /* longer ones are cut: prefixes end before */

struct name {
	gunichar letters[LETTERS_OF_A_NAME];
	guint length;
	gpointer owner; /* lent */
};

struct name_index {
	GHashTable *by_letter; /* bare first letter -> GPtrArray of struct name */
	GHashTable *followers; /* small letter -> GHashTable of letter -> count */
	GHashTable *marks;     /* gunichar */
	GHashTable *hints;     /* texts of hints, so that each is kept once */
};

static void free_name(gpointer name)
{
	g_free(name);
}

static void free_names(gpointer names)
{
	g_ptr_array_unref(names);
}

static void free_counts(gpointer counts)
{
	g_hash_table_unref(counts);
}

struct name_index *name_index_new(void)
{
	struct name_index *self = g_new0(struct name_index, 1);
	self->by_letter = g_hash_table_new_full(NULL, NULL, NULL, free_names);
	self->followers = g_hash_table_new_full(NULL, NULL, NULL, free_counts);
	self->marks = g_hash_table_new(NULL, NULL);
	self->hints = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return self;
}

void name_index_free(struct name_index *self)
{
	if (self == NULL) {
		return;
	}
	g_hash_table_unref(self->by_letter);
	g_hash_table_unref(self->followers);
	g_hash_table_unref(self->marks);
	g_hash_table_unref(self->hints);
	g_free(self);
}

static gpointer bucket_of(gunichar letter)
{
	return GUINT_TO_POINTER(letter_lower(letter_base(letter)));
}

static void count_follower(struct name_index *self, gunichar letter, gunichar next)
{
	const gpointer key = GUINT_TO_POINTER(letter_lower(letter));
	GHashTable *counts = g_hash_table_lookup(self->followers, key);
	if (counts == NULL) {
		counts = g_hash_table_new(NULL, NULL);
		g_hash_table_insert(self->followers, key, counts);
	}
	const guint count = GPOINTER_TO_UINT(g_hash_table_lookup(counts, GUINT_TO_POINTER(next)));
	g_hash_table_insert(counts, GUINT_TO_POINTER(next), GUINT_TO_POINTER(count + 1));
}

void name_index_add(struct name_index *self, const char *text, gpointer owner)
{
	if (text == NULL || *text == '\0' ||
	    (owner == NULL && !g_hash_table_add(self->hints, g_strdup(text)))) {
		return;
	}
	struct name *name = g_new0(struct name, 1);
	name->owner = owner;
	for (const char *p = text; *p != '\0' && name->length < LETTERS_OF_A_NAME;
	     p = g_utf8_next_char(p)) {
		name->letters[name->length++] = g_utf8_get_char(p);
	}
	for (guint i = 1; i < name->length; i++) {
		count_follower(self, name->letters[i - 1], name->letters[i]);
		if (g_unichar_ismark(name->letters[i])) {
			g_hash_table_add(self->marks, GUINT_TO_POINTER(name->letters[i]));
		}
	}
	const gpointer key = bucket_of(name->letters[0]);
	GPtrArray *names = g_hash_table_lookup(self->by_letter, key);
	if (names == NULL) {
		names = g_ptr_array_new_with_free_func(free_name);
		g_hash_table_insert(self->by_letter, key, names);
	}
	g_ptr_array_add(names, name);
}

static bool begins_with(const struct name *name, const struct folding *folding,
                        const gunichar *prefix, glong length)
{
	if ((glong)name->length < length) {
		return false;
	}
	for (glong i = 0; i < length; i++) {
		if (!folding_is_same(folding, prefix[i], name->letters[i])) {
			return false;
		}
	}
	return true;
}

guint name_index_count(struct name_index *self, const struct folding *folding, const char *prefix,
                       GHashTable *members)
{
	glong length = 0;
	g_autofree gunichar *letters = g_utf8_to_ucs4_fast(prefix, -1, &length);
	const GPtrArray *names = g_hash_table_lookup(self->by_letter, bucket_of(letters[0]));
	g_autoptr(GHashTable) counted = g_hash_table_new(NULL, NULL);
	for (guint i = 0; names != NULL && i < names->len; i++) {
		const struct name *name = names->pdata[i];
		const bool is_composed =
			(glong)name->length > length && g_unichar_ismark(name->letters[length]);
		if (name->owner != NULL && begins_with(name, folding, letters, length) &&
		    (!is_composed || folding->are_marks_apart ||
		     folding->accents[LETTER_LATIN] == PROOF_YES) &&
		    (members == NULL || !g_hash_table_contains(members, name->owner))) {
			g_hash_table_add(counted, name->owner);
		}
	}
	return g_hash_table_size(counted);
}

GArray *name_index_after_prefix(struct name_index *self, const struct folding *folding,
                                const char *prefix)
{
	glong length = 0;
	g_autofree gunichar *letters = g_utf8_to_ucs4_fast(prefix, -1, &length);
	const GPtrArray *names = g_hash_table_lookup(self->by_letter, bucket_of(letters[0]));
	GArray *next = g_array_new(FALSE, FALSE, sizeof(gunichar));
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	for (guint i = 0; names != NULL && i < names->len; i++) {
		const struct name *name = names->pdata[i];
		if ((glong)name->length > length && begins_with(name, folding, letters, length) &&
		    g_hash_table_add(seen, GUINT_TO_POINTER(name->letters[length]))) {
			g_array_append_val(next, name->letters[length]);
		}
	}
	return next;
}

struct follower {
	gunichar letter;
	guint count;
};

static gint compare_followers(gconstpointer a, gconstpointer b)
{
	const struct follower *left = a, *right = b;
	if (left->count != right->count) {
		return left->count > right->count ? -1 : 1;
	}
	return left->letter < right->letter ? -1 : left->letter > right->letter;
}

GArray *name_index_after_letter(struct name_index *self, gunichar letter)
{
	GArray *letters = g_array_new(FALSE, FALSE, sizeof(gunichar));
	GHashTable *counts =
		g_hash_table_lookup(self->followers, GUINT_TO_POINTER(letter_lower(letter)));
	if (counts == NULL) {
		return letters;
	}
	g_autoptr(GArray) followers = g_array_new(FALSE, FALSE, sizeof(struct follower));
	GHashTableIter iter;
	gpointer key, value;
	g_hash_table_iter_init(&iter, counts);
	while (g_hash_table_iter_next(&iter, &key, &value)) {
		const struct follower follower = {GPOINTER_TO_UINT(key), GPOINTER_TO_UINT(value)};
		g_array_append_val(followers, follower);
	}
	g_array_sort(followers, compare_followers);
	for (guint i = 0; i < followers->len; i++) {
		g_array_append_val(letters, g_array_index(followers, struct follower, i).letter);
	}
	return letters;
}

GArray *name_index_marks(struct name_index *self)
{
	GArray *letters = g_array_new(FALSE, FALSE, sizeof(gunichar));
	GHashTableIter iter;
	gpointer key = NULL;
	g_hash_table_iter_init(&iter, self->marks);
	while (g_hash_table_iter_next(&iter, &key, NULL)) {
		const gunichar mark = GPOINTER_TO_UINT(key);
		g_array_append_val(letters, mark);
	}
	return letters;
}
