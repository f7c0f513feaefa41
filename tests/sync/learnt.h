/* SPDX-License-Identifier: MIT */
/* What a first enumeration of an empty service leaves: its thousand calls are made once. */
#ifndef PASSERELLE_TESTS_SYNC_LEARNT_H
#define PASSERELLE_TESTS_SYNC_LEARNT_H

#include "fakes/bridge.h"
#include "journal/journal.h"
#include "sync/sweep.h"

#include <string.h>

#define ALPHABET "contacts.prefixes"

static char *learnt_alphabet;

static inline char *learn_alphabet(void)
{
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, NULL);
	cycle_report_free(bridge_sync(bridge, ITEM_CONTACT));
	OWNED(journal) journal = journal_open(bridge->journal, JOURNAL_CREATE, NULL);
	char *alphabet = journal_memory_get(journal, ALPHABET, NULL);
	bridge_free(bridge);
	return alphabet;
}

/* Before any test runs: without the framework, and without a thread left of the server. */
static inline void learn(void)
{
	int pipes[2];
	char text[65536];
	g_assert(pipe(pipes) == 0);
	if (fork() == 0) {
		g_autofree char *learnt = learn_alphabet();
		_exit(write(pipes[1], learnt, strlen(learnt)) < 0);
	}
	close(pipes[1]);
	const ssize_t size = read(pipes[0], text, sizeof text);
	g_assert(size > 0);
	close(pipes[0]);
	learnt_alphabet = g_strndup(text, (gsize)size);
	wait(NULL);
}

/* In place of a first enumeration. */
static inline void begin_learnt(struct bridge *bridge)
{
	OWNED(journal) journal = journal_open(bridge->journal, JOURNAL_CREATE, NULL);
	g_assert(journal_memory_set(journal, ALPHABET, learnt_alphabet, NULL));
}

/* One of the service that the short form has enumerated before; the long form has it do so first.
 */
static inline struct bridge *bridge_new_learnt(void)
{
	struct bridge *bridge = bridge_new(BRIDGE_ORANGE, NULL);
	if (!sweep_is_long()) {
		begin_learnt(bridge);
	}
	return bridge;
}

#endif
