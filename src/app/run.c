/* SPDX-License-Identifier: MIT */
/* passerelle run: the service, a scheduler of cycles. */
#include "app/command.h"
#include "app/confine.h"
#include "app/landlock.h"
#include "app/log.h"
#include "app/notify.h"
#include "app/paths.h"
#include "app/runner.h"

#include <errno.h>
#include <glib-unix.h>
#include <sys/timerfd.h>
#include <unistd.h>

static const char usage[] = "";
static const char summary[] = "Synchronise all accounts, each in its time, until told to stop.";

struct service {
	struct invocation *invocation; /* lent */
	GMainLoop *loop;
	GPtrArray *runners; /* struct runner */
	struct runner_host host;
	struct config *next_config; /* read again; taken over when no cycle runs */
	int timer;                  /* one for all deadlines, on a clock that goes on in suspend */
	char *confinement;          /* see confine.h */
	bool is_stopping;
	guint step_source;
};

static bool is_busy(const struct service *self)
{
	bool busy = false;
	for (guint i = 0; i < self->runners->len; i++) {
		busy |= runner_is_busy(g_ptr_array_index(self->runners, i));
	}
	return busy;
}

static char *status_line(const struct service *self)
{
	guint waiting = 0;
	for (guint i = 0; i < self->runners->len; i++) {
		waiting += runner_needs_person(g_ptr_array_index(self->runners, i));
	}
	const char *plural = self->runners->len == 1 ? "" : "s";
	if (waiting == 0) {
		return g_strdup_printf("%u account%s; %s", self->runners->len, plural,
		                       self->confinement);
	}
	return g_strdup_printf("%u account%s, %u need%s you: see passerelle status; %s",
	                       self->runners->len, plural, waiting, waiting == 1 ? "s" : "",
	                       self->confinement);
}

static void start_runners(struct service *self)
{
	const GPtrArray *accounts = self->invocation->config->accounts;
	g_ptr_array_set_size(self->runners, 0);
	for (guint i = 0; i < accounts->len; i++) {
		g_ptr_array_add(self->runners,
		                runner_new(g_ptr_array_index(accounts, i), &self->host));
	}
}

/* ---- time ---- */

