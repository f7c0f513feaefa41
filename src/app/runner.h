/* SPDX-License-Identifier: MIT */
/* One account under the service: its schedule, its watches, its child. */
#ifndef PASSERELLE_APP_RUNNER_H
#define PASSERELLE_APP_RUNNER_H

#include "app/schedule.h"

struct runner;

/* What a runner needs of the service. Lent. */
struct runner_host {
	const struct config *config; /* in force */
	int verbosity;
	void (*changed)(void *data); /* a deadline moved, or a child ended */
	void *data;
};

/* Milliseconds since the start of the computer, suspend included. */
gint64 runner_clock(void);

/* Watches are set before the first cycle. config and host are lent. */
struct runner *runner_new(const struct account_config *config, const struct runner_host *host);
void runner_free(struct runner *self);

/* Do what is due; may_start: a new child may be started. */
void runner_step(struct runner *self, gint64 now, bool may_start);
/* When runner_step has something to do next, with the same may_start. */
gint64 runner_deadline(const struct runner *self, bool may_start);
bool runner_is_busy(const struct runner *self);
bool runner_needs_person(const struct runner *self);
/* Ask the child to end; it is killed when it has not by then. */
void runner_stop(struct runner *self, gint64 now);

#endif
