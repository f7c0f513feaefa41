/* SPDX-License-Identifier: MIT */
/* The log: one line per fact, to the journal of systemd or to standard error. */
#ifndef PASSERELLE_APP_LOG_H
#define PASSERELLE_APP_LOG_H

#include "app/config.h"

/* Every line of GLib and of ours goes through here from now on. */
void log_open(enum log_level level);
void log_set_level(enum log_level level);

/* What a line is about: fields PASSERELLE_ACCOUNT, PASSERELLE_API and PASSERELLE_ITEM in the
 * journal of systemd. NULL = of none in particular. */
struct log_about {
	const char *account;
	const char *api;  /* "contacts", "calendar", "messages" */
	const char *item; /* as a log may name it: a file, an id, a UID */
};
/* Lines in format are told one by one, behind "ACCOUNT: API: "; never pass a secret. */
void log_tell(enum log_level level, const struct log_about *about, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/* The same of an account as a whole; account may be NULL. Lines in format are told one by one;
 * never pass a secret. */
void log_say(enum log_level level, const char *account, const char *format, ...)
	G_GNUC_PRINTF(3, 4);

#endif
