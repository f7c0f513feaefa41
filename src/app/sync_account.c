/* SPDX-License-Identifier: MIT */
/*
 * One cycle of one account: contacts, events, mail counts, exports, and the status that tells of
 * them.
 */
#include "app/sync_account.h"

#include "app/account.h"
#include "app/account_journal.h"
#include "app/changes.h"
#include "app/command.h"
#include "app/confine.h"
#include "app/crash.h"
#include "app/exports.h"
#include "app/folder_digest.h"
#include "app/interrupt.h"
#include "app/landlock.h"
#include "app/log.h"
#include "app/needs.h"
#include "app/paths.h"
#include "app/profile.h"
#include "app/progress.h"
#include "app/secrets.h"
#include "app/status_file.h"
#include "app/sync_report.h"
#include "journal/records.h"
#include "status/words.h"

#include <stdio.h>
#include <string.h>

#define STATUS_KEY                                                                                 \
	"app.status" /* in the journal: the file may lie in a folder that a restart empties */

#define EARLY_WARNING (24 * 60 * 60) /* before a token seems to end */

#define PROBLEMS_SHOWN     10 /* by a sync that a person started */
#define PROBLEM_CHARACTERS 300
#define ADDRESS_CHARACTERS 2048 /* what every browser takes */

struct cycle {
	const struct account_config *config;
	const struct sync_wish *wish;
	struct account *account;
	struct status_document *document;
	struct health health;
	gint64 now;
	GError *connect_error; /* why there is no remote */
	GString *summary;
	struct changes *changes;
	struct cycle_end end;
	enum exit_status status;
};

static gint64 seconds_now(const struct sync_wish *wish)
{
	return wish->now != 0 ? wish->now : g_get_real_time() / G_USEC_PER_SEC;
}

static void note_end(struct cycle *self, enum part part, enum part_end end)
{
	self->end.parts[part].is_told = true;
	self->end.parts[part].end = end;
}

/* Before the remote was asked: a configuration that it did not refuse may be right the next time,
 * as when a key store is still locked. */
static void note_end_here(struct cycle *self, enum part part, const GError *error)
{
	enum part_end end = part_end_of(error);
	note_end(self, part, end == PART_CONFIG ? PART_HERE : end);
}

static void worsen(struct cycle *self, enum exit_status status)
{
	self->status = exit_status_worse(self->status, status);
}

/* The service tells what goes on being wrong once: the status has it. */
static bool was_told(const struct cycle *self, enum part part, const GError *error)
{
	const struct part_health *before = &self->health.parts[part];
	return self->wish->is_for_service && before->state != STATUS_OK &&
	       before->message != NULL && g_str_has_prefix(before->message, error->message);
}

static void tell_error(struct cycle *self, enum part part, const GError *error)
{
	const struct log_about about = {self->config->name, part_name(part), NULL};
	log_tell(was_told(self, part, error) ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, &about, "%s",
	         error->message);
	worsen(self, exit_status_of(error));
}

static void tell_journal_error(struct cycle *self, const GError *error)
{
	log_say(LOG_LEVEL_ERROR, self->config->name, "journal: %s", error->message);
	worsen(self, exit_status_of(error));
}

/* ---- contacts and events ---- */

/* Whatever changes what is read out of an unchanged file. */
static char *stamp_of(const struct account_config *config, enum item_kind kind)
{
	gint64 direction =
		kind == ITEM_CONTACT ? config->contacts_direction : config->calendar_direction;
	return g_strdup_printf("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
	                       config->timezone, config->recurrence_horizon, direction,
	                       config->push_past_events);
}

static struct cycle_report *run_cycle(struct cycle *self, enum item_kind kind,
                                      struct endpoint *local, struct endpoint *remote)
{
	const struct account_config *config = self->config;
	g_autofree char *stamp = stamp_of(config, kind);
	const struct cycle_settings settings = {
		.kind = kind,
		.local = local,
		.remote = remote,
		.journal = self->account->journal,
		.direction = (enum direction)(kind == ITEM_CONTACT ? config->contacts_direction
	                                                           : config->calendar_direction),
		.on_remote_delete = (enum on_remote_delete)config->on_remote_delete,
		.max_adds = (unsigned)config->max_adds,
		.is_confirmed = self->wish->is_confirmed,
		.is_dry_run = self->wish->is_dry_run,
		.is_full = self->wish->is_full,
		.is_rebuild = self->wish->is_rebuild,
		.account = config->name,
		.hold = self->account->hold,
		.now = self->now,
		.push_since = config->push_past_events != 0
	                              ? G_MININT64
	                              : journal_created(self->account->journal),
		.stamp = stamp,
		.progress = progress_show,
		.progress_data = config->name,
	};
	return cycle_run(&settings);
}

