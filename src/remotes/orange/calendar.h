/* SPDX-License-Identifier: MIT */
/* The parts of the calendar side. */
#ifndef PASSERELLE_REMOTES_ORANGE_CALENDAR_H
#define PASSERELLE_REMOTES_ORANGE_CALENDAR_H

#include "remotes/orange/event_fields.h"
#include "remotes/orange/session.h"

struct calendar_side {
	struct endpoint endpoint;
	struct endpoint_functions functions; /* list depends on the service */
	struct session *session;             /* lent */
	bool is_silent;                      /* geteventlist was asked in this cycle, in vain */
	GHashTable *sent; /* match key -> what was ever sent; NULL until it is needed */
};

/* Where an event is that a settled row of the ledger made. Owned. */
char *calendar_event_ref(const struct ledger_call *entry);

/*
 * Those of the changes that are PENDING and have the title, times and place of what was sent for
 * another item, however that one was edited since: SAME_AS, or RETRY while that one is in doubt; of
 * what a person sent by hand, and no item has yet: ADOPTED. STORAGE.
 */
bool calendar_find_sent(struct calendar_side *self, GPtrArray *changes, GError **error);
/* What is DONE or IN_DOUBT of them was sent from now on. */
void calendar_note_sent(struct calendar_side *self, GPtrArray *changes);

/* endpoint_functions.project */
GPtrArray *calendar_project(struct endpoint *endpoint, const char *text, const char *fallback_uid,
                            gint64 *next_due, GError **error);
/* The fields of a text with one event. INPUT. */
struct event_fields *calendar_fields(const struct calendar_side *self, const char *text,
                                     GError **error);

/* Our own proposal of geteventlist (API reading, section 6), all of it in events_proposed.c. */

/* Unless the service said within the last day, or in this cycle, that it does not offer it. */
bool proposed_may_be_offered(const struct calendar_side *side);

/* The eventid of a ref: addevent gives "4790/10012000", a listing may know only "4790". Owned. */
char *proposed_ref_id(const char *ref);

/* One event that the service holds. */
struct proposed_event {
	char *id;                    /* eventid */
	char *ref;                   /* "eventid/id", as addevent gives it */
	struct event_fields *fields; /* NULL: problem says why */
	char *match;                 /* "" = never matched */
	bool is_taken; /* some record or ledger row is bound to it, or somebody took it just now */
	char *owner;   /* uid of that record; NULL = none */
	GError *problem;
};
struct proposed_listing {
	GPtrArray *events; /* struct proposed_event */
	bool is_complete;
};
void proposed_listing_free(struct proposed_listing *self);
DEFINE_OWNED(proposed_listing, proposed_listing_free);
/*
 * All events of the days from since to until. UNSUPPORTED where it is not offered, which is
 * remembered for a day; also where it was never seen to work and the token or the consent is
 * missing: addeventoffline goes on without either.
 */
struct proposed_listing *proposed_read(struct calendar_side *side, gint64 since, gint64 until,
                                       GError **error);

/* Mark what is bound already. STORAGE. */
bool proposed_mark_taken(struct session *session, struct proposed_listing *listing, GError **error);
/* An event with that match key that nobody has; it is taken then. NULL = none. */
struct proposed_event *proposed_take(struct proposed_listing *listing, const char *match);
/* One with that match key that a record is bound to, whatever its item says now. NULL = none. */
const struct proposed_event *proposed_owned(const struct proposed_listing *listing,
                                            const char *match);

/* endpoint_functions.list */
struct snapshot *proposed_list(struct endpoint *endpoint, GPtrArray *records, GError **error);

#endif
