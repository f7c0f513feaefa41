/* SPDX-License-Identifier: MIT */
/* Everybody found through a search by first characters: the rounds, and what comes of them. */
#include "remotes/orange/prefixes_inner.h"

#include <string.h>

#include "base/text.h"

#define SMALL_BATCH 16 /* as many as a few connections need to be busy */

static GArray *letters_new(void)
{
	return g_array_new(FALSE, FALSE, sizeof(gunichar));
}

struct listed *listed_new(const char *id, const char *folded, const char *last, const char *first)
{
	struct listed *self = g_new0(struct listed, 1);
	self->id = g_strdup(id);
	self->folded = g_strdup(folded);
	self->last = g_strdup(last);
	self->first = g_strdup(first);
	return self;
}

void listed_free(struct listed *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->id);
	g_free(self->folded);
	g_free(self->last);
	g_free(self->first);
	g_free(self);
}

static void free_listed(gpointer listed)
{
	listed_free(listed);
}

static void free_letters(gpointer letters)
{
	g_array_unref(letters);
}

struct prefixes *prefixes_new(const char *memory, bool is_full)
{
	struct prefixes *self = g_new0(struct prefixes, 1);
	self->memory = prefixes_memory_read(memory);
	self->is_first = self->memory == NULL || is_full;
	if (self->memory == NULL) {
		self->memory = prefixes_memory_new();
	}
	self->alphabet = alphabet_new();
	self->nodes = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, prefix_node_free);
	self->roots = g_ptr_array_new();
	self->queue = g_ptr_array_new();
	for (int phase = PHASE_SEEN; phase < PHASE_END; phase++) {
		g_queue_init(&self->waiting[phase]);
	}
	self->letters = letters_new();
	self->spared = letters_new();
	self->queued_letters = g_hash_table_new(NULL, NULL);
	self->productive = g_hash_table_new(NULL, NULL);
	self->scripts = g_hash_table_new(NULL, NULL);
	self->script_letters = g_hash_table_new_full(NULL, NULL, NULL, free_letters);
	self->found = g_ptr_array_new_with_free_func(free_listed);
	self->by_id = g_hash_table_new(g_str_hash, g_str_equal);
	self->names = name_index_new();
	for (guint i = 0; i < self->memory->productive->len; i++) {
		g_hash_table_add(self->productive, GUINT_TO_POINTER(g_array_index(
							   self->memory->productive, gunichar, i)));
	}
	for (guint i = 0; i < self->memory->scripts->len; i++) {
		g_hash_table_add(self->scripts, GUINT_TO_POINTER(g_array_index(
							self->memory->scripts, gunichar, i)));
	}
	prefix_letters_queue(self, self->alphabet->basic);
	return self;
}

void prefixes_free(struct prefixes *self)
{
	if (self == NULL) {
		return;
	}
	prefixes_memory_free(self->memory);
	alphabet_free(self->alphabet);
	g_ptr_array_unref(self->roots);
	g_ptr_array_unref(self->queue);
	for (int phase = PHASE_SEEN; phase < PHASE_END; phase++) {
		g_queue_clear(&self->waiting[phase]);
	}
	g_hash_table_unref(self->nodes);
	g_array_unref(self->letters);
	g_array_unref(self->spared);
	g_hash_table_unref(self->queued_letters);
	g_hash_table_unref(self->productive);
	g_hash_table_unref(self->scripts);
	g_hash_table_unref(self->script_letters);
	g_hash_table_unref(self->by_id);
	g_ptr_array_unref(self->found);
	name_index_free(self->names);
	g_free(self);
}

/* ---- rounds ---- */

static void send(struct prefixes *self, struct node *node, GPtrArray *batch)
{
	node->state = NODE_SENT;
	self->calls++;
	g_ptr_array_add(batch, g_strdup(node->prefix));
}

bool prefixes_may_refine(struct prefixes *self)
{
	if (self->calls + self->letters->len - self->letters_head >= PREFIX_CALLS_LIMIT) {
		self->is_exhausted = true;
		return false;
	}
	return true;
}

