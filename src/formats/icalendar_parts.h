/* SPDX-License-Identifier: MIT */
/* What the files of the iCalendar module share: the text's tree, its zones, and a VEVENT as read.
 */
#ifndef PASSERELLE_FORMATS_ICALENDAR_PARTS_H
#define PASSERELLE_FORMATS_ICALENDAR_PARTS_H

#include "formats/component.h"
#include "formats/icalendar.h"
#include "formats/wall.h"
#include "formats/zone.h"

struct calendar {
	struct component_tree *tree;
	char *uid;
};

/* The zones of one text, each read once. */
struct zone_table {
	GHashTable *zones;   /* TZID -> struct zone */
	GHashTable *defined; /* TZID -> struct component, lent: the first VTIMEZONE of that name */
	guint64 steps;       /* left for the rules of VTIMEZONEs */
	const struct component_tree *tree;
	struct zone *account; /* of floating times */
	char *guess;          /* the first thing guessed since somebody took it; NULL = nothing */
};

/* INPUT where timezone is not known. */
struct zone_table *zone_table_new(const struct component_tree *tree, const char *timezone,
                                  GError **error);
void zone_table_free(struct zone_table *self);
DEFINE_OWNED(zone_table, zone_table_free);

/*
 * The zone of a TZID, lent. A name that is known wins over a VTIMEZONE of that name: exported
 * VTIMEZONEs often carry the rules of one year only, or none, and the person means the place. INPUT
 * naming the TZID where it is neither known nor defined.
 */
const struct zone *zone_table_find(struct zone_table *self, const char *tzid, GError **error);
/* Notes what could not be read, and was guessed. */
void zone_table_guess(struct zone_table *self, GError *problem_taken);

/* A date or date-time as written, with the zone that it is to be read in. */
struct moment {
	gint64 wall;
	bool is_date, is_utc;
	const struct zone *zone; /* lent; of a UTC value NULL */
};
gint64 moment_when(const struct moment *self);
/* The same instant in the wall time of another; a date stays what it is. */
gint64 moment_wall_in(const struct moment *self, const struct moment *other);

/* value (one of the line's list) as a moment; floating ones are read in zone, and so are, guessed,
 * those of a zone that nobody knows. INPUT. */
bool moment_read(const struct content_line *line, const char *value, struct zone_table *zones,
                 const struct zone *floating, struct moment *moment, GError **error);

/* A VEVENT's own times. */
struct vevent {
	const struct component *component; /* lent */
	char *uid;
	struct moment start;
	struct wall_duration span; /* neither part negative */
	bool is_override;          /* has a RECURRENCE-ID: */
	struct moment recurrence;
	bool is_range; /* RANGE=THISANDFUTURE */
	bool is_cancelled, is_tentative, is_transparent;
	gint64 sequence;
	char *guess; /* as event.guess */
};
struct vevent *entry_read(const struct component_tree *tree, const struct component *component,
                          struct zone_table *zones, GError **error);
void vevent_free(struct vevent *self);
DEFINE_OWNED(vevent, vevent_free);

/* UID, else a name made of the component's text. */
char *component_uid(const struct component_tree *tree, const struct component *component);

/* When something that starts at this wall time in zone ends. */
gint64 span_end(const struct wall_duration *span, const struct zone *zone, gint64 wall,
                gint64 when);

#endif
