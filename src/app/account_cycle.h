/* SPDX-License-Identifier: MIT */
/* What the parts of one cycle of an account share. Used by sync_account.c and cycle_*.c alone. */
#ifndef PASSERELLE_APP_ACCOUNT_CYCLE_H
#define PASSERELLE_APP_ACCOUNT_CYCLE_H

#include "app/account.h"
#include "app/changes.h"
#include "app/needs.h"
#include "app/sync_account.h"

struct account_cycle {
	const struct account_config *config;
	const struct sync_wish *wish;
	struct account *account;
	struct status_document *document;
	struct health health;
	gint64 now;
	GString *summary;
	struct changes *changes;
	struct cycle_end end;
	enum exit_status status;
};

gint64 cycle_seconds_now(const struct sync_wish *wish);
void cycle_worsen(struct account_cycle *self, enum exit_status status);
void cycle_note_end(struct account_cycle *self, enum part part, enum part_end end);
/* Before the remote was asked. */
void cycle_note_end_here(struct account_cycle *self, enum part part, const GError *error);
/* The service tells what goes on being wrong once: the status has it. */
bool cycle_was_told(const struct account_cycle *self, enum part part, const GError *error);
void cycle_tell_error(struct account_cycle *self, enum part part, const GError *error);
void cycle_tell_journal_error(struct account_cycle *self, const GError *error);

/* One part each, into health, document, summary and end. */
void cycle_items(struct account_cycle *self, enum part part);
void cycle_mail(struct account_cycle *self);

/* cycle_status.c: the document, as the journal remembers it, and out into the world. */
void cycle_load_document(struct account_cycle *self);
void cycle_save_status(struct account_cycle *self);
void cycle_save_broken_status(const struct account_config *config, const GError *error, gint64 now,
                              enum exit_status *status);
/* A day ahead: only the browser can renew the sign-in. False: it is not yet, or not any more. */
bool cycle_ends_soon(const struct account_cycle *self, struct need *need);

#endif
