/* SPDX-License-Identifier: MIT */
/* The service's side of the waiting for mail. */
#include "app/mail_watch.h"

#include "app/log.h"
#include "app/mail_wait.h"
#include "app/schedule.h"
#include "app/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECOND          1000
#define MINUTE          (60 * SECOND)
#define HOUR            (60 * MINUTE)
#define LIVED_WELL      (10 * MINUTE)            /* what ends later did not fail at once */
#define RENEW_PAUSE     (3 * SECOND)             /* from a network to name servers that answer */
#define LEAST_LIFE      (30 * SECOND)            /* what comes and goes is no reason to hammer */
#define LONGEST_SILENCE (2 * HOUR + 10 * MINUTE) /* of a child that tells every hour */

struct mail_watch {
	char *account;
	char **arguments;
	GBytes *config;
	void (*wake)(void *data);
	void *data;    /* lent */
	GPid pid;      /* 0 = there is no child */
	int lifeline;  /* its input: nothing is ever written, and it ends when this does */
	int output;    /* what it tells */
	guint reading; /* source; 0 = none */
	bool has_news, is_alive, has_ended; /* what was read, for the next step */
	gint64 started_at, start_at;
	gint64 silent_at;          /* a child that has told nothing by then hangs */
	enum exit_status last_end; /* of the child before */
	unsigned repeats;
};

/* ---- pauses ---- */

static const struct {
	enum exit_status end;
	gint64 first, longest; /* 0 = never again */
} PAUSES[] = {
	{EXIT_HELD, 24 * HOUR, 24 * HOUR},
	{EXIT_NEEDS_LOGIN, 15 * MINUTE, HOUR},
	{EXIT_BAD_INPUT, 15 * MINUTE, HOUR},
	{EXIT_BUSY, 2 * MINUTE, HOUR}, /* a key store that is locked */
	{EXIT_BAD_CONFIG, 0, 0},
	{EXIT_BAD_USAGE, 0, 0},
};

/* Between a half and the whole of it: those that failed together do not come back together. */
gint64 mail_watch_pause(enum exit_status end, unsigned repeats, double chance)
{
	gint64 pause = 10 * SECOND, longest = 15 * MINUTE;
	for (gsize i = 0; i < G_N_ELEMENTS(PAUSES); i++) {
		if (PAUSES[i].end == end) {
			pause = PAUSES[i].first;
			longest = PAUSES[i].longest;
		}
	}
	if (pause == 0) {
		return SCHEDULE_NEVER;
	}
	for (unsigned i = 1; i < repeats && pause < longest; i++) {
		pause *= 2;
	}
	pause = MIN(pause, longest);
	return pause / 2 + (gint64)(chance * (double)(pause / 2));
}

/* ---- the child's end ---- */

static void close_file(int *file)
{
	if (*file >= 0) {
		close(*file);
		*file = -1;
	}
}

/* It has closed its output, or must go: killed, it is gone in a moment; one that was about to end
 * has its status already. */
static enum exit_status bury(struct mail_watch *self)
{
	int status = 0;
	if (self->reading != 0) {
		g_source_remove(self->reading);
		self->reading = 0;
	}
	if (self->pid > 0) {
		kill(self->pid, SIGKILL);
		while (waitpid(self->pid, &status, 0) < 0 && errno == EINTR) {
		}
		self->pid = 0;
	}
	close_file(&self->lifeline);
	close_file(&self->output);
	self->has_news = self->is_alive = self->has_ended = false;
	self->silent_at = SCHEDULE_NEVER;
	return WIFEXITED(status) ? (enum exit_status)WEXITSTATUS(status) : EXIT_OFFLINE;
}

static void end(struct mail_watch *self, gint64 now)
{
	const bool lived_well = now - self->started_at >= LIVED_WELL;
	self->last_end = bury(self);
	self->repeats = lived_well ? 1 : self->repeats + 1;
	const gint64 pause = mail_watch_pause(self->last_end, self->repeats, g_random_double());
	self->start_at = pause == SCHEDULE_NEVER ? SCHEDULE_NEVER : now + pause;
	log_say(LOG_LEVEL_DEBUG, self->account, "the waiting for mail has ended (%d)",
	        (int)self->last_end);
}

/* ---- what it tells ---- */

