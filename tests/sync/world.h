/* SPDX-License-Identifier: MIT */
/* One random world: a person, a remote that others use too, and what must be true of both. */
#ifndef PASSERELLE_TESTS_SYNC_WORLD_H
#define PASSERELLE_TESTS_SYNC_WORLD_H

#include "fakes/bridge.h"
#include "fakes/stop.h"

#include <jansson.h>

/* What is chosen at the beginning. */
struct world_kind {
	bool has_contacts, has_events, has_faults, has_kills, has_refusals;
	bool may_be_at_once; /* several requests at once: who meets a fault depends on chance */
	bool is_untrue;      /* the server's counts */
	bool is_first;       /* no memory of an earlier enumeration */
	struct emulator_options remote;
};

/* A value that stands in a line of its own and in no other card: e-mail, number, address, note,
 * picture. */
struct token {
	bool is_device;
	bool is_removed_here, is_removed_there;
};

/* Somebody: all cards of one number are theirs, here and there. */
struct somebody {
	guint number;
	guint64 names;                          /* a bit each for the names they ever had */
	guint uids;                             /* how many UIDs their cards have */
	bool is_deleted_here;                   /* the person removed the last file … */
	guint deleted_turn, touched_turn;       /* … and when; when others last wrote it there */
	gint64 touched_at, seen_before_deleted; /* the same by the clock; the last cycle before */
	bool is_split; /* two UIDs, and one of them was edited: they may be two by now */
	bool is_touched_there, is_renamed_there;
	guint deletions;         /* there */
	bool may_be_added_again; /* it was gone on both sides */
	guint adds;
	char *extra; /* lines that all their cards have */
};

struct world {
	guint seed;
	guint64 state; /* of the random numbers */
	struct world_kind kind;
	GString *log;
	char *failure; /* NULL: none */
	struct bridge *bridge;
	struct stopper *stopper; /* lent */

	GPtrArray *people;            /* struct somebody, by number */
	GHashTable *tokens;           /* value -> struct token */
	GPtrArray *bin;               /* struct old_file: what the person could restore */
	GHashTable *broken;           /* name -> the whole text of a file that is half written */
	GHashTable *left[ITEM_KINDS]; /* name -> text: files as the person left them */
	guint n_tokens, n_titles;
	bool was_picture_denied; /* once in a world: what is said twice is believed */

	GHashTable *sent;        /* what the ledger may hold once: "cid value", or an occurrence */
	GHashTable *pictures;    /* "picture of CID" -> sum of the latest */
	GHashTable *histories;   /* uid/start -> set of all that the occurrence ever was */
	GHashTable *titles_seen; /* of events that came from the remote */
	gsize ledger_seen;
	guint turn;
	gint64 last_contacts; /* when their last cycle was */

	guint n_cycles, n_kills, n_hits, n_resolved; /* for the count */
};

struct old_file {
	char *name, *text;
};

struct world *world_new(guint seed, struct stopper *stopper, const char *const *memories);
void world_free(struct world *self);
/* From the first edit to rest; false: failure says what is wrong. */
bool world_run(struct world *self);
/* What an enumeration leaves that once saw somebody of every name; by enum emulator_search. */
char *world_memory(struct stopper *stopper, enum emulator_search search);

/* ---- for the parts ---- */

guint world_random(struct world *self, guint below);
bool world_chance(struct world *self, guint percent);
void world_log(struct world *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* The first one counts. */
void world_fail(struct world *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
json_t *world_control(struct world *self, const char *request, const char *body);

/* name -> text of the person's files of a kind. */
GHashTable *world_files(struct world *self, enum item_kind kind);
/* Their names in an order that no hash decides. Owned array, lent names. */
GPtrArray *world_names(GHashTable *files);
char *world_any_name(struct world *self, GHashTable *files); /* NULL: there are none */
bool world_is_in_trash(const struct world *self, const char *text);
void world_write(struct world *self, const char *name, const char *text);
void world_remove(struct world *self, const char *name);
void world_bin(struct world *self, const char *name, const char *text);
char *world_free_name(struct world *self, GHashTable *files, const char *letter, const char *end);
/* What any kind of file may suffer: renamed, deleted, restored, copied. False: nothing was done. */
bool world_handle_files(struct world *self, enum item_kind kind, GHashTable *files);
void world_repair(struct world *self, bool is_all);

#define WORLD_NAMES 36
/* They bear it from now on, too. */
void world_note_name(struct somebody *one, guint name);
const char *world_family(guint name);
const char *world_given(guint name);
struct somebody *world_new_somebody(struct world *self, guint name);
struct somebody *world_somebody(struct world *self, guint number); /* NULL: none of that number */
/* Nobody else ever had one of their names. */
bool world_is_alone(const struct world *self, const struct somebody *one);
struct somebody *world_of_text(struct world *self, const char *text);
struct somebody *world_of_contact(struct world *self, json_t *contact);
struct token *world_token(struct world *self, const char *value);
/* The tokens of a card, in order. Owned. */
GPtrArray *world_values(const char *text);
char *world_new_device(struct world *self, guint number); /* "EMAIL:..." */
const char *world_line_value(const char *line);
char *world_property(const char *text, const char *name); /* the first of that name; NULL: none */
char *world_with_line(const char *text, const char *line);
char *world_without_line(const char *text, const char *line);
char *world_with_property(const char *text, const char *name, const char *value);

void world_edit_cards(struct world *self);
void world_edit_remote_contacts(struct world *self);
void world_check_contacts(struct world *self);
void world_check_contacts_at_end(struct world *self);
/* Of whom a card bears another name than the contact that others wrote, before the journal knows
 * that they are one: at first sight they are two, whatever else they share. */
void world_note_strangers(struct world *self, GHashTable *files, json_t *contacts);
json_t *world_contact_of(json_t *contacts, const struct somebody *one); /* lent */
bool world_has_device(json_t *contact, const char *value);

void world_edit_events(struct world *self);
void world_edit_remote_events(struct world *self);
void world_note_events(struct world *self);
void world_check_events(struct world *self);
void world_check_events_at_end(struct world *self);
char *world_event_key(json_t *parts); /* title, place and times */

/* What the person or another client did in a turn, from what there is before and after it. */
void world_note_turn(struct world *self, GHashTable *before, json_t *before_there);
void world_check_ledger(struct world *self);

/* The end: nothing fails any more. */
void world_settle(struct world *self);
struct cycle_report *world_cycle(struct world *self, enum item_kind kind, const struct stop *stop);

#endif
