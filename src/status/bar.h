/* SPDX-License-Identifier: MIT */
/* What any bar shows of the accounts together, before it is written down for one of them. */
#ifndef PASSERELLE_STATUS_BAR_H
#define PASSERELLE_STATUS_BAR_H

#include "status/render.h"

/* From good to bad: of several accounts the last one counts. */
enum bar_class { BAR_OK, BAR_UNREAD, BAR_OFFLINE, BAR_STALE, BAR_ATTENTION, BAR_ERROR };
#define BAR_CLASSES 6
const char *bar_class_name(enum bar_class class); /* "ok" … */

enum bar_level { BAR_NORMAL, BAR_WARNING, BAR_CRITICAL };

struct bar {
	enum bar_class class;
	enum bar_level level; /* of the count, by the limits of the person */
	const char *words;    /* what is the matter; "" where all is well */
	const char *state;    /* of the account that is worst off, as in its document */
	char *count;          /* "12"; "!" where a person has to do something and there is no
	                         count; "" = hide it */
	char *latest;         /* "Anna: Lunch", clean, not escaped; NULL = not to be shown */
	const char *colour;   /* "#rrggbb"; NULL = the bar's own */
};

void bar_init(struct bar *self, const struct render_view *views, guint count,
              const struct render_context *context);
void bar_clear(struct bar *self);

/* "12 Anna: Lunch", not escaped. Owned. */
char *bar_text(const struct bar *self);
/* Of all accounts, several lines, as Pango markup. Owned. */
char *bar_tooltip(const struct render_view *views, guint count,
                  const struct render_context *context);

#endif
