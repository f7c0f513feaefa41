/* SPDX-License-Identifier: MIT */
/* What systemd is told of the service (sd_notify(3)); nothing where there is no systemd. */
#ifndef PASSERELLE_APP_NOTIFY_H
#define PASSERELLE_APP_NOTIFY_H

#include <glib.h>

void notify_ready(const char *status);
/* One line, without personal data. */
void notify_status(const char *status);
void notify_reloading(void);
void notify_stopping(void);
void notify_alive(void);
/* How often notify_alive is wanted, in milliseconds; 0 = never. */
guint notify_alive_interval(void);

#endif
