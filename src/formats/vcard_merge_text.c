/* SPDX-License-Identifier: MIT */
/*
 * Merges two texts of one card that both hold all of it, property by property. A property is a
 * line, or all lines of one group: a number and its label are one.
 */
#include "base/limits.h"
#include "formats/content_compare.h"
#include "formats/vcard.h"
#include "formats/vcard_edit.h"

#include <string.h>

/* One property of one of the texts. */
struct property {
	const char *name; /* of its first line that is no label; lent */
	char *canonical;  /* equal for what says the same */
	GPtrArray *lines; /* struct content_line, lent */
	bool is_taken;    /* by one of another text */
};

static void property_free(gpointer data)
{
	struct property *self = data;
	g_free(self->canonical);
	g_ptr_array_unref(self->lines);
	g_free(self);
}

/* One text, read. */
struct card {
	const char *text; /* lent */
	GPtrArray *lines;
	struct vcard_span *span;
	GPtrArray *properties; /* struct property, in their order */
};

static void card_clear(struct card *self)
{
	g_clear_pointer(&self->properties, g_ptr_array_unref);
	g_clear_pointer(&self->span, vcard_span_free);
	g_clear_pointer(&self->lines, g_ptr_array_unref);
}

/* What others write anew with every change, or what stands for the text itself. */
static bool is_about_the_text(const struct content_line *line)
{
	static const char *const names[] = {"VERSION", "PRODID", "REV", "UID", ""};
	bool is_one = false;
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		is_one |= strcmp(line->name, names[i]) == 0;
	}
	return is_one;
}

/* RFC 6350, 6: cardinality *1, and what people have one of. */
static bool is_single(const char *name)
{
	static const char *const names[] = {"FN",     "N",    "BDAY",  "ANNIVERSARY", "GENDER",
	                                    "KIND",   "ORG",  "TITLE", "ROLE",        "NOTE",
	                                    "PHOTO",  "TZ",   "GEO",   "NICKNAME",    "CATEGORIES",
	                                    "MAILER", "CLASS"};
	bool is_one = false;
	for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
		is_one |= strcmp(name, names[i]) == 0;
	}
	return is_one;
}

/* ---- reading ---- */

static gint by_text(gconstpointer left, gconstpointer right)
{
	const char *const *one = left, *const *other = right;
	return strcmp(*one, *other);
}

static char *join_sorted(GPtrArray *words, const char *separator)
{
	g_ptr_array_sort(words, by_text);
	g_ptr_array_add(words, NULL);
	return g_strjoinv(separator, (char **)words->pdata);
}

static void finish_property(struct property *self)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < self->lines->len; i++) {
		const struct content_line *line = g_ptr_array_index(self->lines, i);
		char *form = content_comparable(line);
		g_ptr_array_add(lines, form != NULL ? form : g_strdup(line->name));
		if (self->name == NULL || g_str_has_prefix(self->name, "X-")) {
			self->name = line->name;
		}
	}
	self->canonical = join_sorted(lines, "\x1d");
}

static void gather_properties(struct card *self)
{
	g_autoptr(GHashTable) groups = g_hash_table_new(g_str_hash, g_str_equal);
	self->properties = g_ptr_array_new_with_free_func(property_free);
	for (guint i = 0; i < self->span->properties->len; i++) {
		struct content_line *line = g_ptr_array_index(self->span->properties, i);
		struct property *property =
			line->group != NULL ? g_hash_table_lookup(groups, line->group) : NULL;
		if (is_about_the_text(line)) {
			continue;
		}
		if (property == NULL) {
			property = g_new0(struct property, 1);
			property->lines = g_ptr_array_new();
			g_ptr_array_add(self->properties, property);
		}
		g_ptr_array_add(property->lines, line);
		if (line->group != NULL) {
			g_hash_table_insert(groups, line->group, property);
		}
	}
	for (guint i = 0; i < self->properties->len; i++) {
		finish_property(g_ptr_array_index(self->properties, i));
	}
}

static bool card_read(struct card *self, const char *text, GError **error)
{
	guint position = 0;
	self->text = text;
	self->lines = content_lines_read(text, strlen(text), error);
	if (self->lines == NULL) {
		return false;
	}
	self->span = vcard_span_next(self->lines, &position);
	if (self->span == NULL) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		                    "no vCard in it");
		return false;
	}
	gather_properties(self);
	return true;
}

/* ---- comparing ---- */

/* The next one that nobody took and that says the same; it is taken. Linear: by a table of the
 * others. */
