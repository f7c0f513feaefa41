/* SPDX-License-Identifier: MIT */
/* One account under the service: its schedule, its watches, its child. */
#include "app/runner.h"

#include "app/child.h"
#include "app/clock.h"
#include "app/crash.h"
#include "app/folder_watch.h"
#include "app/folders.h"
#include "app/log.h"
#include "app/mail_watch.h"
#include "app/network.h"
#include "app/paths.h"
#include "app/presence.h"
#include "app/service.h"
#include "app/spawn.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#define LONGEST_SILENCE (15 * 60 * 1000) /* of a cycle, without any progress: it hangs */
#define GRACE_MS        5000             /* between SIGTERM and SIGKILL */
#define MAIL_PAUSE_MS   (10 * 1000)      /* from one mail to the next: a list that is busy */

struct watched {
	char *path;
	struct folder_watch *watch;
};

struct runner {
	struct account_config *config;  /* owned copy: a reload frees the others */
	const struct runner_host *host; /* lent */
	bool is_near;                   /* the remote is this computer: no network is needed */
	struct schedule schedule;
	GPtrArray *folders[ITEM_KINDS]; /* struct watched */
	char *token_name, *grant_name;  /* of the files that a sign-in writes */
	struct watch *token;
	struct mail_watch *mail;   /* NULL = not wanted, or the service does not tell */
	gint64 mail_look;          /* when news of mail were, or will be, looked at last */
	struct presence *presence; /* NULL = it could not be had, or was given up */
	struct child *child;
	gint64 end_at;  /* SIGTERM then, unless the child has made progress */
	gint64 beat;    /* see progress.h */
	gint64 kill_at; /* SIGKILL then */
	bool is_hung;   /* that is why it was asked to end */
};

static enum part part_of(enum item_kind kind)
{
	return kind == ITEM_CONTACT ? PART_CONTACTS : PART_CALENDAR;
}

const char *runner_account(const struct runner *self)
{
	return self->config->name;
}

/* ---- watches ---- */

static void on_woken(void *data)
{
	struct runner *self = data;
	self->host->changed(self->host->data);
}

/* Other files of the state come and go beside them with every cycle. */
static void on_token(void *data, enum watch_event event, const char *name)
{
	struct runner *self = data;
	const bool is_token = name == NULL || strcmp(name, self->token_name) == 0 ||
	                      strcmp(name, self->grant_name) == 0;
	if (is_token && event != WATCH_WRITTEN && event != WATCH_CREATED) {
		schedule_wake(&self->schedule, clock_now());
		if (self->mail != NULL) {
			mail_watch_wake(self->mail, clock_now());
		}
		on_woken(self);
	}
}

static void watched_free(gpointer data)
{
	struct watched *self = data;
	folder_watch_free(self->watch);
	g_free(self->path);
	g_free(self);
}

static bool is_watched(const struct runner *self, enum item_kind kind, const char *path)
{
	for (guint i = 0; i < self->folders[kind]->len; i++) {
		const struct watched *watched = g_ptr_array_index(self->folders[kind], i);
		if (strcmp(watched->path, path) == 0) {
			return true;
		}
	}
	return false;
}

/* Those that are not watched yet: a cycle makes one for each collection that it finds. */
static void watch_folders(struct runner *self, enum item_kind kind)
{
	g_auto(GStrv) paths = folders_of(self->config, kind);
	for (char **path = paths; *path != NULL; path++) {
		g_autoptr(GError) error = NULL;
		if (!account_has_part(self->config, part_of(kind)) ||
		    is_watched(self, kind, *path)) {
			continue;
		}
		if (!durable_make_folder(*path, 0700, &error)) {
			log_say(LOG_LEVEL_WARNING, self->config->name, "%s", error->message);
		}
		struct watched *watched = g_new(struct watched, 1);
		watched->path = g_strdup(*path);
		watched->watch = folder_watch_new(self->host->watcher, self->config->name, *path,
		                                  kind, on_woken, self);
		g_ptr_array_add(self->folders[kind], watched);
	}
}

static struct folder_watch *watch_at(const struct runner *self, enum item_kind kind, guint index)
{
	return ((struct watched *)g_ptr_array_index(self->folders[kind], index))->watch;
}

static void watch_token(struct runner *self)
{
	g_autofree char *folder = paths_state();
	self->token_name = g_strconcat(self->config->name, ".token", NULL);
	self->grant_name = g_strconcat(self->config->name, ".oauth", NULL);
	self->token = watch_new(self->host->watcher, folder, on_token, self);
}

