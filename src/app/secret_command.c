/* SPDX-License-Identifier: MIT */
/* A secret from a command of the person's own. */
#include "app/secret_command.h"

#include "app/interrupt.h"
#include "app/log.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMMAND_LIMIT_S 30
#define TICK_MS         100  /* how soon the end of a command that left its output open is seen */
#define OUTPUT_BYTES    8192 /* of each stream; the rest is read and dropped */

struct output {
	int file; /* -1 = ended */
	gsize length;
	char bytes[OUTPUT_BYTES];
};

struct command {
	GPid pid;
	int status;
	bool has_ended;
	struct output out, err;
};

static void lead_own_group(gpointer data)
{
	(void)data;
	setpgid(0, 0);
}

static bool start(struct command *self, const char *line, GError **error)
{
	char shell[] = "/bin/sh", flag[] = "-c";
	g_autofree char *copy = g_strdup(line);
	char *arguments[] = {shell, flag, copy, NULL};
	g_autoptr(GError) why = NULL;
	if (!g_spawn_async_with_pipes(NULL, arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD,
	                              lead_own_group, NULL, &self->pid, NULL, &self->out.file,
	                              &self->err.file, &why)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "service_password_command: %s", why->message);
		return false;
	}
	g_unix_set_fd_nonblocking(self->out.file, TRUE, NULL);
	g_unix_set_fd_nonblocking(self->err.file, TRUE, NULL);
	return true;
}

static void drain(struct output *self)
{
	char dropped[512];
	while (self->file >= 0) {
		bool is_full = self->length == sizeof self->bytes;
		gssize got = is_full ? read(self->file, dropped, sizeof dropped)
		                     : read(self->file, self->bytes + self->length,
		                            sizeof self->bytes - self->length);
		if (got > 0) {
			self->length += is_full ? 0 : (gsize)got;
		} else if (got < 0 && errno == EINTR) {
			continue;
		} else if (got < 0 && errno == EAGAIN) {
			break;
		} else {
			close(self->file);
			self->file = -1;
		}
	}
	explicit_bzero(dropped, sizeof dropped);
}

static void reap(struct command *self)
{
	if (!self->has_ended && waitpid(self->pid, &self->status, WNOHANG) == self->pid) {
		self->has_ended = true;
	}
}

/* Ends when the command does: what it leaves behind in the background may keep the pipes open. */
static bool wait_for_end(struct command *self)
{
	gint64 deadline = g_get_monotonic_time() + COMMAND_LIMIT_S * G_USEC_PER_SEC;
	while (!self->has_ended) {
		GPollFD files[] = {{self->out.file, G_IO_IN | G_IO_HUP, 0},
		                   {self->err.file, G_IO_IN | G_IO_HUP, 0}};
		g_poll(files, 2, TICK_MS);
		drain(&self->out);
		drain(&self->err);
		reap(self);
		if (g_get_monotonic_time() > deadline || interrupt_is_raised()) {
			return self->has_ended;
		}
	}
	drain(&self->out);
	drain(&self->err);
	return true;
}

static void finish(struct command *self)
{
	if (!self->has_ended) {
		kill(-self->pid, SIGKILL);
		waitpid(self->pid, &self->status, 0);
	}
	g_spawn_close_pid(self->pid);
	for (guint i = 0; i < 2; i++) {
		struct output *output = i == 0 ? &self->out : &self->err;
		if (output->file >= 0) {
			close(output->file);
		}
	}
}

static void show_errors(const struct command *self, const char *account)
{
	g_autofree char *text = g_strndup(self->err.bytes, self->err.length);
	g_strchomp(text);
	if (text[0] != '\0') {
		g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
		for (guint i = 0; lines[i] != NULL; i++) {
			log_say(LOG_LEVEL_WARNING, account, "service_password_command: %s",
			        lines[i]);
		}
	}
}

static char *answer(const struct command *self, bool is_in_time, GError **error)
{
	const char *stop = memchr(self->out.bytes, '\n', self->out.length);
	gsize length = stop != NULL ? (gsize)(stop - self->out.bytes) : self->out.length;
	const char *problem = NULL;
	if (!is_in_time) {
		problem = "it takes longer than 30 s";
	} else if (!WIFEXITED(self->status) || WEXITSTATUS(self->status) != 0) {
		problem = "it failed";
	} else if (length == 0 || length == OUTPUT_BYTES ||
	           memchr(self->out.bytes, '\0', length) != NULL) {
		problem = "it printed no password";
	}
	if (problem != NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "service_password_command: %s", problem);
		return NULL;
	}
	return g_strndup(self->out.bytes, length);
}

char *secret_command_run(const char *account, const char *command, GError **error)
{
	struct command self = {.out.file = -1, .err.file = -1};
	if (!start(&self, command, error)) {
		return NULL;
	}
	bool is_in_time = wait_for_end(&self);
	finish(&self);
	show_errors(&self, account);
	char *secret = answer(&self, is_in_time, error);
	explicit_bzero(self.out.bytes, sizeof self.out.bytes);
	return secret;
}
