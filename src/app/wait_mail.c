/* SPDX-License-Identifier: MIT */
/* passerelle wait-mail: what the service starts to wait for the mail of an account; hidden. */
#include "app/command.h"
#include "app/confine.h"
#include "app/connection.h"
#include "app/interrupt.h"
#include "app/landlock.h"
#include "app/log.h"
#include "app/mail_wait.h"

#include <unistd.h>

static const char usage[] = "ACCOUNT";
static const char summary[] = "Wait for mail, and tell the service by a byte on standard output.";

/* As a cycle is: only then is the first byte of the network read. */
static void confine(const struct account_config *config)
{
	g_autoptr(GError) error = NULL;
	if (!confine_cycle(config, landlock_version(), &error)) {
		log_say(LOG_LEVEL_WARNING, config->name, "%s", error->message);
	}
}

/* Without the journal: open for days, it would keep SQLite from folding its log in. */
static enum exit_status wait_for(const struct account_config *config)
{
	g_autoptr(GPtrArray) connections = connections_new(config);
	struct connection *connection = connections_find(connections, PART_MESSAGES);
	const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	if (connection == NULL || connection->driver->await_mail == NULL) {
		return EXIT_HELD;
	}
	if (connection_read_secrets(connection, true)) {
		confine(config);
		connection_open(connection, NULL, false, now);
	}
	if (connection->remote == NULL) {
		return mail_wait_failed_here(config->name, connection->error);
	}
	enum exit_status status = mail_wait(connection->driver, connection->remote, config->name,
	                                    interrupt_flag(), STDOUT_FILENO);
	if (status == EXIT_NEEDS_LOGIN) {
		g_autoptr(GError) refusal =
			g_error_new_literal(PASSERELLE_ERROR, PASSERELLE_ERROR_AUTH, "refused");
		connection_take_refusal(connection, refusal, g_get_real_time() / G_USEC_PER_SEC);
		status = exit_status_of(refusal);
	}
	return status;
}

enum exit_status command_wait_mail(struct invocation *invocation, int argc, char **argv)
{
	g_auto(GStrv) words = NULL;
	enum exit_status status = EXIT_DONE;
	if (!command_options(NULL, usage, summary, argc, argv, &words, &status)) {
		return status;
	}
	if (words[0] == NULL || words[1] != NULL) {
		return command_misused("wait-mail takes the name of an account");
	}
	const struct account_config *config = command_account(invocation, words[0]);
	if (config == NULL) {
		return EXIT_BAD_USAGE;
	}
	interrupt_install();
	mail_wait_tie(STDIN_FILENO);
	return wait_for(config);
}
