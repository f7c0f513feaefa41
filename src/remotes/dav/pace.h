/* SPDX-License-Identifier: MIT */
/*
 * What a server asked for that outlives a process: pauses, credentials that it did not take, and
 * how much of the rate is left. In the journal's memory.
 */
#ifndef PASSERELLE_REMOTES_DAV_PACE_H
#define PASSERELLE_REMOTES_DAV_PACE_H

#include "endpoint/driver.h"
#include "net/http.h"

#define DAV_LONGEST_PAUSE (24 * 60 * 60) /* whatever a Retry-After says */
#define DAV_SHORT_PAUSE   30             /* after a 503 or 429 that names no time */
/* The same credentials again: servers lock out who tries them over and over. */
#define DAV_REFUSAL_PAUSE (60 * 60)

struct dav_pace;
/* All lent; journal NULL = nothing is kept. part: "contacts", "calendar". */
struct dav_pace *dav_pace_open(const struct remote_settings *settings, const char *part,
                               struct journal *journal);
void dav_pace_free(struct dav_pace *self); /* does not save; accepts NULL */

/* Requests that may start at once; G_MAXDOUBLE where nothing is known. */
double dav_pace_level(const struct dav_pace *self);
/* Why nothing is to be asked now: NETWORK or AUTH; NULL = it may be. */
GError *dav_pace_obstacle(const struct dav_pace *self, gint64 now);
/* Learns from an answered request. */
void dav_pace_learn(struct dav_pace *self, const struct http_request *wire, gint64 now);
/* level: what may still start now; negative: there is no limit. Costs no more than itself. */
void dav_pace_save(struct dav_pace *self, bool was_asked, double level, gint64 now);

#endif
