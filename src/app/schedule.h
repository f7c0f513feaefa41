/* SPDX-License-Identifier: MIT */
/* When each part of an account is due. Pure: time and chance are arguments. */
#ifndef PASSERELLE_APP_SCHEDULE_H
#define PASSERELLE_APP_SCHEDULE_H

#include "app/account.h"
#include "app/cycle_end.h"

#define SCHEDULE_NEVER G_MAXINT64

enum schedule_wait {
	SCHEDULE_GOES,
	SCHEDULE_WAITS_PERSON, /* for a token or a consent, or until not_before */
	SCHEDULE_WAITS_CONFIG, /* until the configuration is read again */
};

/* Times are milliseconds of a clock that goes on in suspend and never jumps. */
struct schedule_part {
	gint64 interval; /* 0 = this part is not wanted */
	gint64 due;
	gint64 not_before; /* whatever comes: after a failure */
	bool is_running;
	enum part_end end; /* of its last cycle */
	unsigned repeats;  /* so often it ended like that in a row */
	enum schedule_wait wait;
	bool is_put_off; /* for want of a network; once */
};

/* One cycle of an account runs at a time; apart from that no part delays another. */
struct schedule {
	struct schedule_part parts[PARTS];
	gint64 network_at; /* when a network last came */
};

/* Everything is due at once. now 0 is fine. */
void schedule_init(struct schedule *self, const struct account_config *config, gint64 now);
/* A file of this part changed: due at when, unless it is sooner already or has to wait. */
void schedule_touch(struct schedule *self, enum part part, gint64 when);
/* When schedule_take will answer true; SCHEDULE_NEVER while a cycle runs. */
gint64 schedule_next(const struct schedule *self);
/*
 * The parts that are due now are marked as running. False: none is. One that crashed goes alone:
 * if it does so again, it takes no other along.
 */
bool schedule_take(struct schedule *self, gint64 now, bool parts[PARTS]);
/*
 * The cycle has ended; end NULL = nothing is known of it, and a part that it does not tell of
 * FAILED. chance lies in [0, 1). A part that is done is due after its interval ± 10 %; one that
 * failed after 30 seconds, then longer and longer, up to a quarter of an hour. One that needs a
 * token waits for it, or for a quarter of an hour, later an hour; one that needs a consent is asked
 * in its interval, then in twice of it, up to an hour.
 */
void schedule_end(struct schedule *self, const struct cycle_end *end, gint64 now, double chance);
/*
 * There is no network. What is due is put off by up to half a minute, once: then it is tried all
 * the same, since who says that there is none may be wrong. False: nothing was put off.
 */
bool schedule_put_off(struct schedule *self, gint64 now, double chance);
/*
 * A network came: what was put off or out of reach is due within seconds, not earlier than half a
 * minute after the last time a network came.
 */
void schedule_network(struct schedule *self, gint64 now, double chance);
/* The computer was asleep: nothing is due before this moment. */
void schedule_hold_until(struct schedule *self, gint64 when);
/* The configuration was read again, and says the same of this account: what waited for that is due.
 */
void schedule_reload(struct schedule *self, gint64 now);
/* There is a new token, or a person has consented: who waits for that is due. */
void schedule_wake(struct schedule *self, gint64 now);
/* Does a part wait for something that a person has to do? */
bool schedule_needs_person(const struct schedule *self);

/* "contacts,messages" of the parts. */
char *schedule_part_list(const bool parts[PARTS]);

#endif
