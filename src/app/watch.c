/* SPDX-License-Identifier: MIT */
/* Tells when a file of a folder changes, or the folder itself: inotify(7). */
#include "app/watch.h"

#include <errno.h>
#include <limits.h>
#include <stdalign.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define NONE         (-1)
#define ABOVE        2           /* the folder a path stands in, and that of a link's target */
#define BUFFER_BYTES (16 * 1024) /* many events in one read */

#define SELF_MASK (IN_DELETE_SELF | IN_MOVE_SELF)
#define FOLDER_MASK                                                                                \
	(IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |        \
	 SELF_MASK)
#define ABOVE_MASK (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | SELF_MASK)

struct watcher {
	int file;
	GPtrArray *watches; /* lent struct watch */
};

struct above {
	int number;
	char *name; /* of what is waited for there */
};

struct watch {
	struct watcher *watcher; /* lent */
	char *path;
	watch_function function;
	void *data;
	int folder; /* NONE = it is not there, or cannot be watched */
	struct above above[ABOVE];
	const char *problem;
};

struct watcher *watcher_new(GError **error)
{
	int file = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (file < 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
		            "folders cannot be watched: %s",
		            errno == EMFILE ? "the limit fs.inotify.max_user_instances is reached"
		                            : g_strerror(errno));
		return NULL;
	}
	struct watcher *self = g_new0(struct watcher, 1);
	self->file = file;
	self->watches = g_ptr_array_new();
	return self;
}

void watcher_free(struct watcher *self)
{
	if (self != NULL) {
		close(self->file);
		g_ptr_array_unref(self->watches);
		g_free(self);
	}
}

int watcher_descriptor(const struct watcher *self)
{
	return self->file;
}

/* ---- the kernel's watches: one per folder, whoever asks for it ---- */

static bool uses(const struct watch *self, int number)
{
	bool does = self->folder == number;
	for (guint i = 0; i < ABOVE; i++) {
		does |= self->above[i].number == number;
	}
	return does;
}

static void release(struct watcher *self, int number)
{
	for (guint i = 0; i < self->watches->len; i++) {
		if (uses(g_ptr_array_index(self->watches, i), number)) {
			return;
		}
	}
	if (number != NONE) {
		(void)inotify_rm_watch(self->file, number);
	}
}

static int add(struct watch *self, const char *path, guint32 mask)
{
	int number = inotify_add_watch(self->watcher->file, path, mask | IN_ONLYDIR | IN_MASK_ADD);
	if (number < 0 && errno == ENOSPC) {
		self->problem = "the limit fs.inotify.max_user_watches is reached";
	} else if (number < 0 && mask == FOLDER_MASK && errno != ENOENT && errno != ENOTDIR) {
		self->problem = g_strerror(errno);
	}
	return MAX(number, NONE);
}

/* The nearest folder above path that is there. */
static struct above add_above(struct watch *self, const char *path)
{
	g_autofree char *name = g_path_get_basename(path);
	g_autofree char *folder = g_path_get_dirname(path);
	int number = add(self, folder, ABOVE_MASK);
	while (number == NONE && strcmp(folder, "/") != 0) {
		char *parent = g_path_get_dirname(folder);
		g_free(name);
		name = g_path_get_basename(folder);
		g_free(folder);
		folder = parent;
		number = add(self, folder, ABOVE_MASK);
	}
	return (struct above){number, g_steal_pointer(&name)};
}

/* Where a link leads; NULL = path is none. */
static char *target_of(const char *path)
{
	g_autofree char *target = g_file_read_link(path, NULL);
	g_autofree char *folder = g_path_get_dirname(path);
	return target != NULL ? g_canonicalize_filename(target, folder) : NULL;
}

void watch_renew(struct watch *self)
{
	if (self->watcher == NULL) {
		return;
	}
	const struct watch old = *self;
	g_autofree char *target = target_of(self->path);
	self->problem = NULL;
	/* from above: what comes while this goes on is told */
	self->above[0] = add_above(self, self->path);
	self->above[1] = target != NULL ? add_above(self, target) : (struct above){NONE, NULL};
	self->folder = add(self, self->path, FOLDER_MASK);
	release(self->watcher, old.folder);
	for (guint i = 0; i < ABOVE; i++) {
		release(self->watcher, old.above[i].number);
		g_free(old.above[i].name);
	}
}

struct watch *watch_new(struct watcher *watcher, const char *path, watch_function function,
                        void *data)
{
	struct watch *self = g_new0(struct watch, 1);
	*self = (struct watch){
		.watcher = watcher,
		.path = g_strdup(path),
		.function = function,
		.data = data,
		.folder = NONE,
		.above = {{NONE, NULL}, {NONE, NULL}},
	};
	if (watcher != NULL) {
		g_ptr_array_add(watcher->watches, self);
		watch_renew(self);
	}
	return self;
}

void watch_free(struct watch *self)
{
	if (self == NULL) {
		return;
	}
	if (self->watcher != NULL) {
		g_ptr_array_remove(self->watcher->watches, self);
		release(self->watcher, self->folder);
	}
	for (guint i = 0; i < ABOVE; i++) {
		if (self->watcher != NULL) {
			release(self->watcher, self->above[i].number);
		}
		g_free(self->above[i].name);
	}
	g_free(self->path);
	g_free(self);
}

const char *watch_problem(const struct watch *self)
{
	return self->problem;
}

/* ---- what it tells ---- */

static void renew_and_tell(struct watch *self)
{
	watch_renew(self);
	self->function(self->data, WATCH_FOLDER, NULL);
}

static bool is_awaited(const struct watch *self, const struct inotify_event *event)
{
	bool is = false;
	for (guint i = 0; i < ABOVE && event->len > 0; i++) {
		is |= self->above[i].number == event->wd &&
		      strcmp(self->above[i].name, event->name) == 0;
	}
	return is;
}

static enum watch_event kind_of(guint32 mask)
{
	return (mask & IN_MODIFY) != 0   ? WATCH_WRITTEN
	       : (mask & IN_CREATE) != 0 ? WATCH_CREATED
	                                 : WATCH_CHANGED;
}

static void tell(struct watch *self, const struct inotify_event *event)
{
	const bool is_lost = (event->mask & IN_Q_OVERFLOW) != 0;
	const bool is_gone = (event->mask & (SELF_MASK | IN_IGNORED | IN_UNMOUNT)) != 0;
	if (is_lost || (is_gone && uses(self, event->wd)) || is_awaited(self, event)) {
		renew_and_tell(self);
	} else if (self->folder == event->wd && event->len > 0) {
		self->function(self->data, kind_of(event->mask), event->name);
	}
}

void watcher_read(struct watcher *self)
{
	alignas(struct inotify_event) char buffer[BUFFER_BYTES];
	gssize got = 0;
	while ((got = read(self->file, buffer, sizeof buffer)) > 0) {
		for (const char *at = buffer; at < buffer + got;) {
			const struct inotify_event *event = (const void *)at;
			at += sizeof *event + event->len;
			for (guint i = 0; i < self->watches->len; i++) {
				tell(g_ptr_array_index(self->watches, i), event);
			}
		}
	}
}
