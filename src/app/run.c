/* SPDX-License-Identifier: MIT */
/* passerelle run: the service, a scheduler of cycles. */
#include "app/clock.h"
#include "app/command.h"
#include "app/confine.h"
#include "app/landlock.h"
#include "app/log.h"
#include "app/network.h"
#include "app/notify.h"
#include "app/paths.h"
#include "app/runner.h"

#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define SPREAD_MS  250  /* between two accounts where all of them are due: no storm */
#define WAKE_UP_MS 2000 /* after a suspend: a network takes its time */
#define SUSPEND_MS 1000 /* less than this is a clock read in two steps */

static const char usage[] = "";
static const char summary[] = "Synchronise all accounts, each in its time, until told to stop.";

struct service {
	struct invocation *invocation; /* lent */
	GMainLoop *loop;
	GPtrArray *runners; /* struct runner, in the order of the configuration */
	GPtrArray *leaving; /* struct runner: no longer configured like that; their cycle ends */
	struct runner_host host;
	struct watcher *watcher;
	struct network *network;
	int timer;   /* one for all deadlines, on a clock that goes on in suspend */
	int signals; /* signalfd(2): nothing happens between two steps */
	gint64 suspended;
	char *confinement; /* see confine.h */
	bool is_stopping;
	bool is_config_wrong; /* the file, as it was last read */
	guint step_source;
};

static bool is_any_busy(GPtrArray *runners)
{
	bool busy = false;
	for (guint i = 0; i < runners->len; i++) {
		busy |= runner_is_busy(g_ptr_array_index(runners, i));
	}
	return busy;
}

static struct runner *find(GPtrArray *runners, const char *account, guint *index)
{
	for (guint i = 0; i < runners->len; i++) {
		struct runner *runner = g_ptr_array_index(runners, i);
		if (strcmp(runner_account(runner), account) == 0) {
			*index = i;
			return runner;
		}
	}
	return NULL;
}

static char *status_line(const struct service *self)
{
	guint waiting = 0;
	for (guint i = 0; i < self->runners->len; i++) {
		waiting += runner_needs_person(g_ptr_array_index(self->runners, i));
	}
	GString *line = g_string_new(NULL);
	g_string_append_printf(line, "%u account%s", self->runners->len,
	                       self->runners->len == 1 ? "" : "s");
	if (waiting > 0) {
		g_string_append_printf(line, ", %u need%s you: see passerelle status", waiting,
		                       waiting == 1 ? "s" : "");
	}
	g_string_append_printf(line, "; %s", self->confinement);
	if (self->is_config_wrong) {
		g_string_append(line, "; the configuration file is wrong by now and was not taken");
	}
	return g_string_free(line, FALSE);
}

static void tell_ready(const struct service *self)
{
	g_autofree char *status = status_line(self);
	notify_ready(status);
}

/* ---- accounts ---- */

/* One that is busy ends what it is at, under the configuration it began with. */
static void let_go(struct service *self, struct runner *runner)
{
	runner_leave(runner);
	if (runner_is_busy(runner)) {
		g_ptr_array_add(self->leaving, runner);
	} else {
		runner_free(runner);
	}
}

/* The runner of an account that stays as it was, with all that it knows; else a new one. */
static struct runner *runner_for(struct service *self, const struct account_config *account,
                                 gint64 first)
{
	guint index = 0;
	struct runner *old = find(self->runners, account->name, &index);
	if (old != NULL) {
		g_ptr_array_steal_index(self->runners, index);
		if (runner_reload(old, account, clock_now())) {
			return old;
		}
		let_go(self, old);
	}
	return runner_new(account, &self->host, first);
}

