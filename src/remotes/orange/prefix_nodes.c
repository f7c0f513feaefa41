/* SPDX-License-Identifier: MIT */
/* One prefix: how much of it was seen, and how it is refined. */
#include "remotes/orange/prefixes_inner.h"

#include <string.h>

#define FIRST_CHUNK 8 /* children asked at once below a prefix; doubled each time */
#define FRUITLESS_LIMIT                                                                            \
	16 /* short pages whose children held nothing new: then counts are not believed */

static GArray *letters_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(gunichar));
}

void prefix_node_free(gpointer pointer)
{
	struct node *self = pointer;
	g_free(self->prefix);
	g_clear_pointer(&self->children, g_ptr_array_unref);
	g_clear_pointer(&self->members, g_hash_table_unref);
	g_clear_pointer(&self->candidates, g_array_unref);
	g_free(self);
}

static gint64 known_under(struct prefixes *self, const struct node *node)
{
	const guint members = node->members == NULL ? 0 : g_hash_table_size(node->members);
	if (members >= node->total) {
		return members;
	}
	return members +
	       name_index_count(self->names, folding_of(self), node->prefix, node->members);
}

gint64 prefix_node_missing(struct prefixes *self, const struct node *node)
{
	return MAX(0, node->total - known_under(self, node));
}

static gunichar last_letter(const char *prefix)
{
	return g_utf8_get_char(g_utf8_prev_char(prefix + strlen(prefix)));
}

/* A blank or mark that the search drops: the answer is the parent's own, and says nothing of its
 * children. */
static bool is_echo(const struct node *child)
{
	const gunichar last = last_letter(child->prefix);
	return child->total == child->parent->total &&
	       (g_unichar_isspace(last) || g_unichar_ismark(last));
}

/*
 * What is missing under it and is no better seen under its children: asking more of them is of no
 * use. One person may be missing under two of them: the sum is only believed where the next
 * question is dear.
 */
static gint64 missing_below(struct prefixes *self, const struct node *node)
{
	gint64 sum = 0, most = 0;
	for (guint i = 0; node->children != NULL && i < node->children->len; i++) {
		const struct node *child = node->children->pdata[i];
		const gint64 missing = child->is_failed ? PREFIX_TOTAL_LIMIT
		                       : is_echo(child) ? 0
		                                        : prefix_node_missing(self, child);
		sum += missing;
		most = MAX(most, missing);
	}
	return node->phase < PHASE_ALL ? most : sum;
}

static GUnicodeScript script_of(const char *prefix)
{
	for (const char *p = prefix + strlen(prefix); p > prefix;) {
		p = g_utf8_prev_char(p);
		const GUnicodeScript script = g_unichar_get_script(g_utf8_get_char(p));
		if (script != G_UNICODE_SCRIPT_COMMON && script != G_UNICODE_SCRIPT_INHERITED) {
			return script;
		}
	}
	return G_UNICODE_SCRIPT_LATIN;
}

/* Inside names, the most frequent first: where a server does not fold them they are as likely as
 * many plain ones. */
static const char accented_letters[] = "éèëïüöêçôîâñáíóäúãøåûàšžčćœýłğışőűæùòìõěřůňďťńśźżąęđßþð";
static const char accented_capitals[] = "ÉÈËÏÜÖÊÇÔÎÂÑÁÍÓÄÚÃØÅÛÀŠŽČĆŒÝŁĞİŞŐŰÆ";

static void append_text(GArray *letters, const char *text)
{
	for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
		const gunichar letter = g_utf8_get_char(p);
		g_array_append_val(letters, letter);
	}
}

static GArray *likely_letters(struct prefixes *self, const struct node *node)
{
	GArray *letters = name_index_after_letter(self->names, last_letter(node->prefix));
	const GUnicodeScript script = script_of(node->prefix);
	if (script == G_UNICODE_SCRIPT_LATIN) {
		append_text(letters, "aeiourlnhsytmcdbgpkvwzfjqx '-.");
		append_text(letters, accented_letters);
		return letters;
	}
	append_text(letters, " '-.");
	if (script != G_UNICODE_SCRIPT_HAN && script != G_UNICODE_SCRIPT_HANGUL) {
		const GArray *all = prefix_letters_of_script(self, script);
		for (guint i = 0; i < all->len; i++) {
			const gunichar letter = g_array_index(all, gunichar, i);
			if (letter_lower(letter) == letter && letter_base(letter) == letter) {
				g_array_append_val(letters, letter);
			}
		}
	}
	return letters;
}

