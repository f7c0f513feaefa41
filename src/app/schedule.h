/* SPDX-License-Identifier: MIT */
/* When the next cycle of an account is due. Pure: time and chance are arguments. */
#ifndef PASSERELLE_APP_SCHEDULE_H
#define PASSERELLE_APP_SCHEDULE_H

#include "app/account.h"
#include "app/exit_status.h"

#define SCHEDULE_NEVER G_MAXINT64

enum schedule_wait {
	SCHEDULE_GOES,
	SCHEDULE_WAITS_TOKEN,  /* until a token comes, or a quarter of an hour */
	SCHEDULE_WAITS_CONFIG, /* until the configuration is read again */
};

/* Times are milliseconds of a clock that goes on in suspend and never jumps. */
struct schedule {
	gint64 interval[PARTS]; /* 0 = this part is not wanted */
	gint64 due[PARTS];
	bool is_running[PARTS];
	unsigned failures; /* in a row */
	gint64 not_before;
	enum schedule_wait wait;
};

/* Everything is due at once. */
void schedule_init(struct schedule *self, const struct account_config *config, gint64 now);
/* A file of this part changed: due at when, unless it is sooner already. */
void schedule_touch(struct schedule *self, enum part part, gint64 when);
/* When schedule_take will answer true; SCHEDULE_NEVER while a cycle runs. */
gint64 schedule_next(const struct schedule *self);
/* The parts that are due now are marked as running. False: none is. */
bool schedule_take(struct schedule *self, gint64 now, bool parts[PARTS]);
/*
 * The cycle has ended: exit_code as of the program, -1 = killed or crashed. chance lies in [0, 1).
 * Its parts are due after their interval ± 10 %; failures wait longer and longer, up to a quarter
 * of an hour.
 */
void schedule_end(struct schedule *self, int exit_code, bool needs_login, gint64 now,
                  double chance);
/* There is a new token. */
void schedule_token(struct schedule *self, gint64 now);

/* "contacts,messages" of the parts. */
char *schedule_part_list(const bool parts[PARTS]);

#endif
