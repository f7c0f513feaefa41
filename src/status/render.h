/* SPDX-License-Identifier: MIT */
/* Status documents as lines for people, for bars and for monitoring. */
#ifndef PASSERELLE_STATUS_RENDER_H
#define PASSERELLE_STATUS_RENDER_H

#include "status/document.h"

enum service_life {
	SERVICE_UNKNOWN, /* nobody promised to keep the figures fresh, or it cannot be told */
	SERVICE_RUNS,
	SERVICE_DEAD, /* the figures are stale */
};

/* One account. All lent. */
struct render_view {
	const struct status_document *document;
	bool is_missing; /* no status can be read: the document bears no more than a name */
	enum service_life service;
	const GPtrArray *stuck; /* char *: items that wait, a line each; NULL = not looked for */
	const char *instance;   /* whose system unit it is (passerelle@marie); NULL = a user unit */
};

struct render_context {
	gint64 now;        /* UTC seconds */
	bool use_colour;   /* human and the bars that know colours */
	bool shows_zero;   /* a bar shows "0" too, instead of nothing */
	bool shows_latest; /* a bar shows sender and subject of the newest unread mail, too */
	bool is_followed;  /* one line each time, whatever the format */
	gint64 warning, critical; /* so many unread mails are that; 0 = never */
};

/* Without the last line end. Owned. */
typedef char *(*render_function)(const struct render_view *views, guint count,
                                 const struct render_context *context);

enum render_kind {
	RENDER_EACH,       /* the accounts stand below each other */
	RENDER_BAR,        /* all accounts make one line, which replaces the one before */
	RENDER_EXPOSITION, /* all accounts make one text, whole each time */
};

struct render_format {
	const char *name;
	enum render_kind kind;
	render_function function;
};

/*
 * human json plain waybar i3blocks i3blocks-plain i3status-rust polybar xmobar tmux prometheus;
 * NULL = no such format. Remote text is escaped for the format, cut, and in no text of a bar unless
 * shows_latest; human has several lines, and so have prometheus and, not followed, i3blocks-plain.
 */
const struct render_format *render_find(const char *name);
/* For --help: the names, NULL-terminated. */
const char *const *render_formats(void);

#endif