static gboolean on_output(int file, GIOCondition condition, gpointer data)
{
	struct mail_watch *self = data;
	char told[64];
	(void)condition;
	const gssize count = read(file, told, sizeof told);
	if (count < 0 && (errno == EAGAIN || errno == EINTR)) {
		return G_SOURCE_CONTINUE;
	}
	self->is_alive = true;
	for (gssize i = 0; i < count; i++) {
		self->has_news |= told[i] == MAIL_WAIT_NEWS;
	}
	self->has_ended = count <= 0;
	self->reading = self->has_ended ? 0 : self->reading;
	self->wake(self->data);
	return self->has_ended ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

/* ---- the child's start ---- */

static bool spawn(struct mail_watch *self, int config, int input, int output, GError **error)
{
	g_auto(GStrv) variables = spawn_environment();
	const pid_t service = getpid();
	const int source[] = {config}, target[] = {3};
	return g_spawn_async_with_pipes_and_fds(
		NULL, (const char *const *)self->arguments, (const char *const *)variables,
		G_SPAWN_DO_NOT_REAP_CHILD, spawn_set_up, (gpointer)&service, input, output, -1,
		source, target, 1, &self->pid, NULL, NULL, NULL, error);
}

static bool open_files(struct mail_watch *self, int *config, int input[2], int output[2],
                       GError **error)
{
	gsize size = 0;
	const void *text = g_bytes_get_data(self->config, &size);
	*config = spawn_memory_file(text, size);
	if (*config < 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE, "%s",
		            g_strerror(errno));
		return false;
	}
	return g_unix_open_pipe(input, FD_CLOEXEC, error) &&
	       g_unix_open_pipe(output, FD_CLOEXEC, error);
}

static bool start_child(struct mail_watch *self, GError **error)
{
	int config = -1, input[2] = {-1, -1}, output[2] = {-1, -1};
	const bool is_started = open_files(self, &config, input, output, error) &&
	                        spawn(self, config, input[0], output[1], error);
	close_file(&config);
	close_file(&input[0]);
	close_file(&output[1]);
	self->lifeline = input[1];
	self->output = output[0];
	self->pid = is_started ? self->pid : 0;
	return is_started;
}

static void start(struct mail_watch *self, gint64 now)
{
	g_autoptr(GError) error = NULL;
	self->started_at = now;
	self->start_at = SCHEDULE_NEVER;
	if (!start_child(self, &error)) {
		log_say(LOG_LEVEL_WARNING, self->account, "cannot wait for mail: %s",
		        error->message);
		end(self, now);
		return;
	}
	g_unix_set_fd_nonblocking(self->output, TRUE, NULL);
	self->reading = g_unix_fd_add(self->output, G_IO_IN | G_IO_HUP, on_output, self);
	self->silent_at = now + LONGEST_SILENCE;
}

/* ---- steps ---- */

struct mail_watch *mail_watch_new(const struct mail_watch_how *how, gint64 now)
{
	struct mail_watch *self = g_new0(struct mail_watch, 1);
	self->account = g_strdup(how->account);
	self->arguments = g_strdupv((char **)how->arguments);
	self->config = g_bytes_ref(how->config);
	self->wake = how->wake;
	self->data = how->data;
	self->lifeline = self->output = -1;
	self->start_at = now;
	self->silent_at = SCHEDULE_NEVER;
	self->last_end = EXIT_OFFLINE;
	return self;
}

void mail_watch_free(struct mail_watch *self)
{
	if (self == NULL) {
		return;
	}
	bury(self);
	g_strfreev(self->arguments);
	g_bytes_unref(self->config);
	g_free(self->account);
	g_free(self);
}

bool mail_watch_step(struct mail_watch *self, gint64 now, bool may_start)
{
	const bool has_news = self->has_news;
	self->has_news = false;
	if (self->is_alive) {
		self->is_alive = false;
		self->silent_at = now + LONGEST_SILENCE;
	}
	if (self->pid > 0 && now >= self->silent_at) {
		log_say(LOG_LEVEL_WARNING, self->account,
		        "the waiting for mail hangs: it is ended");
		end(self, now);
	} else if (self->has_ended) {
		end(self, now);
	}
	if (may_start && self->pid == 0 && now >= self->start_at) {
		start(self, now);
	}
	return has_news;
}

gint64 mail_watch_deadline(const struct mail_watch *self, bool may_start)
{
	return MIN(self->silent_at, may_start ? self->start_at : SCHEDULE_NEVER);
}

void mail_watch_renew(struct mail_watch *self, gint64 now)
{
	if (self->pid == 0 && self->last_end != EXIT_OFFLINE) {
		return; /* no network changes that */
	}
	const gint64 before = self->start_at;
	const gint64 soon = MAX(now + RENEW_PAUSE, self->started_at + LEAST_LIFE);
	const bool was_running = self->pid > 0;
	bury(self);
	self->last_end = EXIT_OFFLINE;
	self->repeats = 0;
	self->start_at = was_running ? soon : MIN(before, soon);
}

static void start_anew(struct mail_watch *self, gint64 now)
{
	self->repeats = 0;
	self->start_at = MIN(self->start_at, MAX(now, self->started_at + LEAST_LIFE));
}

/* A refreshed token looks like a new one: what runs has what it needs. */
void mail_watch_wake(struct mail_watch *self, gint64 now)
{
	if (self->pid == 0 && self->last_end == EXIT_NEEDS_LOGIN) {
		start_anew(self, now);
	}
}

void mail_watch_reload(struct mail_watch *self, gint64 now)
{
	if (self->pid == 0) {
		start_anew(self, now);
	}
}