static void start_runners(struct service *self)
{
	const GPtrArray *accounts = self->invocation->config->accounts;
	const gint64 now = clock_now();
	GPtrArray *runners = g_ptr_array_new_with_free_func((GDestroyNotify)runner_free);
	self->host.config = self->invocation->config;
	for (guint i = 0; i < accounts->len; i++) {
		g_ptr_array_add(runners, runner_for(self, g_ptr_array_index(accounts, i),
		                                    now + (gint64)i * SPREAD_MS));
	}
	while (self->runners->len > 0) {
		let_go(self, g_ptr_array_steal_index(self->runners, 0));
	}
	g_ptr_array_unref(self->runners);
	self->runners = runners;
}

static void forget_gone(struct service *self)
{
	for (guint i = self->leaving->len; i > 0; i--) {
		if (!runner_is_busy(g_ptr_array_index(self->leaving, i - 1))) {
			g_ptr_array_remove_index(self->leaving, i - 1);
		}
	}
}

/* ---- time ---- */

static bool may_start(const struct service *self, const struct runner *runner)
{
	guint index = 0;
	return !self->is_stopping && find(self->leaving, runner_account(runner), &index) == NULL;
}

static gint64 next_deadline(const struct service *self)
{
	gint64 next = SCHEDULE_NEVER;
	for (guint i = 0; i < self->runners->len; i++) {
		const struct runner *runner = g_ptr_array_index(self->runners, i);
		next = MIN(next, runner_deadline(runner, may_start(self, runner)));
	}
	for (guint i = 0; i < self->leaving->len; i++) {
		next = MIN(next, runner_deadline(g_ptr_array_index(self->leaving, i), false));
	}
	return next;
}

static void arm(struct service *self)
{
	const gint64 deadline = next_deadline(self);
	const bool is_never = deadline == SCHEDULE_NEVER;
	const gint64 next = MAX(deadline, 1); /* 0 would disarm */
	const struct itimerspec when = {
		.it_value = {.tv_sec = is_never ? 0 : next / 1000,
	                     .tv_nsec = is_never ? 0 : (next % 1000) * 1000000},
	};
	timerfd_settime(self->timer, TFD_TIMER_ABSTIME, &when, NULL);
}

/* Everything is due after a night: one account after the other, and not before a network may be. */
static void notice_suspend(struct service *self, gint64 now)
{
	const gint64 suspended = clock_suspended();
	if (suspended - self->suspended > SUSPEND_MS) {
		log_say(LOG_LEVEL_DEBUG, NULL, "the computer was asleep");
		for (guint i = 0; i < self->runners->len; i++) {
			runner_hold_until(g_ptr_array_index(self->runners, i),
			                  now + WAKE_UP_MS + (gint64)i * SPREAD_MS);
		}
	}
	self->suspended = suspended;
}

static void step_all(struct service *self, gint64 now)
{
	struct runner_limits limits = {.may_start = false, .has_network = true};
	for (guint i = 0; i < self->leaving->len; i++) {
		runner_step(g_ptr_array_index(self->leaving, i), now, &limits);
	}
	forget_gone(self);
	if (next_deadline(self) <= now) {
		limits.has_network = network_has_route(self->network);
	}
	for (guint i = 0; i < self->runners->len; i++) {
		struct runner *runner = g_ptr_array_index(self->runners, i);
		limits.may_start = may_start(self, runner);
		runner_step(runner, now, &limits);
	}
}

