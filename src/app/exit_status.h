/* SPDX-License-Identifier: MIT */
/* What the program tells its caller at the end (sysexits). */
#ifndef PASSERELLE_APP_EXIT_STATUS_H
#define PASSERELLE_APP_EXIT_STATUS_H

#include "base/error.h"

enum exit_status {
	EXIT_DONE = 0,
	EXIT_HELD = 1, /* done, but something is held or refused */
	EXIT_BAD_USAGE = 64,
	EXIT_BAD_INPUT = 65,
	EXIT_OFFLINE = 69, /* remote out of reach or out of order */
	EXIT_CANNOT_WRITE = 73,
	EXIT_BUSY = 75,        /* another instance holds the account */
	EXIT_NEEDS_LOGIN = 77, /* or consent */
	EXIT_BAD_CONFIG = 78,
};

/* NULL is EXIT_DONE. */
enum exit_status exit_status_of(const GError *error);
enum exit_status exit_status_worse(enum exit_status left, enum exit_status right);

#endif
