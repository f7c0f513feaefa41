/* SPDX-License-Identifier: MIT */
/* The tree of components of a calendar text, built under our own bounds (RFC 5545, 3.4-3.6). */
#ifndef PASSERELLE_FORMATS_COMPONENT_H
#define PASSERELLE_FORMATS_COMPONENT_H

#include "base/error.h"
#include "formats/content_line.h"

struct component {
	char *name; /* "VEVENT", upper case; "" for the root, which holds what the text begins with
	             */
	GPtrArray *lines; /* struct content_line, lent by the root: those directly inside, without
	                     BEGIN and END */
	GPtrArray *children;  /* struct component */
	gsize offset, length; /* its bytes in the UTF-8 text, BEGIN and END included */
	unsigned number;      /* line of its BEGIN */
	bool is_whole; /* its bytes can stand elsewhere: it and all inside have their END, none is
	                  astray, and no VEVENT is inside */
	/* METHOD of the VCALENDAR around it, where that only tells of an event: see
	 * method_is_message. Lent by the root; NULL = it does not. */
	const struct content_line *message;
};

/* The UTF-8 text with its components. */
struct component_tree {
	char *text;
	GPtrArray *lines; /* struct content_line */
	struct component *root;
	GPtrArray *events; /* struct component, lent: every VEVENT in order */
	GPtrArray *zones;  /* struct component, lent: every VTIMEZONE in order */
};

/*
 * RFC 5546, 3.2: does a calendar with this METHOD tell of an event (CANCEL, REPLY, COUNTER …)
 * rather than put one into a calendar (PUBLISH, REQUEST, ADD)?
 */
bool method_is_message(const char *value);

/* INPUT with the line number where depth, components, values of a list or bytes exceed
 * base/limits.h, or where it is no calendar. What stands in no VCALENDAR counts as if it did. */
struct component_tree *component_tree_read(const void *data, gsize size, GError **error);
void component_tree_free(struct component_tree *self);
DEFINE_OWNED(component_tree, component_tree_free);

/* The first property of that name, or NULL; its trimmed value ("" where there is none). */
const struct content_line *component_property(const struct component *self, const char *name);
char *component_value(const struct component *self, const char *name);
/* TEXT value, unescaped; "" where absent. */
char *component_text(const struct component *self, const char *name);

#endif
