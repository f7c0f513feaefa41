/* SPDX-License-Identifier: MIT */
/* One cycle as a process of its own. */
#include "app/child.h"

#include "app/spawn.h"
#include "app/sync_account.h"

#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_BYTES 4096 /* a line for each part */

struct child {
	GPid pid; /* 0 = it has ended, and its number may be another's */
	int output;
};

static GPtrArray *arguments_of(const char *account, const char *parts, int verbosity)
{
	GPtrArray *list = g_ptr_array_new();
	const char *const words[] = {SPAWN_SELF, "-c", "/dev/stdin"};
	for (guint i = 0; i < G_N_ELEMENTS(words); i++) {
		g_ptr_array_add(list, (gpointer)words[i]);
	}
	if (verbosity != 0) {
		g_ptr_array_add(list, (gpointer)(verbosity > 0 ? "-v" : "-q"));
	}
	const char *const rest[] = {"sync", account, "--only", parts, NULL};
	for (guint i = 0; i < G_N_ELEMENTS(rest); i++) {
		g_ptr_array_add(list, (gpointer)rest[i]);
	}
	return list;
}

static char **environment(const char *crashed)
{
	char **list = g_environ_setenv(spawn_environment(), SYNC_SERVICE_VARIABLE, "1", TRUE);
	return g_environ_setenv(list, SYNC_CRASHED_VARIABLE, crashed, TRUE);
}

static bool spawn(struct child *self, int input, const GPtrArray *arguments, const char *crashed,
                  GError **error)
{
	g_auto(GStrv) variables = environment(crashed);
	const pid_t service = getpid();
	return g_spawn_async_with_pipes_and_fds(
		NULL, (const char *const *)arguments->pdata, (const char *const *)variables,
		G_SPAWN_DO_NOT_REAP_CHILD, spawn_set_up, (gpointer)&service, input, self->output,
		-1, NULL, NULL, 0, &self->pid, NULL, NULL, NULL, error);
}

struct child *child_start(GBytes *config, const char *account, const char *parts,
                          const char *crashed, int verbosity, GError **error)
{
	g_autoptr(GPtrArray) arguments = arguments_of(account, parts, verbosity);
	g_autoptr(GError) why = NULL;
	gsize size = 0;
	const void *text = g_bytes_get_data(config, &size);
	int input = spawn_memory_file(text, size);
	struct child *self = g_new0(struct child, 1);
	self->output = spawn_memory_file(NULL, 0);
	const bool has_files = input >= 0 && self->output >= 0;
	const int number = errno;
	if (!has_files || !spawn(self, input, arguments, crashed, &why)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
		            "cannot start a cycle: %s",
		            has_files ? why->message : g_strerror(number));
		g_clear_pointer(&self, child_free);
	}
	if (input >= 0) {
		close(input);
	}
	return self;
}

static void read_output(const struct child *self, struct cycle_end *end)
{
	char text[OUTPUT_BYTES + 1];
	const gssize got = pread(self->output, text, OUTPUT_BYTES, 0);
	text[MAX(got, 0)] = '\0';
	cycle_end_read(end, text);
}

bool child_has_ended(struct child *self, struct child_end *end)
{
	int status = 0;
	if (self->pid == 0 || waitpid(self->pid, &status, WNOHANG) != self->pid) {
		return false;
	}
	self->pid = 0;
	end->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	end->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	read_output(self, &end->cycle);
	return true;
}

void child_signal(struct child *self, int number)
{
	if (self->pid > 0) {
		kill(self->pid, number);
		kill(self->pid, SIGCONT);
	}
}

void child_free(struct child *self)
{
	if (self == NULL) {
		return;
	}
	if (self->pid > 0) {
		kill(self->pid, SIGKILL);
		waitpid(self->pid, NULL, 0);
	}
	if (self->output >= 0) {
		close(self->output);
	}
	g_free(self);
}
