/* SPDX-License-Identifier: MIT */
/* passerelle status: how the accounts are, once or as it changes. */
#include "app/command.h"
#include "app/config_options.h"
#include "app/paths.h"
#include "status/render.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define DOCUMENT_BYTES (4 * 1024 * 1024)
/* A service that waits 15 minutes after a failure is not dead yet. */
#define DEAD_AFTER (20 * 60)
/* How often --follow looks whether the service has died: nothing tells of that. */
#define LOOK_AGAIN_S 60

static const char usage[] = "[ACCOUNT…]";
static const char summary[] = "Show how these accounts are, or all.";

struct view {
	const struct account_config *config;
	char *path;
	char *shown; /* what the last line was made of */
	GFileMonitor *monitor;
	struct follower *follower; /* lent */
};

struct follower {
	GMainLoop *loop;
	GPtrArray *views; /* struct view */
	const char *format;
	render_function render;
	bool use_colour;
};

static void view_free(struct view *self)
{
	g_clear_object(&self->monitor);
	g_free(self->path);
	g_free(self->shown);
	g_free(self);
}

/* The text of the document; NULL where there is none that can be read. */
static char *read_text(const char *path)
{
	g_autofree char *text = NULL;
	gsize size = 0;
	if (!g_file_get_contents(path, &text, &size, NULL) || size > DOCUMENT_BYTES) {
		return NULL;
	}
	return g_steal_pointer(&text);
}

static struct status_document *document_of(const struct view *view, const char *text, bool *is_read)
{
	struct status_document *document =
		text != NULL ? status_document_from_json(text, strlen(text), NULL) : NULL;
	*is_read = document != NULL;
	if (document == NULL) {
		document = status_document_new(view->config->name);
		document->state = STATUS_OFFLINE;
		document->message = g_strdup(text == NULL ? "never synchronised"
		                                          : "the status file is not readable");
	}
	return document;
}

/* Prints a line unless it tells the same as the one before. False: there is no status to read. */
static bool show(const struct follower *self, struct view *view)
{
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autofree char *text = read_text(view->path);
	bool is_read = false;
	OWNED(status_document) document = document_of(view, text, &is_read);
	const struct render_context context = {
		.now = now,
		.is_service_dead =
			document->next_sync > 0 && now > document->next_sync + DEAD_AFTER,
		.use_colour = self->use_colour,
	};
	bool is_human = strcmp(self->format, "human") == 0;
	g_autofree char *line = text == NULL && is_human ? g_strdup_printf("%s: never synchronised",
	                                                                   view->config->name)
	                                                 : self->render(document, &context);
	/* For people a line tells how long ago something was: that alone is no change. */
	g_autofree char *key = is_human ? g_strdup_printf("%d %s", context.is_service_dead,
	                                                  text != NULL ? text : "")
	                                : g_strdup(line);
	if (g_strcmp0(view->shown, key) != 0) {
		g_free(view->shown);
		view->shown = g_steal_pointer(&key);
		printf("%s\n", line);
	}
	return is_read;
}

/* A bar that has gone away closed the pipe. */
static void flush(const struct follower *self)
{
	if (fflush(stdout) != 0 && self->loop != NULL) {
		g_main_loop_quit(self->loop);
	}
}

static bool show_all(const struct follower *self)
{
	bool are_all_there = true;
	for (guint i = 0; i < self->views->len; i++) {
		are_all_there &= show(self, g_ptr_array_index(self->views, i));
	}
	flush(self);
	return are_all_there;
}

/* ---- --follow ---- */

static void on_change(GFileMonitor *monitor, GFile *file, GFile *other, GFileMonitorEvent event,
                      gpointer data)
{
	struct view *view = data;
	(void)monitor;
	(void)file;
	(void)other;
	(void)event;
	show(view->follower, view);
	flush(view->follower);
}

static gboolean on_look_again(gpointer data)
{
	show_all(data);
	return G_SOURCE_CONTINUE;
}

