/* SPDX-License-Identifier: MIT */
/* Counts, after a cycle, what both sides agree on and what waits. */
#include "sync/parts.h"

static gint64 *counter(struct cycle_report *report, const struct record *record)
{
	switch (record->state) {
	case RECORD_AGREED:
	case RECORD_SAME_AS:
		return &report->synced;
	case RECORD_PENDING:
		return &report->pending;
	case RECORD_REFUSED:
		return &report->refused;
	case RECORD_IN_DOUBT:
		return &report->held;
	default:
		return NULL;
	}
}

/* New items that were not sent: held by a limit, or because the remote was not heard. They have no
 * record. */
static void count_unsent(struct cycle *self, const struct plan *plan)
{
	for (guint i = 0; plan != NULL && i < plan->actions->len; i++) {
		const struct action *action = g_ptr_array_index(plan->actions, i);
		if (action->operation != OPERATION_CREATE_REMOTE || action->record != NULL) {
			continue;
		}
		const bool goes_next = self->settings->is_rebuild && self->hold == NULL;
		if (action->is_held && !goes_next) {
			self->report->held++;
			report_held(self, action->uid, action->local->item->name,
			            action->local->ref, action->reason);
		} else if (self->is_unheard || goes_next) {
			self->report->pending++;
		}
	}
}

/* What is one thing here and another there, and waits for a person. */
static void tell_conflicts(struct cycle *self, const struct plan *plan)
{
	for (guint i = 0; plan != NULL && i < plan->actions->len; i++) {
		const struct action *action = g_ptr_array_index(plan->actions, i);
		if (action->is_conflict) {
			const char *name =
				action->local->item != NULL ? action->local->item->name : NULL;
			self->report->held++;
			self->report->left_alone++;
			report_problem(self, NULL, action->local->ref, action->reason);
			report_held(self, action->uid, name, action->local->ref, action->reason);
		}
	}
}

/* Files that cannot be taken, as of the last look at the folder. */
static void tell_left_alone(struct cycle *self)
{
	for (guint i = 0; self->local != NULL && i < self->local->entries->len; i++) {
		const struct entry *entry = g_ptr_array_index(self->local->entries, i);
		if (entry->problem != NULL) {
			report_held(self, NULL, NULL, entry->ref, entry->problem->message);
		}
	}
}

/* New ones where nothing can be added: nobody else would ever say a word of them. */
static void tell_kept_here(struct cycle *self)
{
	const enum direction direction = self->settings->direction;
	const bool may_push = direction == DIRECTION_BOTH || direction == DIRECTION_PUSH;
	if (!may_push || self->settings->remote->functions->create != NULL || self->local == NULL) {
		return;
	}
	g_autoptr(GHashTable) known = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < self->records->len; i++) {
		const struct record *record = g_ptr_array_index(self->records, i);
		g_hash_table_add(known, record->uid);
	}
	for (guint i = 0; i < self->local->entries->len; i++) {
		const struct entry *entry = g_ptr_array_index(self->local->entries, i);
		const struct item *item = entry->item;
		if (item != NULL && !g_hash_table_contains(known, item->uid)) {
			self->report->held++;
			report_held(self, item->uid, item->name, entry->ref,
			            "nothing can be added there: it stays here alone");
		}
	}
}

bool tally(struct cycle *self, const struct plan *plan, GError **error)
{
	struct cycle_report *report = self->report;
	count_unsent(self, plan);
	tell_conflicts(self, plan);
	tell_left_alone(self);
	if (!load_records(self, error)) {
		return false;
	}
	tell_kept_here(self);
	for (guint i = 0; i < self->records->len; i++) {
		const struct record *record = g_ptr_array_index(self->records, i);
		gint64 *count = counter(report, record);
		if (count != NULL) {
			(*count)++;
		}
		report->in_doubt += count == &report->held;
		if (count == &report->held || count == &report->refused) {
			report_held(self, record->uid, record->name, record->local_ref,
			            record->reason);
		}
	}
	return true;
}
