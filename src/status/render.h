/* SPDX-License-Identifier: MIT */
/* A status document as a line for a person or for a bar. */
#ifndef PASSERELLE_STATUS_RENDER_H
#define PASSERELLE_STATUS_RENDER_H

#include "status/document.h"

struct render_context {
	gint64 now;           /* UTC seconds */
	bool is_service_dead; /* older than it should be: stale */
	bool use_colour;      /* human, on a terminal */
};

typedef char *(*render_function)(const struct status_document *document,
                                 const struct render_context *context);

/*
 * human json waybar i3blocks polybar plain; NULL = no such format. One line without line end;
 * human has several. Remote text is escaped for the format, cut, and only in tooltips.
 */
render_function render_find(const char *format);
/* For --help: the names, NULL-terminated. */
const char *const *render_formats(void);

#endif
