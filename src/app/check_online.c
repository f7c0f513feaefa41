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

static void probe(struct checker *self, const struct account *account, enum part part)
{
	g_autoptr(GPtrArray) findings = account->driver->probe(account->remote, part_name(part));
	for (guint i = 0; i < findings->len; i++) {
		tell_finding(self, g_ptr_array_index(findings, i));
	}
}

/* Why it cannot be asked without credentials has been told with them. */
void check_online(struct checker *self)
{
	const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	g_autoptr(GError) error = NULL;
	OWNED(account) account = account_open_to_look(self->config, false, now, &error);
	if (account == NULL) {
		g_autofree char *text =
			g_strconcat("the remote is not asked: ", error->message, NULL);
		check_tell_problem(self, exit_status_of(error), text);
		return;
	}
	if (account->driver->probe == NULL) {
		check_tell_ok(self, "remote \"%s\" cannot be asked", self->config->remote);
		return;
	}
	for (enum part part = 0; part < PARTS; part++) {
		if (account_has_part(self->config, part)) {
			probe(self, account, part);
		}
	}
}
