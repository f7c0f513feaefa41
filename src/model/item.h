/* SPDX-License-Identifier: MIT */
/* What is synchronised: one person, or one occurrence of an event, as a standard text with its
 * identity. */
#ifndef PASSERELLE_MODEL_ITEM_H
#define PASSERELLE_MODEL_ITEM_H

#include "base/owned.h"

#include <stdbool.h>

enum item_kind { ITEM_CONTACT, ITEM_EVENT };
#define ITEM_KINDS 2
const char *
item_kind_name(enum item_kind kind); /* "contacts", "calendar": the words of the contract */

/*
 * The part of an item that the poorer side can hold. All strings owned.
 */
struct item {
	char *uid;         /* identity: UID; UID "/" RECURRENCE-ID for one occurrence of a series */
	char *name;        /* for people: "Marie Curie", "Dentist, 2026-11-23 09:00" */
	char *text;        /* vCard, or VCALENDAR with one VEVENT */
	char *fingerprint; /* SHA-256 (hex) of the comparable content of text; the uid is not part
	                      of it */
	char *match;       /* equal for the same thing under another uid; "" = never matched */
	char **facts;      /* sorted; "name=value" single-valued, "name+value" one of a set */
	char **lost;    /* for people: what the other side has no room for ("NOTE", "second ADR") */
	char **repairs; /* the same: what was mended to read it; NULL = nothing */
	gint64 starts, ends; /* of an occurrence, UTC seconds; 0 for contacts */
};

struct item *item_new(void);
void item_free(struct item *self);
DEFINE_OWNED(item, item_free);

/* Puts repairs (char *) before those that it has. */
void item_add_repairs(struct item *self, const GPtrArray *repairs);

/* How two facts lists stand to each other. */
enum facts_relation {
	FACTS_CONTRADICT, /* a single-valued name with two values */
	FACTS_DISJOINT,   /* no contradiction; both name members of a set, none in common */
	FACTS_COMPATIBLE, /* no contradiction */
};
enum facts_relation facts_compare(char *const *left, char *const *right,
                                  unsigned *shared /* nullable */);

#endif
