/* SPDX-License-Identifier: MIT */
/* Content lines that say the same in other spellings, made alike. No I/O. */
#ifndef PASSERELLE_FORMATS_CONTENT_COMPARE_H
#define PASSERELLE_FORMATS_CONTENT_COMPARE_H

#include "formats/content_line.h"

/*
 * One text for all spellings of a line: without its group; parameters in one order, case ignored
 * where it says nothing, without what holds anyway (RFC 6350, 5; RFC 5545, 3.2); the value
 * unescaped, a structured one without empty parts at its end. Owned; NULL = it holds nothing. Not
 * to be written anywhere.
 */
char *content_comparable(const struct content_line *line);

/* Appends each of the texts (char *), sorted, once, with the separator before it. */
void content_append_sorted(GString *out, GPtrArray *texts, const char *separator);

#endif
