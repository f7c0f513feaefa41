/* SPDX-License-Identifier: MIT */
/* One account under the service: its schedule, its watches, its child. */
#include "app/runner.h"

#include "app/child.h"
#include "app/confine.h"
#include "app/folder_digest.h"
#include "app/log.h"
#include "app/paths.h"
#include "app/presence.h"
#include "stores/vdir.h"

#include <gio/gio.h>
#include <signal.h>
#include <sys/stat.h>
#include <time.h>

#define SETTLE_MS       1500             /* editors write in several steps */
#define LONGEST_SILENCE (15 * 60 * 1000) /* of a cycle, without any progress: it hangs */
#define GRACE_MS        5000             /* between SIGTERM and SIGKILL */

struct watched_folder {
	struct runner *runner; /* lent */
	enum item_kind kind;
	GFileMonitor *monitor;
	gint64 settle_at; /* events came; look then. SCHEDULE_NEVER = none */
	guint64 known;    /* digest after the last cycle */
	guint64 at_start; /* digest when the running cycle was started */
};

struct runner {
	const struct account_config *config; /* lent */
	const struct runner_host *host;      /* lent */
	struct schedule schedule;
	struct watched_folder folders[ITEM_KINDS];
	GFileMonitor *token_monitor;
	struct presence *presence; /* NULL = it could not be had */
	struct child *child;
	gint64 end_at;  /* SIGTERM then, unless the child has made progress */
	gint64 beat;    /* see progress.h */
	gint64 kill_at; /* SIGKILL then */
};

gint64 runner_clock(void)
{
	struct timespec time;
	clock_gettime(CLOCK_BOOTTIME, &time);
	return (gint64)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static enum part part_of(enum item_kind kind)
{
	return kind == ITEM_CONTACT ? PART_CONTACTS : PART_CALENDAR;
}

/* ---- watches ---- */

static bool is_item(GFile *file, enum item_kind kind)
{
	g_autofree char *name = file != NULL ? g_file_get_basename(file) : NULL;
	return name != NULL && vdir_is_item_name(name, kind);
}

/* Of the folder itself: it went away, or came back (another disk, a move). */
static bool is_folder(const struct watched_folder *self, GFile *file)
{
	g_autoptr(GFile) folder =
		g_file_new_for_path(account_folder(self->runner->config, self->kind));
	return g_file_equal(file, folder);
}

static void on_folder_event(GFileMonitor *monitor, GFile *file, GFile *other,
                            GFileMonitorEvent event, gpointer data)
{
	struct watched_folder *self = data;
	(void)monitor;
	(void)event;
	if (is_item(file, self->kind) || is_item(other, self->kind) || is_folder(self, file)) {
		self->settle_at = runner_clock() + SETTLE_MS;
		self->runner->host->changed(self->runner->host->data);
	}
}

static void on_token_event(GFileMonitor *monitor, GFile *file, GFile *other,
                           GFileMonitorEvent event, gpointer data)
{
	struct runner *self = data;
	(void)monitor;
	(void)file;
	(void)other;
	(void)event;
	schedule_wake(&self->schedule, runner_clock());
	self->host->changed(self->host->data);
}

static GFileMonitor *monitor_path(const struct runner *self, const char *path, bool is_folder)
{
	g_autoptr(GFile) file = g_file_new_for_path(path);
	g_autoptr(GError) error = NULL;
	GFileMonitor *monitor =
		is_folder ? g_file_monitor_directory(file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error)
			  : g_file_monitor_file(file, G_FILE_MONITOR_WATCH_MOVES, NULL, &error);
	if (monitor == NULL) {
		log_say(LOG_LEVEL_WARNING, self->config->name, "cannot watch \"%s\": %s", path,
		        error->message);
	}
	return monitor;
}

static void watch_folder(struct runner *self, enum item_kind kind)
{
	struct watched_folder *folder = &self->folders[kind];
	const char *path = account_folder(self->config, kind);
	g_autoptr(GError) error = NULL;
	*folder =
		(struct watched_folder){.runner = self, .kind = kind, .settle_at = SCHEDULE_NEVER};
	if (!account_has_part(self->config, part_of(kind))) {
		return;
	}
	if (!durable_make_folder(path, 0700, &error)) {
		log_say(LOG_LEVEL_WARNING, self->config->name, "%s", error->message);
	}
	folder->known = folder_digest(path, kind);
	folder->monitor = monitor_path(self, path, true);
	if (folder->monitor != NULL) {
		g_signal_connect(folder->monitor, "changed", G_CALLBACK(on_folder_event), folder);
	}
}

static void watch_token(struct runner *self)
{
	g_autofree char *path = paths_of_account(self->config->name, ".token");
	self->token_monitor = monitor_path(self, path, false);
	if (self->token_monitor != NULL) {
		g_signal_connect(self->token_monitor, "changed", G_CALLBACK(on_token_event), self);
	}
}

/* What status says of the service: nothing else depends on it. */
static void announce(struct runner *self)
{
	g_autofree char *path = paths_status(self->config);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autoptr(GError) error = NULL;
	self->presence =
		durable_make_folder(folder, 0700, &error) ? presence_take(path, &error) : NULL;
	if (self->presence == NULL) {
		log_say(LOG_LEVEL_WARNING, self->config->name, "%s", error->message);
	}
}

struct runner *runner_new(const struct account_config *config, const struct runner_host *host)
{
	struct runner *self = g_new0(struct runner, 1);
	self->config = config;
	self->host = host;
	self->end_at = self->kill_at = SCHEDULE_NEVER;
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		watch_folder(self, kind);
	}
	watch_token(self);
	announce(self);
	schedule_init(&self->schedule, config, runner_clock());
	return self;
}

