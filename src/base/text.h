/* SPDX-License-Identifier: MIT */
/* What GLib's text functions leave open. */
#ifndef PASSERELLE_BASE_TEXT_H
#define PASSERELLE_BASE_TEXT_H

#include <glib.h>

/*
 * g_utf8_normalize, which alone in GLib returns NULL when memory runs out: this ends the program
 * then, as every other allocation does. NULL only for what is not UTF-8. Linear in time; more than
 * 30 marks on one letter are not put in order among each other.
 */
char *text_normalize(const char *text, GNormalizeMode mode);

#define TEXT_HIDDEN "[hidden]"
/*
 * Puts TEXT_HIDDEN in place of a secret wherever *text (owned; NULL stays NULL) quotes it: as it
 * is, percent-encoded, escaped for XML or with "+" for blanks; at its end also for the first part
 * of one (4 bytes and more), as a limit leaves it. In place of all of *text where it is encoded in
 * another way, or more than once. secret NULL or "": nothing.
 */
void text_hide(char **text, const char *secret);

/*
 * One line of valid UTF-8: white space (U+00A0 too) collapsed and trimmed, control and format
 * characters dropped, at most limit bytes, cut between characters; a broken last character is
 * dropped, other broken bytes are replaced. NULL for NULL or "".
 */
char *text_line(const char *text, gsize limit);

#endif
