/* SPDX-License-Identifier: MIT */
/*
 * passerelle status --follow: what wakes it up is the status file, the end of the service, the
 * reader that goes away, and nothing else.
 */
#include "app/status_follow.h"

#include "app/log.h"
#include "app/path_watch.h"

#include <errno.h>
#include <glib-unix.h>
#include <poll.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#define RESTART_S 15 /* RestartSec= of the units is 10 */
/* Where the end of the service cannot be waited for, as in another namespace. */
#define LOOK_AGAIN_S 60

struct follower;

struct watched {
	struct status_view *view;  /* lent */
	struct follower *follower; /* lent */
	pid_t process;             /* whose end is waited for; 0 = none */
	int process_file;
	guint process_source;
	bool is_in_grace; /* it ran, and ended a moment ago */
	guint timer;      /* of the grace, or for the next look */
};

struct follower {
	const struct status_show *show;
	GMainLoop *loop;
	struct watched *watched; /* one per view */
	char **shown; /* what was printed last, of each view or of all in [0], but for the time */
	guint room_source; /* waits until the reader has made room */
	enum exit_status status;
};

/* ---- the end of the service ---- */

static void refresh(struct follower *self);

static void stop_waiting(struct watched *self)
{
	if (self->process != 0) {
		g_clear_handle_id(&self->process_source, g_source_remove);
		close(self->process_file);
		self->process = 0;
	}
}

static gboolean on_timer(gpointer data)
{
	struct watched *self = data;
	self->timer = 0;
	self->is_in_grace = false;
	refresh(self->follower);
	return G_SOURCE_REMOVE;
}

static void look_in(struct watched *self, gint64 seconds)
{
	g_clear_handle_id(&self->timer, g_source_remove);
	self->timer = g_timeout_add_seconds((guint)CLAMP(seconds, 1, G_MAXINT), on_timer, self);
}

static void begin_grace(struct watched *self)
{
	stop_waiting(self);
	self->is_in_grace = true;
	look_in(self, RESTART_S);
}

static gboolean on_process_end(int file, GIOCondition condition, gpointer data)
{
	struct watched *self = data;
	(void)file;
	(void)condition;
	self->process_source = 0;
	begin_grace(self);
	return G_SOURCE_REMOVE;
}

/* False: its end cannot be waited for. The number may have gone to another process before the
 * descriptor was there: the lock is asked again. */
static bool wait_for_end(struct watched *self)
{
	pid_t holder = 0;
	const int file = self->view->holder > 0 ? pidfd_open(self->view->holder, 0) : -1;
	if (file < 0) {
		return false;
	}
	if (presence_look(self->view->path, &holder) != PRESENCE_HELD ||
	    holder != self->view->holder) {
		close(file);
		return false;
	}
	self->process = holder;
	self->process_file = file;
	self->process_source = g_unix_fd_add(file, G_IO_IN, on_process_end, self);
	return true;
}

/* When is there something to see that no event tells of? */
static void plan_next_look(struct watched *self, gint64 now)
{
	const struct status_view *view = self->view;
	if (view->presence == PRESENCE_HELD) {
		self->is_in_grace = false;
		g_clear_handle_id(&self->timer, g_source_remove);
		if (self->process != view->holder) {
			stop_waiting(self);
			if (!wait_for_end(self)) {
				look_in(self, LOOK_AGAIN_S);
			}
		}
	} else if (self->process != 0) {
		begin_grace(self);
	} else if (!self->is_in_grace && view->presence == PRESENCE_UNKNOWN &&
	           view->document->next_sync > 0 &&
	           now <= view->document->next_sync + STATUS_DEAD_AFTER) {
		look_in(self, view->document->next_sync + STATUS_DEAD_AFTER + 1 - now);
	}
}

static enum service_life life_of(const struct watched *self, gint64 now)
{
	return self->is_in_grace ? SERVICE_RUNS : status_view_life(self->view, now);
}

/* ---- showing ---- */

static void quit(struct follower *self, int number)
{
	if (number != EPIPE && number != 0) {
		log_say(LOG_LEVEL_ERROR, NULL, "cannot write: %s", g_strerror(number));
		self->status = EXIT_CANNOT_WRITE;
	}
	g_main_loop_quit(self->loop);
}

