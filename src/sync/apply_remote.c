/* SPDX-License-Identifier: MIT */
/* Carries out what a plan wants of the remote side. */
#include "journal/ledger.h"
#include "sync/apply.h"

typedef bool (*side_function)(struct endpoint *side, GPtrArray *changes, GError **error);

/* It is gone there and made anew: what a kill leaves in the ledger from now on is bound to it. */
static void forget_gone(struct record *record)
{
	if (record->missing >= RECORD_MISSING_BELIEVED) {
		g_clear_pointer(&record->remote_ref, g_free);
		g_clear_pointer(&record->remote_revision, g_free);
		g_clear_pointer(&record->remote_fingerprint, g_free);
		record->missing = 0;
	}
}

/* Before anything is sent the journal knows which items it is for: a kill leaves a trace under
 * their uid. */
static bool store_intentions(struct cycle *self, GPtrArray *actions, GError **error)
{
	struct journal *journal = self->settings->journal;
	gint64 next_call = 0;
	if (!ledger_next(journal, &next_call, error) || !journal_begin(journal, error)) {
		return false;
	}
	for (guint i = 0; i < actions->len; i++) {
		const struct action *action = g_ptr_array_index(actions, i);
		if (action->operation == OPERATION_CREATE_REMOTE && action->record != NULL) {
			forget_gone(action->record);
		}
		OWNED(record) record = apply_record(action);
		if (action->record != NULL && record->state == RECORD_IN_DOUBT) {
			continue;
		}
		/* what earlier calls made of that uid is bound by now, or is none of this item */
		if (action->operation == OPERATION_CREATE_REMOTE && record->remote_ref == NULL) {
			record->first_call = next_call;
		}
		record->state = RECORD_PENDING;
		g_free(record->reason);
		record->reason = g_strdup("being sent");
		record_take_local(record, action->local->ref, action->local->item);
		if (!apply_put(self, record, NULL, error)) {
			journal_rollback(journal);
			return false;
		}
	}
	return journal_commit(journal, error);
}

static void name_problem(struct cycle *self, const struct record *record,
                         const struct change *change)
{
	bool is_side = change->error != NULL && cycle_is_side_failure(change->error);
	if (change->verdict != VERDICT_PENDING && change->verdict != VERDICT_SAME_AS && !is_side) {
		report_problem(self, record->name, record->uid, record->reason);
	}
}

static bool store_answered(struct cycle *self, const struct action *action, struct change *change,
                           struct record *record, GError **error)
{
	/* What the remote did not say of itself is known only of what was just created as asked. */
	const char *text = change->result;
	if (text == NULL && action->operation == OPERATION_CREATE_REMOTE) {
		text = action->local->item->text;
	}
	OWNED(item)
	there = text != NULL ? cycle_project(self, text, record->uid, NULL, NULL) : NULL;
	g_autofree char *before = g_strdup(record->remote_fingerprint);
	record_take_remote(self, record, change->ref, change->revision, text, there);
	bool is_changed = there == NULL || g_strcmp0(before, record->remote_fingerprint) != 0;
	record_agree(record);
	record_note(self, record, change, action->local->item, text);
	apply_settle(self, action->local);
	g_autofree char *story = NULL;
	if (action->operation != OPERATION_CREATE_REMOTE) {
		self->report->changed_there += is_changed;
		if (is_changed) {
			report_change(self, NEWS_CHANGED, true, record->uid, record->name,
			              record->local_ref);
		}
		story = g_strdup(is_changed ? "what is new in the file was sent"
		                            : "the file changed; nothing of that can be sent");
	} else if (change->verdict == VERDICT_ADOPTED) {
		story = g_strdup_printf("was at the remote already (id %s): adopted, not added",
		                        change->ref);
	} else {
		self->report->added_there++;
		report_change(self, NEWS_ADDED, true, record->uid, record->name, record->local_ref);
		story = g_strdup_printf("added at the remote (id %s)", change->ref);
	}
	return apply_put(self, record, story, error);
}

