/* SPDX-License-Identifier: MIT */
/* passerelle: options, then the command. */
#include "app/command.h"
#include "app/config_options.h"
#include "app/interrupt.h"
#include "app/log.h"
#include "app/paths.h"

#include <jansson.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "base/memory.h"

static const struct command {
	const char *name;
	command_function function;
	const char *summary;
} commands[] = {
	{"run", command_run, "the service, in the foreground"},
	{"sync", command_sync, "one cycle now"},
	{"status", command_status, "how the accounts are, for people and for bars"},
	{"journal", command_journal, "what was done and what is in doubt"},
	{"check", command_check, "configuration, folders, rights, credentials; the remote"},
	{"login", command_login, "sign in: get the token of an account, and store it"},
	{"consent", command_consent, "allow what the provider asked you about"},
	{"collections", command_collections, "which address books and calendars there are"},
	{"call", command_call, "one raw call of any API of the service"},
	{"import", command_import, "put items of .vcf and .ics files into the folders"},
	{"export", command_export, "all contacts or events as one text"},
	{"wait-mail", command_wait_mail, NULL}, /* for the service alone: not shown */
};

static const struct command *find_command(const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
		if (strcmp(commands[i].name, name) == 0) {
			return &commands[i];
		}
	}
	return NULL;
}

static enum exit_status tell_unknown_command(const char *name)
{
	const char *names[G_N_ELEMENTS(commands) + 1] = {NULL};
	for (guint i = 0, count = 0; i < G_N_ELEMENTS(commands); i++) {
		if (commands[i].summary != NULL) {
			names[count++] = commands[i].name;
		}
	}
	const char *nearest = word_nearest(names, name);
	if (nearest != NULL) {
		return command_misused("unknown command \"%s\": did you mean \"%s\"?", name,
		                       nearest);
	}
	return command_misused("unknown command \"%s\": see passerelle --help", name);
}

/* A core file would hold the token. A sanitizer must trace its own process, which this forbids. */
static void keep_secrets_out_of_cores(void)
{
	const struct rlimit none = {0, 0};
	setrlimit(RLIMIT_CORE, &none);
#if !defined(HAS_ADDRESS_SANITIZER)
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
}

static char *command_list(void)
{
	GString *list = g_string_new("Commands (each has its own --help):\n");
	for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
		if (commands[i].summary == NULL) {
			continue;
		}
		g_string_append_printf(list, "  %-11s %s\n", commands[i].name, commands[i].summary);
	}
	g_string_append(list, "\nSee passerelle(1) and passerelle.conf(5).");
	return g_string_free(list, FALSE);
}

struct globals {
	gboolean is_verbose, is_quiet, wants_version;
};

/* Options up to the command; arguments is what follows. */
static bool read_globals(struct invocation *invocation, struct globals *globals, char ***arguments,
                         GError **error)
{
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &invocation->config_path,
	         "Read this configuration", "FILE"},
		{"verbose", 'v', 0, G_OPTION_ARG_NONE, &globals->is_verbose, "Tell more", NULL},
		{"quiet", 'q', 0, G_OPTION_ARG_NONE, &globals->is_quiet, "Tell only errors", NULL},
		{"version", 0, 0, G_OPTION_ARG_NONE, &globals->wants_version, "Print the version",
	         NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GOptionContext) context = g_option_context_new("COMMAND …");
	g_autofree char *list = command_list();
	g_option_context_set_summary(context,
	                             "Keeps contacts, events and mail counts of a remote service "
	                             "in local files.");
	g_option_context_set_description(context, list);
	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_strict_posix(context, TRUE);
	bool is_read = g_option_context_parse_strv(context, arguments, error);
	invocation->verbosity = globals->is_quiet ? -1 : globals->is_verbose ? 1 : 0;
	return is_read;
}

static bool asks_for_help(char *const *arguments)
{
	for (; *arguments != NULL; arguments++) {
		if (strcmp(*arguments, "--help") == 0 || strcmp(*arguments, "-h") == 0) {
			return true;
		}
	}
	return false;
}

static bool load_config(struct invocation *invocation, enum exit_status *status)
{
	g_autoptr(GError) error = NULL;
	if (invocation->config_path == NULL) {
		invocation->config_path = paths_config();
	}
	invocation->config = config_load(invocation->config_path, &error);
	if (invocation->config == NULL) {
		log_say(LOG_LEVEL_ERROR, NULL, "%s", error->message);
		*status = EXIT_BAD_CONFIG;
		return false;
	}
	log_set_level(command_log_level(invocation));
	return true;
}

static enum exit_status run_command(struct invocation *invocation, char **arguments)
{
	const struct command *command = find_command(arguments[0]);
	enum exit_status status = EXIT_DONE;
	if (command == NULL) {
		return tell_unknown_command(arguments[0]);
	}
	if (!asks_for_help(arguments) && !load_config(invocation, &status)) {
		return status;
	}
	return command->function(invocation, (int)g_strv_length(arguments), arguments);
}

static enum exit_status run(struct invocation *invocation, char ***arguments)
{
	struct globals globals = {FALSE, FALSE, FALSE};
	g_autoptr(GError) error = NULL;
	if (!read_globals(invocation, &globals, arguments, &error)) {
		return command_misused("%s", error->message);
	}
	log_set_level(command_log_level(invocation));
	if (globals.wants_version) {
		puts("passerelle " PASSERELLE_VERSION);
		return EXIT_DONE;
	}
	if ((*arguments)[1] == NULL) {
		return command_misused("a command is missing: see passerelle --help");
	}
	return run_command(invocation, *arguments + 1);
}

int main(int argc, char **argv)
{
	(void)argc;
	setlocale(LC_ALL, "");
	signal(SIGPIPE, SIG_IGN);
	keep_secrets_out_of_cores();
	json_set_alloc_funcs(memory_allocate, g_free);
	log_open(LOG_LEVEL_INFO);
	g_set_prgname("passerelle");
	prctl(PR_SET_NAME, "passerelle"); /* a cycle is started as /proc/self/exe */

	struct invocation invocation = {NULL, NULL, 0};
	char **arguments = g_strdupv(argv);
	enum exit_status status = run(&invocation, &arguments);

	config_free(invocation.config);
	g_free(invocation.config_path);
	g_strfreev(arguments);
	bool is_written = fflush(stdout) == 0 && ferror(stdout) == 0; /* status flushes by itself */
	status = exit_status_worse(status, is_written ? EXIT_DONE : EXIT_CANNOT_WRITE);
	interrupt_finish();
	return (int)status;
}
