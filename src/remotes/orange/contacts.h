/* SPDX-License-Identifier: MIT */
/* The contacts of an account, for the files that make up this side. */
#ifndef PASSERELLE_REMOTES_ORANGE_CONTACTS_H
#define PASSERELLE_REMOTES_ORANGE_CONTACTS_H

#include "model/contact.h"
#include "remotes/orange/prefixes.h"
#include "remotes/orange/session.h"

struct contacts {
	struct endpoint endpoint; /* first */
	struct session *session;  /* lent */
	/* What settling asked is not asked again by the listing of the same cycle. */
	struct prefixes *enumerated; /* NULL = not asked */
	GError *unseen; /* why settling could not see everybody: until it can, nobody new is shown
	                 */
};

struct snapshot *contacts_list(struct endpoint *side, GPtrArray *records, GError **error);
bool contacts_fetch(struct endpoint *side, GPtrArray *changes, GError **error);
bool contacts_create(struct endpoint *side, GPtrArray *changes, GError **error);
bool contacts_update(struct endpoint *side, GPtrArray *changes, GError **error);
bool contacts_settle(struct endpoint *side, GError **error);

/* Deterministic: the same contact gets the same uid after a lost journal, and on another host.
 * Owned. */
char *contacts_uid(const struct contacts *self, const char *id);

/* Asks for everybody who can be found, into enumerated. False as session_read. */
bool contacts_enumerate(struct contacts *self, GPtrArray *records, GError **error);
/* Folded ids that records are bound to -> the id as the record has it, lent. */
GHashTable *contacts_known(GPtrArray *records);
/*
 * Strangers: those whom no record knows. While no addcontact is in doubt they are remembered, so
 * that afterwards it can be told who came since (array of struct listed, lent to enumerated).
 */
bool contacts_remember_strangers(struct contacts *self, GHashTable *known, GError **error);
GPtrArray *contacts_new_strangers(struct contacts *self, GHashTable *known, GError **error);

/* One contact to be read by its id, with its picture. */
struct contact_read {
	const char *id; /* lent */
	bool is_picture_wanted;
	gpointer context; /* the caller's own; lent */

	struct contact *contact; /* with its uid; NULL: error says why */
	bool is_missing;         /* the service says that there is none */
	GError *error;
};
struct contact_read *contact_read_new(const char *id, gpointer context);
void contact_read_free(struct contact_read *self);
/* All in parallel. False as session_read. */
bool contacts_read(struct contacts *self, GPtrArray *reads, const char *progress_word,
                   GError **error);
/* The card of what was read; contact without picture is a whole one only if none was found. */
void contacts_answer(const struct contacts *self, struct change *change,
                     const struct contact *contact);

/* Everybody of exactly one name, folded. */
struct contact_find {
	const char *family, *given; /* lent; one of them may be NULL */
	gpointer context;

	GPtrArray *found; /* struct listed */
	bool is_certain;  /* who is not in found is not there */
	GError *error;    /* could not be asked */
};
struct contact_find *contact_find_new(const char *family, const char *given, gpointer context);
void contact_find_free(struct contact_find *self);
/* The folded ids of those found, for ledger_call.before. Owned. */
char *contact_find_before(const struct contact_find *self);
bool contacts_find(struct contacts *self, GPtrArray *finds, GError **error);
/* A search takes the first characters of a name, and some characters have a meaning of their own.
 */
bool contact_is_searchable(const struct contact *contact);

/* What a row of the ledger says was sent: name -> value, owned. Never NULL. */
GHashTable *contacts_content(const struct ledger_call *row);
/* How many devices there are the one that was sent (type, value). */
gint64 contacts_count_devices(const struct contact *there, GHashTable *content);
/* Do both name the same contact? */
bool contacts_is_same_id(const char *left, const char *right);
/*
 * The local item that a remote contact belongs to, by the records, else by the ledger; NULL in
 * *uid: nobody's. Those whose local part is gone do not count.
 */
bool contacts_owner(struct contacts *self, const char *id, char **uid, GError **error);

/* One findcontactlist call, and its answer; the page is owned. */
struct call *contacts_search_call(const char *prefix);
struct page *contacts_page(const struct reply *reply);
void page_free(struct page *self);

#endif