void runner_free(struct runner *self)
{
	if (self == NULL) {
		return;
	}
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		g_clear_object(&self->folders[kind].monitor);
	}
	g_clear_object(&self->token_monitor);
	child_free(self->child);
	presence_release(self->presence);
	g_free(self);
}

/* ---- the child ---- */

/*
 * What the folder is like now against what the cycle has read of it. They differ when a person
 * edited meanwhile: then again. A state that the cycle found at its start and did not take in is
 * left alone, or it would go round and round.
 */
static void compare_folder(struct watched_folder *self, const struct cycle_end *end)
{
	struct runner *runner = self->runner;
	enum part part = part_of(self->kind);
	self->settle_at = SCHEDULE_NEVER;
	self->known = folder_digest(account_folder(runner->config, self->kind), self->kind);
	if (end->parts[part].has_seen && self->known != end->parts[part].seen &&
	    self->known != self->at_start) {
		schedule_touch(&runner->schedule, part, runner_clock() + SETTLE_MS);
	}
}

static const struct {
	enum part_end end;
	enum log_level level;
	const char *words;
} WAITS[] = {
	{PART_CONFIG, LOG_LEVEL_ERROR,
         "waiting until the configuration is read again (systemctl reload)"},
	{PART_LOGIN, LOG_LEVEL_WARNING, "waiting for a token"},
	{PART_CONSENT, LOG_LEVEL_WARNING, "waiting for your consent"},
};

/* Once, not with every cycle that finds it so. */
static void tell_waits(const struct runner *self, const struct cycle_end *end)
{
	for (gsize i = 0; i < G_N_ELEMENTS(WAITS); i++) {
		bool parts[PARTS];
		for (enum part part = 0; part < PARTS; part++) {
			parts[part] = end->parts[part].is_told &&
			              end->parts[part].end == WAITS[i].end &&
			              self->schedule.parts[part].end != WAITS[i].end;
		}
		g_autofree char *list = schedule_part_list(parts);
		if (list[0] != '\0') {
			log_say(WAITS[i].level, self->config->name, "%s: %s", list, WAITS[i].words);
		}
	}
}

static void tell_end(const struct runner *self, const struct child_end *end)
{
	if (end->signal != 0) {
		g_autofree char *words = confine_words_of_signal(end->signal);
		log_say(LOG_LEVEL_ERROR, self->config->name, "the cycle was ended: %s", words);
	}
	tell_waits(self, &end->cycle);
}