static struct mail_watch *watch_mail(struct runner *self, gint64 now)
{
	const struct remote_driver *driver = service_of(self->config, PART_MESSAGES).driver;
	if (!account_has_part(self->config, PART_MESSAGES) || driver->await_mail == NULL) {
		return NULL;
	}
	const char *arguments[7] = {SPAWN_SELF, "-c", MAIL_WATCH_CONFIG};
	guint count = 3;
	if (self->host->verbosity != 0) {
		arguments[count++] = self->host->verbosity > 0 ? "-v" : "-q";
	}
	arguments[count++] = "wait-mail";
	arguments[count] = self->config->name;
	const struct mail_watch_how how = {.account = self->config->name,
	                                   .arguments = arguments,
	                                   .config = self->host->config->text,
	                                   .wake = on_woken,
	                                   .data = self};
	return mail_watch_new(&how, now);
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

static bool is_near(const struct account_config *config)
{
	const char *const urls[] = {config->endpoint, config->contacts_url, config->calendar_url,
	                            config->messages_url, config->mail_url};
	bool is = true;
	for (gsize i = 0; i < G_N_ELEMENTS(urls); i++) {
		is &= urls[i] == NULL || network_is_near(urls[i]);
	}
	return is;
}

struct runner *runner_new(const struct account_config *config, const struct runner_host *host,
                          gint64 first)
{
	struct runner *self = g_new0(struct runner, 1);
	self->config = config_account_copy(config);
	self->host = host;
	self->is_near = is_near(config);
	self->end_at = self->kill_at = SCHEDULE_NEVER;
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		self->folders[kind] = g_ptr_array_new_with_free_func(watched_free);
		watch_folders(self, kind);
	}
	watch_token(self);
	announce(self);
	schedule_init(&self->schedule, config, first);
	self->mail = watch_mail(self, first);
	self->mail_look = first - MAIL_PAUSE_MS;
	return self;
}

void runner_free(struct runner *self)
{
	if (self == NULL) {
		return;
	}
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		g_ptr_array_unref(self->folders[kind]);
	}
	watch_free(self->token);
	mail_watch_free(self->mail);
	child_free(self->child);
	presence_release(self->presence);
	config_account_free(self->config);
	g_free(self->token_name);
	g_free(self->grant_name);
	g_free(self);
}

bool runner_reload(struct runner *self, const struct account_config *config, gint64 now)
{
	if (!config_account_equal(self->config, config)) {
		return false;
	}
	schedule_reload(&self->schedule, now);
	if (self->mail != NULL) {
		mail_watch_reload(self->mail, now);
	}
	return true;
}

void runner_leave(struct runner *self)
{
	presence_release(self->presence);
	self->presence = NULL;
	g_clear_pointer(&self->mail, mail_watch_free);
}

/* ---- the end of a child ---- */

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
		for (enum part part = 0; part < PARTS; part++) {
			if (end->parts[part].is_told && end->parts[part].end == WAITS[i].end &&
			    self->schedule.parts[part].end != WAITS[i].end) {
				const struct log_about about = {self->config->name, part_name(part),
				                                NULL};
				log_tell(WAITS[i].level, &about, "%s", WAITS[i].words);
			}
		}
	}
}

/* A process that ends by one of these did not crash: somebody asked it to end. */
static bool was_asked(int number)
{
	return number == SIGTERM || number == SIGINT || number == SIGHUP;
}

/* What nobody told of crashed: the log and the status say so, and the schedule knows. */
static void note_crash(const struct runner *self, struct child_end *end)
{
	struct crash crash = {.is_hung = self->is_hung, .signal = end->signal};
	for (enum part part = 0; part < PARTS; part++) {
		crash.parts[part] =
			self->schedule.parts[part].is_running && !end->cycle.parts[part].is_told;
		if (crash.parts[part]) {
			end->cycle.parts[part].is_told = true;
			end->cycle.parts[part].end = PART_CRASHED;
		}
	}
	crash_tell(self->config, &crash);
}

/*
 * What the folders are like now against what the cycle has read of them: they differ when a person
 * edited meanwhile. A state that the cycle found at its start and did not take in is left alone, or
 * it would go round and round.
 */
static bool is_edited(const struct runner *self, enum item_kind kind, const guint64 *seen)
{
	guint64 all_start = 0, all_now = 0;
	for (guint i = 0; i < self->folders[kind]->len; i++) {
		guint64 start = 0, now = 0;
		folder_watch_end(watch_at(self, kind, i), &start, &now);
		all_start += start;
		all_now += now;
	}
	return seen != NULL && all_now != *seen && all_now != all_start;
}

static void end_folders(struct runner *self, const struct cycle_end *end, gint64 now)
{
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		const enum part part = part_of(kind);
		const guint64 *seen = end->parts[part].has_seen ? &end->parts[part].seen : NULL;
		if (!self->schedule.parts[part].is_running) {
			continue;
		}
		watch_folders(self, kind);
		if (is_edited(self, kind, seen)) {
			schedule_touch(&self->schedule, part, now + FOLDER_SETTLE_MS);
		}
	}
}

