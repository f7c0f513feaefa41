/* SPDX-License-Identifier: MIT */
/* Counts the steps of a cycle in this process, and kills the process at one of them. */
#ifndef PASSERELLE_TESTS_FAKES_STEPS_H
#define PASSERELLE_TESTS_FAKES_STEPS_H

#include <stdbool.h>

enum stop_kind {
	STOP_NEVER,
	STOP_ANYWHERE,      /* at a step of whatever kind */
	STOP_BEFORE_COMMIT, /* nothing of the change is in the journal */
	STOP_AFTER_COMMIT,  /* all of it is */
	STOP_BEFORE_WRITE,  /* nothing of a write call is on the wire */
	STOP_INSIDE_WRITE,  /* half of it is */
	STOP_AFTER_WRITE,   /* it took effect there; the reply is not read */
	STOP_BEFORE_FILE,   /* a name in a folder is not yet made, replaced or removed */
	STOP_AFTER_FILE,
	STOP_KINDS
};
const char *stop_kind_name(enum stop_kind kind);

struct stop {
	enum stop_kind kind;
	unsigned ordinal; /* from 1 */
};

/* Lies where the one who waits can read it, too: in shared memory. */
struct steps {
	struct stop stop;
	unsigned seen[STOP_KINDS];
	bool is_stopped;
};

/*
 * From now on, for the rest of this process. Writes that are already on the wire are let arrive
 * before the end, so that none of them takes effect later.
 */
void steps_watch(struct steps *steps);

#endif