static void take_refinements(struct prefixes *self, GPtrArray *batch)
{
	while (batch->len < PREFIX_BATCH && self->queue_head < self->queue->len) {
		struct node *node = self->queue->pdata[self->queue_head++];
		if (!prefixes_may_refine(self)) {
			prefix_node_settle(self, node);
		} else if (prefix_node_missing(self, node->parent) == 0) {
			prefix_node_settle(self, node); /* found meanwhile, elsewhere */
		} else {
			send(self, node, batch);
		}
	}
}

/* Not asked itself: then those that find the same are. */
static bool spare(struct prefixes *self, gunichar letter)
{
	if (self->stage == STAGE_PROBES || !folding_spares(folding_of(self), letter)) {
		return false;
	}
	const gunichar base = letter_base(letter);
	const gunichar others[] = {letter_lower(letter), base, letter_lower(base)};
	g_autoptr(GArray) letters = letters_new();
	g_array_append_vals(letters, others, G_N_ELEMENTS(others));
	prefix_letters_queue(self, letters);
	g_array_append_val(self->spared, letter);
	return true;
}

/* What was proven may be disproved later. */
static void reconsider_spared(struct prefixes *self)
{
	for (guint i = 0; i < self->spared->len;) {
		const gunichar letter = g_array_index(self->spared, gunichar, i);
		if (folding_spares(folding_of(self), letter)) {
			i++;
		} else {
			g_array_append_val(self->letters, letter);
			g_array_remove_index_fast(self->spared, i);
		}
	}
}

static void take_letters(struct prefixes *self, GPtrArray *batch, guint limit)
{
	while (batch->len < limit && self->letters_head < self->letters->len) {
		const gunichar letter = g_array_index(self->letters, gunichar, self->letters_head);
		char utf8[7] = "";
		utf8[g_unichar_to_utf8(letter, utf8)] = '\0';
		if (!g_hash_table_contains(self->nodes, utf8) && !spare(self, letter)) {
			if (self->calls >= PREFIX_CALLS_LIMIT) {
				self->is_exhausted = true;
				return;
			}
			struct node *node = prefix_node_new(self, utf8, NULL);
			g_ptr_array_add(self->roots, node);
			send(self, node, batch);
		}
		self->letters_head++;
	}
}

static struct node *find_letter(struct prefixes *self, gunichar letter)
{
	char utf8[7] = "";
	utf8[g_unichar_to_utf8(letter, utf8)] = '\0';
	return g_hash_table_lookup(self->nodes, utf8);
}

static void learn_lacking(struct prefixes *self, gunichar letter, struct listed *listed)
{
	const struct node *node = find_letter(self, letter);
	if (node == NULL || node->state < NODE_ANSWERED || node->is_failed || node->is_uncertain ||
	    (node->members == NULL ? 0 : g_hash_table_size(node->members)) < node->total ||
	    (node->members != NULL && g_hash_table_contains(node->members, listed))) {
		return;
	}
	folding_learn_lacking(folding_of(self), letter, listed->last, listed->first);
}

/* Who is known and yet not in a complete answer proves what the search does not fold. */
static void learn_from_absence(struct prefixes *self)
{
	for (guint i = 0; i < self->found->len; i++) {
		struct listed *listed = self->found->pdata[i];
		const char *const names[] = {listed->last, listed->first};
		for (gsize j = 0; j < G_N_ELEMENTS(names); j++) {
			if (names[j] == NULL || *names[j] == '\0') {
				continue;
			}
			g_autofree char *composed = text_normalize(names[j], G_NORMALIZE_NFC);
			const gunichar first =
				g_utf8_get_char(composed != NULL ? composed : names[j]);
			const gunichar base = letter_base(first);
			const gunichar accented = letter_accented(letter_lower(base));
			const gunichar forms[] = {letter_lower(first), base, letter_lower(base),
			                          accented, g_unichar_toupper(first)};
			for (gsize k = 0; k < G_N_ELEMENTS(forms); k++) {
				if (forms[k] != 0 && forms[k] != first) {
					learn_lacking(self, forms[k], listed);
				}
			}
		}
	}
}

