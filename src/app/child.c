/* SPDX-License-Identifier: MIT */
/* One cycle as a process of its own. */
#include "app/child.h"

#include "app/sync_account.h"

#include <gio/gio.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

struct child {
	GSubprocess *process;
	GCancellable *cancellable;
	void (*ended)(void *data, const struct child_end *end);
	void *data;
};

/* Between fork and exec: a service that dies takes its cycle along. */
static void set_up(gpointer data)
{
	(void)data;
	prctl(PR_SET_PDEATHSIG, SIGTERM);
}

static void on_end(GObject *object, GAsyncResult *result, gpointer data)
{
	struct child *self = data;
	g_autoptr(GBytes) output = NULL;
	g_autoptr(GError) error = NULL;
	GSubprocess *process = G_SUBPROCESS(object);
	bool is_read = g_subprocess_communicate_finish(process, result, &output, NULL, &error);
	if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
		return; /* freed: self is no more */
	}
	struct child_end end = {.exit_code = -1};
	if (g_subprocess_get_if_exited(process)) {
		end.exit_code = g_subprocess_get_exit_status(process);
	} else if (g_subprocess_get_if_signaled(process)) {
		end.signal = g_subprocess_get_term_sig(process);
	}
	if (is_read && output != NULL) {
		gsize size = 0;
		const char *bytes = g_bytes_get_data(output, &size);
		g_autofree char *text = g_strndup(bytes != NULL ? bytes : "", size);
		cycle_end_read(&end.cycle, text);
	}
	self->ended(self->data, &end);
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

struct child *child_start(GBytes *config, const char *account, const char *parts, int verbosity,
                          void (*ended)(void *data, const struct child_end *end), void *data,
                          GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE);
	g_autoptr(GPtrArray) list = arguments_of(account, parts, verbosity);
	g_subprocess_launcher_set_child_setup(launcher, set_up, NULL, NULL);
	g_subprocess_launcher_setenv(launcher, SYNC_SERVICE_VARIABLE, "1", TRUE);
	g_subprocess_launcher_unsetenv(launcher, "NOTIFY_SOCKET");
	g_subprocess_launcher_unsetenv(launcher, "WATCHDOG_USEC");
	g_autoptr(GError) why = NULL;
	GSubprocess *process =
		g_subprocess_launcher_spawnv(launcher, (const char *const *)list->pdata, &why);
	if (process == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
		            "cannot start a cycle: %s", why->message);
		return NULL;
	}
	struct child *self = g_new0(struct child, 1);
	self->process = process;
	self->cancellable = g_cancellable_new();
	self->ended = ended;
	self->data = data;
	g_subprocess_communicate_async(process, config, self->cancellable, on_end, self);
	return self;
}

void child_signal(struct child *self, int number)
{
	g_subprocess_send_signal(self->process, number);
}

void child_free(struct child *self)
{
	if (self == NULL) {
		return;
	}
	g_cancellable_cancel(self->cancellable);
	g_object_unref(self->cancellable);
	g_object_unref(self->process);
	g_free(self);
}
