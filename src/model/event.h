/* SPDX-License-Identifier: MIT */
/* One occurrence of an event. Plain data; strings are UTF-8 and owned. */
#ifndef PASSERELLE_MODEL_EVENT_H
#define PASSERELLE_MODEL_EVENT_H

#include "base/owned.h"

#include <stdbool.h>

struct event {
	char *uid;           /* UID of the component (made from the text where it has none) */
	char *recurrence_id; /* "20261123T090000" or "20261123": which occurrence, as the series'
	                        own DTSTART writes it; NULL for a single event */
	char *title, *location, *description; /* never NULL, may be "" */
	gint64 starts, ends; /* seconds since 1970, UTC; ends >= starts. A day event: local
	                        midnights, ends exclusive */
	bool is_day;         /* VALUE=DATE */
	bool is_cancelled; /* STATUS:CANCELLED, or it stands in a mere message about it (METHOD) */
	bool is_tentative; /* STATUS:TENTATIVE */
	bool is_transparent; /* TRANSP:TRANSPARENT: takes no time of anybody */
	char *guess; /* what of it could not be read and was guessed, in words; NULL = nothing. Not
	                to be sent where it can never be taken back */
};

struct event *event_new(void);
struct event *event_copy(const struct event *self);
void event_free(struct event *self);
DEFINE_OWNED(event, event_free);

/* Same occurrence under another uid: fold(title) 0x1f start 0x1f end 0x1f fold(location). */
char *event_match_key(const struct event *self);

#endif
