/* SPDX-License-Identifier: MIT */
/* One event as a calendar of its own (RFC 5545, 3.4-3.6), read by every reader: CRLF, folded,
 * escaped, its zone beside it. */
#include <string.h>

#include "formats/icalendar_parts.h"

#define ZONE_DAYS                                                                                  \
	1100 /* how far the zone is told beyond the start of an event: longer ones end in UTC */

static void line_append(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void line_append(GString *out, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *line = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	content_line_append_folded(out, line);
}

static void text_append(GString *out, const char *name, const char *text)
{
	if (!text || !*text) {
		return;
	}
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	g_autoptr(GString) line = g_string_new(name);
	g_string_append_c(line, ':');
	content_text_append_escaped(line, valid);
	content_line_append_folded(out, line->str);
}

/* What four digits of a year can say. */
static gint64 writable(gint64 when)
{
	return CLAMP(when, wall_days(1, 1, 2) * WALL_DAY, wall_days(9999, 12, 30) * WALL_DAY);
}

static gint32 offset_at(const struct zone *zone, gint64 when)
{
	return (gint32)(zone_to_wall(zone, when) - when);
}

static void offset_append(GString *out, const char *name, gint32 offset)
{
	const gint32 size = ABS(offset);
	g_autofree char *seconds = size % 60 ? g_strdup_printf("%02d", size % 60) : g_strdup("");
	line_append(out, "%s:%c%02d%02d%s", name, offset < 0 ? '-' : '+', size / 3600,
	            size / 60 % 60, seconds);
}

static void observance_append(GString *out, bool is_daylight, gint64 when, gint32 before,
                              gint32 after)
{
	const char *const name = is_daylight ? "DAYLIGHT" : "STANDARD";
	g_autofree char *start = wall_write(when + before, false, false);
	line_append(out, "BEGIN:%s", name);
	line_append(out, "DTSTART:%s", start);
	offset_append(out, "TZOFFSETFROM", before);
	offset_append(out, "TZOFFSETTO", after);
	line_append(out, "END:%s", name);
}

/* The second at which the offset changes between two days. */
static gint64 change_between(const struct zone *zone, gint64 low, gint64 high)
{
	const gint32 before = offset_at(zone, low);
	while (high - low > 1) {
		const gint64 middle = low + (high - low) / 2;
		if (offset_at(zone, middle) == before) {
			low = middle;
		} else {
			high = middle;
		}
	}
	return high;
}

/* Every change of clocks from the year of the start on, one by one: no rule to be misread, no year
 * left out. */
static void zone_append(GString *out, const struct zone *zone, const char *name, gint64 starts,
                        gint64 ends)
{
	const gint64 from = wall_days(wall_to_fields(starts).year, 1, 1) * WALL_DAY;
	const gint64 until =
		MIN(ends, starts + ZONE_DAYS * (gint64)WALL_DAY) + 366 * (gint64)WALL_DAY;
	gint32 standard = offset_at(zone, from);
	for (gint64 day = from; day < until; day += WALL_DAY) {
		standard = MIN(standard, offset_at(zone, day));
	}
	line_append(out, "BEGIN:VTIMEZONE");
	line_append(out, "TZID:%s", name);
	gint32 offset = offset_at(zone, from);
	observance_append(out, offset > standard, from - WALL_DAY, offset, offset);
	for (gint64 day = from; day < until; day += WALL_DAY) {
		const gint32 after = offset_at(zone, day + WALL_DAY);
		if (after != offset) {
			const gint64 change = change_between(zone, day, day + WALL_DAY);
			observance_append(out, after > standard, change, offset, after);
			offset = after;
		}
	}
	line_append(out, "END:VTIMEZONE");
}

/* The second of two equal wall times, and what lies beyond the zone as told, can only be said in
 * UTC. */
static bool is_plain_wall(const struct zone *zone, gint64 when, gint64 starts)
{
	return zone_from_wall(zone, zone_to_wall(zone, when)) == when &&
	       when < starts + ZONE_DAYS * (gint64)WALL_DAY;
}

static void time_append(GString *out, const char *name, gint64 when, const struct zone *zone,
                        const char *zone_name, gint64 starts)
{
	const bool is_wall = zone_name && is_plain_wall(zone, when, starts);
	g_autofree char *value =
		wall_write(is_wall ? zone_to_wall(zone, when) : when, false, !is_wall);
	if (is_wall) {
		line_append(out, "%s;TZID=%s:%s", name, zone_name, value);
	} else {
		line_append(out, "%s:%s", name, value);
	}
}

static void recurrence_id_append(GString *out, const char *id, const char *zone_name)
{
	gint64 wall = 0;
	bool is_date = false;
	bool is_utc = false;
	if (!id || !wall_read(id, &wall, &is_date, &is_utc)) {
		return;
	}
	if (is_date) {
		line_append(out, "RECURRENCE-ID;VALUE=DATE:%s", id);
	} else if (is_utc || !zone_name) {
		line_append(out, "RECURRENCE-ID:%s", id);
	} else {
		line_append(out, "RECURRENCE-ID;TZID=%s:%s", zone_name, id);
	}
}

static void day_append(GString *out, const char *name, gint64 wall)
{
	g_autofree char *value = wall_write(wall, true, false);
	line_append(out, "%s;VALUE=DATE:%s", name, value);
}

static void times_append(GString *out, const struct event *event, const struct zone *zone,
                         const char *zone_name)
{
	const gint64 starts = writable(event->starts);
	const gint64 ends = writable(event->ends);
	if (event->is_day) {
		day_append(out, "DTSTART", zone_to_wall(zone, starts));
		if (ends > starts) {
			day_append(out, "DTEND", zone_to_wall(zone, ends));
		}
		return;
	}
	time_append(out, "DTSTART", starts, zone, zone_name, starts);
	if (ends > starts) { /* RFC 5545, 3.8.2.2: an end is later than the start, or absent */
		time_append(out, "DTEND", ends, zone, zone_name, starts);
	}
}

char *calendar_write_event(const struct event *event, const char *zone_name)
{
	const bool has_zone = zone_name && zone_is_known(zone_name);
	OWNED(zone) zone = zone_open(has_zone ? zone_name : "UTC");
	const char *const name = has_zone ? zone_name : NULL;
	const gint64 starts = writable(event->starts);
	/* No clock in formats/: the same event always gives the same text. */
	g_autofree char *stamp = wall_write(starts, false, true);
	GString *const out =
		g_string_new("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//passerelle//EN\r\n");
	if (name && !event->is_day) {
		zone_append(out, zone, name, starts, writable(event->ends));
	}
	line_append(out, "BEGIN:VEVENT");
	text_append(out, "UID", event->uid);
	line_append(out, "DTSTAMP:%s", stamp);
	recurrence_id_append(out, event->recurrence_id, name);
	times_append(out, event, zone, name);
	text_append(out, "SUMMARY", event->title);
	text_append(out, "LOCATION", event->location);
	text_append(out, "DESCRIPTION", event->description);
	if (event->is_cancelled) {
		line_append(out, "STATUS:CANCELLED");
	}
	g_string_append(out, "END:VEVENT\r\nEND:VCALENDAR\r\n");
	return g_string_free(out, FALSE);
}
