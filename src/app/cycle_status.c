/* SPDX-License-Identifier: MIT */
/* The status of an account after a cycle: the document, and the sign-in that is about to end. */
#include "app/account_cycle.h"
#include "app/command.h"
#include "app/secrets.h"
#include "app/status_file.h"
#include "journal/records.h"

#include <string.h>

#define STATUS_KEY                                                                                 \
	"app.status" /* in the journal: the file may lie in a folder that a restart empties */

#define EARLY_WARNING (24 * 60 * 60) /* before a token seems to end */

void cycle_load_document(struct account_cycle *self)
{
	g_autofree char *text = journal_memory_get(self->account->journal, STATUS_KEY, NULL);
	if (text != NULL) {
		self->document = status_document_from_json(text, strlen(text), NULL);
	}
	if (self->document == NULL || strcmp(self->document->account, self->config->name) != 0) {
		status_document_free(self->document);
		self->document = status_document_new(self->config->name);
	}
}

/*
 * Only under the service is a next cycle known; after a mistake in the configuration a part waits
 * for a person. A cycle by hand leaves standing what the service has promised.
 */
static gint64 next_sync(const struct account_cycle *self)
{
	const gint64 now = cycle_seconds_now(self->wish);
	gint64 shortest = G_MAXINT64;
	for (enum part part = 0; part < PARTS; part++) {
		bool is_stopped = g_strcmp0(self->health.parts[part].action_kind, "configure") == 0;
		if (account_has_part(self->config, part) && !is_stopped) {
			shortest = MIN(shortest, account_interval(self->config, part));
		}
	}
	if (!self->wish->is_for_service) {
		return self->document->next_sync > now ? self->document->next_sync : 0;
	}
	return shortest != G_MAXINT64 ? now + shortest : 0;
}

static void write_document(const struct account_config *config, struct status_document *document,
                           enum exit_status *status)
{
	g_autoptr(GError) error = NULL;
	if (!status_file_write(config, document, &error)) {
		*status = exit_status_worse(*status, command_failed(config->name, error));
	}
}

/* A day ahead: only the browser can renew the sign-in. False: it is not yet, or not any more. */
bool cycle_ends_soon(const struct account_cycle *self, struct need *need)
{
	const char *token = account_token(self->account);
	const gint64 end = token != NULL ? secrets_token_end(token) : 0;
	if (end <= self->now || end - self->now > EARLY_WARNING) {
		return false;
	}
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_local(end);
	g_autofree char *day = when != NULL ? g_date_time_format(when, "%F %R") : NULL;
	g_autofree char *words = secrets_login_words(self->config);
	static char kind[] = "renew";
	need->kind = kind;
	need->since = end - EARLY_WARNING;
	need->message = g_strdup_printf("the sign-in seems to end on %s: %s", day, words);
	return true;
}

/* Where nothing else is asked of the person. */
static void warn_of_end(struct account_cycle *self)
{
	struct status_document *document = self->document;
	struct need need = {0};
	if (document->state == STATUS_OK && document->action_kind == NULL &&
	    cycle_ends_soon(self, &need)) {
		g_free(document->message);
		document->message = g_steal_pointer(&need.message);
		document->action_kind = g_strdup(need.kind);
		document->action_since = need.since;
	}
}

void cycle_save_status(struct account_cycle *self)
{
	g_autoptr(GError) error = NULL;
	const enum status_state before = self->document->state;
	const gint64 now = cycle_seconds_now(self->wish);
	health_tell(&self->health, self->document);
	status_document_note_since(self->document, before, now);
	warn_of_end(self);
	self->document->updated = now;
	self->document->next_sync = next_sync(self);
	g_autofree char *json = status_document_to_json(self->document);
	if (!journal_memory_set(self->account->journal, STATUS_KEY, json, &error) ||
	    !health_save(&self->health, self->account->journal, &error)) {
		cycle_tell_journal_error(self, error);
	}
	write_document(self->config, self->document, &self->status);
}

/* The journal cannot be opened: then the status says that, and nothing else is known. */
void cycle_save_broken_status(const struct account_config *config, const GError *error, gint64 now,
                              enum exit_status *status)
{
	OWNED(status_document) document = status_document_new(config->name);
	document->state = STATUS_ERROR;
	document->message = g_utf8_make_valid(error->message, -1);
	document->updated = now;
	write_document(config, document, status);
}
