/* SPDX-License-Identifier: MIT */
/* What was asked and what took effect: the log of calls, and the ledger of writes. */
#ifndef PASSERELLE_EMULATOR_CALLS_H
#define PASSERELLE_EMULATOR_CALLS_H

#include "emulator/request.h"

/* The log keeps the latest so many calls; the counts are of all. */
#define CALLS_KEPT 20000

struct calls {
	GHashTable *counts; /* action -> how many */
	GQueue log;         /* json_t objects, oldest first */
	unsigned total, in_flight, most_in_flight;
	json_t *ledger;     /* array */
	int ledger_file;    /* -1: none */
	GHashTable *writes; /* action -> how many */
	unsigned total_writes;
};

/* ledger_path NULL: in memory only. STORAGE. */
bool emu_calls_init(struct calls *self, const char *ledger_path, GError **error);
void emu_calls_clear(struct calls *self);
/* Forget counts and log, not the ledger. */
void emu_calls_reset(struct calls *self);

/* Enters the call into the log and returns its number among those of its action, from 1. */
unsigned emu_calls_begin(struct calls *self, struct request *request, const char *action);
/* What came of it; fault may be NULL. */
void emu_calls_note_reply(struct request *request, unsigned status, const char *fault);
/* The reply is out, or the connection gone. */
void emu_calls_end(struct calls *self, struct request *request);

/* A write took effect: durable in the ledger file when this returns. id may be NULL. */
void emu_calls_note_write(struct calls *self, const struct request *request, const char *action,
                          const char *id);

/* action NULL: all. */
unsigned emu_calls_count(const struct calls *self, const char *action);
unsigned emu_calls_count_writes(const struct calls *self, const char *action);

/* {total, in_flight, most_in_flight, counts, log} */
json_t *emu_calls_to_json(const struct calls *self);

#endif
