/* SPDX-License-Identifier: MIT */
/* The text of the configuration as lines: headings, and names with their values. No meaning yet. */
#ifndef PASSERELLE_APP_CONFIG_LINES_H
#define PASSERELLE_APP_CONFIG_LINES_H

#include <glib.h>

struct config_line {
	unsigned number; /* 1-based */
	char *heading;   /* of [heading]; NULL = an entry */
	char *name, *value;
};
void config_line_free(struct config_line *self);

/* Appends "line 12 is …" style mistakes as struct config_mistake. */
struct config_mistake {
	unsigned number;
	char *text;
};
void config_mistake_add(GPtrArray *mistakes, unsigned number, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
void config_mistake_free(struct config_mistake *self);

/*
 * Lines of any length up to LIMIT_CONFIG_LINE. White space around names and values does not count;
 * a line that starts with ; or # is a comment, and so is what follows a blank and a semicolon.
 * Array of struct config_line.
 */
GPtrArray *config_lines_read(const char *data, gsize size, GPtrArray *mistakes);

#endif
