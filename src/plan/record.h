/* SPDX-License-Identifier: MIT */
/* What both sides last agreed on about one item. */
#ifndef PASSERELLE_PLAN_RECORD_H
#define PASSERELLE_PLAN_RECORD_H

#include "model/item.h"

enum record_state {
	RECORD_AGREED,       /* on both sides */
	RECORD_PENDING,      /* wanted on the other side; not done, tried again at retry_at */
	RECORD_REFUSED,      /* the other side refused it: not again until it changes */
	RECORD_IN_DOUBT,     /* a write whose outcome is unknown: waits for read-back or a person */
	RECORD_DELETED_HERE, /* was on both; deleted locally, which cannot be sent: never fetched
	                        back, never sent again */
	RECORD_GONE_THERE,   /* was on both; gone from the remote; kept here */
	RECORD_SAME_AS,      /* another local item is the same thing: adopted, not sent (same_as) */
	RECORD_SETTLED,      /* a person said: leave it ("drop") */
};
const char *record_state_name(enum record_state state);

#define RECORD_MISSING_BELIEVED 2

struct record {
	char *uid;  /* the local identity of the item; unique per kind */
	char *name; /* for people */
	char *match;
	char **facts;
	enum record_state state;
	char *local_ref;         /* file name; NULL = not here */
	char *local_fingerprint; /* of the projected item at the last agreement */
	char *remote_ref;        /* id there; NULL = not there */
	char *remote_revision;
	char *remote_fingerprint;
	gint64 starts;      /* of an occurrence */
	gint64 remote_read; /* when the remote's text was last read */
	unsigned missing;   /* consecutive cycles in which a complete listing lacked it and a read
	                       denied it: */
			    /* believed at RECORD_MISSING_BELIEVED */
	unsigned attempts;  /* failed ones in a row */
	gint64 retry_at;
	gint64 first_call; /* calls of the ledger before this one were for an earlier item of that
	                      uid; in the journal it never sinks */
	bool is_insisted;  /* a person said: add it, whatever looks like it; until it is agreed */
	char *reason;      /* why it is not simply agreed; one line for people */
	char *same_as;     /* uid of the other */
	char **notes;      /* "local only: phone 0123…", "not carried: NOTE" */
	char *base;        /* the remote's text at the last agreement; loaded on demand, see
	                      journal/records.h */
};

struct record *record_new(const char *uid);
/* It is here, and nobody knows where it is there, if at all: one that appears there is it. */
bool record_may_be_adopted(const struct record *self);
struct record *record_copy(const struct record *self);
void record_free(struct record *self);
DEFINE_OWNED(record, record_free);

#endif