/* What --dry-run shows: what would be done, and what would be left. */
static void print_plan(const struct cycle *self, enum part part, const struct cycle_report *report)
{
	printf("%s %s:\n%s", self->config->name, part_name(part), report->description);
	for (guint i = 0; i < report->problems->len; i++) {
		const struct problem *problem = g_ptr_array_index(report->problems, i);
		g_autofree char *line = words_clean(problem->line, PROBLEM_CHARACTERS);
		printf("cannot be taken: %s\n", line);
	}
	putchar('\n');
}

/* The service tells them in the status: in its log they would come again with every cycle. */
static void tell_problems(const struct cycle *self, enum part part,
                          const struct cycle_report *report)
{
	guint count = report->problems != NULL ? report->problems->len : 0;
	for (guint i = 0; i < count; i++) {
		const struct problem *problem = g_ptr_array_index(report->problems, i);
		const struct log_about about = {self->config->name, part_name(part), problem->ref};
		bool is_shown = !self->wish->is_for_service && i < PROBLEMS_SHOWN;
		log_tell(is_shown ? LOG_LEVEL_WARNING : LOG_LEVEL_DEBUG, &about, "%s",
		         problem->log_line);
	}
	if (count > PROBLEMS_SHOWN && !self->wish->is_for_service) {
		const struct log_about about = {self->config->name, part_name(part), NULL};
		log_tell(LOG_LEVEL_WARNING, &about, "and %u more: see passerelle status %s",
		         count - PROBLEMS_SHOWN, self->config->name);
	}
}

/* Not what is still held when a signal ends the cycle: it was not all looked at. */
static void note_changes(struct cycle *self, enum part part, const struct cycle_report *report)
{
	g_autoptr(GError) error = NULL;
	if (self->config->on_change_command != NULL && !self->wish->is_dry_run &&
	    !interrupt_is_raised() &&
	    !changes_take(self->changes, part, report, self->account->journal, &error)) {
		tell_journal_error(self, error);
	}
}

static void take_report(struct cycle *self, enum part part, const struct cycle_report *report)
{
	struct status_kind *kind =
		part == PART_CONTACTS ? &self->document->contacts : &self->document->calendar;
	if (report->description != NULL && report->error == NULL) {
		print_plan(self, part, report);
	} else {
		tell_problems(self, part, report);
		if (self->wish->is_for_service) {
			sync_report_log(report, self->config->name, part);
		}
	}
	if (report->error != NULL && !interrupt_is_raised()) {
		tell_error(self, part, report->error);
	}
	if (passerelle_error_is(report->error, PASSERELLE_ERROR_DAMAGED)) {
		account_journal_doubt(self->config->name);
	}
	if (report->hold != NULL && !self->wish->is_for_service) {
		const struct log_about about = {self->config->name, part_name(part), NULL};
		log_tell(LOG_LEVEL_WARNING, &about, "%s", report->hold);
	}
	if (report->held > 0 || report->refused > 0 || report->is_plan_held ||
	    report->hold != NULL) {
		worsen(self, EXIT_HELD);
	}
	if (!interrupt_is_raised()) {
		sync_report_judge(report, self->config, part, &self->health.parts[part], self->now);
	}
	note_changes(self, part, report);
	note_end(self, part, part_end_of(report->error));
	sync_report_tell(report, kind, seconds_now(self->wish));
	sync_report_summarise(report, part, self->summary);
}

static void fail_part(struct cycle *self, enum part part, const GError *error)
{
	note_end_here(self, part, error);
	struct cycle_report report = {.error = (GError *)error};
	sync_report_judge(&report, self->config, part, &self->health.parts[part], self->now);
	sync_report_summarise(&report, part, self->summary);
}

