/* SPDX-License-Identifier: MIT */
/*
 * One cycle of one account: contacts, events, mail counts, exports, and the status that tells of
 * them.
 */
#ifndef PASSERELLE_APP_SYNC_ACCOUNT_H
#define PASSERELLE_APP_SYNC_ACCOUNT_H

#include "app/config.h"
#include "app/cycle_end.h"
#include "app/exit_status.h"

struct sync_wish {
	bool wants[PARTS]; /* --only */
	bool is_dry_run, is_confirmed, is_full;
	bool is_rebuild;         /* journal rebuild: compare everything, send nothing */
	bool is_for_profile;     /* the profile is due, whatever its time is */
	bool is_quiet;           /* no summary */
	bool is_for_service;     /* nobody reads along: the status tells */
	bool is_confined;        /* the process takes from itself what it does not need, for good */
	bool has_crashed[PARTS]; /* in its last cycle, as the service knows */
	gint64 now;              /* UTC seconds that it is now; 0 = the clock's */
};

/* Set by the service for its children. */
#define SYNC_SERVICE_VARIABLE "PASSERELLE_SERVICE"
#define SYNC_CRASHED_VARIABLE "PASSERELLE_CRASHED" /* "contacts,calendar" */

/*
 * Whatever fails is told, stands in the status, and leaves the other parts going. end (nullable):
 * how each part ended.
 */
enum exit_status sync_account(const struct account_config *config, const struct sync_wish *wish,
                              struct cycle_end *end);

#endif
