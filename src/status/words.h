/* SPDX-License-Identifier: MIT */
/* Text from outside, made harmless for one line of a terminal or a bar. */
#ifndef PASSERELLE_STATUS_WORDS_H
#define PASSERELLE_STATUS_WORDS_H

#include <glib.h>

/*
 * One line of at most max_characters: control and direction-changing characters are left out, runs
 * of white space become one blank, what is too long ends in an ellipsis. NULL gives "".
 */
char *words_clean(const char *text, gsize max_characters);
/* The same, with & < > " ' as Pango entities (cut before it is escaped). */
char *words_clean_pango(const char *text, gsize max_characters);
/* "1,234" */
char *words_count(gint64 count);
/* "3 min ago", "in 2 h", "just now" */
char *words_when(gint64 when, gint64 now);

#endif
