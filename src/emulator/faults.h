/* SPDX-License-Identifier: MIT */
/* Failing on request: which call of which action goes wrong, and how. */
#ifndef PASSERELLE_EMULATOR_FAULTS_H
#define PASSERELLE_EMULATOR_FAULTS_H

#include "base/error.h"

#include <jansson.h>

enum fault_answer {
	FAULT_NOTHING, /* the connection is closed without a byte */
	FAULT_SILENCE, /* kept open without a byte */
	FAULT_STATUS,  /* an HTTP status and an HTML page; the argument is Retry-After */
	FAULT_CUT,
	FAULT_HTML,
	FAULT_DRIP, /* the argument: milliseconds per byte */
	FAULT_GATEWAY,
	FAULT_GARBAGE,
	FAULT_CODE, /* the argument: a number of envelope (a), (c) or (d) */
};

struct fault_kind {
	const char *name;
	bool has_effect; /* the call is carried out all the same */
	enum fault_answer answer;
	int number;           /* the status, or the gateway's code */
	int default_argument; /* where none is given; FAULT_NEEDS_ARGUMENT: must be given */
};

/* What happens to one call; kind NULL: nothing. */
struct fault_verdict {
	const struct fault_kind *kind;
	int argument;
};

/* A list of faults in the order given. */
GPtrArray *emu_faults_new(void);

/*
 * "ACTION:NUMBER:KIND[:ARGUMENT]"; next is the number that "next" stands for. CONFIG if it is not
 * that.
 */
bool emu_faults_add(GPtrArray *self, const char *text, unsigned next, GError **error);

/*
 * The first that concerns call number of action; for action "*" the number among all calls
 * counts.
 */
struct fault_verdict emu_faults_match(GPtrArray *self, const char *action, unsigned number,
                                      unsigned total);

/* [{fault, hits}] */
json_t *emu_faults_to_json(const GPtrArray *self);

#endif