static void sync_kind(struct cycle *self, enum part part)
{
	enum item_kind kind = part == PART_CONTACTS ? ITEM_CONTACT : ITEM_EVENT;
	if (self->account->remote == NULL) {
		fail_part(self, part, self->connect_error);
		return;
	}
	g_autoptr(GError) error = NULL;
	struct endpoint *remote = self->account->driver->endpoint(self->account->remote, kind);
	struct endpoint *local = account_open_folder(self->account, kind, self->now, &error);
	if (remote == NULL) {
		note_end(self, part, PART_DONE);
		log_say(LOG_LEVEL_WARNING, self->config->name, "the service has no %s",
		        part_name(part));
	} else if (local == NULL) {
		tell_error(self, part, error);
		fail_part(self, part, error);
	} else {
		OWNED(cycle_report) report = run_cycle(self, kind, local, remote);
		take_report(self, part, report);
	}
	if (local != NULL) {
		local->functions->close(local);
	}
}

/* ---- mail ---- */

static void take_mailbox(struct cycle *self, const struct mailbox *box)
{
	struct part_health *health = &self->health.parts[PART_MESSAGES];
	status_mail_update(&self->document->mail, box, self->now);
	note_end(self, PART_MESSAGES, PART_DONE);
	if (box->protected_infos == NULL || box->protected_infos[0] == NULL) {
		health_set(health, STATUS_OK, NULL, NULL, NULL, self->now);
		return;
	}
	g_autofree char *list = g_strjoinv(", ", box->protected_infos);
	g_autofree char *message = g_strdup_printf("mail: you have not allowed %s", list);
	note_end(self, PART_MESSAGES, PART_ASKS);
	health_set_consent(health, self->config, message, box->consent_url, self->now);
	worsen(self, EXIT_NEEDS_LOGIN);
}

static void sync_messages(struct cycle *self)
{
	g_autoptr(GError) error = NULL;
	OWNED(mailbox) box = NULL;
	if (self->wish->is_dry_run) {
		return;
	}
	if (self->account->remote == NULL) {
		error = g_error_copy(self->connect_error);
	} else if (self->account->driver->read_mailbox == NULL) {
		note_end(self, PART_MESSAGES, PART_DONE);
		return;
	} else {
		box = self->account->driver->read_mailbox(self->account->remote, &error);
	}
	if (box != NULL) {
		take_mailbox(self, box);
	} else if (!interrupt_is_raised()) {
		status_mail_update(&self->document->mail, NULL, self->now);
		if (self->account->remote != NULL) {
			note_end(self, PART_MESSAGES, part_end_of(error));
			tell_error(self, PART_MESSAGES, error); /* by what the health was before */
		} else {
			note_end_here(self, PART_MESSAGES, error);
		}
		health_set_error(&self->health.parts[PART_MESSAGES], self->config, error,
		                 self->now);
	}
	sync_mail_summarise(&self->document->mail, self->summary);
}

/* ---- status ---- */

static void load_document(struct cycle *self)
{
	g_autofree char *text = journal_memory_get(self->account->journal, STATUS_KEY, NULL);
	if (text != NULL) {
		self->document = status_document_from_json(text, strlen(text), NULL);
	}
	if (self->document == NULL || strcmp(self->document->account, self->config->name) != 0) {
		status_document_free(self->document);
		self->document = status_document_new(self->config->name);
	}
}

/*
 * Only under the service is a next cycle known; after a mistake in the configuration a part waits
 * for a person. A cycle by hand leaves standing what the service has promised.
 */
static gint64 next_sync(const struct cycle *self)
{
	const gint64 now = seconds_now(self->wish);
	gint64 shortest = G_MAXINT64;
	for (enum part part = 0; part < PARTS; part++) {
		bool is_stopped = g_strcmp0(self->health.parts[part].action_kind, "configure") == 0;
		if (account_has_part(self->config, part) && !is_stopped) {
			shortest = MIN(shortest, account_interval(self->config, part));
		}
	}
	if (!self->wish->is_for_service) {
		return self->document->next_sync > now ? self->document->next_sync : 0;
	}
	return shortest != G_MAXINT64 ? now + shortest : 0;
}

static void write_document(const struct account_config *config, struct status_document *document,
                           enum exit_status *status)
{
	g_autoptr(GError) error = NULL;
	if (!status_file_write(config, document, &error)) {
		*status = exit_status_worse(*status, command_failed(config->name, error));
	}
}