static bool store_outcome(struct cycle *self, const struct action *action, struct change *change,
                          GError **error)
{
	OWNED(record) record = apply_record(action);
	/* Of a whole in doubt the record tells what was sent, whatever the file says by now. */
	const bool is_still_in_doubt = self->settings->remote->functions->is_whole &&
	                               record->state == RECORD_IN_DOUBT &&
	                               change->verdict == VERDICT_IN_DOUBT;
	if (!is_still_in_doubt) {
		record_take_local(record, action->local->ref, action->local->item);
	}
	switch (change->verdict) {
	case VERDICT_DONE:
	case VERDICT_ADOPTED:
		return store_answered(self, action, change, record, error);
	case VERDICT_SAME_AS:
		record->state = RECORD_SAME_AS;
		g_free(record->same_as);
		record->same_as = g_strdup(change->same_as);
		g_free(record->reason);
		record->reason = g_strdup_printf(
			"the same as '%s', which is at the remote: not added a second time",
			change->same_as);
		apply_settle(self, action->local);
		return apply_put(self, record, record->reason, error);
	default:
		record_fail(self, record, change);
		name_problem(self, record, change);
		if (record->state == RECORD_REFUSED) {
			apply_settle(self, action->local);
		}
		return apply_put(self, record,
		                 change->verdict == VERDICT_PENDING ? NULL : record->reason, error);
	}
}

static bool store_outcomes(struct cycle *self, GPtrArray *actions, GPtrArray *changes,
                           GError **error)
{
	if (!journal_begin(self->settings->journal, error)) {
		return false;
	}
	for (guint i = 0; i < actions->len; i++) {
		if (!store_outcome(self, g_ptr_array_index(actions, i),
		                   g_ptr_array_index(changes, i), error)) {
			journal_rollback(self->settings->journal);
			return false;
		}
	}
	return journal_commit(self->settings->journal, error);
}

/* Of a whole as it was read in this cycle, since what was agreed is perhaps not there any more;
 * what was not read is as it was agreed, or must not be written over. */
static const char *revision_there(const struct cycle *self, const struct action *action)
{
	const bool is_read = self->settings->remote->functions->is_whole &&
	                     action->remote != NULL && action->remote->item != NULL;
	return is_read                  ? action->remote->revision
	       : action->record != NULL ? action->record->remote_revision
	                                : NULL;
}

/* Who takes nothing from there never learns of a rename there: it is no obstacle. Of a whole, what
 * is there is then only written over where what is here is to win. */
static bool knows_there(const struct cycle *self, const struct action *action)
{
	const bool is_to_win = self->settings->remote->functions->is_whole &&
	                       self->settings->conflict == CONFLICT_POLICY_LOCAL;
	return is_to_win || (action->record != NULL && self->settings->direction != DIRECTION_PUSH);
}

/* Where it is: of what is found again by its UID, where it was found. */
static const char *ref_there(const struct action *action)
{
	return action->remote != NULL   ? action->remote->ref
	       : action->record != NULL ? action->record->remote_ref
	                                : NULL;
}

/* NULL on failure. */
static struct change *change_for(struct cycle *self, const struct action *action, GError **error)
{
	bool is_creation = action->operation == OPERATION_CREATE_REMOTE;
	struct change *change = change_new(action->uid, is_creation ? NULL : ref_there(action));
	if ((action->operation == OPERATION_UPDATE_REMOTE ||
	     action->operation == OPERATION_MERGE) &&
	    !apply_base(self, action, &change->base, error)) {
		change_free(change);
		return NULL;
	}
	if (!is_creation && knows_there(self, action)) {
		change->revision = g_strdup(revision_there(self, action));
	}
	change->text = g_strdup(action->local->item->text);
	change->item = action->local->item;
	change->is_insisted = action->record != NULL && action->record->is_insisted;
	return change;
}

