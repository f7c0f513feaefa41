/* SPDX-License-Identifier: MIT */
/* The commands: one file each, one row each in the table of main.c. */
#ifndef PASSERELLE_APP_COMMAND_H
#define PASSERELLE_APP_COMMAND_H

#include "app/config.h"
#include "app/exit_status.h"

/* What was said before the command. */
struct invocation {
	char *config_path;
	struct config *config;
	int verbosity; /* -1 quiet, 0, 1 verbose */
};

/* argv[0] is the command's name. */
typedef enum exit_status (*command_function)(struct invocation *invocation, int argc, char **argv);

enum exit_status command_run(struct invocation *invocation, int argc, char **argv);
enum exit_status command_sync(struct invocation *invocation, int argc, char **argv);
enum exit_status command_status(struct invocation *invocation, int argc, char **argv);
enum exit_status command_journal(struct invocation *invocation, int argc, char **argv);
enum exit_status command_check(struct invocation *invocation, int argc, char **argv);
enum exit_status command_login(struct invocation *invocation, int argc, char **argv);
enum exit_status command_consent(struct invocation *invocation, int argc, char **argv);
enum exit_status command_collections(struct invocation *invocation, int argc, char **argv);
enum exit_status command_call(struct invocation *invocation, int argc, char **argv);
enum exit_status command_import(struct invocation *invocation, int argc, char **argv);
enum exit_status command_wait_mail(struct invocation *invocation, int argc, char **argv);
enum exit_status command_export(struct invocation *invocation, int argc, char **argv);

/* ---- for the commands ---- */

/*
 * Reads the options of a command; what remains stands in arguments (without the command's name;
 * free with g_strfreev). False: the mistake has been told and *status is what to end with.
 */
bool command_options(const GOptionEntry *entries, const char *usage, const char *summary, int argc,
                     char **argv, char ***arguments, enum exit_status *status);

/* The log level that the configuration and -v, -q ask for. */
enum log_level command_log_level(const struct invocation *invocation);
/* Tells the mistake and answers EXIT_BAD_USAGE. */
enum exit_status command_misused(const char *format, ...) G_GNUC_PRINTF(1, 2);
/* Tells the error (of an account, or NULL) and answers its exit status. */
enum exit_status command_failed(const char *account, const GError *error);

/*
 * The accounts of these names; all where there are none. NULL: an unknown one has been told. Lent
 * structs.
 */
GPtrArray *command_accounts(const struct invocation *invocation, char *const *names);
/* The account of this name, or NULL: told. */
struct account_config *command_account(const struct invocation *invocation, const char *name);
/*
 * For a command that sends the person to a page and waits on a port (0 = a free one): the one
 * account of the words, or NULL: the mistake has been told.
 */
struct account_config *command_page_account(const struct invocation *invocation,
                                            const char *command, char *const *words, int port);

#endif
