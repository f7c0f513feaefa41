/* SPDX-License-Identifier: MIT */
/*
 * The person's own commands that are told something at the end of a cycle (the options named
 * on_…_command). They need a shell, which a confined cycle may not have (confine.h): under the
 * service a process is parted off before that, which knows the lines of the account and nothing
 * else, no secret, no lock and no journal. The cycle tells it which of them to run and what that is
 * told; it can neither add a line nor change one.
 */
#ifndef PASSERELLE_APP_HOOKS_H
#define PASSERELLE_APP_HOOKS_H

#include "app/config.h"
#include "app/shell_command.h"

/*
 * Parts that process off, where the account has a hook. Before the lock is taken and a secret read.
 * Goes with hooks_end. STORAGE: no process can be had; then hooks_run runs them in place.
 */
bool hooks_start(const struct account_config *account, GError **error);
/* Waits for it; what it is at then is ended when the process has been interrupted. */
void hooks_end(void);

/*
 * shell_command_run, by that process where there is one. The line of command is that of the
 * account's option. CANCELLED also: the process is gone.
 */
bool hooks_run(const struct shell_command *command, GError **error);

#endif
