/* SPDX-License-Identifier: MIT */
/* The log: one line per fact, to the journal of systemd or to standard error. */
#ifndef PASSERELLE_APP_LOG_H
#define PASSERELLE_APP_LOG_H

#include "app/config.h"

/* Every line of GLib and of ours goes through here from now on. */
void log_open(enum log_level level);
void log_set_level(enum log_level level);

/* account may be NULL. Lines in format are told one by one; never pass a secret. */
void log_say(enum log_level level, const char *account, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

#endif