static bool ask_and_store(struct cycle *self, side_function function, GPtrArray *actions,
                          GError **error)
{
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	for (guint i = 0; i < actions->len; i++) {
		struct change *change = change_for(self, g_ptr_array_index(actions, i), error);
		if (change == NULL) {
			return false;
		}
		g_ptr_array_add(changes, change);
	}
	if (!store_intentions(self, actions, error)) {
		return false;
	}
	g_autoptr(GError) side = NULL;
	bool was_heard = function(self->settings->remote, changes, &side);
	if (!store_outcomes(self, actions, changes, error)) {
		return false;
	}
	if (!was_heard) {
		g_propagate_error(error, g_steal_pointer(&side));
	}
	return was_heard;
}

bool apply_create_remote(struct cycle *self, GPtrArray *actions, GError **error)
{
	return ask_and_store(self, self->settings->remote->functions->create, actions, error);
}

bool apply_update_remote(struct cycle *self, GPtrArray *actions, GError **error)
{
	return ask_and_store(self, self->settings->remote->functions->update, actions, error);
}

bool apply_remove_remote(struct cycle *self, GPtrArray *actions, GError **error)
{
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	for (guint i = 0; i < actions->len; i++) {
		const struct action *action = g_ptr_array_index(actions, i);
		struct change *change = change_new(action->uid, ref_there(action));
		change->revision = g_strdup(revision_there(self, action));
		g_ptr_array_add(changes, change);
	}
	struct endpoint *side = self->settings->remote;
	GError *problem = NULL;
	bool was_heard = side->functions->remove(side, changes, &problem);
	struct journal *journal = self->settings->journal;
	for (guint i = 0; i < actions->len; i++) {
		const struct action *action = g_ptr_array_index(actions, i);
		const struct change *change = g_ptr_array_index(changes, i);
		bool is_gone =
			change->verdict == VERDICT_DONE || change->verdict == VERDICT_NOT_FOUND;
		if (is_gone && !records_remove(journal, self->settings->kind, action->record->uid,
		                               problem == NULL ? error : NULL)) {
			if (problem != NULL) {
				g_propagate_error(error, problem);
			}
			return false;
		}
		if (is_gone) {
			self->report->removed_there++;
			report_change(self, NEWS_REMOVED, true, action->record->uid,
			              action->record->name, action->record->local_ref);
		}
		if (!is_gone && change->error != NULL) {
			report_problem(self, action->record->name, action->record->uid,
			               change->error->message);
		}
	}
	if (!was_heard) {
		g_propagate_error(error, problem);
	}
	return was_heard;
}

/* After the file took what came, it is the file's content that is compared and sent. */
static bool refresh_local(struct cycle *self, struct action *action, GError **error)
{
	struct endpoint *side = self->settings->local;
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	struct change *change = change_new(action->uid, action->local->ref);
	g_ptr_array_add(changes, change);
	if (!side->functions->fetch(side, changes, error)) {
		return false;
	}
	struct item *item = change->verdict == VERDICT_DONE
	                            ? cycle_project(self, change->result, action->uid, NULL, NULL)
	                            : NULL;
	if (item != NULL) {
		item_free(action->local->item);
		action->local->item = item;
		action->uid = item->uid;
	}
	return true;
}

static bool is_same_on_both(const struct action *action)
{
	return action->remote != NULL && action->remote->item != NULL &&
	       g_strcmp0(action->local->item->fingerprint, action->remote->item->fingerprint) == 0;
}

/* Both hold it, and nothing is to be carried either way. */
static bool store_agreement(struct cycle *self, const struct action *action, GError **error)
{
	OWNED(record) record = apply_record(action);
	record_take_local(record, action->local->ref, action->local->item);
	if (action->remote != NULL && action->remote->item != NULL) {
		record_take_remote(self, record, action->remote->ref, action->remote->revision,
		                   action->remote->text, action->remote->item);
	}
	record_agree(record);
	record_note(self, record, NULL, action->local->item,
	            action->remote != NULL ? action->remote->text : NULL);
	apply_settle(self, action->local);
	return apply_put(self, record, "on both sides already: nothing was added", error);
}

