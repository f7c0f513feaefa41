/* SPDX-License-Identifier: MIT */
/* Carries out what a plan wants of the local side. */
#include "sync/apply.h"

#include <string.h>

typedef bool (*side_function)(struct endpoint *side, GPtrArray *changes, GError **error);
typedef bool (*store_function)(struct cycle *self, const struct action *action,
                               struct change *change, GError **error);

/* What could not be put together here does not go over what is there, and is told after the last
 * pass. */
static bool leave_conflict(const struct cycle *self, struct action *action,
                           const struct change *change)
{
	const bool is_both =
		action->operation == OPERATION_ADOPT || action->operation == OPERATION_MERGE ||
		(action->operation == OPERATION_UPDATE_LOCAL && change->way != UPDATE_REPLACE);
	action->is_conflict = is_both && self->settings->remote->functions->is_whole &&
	                      change->verdict == VERDICT_STALE;
	if (action->is_conflict) {
		g_free(action->reason);
		action->reason = g_strdup(change->error->message);
	}
	return action->is_conflict;
}

/* Both went wrong: what the side said is told. NULL: error is set already. */
static bool fail_as_side(GError *side_taken, GError **error)
{
	if (side_taken != NULL) {
		g_propagate_error(error, side_taken);
	}
	return false;
}

/* One call of the local side, then one commit for all that was answered. */
static bool ask_and_store(struct cycle *self, side_function function, store_function store,
                          GPtrArray *actions, GPtrArray *changes, GError **error)
{
	struct journal *journal = self->settings->journal;
	GError *side = NULL;
	bool was_heard = function(self->settings->local, changes, &side);
	if (!journal_begin(journal, was_heard ? error : NULL)) {
		return fail_as_side(side, error);
	}
	GError *problem = NULL;
	for (guint i = 0; problem == NULL && i < actions->len; i++) {
		struct change *change = g_ptr_array_index(changes, i);
		if (change->verdict == VERDICT_DONE) {
			self->report->local_changed = true;
			store(self, g_ptr_array_index(actions, i), change, &problem);
		} else if (change->error != NULL &&
		           !leave_conflict(self, g_ptr_array_index(actions, i), change)) {
			report_problem(self, NULL, change->ref != NULL ? change->ref : change->uid,
			               change->error->message);
		}
	}
	if (problem != NULL) {
		journal_rollback(journal);
		g_clear_error(&side);
		g_propagate_error(error, problem);
		return false;
	}
	if (!journal_commit(journal, was_heard ? error : NULL)) {
		return fail_as_side(side, error);
	}
	if (!was_heard) {
		g_propagate_error(error, side);
	}
	return was_heard;
}

/* Of the two halves of a merge this was the first: a kill before the second must not forget it. Of
 * a whole that took what came, what it has more is to go there as well. */
static bool is_half(const struct cycle *self, const struct action *action, const struct item *item)
{
	bool is_both = action->operation == OPERATION_ADOPT ||
	               action->operation == OPERATION_MERGE ||
	               (action->operation == OPERATION_UPDATE_LOCAL &&
	                self->settings->remote->functions->is_whole);
	return is_both && apply_pushes(self) && item != NULL && action->remote->item != NULL &&
	       g_strcmp0(item->fingerprint, action->remote->item->fingerprint) != 0;
}

/* A new file bears the UID of what came, and will be known by that once it is edited. */
static bool follow_uid(struct cycle *self, const struct action *action, struct record *record,
                       const struct item *item, GError **error)
{
	const bool may_change =
		action->local == NULL || self->settings->remote->functions->is_whole;
	if (!may_change || action->record == NULL || item == NULL ||
	    strcmp(item->uid, record->uid) == 0) {
		return true;
	}
	g_autofree char *before = record->uid;
	record->uid = g_strdup(item->uid);
	return apply_rename(self, before, record->uid, error);
}

/* The file now holds text: what of it is comparable, and when to read it again. */
static bool store_written(struct cycle *self, const struct action *action, struct change *change,
                          const char *story, GError **error)
{
	const char *text = change->result != NULL ? change->result : change->text;
	const struct entry *remote = action->remote;
	OWNED(record) record = apply_record(action);
	gint64 due = 0;
	OWNED(item) item = cycle_project(self, text, record->uid, &due, NULL);
	record_take_local(record, change->ref, item);
	record_take_remote(self, record, remote->ref, remote->revision, remote->text, remote->item);
	record_agree(record);
	if (is_half(self, action, item)) {
		record->state = RECORD_PENDING;
		record->reason = g_strdup("to be completed");
	}
	if (change->was_edited) { /* as of every edit: the next cycle sends it */
		g_clear_pointer(&record->local_fingerprint, g_free);
	}
	record_note(self, record, change, item, remote->text);
	apply_settle(self, action->local);
	/* Of a file that stays as it was other items may still be open: a kill must leave it
	 * unread. */
	const bool is_written =
		action->local == NULL ||
		(!change->was_edited && g_strcmp0(change->revision, action->local->revision) != 0);
	return follow_uid(self, action, record, item, error) &&
	       apply_put(self, record, story, error) &&
	       (!is_written || apply_put_source(self, change, due, error));
}

