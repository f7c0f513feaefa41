/* SPDX-License-Identifier: MIT */
/* An event as addevent carries it: three texts and local times without zone and seconds. */
#ifndef PASSERELLE_REMOTES_ORANGE_EVENT_FIELDS_H
#define PASSERELLE_REMOTES_ORANGE_EVENT_FIELDS_H

#include "base/error.h"
#include "model/event.h"
#include "remotes/orange/session.h"

/* A day event is sent from 00:00 to 23:59 of its last day, and read back as one. Strings are never
 * NULL. */
struct event_fields {
	char *title, *location, *description; /* line ends are \n; at most LIMIT_FIELD_BYTES */
	char start_date[11], end_date[11];    /* dd/MM/yyyy */
	char start_time[6], end_time[6];      /* HH:mm */
};
void event_fields_free(struct event_fields *self);
DEFINE_OWNED(event_fields, event_fields_free);

/* cut (nullable, char *) gets a word for each text that had to be shortened, and for an end that
 * the clock shows before the start. INPUT: a time that cannot be written. */
struct event_fields *event_fields_from_event(const struct event *event, const char *zone,
                                             GPtrArray *cut, GError **error);
/* Of a ledger's content, and of a geteventlist entry. INPUT, PROTOCOL. */
struct event_fields *event_fields_from_json(const char *content, GError **error);
struct event_fields *event_fields_from_xml(const struct xml_node *data, GError **error);

/* NULL: the times cannot be read. Without uid. */
struct event *event_fields_to_event(const struct event_fields *self, const char *zone);

void event_fields_add_to(const struct event_fields *self, struct call *call);

char *event_fields_fingerprint(const struct event_fields *self);
/* As event_match_key, of the times as they come back; "" = never matched. */
char *event_fields_match(const struct event_fields *self, const char *zone);
/* "Dentist, 2026-11-23 09:00"; a day event without its time. */
char *event_fields_name(const struct event_fields *self);

#endif
