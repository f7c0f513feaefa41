/* SPDX-License-Identifier: MIT */
/* What the commands have in common. */
#include "app/command.h"

#include "app/config_options.h"
#include "app/log.h"

#include <stdio.h>
#include <string.h>

/* GOption leaves "--" where a name that starts with "-" follows. Owned. */
static char **without_marker(char *const *words)
{
	g_autoptr(GPtrArray) kept = g_ptr_array_new();
	bool is_seen = false;
	for (; *words != NULL; words++) {
		bool is_marker = !is_seen && strcmp(*words, "--") == 0;
		is_seen |= is_marker;
		if (!is_marker) {
			g_ptr_array_add(kept, g_strdup(*words));
		}
	}
	g_ptr_array_add(kept, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&kept), FALSE);
}

bool command_options(const GOptionEntry *entries, const char *usage, const char *summary, int argc,
                     char **argv, char ***arguments, enum exit_status *status)
{
	g_autoptr(GOptionContext) context = g_option_context_new(usage);
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) copy = g_ptr_array_new_with_free_func(g_free);
	g_ptr_array_add(copy, g_strdup_printf("passerelle %s", argv[0]));
	for (int i = 1; i < argc; i++) {
		g_ptr_array_add(copy, g_strdup(argv[i]));
	}
	g_ptr_array_add(copy, NULL);
	g_set_prgname(g_ptr_array_index(copy, 0));
	char **list = g_strdupv((char **)copy->pdata);
	g_option_context_set_summary(context, summary);
	if (entries != NULL) {
		g_option_context_add_main_entries(context, entries, NULL);
	}
	bool is_read = g_option_context_parse_strv(context, &list, &error);
	g_set_prgname("passerelle");
	if (!is_read) {
		g_strfreev(list);
		*status = command_misused("%s: see passerelle %s --help (-c, -v and -q stand "
		                          "before the command)",
		                          error->message, argv[0]);
		return false;
	}
	*arguments = without_marker(list + 1);
	g_strfreev(list);
	return true;
}

enum log_level command_log_level(const struct invocation *invocation)
{
	if (invocation->verbosity != 0) {
		return invocation->verbosity > 0 ? LOG_LEVEL_DEBUG : LOG_LEVEL_ERROR;
	}
	return invocation->config != NULL ? (enum log_level)invocation->config->general.log_level
	                                  : LOG_LEVEL_INFO;
}

enum exit_status command_misused(const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	log_say(LOG_LEVEL_ERROR, NULL, "%s", message);
	return EXIT_BAD_USAGE;
}

enum exit_status command_failed(const char *account, const GError *error)
{
	log_say(LOG_LEVEL_ERROR, account, "%s", error->message);
	if (account != NULL && passerelle_error_is(error, PASSERELLE_ERROR_DAMAGED)) {
		log_say(LOG_LEVEL_ERROR, account, "to go on: passerelle journal rebuild %s",
		        account);
	}
	return exit_status_of(error);
}

struct account_config *command_account(const struct invocation *invocation, const char *name)
{
	struct account_config *account = config_account(invocation->config, name);
	if (account != NULL) {
		return account;
	}
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; i < invocation->config->accounts->len; i++) {
		const struct account_config *known =
			g_ptr_array_index(invocation->config->accounts, i);
		g_ptr_array_add(names, known->name);
	}
	g_ptr_array_add(names, NULL);
	const char *nearest = word_nearest((const char *const *)names->pdata, name);
	command_misused("no account is called \"%s\"%s%s%s", name,
	                nearest != NULL ? ": did you mean \"" : "", nearest != NULL ? nearest : "",
	                nearest != NULL ? "\"?" : "");
	return NULL;
}

struct account_config *command_page_account(const struct invocation *invocation,
                                            const char *command, char *const *words, int port)
{
	if (words[0] == NULL || words[1] != NULL) {
		command_misused("%s takes one account", command);
		return NULL;
	}
	if (port < 0 || port > G_MAXUINT16) {
		command_misused("--port takes a number from 1 to %d", G_MAXUINT16);
		return NULL;
	}
	return command_account(invocation, words[0]);
}

GPtrArray *command_accounts(const struct invocation *invocation, char *const *names)
{
	g_autoptr(GPtrArray) accounts = g_ptr_array_new();
	if (names[0] == NULL) {
		g_ptr_array_extend(accounts, invocation->config->accounts, NULL, NULL);
	}
	for (; *names != NULL; names++) {
		struct account_config *account = command_account(invocation, *names);
		if (account == NULL) {
			return NULL;
		}
		if (!g_ptr_array_find(accounts, account, NULL)) {
			g_ptr_array_add(accounts, account);
		}
	}
	return g_steal_pointer(&accounts);
}
