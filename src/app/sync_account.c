/* SPDX-License-Identifier: MIT */
/*
 * One cycle of one account: contacts, events, mail counts, exports, and the status that tells of
 * them.
 */
#include "app/sync_account.h"

#include "app/account_cycle.h"
#include "app/command.h"
#include "app/confine.h"
#include "app/crash.h"
#include "app/exports.h"
#include "app/folder_digest.h"
#include "app/interrupt.h"
#include "app/landlock.h"
#include "app/log.h"
#include "app/paths.h"
#include "app/profile.h"
#include "app/progress.h"
#include "app/sync_report.h"
#include "journal/records.h"
#include "status/words.h"

#include <stdio.h>
#include <string.h>

#define ADDRESS_CHARACTERS 2048 /* what every browser takes */

gint64 cycle_seconds_now(const struct sync_wish *wish)
{
	return wish->now != 0 ? wish->now : g_get_real_time() / G_USEC_PER_SEC;
}

void cycle_note_end(struct account_cycle *self, enum part part, enum part_end end)
{
	self->end.parts[part].is_told = true;
	self->end.parts[part].end = end;
}

/* Before the remote was asked: a configuration that it did not refuse may be right the next time,
 * as when a key store is still locked. */
void cycle_note_end_here(struct account_cycle *self, enum part part, const GError *error)
{
	enum part_end end = part_end_of(error);
	cycle_note_end(self, part, end == PART_CONFIG ? PART_HERE : end);
}

void cycle_worsen(struct account_cycle *self, enum exit_status status)
{
	self->status = exit_status_worse(self->status, status);
}

/* The service tells what goes on being wrong once: the status has it. */
bool cycle_was_told(const struct account_cycle *self, enum part part, const GError *error)
{
	const struct part_health *before = &self->health.parts[part];
	return self->wish->is_for_service && before->state != STATUS_OK &&
	       before->message != NULL && g_str_has_prefix(before->message, error->message);
}

void cycle_tell_error(struct account_cycle *self, enum part part, const GError *error)
{
	const struct log_about about = {self->config->name, part_name(part), NULL};
	log_tell(cycle_was_told(self, part, error) ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, &about,
	         "%s", error->message);
	cycle_worsen(self, exit_status_of(error));
}

void cycle_tell_journal_error(struct account_cycle *self, const GError *error)
{
	log_say(LOG_LEVEL_ERROR, self->config->name, "journal: %s", error->message);
	cycle_worsen(self, exit_status_of(error));
}

/* ---- the whole ---- */

static guint64 digest_read(struct journal *journal, enum item_kind kind)
{
	g_autoptr(GHashTable) sources = sources_load(journal, kind, NULL);
	return sources != NULL ? folder_digest_of_sources(sources) : 0;
}

/* What this cycle has read of its folders, together: an edit made since makes another number, and
 * the service runs again. */
static void note_seen(struct account_cycle *self)
{
	struct journal *journal = self->account->journal;
	g_auto(GStrv) sections = journal_sections(journal, NULL);
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		enum part part = kind == ITEM_CONTACT ? PART_CONTACTS : PART_CALENDAR;
		if (!self->end.parts[part].is_told || sections == NULL) {
			continue;
		}
		self->end.parts[part].has_seen = true;
		self->end.parts[part].seen = digest_read(journal, kind);
		for (char **name = sections; *name != NULL; name++) {
			struct journal *section = journal_section(journal, *name, NULL);
			self->end.parts[part].seen +=
				section != NULL ? digest_read(section, kind) : 0;
		}
	}
}

static bool is_wanted(const struct account_cycle *self, enum part part)
{
	return self->wish->wants[part] && account_has_part(self->config, part);
}

/* Once for all parts of the service. */
static void tell_connection(struct account_cycle *self, const struct connection *connection)
{
	bool is_known = true;
	for (enum part part = 0; part < PARTS; part++) {
		is_known &= !is_wanted(self, part) || !connection->serves[part] ||
		            cycle_was_told(self, part, connection->error);
	}
	log_say(is_known ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR, self->config->name, "%s",
	        connection->error->message);
	cycle_worsen(self, exit_status_of(connection->error));
}

static void read_secrets(struct account_cycle *self)
{
	bool wanted[HEALTH_PARTS] = {[PART_PROFILE] = self->config->profile != NULL};
	for (enum part part = 0; part < PARTS; part++) {
		wanted[part] = is_wanted(self, part);
	}
	account_read_secrets(self->account, wanted, true);
}

