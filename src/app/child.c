/* SPDX-License-Identifier: MIT */
/* One cycle as a process of its own. */
#include "app/child.h"

#include "app/sync_account.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUTPUT_BYTES 4096 /* a line for each part */

struct child {
	GPid pid; /* 0 = it has ended, and its number may be another's */
	int output;
};

/* Between fork and exec: a service that dies takes its cycle along. */
static void set_up(gpointer data)
{
	const pid_t *service = data;
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != *service) {
		_exit(EXIT_FAILURE);
	}
}

/* /proc/self/exe is this very program, even after an upgrade has replaced its file. */
static GPtrArray *arguments_of(const char *account, const char *parts, int verbosity)
{
	GPtrArray *list = g_ptr_array_new();
	const char *const words[] = {"/proc/self/exe", "-c", "/dev/stdin"};
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
	char **list = g_environ_setenv(g_get_environ(), SYNC_SERVICE_VARIABLE, "1", TRUE);
	list = g_environ_setenv(list, SYNC_CRASHED_VARIABLE, crashed, TRUE);
	list = g_environ_unsetenv(list, "NOTIFY_SOCKET");
	return g_environ_unsetenv(list, "WATCHDOG_USEC");
}

/* A file in memory, as a pipe would be but without a limit; -1 = there is none. */
static int memory_file(const void *data, gsize size)
{
	int file = memfd_create("passerelle", MFD_CLOEXEC);
	const char *at = data;
	while (file >= 0 && size > 0) {
		const gssize written = write(file, at, size);
		if (written < 0 && errno != EINTR) {
			close(file);
			return -1;
		}
		at += MAX(written, 0);
		size -= (gsize)MAX(written, 0);
	}
	if (file >= 0) {
		lseek(file, 0, SEEK_SET);
	}
	return file;
}

static bool spawn(struct child *self, int input, const GPtrArray *arguments, const char *crashed,
                  GError **error)
{
	g_auto(GStrv) variables = environment(crashed);
	const pid_t service = getpid();
	return g_spawn_async_with_pipes_and_fds(
		NULL, (const char *const *)arguments->pdata, (const char *const *)variables,
		G_SPAWN_DO_NOT_REAP_CHILD, set_up, (gpointer)&service, input, self->output, -1,
		NULL, NULL, 0, &self->pid, NULL, NULL, NULL, error);
}

struct child *child_start(GBytes *config, const char *account, const char *parts,
                          const char *crashed, int verbosity, GError **error)
{
	g_autoptr(GPtrArray) arguments = arguments_of(account, parts, verbosity);
	g_autoptr(GError) why = NULL;
	gsize size = 0;
	const void *text = g_bytes_get_data(config, &size);
	int input = memory_file(text, size);
	struct child *self = g_new0(struct child, 1);
	self->output = memory_file(NULL, 0);
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
