/* SPDX-License-Identifier: MIT */
/* The names seen in one enumeration, by how they begin and by which letter follows which. */
#include "remotes/orange/name_index.h"

#define LETTERS_OF_A_NAME 64 /* longer ones are cut: prefixes end before */

struct name {
	gpointer owner; /* lent */
	guint length;
	gunichar letters[]; /* as they are, then the bare ones */
};

struct name_index {
	GHashTable *by_letter; /* bare first letter -> GPtrArray of struct name, by bare letters */
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
	return GUINT_TO_POINTER(letter_bare(letter));
}

/* By bare letters; a name that is longer than the other, and begins so, is equal to it. */
static int compare_start(const struct name *name, const gunichar *bare, guint length)
{
	const gunichar *own = name->letters + name->length;
	for (guint i = 0; i < length; i++) {
		if (i == name->length || own[i] != bare[i]) {
			return i == name->length || own[i] < bare[i] ? -1 : 1;
		}
	}
	return 0;
}

/* Where those begin that begin so, or behind them. */
static guint find_place(const GPtrArray *names, const gunichar *bare, guint length, bool is_behind)
{
	guint low = 0, high = names->len;
	while (low < high) {
		const guint middle = low + (high - low) / 2;
		const int order = compare_start(names->pdata[middle], bare, length);
		if (order < 0 || (is_behind && order == 0)) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	return low;
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

static struct name *name_new(const char *text, gpointer owner)
{
	const guint length = (guint)MIN(g_utf8_strlen(text, -1), LETTERS_OF_A_NAME);
	struct name *name = g_malloc0(sizeof *name + 2 * length * sizeof *name->letters);
	name->owner = owner;
	name->length = length;
	for (guint i = 0; i < length; i++, text = g_utf8_next_char(text)) {
		name->letters[i] = g_utf8_get_char(text);
		name->letters[length + i] = letter_bare(name->letters[i]);
	}
	return name;
}

void name_index_add(struct name_index *self, const char *text, gpointer owner)
{
	if (text == NULL || *text == '\0' ||
	    (owner == NULL && !g_hash_table_add(self->hints, g_strdup(text)))) {
		return;
	}
	struct name *name = name_new(text, owner);
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
	const guint place = find_place(names, name->letters + name->length, name->length, true);
	g_ptr_array_insert(names, (gint)place, name);
}

/* The names that may begin so: what differs in more than case and accents surely does not. */
struct search {
	gunichar *letters, *bare;
	guint length;
	const GPtrArray *names; /* NULL = none */
	guint at;
};

static void search_begin(struct search *self, const struct name_index *index, const char *prefix)
{
	glong length = 0;
	self->letters = g_utf8_to_ucs4_fast(prefix, -1, &length);
	self->bare = g_new(gunichar, length + 1);
	self->length = (guint)length;
	for (guint i = 0; i < self->length; i++) {
		self->bare[i] = letter_bare(self->letters[i]);
	}
	self->names = g_hash_table_lookup(index->by_letter, bucket_of(self->letters[0]));
	self->at =
		self->names != NULL ? find_place(self->names, self->bare, self->length, false) : 0;
}

static void search_end(struct search *self)
{
	g_free(self->letters);
	g_free(self->bare);
}

static bool begins_with(const struct name *name, const struct folding *folding,
                        const struct search *search)
{
	for (guint i = 0; i < search->length; i++) {
		if (!folding_is_same(folding, search->letters[i], name->letters[i])) {
			return false;
		}
	}
	return true;
}

/* The next that surely begins so; NULL = no more. */
static const struct name *search_next(struct search *self, const struct folding *folding)
{
	while (self->names != NULL && self->at < self->names->len) {
		const struct name *name = self->names->pdata[self->at++];
		if (compare_start(name, self->bare, self->length) != 0) {
			return NULL;
		}
		if (begins_with(name, folding, self)) {
			return name;
		}
	}
	return NULL;
}

guint name_index_count(struct name_index *self, const struct folding *folding, const char *prefix,
                       GHashTable *members)
{
	const bool is_composing =
		!folding->are_marks_apart && folding->accents[LETTER_LATIN] != PROOF_YES;
	g_autoptr(GHashTable) counted = g_hash_table_new(NULL, NULL);
	struct search search;
	search_begin(&search, self, prefix);
	for (const struct name *name; (name = search_next(&search, folding)) != NULL;) {
		const bool is_composed = is_composing && name->length > search.length &&
		                         g_unichar_ismark(name->letters[search.length]);
		if (name->owner != NULL && !is_composed &&
		    (members == NULL || !g_hash_table_contains(members, name->owner))) {
			g_hash_table_add(counted, name->owner);
		}
	}
	search_end(&search);
	return g_hash_table_size(counted);
}

GArray *name_index_after_prefix(struct name_index *self, const struct folding *folding,
                                const char *prefix)
{
	GArray *next = g_array_new(FALSE, FALSE, sizeof(gunichar));
	g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
	struct search search;
	search_begin(&search, self, prefix);
	for (const struct name *name; (name = search_next(&search, folding)) != NULL;) {
		if (name->length > search.length &&
		    g_hash_table_add(seen, GUINT_TO_POINTER(name->letters[search.length]))) {
			g_array_append_val(next, name->letters[search.length]);
		}
	}
	search_end(&search);
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
