/* SPDX-License-Identifier: MIT */
/* Brings the journal up to what earlier cycles really did, before anything new is decided. */
#include "journal/ledger.h"
#include "sync/apply.h"

/* The ledger knows that the creation took effect; the record does not (a kill came in between). */
static bool bind_record(struct cycle *self, struct record *record, GError **error)
{
	g_autoptr(GPtrArray) calls =
		ledger_for_item(self->settings->journal, self->settings->kind, record->uid, error);
	if (calls == NULL) {
		return false;
	}
	bool is_in_doubt = false;
	const char *result = NULL;
	for (guint i = 0; i < calls->len; i++) {
		const struct ledger_call *call = g_ptr_array_index(calls, i);
		is_in_doubt |= call->state == LEDGER_IN_DOUBT;
		if (call->state == LEDGER_DONE && call->target == NULL && call->result != NULL &&
		    call->id >= record->first_call) {
			result = call->result;
		}
	}
	const bool is_bound = result != NULL && record->remote_ref == NULL;
	const bool was_in_doubt = record->state == RECORD_IN_DOUBT;
	if (!is_bound && is_in_doubt == was_in_doubt) {
		return true;
	}
	if (is_bound) {
		record->remote_ref = g_strdup(result);
		report_change(self, NEWS_ADDED, true, record->uid, record->name, record->local_ref);
	}
	record->retry_at = 0;
	if (was_in_doubt && !is_in_doubt && !is_bound &&
	    self->settings->remote->functions->is_whole && record->attempts++ > 0) {
		record_wait(self, record); /* it may come to nothing each time */
	}
	record->state = is_in_doubt ? RECORD_IN_DOUBT : RECORD_PENDING;
	g_free(record->reason);
	record->reason =
		g_strdup(is_in_doubt ? "a write was sent and no answer came; waiting for certainty"
	                             : "to be completed");
	return records_put(self->settings->journal, self->settings->kind, record, error);
}

static bool is_open(const struct record *record)
{
	return record->state == RECORD_PENDING || record->state == RECORD_IN_DOUBT;
}

static bool bind_records(struct cycle *self, GError **error)
{
	if (!load_records(self, error) || !journal_begin(self->settings->journal, error)) {
		return false;
	}
	for (guint i = 0; i < self->records->len; i++) {
		struct record *record = g_ptr_array_index(self->records, i);
		if (is_open(record) && !bind_record(self, record, error)) {
			journal_rollback(self->settings->journal);
			return false;
		}
	}
	return journal_commit(self->settings->journal, error);
}

bool recover_doubts(struct cycle *self, GError **error)
{
	struct endpoint *remote = self->settings->remote;
	if (!ledger_recover(self->settings->journal, self->settings->kind, error)) {
		return false;
	}
	g_autoptr(GError) side = NULL;
	if (remote->functions->settle != NULL && !remote->functions->settle(remote, &side)) {
		/* What stays in doubt is safe: nothing of it is sent again. The cycle goes on with
		 * the rest. */
		if (passerelle_error_is_of_storage(side)) {
			g_propagate_error(error, g_steal_pointer(&side));
			return false;
		}
		if (self->report->error == NULL) {
			self->report->error = g_steal_pointer(&side);
		}
	}
	return bind_records(self, error);
}
