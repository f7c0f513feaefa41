/* SPDX-License-Identifier: MIT */
/* Wall seconds: local date and time counted as if they were UTC, and the value types that hold them
 * (RFC 5545, 3.3). Pure. */
#ifndef PASSERELLE_FORMATS_WALL_H
#define PASSERELLE_FORMATS_WALL_H

#include "base/error.h"

#define WALL_DAY 86400

struct wall_fields {
	int year, month, day; /* 1-based */
	int hour, minute, second;
};

gint64 wall_days(int year, int month, int day); /* since 1970-01-01, Gregorian */
gint64 wall_from_fields(const struct wall_fields *fields);
struct wall_fields wall_to_fields(gint64 wall);
gint64 wall_day_of(gint64 wall); /* its day number, also before 1970 */
int wall_year_length(int year);
int wall_month_length(int year, int month);

/* "20261123", "20261123T090000" or "20261123T090000Z". T240000 is the end of the day, a leap second
 * the one before it. */
bool wall_read(const char *text, gint64 *wall, bool *is_date, bool *is_utc);
char *wall_write(gint64 wall, bool is_date, bool is_utc);

/* RFC 5545, 3.3.6: days are nominal, seconds exact; both negative for a negative one. */
struct wall_duration {
	gint64 days, seconds;
};
bool wall_duration_read(const char *text, struct wall_duration *duration);

/* "+0100", "-053000" in seconds (RFC 5545, 3.3.14). */
bool wall_offset_read(const char *text, gint32 *offset);

#endif
