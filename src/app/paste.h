/* SPDX-License-Identifier: MIT */
/* A secret that a person types or pastes, or that comes through a pipe. */
#ifndef PASSERELLE_APP_PASTE_H
#define PASSERELLE_APP_PASTE_H

#include "base/error.h"

/*
 * One line of standard input, not shown while it is typed; the terminal is put back whatever ends
 * the program. secret_free (secrets.h). INPUT: the line is longer than 16 KB.
 */
char *paste_read(const char *prompt, GError **error);

#endif
