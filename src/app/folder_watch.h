/* SPDX-License-Identifier: MIT */
/* A folder of items that is looked after: when has it settled in another state than was read? */
#ifndef PASSERELLE_APP_FOLDER_WATCH_H
#define PASSERELLE_APP_FOLDER_WATCH_H

#include "app/watch.h"
#include "model/item.h"

#define FOLDER_SETTLE_MS 1500 /* editors write in several steps */

struct folder_watch;

/*
 * Times are milliseconds of a clock that goes on in suspend. woken is called when the deadline has
 * moved. account is for the log; all but path are lent. watcher NULL (the kernel cannot), or a
 * folder that it cannot watch: said once, and looked at now and then instead.
 */
struct folder_watch *folder_watch_new(struct watcher *watcher, const char *account,
                                      const char *path, enum item_kind kind,
                                      void (*woken)(void *data), void *data);
void folder_watch_free(struct folder_watch *self);

/* A cycle that reads it starts. */
void folder_watch_begin(struct folder_watch *self);
/* It has ended. start: what the folder was like when it started (folder_digest.h); now: is like. */
void folder_watch_end(struct folder_watch *self, guint64 *start, guint64 *now);
/* When folder_watch_step has something to look at; G_MAXINT64 = never, as while a cycle reads it.
 */
gint64 folder_watch_deadline(const struct folder_watch *self);
/* True: it has settled, and is not what was last known. */
bool folder_watch_step(struct folder_watch *self, gint64 now);

#endif