/* Many prefixes are known whole once all cheap questions are asked: the dear ones only fill a small
 * round. */
static void take_waiting(struct prefixes *self, GPtrArray *batch)
{
	for (enum phase phase = PHASE_SEEN; phase < PHASE_END; phase++) {
		const guint limit = phase == PHASE_SEEN ? PREFIX_BATCH : SMALL_BATCH;
		struct node *node = NULL;
		while (batch->len < limit &&
		       (node = g_queue_pop_head(&self->waiting[phase])) != NULL) {
			prefix_node_refine(self, node);
			take_refinements(self, batch);
		}
		if (phase == PHASE_SEEN) {
			take_letters(self, batch, PREFIX_BATCH);
		}
	}
}

static bool is_waiting(const struct prefixes *self)
{
	bool is_any = self->queue_head < self->queue->len ||
	              (self->letters_head < self->letters->len && !self->is_exhausted);
	for (int phase = PHASE_SEEN; phase < PHASE_END; phase++) {
		is_any = is_any || !g_queue_is_empty((GQueue *)&self->waiting[phase]);
	}
	return is_any;
}

GPtrArray *prefixes_next(struct prefixes *self)
{
	GPtrArray *batch = g_ptr_array_new_with_free_func(g_free);
	learn_from_absence(self);
	reconsider_spared(self);
	do {
		/* Every answer of the stage before is in: nothing is asked while the batch is
		 * empty. */
		while (self->letters_head >= self->letters->len && self->stage != STAGE_LETTERS) {
			prefix_letters_next_stage(self);
		}
		take_letters(self, batch, PREFIX_BATCH / 2);
		take_refinements(self, batch);
		take_waiting(self, batch);
	} while (batch->len == 0 &&
	         (is_waiting(self) || self->stage != STAGE_LETTERS || prefix_nodes_reopen(self)));
	return batch;
}

static struct listed *remember(struct prefixes *self, const struct listed *seen)
{
	struct listed *known = g_hash_table_lookup(self->by_id, seen->folded);
	if (known != NULL) {
		return known;
	}
	known = listed_new(seen->id, seen->folded, seen->last, seen->first);
	g_ptr_array_add(self->found, known);
	g_hash_table_insert(self->by_id, known->folded, known);
	name_index_add(self->names, known->last, known);
	name_index_add(self->names, known->first, known);
	prefix_letters_learn(self, known->last);
	prefix_letters_learn(self, known->first);
	return known;
}

/* Also of what is above it; "e" and a mark is no "e" for a search that composes. */
static void join(struct prefixes *self, struct node *node, struct listed *listed)
{
	while (node != NULL) {
		if (node->members == NULL) {
			node->members = g_hash_table_new(NULL, NULL);
		}
		g_hash_table_add(node->members, listed);
		const char *last = g_utf8_prev_char(node->prefix + strlen(node->prefix));
		const bool is_mark = g_unichar_ismark(g_utf8_get_char(last));
		node = is_mark && !folding_of(self)->are_marks_apart ? NULL : node->parent;
	}
}

/* More pages than one: at least so many that the last one holds somebody. */
static void read_total(struct node *node, const struct page *page)
{
	node->total = MAX((gint64)page->entries->len, MIN(page->total, PREFIX_TOTAL_LIMIT));
	if (page->pages > 1 && node->total <= page->entries->len) {
		const gint64 pages = MIN(page->pages, PREFIX_TOTAL_LIMIT);
		node->total = MIN(PREFIX_TOTAL_LIMIT,
		                  (pages - 1) * (gint64)MAX(1, page->entries->len) + 1);
		node->is_uncertain = true;
	}
}

static void fail(struct prefixes *self, struct node *node)
{
	node->is_failed = true;
	self->n_failed++;
	if (node->parent == NULL) {
		const gunichar letter = g_utf8_get_char(node->prefix);
		g_array_append_val(self->memory->retry, letter);
	}
	prefix_node_settle(self, node);
}

