/* SPDX-License-Identifier: MIT */
/* A time zone: of the system by its Olson name, or made of the changes that a VTIMEZONE tells. */
#ifndef PASSERELLE_FORMATS_ZONE_H
#define PASSERELLE_FORMATS_ZONE_H

#include "base/error.h"

struct zone;
void zone_free(struct zone *self);
DEFINE_OWNED(zone, zone_free);

/* NULL where the system has no such zone. */
struct zone *zone_open(const char *olson_name);

/*
 * The zone that a TZID means, without looking at a VTIMEZONE: an Olson name, one behind a prefix
 * ("/freeassociation.sourceforge.net/Europe/Paris"), a Windows name, "UTC+02:00". NULL: nobody
 * knows.
 */
struct zone *zone_find(const char *tzid);

/* A change of clocks: from this instant on clocks show UTC + offset. */
struct zone_change {
	gint64 since;
	gint32 offset;
};

/* changes: struct zone_change by since, taken; before: the offset before the first. */
struct zone *zone_from_changes(GArray *changes, gint32 before);

/*
 * Wall seconds of an instant, and back. A wall time that the clocks skip is read by the offset
 * before the gap, one that they show twice is the first of both (RFC 5545, 3.3.5).
 */
gint64 zone_to_wall(const struct zone *self, gint64 when);
gint64 zone_from_wall(const struct zone *self, gint64 wall);

/* Olson name of a Windows one (CLDR, windowsZones); NULL if there is none. */
const char *zone_windows_name(const char *name);

#endif
