/* SPDX-License-Identifier: MIT */
/* A secret from a command of the person's own. */
#ifndef PASSERELLE_APP_SECRET_COMMAND_H
#define PASSERELLE_APP_SECRET_COMMAND_H

#include "base/error.h"

/*
 * First line of what /bin/sh -c command prints, without its line end. Its error output is logged
 * for the account. CONFIG: it failed, printed nothing, or took longer than 30 s (then it is
 * killed, its children too).
 */
char *secret_command_run(const char *account, const char *command, GError **error);

#endif
