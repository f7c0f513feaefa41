/* SPDX-License-Identifier: MIT */
/*
 * What the service asked for that outlives a process: pauses, refusals of the credentials or the
 * address, and how much of the rate is left. In the journal's memory.
 */
#ifndef PASSERELLE_REMOTES_ORANGE_SESSION_MEMORY_H
#define PASSERELLE_REMOTES_ORANGE_SESSION_MEMORY_H

#include "remotes/orange/session.h"

#define SESSION_LONGEST_PAUSE (24 * 60 * 60) /* whatever a Retry-After says */
#define SESSION_SHORT_PAUSE   30             /* after a 503 or 429 that names no time */

struct session_memory;

/* Both lent; journal NULL = nothing is kept. What cannot be read counts as never said. */
struct session_memory *session_memory_open(const struct remote_settings *settings,
                                           struct journal *journal);
/* Does not save. Accepts NULL. */
void session_memory_free(struct session_memory *self);

/* Requests that may start at once; G_MAXDOUBLE where nothing is known. */
double session_memory_level(const struct session_memory *self);
/*
 * Why this API is not to be asked now, at that address; NULL = it may be. NETWORK while it paused
 * us; CONFIG while it was refused (-8, -10) with the same address, service_id and password, unless
 * settings->is_full and it was in an earlier session. what begins the message.
 */
GError *session_memory_obstacle(const struct session_memory *self, enum session_api api,
                                const char *url, const char *what, gint64 now);
/* Learns from an answered request. */
void session_memory_learn(struct session_memory *self, enum session_api api, const char *url,
                          const struct http_request *request, const struct reply *reply,
                          gint64 now);
/*
 * One commit, none where nothing was asked. level: what may still start now, negative = there is no
 * limit. A journal that cannot be written costs the memory, no more.
 */
void session_memory_save(struct session_memory *self, bool was_asked, double level, gint64 now);

#endif