/* Both hold it, and what this side has more waits until something may be sent again. */
static bool store_waiting(struct cycle *self, const struct action *action, GError **error)
{
	OWNED(record) record = apply_record(action);
	const struct entry *remote = action->remote;
	record_take_local(record, action->local->ref, action->local->item);
	if (remote != NULL && remote->item != NULL) {
		record_take_remote(self, record, remote->ref, remote->revision, remote->text,
		                   remote->item);
	}
	record->state = RECORD_PENDING;
	g_free(record->reason);
	record->reason = g_strdup(self->hold);
	return apply_put(self, record, NULL, error);
}

/* After the files took what came: which of them have more than the remote. */
static bool choose_to_send(struct cycle *self, GPtrArray *actions, bool pulls, bool pushes,
                           GPtrArray *records, GPtrArray *to_send, GError **error)
{
	for (guint i = 0; i < actions->len; i++) {
		struct action *action = g_ptr_array_index(actions, i);
		if (action->is_conflict) {
			continue;
		}
		if (pulls && !refresh_local(self, action, error)) {
			return false;
		}
		GError *problem = NULL;
		struct record *record =
			pulls ? records_get(self->settings->journal, self->settings->kind,
		                            action->uid, &problem)
			      : NULL;
		if (problem != NULL) {
			g_propagate_error(error, problem);
			return false;
		}
		if (record != NULL) {
			g_ptr_array_add(records, record);
			action->record = record;
		}
		bool has_more = pushes && !is_same_on_both(action);
		if (has_more && self->hold != NULL) {
			if (!store_waiting(self, action, error)) {
				return false;
			}
		} else if (has_more) {
			g_ptr_array_add(to_send, action);
		} else if (!pulls && !store_agreement(self, action, error)) {
			return false;
		}
	}
	return true;
}

/* What is the same as a whole needs no look into the file, and no request. */
static bool settle_equal(struct cycle *self, GPtrArray *actions, GPtrArray *differing,
                         GError **error)
{
	g_autoptr(GPtrArray) equal = g_ptr_array_new();
	for (guint i = 0; i < actions->len; i++) {
		struct action *action = g_ptr_array_index(actions, i);
		const bool is_equal =
			self->settings->remote->functions->is_whole && is_same_on_both(action);
		g_ptr_array_add(is_equal ? equal : differing, action);
	}
	if (equal->len == 0) {
		return true;
	}
	if (!journal_begin(self->settings->journal, error)) {
		return false;
	}
	for (guint i = 0; i < equal->len; i++) {
		if (!store_agreement(self, g_ptr_array_index(equal, i), error)) {
			journal_rollback(self->settings->journal);
			return false;
		}
	}
	return journal_commit(self->settings->journal, error);
}

bool apply_pushes(const struct cycle *self)
{
	return self->settings->direction != DIRECTION_PULL &&
	       self->settings->remote->functions->update != NULL;
}

bool apply_both(struct cycle *self, GPtrArray *actions, GError **error)
{
	bool pulls = self->settings->direction != DIRECTION_PUSH;
	bool pushes = apply_pushes(self);
	g_autoptr(GPtrArray) differing = g_ptr_array_new();
	if (!settle_equal(self, actions, differing, error) ||
	    (pulls && differing->len > 0 && !apply_update_local(self, differing, error))) {
		return false;
	}
	g_autoptr(GPtrArray) to_send = g_ptr_array_new();
	g_autoptr(GPtrArray) records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
	bool went_well = choose_to_send(self, differing, pulls, pushes, records, to_send, error) &&
	                 (to_send->len == 0 || apply_update_remote(self, to_send, error));
	for (guint i = 0; i < differing->len; i++) {
		/* freed with records */
		((struct action *)g_ptr_array_index(differing, i))->record = NULL;
	}
	return went_well;
}
