/* SPDX-License-Identifier: MIT */
/* Tells when a file of a folder changes, or the folder itself: inotify(7). */
#ifndef PASSERELLE_APP_WATCH_H
#define PASSERELLE_APP_WATCH_H

#include "base/error.h"

/*
 * Straight to the kernel: the file monitors of GLib say nothing where one of its limits is reached,
 * look every four seconds for a folder that is not there, and keep a thread.
 */
struct watcher; /* one inotify descriptor, for all watches */
struct watch;   /* of one path */

enum watch_event {
	WATCH_CHANGED, /* name was written and closed, moved here or away, or removed */
	WATCH_CREATED, /* name is new: written from now on, or a link to what is whole */
	WATCH_WRITTEN, /* somebody writes into name, and has not closed it yet */
	WATCH_FOLDER,  /* the folder came, went or is another; or events were lost. name is NULL */
};
typedef void (*watch_function)(void *data, enum watch_event event, const char *name);

/* STORAGE: the message says which limit is reached. */
struct watcher *watcher_new(GError **error);
/* After its watches; NULL is fine. */
void watcher_free(struct watcher *self);
/* Readable when watcher_read has something to tell. */
int watcher_descriptor(const struct watcher *self);
/* Tells all that has come. */
void watcher_read(struct watcher *self);

/*
 * path may be a link to a folder, and need not be there (its parents are watched for it). Never
 * NULL. watcher NULL: nothing is told. watcher and data are lent.
 */
struct watch *watch_new(struct watcher *watcher, const char *path, watch_function function,
                        void *data);
void watch_free(struct watch *self);
/* Looks whether path is still the folder that is watched, and watches what it is now. */
void watch_renew(struct watch *self);
/* Why changes would not be told, as a clean line; NULL = they are. A folder that is not there is
 * no problem. */
const char *watch_problem(const struct watch *self);

#endif
