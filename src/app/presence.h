/* SPDX-License-Identifier: MIT */
/*
 * Does the service keep an account fresh? It holds a lock beside the status file as long as it
 * runs: whoever can read the status can tell, whatever the clock says and wherever the state lies.
 */
#ifndef PASSERELLE_APP_PRESENCE_H
#define PASSERELLE_APP_PRESENCE_H

#include "base/error.h"

#include <sys/types.h>

struct presence;

/*
 * For the service. NULL: another process has it (BUSY), or the lock cannot be made (STORAGE). Only
 * what status says depends on it. A process must release it before it takes or looks at the same
 * one again: record locks end when any descriptor of their file is closed, fcntl(2).
 */
struct presence *presence_take(const char *status_path, GError **error);
void presence_release(struct presence *self); /* accepts NULL */

enum presence_state {
	PRESENCE_UNKNOWN, /* no service has been there, or it cannot be told */
	PRESENCE_HELD,
	PRESENCE_GONE, /* a service has been there, and ended, in whatever way */
};

/* holder: its process; 0 = it cannot be seen from here. Takes nothing. */
enum presence_state presence_look(const char *status_path, pid_t *holder);

/* STATUS.service. Owned. */
char *presence_path(const char *status_path);

#endif