/* A day ahead: only the browser can renew the sign-in. False: it is not yet, or not any more. */
static bool ends_soon(const struct cycle *self, struct need *need)
{
	const char *token = self->account->token;
	const gint64 end = token != NULL ? secrets_token_end(token) : 0;
	if (end <= self->now || end - self->now > EARLY_WARNING) {
		return false;
	}
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(end);
	g_autofree char *day = when != NULL ? g_date_time_format(when, "%F %R") : NULL;
	g_autofree char *words = secrets_login_words(self->config);
	static char kind[] = "renew";
	need->kind = kind;
	need->since = end - EARLY_WARNING;
	need->message = g_strdup_printf("the sign-in seems to end on %s: %s", day, words);
	return true;
}

/* Where nothing else is asked of the person. */
static void warn_of_end(struct cycle *self)
{
	struct status_document *document = self->document;
	struct need need = {0};
	if (document->state == STATUS_OK && document->action_kind == NULL &&
	    ends_soon(self, &need)) {
		g_free(document->message);
		document->message = g_steal_pointer(&need.message);
		document->action_kind = g_strdup(need.kind);
		document->action_since = need.since;
	}
}

static void save_status(struct cycle *self)
{
	g_autoptr(GError) error = NULL;
	const enum status_state before = self->document->state;
	const gint64 now = seconds_now(self->wish);
	health_tell(&self->health, self->document);
	status_document_note_since(self->document, before, now);
	warn_of_end(self);
	self->document->updated = now;
	self->document->next_sync = next_sync(self);
	g_autofree char *json = status_document_to_json(self->document);
	if (!journal_memory_set(self->account->journal, STATUS_KEY, json, &error) ||
	    !health_save(&self->health, self->account->journal, &error)) {
		tell_journal_error(self, error);
	}
	write_document(self->config, self->document, &self->status);
}

/* The journal cannot be opened: then the status says that, and nothing else is known. */
static void save_broken_status(const struct account_config *config, const GError *error, gint64 now,
                               enum exit_status *status)
{
	OWNED(status_document) document = status_document_new(config->name);
	document->state = STATUS_ERROR;
	document->message = g_utf8_make_valid(error->message, -1);
	document->updated = now;
	write_document(config, document, status);
}

/* ---- the whole ---- */

/* What this cycle has read of its folders: an edit made since makes another number, and the service
 * runs again. */
static void note_seen(struct cycle *self)
{
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		enum part part = kind == ITEM_CONTACT ? PART_CONTACTS : PART_CALENDAR;
		g_autoptr(GHashTable) sources = NULL;
		if (self->end.parts[part].is_told) {
			sources = sources_load(self->account->journal, kind, NULL);
		}
		if (sources != NULL) {
			self->end.parts[part].has_seen = true;
			self->end.parts[part].seen = folder_digest_of_sources(sources);
		}
	}
}

static void connect_remote(struct cycle *self)
{
	if (!account_connect(self->account, self->wish->is_full, self->now, &self->connect_error) &&
	    !interrupt_is_raised()) {
		bool is_known = true;
		for (enum part part = 0; part < PARTS; part++) {
			is_known &= !self->wish->wants[part] ||
			            !account_has_part(self->config, part) ||
			            was_told(self, part, self->connect_error);
		}
		log_say(is_known ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, self->config->name, "%s",
		        self->connect_error->message);
		worsen(self, exit_status_of(self->connect_error));
	}
}

static void run_part(struct cycle *self, enum part part)
{
	if (!account_has_part(self->config, part)) {
		health_set(&self->health.parts[part], STATUS_OK, NULL, NULL, NULL, self->now);
	} else if (self->wish->wants[part] && part == PART_MESSAGES) {
		sync_messages(self);
	} else if (self->wish->wants[part]) {
		sync_kind(self, part);
	} else if (self->wish->has_crashed[part]) {
		bool parts[PARTS] = {false};
		parts[part] = true;
		g_autofree char *words = crash_words(parts);
		health_set(&self->health.parts[part], STATUS_ERROR, words, NULL, NULL, self->now);
	}
}

/* The quick ones first, each told at once: the first search for contacts can take half an hour. */
static void run_parts(struct cycle *self)
{
	static const enum part order[] = {PART_MESSAGES, PART_CALENDAR, PART_CONTACTS};
	for (gsize i = 0; i < G_N_ELEMENTS(order) && !interrupt_is_raised(); i++) {
		const enum status_state before = self->health.parts[order[i]].state;
		run_part(self, order[i]);
		if (self->wish->is_for_service) {
			sync_log_recovery(self->config->name, order[i], before,
			                  self->health.parts[order[i]].state);
		}
		if (!self->wish->is_dry_run && i + 1 < G_N_ELEMENTS(order)) {
			save_status(self);
		}
	}
}

