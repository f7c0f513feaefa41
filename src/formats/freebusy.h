/* SPDX-License-Identifier: MIT */
/* When somebody is busy: from events to a VFREEBUSY text (RFC 5545, 3.6.4). No I/O. */
#ifndef PASSERELLE_FORMATS_FREEBUSY_H
#define PASSERELLE_FORMATS_FREEBUSY_H

#include "formats/icalendar.h"
#include "model/period.h"

/*
 * Appends the time (struct period) that the events of a calendar take inside the window: cancelled
 * and transparent ones BUSY_FREE, tentative ones BUSY_TENTATIVE; what has no length takes none. A
 * series with more than LIMIT_OCCURRENCES of them inside ends there. INPUT as
 * calendar_occurrences.
 */
bool freebusy_add(GArray *periods, const struct calendar *calendar,
                  const struct occurrence_window *window, GError **error);

/* The busy ones of periods cut to [since, until), none over another: by start; where two overlap
 * the busier wins, and neighbours of one kind are one. Owned. */
GArray *freebusy_merge(const GArray *periods, gint64 since, gint64 until);
/* What of [since, until) none of the periods covers, whatever they say of it. By start. Owned. */
GArray *freebusy_gaps(const GArray *periods, gint64 since, gint64 until);

/* A VCALENDAR with one VFREEBUSY of [since, until); merged as freebusy_merge gives it. */
char *freebusy_write(const char *uid, const GArray *merged, gint64 since, gint64 until,
                     gint64 stamp);
/* Do two such texts say the same, their DTSTAMP aside? */
bool freebusy_is_same(const char *left, const char *right);

#endif
