/* SPDX-License-Identifier: MIT */
/* A person's word on what is in doubt. */
#ifndef PASSERELLE_APP_JOURNAL_RESOLVE_H
#define PASSERELLE_APP_JOURNAL_RESOLVE_H

#include "journal/records.h"

enum resolution {
	RESOLUTION_DONE,  /* it took effect there */
	RESOLUTION_AGAIN, /* it did not: send it in the next cycle */
	RESOLUTION_DROP,  /* leave it: never send it */
};
bool resolution_find(const char *word, enum resolution *out);

/* The journal and all its sections (struct journal_part, owned). */
struct journal_part {
	char *name;              /* "" = the whole */
	struct journal *journal; /* lent */
};
GPtrArray *journal_parts(struct journal *whole, GError **error);

struct found_record {
	struct journal *journal; /* or the section of it that holds the record; lent */
	char *section;           /* its name; NULL = the whole */
	enum item_kind kind;
	struct record *record;
	bool is_call; /* the record stands for a call in doubt, and is none of the journal's */
};

/* Items by uid, file name or name (array of struct found_record, owned). NOT_FOUND. */
GPtrArray *journal_find(struct journal *journal, const char *item, GError **error);
/*
 * The calls in doubt that no record tells of, each as a record of the state "in doubt": what was
 * sent by hand, alone or to an item that is agreed. The same array.
 */
GPtrArray *journal_find_calls(struct journal *journal, enum item_kind kind, GError **error);

/*
 * One item that is in doubt: its ledger rows and its record, in one commit. settled counts up.
 * NOT_FOUND: no such item. USAGE: it is not in doubt, or several have that name.
 */
bool journal_resolve(struct journal *journal, const char *item, enum resolution resolution,
                     guint *settled, GError **error);
bool journal_resolve_all(struct journal *journal, enum resolution resolution, guint *settled,
                         GError **error);

#endif
