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

#define TEXT_SIZE 131072

/* One behind the other. */
struct texts {
	size_t used;
	char bytes[TEXT_SIZE];
};

/* What both processes see, at the same address. */
struct table {
	struct bridge bridge;
	enum item_kind kind;
	struct steps steps;
	struct cycle_report report; /* numbers alone */
	int error_code;             /* -1: none */
	char error[1024];
	struct texts of_bridge, problems;
};

struct stopper {
	struct table *table;
	pid_t zygote;
	int line;
};

static const char *put_text(struct texts *texts, const char *text)
{
	if (text == NULL) {
		return NULL;
	}
	const size_t size = strlen(text) + 1;
	g_assert(size <= TEXT_SIZE - texts->used);
	char *place = texts->bytes + texts->used;
	memcpy(place, text, size);
	texts->used += size;
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
	table->of_bridge.used = 0;
	table->bridge = *bridge;
	table->bridge.emulator = NULL; /* of the other process */
	for (size_t i = 0; i < G_N_ELEMENTS(BRIDGE_TEXTS); i++) {
		const char **text =
			(const char **)(void *)((char *)&table->bridge + BRIDGE_TEXTS[i]);
		*text = put_text(&table->of_bridge, *text);
	}
}

/* Adds one to what is there. */
static void put_report(struct table *table, const struct cycle_report *report)
{
	struct cycle_report *sum = &table->report;
	sum->synced += report->synced;
	sum->pending += report->pending;
	sum->held += report->held;
	sum->in_doubt += report->in_doubt;
	sum->left_alone += report->left_alone;
	sum->refused += report->refused;
	sum->added_here += report->added_here;
	sum->added_there += report->added_there;
	sum->changed_here += report->changed_here;
	sum->changed_there += report->changed_there;
	sum->removed_here += report->removed_here;
	sum->is_complete &= report->is_complete;
	sum->local_changed |= report->local_changed;
	sum->is_plan_held |= report->is_plan_held;
	if (table->error_code < 0 && report->error != NULL) {
		table->error_code = report->error->code;
		g_strlcpy(table->error, report->error->message, sizeof table->error);
	}
	for (guint i = 0; i < report->problems->len; i++) {
		const struct problem *problem = report->problems->pdata[i];
		put_text(&table->problems, problem->line);
		put_text(&table->problems, problem->log_line);
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
			g_error_new_literal(PASSERELLE_ERROR, table->error_code, table->error);
	}
	report->problems = g_ptr_array_new_with_free_func((GDestroyNotify)problem_free);
	for (size_t at = 0; at < table->problems.used;) {
		const char *line = table->problems.bytes + at;
		const char *log_line = line + strlen(line) + 1;
		struct problem *problem = g_new(struct problem, 1);
		*problem = (struct problem){g_strdup(line), g_strdup(log_line), g_strdup(log_line)};
		g_ptr_array_add(report->problems, problem);
		at += strlen(line) + strlen(log_line) + 2;
	}
	return report;
}

static G_GNUC_NORETURN void run_cycle(struct table *table)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	steps_watch(&table->steps);
	table->report = (struct cycle_report){.is_complete = true};
	table->error_code = -1;
	table->problems.used = 0;
	for (int kind = 0; kind < ITEM_KINDS; kind++) {
		if ((int)table->kind == kind || table->kind == ITEM_KINDS) {
			put_report(table, bridge_sync(&table->bridge, (enum item_kind)kind));
		}
	}
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
