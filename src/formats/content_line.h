/* SPDX-License-Identifier: MIT */
/* Content lines, shared by vCard and iCalendar (RFC 6350, 3.2-3.3; RFC 5545, 3.1). No I/O. */
#ifndef PASSERELLE_FORMATS_CONTENT_LINE_H
#define PASSERELLE_FORMATS_CONTENT_LINE_H

#include "base/error.h"

/* Part of its line: one block of memory, freed with it. */
struct content_parameter {
	char *name; /* upper case; for a bare vCard 2.1 word "TYPE", or "ENCODING" where it is one
	             */
	char **values; /* unquoted, RFC 6868 decoded; NULL-terminated */
};

/* One unfolded line. */
struct content_line {
	char *group;           /* before the dot; NULL = none */
	char *name;            /* upper case */
	GPtrArray *parameters; /* struct content_parameter */
	char *value; /* raw: still escaped, unfolded, quoted-printable soft breaks joined; NUL
	                dropped */
	gsize offset, length; /* the bytes of the text it came from, line ends included */
	unsigned number;      /* 1-based number of its first physical line */
};
void content_line_free(struct content_line *self);

/*
 * Cuts text (UTF-8, or any encoding that holds ASCII) into lines: LF, CRLF, CR; folds (blank or
 * tab); folds inside a character; quoted-printable soft breaks; vCard 2.1 base64 blocks that end at
 * an empty line, indented or not. Lines that are none (no colon, no name) come with name "" and the
 * whole in value. Empty lines belong to no line. INPUT where a bound of base/limits.h is exceeded.
 * Array of struct content_line.
 */
GPtrArray *content_lines_read(const char *text, gsize size, GError **error);

/* Bytes of the line end that begins at from: LF, CRLF, CR, CR CR LF; 0 = none does. */
gsize content_line_end(const char *from, const char *end);

/* First parameter of that name (upper case) or NULL. */
const struct content_parameter *content_line_parameter(const struct content_line *line,
                                                       const char *name);
bool content_line_has_type(const struct content_line *line,
                           const char *type);                 /* in any TYPE, case ignored */
bool content_line_is_base64(const struct content_line *line); /* by ENCODING=b or BASE64 */

/* The head of an unfolded line cut at its semicolons, as written: "item1.TEL", "TYPE=home,cell",
 * "PREF". NULL where there is no colon. */
char **content_line_head_split(const char *unfolded);

/* Append NAME;PARAMS:VALUE folded at 75 octets, never inside a character, CRLF. */
void content_line_append_folded(GString *out, const char *unfolded);

/* TEXT values: \n \, \; \\ (RFC 6350, 3.4; RFC 5545, 3.3.11); "\:" and "\"" are read too, any other
 * backslash is itself. */
char *content_text_unescape(const char *raw, gsize size);
/* The same in a plain value and in a component. A line break of any kind becomes \n; other controls
 * but the tab are dropped. */
void content_text_append_escaped(GString *out, const char *text);
/* Split a structured or list value at an unescaped separator; parts still escaped. At most
 * LIMIT_VALUES + 1: the last holds the rest. */
char **content_value_split(const char *raw, char separator);

#endif
