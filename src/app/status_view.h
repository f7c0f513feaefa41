/* SPDX-License-Identifier: MIT */
/* The status of one account as it is just now: its document, and whether the service runs. */
#ifndef PASSERELLE_APP_STATUS_VIEW_H
#define PASSERELLE_APP_STATUS_VIEW_H

#include "app/config.h"
#include "app/presence.h"
#include "status/render.h"

/* Without a presence to look at: a service that waits 15 minutes after a failure is not dead. */
#define STATUS_DEAD_AFTER (20 * 60)

struct status_view {
	const struct account_config *config; /* lent */
	char *path;                          /* of the status file, absolute */
	char *instance;                      /* see paths.h */
	struct status_document *document;    /* never NULL */
	GPtrArray *stuck;                    /* see stuck.h; NULL = not looked for */
	bool is_missing;                     /* no status that can be read */
	enum presence_state presence;
	pid_t holder; /* see presence.h */
};

/* Reads it at once; now: UTC seconds. */
struct status_view *status_view_new(const struct account_config *config, bool wants_stuck);
void status_view_free(struct status_view *self);
/* Read it again. */
void status_view_refresh(struct status_view *self);

enum service_life status_view_life(const struct status_view *self, gint64 now);

#endif
