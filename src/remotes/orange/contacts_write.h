/* SPDX-License-Identifier: MIT */
/* One card on its way to the service, for the files that write. */
#ifndef PASSERELLE_REMOTES_ORANGE_CONTACTS_WRITE_H
#define PASSERELLE_REMOTES_ORANGE_CONTACTS_WRITE_H

#include "remotes/orange/contacts.h"

struct contact_job {
	struct change *change;  /* lent */
	struct contact *wanted; /* what the service can hold of the text */
	struct contact *base;   /* update: what both agreed on; NULL = never agreed */
	struct contact *there;  /* as last read; of a fresh one: what addcontact took along */
	char *match;            /* for comparison */
	char *cid;              /* verbatim; NULL = not made yet */
	GPtrArray *rows;        /* struct ledger_call: what was ever sent for this item */
	GHashTable *tried;      /* device keys sent in this call */
	bool is_fresh;          /* made in this call */
	bool is_adopted;
	bool is_picture_tried;
	bool is_written;      /* something was sent since it was last read */
	bool is_over;         /* its verdict stands */
	enum verdict trouble; /* of a part; PENDING = none */
	GError *trouble_error;
};
/* NULL: the change bears its verdict (REFUSED), or error is set (STORAGE). */
struct contact_job *contact_job_new(struct contacts *self, struct change *change, GError **error);
void contact_job_free(struct contact_job *self);
/* It ends here. */
void contact_job_fail(struct contact_job *self, enum verdict verdict, GError *error_taken);

/*
 * Everything that jobs with a cid still lack: read what is there, add devices and pictures, read
 * again, give verdicts. False when the side failed as a whole: jobs that are not over then keep
 * their ref.
 */
bool contacts_complete(struct contacts *self, GPtrArray *jobs, GError **error);

/* The verdict of a write that was not done. */
enum verdict contacts_write_verdict(const struct ledger_call *entry);

#endif