void prefixes_answer(struct prefixes *self, const char *prefix, const struct page *page)
{
	struct node *node = g_hash_table_lookup(self->nodes, prefix);
	g_return_if_fail(node != NULL && node->state == NODE_SENT);
	node->state = NODE_ANSWERED;
	if (page == NULL) {
		fail(self, node);
		return;
	}
	const guint known_before = self->found->len;
	for (guint i = 0; i < page->entries->len; i++) {
		const struct listed *seen = page->entries->pdata[i];
		struct listed *known = remember(self, seen);
		join(self, node, known);
		folding_learn_found(folding_of(self), prefix, known->last, known->first);
	}
	read_total(node, page);
	self->largest_page = MAX(self->largest_page, page->entries->len);
	node->is_short = page->entries->len < self->largest_page || page->entries->len == 0;
	if (node->is_short && node->total > page->entries->len && node->parent != NULL &&
	    node->parent->is_short && self->found->len == known_before) {
		self->fruitless++;
	}
	prefix_node_advance(self, node);
}

/* ---- what came of it ---- */

GPtrArray *prefixes_found(const struct prefixes *self)
{
	return self->found;
}

gint64 prefixes_unreachable(struct prefixes *self)
{
	gint64 most = 0; /* one person may be missing under two letters: the largest is certain */
	for (guint i = 0; i < self->roots->len; i++) {
		const struct node *node = self->roots->pdata[i];
		most = node->is_failed ? most : MAX(most, prefix_node_missing(self, node));
	}
	return most;
}

bool prefixes_are_complete(const struct prefixes *self)
{
	for (guint i = 0; i < self->roots->len; i++) {
		const struct node *node = self->roots->pdata[i];
		if (node->is_uncertain || prefix_node_missing((struct prefixes *)self, node) > 0) {
			return false;
		}
	}
	return self->n_failed == 0 && !self->is_exhausted;
}

static void append_grouped(GString *text, guint number)
{
	if (number >= 1000) {
		append_grouped(text, number / 1000);
		g_string_append_printf(text, ",%03u", number % 1000);
	} else {
		g_string_append_printf(text, "%u", number);
	}
}

char *prefixes_discovery(const struct prefixes *self)
{
	if (self->memory->is_whole && !self->is_exhausted) {
		return NULL;
	}
	const guint always = self->alphabet->basic->len + self->alphabet->owed->len;
	GString *text = g_string_new("first letters asked: ");
	append_grouped(text, always - MIN(always, self->letters->len - self->letters_head) +
	                             self->memory->cursor);
	g_string_append(text, " of ");
	append_grouped(text, always + self->alphabet->rest->len);
	return g_string_free(text, FALSE);
}

char *prefixes_memory(struct prefixes *self)
{
	for (; self->letters_head < self->letters->len;
	     self->letters_head++) { /* met the limit of calls */
		const gunichar letter = g_array_index(self->letters, gunichar, self->letters_head);
		g_array_append_val(self->memory->retry, letter);
	}
	prefix_nodes_give_up(self);
	return prefixes_memory_write(self->memory);
}

guint prefixes_calls(const struct prefixes *self)
{
	return self->calls;
}

char *prefix_query(const char *prefix)
{
	for (const char *p = prefix; *p != '\0'; p = g_utf8_next_char(p)) {
		if (g_unichar_isspace(g_utf8_get_char(p))) {
			return g_strconcat("\"", prefix, "\"", NULL);
		}
	}
	return g_strdup(prefix);
}

char *prefix_of_name(const char *name)
{
	if (name == NULL) {
		return NULL;
	}
	const char *end = name;
	while (*end != '\0' && letter_is_searchable(g_utf8_get_char(end))) {
		end = g_utf8_next_char(end);
	}
	char *prefix = g_strstrip(g_strndup(name, (gsize)(end - name)));
	if (*prefix == '\0') {
		g_clear_pointer(&prefix, g_free);
	}
	return prefix;
}
