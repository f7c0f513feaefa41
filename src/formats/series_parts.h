/* SPDX-License-Identifier: MIT */
/* What gathering the instances of a series and placing them share. For formats/series*.c only. */
#ifndef PASSERELLE_FORMATS_SERIES_PARTS_H
#define PASSERELLE_FORMATS_SERIES_PARTS_H

#include "formats/series.h"

#define SERIES_SLACK (2 * WALL_DAY) /* between a wall time and its instant */

/* One start that the master gives. */
struct instance {
	gint64 wall, when;
	bool has_span; /* an RDATE period */
	struct wall_duration span;
};

struct series {
	const struct vevent *master;    /* lent; what follows is empty without it */
	GPtrArray *overrides;           /* struct vevent, lent: one for each RECURRENCE-ID */
	GArray *instances;              /* struct instance */
	GHashTable *not_when, *not_day; /* gint64: instants and day numbers that do not take place
	                                   as the master says */
	gint64 shift;                   /* the farthest that RANGE=THISANDFUTURE moves */
	guint overrides_passed;         /* while instances are gone through in order */
	const struct vevent *range;     /* the last RANGE=THISANDFUTURE among those */
	const char *guess;              /* lent; as vevent.guess, of the rules and dates */
	struct series_question *question;
};

/* INPUT: the rules or dates of this one cost too much. Always false. */
bool series_too_slow(const struct vevent *entry, GError **error);
/* False: the budget of the text is spent. */
bool series_take_steps(struct series *self, guint64 steps);

/* Zone of the master's DTSTART; NULL = UTC. */
const struct zone *series_zone(const struct series *self);
struct instance instance_at(const struct series *self, gint64 wall);
/* Is any of it inside the window, before a change by THISANDFUTURE? */
bool instance_may_count(const struct series *self, const struct instance *instance);

/* A date takes out the day; and of a day series every value does (files mix them). */
void series_exclude(struct series *self, const struct moment *moment);
bool series_excludes(const struct series *self, const struct instance *instance);

/* Fills instances from DTSTART, RRULE, RDATE, EXDATE and EXRULE of the master; in no order. INPUT.
 */
bool series_gather(struct series *self, GError **error);

#endif
