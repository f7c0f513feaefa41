/* SPDX-License-Identifier: MIT */
/* passerelle wait-mail: what the service starts to wait for the mail of an account; hidden. */
#include "app/account.h"
#include "app/command.h"
#include "app/confine.h"
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

static enum exit_status wait_for(const struct account_config *config)
{
	OWNED(account) account = account_open_to_look(config);
	struct connection *connection = account_connection(account, PART_MESSAGES);
	const bool parts[HEALTH_PARTS] = {[PART_MESSAGES] = true};
	const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	if (connection == NULL || connection->driver->await_mail == NULL) {
		return EXIT_HELD;
	}
	account_read_secrets(account, parts, true);
	if (connection->is_ready) {
		confine(config);
		connection_open(connection, account->journal, false, now);
	}
	if (connection->remote == NULL) {
		return mail_wait_failed(config->name, connection->error);
	}
	return mail_wait(connection->driver, connection->remote, config->name, interrupt_flag(),
	                 STDOUT_FILENO);
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