static void connect_remotes(struct account_cycle *self)
{
	const GPtrArray *connections = self->account->connections;
	self->account->is_full = self->wish->is_full;
	self->account->is_rebuild = self->wish->is_rebuild;
	account_connect(self->account, self->now);
	for (guint i = 0; i < connections->len && !interrupt_is_raised(); i++) {
		const struct connection *connection = g_ptr_array_index(connections, i);
		if (connection->error != NULL) {
			tell_connection(self, connection);
		}
	}
}

static bool is_told(const struct account_cycle *self, const char *message)
{
	const GPtrArray *connections = self->account->connections;
	for (guint i = 0; i < connections->len; i++) {
		const struct connection *connection = g_ptr_array_index(connections, i);
		if (connection->error != NULL &&
		    g_strcmp0(connection->error->message, message) == 0) {
			return true;
		}
	}
	return false;
}

static void run_part(struct account_cycle *self, enum part part)
{
	if (!account_has_part(self->config, part)) {
		health_set(&self->health.parts[part], STATUS_OK, NULL, NULL, NULL, self->now);
	} else if (self->wish->wants[part] && part == PART_MESSAGES) {
		cycle_mail(self);
	} else if (self->wish->wants[part]) {
		cycle_items(self, part);
	} else if (self->wish->has_crashed[part]) {
		bool parts[PARTS] = {false};
		parts[part] = true;
		g_autofree char *words = crash_words(parts);
		health_set(&self->health.parts[part], STATUS_ERROR, words, NULL, NULL, self->now);
	}
}

/* The quick ones first, each told at once: the first search for contacts can take half an hour. */
static void run_parts(struct account_cycle *self)
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
			cycle_save_status(self);
		}
	}
}

/*
 * What the person who called has to do now; the error alone names neither command nor address. The
 * address with its query is an answer, and stands in no log.
 */
static void tell_action(const struct account_cycle *self)
{
	const struct status_document *document = self->document;
	if (!is_told(self, document->message) && (document->state == STATUS_LOGIN_REQUIRED ||
	                                          document->state == STATUS_CONSENT_REQUIRED)) {
		log_say(LOG_LEVEL_WARNING, self->config->name, "%s", document->message);
	}
	if (document->state == STATUS_CONSENT_REQUIRED && document->action_url != NULL) {
		g_autofree char *address = words_clean(document->action_url, ADDRESS_CHARACTERS);
		printf("%s: open %s\n", self->config->name, address);
	}
}

static void tell_needs(struct account_cycle *self)
{
	g_autoptr(GError) error = NULL;
	struct need need = {0};
	const bool is_ending = cycle_ends_soon(self, &need);
	g_autoptr(GPtrArray) needs =
		needs_find_new(self->config, &self->health, is_ending ? &need : NULL,
	                       self->account->journal, &error);
	g_free(need.message);
	if (needs == NULL) {
		cycle_tell_journal_error(self, error);
	} else {
		needs_tell(self->config, needs);
	}
}

/* Before the first byte that others wrote is read, and before libcurl starts a thread. */
static void confine(const struct account_cycle *self)
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
static void tell_person(struct account_cycle *self)
{
	if (!interrupt_is_raised()) {
		tell_needs(self);
		changes_tell(self->config, self->changes);
	}
}

static void run(struct account_cycle *self)
{
	read_secrets(self);
	if (self->wish->is_confined) {
		confine(self);
	}
	connect_remotes(self);
	run_parts(self);
	cycle_worsen(self, profile_refresh(self->account, self->wish, &self->end, self->now,
	                                   &self->health));
	progress_clear();
	if (self->wish->is_dry_run) {
		return;
	}
	cycle_worsen(self, exports_write(self->account, self->now));
	cycle_save_status(self);
	tell_person(self);
	if (self->wish->is_for_service) {
		note_seen(self);
	} else if (!self->wish->is_quiet && self->summary->len > 0 && !interrupt_is_raised()) {
		tell_action(self);
		printf("%s:%s\n", self->config->name, self->summary->str);
	}
}

static void clear(struct account_cycle *self)
{
	status_document_free(self->document);
	health_clear(&self->health);
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
			cycle_save_broken_status(config, error, cycle_seconds_now(wish), &status);
		}
		return status;
	}
	struct account_cycle cycle = {
		.config = config,
		.wish = wish,
		.account = account,
		.now = cycle_seconds_now(wish),
		.summary = g_string_new(NULL),
		.changes = changes_new(config->name, cycle_seconds_now(wish)),
	};
	if (wish->is_for_service) {
		g_autofree char *lock = paths_of_account(config->name, ".lock");
		progress_beat(lock);
	}
	health_load(&cycle.health, account->journal);
	cycle_load_document(&cycle);
	run(&cycle);
	clear(&cycle);
	if (end != NULL) {
		*end = cycle.end;
	}
	return cycle.status;
}