static void on_child_end(void *data, const struct child_end *end)
{
	struct runner *self = data;
	bool was_asked = self->kill_at != SCHEDULE_NEVER;
	g_clear_pointer(&self->child, child_free);
	self->end_at = self->kill_at = SCHEDULE_NEVER;
	if (!was_asked) {
		tell_end(self, end);
	}
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		if (self->schedule.parts[part_of(kind)].is_running) {
			compare_folder(&self->folders[kind], &end->cycle);
		}
	}
	schedule_end(&self->schedule, &end->cycle, runner_clock(), g_random_double());
	self->host->changed(self->host->data);
}

/* The child touches its lock as long as it gets on: the first search for contacts takes its time.
 */
static gint64 read_beat(const struct runner *self)
{
	g_autofree char *path = paths_of_account(self->config->name, ".lock");
	struct stat about;
	return stat(path, &about) == 0 ? about.st_mtim.tv_sec : 0;
}

static void start(struct runner *self, const bool parts[PARTS], gint64 now)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *list = schedule_part_list(parts);
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		if (parts[part_of(kind)]) {
			self->folders[kind].at_start =
				folder_digest(account_folder(self->config, kind), kind);
		}
	}
	self->child = child_start(self->host->config->text, self->config->name, list,
	                          self->host->verbosity, on_child_end, self, &error);
	if (self->child == NULL) {
		log_say(LOG_LEVEL_ERROR, self->config->name, "%s", error->message);
		schedule_end(&self->schedule, NULL, now, g_random_double());
		return;
	}
	log_say(LOG_LEVEL_DEBUG, self->config->name, "a cycle starts: %s", list);
	self->end_at = now + LONGEST_SILENCE;
	self->beat = read_beat(self);
}

/* ---- steps ---- */

/* Events of our own child's writes leave the folder as it was known after it. */
static void settle(struct watched_folder *self, gint64 now)
{
	struct runner *runner = self->runner;
	if (now < self->settle_at || runner->schedule.parts[part_of(self->kind)].is_running) {
		return;
	}
	self->settle_at = SCHEDULE_NEVER;
	guint64 digest = folder_digest(account_folder(runner->config, self->kind), self->kind);
	if (digest != self->known) {
		self->known = digest;
		schedule_touch(&runner->schedule, part_of(self->kind), now);
	}
}

static bool has_made_progress(struct runner *self)
{
	const gint64 before = self->beat;
	self->beat = read_beat(self);
	return self->beat != before;
}

static void end_hanging(struct runner *self, gint64 now)
{
	if (self->child == NULL) {
		return;
	}
	if (now >= self->kill_at) {
		self->kill_at = now + GRACE_MS;
		child_signal(self->child, SIGKILL);
	} else if (now >= self->end_at && has_made_progress(self)) {
		self->end_at = now + LONGEST_SILENCE;
	} else if (now >= self->end_at) {
		log_say(LOG_LEVEL_ERROR, self->config->name, "the cycle hangs and is ended");
		runner_stop(self, now);
	}
}

void runner_step(struct runner *self, gint64 now, bool may_start)
{
	bool parts[PARTS];
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		settle(&self->folders[kind], now);
	}
	end_hanging(self, now);
	if (may_start && self->child == NULL && schedule_take(&self->schedule, now, parts)) {
		start(self, parts, now);
	}
}

gint64 runner_deadline(const struct runner *self, bool may_start)
{
	gint64 next = MIN(self->end_at, self->kill_at);
	if (may_start) {
		next = MIN(next, schedule_next(&self->schedule));
	}
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		if (!self->schedule.parts[part_of(kind)].is_running) {
			next = MIN(next, self->folders[kind].settle_at);
		}
	}
	return next;
}

bool runner_is_busy(const struct runner *self)
{
	return self->child != NULL;
}

bool runner_needs_person(const struct runner *self)
{
	return schedule_needs_person(&self->schedule);
}

void runner_stop(struct runner *self, gint64 now)
{
	if (self->child != NULL) {
		self->end_at = SCHEDULE_NEVER;
		self->kill_at = now + GRACE_MS;
		child_signal(self->child, SIGTERM);
	}
}
