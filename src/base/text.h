/* SPDX-License-Identifier: MIT */
/* What GLib's text functions leave open. */
#ifndef PASSERELLE_BASE_TEXT_H
#define PASSERELLE_BASE_TEXT_H

#include <glib.h>

/*
 * g_utf8_normalize, which alone in GLib returns NULL when memory runs out: this ends the program
 * then, as every other allocation does. NULL only for what is not UTF-8.
 */
char *text_normalize(const char *text, GNormalizeMode mode);

/*
 * Puts "[hidden]" in place of a secret wherever *text (owned; NULL stays NULL) quotes it: as it is,
 * percent-encoded in either case of its digits, or escaped for XML. secret NULL or "": nothing.
 */
void text_hide(char **text, const char *secret);

#endif
