/* SPDX-License-Identifier: MIT */
/* passerelle status: how the accounts are, once or as it changes. */
#include "app/command.h"
#include "app/config_options.h"
#include "app/status_follow.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static const char usage[] = "[ACCOUNT…]";
static const char summary[] = "Show how these accounts are, or all.";

/* What was said on the command line. */
struct wish {
	char *format;
	gboolean follows, shows_zero, shows_latest;
	int warning, critical; /* -1 = not said */
};

/* ---- for status_follow.h ---- */

char *status_show_render(const struct status_show *self, int one, const enum service_life *lives,
                         gint64 now)
{
	const guint first = one >= 0 ? (guint)one : 0;
	const guint count = one >= 0 ? 1 : self->views->len;
	g_autofree struct render_view *views = g_new0(struct render_view, count);
	for (guint i = 0; i < count; i++) {
		const struct status_view *view = g_ptr_array_index(self->views, first + i);
		views[i] = (struct render_view){
			.document = view->document,
			.is_missing = view->is_missing,
			.service = lives[first + i],
			.stuck = view->stuck,
			.instance = view->instance,
		};
	}
	struct render_context context = self->context;
	context.now = now;
	return self->format->function(views, count, &context);
}

bool status_show_write(const char *text)
{
	g_autofree char *line = g_strconcat(text, "\n", NULL);
	const char *at = line;
	for (gsize left = strlen(line); left > 0;) {
		const ssize_t written = write(STDOUT_FILENO, at, left);
		struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
		if (written < 0 && errno == EAGAIN) {
			poll(&out, 1, -1); /* a pipe that somebody made so */
		} else if (written < 0 && errno != EINTR) {
			return false;
		}
		at += MAX(written, 0);
		left -= (gsize)MAX(written, 0);
	}
	return true;
}

/* ---- once ---- */

/* A bar takes an exit status for a failure of the module: to it, no status is a state. */
static enum exit_status show_once(const struct status_show *show)
{
	const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autofree enum service_life *lives = g_new0(enum service_life, show->views->len);
	bool are_all_there = true;
	for (guint i = 0; i < show->views->len; i++) {
		const struct status_view *view = g_ptr_array_index(show->views, i);
		lives[i] = status_view_life(view, now);
		are_all_there &= !view->is_missing;
	}
	g_autofree char *text = status_show_render(show, -1, lives, now);
	if (!status_show_write(text)) {
		return EXIT_CANNOT_WRITE;
	}
	return are_all_there || show->format->kind != RENDER_EACH ? EXIT_DONE : EXIT_HELD;
}

/* ---- the command ---- */

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

/* EXIT_DONE: the options can be had together. */
static enum exit_status check_wish(const struct wish *wish, const struct render_format *format)
{
	const bool is_for_bars = wish->shows_zero || wish->shows_latest || wish->warning != -1 ||
	                         wish->critical != -1;
	if (is_for_bars && format->kind != RENDER_BAR) {
		return command_misused("--show-zero, --latest, --warning and --critical are for "
		                       "bars: \"%s\" is none",
		                       format->name);
	}
	if (wish->follows && format->kind == RENDER_EXPOSITION) {
		return command_misused("\"%s\" cannot be followed: write it anew from a timer",
		                       format->name);
	}
	if ((wish->warning != -1 && wish->warning < 1) ||
	    (wish->critical != -1 && wish->critical < 1)) {
		return command_misused("--warning and --critical take a number from 1");
	}
	if (wish->warning != -1 && wish->critical != -1 && wish->warning > wish->critical) {
		return command_misused("--warning must not be more than --critical");
	}
	return EXIT_DONE;
}

static bool wants_colour(const struct render_format *format)
{
	return g_getenv("NO_COLOR") == NULL &&
	       (format->kind == RENDER_BAR || isatty(STDOUT_FILENO) != 0);
}

static enum exit_status show_accounts(const GPtrArray *accounts, const struct wish *wish)
{
	const struct render_format *format =
		render_find(wish->format != NULL ? wish->format : "human");
	if (format == NULL) {
		return tell_unknown_format(wish->format);
	}
	const enum exit_status checked = check_wish(wish, format);
	if (checked != EXIT_DONE) {
		return checked;
	}
	const bool wants_stuck = strcmp(format->name, "human") == 0;
	g_autoptr(GPtrArray) views =
		g_ptr_array_new_with_free_func((GDestroyNotify)status_view_free);
	for (guint i = 0; i < accounts->len; i++) {
		g_ptr_array_add(views,
		                status_view_new(g_ptr_array_index(accounts, i), wants_stuck));
	}
	const struct status_show show = {
		.views = views,
		.format = format,
		.context = {.use_colour = wants_colour(format),
	                    .shows_zero = wish->shows_zero,
	                    .shows_latest = wish->shows_latest,
	                    .is_followed = wish->follows,
	                    .warning = MAX(wish->warning, 0),
	                    .critical = MAX(wish->critical, 0)},
	};
	return wish->follows ? status_follow(&show) : show_once(&show);
}

static bool read_wish(struct wish *wish, int argc, char **argv, char ***names,
                      enum exit_status *status)
{
	g_autofree char *list = g_strjoinv(" ", (char **)(gpointer)render_formats());
	g_autofree char *format_help = g_strdup_printf("One of: %s", list);
	const GOptionEntry entries[] = {
		{"format", 'f', 0, G_OPTION_ARG_STRING, &wish->format, format_help, "FORMAT"},
		{"follow", 0, 0, G_OPTION_ARG_NONE, &wish->follows, "Go on, with a line per change",
	         NULL},
		{"show-zero", 0, 0, G_OPTION_ARG_NONE, &wish->shows_zero,
	         "Bars: show 0 instead of hiding it", NULL},
		{"latest", 0, 0, G_OPTION_ARG_NONE, &wish->shows_latest,
	         "Bars: show sender and subject of the newest unread mail, too", NULL},
		{"warning", 0, 0, G_OPTION_ARG_INT, &wish->warning,
	         "Bars: so many unread mails are a warning", "N"},
		{"critical", 0, 0, G_OPTION_ARG_INT, &wish->critical,
	         "Bars: so many unread mails are critical", "N"},
		G_OPTION_ENTRY_NULL,
	};
	return command_options(entries, usage, summary, argc, argv, names, status);
}

enum exit_status command_status(struct invocation *invocation, int argc, char **argv)
{
	struct wish wish = {.warning = -1, .critical = -1};
	g_auto(GStrv) names = NULL;
	enum exit_status status = EXIT_DONE;
	if (!read_wish(&wish, argc, argv, &names, &status)) {
		g_free(wish.format);
		return status;
	}
	g_autoptr(GPtrArray) accounts = command_accounts(invocation, names);
	status = accounts != NULL ? show_accounts(accounts, &wish) : EXIT_BAD_USAGE;
	g_free(wish.format);
	return status;
}
