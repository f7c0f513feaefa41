/* SPDX-License-Identifier: MIT */
/* How an outcome is written into a record. */
#include "sync/apply.h"

#include <string.h>

#define RETRY_FIRST   (60) /* seconds */
#define RETRY_LONGEST (6 * 60 * 60)

struct record *apply_record(const struct action *action)
{
	if (action->record != NULL) {
		return record_copy(action->record);
	}
	return record_new(action->local != NULL && action->local->item != NULL
	                          ? action->local->item->uid
	                          : action->remote->item->uid);
}

bool apply_rename(struct cycle *self, const char *from, const char *to, GError **error)
{
	struct journal *journal = self->settings->journal;
	const enum item_kind kind = self->settings->kind;
	GError *problem = NULL;
	OWNED(record) other = records_get(journal, kind, to, &problem);
	if (problem != NULL) {
		g_propagate_error(error, problem);
		return false;
	}
	/* read again: nothing is known of its file under this record */
	if (other != NULL && other->local_ref != NULL &&
	    !sources_remove(journal, kind, other->local_ref, error)) {
		return false;
	}
	return records_remove(journal, kind, to, error) &&
	       records_rename(journal, kind, from, to, error);
}

bool apply_base(struct cycle *self, const struct action *action, char **base, GError **error)
{
	GError *failure = NULL;
	*base = action->record == NULL ? NULL
	                               : records_base(self->settings->journal, self->settings->kind,
	                                              action->record->uid, &failure);
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return false;
	}
	return true;
}

static void replace(char **field, const char *value)
{
	char *copy = g_strdup(value);
	g_free(*field);
	*field = copy;
}

void record_take_local(struct record *record, const char *ref, const struct item *item)
{
	replace(&record->local_ref, ref);
	if (item == NULL) {
		return;
	}
	replace(&record->local_fingerprint, item->fingerprint);
	replace(&record->name, item->name);
	replace(&record->match, item->match);
	g_strfreev(record->facts);
	record->facts = g_strdupv(item->facts);
	record->starts = item->starts;
}

void record_take_remote(struct cycle *self, struct record *record, const char *ref,
                        const char *revision, const char *text, const struct item *item)
{
	replace(&record->remote_ref, ref);
	replace(&record->remote_revision, revision);
	record->remote_read = self->settings->now;
	record->missing = 0;
	if (text != NULL) {
		replace(&record->base, text);
	}
	if (item != NULL) {
		replace(&record->remote_fingerprint, item->fingerprint);
	}
	if (item != NULL && record->name == NULL) {
		replace(&record->name, item->name);
		replace(&record->match, item->match);
	}
}

void record_agree(struct record *record)
{
	record->state = RECORD_AGREED;
	record->is_insisted = false;
	record->attempts = 0;
	record->retry_at = 0;
	g_clear_pointer(&record->reason, g_free);
	g_clear_pointer(&record->same_as, g_free);
}

/* A full disk or a missing consent is not this item's fault: it goes as soon as the side does. A
 * reply about the user's data (error 100) may well be. */
static bool is_blameless(const GError *error)
{
	return cycle_is_side_failure(error) &&
	       !passerelle_error_is(error, PASSERELLE_ERROR_NETWORK);
}

void record_wait(struct cycle *self, struct record *record)
{
	record->retry_at =
		self->settings->now + MIN(RETRY_LONGEST, RETRY_FIRST << MIN(record->attempts, 12u));
}

void record_fail(struct cycle *self, struct record *record, const struct change *change)
{
	const char *reason =
		change->error != NULL ? change->error->message : verdict_name(change->verdict);
	replace(&record->reason, reason);
	if (change->ref != NULL) {
		replace(&record->remote_ref, change->ref);
	}
	record->retry_at = 0;
	switch (change->verdict) {
	case VERDICT_REFUSED:
	case VERDICT_UNSUPPORTED:
		record->state = RECORD_REFUSED;
		break;
	case VERDICT_IN_DOUBT:
		record->state = RECORD_IN_DOUBT;
		break;
	case VERDICT_PENDING: /* the side failed: not this item's fault */
		record->state = RECORD_PENDING;
		break;
	default:
		record->state = RECORD_PENDING;
		if (is_blameless(change->error)) {
			break;
		}
		record_wait(self, record);
		record->attempts++;
	}
}

static void add_notes(GPtrArray *notes, const char *what, char **texts)
{
	for (guint i = 0; texts != NULL && texts[i] != NULL; i++) {
		g_ptr_array_add(notes, g_strdup_printf("%s: %s", what, texts[i]));
	}
}

void record_note(struct cycle *self, struct record *record, const struct change *change,
                 const struct item *item, const char *there)
{
	struct endpoint *remote = self->settings->remote;
	g_autoptr(GPtrArray) notes = g_ptr_array_new();
	for (guint i = 0; change != NULL && i < change->notes->len; i++) {
		g_ptr_array_add(notes, g_strdup(g_ptr_array_index(change->notes, i)));
	}
	if (remote->functions->compare != NULL && item != NULL && there != NULL) {
		remote->functions->compare(remote, item->text, there, notes);
	}
	if (item != NULL) {
		add_notes(notes, "not carried", item->lost);
		add_notes(notes, "mended in reading", item->repairs);
	}
	g_ptr_array_add(notes, NULL);
	g_strfreev(record->notes);
	record->notes = (char **)g_ptr_array_free(g_steal_pointer(&notes), FALSE);
}

bool apply_put_source(struct cycle *self, const struct change *change, gint64 due, GError **error)
{
	const struct source source = {.ref = change->ref, .revision = change->revision, .due = due};
	return sources_put(self->settings->journal, self->settings->kind, &source, error);
}
