/* SPDX-License-Identifier: MIT */
/* One account under the service: its schedule, its watches, its child. */
#ifndef PASSERELLE_APP_RUNNER_H
#define PASSERELLE_APP_RUNNER_H

#include "app/schedule.h"
#include "app/watch.h"

struct runner;

/* What a runner needs of the service. Lent. */
struct runner_host {
	const struct config *config; /* in force */
	int verbosity;
	struct watcher *watcher;     /* NULL where the kernel has none left */
	void (*changed)(void *data); /* a deadline moved */
	void *data;
};

/* What the service does not want just now. */
struct runner_limits {
	bool may_start;   /* a new child may be started */
	bool has_network; /* there is a way off this computer */
};

/*
 * Watches are set before the first cycle, which is due at first. config and host are lent. Times
 * are those of clock_now.
 */
struct runner *runner_new(const struct account_config *config, const struct runner_host *host,
                          gint64 first);
/* A child that still runs is killed. */
void runner_free(struct runner *self);
/* The configuration was read again, and this is the account of the same name; false: it says
 * something else, and the runner goes on with what it has until it is freed. */
bool runner_reload(struct runner *self, const struct account_config *config, gint64 now);
/* It starts nothing any more, and may be followed by another of the same name. */
void runner_leave(struct runner *self);
const char *runner_account(const struct runner *self);

/* Do what is due, also after SIGCHLD. */
void runner_step(struct runner *self, gint64 now, const struct runner_limits *limits);
/* When runner_step has something to do next. */
gint64 runner_deadline(const struct runner *self, bool may_start);
bool runner_is_busy(const struct runner *self);
bool runner_needs_person(const struct runner *self);
/* A network came. */
void runner_network(struct runner *self, gint64 now);
/* The computer was asleep: no cycle before this moment. */
void runner_hold_until(struct runner *self, gint64 when);
/* Ask the child to end; it is killed when it has not by then. */
void runner_stop(struct runner *self, gint64 now);

#endif
