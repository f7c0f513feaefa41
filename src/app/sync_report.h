/* SPDX-License-Identifier: MIT */
/* What a cycle reported, as status, health and words. */
#ifndef PASSERELLE_APP_SYNC_REPORT_H
#define PASSERELLE_APP_SYNC_REPORT_H

#include "app/health.h"
#include "status/document.h"
#include "sync/cycle.h"

/*
 * Carries the figures over; last_success only after a complete cycle. What is not known stays as
 * it was.
 */
void sync_report_tell(const struct cycle_report *report, struct status_kind *kind, gint64 now);
/* Held plans and items in doubt ask for a person. */
void sync_report_judge(const struct cycle_report *report, const struct account_config *account,
                       enum part part, struct part_health *health, gint64 now);
/* "contacts 1,000, 3 sent"; appended to line behind "; " or ": ". */
void sync_report_summarise(const struct cycle_report *report, enum part part, GString *line);
/* In the log, where something was changed on either side: "3 sent, 1 new here". */
void sync_report_log(const struct cycle_report *report, const char *account, enum part part);
/* In the log, where what it said was wrong is no longer. */
void sync_log_recovery(const char *account, enum part part, enum status_state before,
                       enum status_state now);
void sync_mail_summarise(const struct status_mail *mail, GString *line);

#endif
