/* SPDX-License-Identifier: MIT */
/* Contacts and events: one cycle of each, and what came of it. */
#include "app/account_cycle.h"
#include "app/account_journal.h"
#include "app/interrupt.h"
#include "app/labels.h"
#include "app/log.h"
#include "app/places.h"
#include "app/progress.h"
#include "app/sync_report.h"
#include "status/words.h"

#include <stdio.h>

#define PROBLEMS_SHOWN     10 /* by a sync that a person started */
#define PROBLEM_CHARACTERS 300

/* Whatever changes what is read out of an unchanged file. */
static char *stamp_of(const struct account_config *config, enum item_kind kind)
{
	gint64 direction =
		kind == ITEM_CONTACT ? config->contacts_direction : config->calendar_direction;
	return g_strdup_printf("%s %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT,
	                       config->timezone, config->recurrence_horizon, direction,
	                       config->push_past_events);
}

static enum direction direction_of(const struct account_config *config, enum item_kind kind)
{
	return (enum direction)(kind == ITEM_CONTACT ? config->contacts_direction
	                                             : config->calendar_direction);
}

static struct cycle_report *run_cycle(struct account_cycle *self, enum item_kind kind,
                                      struct endpoint *local, const struct place *place)
{
	const struct account_config *config = self->config;
	g_autofree char *stamp = stamp_of(config, kind);
	const struct cycle_settings settings = {
		.kind = kind,
		.local = local,
		.remote = place->remote,
		.journal = place->journal,
		.direction = direction_of(config, kind),
		.on_remote_delete = (enum on_remote_delete)config->on_remote_delete,
		.max_adds = (unsigned)config->max_adds,
		.max_deletes = (unsigned)config->max_deletes,
		.conflict = (enum conflict_policy)config->conflict,
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
static void print_plan(const struct account_cycle *self, enum part part,
                       const struct cycle_report *report)
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
static void tell_problems(const struct account_cycle *self, enum part part,
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
static void note_changes(struct account_cycle *self, enum part part,
                         const struct cycle_report *report)
{
	g_autoptr(GError) error = NULL;
	if (self->config->on_change_command != NULL && !self->wish->is_dry_run &&
	    !interrupt_is_raised() &&
	    !changes_take(self->changes, part, report, self->account->journal, &error)) {
		cycle_tell_journal_error(self, error);
	}
}

static void take_report(struct account_cycle *self, enum part part,
                        const struct cycle_report *report)
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
		cycle_tell_error(self, part, report->error);
	}
	if (passerelle_error_is(report->error, PASSERELLE_ERROR_DAMAGED)) {
		account_journal_doubt(self->config->name);
	}
	if (report->hold != NULL && !self->wish->is_for_service) {
		const struct log_about about = {self->config->name, part_name(part), NULL};
		log_tell(LOG_LEVEL_WARNING, &about, "%s", report->hold);
	}
	if (report->held > 0 || report->refused > 0 || report->is_plan_held ||
	    report->held_removals > 0 || report->hold != NULL) {
		cycle_worsen(self, EXIT_HELD);
	}
	if (!interrupt_is_raised()) {
		sync_report_judge(report, self->config, part, &self->health.parts[part], self->now);
	}
	note_changes(self, part, report);
	cycle_note_end(self, part, part_end_of(report->error));
	sync_report_tell(report, kind, cycle_seconds_now(self->wish));
	sync_report_summarise(report, part, self->summary);
}

static void fail_part(struct account_cycle *self, enum part part, const GError *error)
{
	cycle_note_end_here(self, part, error);
	struct cycle_report report = {.error = (GError *)error};
	sync_report_judge(&report, self->config, part, &self->health.parts[part], self->now);
	sync_report_summarise(&report, part, self->summary);
}

/* ---- several collections ---- */

static enum part part_of(enum item_kind kind)
{
	return kind == ITEM_CONTACT ? PART_CONTACTS : PART_CALENDAR;
}

static bool pushes(const struct account_cycle *self, enum item_kind kind)
{
	const enum direction direction = direction_of(self->config, kind);
	return (direction == DIRECTION_BOTH || direction == DIRECTION_PUSH) &&
	       self->account->hold == NULL && !self->wish->is_rebuild;
}

static struct cycle_report *run_place(struct account_cycle *self, enum item_kind kind,
                                      const struct place *place)
{
	if (place->objection != NULL) {
		struct cycle_report *report = cycle_report_new();
		report->error = g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_STALE, "%s",
		                            place->objection);
		return report;
	}
	g_autoptr(GError) error = NULL;
	struct endpoint *local = account_open_collection(
		self->account, kind, place->folder, place->name, place->journal, self->now, &error);
	struct cycle_report *report = NULL;
	if (local != NULL) {
		report = run_cycle(self, kind, local, place);
		local->functions->close(local);
		if (report->error == NULL && !self->wish->is_dry_run) {
			labels_keep(self->account, part_of(kind), place, pushes(self, kind));
		}
	} else {
		report = cycle_report_new();
		report->error = g_steal_pointer(&error);
	}
	return report;
}

