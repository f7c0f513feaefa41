/* SPDX-License-Identifier: MIT */
/* Where the program's own files lie (XDG base directories, or what systemd hands over). */
#ifndef PASSERELLE_APP_PATHS_H
#define PASSERELLE_APP_PATHS_H

#include "app/config.h"

/*
 * The configuration that is read when none is named: the person's own if it is there, else that of
 * the host.
 */
char *paths_config(void);
/* $STATE_DIRECTORY, else $XDG_STATE_HOME/passerelle. Made (0700) by paths_make_state. */
char *paths_state(void);
bool paths_make_state(GError **error);
/* "marie" where that is the state of the system unit passerelle@marie (STATE_DIRECTORY); else NULL.
 */
char *paths_instance(void);
/* ACCOUNT + suffix (".journal", ".lock", ".token") below the state folder. */
char *paths_of_account(const char *account, const char *suffix);
/* Where removed and overwritten files of an account go. */
char *paths_trash(const char *account, enum item_kind kind);
char *paths_status(const struct account_config *account);

#endif
