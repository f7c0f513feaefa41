/* SPDX-License-Identifier: MIT */
/* A command of the person's own. */
#include "app/shell_command.h"

#include "app/interrupt.h"
#include "app/log.h"
#include "base/text.h"

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
#define HIDDEN_BYTES    4    /* a line printed behind the secret that is worth hiding */

struct output {
	int file; /* -1 = ended */
	gsize length;
	char bytes[OUTPUT_BYTES];
};

struct input {
	int file; /* -1 = all is written, or nobody reads */
	const char *text;
	gsize left;
};

struct process {
	GPid pid;
	int status;
	bool has_ended;
	bool is_asked; /* for a secret */
	struct input in;
	struct output out, err;
};

static void lead_own_group(gpointer data)
{
	(void)data;
	setpgid(0, 0);
}

/* Ours and what it is told. */
static char **environment_of(const struct shell_command *command)
{
	char **environment = g_get_environ();
	const char *const *pair = command->environment;
	for (; pair != NULL && pair[0] != NULL; pair += 2) {
		environment = g_environ_setenv(environment, pair[0], pair[1], TRUE);
	}
	return environment;
}

static bool start(struct process *self, const struct shell_command *command, GError **error)
{
	char shell[] = "/bin/sh", flag[] = "-c";
	g_autofree char *copy = g_strdup(command->line);
	char *arguments[] = {shell, flag, copy, NULL};
	g_auto(GStrv) environment = environment_of(command);
	g_autoptr(GError) why = NULL;
	int *in = command->input != NULL ? &self->in.file : NULL;
	if (!g_spawn_async_with_pipes(NULL, arguments, environment, G_SPAWN_DO_NOT_REAP_CHILD,
	                              lead_own_group, NULL, &self->pid, in, &self->out.file,
	                              &self->err.file, &why)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG, "%s: %s",
		            command->option, why->message);
		return false;
	}
	g_unix_set_fd_nonblocking(self->out.file, TRUE, NULL);
	g_unix_set_fd_nonblocking(self->err.file, TRUE, NULL);
	if (in != NULL) {
		g_unix_set_fd_nonblocking(*in, TRUE, NULL);
		self->in.text = command->input;
		self->in.left = strlen(command->input);
	}
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

static void close_input(struct input *self)
{
	if (self->file >= 0) {
		close(self->file);
		self->file = -1;
	}
}

/* As much as it takes now; one that does not read, or not all, is left in peace. */
static void feed(struct input *self)
{
	while (self->file >= 0) {
		const gssize written =
			self->left > 0 ? write(self->file, self->text, self->left) : 0;
		if (written > 0) {
			self->text += written;
			self->left -= (gsize)written;
		} else if (written < 0 && errno == EINTR) {
			continue;
		} else if (written < 0 && errno == EAGAIN) {
			break;
		} else {
			close_input(self);
		}
	}
}

static void reap(struct process *self)
{
	if (!self->has_ended && waitpid(self->pid, &self->status, WNOHANG) == self->pid) {
		self->has_ended = true;
	}
}

