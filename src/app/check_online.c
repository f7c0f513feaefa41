/* SPDX-License-Identifier: MIT */
/* passerelle check --online: what the remote says about each part of an account. */
#include "app/account.h"
#include "app/address.h"
#include "app/check.h"

static void tell_finding(struct checker *self, const struct finding *finding)
{
	if (finding->error == NULL) {
		check_tell_ok(self, "%s", finding->text);
		return;
	}
	const char *url = passerelle_error_url(finding->error);
	const bool is_page = url != NULL && address_is_trusted(self->config, url, NULL);
	g_autofree char *text = g_strconcat(finding->error->message, is_page ? ": see " : "",
	                                    is_page ? url : NULL, NULL);
	check_tell_problem(self, exit_status_of(finding->error), text);
}

static void probe(struct checker *self, const struct connection *connection)
{
	if (connection->driver->probe == NULL) {
		check_tell_ok(self, "remote \"%s\" cannot be asked", connection->driver->name);
		return;
	}
	for (enum part part = 0; part < PARTS; part++) {
		if (!connection->serves[part] || !account_has_part(self->config, part)) {
			continue;
		}
		g_autoptr(GPtrArray) findings =
			connection->driver->probe(connection->remote, part_name(part));
		for (guint i = 0; i < findings->len; i++) {
			tell_finding(self, g_ptr_array_index(findings, i));
		}
	}
}

/* Why it cannot be asked without credentials has been told with them. */
void check_online(struct checker *self)
{
	const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	OWNED(account) account = account_open_to_look(self->config);
	bool parts[HEALTH_PARTS] = {false};
	for (enum part part = 0; part < PARTS; part++) {
		parts[part] = account_has_part(self->config, part);
	}
	account->is_full = true;
	account_read_secrets(account, parts, false);
	account_connect(account, now);
	for (guint i = 0; i < account->connections->len; i++) {
		const struct connection *connection = g_ptr_array_index(account->connections, i);
		if (connection->remote != NULL) {
			probe(self, connection);
		} else if (connection->error != NULL) {
			g_autofree char *text = g_strconcat(
				"the remote is not asked: ", connection->error->message, NULL);
			check_tell_problem(self, exit_status_of(connection->error), text);
		}
	}
}
