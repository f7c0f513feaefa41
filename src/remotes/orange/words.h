/* SPDX-License-Identifier: MIT */
/* The server's words made fit for people, and its addresses fit for a browser. */
#ifndef PASSERELLE_REMOTES_ORANGE_WORDS_H
#define PASSERELLE_REMOTES_ORANGE_WORDS_H

#include "base/owned.h"

/*
 * One line of valid UTF-8: white space (U+00A0 too) collapsed and trimmed, control and format
 * characters dropped, at most limit bytes, cut between characters; a broken last character is
 * dropped, other broken bytes are replaced. NULL for NULL or "".
 */
char *words_line(const char *text, gsize limit);

/* An http or https address without any white space; NULL for anything else, and for one of more
 * than 2,048 bytes. */
char *words_address(const char *text);

#endif
