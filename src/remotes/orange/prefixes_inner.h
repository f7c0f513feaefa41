/* SPDX-License-Identifier: MIT */
/* An enumeration from inside, for the files that make it up. */
#ifndef PASSERELLE_REMOTES_ORANGE_PREFIXES_INNER_H
#define PASSERELLE_REMOTES_ORANGE_PREFIXES_INNER_H

#include "remotes/orange/name_index.h"
#include "remotes/orange/prefixes.h"
#include "remotes/orange/prefixes_memory.h"

#define PREFIX_TOTAL_LIMIT 1000000000 /* no address book has more */

enum node_state { NODE_QUEUED, NODE_SENT, NODE_ANSWERED, NODE_SETTLED };
enum phase { PHASE_SEEN, PHASE_LIKELY, PHASE_ALL, PHASE_END };

/* One prefix. */
struct node {
	char *prefix;
	guint length;        /* characters */
	struct node *parent; /* lent; NULL = a first letter */
	enum node_state state;
	bool is_failed, is_short, is_uncertain;
	gint64 total;
	guint pending;       /* children not settled */
	GPtrArray *children; /* lent; NULL = none */
	GHashTable
		*members; /* struct listed, lent: in answers to it and its children; NULL = none */
	enum phase phase;
	GArray *candidates; /* gunichar: what may follow; NULL = never refined */
	guint next, chunk;
};

/* Which first letters are queued. */
enum stage { STAGE_BASIC, STAGE_PROBES, STAGE_LETTERS };

/* All of one enumeration. */
struct prefixes {
	struct prefixes_memory *memory;
	struct alphabet *alphabet;
	bool is_first;
	/* Which first letters are queued. */
	enum stage stage;
	GHashTable *nodes; /* prefix -> struct node, owned */
	GPtrArray *roots;  /* struct node, lent */
	GPtrArray *queue;  /* struct node, lent: refinements */
	guint queue_head;
	GQueue waiting[PHASE_END]; /* struct node, lent: to be refined, by phase */
	GArray *letters;           /* gunichar: first letters still to ask */
	guint letters_head;
	GArray *spared; /* gunichar: not asked, as another letter is proven to find the same */
	GHashTable *queued_letters;
	GHashTable *productive;
	GHashTable *scripts;
	GHashTable *script_letters; /* GUnicodeScript -> GArray of gunichar */
	GPtrArray *found;           /* struct listed, owned */
	GHashTable *by_id;          /* folded -> struct listed, lent */
	struct name_index *names;
	guint largest_page, calls, fruitless, n_failed;
	guint dear_calls;  /* children of PHASE_ALL */
	bool is_reopened;  /* PHASE_ALL has begun */
	bool is_exhausted; /* the limit of calls was met */
};

static inline struct folding *folding_of(struct prefixes *self)
{
	return &self->memory->folding;
}

/* prefixes.c: false, and remembered, when what is left of the limit of calls is for first letters.
 */
bool prefixes_may_refine(struct prefixes *self);

/* prefix_letters.c: first letters. */
void prefix_letters_queue(struct prefixes *self, const GArray *letters);
void prefix_letters_learn(struct prefixes *self, const char *name);
/* The letters of the next stage; nothing after STAGE_LETTERS. */
void prefix_letters_next_stage(struct prefixes *self);
const GArray *prefix_letters_of_script(struct prefixes *self, GUnicodeScript script);

/* prefix_nodes.c: one prefix and what is below it. */
struct node *prefix_node_new(struct prefixes *self, const char *prefix, struct node *parent);
void prefix_node_free(gpointer node);
gint64 prefix_node_missing(struct prefixes *self, const struct node *node);
/* Answered, or its children are: it waits to be refined, or is settled. */
void prefix_node_advance(struct prefixes *self, struct node *node);
/* Its next children are queued. */
void prefix_node_refine(struct prefixes *self, struct node *node);
bool prefix_nodes_reopen(struct prefixes *self);
/* What is missing now is what the dear questions cannot find. */
void prefix_nodes_give_up(struct prefixes *self);
void prefix_node_settle(struct prefixes *self, struct node *node);

#endif
