/* SPDX-License-Identifier: MIT */
/* passerelle sync: one cycle now. */
#include "app/command.h"
#include "app/config_options.h"
#include "app/hooks.h"
#include "app/interrupt.h"
#include "app/log.h"
#include "app/progress.h"
#include "app/sync_account.h"

#include <stdio.h>
#include <string.h>

static const char usage[] = "[ACCOUNT…]";
static const char summary[] = "Synchronise once: these accounts, or all.";

/* "contacts,calendar" into wants */
static bool read_only(const char *list, bool wants[PARTS])
{
	g_auto(GStrv) words = g_strsplit(list, ",", -1);
	const char *const known[] = {part_name(PART_CONTACTS), part_name(PART_CALENDAR),
	                             part_name(PART_MESSAGES), NULL};
	for (guint i = 0; words[i] != NULL; i++) {
		guint part = 0;
		while (part < PARTS && strcmp(words[i], known[part]) != 0) {
			part++;
		}
		if (part == PARTS) {
			const char *nearest = word_nearest(known, words[i]);
			command_misused(
				"--only takes contacts, calendar and messages, not \"%s\"%s%s%s",
				words[i], nearest != NULL ? ": did you mean \"" : "",
				nearest != NULL ? nearest : "", nearest != NULL ? "\"?" : "");
			return false;
		}
		wants[part] = true;
	}
	return true;
}

/* Under the service the end of each part is told, on standard output. */
static enum exit_status sync_one(const struct account_config *config, const struct sync_wish *wish)
{
	struct cycle_end end = {0};
	g_autoptr(GError) error = NULL;
	if (wish->is_for_service && !hooks_start(config, &error)) {
		log_say(LOG_LEVEL_WARNING, config->name, "%s", error->message);
	}
	enum exit_status status = sync_account(config, wish, &end);
	hooks_end();
	if (wish->is_for_service) {
		g_autofree char *text = cycle_end_write(&end);
		fputs(text, stdout);
		fflush(stdout);
	}
	return status;
}

static enum exit_status sync_all(struct invocation *invocation, char *const *names,
                                 const struct sync_wish *wish)
{
	g_autoptr(GPtrArray) accounts = command_accounts(invocation, names);
	enum exit_status status = EXIT_DONE;
	if (accounts == NULL) {
		return EXIT_BAD_USAGE;
	}
	interrupt_install();
	progress_enable(!wish->is_quiet && !wish->is_for_service);
	for (guint i = 0; i < accounts->len && !interrupt_is_raised(); i++) {
		status = exit_status_worse(status, sync_one(g_ptr_array_index(accounts, i), wish));
	}
	return status;
}

enum exit_status command_sync(struct invocation *invocation, int argc, char **argv)
{
	gboolean is_dry_run = FALSE, is_confirmed = FALSE, is_full = FALSE;
	g_autofree char *only = NULL;
	const GOptionEntry entries[] = {
		{"dry-run", 'n', 0, G_OPTION_ARG_NONE, &is_dry_run,
	         "Print what would be done, and do nothing", NULL},
		{"confirm", 0, 0, G_OPTION_ARG_NONE, &is_confirmed,
	         "Let through what is held because it is much", NULL},
		{"only", 0, 0, G_OPTION_ARG_STRING, &only, "Only these: contacts,calendar,messages",
	         "LIST"},
		{"full", 0, 0, G_OPTION_ARG_NONE, &is_full, "Read every remote detail again", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(GStrv) names = NULL;
	enum exit_status status = EXIT_DONE;
	if (!command_options(entries, usage, summary, argc, argv, &names, &status)) {
		return status;
	}
	struct sync_wish wish = {
		.is_dry_run = is_dry_run,
		.is_confirmed = is_confirmed,
		.is_full = is_full,
		.is_quiet = invocation->verbosity < 0,
		.is_for_service = g_getenv(SYNC_SERVICE_VARIABLE) != NULL,
		.is_confined = g_getenv(SYNC_SERVICE_VARIABLE) != NULL,
	};
	const char *all = "contacts,calendar,messages";
	if (!read_only(only != NULL && only[0] != '\0' ? only : all, wish.wants)) {
		return EXIT_BAD_USAGE;
	}
	const char *crashed = g_getenv(SYNC_CRASHED_VARIABLE);
	if (wish.is_for_service && crashed != NULL && crashed[0] != '\0' &&
	    !read_only(crashed, wish.has_crashed)) {
		return EXIT_BAD_USAGE;
	}
	return sync_all(invocation, names, &wish);
}
