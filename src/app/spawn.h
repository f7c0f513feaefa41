/* SPDX-License-Identifier: MIT */
/* What all children of the service have in common: they are this very program, and go with it. */
#ifndef PASSERELLE_APP_SPAWN_H
#define PASSERELLE_APP_SPAWN_H

#include <glib.h>

/* This program, even after an upgrade has replaced its file. */
#define SPAWN_SELF "/proc/self/exe"

/* Between fork and exec, for a process number of the caller's own: no signal stays blocked, and a
 * service that dies takes it along. */
void spawn_set_up(gpointer service);

/* Ours, without what systemd means for the service alone. Owned. */
char **spawn_environment(void);

/* A file in memory, as a pipe would be but without a limit; -1 = there is none: errno. */
int spawn_memory_file(const void *data, gsize size);

#endif
