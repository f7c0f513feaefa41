/* SPDX-License-Identifier: MIT */
/*
 * How each part of an account fares, kept from cycle to cycle: a look at the mail does not hide
 * what the contacts need.
 */
#ifndef PASSERELLE_APP_HEALTH_H
#define PASSERELLE_APP_HEALTH_H

#include "app/config.h"
#include "journal/journal.h"
#include "status/document.h"

enum part { PART_CONTACTS, PART_CALENDAR, PART_MESSAGES, PART_PROFILE };
#define PARTS        3 /* with a time of their own: the profile goes along with them */
#define HEALTH_PARTS 4
const char *part_name(enum part part); /* "contacts", "calendar", "messages": as in --only */

struct part_health {
	enum status_state state;
	char *message, *action_kind, *action_url; /* NULL = none */
	gint64 since;                             /* of the action */
	gint64 granted;    /* when a missing consent was found given; 0 = never */
	char *granted_url; /* and which one it was; NULL = its address is not known */
};

struct health {
	struct part_health parts[HEALTH_PARTS];
};

void health_clear(struct health *self);
void part_health_clear(struct part_health *self);
/* What the journal remembers; a part of which it knows nothing, or nothing readable, is ok. */
void health_load(struct health *self, struct journal *journal);
bool health_save(const struct health *self, struct journal *journal, GError **error);

/* since stays where the kind of action is the one that it was. All strings are copied. */
void health_set(struct part_health *self, enum status_state state, const char *message,
                const char *action_kind, const char *action_url, gint64 now);
/* Consent is missing at url (may be NULL), which stands in the action where the account trusts it
 * (address.h). */
void health_set_consent(struct part_health *self, const struct account_config *account,
                        const char *message, const char *url, gint64 now);
/* error NULL is ok. */
void health_set_error(struct part_health *self, const struct account_config *account,
                      enum part part, const GError *error, gint64 now);

/* The worst part becomes state, message and action of the document. */
void health_tell(const struct health *self, struct status_document *document);

#endif