static gboolean on_room(int file, GIOCondition condition, gpointer data)
{
	struct follower *self = data;
	(void)file;
	(void)condition;
	self->room_source = 0;
	refresh(self);
	return G_SOURCE_REMOVE;
}

/* A bar that stands still is given what is new when it goes on, and not all there was meanwhile. */
static bool has_room(struct follower *self)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
	if (poll(&out, 1, 0) != 0) {
		return true; /* an error is told by the write */
	}
	if (self->room_source == 0) {
		self->room_source = g_unix_fd_add(STDOUT_FILENO, G_IO_OUT, on_room, self);
	}
	return false;
}

static void print_change(struct follower *self, int one, const enum service_life *lives, gint64 now)
{
	char **shown = &self->shown[MAX(one, 0)];
	/* that something is longer ago than it was is no change */
	g_autofree char *timeless = status_show_render(self->show, one, lives, 0);
	if (g_strcmp0(*shown, timeless) == 0 || !has_room(self)) {
		return;
	}
	g_autofree char *text = status_show_render(self->show, one, lives, now);
	if (!status_show_write(text)) {
		quit(self, errno);
	}
	g_free(*shown);
	*shown = g_steal_pointer(&timeless);
}

static void refresh(struct follower *self)
{
	const GPtrArray *views = self->show->views;
	const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autofree enum service_life *lives = g_new0(enum service_life, views->len);
	for (guint i = 0; i < views->len; i++) {
		struct watched *watched = &self->watched[i];
		status_view_refresh(watched->view);
		plan_next_look(watched, now);
		lives[i] = life_of(watched, now);
	}
	if (self->show->format->kind == RENDER_BAR) {
		print_change(self, -1, lives, now);
		return;
	}
	for (guint i = 0; i < views->len; i++) {
		print_change(self, (int)i, lives, now);
	}
}

/* ---- the loop ---- */

static void on_change(void *data)
{
	refresh(data);
}

static gboolean on_signal(gpointer data)
{
	quit(data, 0);
	return G_SOURCE_CONTINUE;
}

/* Nobody reads any more: without this, a bar that ended would leave us behind until a change. */
static gboolean on_reader_gone(int file, GIOCondition condition, gpointer data)
{
	(void)file;
	(void)condition;
	quit(data, 0);
	return G_SOURCE_REMOVE;
}

static struct path_watch *watch_files(struct follower *self)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new();
	for (guint i = 0; i < self->show->views->len; i++) {
		const struct status_view *view = g_ptr_array_index(self->show->views, i);
		g_ptr_array_add(paths, view->path);
	}
	return path_watch_new(paths, on_change, self);
}

static void run(struct follower *self)
{
	struct path_watch *watch = watch_files(self);
	const guint reader =
		g_unix_fd_add(STDOUT_FILENO, G_IO_ERR | G_IO_HUP | G_IO_NVAL, on_reader_gone, self);
	const guint sources[] = {
		g_unix_signal_add(SIGINT, on_signal, self),
		g_unix_signal_add(SIGTERM, on_signal, self),
	};
	refresh(self);
	g_main_loop_run(self->loop);
	for (guint i = 0; i < G_N_ELEMENTS(sources); i++) {
		g_source_remove(sources[i]);
	}
	if (g_main_context_find_source_by_id(NULL, reader) != NULL) {
		g_source_remove(reader);
	}
	path_watch_free(watch);
}

enum exit_status status_follow(const struct status_show *show)
{
	const guint count = show->views->len;
	struct follower self = {
		.show = show,
		.loop = g_main_loop_new(NULL, FALSE),
		.watched = g_new0(struct watched, count),
		.shown = g_new0(char *, count),
		.status = EXIT_DONE,
	};
	for (guint i = 0; i < count; i++) {
		self.watched[i].view = g_ptr_array_index(show->views, i);
		self.watched[i].follower = &self;
	}
	run(&self);
	g_clear_handle_id(&self.room_source, g_source_remove);
	for (guint i = 0; i < count; i++) {
		stop_waiting(&self.watched[i]);
		g_clear_handle_id(&self.watched[i].timer, g_source_remove);
		g_free(self.shown[i]);
	}
	g_free(self.shown);
	g_free(self.watched);
	g_main_loop_unref(self.loop);
	return self.status;
}
