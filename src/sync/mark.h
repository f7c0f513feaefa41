/* SPDX-License-Identifier: MIT */
/* What stands in a folder's mark: which journal it was last sent from, and how far that was. */
#ifndef PASSERELLE_SYNC_MARK_H
#define PASSERELLE_SYNC_MARK_H

#include "journal/journal.h"

/* What is said behind an objection; takes the account. */
#define UNTIL_REBUILD                                                                              \
	"nothing is sent until 'passerelle journal rebuild %s' has compared both sides"

struct mark {
	char *journal;        /* journal_id */
	gint64 generation;    /* journal_generation at the last announcement for this folder */
	char *account, *host; /* for people */
};

struct mark *mark_new(const char *journal, gint64 generation, const char *account);
void mark_free(struct mark *self);
DEFINE_OWNED(mark, mark_free);

/* Owned. */
char *mark_to_text(const struct mark *self);
/* INPUT: it is none, or of a newer version. */
struct mark *mark_from_text(const char *text, GError **error);

/*
 * Why this journal cannot know what was sent from that folder; NULL = it does. Owned. folder and
 * account (NULL = unknown) are for the words.
 */
char *mark_objection(const struct mark *self, struct journal *journal, const char *folder,
                     const char *account);

#endif
