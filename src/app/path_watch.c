/* SPDX-License-Identifier: MIT */
/*
 * A watch of paths. The folder of each, or where there is none its deepest ancestor, is watched for
 * names that come and go; all ancestors are watched for going away themselves. When one does, the
 * watches are made anew.
 */
#include "app/path_watch.h"

#include "app/log.h"

#include <errno.h>
#include <glib-unix.h>
#include <stdbool.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#define ENTRIES     (IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_CLOSE_WRITE)
#define ITSELF      (IN_DELETE_SELF | IN_MOVE_SELF)
#define UPSET       (ITSELF | IN_IGNORED | IN_UNMOUNT | IN_Q_OVERFLOW)
#define SETTLE_MS   50 /* what comes together is told together */
#define POLL_S      5
#define MAX_RETRIES 100 /* of folders that come and go while they are looked at */
#define BUFFER_SIZE 16384

enum interest { INTEREST_FILE = 1, INTEREST_FOLDER };

struct path_watch {
	GPtrArray *paths;      /* char * */
	GHashTable *interests; /* "watch/name" -> enum interest */
	int file;
	guint event_source, settle_source, poll_source;
	void (*changed)(void *data);
	void *data;
};

static char *key_of(int watch, const char *name)
{
	return g_strdup_printf("%d/%s", watch, name);
}

static int watch_folder(struct path_watch *self, const char *folder, guint32 mask)
{
	return inotify_add_watch(self->file, folder, mask | ITSELF | IN_ONLYDIR | IN_MASK_ADD);
}

/* A folder on the way that cannot be read (as /home of some hosts) cannot be watched either. */
static void watch_ancestors(struct path_watch *self, const char *folder)
{
	g_autofree char *above = g_path_get_dirname(folder);
	while (strcmp(above, "/") != 0 && strcmp(above, ".") != 0) {
		watch_folder(self, above, 0);
		char *next = g_path_get_dirname(above);
		g_free(above);
		above = next;
	}
}

/* Watches the deepest folder of path that is there. False with errno: none can be watched. */
static bool watch_deepest(struct path_watch *self, const char *path, char **missing)
{
	g_autofree char *child = g_strdup(path);
	for (;;) {
		g_autofree char *folder = g_path_get_dirname(child);
		const int watch = watch_folder(self, folder, ENTRIES);
		if (watch >= 0) {
			g_autofree char *name = g_path_get_basename(child);
			const bool is_file = strcmp(child, path) == 0;
			g_hash_table_insert(
				self->interests, key_of(watch, name),
				GINT_TO_POINTER(is_file ? INTEREST_FILE : INTEREST_FOLDER));
			watch_ancestors(self, folder);
			*missing = is_file ? NULL : g_steal_pointer(&child);
			return true;
		}
		if ((errno != ENOENT && errno != ENOTDIR) || strcmp(folder, child) == 0) {
			return false;
		}
		g_free(child);
		child = g_steal_pointer(&folder);
	}
}

/* The missing folder may have come before its parent was watched. */
static bool watch_path(struct path_watch *self, const char *path)
{
	for (int i = 0; i < MAX_RETRIES; i++) {
		g_autofree char *missing = NULL;
		if (!watch_deepest(self, path, &missing)) {
			return false;
		}
		if (missing == NULL || !g_file_test(missing, G_FILE_TEST_IS_DIR)) {
			return true;
		}
	}
	errno = EAGAIN;
	return false;
}

/* ---- events ---- */

static gboolean on_event(int file, GIOCondition condition, gpointer data);

static void unwatch(struct path_watch *self)
{
	g_clear_handle_id(&self->event_source, g_source_remove);
	if (self->file >= 0) {
		close(self->file);
		self->file = -1;
	}
	g_hash_table_remove_all(self->interests);
}

static bool rewatch(struct path_watch *self)
{
	unwatch(self);
	self->file = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	bool is_watched = self->file >= 0;
	for (guint i = 0; is_watched && i < self->paths->len; i++) {
		is_watched = watch_path(self, g_ptr_array_index(self->paths, i));
	}
	if (!is_watched) {
		const int number = errno;
		unwatch(self);
		errno = number;
		return false;
	}
	self->event_source = g_unix_fd_add(self->file, G_IO_IN, on_event, self);
	return true;
}

static gboolean on_poll(gpointer data)
{
	struct path_watch *self = data;
	const bool is_watched = rewatch(self);
	if (is_watched) {
		self->poll_source = 0;
	}
	self->changed(self->data);
	return is_watched ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void watch_or_poll(struct path_watch *self)
{
	if (!rewatch(self) && self->poll_source == 0) {
		log_say(LOG_LEVEL_WARNING, NULL, "cannot watch files: %s; looking every %d s",
		        g_strerror(errno), POLL_S);
		self->poll_source = g_timeout_add_seconds(POLL_S, on_poll, self);
	}
}

static gboolean on_settled(gpointer data)
{
	struct path_watch *self = data;
	self->settle_source = 0;
	self->changed(self->data);
	return G_SOURCE_REMOVE;
}

static void note(struct path_watch *self, const struct inotify_event *event, bool *is_upset,
                 bool *is_of_interest)
{
	if ((event->mask & UPSET) != 0) {
		*is_upset = true;
	} else if (event->len > 0) {
		g_autofree char *key = key_of(event->wd, event->name);
		const int interest = GPOINTER_TO_INT(g_hash_table_lookup(self->interests, key));
		*is_of_interest |= interest != 0;
		*is_upset |= interest == INTEREST_FOLDER;
	}
}

static gboolean on_event(int file, GIOCondition condition, gpointer data)
{
	struct path_watch *self = data;
	bool is_upset = false, is_of_interest = false;
	char buffer[BUFFER_SIZE] __attribute__((aligned(__alignof__(struct inotify_event))));
	(void)condition;
	const gssize size = read(file, buffer, sizeof buffer);
	for (gssize at = 0; at < size;) {
		const struct inotify_event *event = (const struct inotify_event *)(buffer + at);
		note(self, event, &is_upset, &is_of_interest);
		at += (gssize)(sizeof *event + event->len);
	}
	if ((is_upset || is_of_interest) && self->settle_source == 0) {
		self->settle_source = g_timeout_add(SETTLE_MS, on_settled, self);
	}
	if (is_upset) {
		self->event_source = 0; /* ends with this return */
		watch_or_poll(self);
		return G_SOURCE_REMOVE;
	}
	return G_SOURCE_CONTINUE;
}

struct path_watch *path_watch_new(const GPtrArray *paths, void (*changed)(void *data), void *data)
{
	struct path_watch *self = g_new0(struct path_watch, 1);
	self->paths = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < paths->len; i++) {
		g_ptr_array_add(self->paths, g_strdup(g_ptr_array_index(paths, i)));
	}
	self->interests = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	self->file = -1;
	self->changed = changed;
	self->data = data;
	watch_or_poll(self);
	return self;
}

void path_watch_free(struct path_watch *self)
{
	if (self == NULL) {
		return;
	}
	unwatch(self);
	g_clear_handle_id(&self->settle_source, g_source_remove);
	g_clear_handle_id(&self->poll_source, g_source_remove);
	g_hash_table_unref(self->interests);
	g_ptr_array_unref(self->paths);
	g_free(self);
}
