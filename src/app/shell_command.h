/* SPDX-License-Identifier: MIT */
/* A command of the person's own: one that prints a secret, or one that is told something. */
#ifndef PASSERELLE_APP_SHELL_COMMAND_H
#define PASSERELLE_APP_SHELL_COMMAND_H

#include "base/error.h"

/* All lent. */
struct shell_command {
	const char *option;  /* what it is called in the configuration: for messages */
	const char *account; /* whose error output is logged */
	const char *line;    /* for /bin/sh -c */
	/* What it finds in its environment beside ours: name, value, name, value … NULL; NULL = no
	 * more. Nothing of it is ever part of the line. */
	const char *const *environment;
	const char *input; /* on its standard input, as far as it reads; NULL = nothing */
};

/*
 * Runs it, in a process group of its own. The first 8,191 bytes of its error output are logged line
 * by line. Needs SIGPIPE ignored. CONFIG: it
 * failed, or took longer than 30 s (then it is killed, its children too); CANCELLED.
 */
bool shell_command_run(const struct shell_command *command, GError **error);
/*
 * The same; answers the first line that it prints, without its line end. What it printed is hidden
 * in the logged lines, and where it printed none, every line of a shell's trace (set -x). CONFIG
 * also: no line of 1 to 8,191 bytes. secret_free (secrets.h).
 */
char *shell_command_read(const struct shell_command *command, GError **error);

#endif
