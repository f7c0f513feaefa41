/* SPDX-License-Identifier: MIT */
/* One line on the terminal that tells how far long work is. */
#ifndef PASSERELLE_APP_PROGRESS_H
#define PASSERELLE_APP_PROGRESS_H

#include <glib.h>
#include <stdbool.h>

/* Shows nothing at all unless enabled and standard error is a terminal. */
void progress_enable(bool is_wanted);
/* From now on progress_show also touches this file now and then: how the service sees that its
 * child is alive. */
void progress_beat(const char *path);
/* As the progress functions of remote_settings and cycle_settings; data is the account's name. */
void progress_show(void *data, const char *what, guint64 done, guint64 total);
/* Takes the line away, before anything else is printed. */
void progress_clear(void);

#endif
