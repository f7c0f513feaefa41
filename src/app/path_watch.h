/* SPDX-License-Identifier: MIT */
/*
 * Tells when a file comes, is replaced or goes, also where its folder is made, moved or removed
 * meanwhile; nothing wakes up in between.
 */
#ifndef PASSERELLE_APP_PATH_WATCH_H
#define PASSERELLE_APP_PATH_WATCH_H

#include <glib.h>

struct path_watch;

/*
 * paths: absolute, copied. changed(data) is called from the main loop a moment after something
 * happened, several events in one call; look yourself what it was. It must not free the watch.
 * What happens after this function has returned is not missed. Where the kernel gives no more
 * watches it is called every few seconds instead.
 */
struct path_watch *path_watch_new(const GPtrArray *paths, void (*changed)(void *data), void *data);
void path_watch_free(struct path_watch *self);

#endif
