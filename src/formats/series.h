/* SPDX-License-Identifier: MIT */
/* One UID's occurrences: its master, the instances of its rules and dates, and its overrides. */
#ifndef PASSERELLE_FORMATS_SERIES_H
#define PASSERELLE_FORMATS_SERIES_H

#include "formats/icalendar_parts.h"

struct series_question {
	const struct occurrence_window *window; /* lent */
	struct zone_table *zones;               /* lent */
	guint64 steps;                          /* left for the whole text */
	gint64 next;                            /* the earliest start beyond the window so far */
};

/* Appends to events (struct event). master: NULL where the text has overrides alone; overrides:
 * struct vevent. */
bool series_add(const struct vevent *master, GPtrArray *overrides, struct series_question *question,
                GPtrArray *events, GError **error);

#endif