/* As people know it; NULL = unknown. */
static const char *name_of(const struct action *action)
{
	if (action->remote != NULL && action->remote->item != NULL) {
		return action->remote->item->name;
	}
	return action->record != NULL ? action->record->name : NULL;
}

static bool store_created(struct cycle *self, const struct action *action, struct change *change,
                          GError **error)
{
	self->report->added_here++;
	report_change(self, NEWS_ADDED, false, action->uid, name_of(action), change->ref);
	g_autofree char *story = g_strdup_printf("came from the remote (id %s), written to '%s'",
	                                         action->remote->ref, change->ref);
	return store_written(self, action, change, story, error);
}

static bool store_updated(struct cycle *self, const struct action *action, struct change *change,
                          GError **error)
{
	/* A file that held all of it already was not written. */
	bool is_written = g_strcmp0(change->revision, action->local->revision) != 0;
	self->report->changed_here += is_written;
	if (is_written) {
		report_change(self, NEWS_CHANGED, false, action->uid, name_of(action), change->ref);
	}
	return store_written(self, action, change,
	                     is_written ? "changed at the remote; carried into the file" : NULL,
	                     error);
}

static bool store_removed(struct cycle *self, const struct action *action, struct change *change,
                          GError **error)
{
	(void)change;
	self->report->removed_here++;
	report_change(self, NEWS_REMOVED, false, action->uid, action->record->name,
	              action->local->ref);
	return records_remove(self->settings->journal, self->settings->kind, action->record->uid,
	                      error);
}

bool apply_create_local(struct cycle *self, GPtrArray *actions, GError **error)
{
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	for (guint i = 0; i < actions->len; i++) {
		const struct action *action = g_ptr_array_index(actions, i);
		struct change *change = change_new(action->uid, NULL);
		change->text = g_strdup(action->remote->text);
		g_ptr_array_add(changes, change);
	}
	return ask_and_store(self, self->settings->local->functions->create, store_created, actions,
	                     changes, error);
}

/* Is there something in it that was never sent? */
static bool is_edited_here(const struct action *action)
{
	const struct item *here = action->local->item;
	const struct record *record = action->record;
	return record == NULL || record->state == RECORD_REFUSED ||
	       (here != NULL && g_strcmp0(here->fingerprint, record->local_fingerprint) != 0);
}

static enum update_way way_of(const struct cycle *self, const struct action *action)
{
	if (!self->settings->remote->functions->is_whole) {
		return UPDATE_PART;
	}
	if (action->operation == OPERATION_UPDATE_LOCAL && !is_edited_here(action)) {
		return UPDATE_REPLACE;
	}
	switch (self->settings->conflict) {
	case CONFLICT_POLICY_LOCAL:
		return UPDATE_OURS;
	case CONFLICT_POLICY_REMOTE:
		return UPDATE_THEIRS;
	case CONFLICT_POLICY_BOTH:
		return UPDATE_BOTH;
	default:
		return UPDATE_WHOLE;
	}
}

bool apply_update_local(struct cycle *self, GPtrArray *actions, GError **error)
{
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	for (guint i = 0; i < actions->len; i++) {
		const struct action *action = g_ptr_array_index(actions, i);
		struct change *change = change_new(action->uid, action->local->ref);
		g_ptr_array_add(changes, change);
		change->revision = g_strdup(action->local->revision);
		change->text = g_strdup(action->remote->text);
		change->way = way_of(self, action);
		if (action->operation != OPERATION_ADOPT &&
		    !apply_base(self, action, &change->base, error)) {
			return false;
		}
	}
	return ask_and_store(self, self->settings->local->functions->update, store_updated, actions,
	                     changes, error);
}

bool apply_remove_local(struct cycle *self, GPtrArray *actions, GError **error)
{
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	for (guint i = 0; i < actions->len; i++) {
		const struct action *action = g_ptr_array_index(actions, i);
		struct change *change = change_new(action->uid, action->local->ref);
		change->revision = g_strdup(action->local->revision);
		g_ptr_array_add(changes, change);
	}
	return ask_and_store(self, self->settings->local->functions->remove, store_removed, actions,
	                     changes, error);
}
