/* SPDX-License-Identifier: MIT */
/* The server's addresses made fit for a browser. */
#ifndef PASSERELLE_REMOTES_ORANGE_WORDS_H
#define PASSERELLE_REMOTES_ORANGE_WORDS_H

#include "base/owned.h"

/* An http or https address without any white space; NULL for anything else, and for one of more
 * than 2,048 bytes. */
char *words_address(const char *text);

#endif