static GArray *all_letters(struct prefixes *self, const struct node *node)
{
	static const gunichar others[] = {0x2019, 0x2018, 0x2bc, 0x2bb, 0x2010,
	                                  0x2011, 0x2013, 0xb7,  0xa0};
	GArray *letters = letters_new();
	append_text(letters, "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
	if (script_of(node->prefix) == G_UNICODE_SCRIPT_LATIN) {
		append_text(letters, accented_capitals);
	}
	append_text(letters, "0123456789,()&/_@+:;!?");
	g_array_append_vals(letters, others, G_N_ELEMENTS(others));
	const GUnicodeScript script = script_of(node->prefix);
	if (script != G_UNICODE_SCRIPT_HAN && script != G_UNICODE_SCRIPT_HANGUL) {
		const GArray *all = prefix_letters_of_script(self, script);
		g_array_append_vals(letters, all->data, all->len);
	}
	g_autoptr(GArray) marks =
		name_index_marks(self->names); /* of names that are not composed */
	g_array_append_vals(letters, marks->data, marks->len);
	if (script != G_UNICODE_SCRIPT_LATIN) {
		append_text(letters, "abcdefghijklmnopqrstuvwxyz");
	}
	return letters;
}

static void find_candidates(struct prefixes *self, struct node *node)
{
	g_clear_pointer(&node->candidates, g_array_unref);
	node->next = 0;
	switch (node->phase) {
	case PHASE_SEEN:
		node->candidates =
			name_index_after_prefix(self->names, folding_of(self), node->prefix);
		break;
	case PHASE_LIKELY:
		node->candidates = likely_letters(self, node);
		break;
	case PHASE_ALL:
		node->candidates = all_letters(self, node);
		break;
	case PHASE_END:
		break;
	}
}

static gunichar fold_letter(struct prefixes *self, gunichar letter)
{
	const struct folding *folding = folding_of(self);
	const gunichar base = letter_base(letter);
	if (base != letter && folding->accents[letter_class(letter)] == PROOF_YES) {
		letter = base;
	}
	const gunichar lower = letter_lower(letter);
	return lower != letter && folding->cases[letter_class(letter)] == PROOF_YES ? lower
	                                                                            : letter;
}

struct node *prefix_node_new(struct prefixes *self, const char *prefix, struct node *parent)
{
	struct node *node = g_new0(struct node, 1);
	node->prefix = g_strdup(prefix);
	node->length = parent == NULL ? 1 : parent->length + 1;
	node->parent = parent;
	node->chunk = FIRST_CHUNK;
	g_hash_table_insert(self->nodes, node->prefix, node);
	return node;
}

/* A second blank says nothing, a mark is no letter where marks are folded away, and two marks are
 * only believed when seen. */
static bool may_follow(struct prefixes *self, const struct node *parent, gunichar letter)
{
	const gunichar last = last_letter(parent->prefix);
	if (g_unichar_ismark(letter) && (folding_of(self)->accents[LETTER_LATIN] == PROOF_YES ||
	                                 (g_unichar_ismark(last) && parent->phase != PHASE_SEEN))) {
		return false;
	}
	return letter_is_searchable(letter) &&
	       !(g_unichar_isspace(letter) && g_unichar_isspace(last));
}

static bool add_child(struct prefixes *self, struct node *parent, gunichar letter)
{
	if (!may_follow(self, parent, letter)) {
		return false;
	}
	char utf8[7] = "";
	utf8[g_unichar_to_utf8(fold_letter(self, letter), utf8)] = '\0';
	g_autofree char *prefix = g_strconcat(parent->prefix, utf8, NULL);
	if (g_hash_table_contains(self->nodes, prefix)) {
		return false;
	}
	struct node *node = prefix_node_new(self, prefix, parent);
	if (parent->children == NULL) {
		parent->children = g_ptr_array_new();
	}
	g_ptr_array_add(parent->children, node);
	parent->pending++;
	g_ptr_array_add(self->queue, node);
	self->dear_calls += parent->phase == PHASE_ALL;
	return true;
}

/* The next children, those seen in names all at once, the others in growing steps; 0 = the phase
 * has no more. */
static guint add_children(struct prefixes *self, struct node *node)
{
	const bool is_seen = node->phase == PHASE_SEEN;
	guint added = 0;
	while (node->next < node->candidates->len && (is_seen || added < node->chunk)) {
		added += add_child(self, node,
		                   g_array_index(node->candidates, gunichar, node->next++));
	}
	node->chunk = is_seen ? node->chunk : MIN(node->chunk * 2, PREFIX_BATCH);
	return added;
}

/* Counts are believed until many short pages have promised more and their refinements showed nobody
 * new. */
static bool is_worth_refining(struct prefixes *self, const struct node *node)
{
	if (node->phase == PHASE_ALL && self->dear_calls >= PREFIX_DEAR_CALLS) {
		return false;
	}
	return node->length < PREFIX_DEPTH_LIMIT &&
	       !(node->is_short && self->fruitless >= FRUITLESS_LIMIT) && prefixes_may_refine(self);
}

static bool is_refinable(struct prefixes *self, const struct node *node)
{
	const gint64 missing = prefix_node_missing(self, node);
	return missing > 0 && missing > missing_below(self, node) && is_worth_refining(self, node);
}

void prefix_node_advance(struct prefixes *self, struct node *node)
{
	if (node->phase < (self->is_reopened ? PHASE_END : PHASE_ALL) && is_refinable(self, node)) {
		g_queue_push_tail(&self->waiting[node->phase], node);
	} else {
		prefix_node_settle(self, node);
	}
}

static void reopen(struct node *node)
{
	node->state = NODE_ANSWERED;
	if (node->parent != NULL) {
		if (node->parent->state == NODE_SETTLED) {
			reopen(node->parent);
		}
		node->parent->pending++;
	}
}

/* Where only people of just this name are seen, the others probably are called the same, and cannot
 * be told apart: last. */
static void wait_in_order(struct prefixes *self, struct node *node)
{
	g_autoptr(GArray) next =
		name_index_after_prefix(self->names, folding_of(self), node->prefix);
	if (next->len > 0) {
		g_queue_push_head(&self->waiting[node->phase], node);
	} else {
		g_queue_push_tail(&self->waiting[node->phase], node);
	}
}

static gint64 given_up_below(const struct prefixes *self, gunichar letter)
{
	const GArray *pairs = self->memory->given_up;
	for (guint i = 0; i + 1 < pairs->len; i += 2) {
		if (g_array_index(pairs, gunichar, i) == letter) {
			return g_array_index(pairs, gunichar, i + 1);
		}
	}
	return 0;
}

/* More people of one name than a page shows stay missing: the dear questions are not asked for them
 * in every cycle. */
static bool is_given_up(struct prefixes *self, const struct node *node)
{
	while (node->parent != NULL) {
		node = node->parent;
	}
	return !self->is_first &&
	       prefix_node_missing(self, node) <= given_up_below(self, last_letter(node->prefix));
}

/* Only what the dear questions were asked for, or were not asked for again. */
void prefix_nodes_give_up(struct prefixes *self)
{
	g_autoptr(GArray) pairs = letters_new();
	for (guint i = 0; self->is_reopened && i < self->roots->len; i++) {
		const struct node *root = self->roots->pdata[i];
		const gint64 missing = prefix_node_missing(self, root);
		if (missing > 0 && missing < 0x10ffff && !root->is_failed) {
			const gunichar pair[] = {last_letter(root->prefix), (gunichar)missing};
			g_array_append_vals(pairs, pair, G_N_ELEMENTS(pair));
		}
	}
	if (self->is_reopened) {
		g_array_unref(self->memory->given_up);
		self->memory->given_up = g_steal_pointer(&pairs);
	}
}

/* Every cheap question was asked, and most of what was missing has been found elsewhere: now the
 * dear ones. */
bool prefix_nodes_reopen(struct prefixes *self)
{
	bool is_any = false;
	self->is_reopened = true;
	GHashTableIter iter;
	gpointer value = NULL;
	g_hash_table_iter_init(&iter, self->nodes);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		struct node *node = value;
		if (node->state == NODE_SETTLED && node->total > 0 && node->phase < PHASE_END &&
		    node->pending == 0 && is_refinable(self, node) && !is_given_up(self, node)) {
			reopen(node);
			wait_in_order(self, node);
			is_any = true;
		}
	}
	return is_any;
}

void prefix_node_refine(struct prefixes *self, struct node *node)
{
	if (node->state == NODE_SETTLED || node->pending > 0) {
		return; /* reopened beside what is below it: that has settled it, or will go on */
	}
	if (!is_refinable(self, node)) { /* found meanwhile, elsewhere */
		prefix_node_settle(self, node);
		return;
	}
	if (node->candidates == NULL) {
		find_candidates(self, node);
	}
	if (add_children(self, node) == 0) {
		g_clear_pointer(&node->candidates, g_array_unref);
		node->phase++;
		prefix_node_advance(self, node);
	}
}

void prefix_node_settle(struct prefixes *self, struct node *node)
{
	node->state = NODE_SETTLED;
	struct node *parent = node->parent;
	if (parent != NULL && --parent->pending == 0) {
		prefix_node_advance(self, parent);
	}
}
