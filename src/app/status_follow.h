/* SPDX-License-Identifier: MIT */
/* passerelle status: a line for the accounts, once or per change. */
#ifndef PASSERELLE_APP_STATUS_FOLLOW_H
#define PASSERELLE_APP_STATUS_FOLLOW_H

#include "app/exit_status.h"
#include "app/status_view.h"

/* How the accounts are shown. All lent. */
struct status_show {
	const GPtrArray *views; /* struct status_view */
	const struct render_format *format;
	struct render_context context; /* but for the time */
};

/* One of the views, or -1: all, as one output. Owned, without the last line end. */
char *status_show_render(const struct status_show *self, int one, const enum service_life *lives,
                         gint64 now);
/* Text and a line end to standard output. False with errno. */
bool status_show_write(const char *text);

/*
 * Until a signal, or until nobody reads any more. A new output is printed where it differs from the
 * one before; a service that is gone for a moment, as when it is restarted, is not told.
 */
enum exit_status status_follow(const struct status_show *show);

#endif