static GHashTable *index_properties(const struct card *card)
{
	GHashTable *index =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_queue_free);
	for (guint i = 0; i < card->properties->len; i++) {
		struct property *property = g_ptr_array_index(card->properties, i);
		GQueue *alike = g_hash_table_lookup(index, property->canonical);
		if (alike == NULL) {
			alike = g_queue_new();
			g_hash_table_insert(index, property->canonical, alike);
		}
		g_queue_push_tail(alike, property);
	}
	return index;
}

static struct property *take(GHashTable *index, const char *canonical)
{
	GQueue *alike = g_hash_table_lookup(index, canonical);
	struct property *property = alike != NULL ? g_queue_pop_head(alike) : NULL;
	if (property != NULL) {
		property->is_taken = true;
	}
	return property;
}

/* Those of card that the other one lacks. Lent properties; all marks are as they were. */
static GPtrArray *difference(const struct card *card, const struct card *other)
{
	GPtrArray *found = g_ptr_array_new();
	g_autoptr(GHashTable) index = index_properties(other);
	for (guint i = 0; i < card->properties->len; i++) {
		struct property *property = g_ptr_array_index(card->properties, i);
		struct property *same = take(index, property->canonical);
		if (same == NULL) {
			g_ptr_array_add(found, property);
		} else {
			same->is_taken = false;
		}
	}
	return found;
}

/* ---- writing ---- */

struct merge {
	struct card mine;
	struct vcard_editor *editor;
	GHashTable *index;  /* of mine: what is still to be matched */
	GHashTable *groups; /* names of groups in use */
	bool prefers_theirs;
	GPtrArray *conflicts; /* nullable */
};

static char *free_group(struct merge *self)
{
	for (guint i = 1;; i++) {
		char *name = g_strdup_printf("item%u", i);
		if (g_hash_table_add(self->groups, g_strdup(name))) {
			return name;
		}
		g_free(name);
	}
}

/* The group that property gets here: that of the one it replaces, its own, or a free one. */
static char *group_of(struct merge *self, const struct property *property, const char *wanted)
{
	const struct content_line *line = g_ptr_array_index(property->lines, 0);
	if (line->group == NULL) {
		return NULL;
	}
	if (wanted != NULL || g_hash_table_add(self->groups, g_strdup(line->group))) {
		return g_strdup(wanted != NULL ? wanted : line->group);
	}
	return free_group(self);
}

/* As it stands there, folded anew. */
static GString *text_of(struct merge *self, const struct card *card,
                        const struct property *property, const char *wanted)
{
	GString *text = g_string_new(NULL);
	g_autofree char *group = group_of(self, property, wanted);
	for (guint i = 0; i < property->lines->len; i++) {
		const struct content_line *line = g_ptr_array_index(property->lines, i);
		g_autoptr(GString) bytes =
			vcard_unfolded_bytes(card->text + line->offset, line->length);
		const char *from = line->group != NULL ? strchr(bytes->str, '.') + 1 : bytes->str;
		g_autofree char *unfolded =
			group != NULL ? g_strdup_printf("%s.%s", group, from) : g_strdup(from);
		content_line_append_folded(text, unfolded);
	}
	return text;
}

static void delete_property(struct merge *self, const struct property *property)
{
	for (guint i = 0; i < property->lines->len; i++) {
		vcard_editor_delete(self->editor, g_ptr_array_index(property->lines, i));
	}
}

static void insert_property(struct merge *self, const struct card *theirs,
                            const struct property *property)
{
	vcard_editor_insert_lines(self->editor, property->name,
	                          text_of(self, theirs, property, NULL));
}

static void replace_property(struct merge *self, const struct property *old,
                             const struct card *theirs, const struct property *property)
{
	const struct content_line *first = g_ptr_array_index(old->lines, 0);
	GString *text = text_of(self, theirs, property, first->group);
	delete_property(self, old);
	vcard_editor_replace(self->editor, first, text);
}

/* One of mine of that name that nothing agreed says: mine was changed, or added, too. */
static struct property *own_of_name(const struct merge *self, const char *name)
{
	for (guint i = 0; i < self->mine.properties->len; i++) {
		struct property *property = g_ptr_array_index(self->mine.properties, i);
		if (!property->is_taken && strcmp(property->name, name) == 0) {
			return property;
		}
	}
	return NULL;
}

