/* SPDX-License-Identifier: MIT */
/* Cycles of a bridge in processes of their own, which can be killed at any step. */
#ifndef PASSERELLE_TESTS_FAKES_STOP_H
#define PASSERELLE_TESTS_FAKES_STOP_H

#include "fakes/bridge.h"
#include "fakes/steps.h"

/*
 * The process from which every cycle is forked, so that one with threads never is. To be called
 * before the first bridge_new of this process; it serves any number of bridges, one cycle at a
 * time.
 */
struct stopper *stopper_new(void);
void stopper_free(struct stopper *self);

/*
 * As bridge_sync, in a process that is killed at the step (NULL: at none). NULL: it was killed
 * there; else the step never came. What the process does not survive otherwise ends the test.
 * kind ITEM_KINDS: all of them, one after the other; the report is of all, the error of the first.
 */
struct cycle_report *stopper_cycle(struct stopper *self, struct bridge *bridge, enum item_kind kind,
                                   const struct stop *stop);

/* How many steps of the kind the latest cycle passed. */
unsigned stopper_seen(const struct stopper *self, enum stop_kind kind);

/* As stopper_cycle: was it killed there? */
bool stop_cycle(struct stopper *self, struct bridge *bridge, enum item_kind kind,
                const struct stop *stop);

#endif
