/* SPDX-License-Identifier: MIT */
/* A folder of items that is looked after. */
#include "app/folder_watch.h"

#include "app/clock.h"
#include "app/folder_digest.h"
#include "app/log.h"
#include "stores/vdir.h"

#define NEVER         G_MAXINT64
#define CREATED_MS    2500        /* is it a link to a whole file, or does a writer begin? */
#define WRITER_MS     5000        /* since somebody last wrote into a file that is still open */
#define LONGEST_MS    (60 * 1000) /* events without an end: look all the same */
#define LOOK_AGAIN_MS (30 * 1000) /* where the kernel does not tell */

struct folder_watch {
	char *path;
	const char *account; /* lent */
	enum item_kind kind;
	struct watch *watch;
	void (*woken)(void *data);
	void *data; /* lent */
	bool has_watcher, is_read;
	gint64 look_at;      /* events came, or it is time; NEVER = none */
	gint64 first_at;     /* the first event since it was last settled */
	GHashTable *written; /* char *: names that somebody writes into */
	guint64 known;       /* digest after the last cycle, or look */
	guint64 at_start;    /* when the running cycle was started */
	const char *told;    /* the problem that was last told; NULL = none */
};

/* ---- settling ---- */

static void settle_in(struct folder_watch *self, gint64 pause)
{
	const gint64 now = clock_now();
	if (self->first_at == NEVER) {
		self->first_at = now;
	}
	const bool is_written = g_hash_table_size(self->written) > 0;
	self->look_at = MIN(now + (is_written ? WRITER_MS : pause), self->first_at + LONGEST_MS);
	if (!self->is_read) {
		self->woken(self->data);
	}
}

/* Of one that is written, nothing is worth reading before it is closed. */
static void on_event(void *data, enum watch_event event, const char *name)
{
	struct folder_watch *self = data;
	if (name != NULL && !vdir_is_item_name(name, self->kind)) {
		return;
	}
	if (event == WATCH_WRITTEN) {
		g_hash_table_add(self->written, g_strdup(name));
	} else if (event == WATCH_CHANGED) {
		g_hash_table_remove(self->written, name);
	} else if (event == WATCH_FOLDER) {
		g_hash_table_remove_all(self->written);
	}
	settle_in(self, event == WATCH_CREATED ? CREATED_MS : FOLDER_SETTLE_MS);
}

static void forget_events(struct folder_watch *self)
{
	g_hash_table_remove_all(self->written);
	self->look_at = self->first_at = NEVER;
}

/* ---- where the kernel does not tell ---- */

static void tell_problem(struct folder_watch *self)
{
	const char *problem =
		self->has_watcher ? watch_problem(self->watch) : "the kernel has no watches left";
	if (g_strcmp0(problem, self->told) == 0) {
		return;
	}
	self->told = problem;
	if (problem != NULL) {
		log_say(LOG_LEVEL_WARNING, self->account,
		        "\"%s\" cannot be watched (%s): looked at every %d s instead", self->path,
		        problem, LOOK_AGAIN_MS / 1000);
	} else {
		log_say(LOG_LEVEL_INFO, self->account, "\"%s\" is watched again", self->path);
	}
}

/* What is at path may be another folder by now, without any event for it (a disk was mounted). */
static void look_after(struct folder_watch *self)
{
	watch_renew(self->watch);
	tell_problem(self);
	if (self->told != NULL) {
		self->look_at = MIN(self->look_at, clock_now() + LOOK_AGAIN_MS);
	}
}

/* ---- the folder ---- */

struct folder_watch *folder_watch_new(struct watcher *watcher, const char *account,
                                      const char *path, enum item_kind kind,
                                      void (*woken)(void *data), void *data)
{
	struct folder_watch *self = g_new0(struct folder_watch, 1);
	self->path = g_strdup(path);
	self->account = account;
	self->kind = kind;
	self->woken = woken;
	self->data = data;
	self->written = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	forget_events(self);
	self->has_watcher = watcher != NULL;
	self->watch = watch_new(watcher, path, on_event, self);
	look_after(self);
	self->known = folder_digest(path, kind);
	return self;
}

void folder_watch_free(struct folder_watch *self)
{
	if (self != NULL) {
		watch_free(self->watch);
		g_hash_table_unref(self->written);
		g_free(self->path);
		g_free(self);
	}
}

void folder_watch_begin(struct folder_watch *self)
{
	self->is_read = true;
	self->at_start = folder_digest(self->path, self->kind);
}

/* A file that is still written is looked at when it is closed. */
void folder_watch_end(struct folder_watch *self, guint64 *start, guint64 *now)
{
	const bool is_written = g_hash_table_size(self->written) > 0;
	self->is_read = false;
	if (!is_written) {
		forget_events(self);
	}
	look_after(self);
	self->known = is_written ? self->at_start : folder_digest(self->path, self->kind);
	*start = self->at_start;
	*now = self->known;
}

gint64 folder_watch_deadline(const struct folder_watch *self)
{
	return self->is_read ? NEVER : self->look_at;
}

bool folder_watch_step(struct folder_watch *self, gint64 now)
{
	if (now < folder_watch_deadline(self)) {
		return false;
	}
	const guint64 before = self->known;
	forget_events(self);
	look_after(self);
	self->known = folder_digest(self->path, self->kind);
	return self->known != before;
}