/* It is new there, or was changed there and here: a second value has room, or one of them stays. */
static void add(struct merge *self, const struct card *theirs, const struct property *property)
{
	if (take(self->index, property->canonical) != NULL) {
		return;
	}
	struct property *own = is_single(property->name) ? own_of_name(self, property->name) : NULL;
	if (own == NULL) {
		insert_property(self, theirs, property);
		return;
	}
	own->is_taken = true;
	if (self->prefers_theirs) {
		replace_property(self, own, theirs, property);
	}
	if (self->conflicts != NULL) {
		g_ptr_array_add(self->conflicts, g_strdup(property->name));
	}
}

/* The added one that stands for a removed one: the next of that name, one of a single group first.
 */
static struct property *successor(GPtrArray *added, const struct property *removed)
{
	for (guint i = 0; i < added->len; i++) {
		struct property *property = g_ptr_array_index(added, i);
		if (!property->is_taken && strcmp(property->name, removed->name) == 0) {
			property->is_taken = true;
			return property;
		}
	}
	return NULL;
}

/* What still stands here as it was agreed is not up for anything else. */
static void claim_agreed(struct merge *self, const struct card *base, const GPtrArray *removed)
{
	g_autoptr(GHashTable) gone = g_hash_table_new(NULL, NULL);
	for (guint i = 0; i < removed->len; i++) {
		g_hash_table_add(gone, g_ptr_array_index(removed, i));
	}
	for (guint i = 0; i < base->properties->len; i++) {
		struct property *property = g_ptr_array_index(base->properties, i);
		if (!g_hash_table_contains(gone, property)) {
			take(self->index, property->canonical);
		}
	}
}

static void carry(struct merge *self, const struct card *base, const struct card *theirs)
{
	g_autoptr(GPtrArray) removed = difference(base, theirs);
	g_autoptr(GPtrArray) added = difference(theirs, base);
	claim_agreed(self, base, removed);
	for (guint i = 0; i < removed->len; i++) {
		const struct property *old = g_ptr_array_index(removed, i);
		struct property *next = successor(added, old);
		struct property *own = take(self->index, old->canonical);
		if (own != NULL && next != NULL) {
			replace_property(self, own, theirs, next);
		} else if (own != NULL) {
			delete_property(self, own);
		} else if (next != NULL) {
			add(self, theirs, next);
		}
	}
	for (guint i = 0; i < added->len; i++) {
		struct property *property = g_ptr_array_index(added, i);
		if (!property->is_taken) {
			add(self, theirs, property);
		}
	}
}

static void note_groups(struct merge *self)
{
	for (guint i = 0; i < self->mine.span->properties->len; i++) {
		const struct content_line *line = g_ptr_array_index(self->mine.span->properties, i);
		if (line->group != NULL) {
			g_hash_table_add(self->groups, g_strdup(line->group));
		}
	}
}

static bool is_of_one_version(const struct card *mine, const struct card *theirs, GError **error)
{
	if (mine->span->version == theirs->span->version && mine->span->version >= 3) {
		return true;
	}
	g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_UNSUPPORTED,
	                    "the two cards are of different versions, or of vCard 2.1");
	return false;
}

bool vcard_text_is_same(const char *one, const char *other)
{
	struct card left = {0}, right = {0};
	bool is_same = false;
	if (card_read(&left, one, NULL) && card_read(&right, other, NULL)) {
		g_autoptr(GPtrArray) more = difference(&left, &right);
		g_autoptr(GPtrArray) less = difference(&right, &left);
		is_same = more->len == 0 && less->len == 0;
	}
	card_clear(&left);
	card_clear(&right);
	return is_same;
}

char *vcard_merge_text(const char *mine, const char *base, const char *theirs, bool prefers_theirs,
                       GPtrArray *conflicts, GError **error)
{
	static const char none[] = "BEGIN:VCARD\r\nEND:VCARD\r\n";
	struct merge self = {.prefers_theirs = prefers_theirs, .conflicts = conflicts};
	struct card before = {0}, other = {0};
	char *result = NULL;
	if (card_read(&self.mine, mine, error) &&
	    card_read(&before, base != NULL ? base : none, error) &&
	    card_read(&other, theirs, error) && is_of_one_version(&self.mine, &other, error)) {
		self.editor = vcard_editor_open(mine, error);
		self.index = index_properties(&self.mine);
		self.groups = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
		note_groups(&self);
		carry(&self, &before, &other);
		result = vcard_editor_result(self.editor);
		g_hash_table_unref(self.groups);
		g_hash_table_unref(self.index);
		vcard_editor_free(self.editor);
	}
	card_clear(&self.mine);
	card_clear(&before);
	card_clear(&other);
	return result;
}
