/* SPDX-License-Identifier: MIT */
/* passerelle journal rebuild: compares both sides anew, so that sending may go on. */
#include "app/journal_rebuild.h"

#include "app/account_journal.h"
#include "app/command.h"
#include "app/interrupt.h"
#include "app/paths.h"
#include "app/progress.h"
#include "app/sync_account.h"
#include "base/durable.h"

#include <stdio.h>

/* Under the lock, and let go again: the cycle takes it for itself. */
static bool set_aside(const struct account_config *config, char **aside, GError **error)
{
	g_autofree char *path = paths_of_account(config->name, ".lock");
	if (!paths_make_state(error)) {
		return false;
	}
	struct durable_lock *lock = durable_lock_take(path, error);
	if (lock == NULL) {
		return false;
	}
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	bool is_done = account_journal_set_aside(config->name, now, aside, error);
	durable_lock_release(lock);
	return is_done;
}

enum exit_status journal_rebuild(const struct account_config *config, bool is_quiet)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *aside = NULL;
	if (!set_aside(config, &aside, &error)) {
		return command_failed(config->name, error);
	}
	if (aside != NULL && !is_quiet) {
		printf("%s: the damaged journal lies at '%s' now\n", config->name, aside);
	}
	interrupt_install();
	progress_enable(!is_quiet);
	const struct sync_wish wish = {
		.wants = {[PART_CONTACTS] = true, [PART_CALENDAR] = true},
		.is_full = true,
		.is_rebuild = true,
		.is_quiet = is_quiet,
	};
	enum exit_status status = sync_account(config, &wish, NULL);
	if (status == EXIT_DONE && !is_quiet) {
		printf("%s: both sides were compared; what is pending goes with the next sync\n",
		       config->name);
	}
	return status;
}