/*
 * What the person who called has to do now; the error alone names neither command nor address. The
 * address with its query is an answer, and stands in no log.
 */
static void tell_action(const struct cycle *self)
{
	const struct status_document *document = self->document;
	const GError *told = self->connect_error;
	const bool is_told = told != NULL && g_strcmp0(told->message, document->message) == 0;
	if (!is_told && (document->state == STATUS_LOGIN_REQUIRED ||
	                 document->state == STATUS_CONSENT_REQUIRED)) {
		log_say(LOG_LEVEL_WARNING, self->config->name, "%s", document->message);
	}
	if (document->state == STATUS_CONSENT_REQUIRED && document->action_url != NULL) {
		g_autofree char *address = words_clean(document->action_url, ADDRESS_CHARACTERS);
		printf("%s: open %s\n", self->config->name, address);
	}
}

static void tell_needs(struct cycle *self)
{
	g_autoptr(GError) error = NULL;
	struct need need = {0};
	const bool is_ending = ends_soon(self, &need);
	g_autoptr(GPtrArray) needs = needs_find_new(&self->health, is_ending ? &need : NULL,
	                                            self->account->journal, &error);
	g_free(need.message);
	if (needs == NULL) {
		tell_journal_error(self, error);
	} else {
		needs_tell(self->config, needs);
	}
}

/* Before the first byte that others wrote is read, and before libcurl starts a thread. */
static void confine(const struct cycle *self)
{
	g_autoptr(GError) error = NULL;
	const int version = landlock_version();
	if (version == 0) {
		log_say(LOG_LEVEL_DEBUG, self->config->name, "the kernel has no landlock");
	}
	if (!confine_cycle(self->config, version, &error)) {
		log_say(LOG_LEVEL_WARNING, self->config->name, "%s", error->message);
	}
}

/* The commands of the person, once everything is written that they may want to look at. */
static void tell_person(struct cycle *self)
{
	if (!interrupt_is_raised()) {
		tell_needs(self);
		changes_tell(self->config, self->changes);
	}
}

static void run(struct cycle *self)
{
	connect_remote(self);
	if (self->wish->is_confined) {
		confine(self);
	}
	run_parts(self);
	worsen(self, profile_refresh(self->account, self->wish, &self->end, &self->health));
	progress_clear();
	if (self->wish->is_dry_run) {
		return;
	}
	worsen(self, exports_write(self->account, self->now));
	save_status(self);
	tell_person(self);
	if (self->wish->is_for_service) {
		note_seen(self);
	} else if (!self->wish->is_quiet && self->summary->len > 0 && !interrupt_is_raised()) {
		tell_action(self);
		printf("%s:%s\n", self->config->name, self->summary->str);
	}
}

static void clear(struct cycle *self)
{
	status_document_free(self->document);
	health_clear(&self->health);
	g_clear_error(&self->connect_error);
	g_string_free(self->summary, TRUE);
	changes_free(self->changes);
}

enum exit_status sync_account(const struct account_config *config, const struct sync_wish *wish,
                              struct cycle_end *end)
{
	g_autoptr(GError) error = NULL;
	OWNED(account) account = account_open(config, wish->is_dry_run, &error);
	if (account == NULL) {
		enum exit_status status = command_failed(config->name, error);
		if (!wish->is_dry_run && !passerelle_error_is(error, PASSERELLE_ERROR_BUSY)) {
			save_broken_status(config, error, seconds_now(wish), &status);
		}
		return status;
	}
	struct cycle cycle = {
		.config = config,
		.wish = wish,
		.account = account,
		.now = seconds_now(wish),
		.summary = g_string_new(NULL),
		.changes = changes_new(config->name, seconds_now(wish)),
	};
	if (wish->is_for_service) {
		g_autofree char *lock = paths_of_account(config->name, ".lock");
		progress_beat(lock);
	}
	health_load(&cycle.health, account->journal);
	load_document(&cycle);
	run(&cycle);
	clear(&cycle);
	if (end != NULL) {
		*end = cycle.end;
	}
	return cycle.status;
}
