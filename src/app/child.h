/* SPDX-License-Identifier: MIT */
/* One cycle as a process of its own: "sync ACCOUNT --only PARTS". */
#ifndef PASSERELLE_APP_CHILD_H
#define PASSERELLE_APP_CHILD_H

#include "app/cycle_end.h"

struct child;

struct child_end {
	int exit_code; /* -1 = ended by a signal */
	int signal;    /* 0 = none */
	struct cycle_end cycle;
};

/*
 * config: the text of the configuration in force; the child reads it from its standard input, so
 * that a file that makes no sense by now does no harm. The signals that the caller has blocked are
 * not blocked in it. crashed: the parts whose last cycle did, for the status. STORAGE.
 */
struct child *child_start(GBytes *config, const char *account, const char *parts,
                          const char *crashed, int verbosity, GError **error);
/* To be asked after SIGCHLD; never waits. True: it has ended, and only child_free is left. */
bool child_has_ended(struct child *self, struct child_end *end);
/* SIGTERM reaches one that is stopped, too. */
void child_signal(struct child *self, int number);
/* One that has not ended is killed. */
void child_free(struct child *self);

#endif
