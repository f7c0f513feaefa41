/* SPDX-License-Identifier: MIT */
/*
 * passerelle journal: what was agreed, what was sent, what is in doubt, and a person's word on it.
 */
#include "app/account.h"
#include "app/command.h"
#include "app/journal_rebuild.h"
#include "app/journal_resolve.h"
#include "app/journal_show.h"
#include "app/paths.h"
#include "journal/records.h"
#include "status/words.h"

#include <stdio.h>
#include <string.h>

#define NAME_CHARACTERS 60
#define LINE_CHARACTERS 400
#define LOCAL_ONLY      "local only: " /* as in plan/record.h */

static const char usage[] =
	"list [ACCOUNT…] | show ACCOUNT ITEM | verify [ACCOUNT…] | resolve ACCOUNT "
	"ITEM… done|again|drop | resolve ACCOUNT --all done|again|drop | rebuild ACCOUNT";
static const char summary[] =
	"Show what the journal knows of contacts and events, and settle what is in doubt.";

static struct journal *open_to_read(const struct account_config *config, GError **error)
{
	g_autofree char *path = paths_of_account(config->name, ".journal");
	g_autoptr(GError) why = NULL;
	struct journal *journal = journal_open(path, JOURNAL_READ_ONLY, &why);
	if (passerelle_error_is(why, PASSERELLE_ERROR_NOT_FOUND)) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_NOT_FOUND,
		                    "never synchronised");
	} else if (why != NULL) {
		g_propagate_error(error, g_steal_pointer(&why));
	}
	return journal;
}

/* ---- list ---- */

/* What was changed here and cannot be sent; NULL = nothing. Owned. */
static char *local_only(const struct record *record)
{
	g_autoptr(GPtrArray) words = g_ptr_array_new();
	for (char **note = record->notes; note != NULL && *note != NULL; note++) {
		if (g_str_has_prefix(*note, LOCAL_ONLY)) {
			g_ptr_array_add(words, *note + strlen(LOCAL_ONLY));
		}
	}
	g_ptr_array_add(words, NULL);
	return words->len > 1 ? g_strjoinv(", ", (char **)words->pdata) : NULL;
}

/* kind: "contacts", or "contacts/NAME" where it is one of several collections */
static void print_record(const char *kind, const struct record *record)
{
	g_autofree char *own = record->state == RECORD_AGREED ? local_only(record) : NULL;
	g_autofree char *name =
		words_clean(record->name != NULL ? record->name : record->uid, NAME_CHARACTERS);
	g_autofree char *uid = words_clean(record->uid, LINE_CHARACTERS);
	g_autofree char *reason = words_clean(own != NULL ? own : record->reason, LINE_CHARACTERS);
	printf("  %-9s %-13s %s [%s]%s%s\n", kind,
	       own != NULL ? "local only" : record_state_name(record->state), name, uid,
	       reason[0] != '\0' ? ": " : "", reason);
}

static bool list_kind(const struct journal_part *part, enum item_kind kind, bool wants_all,
                      guint *hidden, GError **error)
{
	const char *words = part->name[0] != '\0' ? part->name : item_kind_name(kind);
	g_autoptr(GPtrArray) records = records_load(part->journal, kind, error);
	for (guint i = 0; records != NULL && i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		g_autofree char *own = local_only(record);
		if (wants_all || record->state != RECORD_AGREED || own != NULL) {
			print_record(words, record);
		} else {
			(*hidden)++;
		}
	}
	g_autoptr(GPtrArray) calls =
		records != NULL ? journal_find_calls(part->journal, kind, error) : NULL;
	for (guint i = 0; calls != NULL && i < calls->len; i++) {
		const struct found_record *call = g_ptr_array_index(calls, i);
		print_record(words, call->record);
	}
	return calls != NULL;
}

static bool list_parts(const GPtrArray *parts, bool wants_all, guint *hidden, GError **error)
{
	for (guint i = 0; i < parts->len; i++) {
		for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
			if (!list_kind(g_ptr_array_index(parts, i), kind, wants_all, hidden,
			               error)) {
				return false;
			}
		}
	}
	return true;
}

static enum exit_status list_account(const struct account_config *config, bool wants_all)
{
	g_autoptr(GError) error = NULL;
	OWNED(journal) journal = open_to_read(config, &error);
	if (passerelle_error_is(error, PASSERELLE_ERROR_NOT_FOUND)) {
		printf("%s: never synchronised\n", config->name);
		return EXIT_DONE;
	}
	guint hidden = 0;
	if (journal != NULL) {
		printf("%s:\n", config->name);
	}
	g_autoptr(GPtrArray) parts = journal != NULL ? journal_parts(journal, &error) : NULL;
	if (parts != NULL) {
		list_parts(parts, wants_all, &hidden, &error);
	}
	if (error != NULL) {
		return command_failed(config->name, error);
	}
	if (hidden > 0) {
		g_autofree char *count = words_count(hidden);
		printf("  %s agreed on both sides (--all shows them)\n", count);
	}
	return EXIT_DONE;
}

static enum exit_status list(struct invocation *invocation, char *const *words, bool is_all)
{
	g_autoptr(GPtrArray) accounts = command_accounts(invocation, words);
	enum exit_status status = accounts == NULL ? EXIT_BAD_USAGE : EXIT_DONE;
	for (guint i = 0; accounts != NULL && i < accounts->len; i++) {
		status = exit_status_worse(status,
		                           list_account(g_ptr_array_index(accounts, i), is_all));
	}
	return status;
}

/* ---- show ---- */

