/* SPDX-License-Identifier: MIT */
/* The end of a rebuild: what the comparison of both sides could not tell is decided on the safe
 * side. */
#include "sync/apply.h"
#include "sync/hold.h"
#include "sync/mark.h"

static bool can_be_looked_for(const struct cycle *self, const struct item *item)
{
	struct endpoint *side = self->settings->remote;
	const struct snapshot *there = self->remote;
	return there != NULL && snapshot_reaches(there, item->starts) &&
	       (side->functions->can_find == NULL || side->functions->can_find(side, item));
}

/* A new item here of which nobody can tell whether it was sent. */
static bool is_uncertain(const struct cycle *self, const struct action *action)
{
	const struct record *record = action->record;
	bool is_first =
		record == NULL || (record->remote_ref == NULL && record->state != RECORD_IN_DOUBT &&
	                           !record->is_insisted);
	return action->operation == OPERATION_CREATE_REMOTE && is_first &&
	       !can_be_looked_for(self, action->local->item);
}

static bool take_as_sent(struct cycle *self, struct action *action, GError **error)
{
	OWNED(record) record = apply_record(action);
	record->state = RECORD_SETTLED;
	g_free(record->reason);
	record->reason =
		g_strdup("taken as sent when the journal was rebuilt: the remote cannot be "
	                 "asked for it");
	record_take_local(record, action->local->ref, action->local->item);
	apply_settle(self, action->local);
	self->report->taken_as_sent++;
	action->operation = OPERATION_NOTHING;
	return apply_put(self, record, record->reason, error);
}

static bool take_all_as_sent(struct cycle *self, const struct plan *plan, GError **error)
{
	if (!journal_begin(self->settings->journal, error)) {
		return false;
	}
	for (guint i = 0; i < plan->actions->len; i++) {
		struct action *action = g_ptr_array_index(plan->actions, i);
		if (is_uncertain(self, action) && !take_as_sent(self, action, error)) {
			journal_rollback(self->settings->journal);
			return false;
		}
	}
	self->is_journal_changed = true;
	return journal_commit(self->settings->journal, error);
}

bool hold_finish_rebuild(struct cycle *self, const struct plan *plan, GError **error)
{
	const struct cycle_settings *settings = self->settings;
	if (self->is_unheard || self->report->error != NULL) {
		g_free(self->hold);
		self->hold = g_strdup_printf("both sides could not be compared; nothing is sent "
		                             "until 'passerelle journal rebuild %s' has done it",
		                             settings->account);
		return true;
	}
	if (self->is_lost && !take_all_as_sent(self, plan, error)) {
		return false;
	}
	g_clear_pointer(&self->hold, g_free);
	return hold_take_folder(self, error);
}
