/* SPDX-License-Identifier: MIT */
/* What is wrong with an item, in one line: for its owner, and for a log. */
#ifndef PASSERELLE_SYNC_PROBLEM_H
#define PASSERELLE_SYNC_PROBLEM_H

#include "base/owned.h"

struct problem {
	char *line;     /* names the item as people know it */
	char *log_line; /* names it by its file, id or UID: a log is read by others, too */
	char *ref;      /* that file, id or UID */
};

/* name NULL: people know it by ref (a file, an id, a UID). text quotes nothing of the item. */
struct problem *problem_new(const char *name, const char *ref, const char *text);
/* The same, of an item within something that has a name. */
struct problem *problem_within(const struct problem *self, const char *name);
void problem_free(struct problem *self);

#endif