static void arm(struct service *self, bool may_start)
{
	gint64 next = SCHEDULE_NEVER;
	for (guint i = 0; i < self->runners->len; i++) {
		next = MIN(next, runner_deadline(g_ptr_array_index(self->runners, i), may_start));
	}
	bool is_never = next == SCHEDULE_NEVER;
	next = MAX(next, 1); /* 0 would disarm */
	const struct itimerspec when = {
		.it_value = {.tv_sec = is_never ? 0 : next / 1000,
	                     .tv_nsec = is_never ? 0 : (next % 1000) * 1000000},
	};
	timerfd_settime(self->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

static void take_next_config(struct service *self)
{
	g_ptr_array_set_size(self->runners, 0);
	config_free(self->invocation->config);
	self->invocation->config = g_steal_pointer(&self->next_config);
	self->host.config = self->invocation->config;
	log_set_level(command_log_level(self->invocation));
	start_runners(self);
	log_say(LOG_LEVEL_INFO, NULL, "the configuration is read again");
	g_autofree char *status = status_line(self);
	notify_ready(status);
}

static gboolean step(gpointer data)
{
	struct service *self = data;
	self->step_source = 0;
	if (self->is_stopping && !is_busy(self)) {
		g_main_loop_quit(self->loop);
		return G_SOURCE_REMOVE;
	}
	if (self->next_config != NULL && !is_busy(self)) {
		take_next_config(self);
	}
	bool may_start = !self->is_stopping && self->next_config == NULL;
	for (guint i = 0; i < self->runners->len; i++) {
		runner_step(g_ptr_array_index(self->runners, i), runner_clock(), may_start);
	}
	if (!may_start && !is_busy(self)) {
		self->step_source = g_idle_add(step, self);
		return G_SOURCE_REMOVE;
	}
	arm(self, may_start);
	return G_SOURCE_REMOVE;
}

/* Runners call from inside their own functions: the step comes afterwards, once for all. */
static void on_changed(void *data)
{
	struct service *self = data;
	if (self->step_source == 0) {
		self->step_source = g_idle_add(step, self);
	}
}

static gboolean on_timer(int file, GIOCondition condition, gpointer data)
{
	guint64 count = 0;
	(void)condition;
	if (read(file, &count, sizeof count) < 0 && errno != EAGAIN) {
		return G_SOURCE_REMOVE;
	}
	on_changed(data);
	return G_SOURCE_CONTINUE;
}

/* ---- signals ---- */

static gboolean on_stop(gpointer data)
{
	struct service *self = data;
	self->is_stopping = true;
	notify_stopping();
	for (guint i = 0; i < self->runners->len; i++) {
		runner_stop(g_ptr_array_index(self->runners, i), runner_clock());
	}
	on_changed(self);
	return G_SOURCE_CONTINUE;
}

static gboolean on_reload(gpointer data)
{
	struct service *self = data;
	g_autoptr(GError) error = NULL;
	notify_reloading();
	struct config *config = config_load(self->invocation->config_path, &error);
	if (config == NULL) {
		log_say(LOG_LEVEL_ERROR, NULL, "%s", error->message);
		log_say(LOG_LEVEL_ERROR, NULL, "the configuration stays as it was");
		notify_ready("the configuration is wrong: it stays as it was");
		return G_SOURCE_CONTINUE;
	}
	config_free(self->next_config);
	self->next_config = config;
	on_changed(self);
	return G_SOURCE_CONTINUE;
}

static gboolean on_alive(gpointer data)
{
	struct service *self = data;
	g_autofree char *status = status_line(self);
	notify_status(status);
	notify_alive();
	return G_SOURCE_CONTINUE;
}

/* ---- the loop ---- */

static void loop(struct service *self)
{
	guint alive = notify_alive_interval();
	guint sources[] = {
		g_unix_signal_add(SIGTERM, on_stop, self),
		g_unix_signal_add(SIGINT, on_stop, self),
		g_unix_signal_add(SIGHUP, on_reload, self),
		g_unix_fd_add(self->timer, G_IO_IN, on_timer, self),
		alive > 0 ? g_timeout_add(alive, on_alive, self) : 0,
	};
	start_runners(self);
	g_autofree char *status = status_line(self);
	notify_ready(status);
	on_changed(self);
	g_main_loop_run(self->loop);
	for (guint i = 0; i < G_N_ELEMENTS(sources); i++) {
		if (sources[i] != 0) {
			g_source_remove(sources[i]);
		}
	}
}

/* Before GLib starts a thread: it forks. */
static char *test_confinement(void)
{
	char *words = confine_in_force(landlock_version());
	log_say(LOG_LEVEL_DEBUG, NULL, "cycles and service: %s", words);
	return words;
}

static enum exit_status serve(struct invocation *invocation)
{
	struct service service = {
		.invocation = invocation,
		.confinement = test_confinement(),
		.loop = g_main_loop_new(NULL, FALSE),
		.runners = g_ptr_array_new_with_free_func((GDestroyNotify)runner_free),
		.timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK),
	};
	service.host = (struct runner_host){invocation->config, invocation->verbosity, on_changed,
	                                    &service};
	loop(&service);
	if (service.step_source != 0) {
		g_source_remove(service.step_source);
	}
	g_ptr_array_unref(service.runners);
	config_free(service.next_config);
	g_main_loop_unref(service.loop);
	close(service.timer);
	g_free(service.confinement);
	return EXIT_DONE;
}

/* A relative path would name another file after a change of folder, for the children too. */
static void make_path_absolute(struct invocation *invocation)
{
	char *path = g_canonicalize_filename(invocation->config_path, NULL);
	g_free(invocation->config_path);
	invocation->config_path = path;
}

enum exit_status command_run(struct invocation *invocation, int argc, char **argv)
{
	g_auto(GStrv) words = NULL;
	g_autoptr(GError) error = NULL;
	enum exit_status status = EXIT_DONE;
	if (!command_options(NULL, usage, summary, argc, argv, &words, &status)) {
		return status;
	}
	if (words[0] != NULL) {
		return command_misused("run takes no arguments");
	}
	if (!paths_make_state(&error)) {
		return command_failed(NULL, error);
	}
	make_path_absolute(invocation);
	return serve(invocation);
}