static gboolean step(gpointer data)
{
	struct service *self = data;
	const gint64 now = clock_now();
	self->step_source = 0;
	notice_suspend(self, now);
	step_all(self, now);
	if (self->is_stopping && !is_any_busy(self->runners) && !is_any_busy(self->leaving)) {
		g_main_loop_quit(self->loop);
	} else {
		arm(self);
	}
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

static gboolean on_watch(int file, GIOCondition condition, gpointer data)
{
	struct service *self = data;
	(void)file;
	(void)condition;
	watcher_read(self->watcher);
	return G_SOURCE_CONTINUE;
}

static gboolean on_network(int file, GIOCondition condition, gpointer data)
{
	struct service *self = data;
	(void)file;
	(void)condition;
	if (network_read(self->network)) {
		for (guint i = 0; i < self->runners->len; i++) {
			runner_network(g_ptr_array_index(self->runners, i), clock_now());
		}
		on_changed(self);
	}
	return G_SOURCE_CONTINUE;
}

/* ---- signals ---- */

static void stop_all(GPtrArray *runners)
{
	for (guint i = 0; i < runners->len; i++) {
		runner_stop(g_ptr_array_index(runners, i), clock_now());
	}
}

static void stop(struct service *self)
{
	self->is_stopping = true;
	notify_stopping();
	stop_all(self->runners);
	stop_all(self->leaving);
}

static void reload(struct service *self)
{
	g_autoptr(GError) error = NULL;
	notify_reloading();
	struct config *config = config_load(self->invocation->config_path, &error);
	self->is_config_wrong = config == NULL;
	if (config == NULL) {
		log_say(LOG_LEVEL_ERROR, NULL, "%s", error->message);
		log_say(LOG_LEVEL_ERROR, NULL, "the configuration stays as it was");
	} else {
		config_free(self->invocation->config);
		self->invocation->config = config;
		log_set_level(command_log_level(self->invocation));
		start_runners(self);
		log_say(LOG_LEVEL_INFO, NULL, "the configuration is read again");
	}
	tell_ready(self);
}

static gboolean on_signal(int file, GIOCondition condition, gpointer data)
{
	struct service *self = data;
	struct signalfd_siginfo signal;
	(void)condition;
	while (read(file, &signal, sizeof signal) == sizeof signal) {
		if (signal.ssi_signo == SIGHUP && !self->is_stopping) {
			reload(self);
		} else if (signal.ssi_signo == SIGTERM || signal.ssi_signo == SIGINT) {
			stop(self);
		}
	}
	on_changed(self); /* after SIGCHLD the runners look for the end of their children */
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

/* Before anything is started: a signal that comes early is not lost, and does no harm. */
static int take_signals(void)
{
	sigset_t set;
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* ---- the loop ---- */

static void loop(struct service *self)
{
	guint alive = notify_alive_interval();
	guint sources[] = {
		g_unix_fd_add(self->signals, G_IO_IN, on_signal, self),
		g_unix_fd_add(self->timer, G_IO_IN, on_timer, self),
		self->watcher != NULL
			? g_unix_fd_add(watcher_descriptor(self->watcher), G_IO_IN, on_watch, self)
			: 0,
		self->network != NULL ? g_unix_fd_add(network_descriptor(self->network), G_IO_IN,
	                                              on_network, self)
				      : 0,
		alive > 0 ? g_timeout_add(alive, on_alive, self) : 0,
	};
	start_runners(self);
	tell_ready(self);
	on_changed(self);
	g_main_loop_run(self->loop);
	for (guint i = 0; i < G_N_ELEMENTS(sources); i++) {
		if (sources[i] != 0) {
			g_source_remove(sources[i]);
		}
	}
}

static struct watcher *open_watcher(void)
{
	g_autoptr(GError) error = NULL;
	struct watcher *watcher = watcher_new(&error);
	if (watcher == NULL) {
		log_say(LOG_LEVEL_WARNING, NULL, "%s", error->message);
	}
	return watcher;
}

static void close_service(struct service *self)
{
	if (self->step_source != 0) {
		g_source_remove(self->step_source);
	}
	g_ptr_array_unref(self->runners);
	g_ptr_array_unref(self->leaving);
	watcher_free(self->watcher);
	network_free(self->network);
	g_main_loop_unref(self->loop);
	close(self->timer);
	close(self->signals);
	g_free(self->confinement);
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
		.leaving = g_ptr_array_new_with_free_func((GDestroyNotify)runner_free),
		.watcher = open_watcher(),
		.network = network_new(),
		.timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK),
		.signals = take_signals(),
		.suspended = clock_suspended(),
	};
	service.host = (struct runner_host){invocation->config, invocation->verbosity,
	                                    service.watcher, on_changed, &service};
	loop(&service);
	close_service(&service);
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