/* What was chosen, or known, and is not there: its folder is left alone as a file would be. */
static void add_missing(struct cycle_report *report, const GPtrArray *missing)
{
	for (guint i = 0; i < missing->len; i++) {
		g_auto(GStrv) words = g_strsplit(g_ptr_array_index(missing, i), ": ", 2);
		const struct news news = {.kind = NEWS_HELD, .file = words[0], .reason = words[1]};
		g_ptr_array_add(report->problems, problem_new(NULL, words[0], words[1]));
		news_list_add(report->news, &news);
		report->held++;
		report->left_alone++;
	}
}

/* Not CONFIG: it may be there again without a change of the configuration. */
static GError *nothing_is_there(const GPtrArray *missing)
{
	g_autofree char *more =
		missing->len > 1 ? g_strdup_printf(" (and %u more)", missing->len - 1) : NULL;
	return g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_NOT_FOUND,
	                   "there is nothing left to synchronise with: %s%s",
	                   (const char *)g_ptr_array_index(missing, 0), more != NULL ? more : "");
}

/* What fails in one leaves the others going. */
static struct cycle_report *run_places(struct account_cycle *self, enum item_kind kind,
                                       const GPtrArray *places, const GPtrArray *problems)
{
	const struct place *first = places->len > 0 ? g_ptr_array_index(places, 0) : NULL;
	if (first != NULL && first->name == NULL) {
		return run_place(self, kind, first);
	}
	struct cycle_report *sum = cycle_report_new();
	sum->is_complete = true;
	add_missing(sum, problems);
	if (places->len == 0 && problems->len > 0) {
		sum->is_complete = false;
		sum->error = nothing_is_there(problems);
	}
	for (guint i = 0; i < places->len && !interrupt_is_raised(); i++) {
		const struct place *place = g_ptr_array_index(places, i);
		OWNED(cycle_report) report = run_place(self, kind, place);
		cycle_report_add(sum, report, place->name);
	}
	return sum;
}

void cycle_items(struct account_cycle *self, enum part part)
{
	const enum item_kind kind = part == PART_CONTACTS ? ITEM_CONTACT : ITEM_EVENT;
	const struct connection *connection = account_connection(self->account, part);
	if (connection->remote == NULL) {
		fail_part(self, part, connection->error);
		return;
	}
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) places = places_find(self->account, part, problems, &error);
	if (places == NULL) {
		connection_take_refusal(connection, error, cycle_seconds_now(self->wish));
		OWNED(cycle_report) report = cycle_report_new();
		report->error = g_steal_pointer(&error);
		take_report(self, part, report);
		return;
	}
	OWNED(cycle_report) report = run_places(self, kind, places, problems);
	connection_take_refusal(connection, report->error, cycle_seconds_now(self->wish));
	take_report(self, part, report);
}