/* Ends when the command does: what it leaves behind in the background may keep the pipes open. */
static bool wait_for_end(struct process *self)
{
	gint64 deadline = g_get_monotonic_time() + COMMAND_LIMIT_S * G_USEC_PER_SEC;
	while (!self->has_ended) {
		GPollFD files[] = {{self->out.file, G_IO_IN | G_IO_HUP, 0},
		                   {self->err.file, G_IO_IN | G_IO_HUP, 0},
		                   {self->in.file, G_IO_OUT, 0}};
		g_poll(files, G_N_ELEMENTS(files), TICK_MS);
		feed(&self->in);
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

static void finish(struct process *self)
{
	if (!self->has_ended) {
		kill(-self->pid, SIGKILL);
		waitpid(self->pid, &self->status, 0);
	}
	g_spawn_close_pid(self->pid);
	close_input(&self->in);
	for (guint i = 0; i < 2; i++) {
		struct output *output = i == 0 ? &self->out : &self->err;
		if (output->file >= 0) {
			close(output->file);
		}
	}
}

/* One that traces itself (set -x) repeats what it prints. */
static void hide_output(const struct process *self, char **line)
{
	char *text = g_strndup(self->out.bytes, self->out.length);
	for (char *at = text, *next = NULL; at != NULL; at = next) {
		next = strchr(at, '\n');
		if (next != NULL) {
			*next++ = '\0';
		}
		if (at == text || strlen(at) >= HIDDEN_BYTES) {
			text_hide(line, at);
		}
	}
	explicit_bzero(text, self->out.length);
	g_free(text);
}

/* One that was ended before it printed its secret: what it traced may hold that all the same. */
static void hide_trace(const struct process *self, char **line)
{
	const bool is_known = memchr(self->out.bytes, '\n', self->out.length) != NULL;
	if (self->is_asked && !is_known && (*line)[0] == '+') {
		explicit_bzero(*line, strlen(*line));
		g_free(*line);
		*line = g_strdup("+ [hidden]");
	}
}

static void show_errors(const struct process *self, const struct shell_command *command)
{
	g_autofree char *text = g_strndup(self->err.bytes, self->err.length);
	g_strchomp(text);
	if (text[0] != '\0') {
		g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
		for (guint i = 0; lines[i] != NULL; i++) {
			hide_output(self, &lines[i]);
			hide_trace(self, &lines[i]);
			log_say(LOG_LEVEL_WARNING, command->account, "%s: %s", command->option,
			        lines[i]);
		}
	}
}

/* NULL where it ended well. */
static char *words_of_end(const struct process *self, bool is_in_time)
{
	if (!is_in_time) {
		return g_strdup_printf("it takes longer than %d s", COMMAND_LIMIT_S);
	}
	if (WIFSIGNALED(self->status)) {
		return g_strdup_printf("it failed (signal %d)", WTERMSIG(self->status));
	}
	const int status = WEXITSTATUS(self->status);
	return status != 0 ? g_strdup_printf("it failed (exit status %d)", status) : NULL;
}

static bool judge(const struct process *self, bool is_in_time, const struct shell_command *command,
                  GError **error)
{
	if (!is_in_time && interrupt_is_raised()) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CANCELLED, "%s: told to stop",
		            command->option);
		return false;
	}
	g_autofree char *end = words_of_end(self, is_in_time);
	if (end != NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG, "%s: %s",
		            command->option, end);
		return false;
	}
	return true;
}

static bool run(struct process *self, const struct shell_command *command, GError **error)
{
	if (!start(self, command, error)) {
		return false;
	}
	const bool is_in_time = wait_for_end(self);
	finish(self);
	if (is_in_time || !interrupt_is_raised()) { /* of one ended by us nobody asks why */
		show_errors(self, command);
	}
	return judge(self, is_in_time, command, error);
}

bool shell_command_run(const struct shell_command *command, GError **error)
{
	struct process self = {.in.file = -1, .out.file = -1, .err.file = -1};
	return run(&self, command, error);
}

static char *first_line(const struct process *self, const struct shell_command *command,
                        GError **error)
{
	const char *stop = memchr(self->out.bytes, '\n', self->out.length);
	const gsize length = stop != NULL ? (gsize)(stop - self->out.bytes) : self->out.length;
	if (length == 0 || length == OUTPUT_BYTES ||
	    memchr(self->out.bytes, '\0', length) != NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "%s: it printed no line of 1 to %d bytes", command->option,
		            OUTPUT_BYTES - 1);
		return NULL;
	}
	return g_strndup(self->out.bytes, length);
}

char *shell_command_read(const struct shell_command *command, GError **error)
{
	struct process self = {.is_asked = true, .in.file = -1, .out.file = -1, .err.file = -1};
	char *line = run(&self, command, error) ? first_line(&self, command, error) : NULL;
	explicit_bzero(self.out.bytes, sizeof self.out.bytes);
	return line;
}
