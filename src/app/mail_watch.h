/* SPDX-License-Identifier: MIT */
/* The service's side of the waiting for mail: keeps the child of an account (mail_wait.h). */
#ifndef PASSERELLE_APP_MAIL_WATCH_H
#define PASSERELLE_APP_MAIL_WATCH_H

#include "app/exit_status.h"

#include <glib.h>

struct mail_watch;

struct mail_watch_how { /* all lent; copied but data */
	const char *account;
	const char *const *arguments; /* of the child, the program first: SPAWN_SELF */
	GBytes *config;               /* what it reads as MAIL_WATCH_CONFIG */
	void (*wake)(void *data);     /* mail_watch_step has something to do */
	void *data;
};
#define MAIL_WATCH_CONFIG "/dev/fd/3"

/* Times are those of clock_now. The child is started by the first step. */
struct mail_watch *mail_watch_new(const struct mail_watch_how *how, gint64 now);
/* The child is killed: it holds nothing that could be lost. */
void mail_watch_free(struct mail_watch *self);

/*
 * Does what is due: starts the child, and again whenever it has ended, soon at first, then less and
 * less often, and not at all after EXIT_BAD_CONFIG (see mail_watch_reload); ends one that says
 * nothing for hours. True: mail came or went, or may have. Waits for its own process only: no
 * SIGCHLD is needed.
 */
bool mail_watch_step(struct mail_watch *self, gint64 now, bool may_start);
/* When mail_watch_step has something to do next without being woken; SCHEDULE_NEVER. */
gint64 mail_watch_deadline(const struct mail_watch *self, bool may_start);
/* The computer was asleep, or a network came: the old connection is worth nothing. */
void mail_watch_renew(struct mail_watch *self, gint64 now);
/* Somebody signed in: a child that ended with EXIT_NEEDS_LOGIN is started again. */
void mail_watch_wake(struct mail_watch *self, gint64 now);
/* The configuration was read again, and says the same: the child is started again, whatever it
 * ended with. One that runs goes on. */
void mail_watch_reload(struct mail_watch *self, gint64 now);

/* Milliseconds to the next start, after so many ends in a row that came soon; chance lies in
 * [0, 1). SCHEDULE_NEVER: none. */
gint64 mail_watch_pause(enum exit_status end, unsigned repeats, double chance);

#endif
