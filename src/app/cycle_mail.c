/* SPDX-License-Identifier: MIT */
/* The mail counts, and what came of asking for them. */
#include "app/account_cycle.h"
#include "app/interrupt.h"
#include "app/sync_report.h"

/* The others count; this is told until it is put right. */
static void take_problem(struct account_cycle *self, const char *problem)
{
	g_autoptr(GError) error =
		g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_REFUSED, "%s", problem);
	cycle_tell_error(self, PART_MESSAGES, error);
	health_set_error(&self->health.parts[PART_MESSAGES], self->config, PART_MESSAGES, error,
	                 self->now);
}

static void take_mailbox(struct account_cycle *self, const struct mailbox *box)
{
	struct part_health *health = &self->health.parts[PART_MESSAGES];
	status_mail_update(&self->document->mail, box, self->now);
	cycle_note_end(self, PART_MESSAGES, PART_DONE);
	if (box->problem != NULL) {
		take_problem(self, box->problem);
		return;
	}
	if (box->protected_infos == NULL || box->protected_infos[0] == NULL) {
		health_set(health, STATUS_OK, NULL, NULL, NULL, self->now);
		return;
	}
	g_autofree char *list = g_strjoinv(", ", box->protected_infos);
	g_autofree char *message = g_strdup_printf("mail: you have not allowed %s", list);
	cycle_note_end(self, PART_MESSAGES, PART_ASKS);
	health_set_consent(health, self->config, message, box->consent_url, self->now);
	cycle_worsen(self, EXIT_NEEDS_LOGIN);
}

void cycle_mail(struct account_cycle *self)
{
	g_autoptr(GError) error = NULL;
	OWNED(mailbox) box = NULL;
	if (self->wish->is_dry_run) {
		return;
	}
	const struct connection *connection = account_connection(self->account, PART_MESSAGES);
	if (connection->remote == NULL) {
		error = g_error_copy(connection->error);
	} else {
		box = connection->driver->read_mailbox(connection->remote, &error);
		connection_take_refusal(connection, error, cycle_seconds_now(self->wish));
	}
	if (box != NULL) {
		take_mailbox(self, box);
	} else if (!interrupt_is_raised()) {
		status_mail_update(&self->document->mail, NULL, self->now);
		if (connection->remote != NULL) {
			cycle_note_end(self, PART_MESSAGES, part_end_of(error));
			cycle_tell_error(self, PART_MESSAGES, error); /* by the health before */
		} else {
			cycle_note_end_here(self, PART_MESSAGES, error);
		}
		health_set_error(&self->health.parts[PART_MESSAGES], self->config, PART_MESSAGES,
		                 error, self->now);
	}
	sync_mail_summarise(&self->document->mail, self->summary);
}