static void reap(struct runner *self, gint64 now)
{
	struct child_end end = {0};
	if (self->child == NULL || !child_has_ended(self->child, &end)) {
		return;
	}
	if (self->is_hung ||
	    (end.signal != 0 && !was_asked(end.signal) && self->kill_at == SCHEDULE_NEVER)) {
		note_crash(self, &end);
	}
	tell_waits(self, &end.cycle);
	g_clear_pointer(&self->child, child_free);
	self->end_at = self->kill_at = SCHEDULE_NEVER;
	self->is_hung = false;
	end_folders(self, &end.cycle, now);
	schedule_end(&self->schedule, &end.cycle, now, g_random_double());
}

/* ---- the start of a child ---- */

/* The child touches its lock as long as it gets on: the first search for contacts takes its time.
 */
static gint64 read_beat(const struct runner *self)
{
	g_autofree char *path = paths_of_account(self->config->name, ".lock");
	struct stat about;
	return stat(path, &about) == 0 ? about.st_mtim.tv_sec : 0;
}

static char *crashed_list(const struct runner *self)
{
	bool parts[PARTS];
	for (enum part part = 0; part < PARTS; part++) {
		parts[part] = self->schedule.parts[part].end == PART_CRASHED;
	}
	return schedule_part_list(parts);
}

static void start(struct runner *self, const bool parts[PARTS], gint64 now)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *list = schedule_part_list(parts);
	g_autofree char *crashed = crashed_list(self);
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		for (guint i = 0; parts[part_of(kind)] && i < self->folders[kind]->len; i++) {
			folder_watch_begin(watch_at(self, kind, i));
		}
	}
	self->child = child_start(self->host->config->text, self->config->name, list, crashed,
	                          self->host->verbosity, &error);
	if (self->child == NULL) {
		const struct cycle_end none = {0};
		log_say(LOG_LEVEL_ERROR, self->config->name, "%s", error->message);
		end_folders(self, &none, now);
		schedule_end(&self->schedule, &none, now, g_random_double());
		return;
	}
	log_say(LOG_LEVEL_DEBUG, self->config->name, "a cycle starts: %s", list);
	self->end_at = now + LONGEST_SILENCE;
	self->beat = read_beat(self);
}

static void start_due(struct runner *self, gint64 now, bool has_network)
{
	bool parts[PARTS];
	if (schedule_next(&self->schedule) > now) {
		return;
	}
	const bool is_cut_off = !has_network && !self->is_near;
	if (is_cut_off && schedule_put_off(&self->schedule, now, g_random_double())) {
		log_say(LOG_LEVEL_DEBUG, self->config->name, "there is no network: put off");
	}
	if (schedule_take(&self->schedule, now, parts)) {
		start(self, parts, now);
	}
}

/* ---- steps ---- */

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
		self->is_hung = true;
		runner_stop(self, now);
	}
}

/*
 * At once, and then not sooner than after a while; a look that is planned serves all until then. It
 * is asked for again all the same: a cycle may have come before its time, and have taken it along.
 */
static void step_mail(struct runner *self, gint64 now, bool may_start)
{
	if (self->mail == NULL || !mail_watch_step(self->mail, now, may_start)) {
		return;
	}
	if (self->mail_look <= now) {
		self->mail_look = MAX(now, self->mail_look + MAIL_PAUSE_MS);
	}
	schedule_touch(&self->schedule, PART_MESSAGES, self->mail_look);
}

void runner_step(struct runner *self, gint64 now, const struct runner_limits *limits)
{
	reap(self, now);
	step_mail(self, now, limits->may_start);
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		for (guint i = 0; i < self->folders[kind]->len; i++) {
			if (folder_watch_step(watch_at(self, kind, i), now)) {
				schedule_touch(&self->schedule, part_of(kind), now);
			}
		}
	}
	end_hanging(self, now);
	if (limits->may_start && self->child == NULL) {
		start_due(self, now, limits->has_network);
	}
}

gint64 runner_deadline(const struct runner *self, bool may_start)
{
	gint64 next = MIN(self->end_at, self->kill_at);
	if (may_start) {
		next = MIN(next, schedule_next(&self->schedule));
	}
	if (self->mail != NULL) {
		next = MIN(next, mail_watch_deadline(self->mail, may_start));
	}
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		for (guint i = 0; i < self->folders[kind]->len; i++) {
			next = MIN(next, folder_watch_deadline(watch_at(self, kind, i)));
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

void runner_network(struct runner *self, gint64 now)
{
	schedule_network(&self->schedule, now, g_random_double());
	if (self->mail != NULL) {
		mail_watch_renew(self->mail, now);
	}
}

void runner_hold_until(struct runner *self, gint64 when)
{
	schedule_hold_until(&self->schedule, when);
	if (self->mail != NULL) {
		mail_watch_renew(self->mail, when);
	}
}

void runner_stop(struct runner *self, gint64 now)
{
	if (self->child != NULL) {
		self->end_at = SCHEDULE_NEVER;
		self->kill_at = now + GRACE_MS;
		child_signal(self->child, SIGTERM);
	}
}
