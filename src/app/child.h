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
 * that a file that makes no sense by now does no harm. ended is called from the main loop, once;
 * the child is freed by child_free, then or before (then ended is not called).
 */
struct child *child_start(GBytes *config, const char *account, const char *parts, int verbosity,
                          void (*ended)(void *data, const struct child_end *end), void *data,
                          GError **error);
void child_signal(struct child *self, int number);
void child_free(struct child *self);

#endif
