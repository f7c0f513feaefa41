/* SPDX-License-Identifier: MIT */
/* What is in doubt in one cycle, for the files that settle it. */
#ifndef PASSERELLE_REMOTES_ORANGE_CONTACTS_SETTLE_H
#define PASSERELLE_REMOTES_ORANGE_CONTACTS_SETTLE_H

#include "remotes/orange/contacts.h"

/* What the search for the names of an addcontact said. */
enum sighting {
	SIGHTING_FAILED,   /* could not be asked: another time */
	SIGHTING_HIDDEN,   /* no search proves that nobody has these names */
	SIGHTING_UNLIKE,   /* somebody new has them, and is not what was sent */
	SIGHTING_UNSIGHTED /* nobody who may be it has them */
};

/* One row in doubt. */
struct doubt {
	struct ledger_call *row; /* lent */
	GHashTable *content;
	struct contact *sent; /* addcontact: what was sent; else NULL */
	enum sighting sighting;
	bool is_decided;
};

/* All of one cycle. */
struct settling {
	struct contacts *side;
	gint64 now, grace;
	GPtrArray *doubts;   /* struct doubt, oldest first */
	GPtrArray *settled;  /* struct ledger_call, lent */
	GHashTable *claimed; /* folded ids that a row of this cycle was found to have made */
};

void settling_decide(struct settling *self, struct doubt *doubt, enum ledger_state state,
                     const char *result, const char *by, const char *detail);
/* Read back, and not there: not done, once it can no longer be under way. */
void settling_not_there(struct settling *self, struct doubt *doubt);
/* Reading back proves nothing: only the person, or their policy, can tell. */
void settling_leave_to_person(struct settling *self, struct doubt *doubt, const char *word);

/* The addcontact calls. False as session_read, or STORAGE. */
bool settling_added(struct settling *self, GError **error);

#endif
