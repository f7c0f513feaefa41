/* SPDX-License-Identifier: MIT */
/*
 * How each part of an account fares, kept from cycle to cycle: a look at the mail does not hide
 * what the contacts need.
 */
#ifndef PASSERELLE_APP_HEALTH_H
#define PASSERELLE_APP_HEALTH_H

#include "journal/journal.h"
#include "status/document.h"

enum part { PART_CONTACTS, PART_CALENDAR, PART_MESSAGES };
#define PARTS 3
const char *part_name(enum part part); /* "contacts", "calendar", "messages": as in --only */

struct part_health {
	enum status_state state;
	char *message, *action_kind, *action_url; /* NULL = none */
	gint64 since;                             /* of the action */
};

struct health {
	struct part_health parts[PARTS];
};

void health_clear(struct health *self);
/* What the journal remembers; a part of which it knows nothing, or nothing readable, is ok. */
void health_load(struct health *self, struct journal *journal);
bool health_save(const struct health *self, struct journal *journal, GError **error);

/* since stays where the kind of action is the one that it was. All strings are copied. */
void health_set(struct part_health *self, enum status_state state, const char *message,
                const char *action_kind, const char *action_url, gint64 now);
/* error NULL is ok. account is for what to type. */
void health_set_error(struct part_health *self, const char *account, const GError *error,
                      gint64 now);

/* The worst part becomes state, message and action of the document. */
void health_tell(const struct health *self, struct status_document *document);

#endif
