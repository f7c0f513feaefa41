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
/*
 * Clean text for bars that read orders out of a line, so that it is shown as it is: polybar's %{…},
 * xmobar's <…>, tmux's #[…], #{…} and #(…).
 */
char *words_escape_polybar(const char *clean);
char *words_escape_xmobar(const char *clean);
char *words_escape_tmux(const char *clean);
/* "1,234" */
char *words_count(gint64 count);
/* "3 min ago", "in 2 h", "just now" */
char *words_when(gint64 when, gint64 now);
/* "3 min", "a moment": how long it has been so; since a time to come counts as a moment */
char *words_for(gint64 since, gint64 now);

#endif