static gboolean on_signal(gpointer data)
{
	g_main_loop_quit(data);
	return G_SOURCE_CONTINUE;
}

/* Of the path, not of the file behind it: the document is replaced as a whole. */
static bool watch(struct view *view)
{
	g_autoptr(GFile) file = g_file_new_for_path(view->path);
	g_autoptr(GError) error = NULL;
	view->monitor = g_file_monitor_file(file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);
	if (view->monitor == NULL) {
		command_failed(view->config->name, error);
		return false;
	}
	g_file_monitor_set_rate_limit(view->monitor, 100);
	g_signal_connect(view->monitor, "changed", G_CALLBACK(on_change), view);
	return true;
}

static enum exit_status follow(struct follower *self)
{
	for (guint i = 0; i < self->views->len; i++) {
		if (!watch(g_ptr_array_index(self->views, i))) {
			return EXIT_CANNOT_WRITE;
		}
	}
	self->loop = g_main_loop_new(NULL, FALSE);
	guint sources[] = {
		g_unix_signal_add(SIGINT, on_signal, self->loop),
		g_unix_signal_add(SIGTERM, on_signal, self->loop),
		g_timeout_add_seconds(LOOK_AGAIN_S, on_look_again, self),
	};
	show_all(self);
	g_main_loop_run(self->loop);
	for (guint i = 0; i < G_N_ELEMENTS(sources); i++) {
		g_source_remove(sources[i]);
	}
	g_clear_pointer(&self->loop, g_main_loop_unref);
	return EXIT_DONE;
}

/* ---- the command ---- */

static void add_views(struct follower *self, const GPtrArray *accounts)
{
	for (guint i = 0; i < accounts->len; i++) {
		struct view *view = g_new0(struct view, 1);
		view->config = g_ptr_array_index(accounts, i);
		view->path = paths_status(view->config);
		view->follower = self;
		g_ptr_array_add(self->views, view);
	}
}

static enum exit_status tell_unknown_format(const char *format)
{
	g_autofree char *list = g_strjoinv(", ", (char **)(gpointer)render_formats());
	const char *nearest = word_nearest(render_formats(), format);
	if (nearest != NULL) {
		return command_misused("unknown format \"%s\": did you mean \"%s\"?", format,
		                       nearest);
	}
	return command_misused("unknown format \"%s\": there are %s", format, list);
}

static enum exit_status show_accounts(const GPtrArray *accounts, const char *format, bool follows)
{
	g_autoptr(GPtrArray) views = g_ptr_array_new_with_free_func((GDestroyNotify)view_free);
	struct follower follower = {
		.views = views,
		.format = format,
		.render = render_find(format),
		.use_colour = isatty(STDOUT_FILENO) != 0 && g_getenv("NO_COLOR") == NULL,
	};
	if (follower.render == NULL) {
		return tell_unknown_format(format);
	}
	add_views(&follower, accounts);
	if (follows) {
		return follow(&follower);
	}
	return show_all(&follower) ? EXIT_DONE : EXIT_HELD;
}

enum exit_status command_status(struct invocation *invocation, int argc, char **argv)
{
	g_autofree char *format = NULL;
	gboolean follows = FALSE;
	g_autofree char *list = g_strjoinv(" ", (char **)(gpointer)render_formats());
	g_autofree char *format_help = g_strdup_printf("One of: %s", list);
	const GOptionEntry entries[] = {
		{"format", 'f', 0, G_OPTION_ARG_STRING, &format, format_help, "FORMAT"},
		{"follow", 0, 0, G_OPTION_ARG_NONE, &follows, "Go on, with a line per change",
	         NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(GStrv) names = NULL;
	enum exit_status status = EXIT_DONE;
	if (!command_options(entries, usage, summary, argc, argv, &names, &status)) {
		return status;
	}
	g_autoptr(GPtrArray) accounts = command_accounts(invocation, names);
	if (accounts == NULL) {
		return EXIT_BAD_USAGE;
	}
	return show_accounts(accounts, format != NULL ? format : "human", follows);
}
