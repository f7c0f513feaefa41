/* SPDX-License-Identifier: MIT */
/* What a cycle changed, as JSON for a command of the person's. */
#ifndef PASSERELLE_APP_CHANGES_H
#define PASSERELLE_APP_CHANGES_H

#include "app/health.h"
#include "journal/journal.h"
#include "sync/cycle.h"

struct changes;
struct changes *changes_new(const char *account, gint64 now);
void changes_free(struct changes *self);

/*
 * Adds what a part reports. What is held counts as a change when it is not what the journal
 * remembers from the last time, and is remembered. STORAGE.
 */
bool changes_take(struct changes *self, enum part part, const struct cycle_report *report,
                  struct journal *journal, GError **error);
/* The document of passerelle.conf(5), on_change_command, at most 1 MB; NULL = nothing changed. */
char *changes_to_json(const struct changes *self);

/*
 * Runs on_change_command, if there is one and something changed, with the document on its standard
 * input. What fails is logged.
 */
void changes_tell(const struct account_config *account, const struct changes *self);

#endif
