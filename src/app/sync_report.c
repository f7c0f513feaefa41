/* SPDX-License-Identifier: MIT */
/* What a cycle reported, as status, health and words. */
#include "app/sync_report.h"

#include "app/log.h"
#include "status/words.h"

#include <string.h>

#define MAX_PROBLEMS 20 /* as in the document */

void sync_report_tell(const struct cycle_report *report, struct status_kind *kind, gint64 now)
{
	g_ptr_array_set_size(kind->problems, 0);
	for (guint i = 0; report->problems != NULL && i < report->problems->len && i < MAX_PROBLEMS;
	     i++) {
		const struct problem *problem = g_ptr_array_index(report->problems, i);
		g_ptr_array_add(kind->problems, g_strdup(problem->line));
	}
	if (report->error != NULL) {
		return;
	}
	kind->synced = report->synced;
	kind->pending = report->pending;
	kind->held = report->held;
	kind->refused = report->refused;
	g_free(kind->discovery);
	kind->discovery = g_strdup(report->discovery);
	if (report->is_complete) {
		kind->last_success = now;
	}
}

/* Files that cannot be taken are not in the journal: the status names them. */
static void judge_files(const struct cycle_report *report, enum part part,
                        struct part_health *health, gint64 now)
{
	g_autofree char *count = words_count(report->held);
	const struct problem *first = report->problems != NULL && report->problems->len > 0
	                                      ? g_ptr_array_index(report->problems, 0)
	                                      : NULL;
	g_autofree char *message = g_strdup_printf(
		"%s: %s %s%s%s", part_name(part), count,
		report->held == 1 ? "is left alone" : "are left alone",
		first != NULL ? ", first " : "", first != NULL ? first->log_line : "");
	health_set(health, STATUS_HELD, message, "files", NULL, now);
}

void sync_report_judge(const struct cycle_report *report, const struct account_config *account,
                       enum part part, struct part_health *health, gint64 now)
{
	if (report->error != NULL) {
		health_set_error(health, account, part, report->error, now);
	} else if (report->hold != NULL) {
		g_autofree char *message = g_strdup_printf("%s: %s", part_name(part), report->hold);
		health_set(health, STATUS_HELD, message, report->hold_action, NULL, now);
	} else if (report->is_plan_held) {
		g_autofree char *count =
			words_count(MAX(report->held - report->in_doubt - report->left_alone, 0));
		g_autofree char *message = g_strdup_printf(
			"%s: %s new items wait for your word: look with passerelle sync %s "
			"--dry-run, let them through with passerelle sync %s --confirm",
			part_name(part), count, account->name, account->name);
		health_set(health, STATUS_HELD, message, "confirm", NULL, now);
	} else if (report->held_removals > 0) {
		g_autofree char *count = words_count(report->held_removals);
		g_autofree char *message = g_strdup_printf(
			"%s: %s removals wait for your word: look with passerelle sync %s "
			"--dry-run, let them through with passerelle sync %s --confirm",
			part_name(part), count, account->name, account->name);
		health_set(health, STATUS_HELD, message, "confirm", NULL, now);
	} else if (report->in_doubt > 0) {
		g_autofree char *count = words_count(report->in_doubt);
		g_autofree char *message =
			g_strdup_printf("%s: %s in doubt: see passerelle journal list %s",
		                        part_name(part), count, account->name);
		health_set(health, STATUS_HELD, message, "resolve", NULL, now);
	} else if (report->held > 0) {
		judge_files(report, part, health, now);
	} else {
		health_set(health, STATUS_OK, NULL, NULL, NULL, now);
	}
}

static void add(GString *line, gint64 count, const char *word)
{
	if (count > 0) {
		g_autofree char *number = words_count(count);
		g_string_append_printf(line, ", %s %s", number, word);
	}
}

static void add_changes(GString *line, const struct cycle_report *report)
{
	add(line, report->added_here, "new here");
	add(line, report->added_there, "sent");
	add(line, report->changed_here, "changed here");
	add(line, report->changed_there, "changed there");
	add(line, report->removed_here, "removed here");
	add(line, report->removed_there, "removed there");
}

void sync_report_log(const struct cycle_report *report, const char *account, enum part part)
{
	const struct log_about about = {account, part_name(part), NULL};
	GString *line = g_string_new(NULL);
	add_changes(line, report);
	if (line->len > 0) {
		log_tell(LOG_LEVEL_INFO, &about, "%s", line->str + strlen(", "));
	}
	g_string_free(line, TRUE);
}

void sync_log_recovery(const char *account, enum part part, enum status_state before,
                       enum status_state now)
{
	const struct log_about about = {account, part_name(part), NULL};
	const bool was_well = before == STATUS_OK || before == STATUS_HELD;
	if (!was_well && (now == STATUS_OK || now == STATUS_HELD)) {
		log_tell(LOG_LEVEL_INFO, &about, "works again");
	}
}

void sync_report_summarise(const struct cycle_report *report, enum part part, GString *line)
{
	g_string_append_printf(line, "%s %s", line->len > 0 ? ";" : "", part_name(part));
	if (report->error != NULL) {
		g_string_append(line, " failed");
	} else {
		g_autofree char *synced = words_count(report->synced);
		g_string_append_printf(line, " %s in step", synced);
	}
	add_changes(line, report);
	add(line, report->pending, "pending");
	add(line, report->held, "held");
	add(line, report->refused, "refused");
	add(line, report->taken_as_sent, "taken as sent (see passerelle journal list)");
}

void sync_mail_summarise(const struct status_mail *mail, GString *line)
{
	if (mail->box != NULL && mail->box->unread != MAILBOX_UNKNOWN) {
		g_autofree char *unread = words_count(mail->box->unread);
		g_string_append_printf(line, "%s mail %s unread%s", line->len > 0 ? ";" : "",
		                       unread, mail->is_stale ? " (stale)" : "");
	}
}
