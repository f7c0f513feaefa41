/* SPDX-License-Identifier: MIT */
/* What all parts of one running server share. */
#ifndef PASSERELLE_EMULATOR_WORLD_H
#define PASSERELLE_EMULATOR_WORLD_H

/*
 * Functions of the emulator's own parts begin with emu_: a test links them into one program
 * with the client's modules, which have contacts, events, requests and replies of their own.
 */
#include "emulator/calls.h"
#include "emulator/consent.h"
#include "emulator/emulator.h"
#include "emulator/faults.h"
#include "emulator/reply.h"
#include "emulator/request.h"
#include "emulator/store.h"
#include "emulator/tokens.h"

/*
 * The users of the login page: one with everything, one without an address book, calendar and
 * mailbox.
 */
#define USER_COMPLETE        "camille"
#define USER_NOT_PROVISIONED "dominique"

struct server;

struct emulator {
	struct emulator_options options; /* strings in texts, defaults filled in */
	GStringChunk *texts;
	char *url, *ca_file;
	unsigned port;
	struct server *server;
	int stop_event; /* readable once the server is to end */

	GMutex lock; /* of everything below, and of options.latency */
	struct store *store;
	struct tokens tokens;
	GHashTable *consent;
	GPtrArray *faults;
	struct calls calls;

	GThread *keeper; /* writes the data file; NULL without one */
	GCond keeper_wakes;
	bool keeper_ends;
};

/* Waits; ends early, and returns false, when the server is to end. Not under the lock. */
bool emulator_pause(const struct emulator *self, int milliseconds);

#endif
