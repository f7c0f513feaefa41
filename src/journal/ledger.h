/* SPDX-License-Identifier: MIT */
/* Every write call: announced durably before it is sent, settled durably after. */
#ifndef PASSERELLE_JOURNAL_LEDGER_H
#define PASSERELLE_JOURNAL_LEDGER_H

#include "journal/journal.h"

/*
 * new -> ANNOUNCED -> DONE | REFUSED | NOT_SENT | IN_DOUBT;  IN_DOUBT -> DONE | NOT_SENT (read
 * back, or a person). ANNOUNCED found at the start of a cycle is a kill: IN_DOUBT (ledger_recover).
 */
enum ledger_state {
	LEDGER_NEW,
	LEDGER_ANNOUNCED,
	LEDGER_DONE,
	LEDGER_REFUSED,
	LEDGER_NOT_SENT,
	LEDGER_IN_DOUBT
};
const char *ledger_state_name(enum ledger_state state);

/* One write call. Strings owned. */
struct ledger_call {
	gint64 id; /* 0 until announced */
	enum item_kind kind;
	char *uid;     /* the item it is for */
	char *action;  /* addcontact, adddevice, addpicture, addevent, addeventoffline, PUT … */
	char *target;  /* remote id it acts on; NULL = makes a new one */
	char *content; /* what is sent, without any secret: JSON object of parameters; a picture as
	                  "sha256:…" */
	char *before;  /* what was there before: JSON array of remote ids; NULL = not looked */
	enum ledger_state state;
	gint64 announced_at, settled_at; /* UTC seconds */
	char *result;                    /* remote id that came back; NULL = none */
	char *detail;                    /* server's words or why in doubt; one line */
	char *settled_by;                /* NULL, "reply", "read-back", "policy", "person" */
};
/*
 * What a person sent with "passerelle call" is for no item here: such rows have a uid of their own,
 * "call:TIME-RANDOM", and no record.
 */
char *ledger_uid_by_hand(gint64 now);
bool ledger_is_by_hand(const char *uid);

struct ledger_call *ledger_call_new(enum item_kind kind, const char *uid, const char *action,
                                    const char *target);
void ledger_call_free(struct ledger_call *self);
DEFINE_OWNED(ledger_call, ledger_call_free);

/*
 * Make the announcement of all calls (struct ledger_call) durable in one commit of its own: inside
 * an open journal_begin it ends the program. Gives each its id and state ANNOUNCED, raises the
 * generation and calls the witness. Nothing may be sent on failure; the calls are NEW then.
 * STORAGE after any failed sync of this program (base/durable).
 */
bool ledger_announce(struct journal *journal, GPtrArray *calls, gint64 now, GError **error);
/* Store state, result, detail, settled_by of all in one commit; they must have ids. */
bool ledger_settle(struct journal *journal, GPtrArray *calls, gint64 now, GError **error);
/* All ANNOUNCED of the kind become IN_DOUBT ("the program ended before the reply"). Once, at the
 * start of a cycle. */
bool ledger_recover(struct journal *journal, enum item_kind kind, GError **error);
/* The next call will get this id, or a greater one. */
bool ledger_next(struct journal *journal, gint64 *id, GError **error);
/* Owned arrays of struct ledger_call, oldest first. */
GPtrArray *ledger_in_doubt(struct journal *journal, enum item_kind kind, GError **error);
/* Those and the ANNOUNCED: whose outcome nobody knows. */
GPtrArray *ledger_unsettled(struct journal *journal, enum item_kind kind, GError **error);
/* What took effect, or may have. */
GPtrArray *ledger_effective(struct journal *journal, enum item_kind kind, GError **error);
/* Those that a reply settled, the newest first, count at most. */
GPtrArray *ledger_answered(struct journal *journal, enum item_kind kind, guint count,
                           GError **error);
GPtrArray *ledger_for_item(struct journal *journal, enum item_kind kind, const char *uid,
                           GError **error);
/* The calls of any item that made this remote id, or acted on it. */
GPtrArray *ledger_for_remote(struct journal *journal, enum item_kind kind, const char *remote_ref,
                             GError **error);

#endif
