/* SPDX-License-Identifier: MIT */
/* Cycles of a bridge in processes of their own, which can be killed at any step. */
#include "fakes/stop.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TEXT_SIZE 65536

/* What both processes see, at the same address. */
struct table {
	struct bridge bridge; /* texts of it lie below */
	enum item_kind kind;
	struct steps steps;
	struct cycle_report report; /* numbers alone */
	int error_code;             /* -1: none */
	size_t used;
	char texts[TEXT_SIZE]; /* there: of the bridge; back: the error, then a problem each */
};

struct stopper {
	struct table *table;
	pid_t zygote;
	int line;
};

static const char *put_text(struct table *table, const char *text)
{
	if (text == NULL) {
		return NULL;
	}
	const size_t size = strlen(text) + 1;
	g_assert(size <= TEXT_SIZE - table->used);
	char *place = table->texts + table->used;
	memcpy(place, text, size);
	table->used += size;
	return place;
}

static const size_t BRIDGE_TEXTS[] = {
	offsetof(struct bridge, root),
	offsetof(struct bridge, contacts),
	offsetof(struct bridge, calendar),
	offsetof(struct bridge, trash),
	offsetof(struct bridge, journal),
	offsetof(struct bridge, token),
	offsetof(struct bridge, url),
	offsetof(struct bridge, options.stamp),
	offsetof(struct bridge, settings.account),
	offsetof(struct bridge, settings.contacts_url),
	offsetof(struct bridge, settings.calendar_url),
	offsetof(struct bridge, settings.messages_url),
	offsetof(struct bridge, settings.service_id),
	offsetof(struct bridge, settings.service_password),
	offsetof(struct bridge, settings.timezone),
	offsetof(struct bridge, settings.ca_file),
	offsetof(struct bridge, settings.proxy),
};

static void put_bridge(struct table *table, const struct bridge *bridge)
{
	table->used = 0;
	table->bridge = *bridge;
	table->bridge.emulator = NULL; /* of the other process */
	for (size_t i = 0; i < G_N_ELEMENTS(BRIDGE_TEXTS); i++) {
		const char **text =
			(const char **)(void *)((char *)&table->bridge + BRIDGE_TEXTS[i]);
		*text = put_text(table, *text);
	}
}

static void put_report(struct table *table, const struct cycle_report *report)
{
	table->used = 0;
	table->report = *report;
	table->error_code = report->error == NULL ? -1 : report->error->code;
	put_text(table, report->error == NULL ? "" : report->error->message);
	for (guint i = 0; i < report->problems->len; i++) {
		put_text(table, report->problems->pdata[i]);
	}
}

static struct cycle_report *take_report(const struct table *table)
{
	struct cycle_report *report = g_new(struct cycle_report, 1);
	*report = table->report;
	report->discovery = report->description = NULL;
	report->error = NULL;
	if (table->error_code >= 0) {
		report->error =
			g_error_new_literal(PASSERELLE_ERROR, table->error_code, table->texts);
	}
	report->problems = g_ptr_array_new_with_free_func(g_free);
	for (size_t at = strlen(table->texts) + 1; at < table->used;
	     at += strlen(table->texts + at) + 1) {
		g_ptr_array_add(report->problems, g_strdup(table->texts + at));
	}
	return report;
}

static G_GNUC_NORETURN void run_cycle(struct table *table)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	steps_watch(&table->steps);
	struct cycle_report *report = bridge_sync(&table->bridge, table->kind);
	put_report(table, report);
	_exit(EXIT_SUCCESS);
}

static G_GNUC_NORETURN void serve(struct table *table, int line)
{
	char order = 0;
	while (read(line, &order, 1) == 1) {
		const pid_t child = fork();
		g_assert(child >= 0);
		if (child == 0) {
			close(line);
			run_cycle(table);
		}
		int status = 0;
		g_assert(waitpid(child, &status, 0) == child);
		g_assert(write(line, &status, sizeof status) == sizeof status);
	}
	_exit(EXIT_SUCCESS);
}

static bool has_threads(void)
{
	g_autoptr(GDir) tasks = g_dir_open("/proc/self/task", 0, NULL);
	g_assert(tasks != NULL);
	return g_dir_read_name(tasks) != NULL && g_dir_read_name(tasks) != NULL;
}

struct stopper *stopper_new(void)
{
	g_assert(!has_threads());
	struct stopper *self = g_new0(struct stopper, 1);
	self->table = mmap(NULL, sizeof *self->table, PROT_READ | PROT_WRITE,
	                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	g_assert(self->table != MAP_FAILED);
	int lines[2];
	g_assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, lines) == 0);
	self->zygote = fork();
	g_assert(self->zygote >= 0);
	if (self->zygote == 0) {
		close(lines[0]);
		serve(self->table, lines[1]);
	}
	close(lines[1]);
	self->line = lines[0];
	return self;
}

void stopper_free(struct stopper *self)
{
	close(self->line);
	waitpid(self->zygote, NULL, 0);
	munmap(self->table, sizeof *self->table);
	g_free(self);
}

struct cycle_report *stopper_cycle(struct stopper *self, struct bridge *bridge, enum item_kind kind,
                                   const struct stop *stop)
{
	struct table *table = self->table;
	g_assert(bridge->remote == BRIDGE_ORANGE); /* one in memory would be the child's own */
	put_bridge(table, bridge);
	table->kind = kind;
	table->steps = (struct steps){.stop = stop == NULL ? (struct stop){STOP_NEVER, 0} : *stop};
	int status = 0;
	g_assert(write(self->line, "", 1) == 1);
	g_assert(read(self->line, &status, sizeof status) == sizeof status);
	bridge->now = table->bridge.now;
	if (table->steps.is_stopped) {
		g_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
		return NULL;
	}
	if (!WIFEXITED(status) || WEXITSTATUS(status) != EXIT_SUCCESS) {
		g_error("a cycle ended with status %d", status);
	}
	return take_report(table);
}

unsigned stopper_seen(const struct stopper *self, enum stop_kind kind)
{
	return self->table->steps.seen[kind];
}

bool stop_cycle(struct stopper *self, struct bridge *bridge, enum item_kind kind,
                const struct stop *stop)
{
	struct cycle_report *report = stopper_cycle(self, bridge, kind, stop);
	cycle_report_free(report);
	return report == NULL;
}
