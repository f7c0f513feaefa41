/* SPDX-License-Identifier: MIT */
/* One RRULE (RFC 5545, 3.3.10) walked under a bound that holds inside every single step. Pure. */
#ifndef PASSERELLE_FORMATS_RECURRENCE_H
#define PASSERELLE_FORMATS_RECURRENCE_H

#include "base/error.h"

/*
 * Times are wall seconds: local fields counted as if they were UTC. libical 3.0.16 can spend half a
 * minute and more in one step of an honest rule (FREQ=SECONDLY;BYWEEKNO=20), and nothing can
 * interrupt it: so it only walks other calendars (RSCALE, SKIP) for us.
 */
struct recurrence;

#define RECURRENCE_LAST_YEAR 2500    /* no rule is followed beyond it */
#define RECURRENCE_STEPS     4000000 /* of one budget: some tenths of a second */

enum recurrence_step { RECURRENCE_GIVEN, RECURRENCE_ENDED, RECURRENCE_TOO_SLOW };

/*
 * until: the UNTIL of the rule in wall seconds of the series (see recurrence_until), G_MAXINT64 for
 * none. start_counts: where DTSTART does not match the rule it uses up one of COUNT all the same.
 * INPUT where the rule cannot be read, or names a calendar that nobody knows.
 */
struct recurrence *recurrence_new(const char *rule, gint64 start, bool is_date, bool start_counts,
                                  gint64 until, GError **error);
void recurrence_free(struct recurrence *self);
DEFINE_OWNED(recurrence, recurrence_free);

/* The value of UNTIL as it is written; NULL where there is none. */
char *recurrence_until(const char *rule);

/* Leave out what lies before floor, where COUNT does not forbid it. Before the first step only;
 * some earlier ones may still come. */
void recurrence_seek(struct recurrence *self, gint64 floor);

/* The next instance in order, never before the start. steps is shared by all rules of one question
 * and counts down. */
enum recurrence_step recurrence_next(struct recurrence *self, guint64 *steps, gint64 *wall);

#endif