static enum exit_status show(struct invocation *invocation, char *const *words, bool is_all)
{
	(void)is_all;
	if (words[0] == NULL || words[1] == NULL || words[2] != NULL) {
		return command_misused("journal show takes an account and an item");
	}
	const struct account_config *config = command_account(invocation, words[0]);
	if (config == NULL) {
		return EXIT_BAD_USAGE;
	}
	g_autoptr(GError) error = NULL;
	OWNED(journal) journal = open_to_read(config, &error);
	g_autoptr(GPtrArray) found =
		journal != NULL ? journal_find(journal, words[1], &error) : NULL;
	for (guint i = 0; found != NULL && i < found->len; i++) {
		if (!journal_show(config->name, g_ptr_array_index(found, i), &error)) {
			break;
		}
	}
	return error == NULL ? EXIT_DONE : command_failed(config->name, error);
}

/* ---- verify ---- */

static enum exit_status verify_account(const struct account_config *config)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	OWNED(journal) journal = open_to_read(config, &error);
	if (journal == NULL || !journal_verify(journal, problems, &error)) {
		return command_failed(config->name, error);
	}
	for (guint i = 0; i < problems->len; i++) {
		printf("%s: %s\n", config->name, (const char *)g_ptr_array_index(problems, i));
	}
	if (problems->len == 0) {
		printf("%s: the journal is sound\n", config->name);
	}
	return problems->len == 0 ? EXIT_DONE : EXIT_BAD_INPUT;
}

static enum exit_status verify(struct invocation *invocation, char *const *words, bool is_all)
{
	(void)is_all;
	g_autoptr(GPtrArray) accounts = command_accounts(invocation, words);
	enum exit_status status = accounts == NULL ? EXIT_BAD_USAGE : EXIT_DONE;
	for (guint i = 0; accounts != NULL && i < accounts->len; i++) {
		status = exit_status_worse(status, verify_account(g_ptr_array_index(accounts, i)));
	}
	return status;
}

/* ---- resolve ---- */

static enum exit_status resolve_items(const struct account_config *config, char *const *items,
                                      enum resolution resolution)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *path = paths_of_account(config->name, ".journal");
	if (!g_file_test(path, G_FILE_TEST_EXISTS)) { /* a word on nothing makes no journal */
		g_set_error_literal(&error, PASSERELLE_ERROR, PASSERELLE_ERROR_NOT_FOUND,
		                    "never synchronised");
		return command_failed(config->name, error);
	}
	OWNED(account) account = account_open(config, false, &error);
	if (account == NULL) {
		return command_failed(config->name, error);
	}
	guint settled = 0;
	bool is_done = items == NULL
	                       ? journal_resolve_all(account->journal, resolution, &settled, &error)
	                       : true;
	for (; items != NULL && *items != NULL && is_done; items++) {
		is_done = journal_resolve(account->journal, *items, resolution, &settled, &error);
	}
	printf("%s: %u settled\n", config->name, settled);
	return is_done ? EXIT_DONE : command_failed(config->name, error);
}

static enum exit_status resolve(struct invocation *invocation, char *const *words, bool is_all)
{
	guint count = g_strv_length((char **)(gpointer)words);
	enum resolution resolution;
	if (count < 2 || is_all != (count == 2)) {
		return command_misused(
			"journal resolve takes an account, items or --all, and one of "
			"done, again and drop");
	}
	if (!resolution_find(words[count - 1], &resolution)) {
		return command_misused("journal resolve ends with done, again or drop, not \"%s\"",
		                       words[count - 1]);
	}
	const struct account_config *config = command_account(invocation, words[0]);
	if (config == NULL) {
		return EXIT_BAD_USAGE;
	}
	g_auto(GStrv) items = is_all ? NULL : g_strdupv((char **)(gpointer)(words + 1));
	if (items != NULL) {
		g_clear_pointer(&items[count - 2], g_free);
	}
	return resolve_items(config, items, resolution);
}

/* ---- rebuild ---- */

static enum exit_status rebuild(struct invocation *invocation, char *const *words, bool is_all)
{
	(void)is_all;
	if (words[0] == NULL || words[1] != NULL) {
		return command_misused("journal rebuild takes one account");
	}
	const struct account_config *config = command_account(invocation, words[0]);
	return config != NULL ? journal_rebuild(config, invocation->verbosity < 0) : EXIT_BAD_USAGE;
}

/* ---- the command ---- */

static const struct {
	const char *name;
	enum exit_status (*function)(struct invocation *invocation, char *const *words,
	                             bool is_all);
} subcommands[] = {
	{"list", list},       {"show", show},       {"verify", verify},
	{"resolve", resolve}, {"rebuild", rebuild},
};

enum exit_status command_journal(struct invocation *invocation, int argc, char **argv)
{
	gboolean is_all = FALSE;
	const GOptionEntry entries[] = {
		{"all", 'a', 0, G_OPTION_ARG_NONE, &is_all,
	         "list: what is agreed too; resolve: everything that is in doubt", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_auto(GStrv) words = NULL;
	enum exit_status status = EXIT_DONE;
	if (!command_options(entries, usage, summary, argc, argv, &words, &status)) {
		return status;
	}
	for (guint i = 0; words[0] != NULL && i < G_N_ELEMENTS(subcommands); i++) {
		if (strcmp(words[0], subcommands[i].name) == 0) {
			return subcommands[i].function(invocation, words + 1, is_all);
		}
	}
	return command_misused("journal takes one of list, show, verify, resolve and rebuild");
}
