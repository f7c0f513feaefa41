/* SPDX-License-Identifier: MIT */
/* iCalendar (RFC 5545): a calendar text to occurrences, and an event to a text. The only user of
 * libical. No I/O. */
#ifndef PASSERELLE_FORMATS_ICALENDAR_H
#define PASSERELLE_FORMATS_ICALENDAR_H

#include "base/error.h"
#include "model/event.h"

/*
 * A guarded calendar text. Depth, line length, counts and list lengths meet our own bounds
 * (base/limits.h) before libical sees a byte; INPUT with the line number otherwise.
 */
struct calendar;
struct calendar *calendar_read(const void *data, gsize size, GError **error);
void calendar_free(struct calendar *self);
DEFINE_OWNED(calendar, calendar_free);

/* UID of the first VEVENT; NULL where it has none. Lent. */
const char *calendar_uid(const struct calendar *self);
/* How many VEVENT it holds (VTODO, VJOURNAL are not events). */
unsigned calendar_count(const struct calendar *self);
/* Does any event repeat (RRULE or RDATE)? */
bool calendar_repeats(const struct calendar *self);

/* Which occurrences are wanted. */
struct occurrence_window {
	gint64 since;         /* those that end after this; G_MININT64 = all */
	gint64 until;         /* repeating ones that start before this */
	const char *timezone; /* of floating and day events: Olson name */
};

/*
 * All events of the text: a single one whatever its date (recurrence_id NULL), a series as its
 * occurrences inside the window (RRULE, RDATE, EXDATE, RECURRENCE-ID overrides with
 * RANGE=THISANDFUTURE honoured; cancelled ones marked). Bounded in number (LIMIT_OCCURRENCES) and
 * in time (INPUT: "rule is too slow"). next (nullable): when the first occurrence at or beyond
 * until starts, 0 = no more. Array of struct event, by start.
 */
/*
 * Choices, where texts and readers differ: DTSTART is an instance even where its rule does not give
 * it, and uses up one of COUNT. Beyond LIMIT_OCCURRENCES the first ones are given and next is the
 * first left out. recurrence_id is the wall time of the series' DTSTART zone. An override stands
 * even where EXDATE names its occurrence or no rule gives it. Of several masters (or overrides) of
 * one UID the newest SEQUENCE counts. An end before the start is the start; a day event has at
 * least one day. A TZID that names a known zone (Olson, also behind a prefix; Windows; "UTC+02:00")
 * wins over a VTIMEZONE of that name; one unknown and undefined means floating time. A rule that
 * ends before DTSTART gives nothing, not even that. A DTEND, DURATION, RDATE, EXDATE or rule that
 * cannot be read is as if absent. What changes when something takes place is told in guess then:
 * all but DTEND, DURATION and RDATE. A wall time that clocks
 * skip is read by the offset before, one shown twice is the first.
 */
GPtrArray *calendar_occurrences(const struct calendar *self, const struct occurrence_window *window,
                                gint64 *next, GError **error);

/*
 * A VCALENDAR with one VEVENT, CRLF, folded. uid, start and end as TZID=timezone local times with
 * the VTIMEZONE, or UTC where timezone is NULL; is_day: VALUE=DATE.
 */
char *calendar_write_event(const struct event *event, const char *timezone);

/* Cut a calendar with many events into one text per UID (its overrides and the VTIMEZONEs it uses
 * go along): vdir's one item per file. A message about an event (METHOD:CANCEL, REPLY …) stays one,
 * unless the event itself is there. */
GPtrArray *calendar_split(const void *data, gsize size, GError **error);

/* Join texts of single items into one VCALENDAR (one copy of each VTIMEZONE). texts: char *. */
char *calendar_join(GPtrArray *texts);

/* UTC seconds as local fields "dd/MM/yyyy" and "HH:mm" in an Olson zone, and back. False: unknown
 * zone or fields. */
bool zone_to_local(gint64 when, const char *timezone, char date[11], char time[6]);
bool zone_from_local(const char *date, const char *time, const char *timezone, gint64 *when);
bool zone_is_known(const char *timezone);

#endif
