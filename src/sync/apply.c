/* SPDX-License-Identifier: MIT */
/* Carries out a plan in batches, and keeps the journal in step with what was done. */
#include "sync/apply.h"

#include <string.h>

void apply_settle(struct cycle *self, const struct entry *entry)
{
	if (entry != NULL) {
		g_hash_table_add(self->settled, (gpointer)entry);
	}
}

bool apply_put(struct cycle *self, const struct record *record, const char *story, GError **error)
{
	const struct cycle_settings *settings = self->settings;
	return records_put(settings->journal, settings->kind, record, error) &&
	       (story == NULL || journal_tell(settings->journal, settings->kind, record->uid,
	                                      settings->now, story, error));
}

static bool forget(struct cycle *self, const struct action *action, GError **error)
{
	return records_remove(self->settings->journal, self->settings->kind, action->record->uid,
	                      error);
}

static bool move(struct cycle *self, const struct action *action, GError **error)
{
	const struct cycle_settings *settings = self->settings;
	return apply_rename(self, action->record->uid, action->other_uid, error) &&
	       journal_tell(settings->journal, settings->kind, action->other_uid, settings->now,
	                    "the same item as before, under another UID or file name", error);
}

static bool remember_same(struct cycle *self, const struct action *action, GError **error)
{
	OWNED(record) record = apply_record(action);
	record->state = RECORD_SAME_AS;
	g_free(record->same_as);
	record->same_as = g_strdup(action->other_uid);
	g_free(record->reason);
	record->reason = g_strdup_printf(
		"the same as '%s', which was sent: not added a second time", action->other_uid);
	record_take_local(record, action->local->ref, action->local->item);
	apply_settle(self, action->local);
	return apply_put(self, record, record->reason, error);
}

static bool remember_deleted(struct cycle *self, const struct action *action, GError **error)
{
	OWNED(record) record = apply_record(action);
	/* What had not all been sent is no agreement: a file that comes back is completed. */
	if (record->state != RECORD_AGREED) {
		g_clear_pointer(&record->local_fingerprint, g_free);
	}
	record->state = RECORD_DELETED_HERE;
	g_clear_pointer(&record->local_ref, g_free);
	g_free(record->reason);
	record->reason =
		g_strdup("deleted here; the remote cannot delete, and it is not fetched back");
	return apply_put(self, record, record->reason, error);
}

static bool remember_gone(struct cycle *self, const struct action *action, GError **error)
{
	OWNED(record) record = apply_record(action);
	record->state = RECORD_GONE_THERE;
	report_change(self, NEWS_REMOVED, true, record->uid, record->name, record->local_ref);
	g_free(record->reason);
	record->reason = g_strdup("no longer at the remote; kept here, and not sent again");
	if (action->local != NULL && action->local->item != NULL) {
		record_take_local(record, action->local->ref, action->local->item);
	}
	apply_settle(self, action->local);
	return apply_put(self, record, record->reason, error);
}

/* Changed here where the remote takes no changes: say so, once per change. */
static bool note_local_change(struct cycle *self, struct record *record, const struct item *item)
{
	if (item == NULL || g_strcmp0(item->fingerprint, record->local_fingerprint) == 0 ||
	    record->local_fingerprint == NULL ||
	    self->settings->remote->functions->update != NULL) {
		return false;
	}
	g_strfreev(record->notes);
	record->notes =
		g_strdupv((char *[]){"local only: the change of a sent item cannot be sent", NULL});
	return true;
}

static bool is_same_whole(const struct cycle *self, const struct action *action)
{
	const struct item *here = action->local != NULL ? action->local->item : NULL;
	const struct item *there = action->remote != NULL ? action->remote->item : NULL;
	return self->settings->remote->functions->is_whole && here != NULL && there != NULL &&
	       strcmp(here->fingerprint, there->fingerprint) == 0;
}

static bool agree(struct cycle *self, const struct action *action, GError **error)
{
	OWNED(record) record = apply_record(action);
	const struct item *here = action->local != NULL ? action->local->item : NULL;
	bool is_noted = note_local_change(self, record, here);
	const bool is_unsent = record->state == RECORD_DELETED_HERE && here != NULL &&
	                       self->settings->direction == DIRECTION_PULL &&
	                       g_strcmp0(here->fingerprint, record->local_fingerprint) != 0;
	if (action->local != NULL && action->local->problem == NULL) {
		record_take_local(record, action->local->ref, here);
	}
	if (is_unsent) { /* as of every edit, should the direction change */
		g_clear_pointer(&record->local_fingerprint, g_free);
	}
	if (action->remote != NULL && action->remote->item != NULL) {
		record_take_remote(self, record, action->remote->ref, action->remote->revision,
		                   action->remote->text, action->remote->item);
	}
	/* the part that was refused is told as what stands here alone; a whole stays refused */
	const bool is_refused_part = record->state == RECORD_REFUSED &&
	                             !self->settings->remote->functions->is_whole &&
	                             record->remote_ref != NULL && action->remote != NULL &&
	                             action->remote->item != NULL;
	if (record->state == RECORD_DELETED_HERE || record->state == RECORD_GONE_THERE ||
	    is_refused_part || is_same_whole(self, action)) {
		record_agree(record);
	}
	if (here != NULL && self->settings->remote->functions->compare != NULL) {
		g_autofree char *base = NULL;
		if (!apply_base(self, action, &base, error)) {
			return false;
		}
		const char *now = action->remote != NULL ? action->remote->text : NULL;
		record_note(self, record, NULL, here, now != NULL ? now : base);
	}
	if (is_noted) {
		report_problem(self, record->name, record->uid, record->notes[0]);
	}
	apply_settle(self, action->local);
	return apply_put(self, record, is_noted ? record->notes[0] : NULL, error);
}

/* Operations that concern the journal alone: one by one, a commit per batch. */
typedef bool (*single_function)(struct cycle *self, const struct action *action, GError **error);
typedef bool (*batch_function)(struct cycle *self, GPtrArray *actions, GError **error);

static const struct {
	single_function single;
	batch_function batch;
	const char *word;
} OPERATIONS[] = {
	[OPERATION_FORGET] = {.single = forget},
	[OPERATION_MOVE] = {.single = move},
	[OPERATION_ADOPT] = {.batch = apply_both, .word = "matching"},
	[OPERATION_SAME_AS] = {.single = remember_same},
	[OPERATION_CREATE_LOCAL] = {.batch = apply_create_local, .word = "writing"},
	[OPERATION_UPDATE_LOCAL] = {.batch = apply_update_local, .word = "changing"},
	[OPERATION_REMOVE_LOCAL] = {.batch = apply_remove_local, .word = "removing"},
	[OPERATION_CREATE_REMOTE] = {.batch = apply_create_remote, .word = "sending"},
	[OPERATION_UPDATE_REMOTE] = {.batch = apply_update_remote, .word = "sending changes"},
	[OPERATION_REMOVE_REMOTE] = {.batch = apply_remove_remote, .word = "removing there"},
	[OPERATION_MERGE] = {.batch = apply_both, .word = "merging"},
	[OPERATION_REMEMBER_DELETED] = {.single = remember_deleted},
	[OPERATION_REMEMBER_GONE] = {.single = remember_gone},
	[OPERATION_AGREE] = {.single = agree},
};

static bool apply_singles(struct cycle *self, enum operation operation, GPtrArray *actions,
                          GError **error)
{
	if (!journal_begin(self->settings->journal, error)) {
		return false;
	}
	for (guint i = 0; i < actions->len; i++) {
		if (!OPERATIONS[operation].single(self, g_ptr_array_index(actions, i), error)) {
			journal_rollback(self->settings->journal);
			return false;
		}
	}
	return journal_commit(self->settings->journal, error);
}

/* A renamed file of which nothing was stored would stand for nobody if it were not read again. */
static bool is_where_it_was(const struct action *action)
{
	return action->local == NULL || action->record == NULL ||
	       g_strcmp0(action->local->ref, action->record->local_ref) == 0;
}

static bool apply_group(struct cycle *self, enum operation operation, GPtrArray *actions,
                        GError **error)
{
	if (operation == OPERATION_NOTHING) {
		for (guint i = 0; i < actions->len; i++) {
			const struct action *action = g_ptr_array_index(actions, i);
			if (is_where_it_was(action)) {
				apply_settle(self, action->local);
			}
		}
		return true;
	}
	self->is_journal_changed = true;
	if (OPERATIONS[operation].single != NULL) {
		return apply_singles(self, operation, actions, error);
	}
	for (guint start = 0; start < actions->len; start += CYCLE_BATCH) {
		g_autoptr(GPtrArray) batch = g_ptr_array_new();
		for (guint i = start; i < actions->len && i < start + CYCLE_BATCH; i++) {
			g_ptr_array_add(batch, g_ptr_array_index(actions, i));
		}
		if (!OPERATIONS[operation].batch(self, batch, error)) {
			return false;
		}
		cycle_progress(self, OPERATIONS[operation].word, start + batch->len, actions->len);
	}
	return true;
}

/* What was known of files that are no longer there: one that comes back is read again. */
static bool forget_vanished(struct cycle *self, GError **error)
{
	GHashTableIter iterator;
	gpointer ref = NULL;
	g_autoptr(GHashTable) there = g_hash_table_new(g_str_hash, g_str_equal);
	if (!self->local->is_complete) {
		return true;
	}
	for (guint i = 0; i < self->local_files->entries->len; i++) {
		const struct entry *file = g_ptr_array_index(self->local_files->entries, i);
		g_hash_table_add(there, file->ref);
	}
	g_hash_table_iter_init(&iterator, self->sources);
	while (g_hash_table_iter_next(&iterator, &ref, NULL)) {
		if (!g_hash_table_contains(there, ref) &&
		    !sources_remove(self->settings->journal, self->settings->kind, ref, error)) {
			return false;
		}
	}
	return true;
}

/* A file counts as read when nothing is left to do about any item in it. */
static bool store_sources(struct cycle *self, GHashTable *open, GError **error)
{
	struct journal *journal = self->settings->journal;
	bool went_well = true;
	for (guint i = 0; went_well && i < self->read_files->len; i++) {
		const struct source *source = g_ptr_array_index(self->read_files, i);
		went_well =
			g_hash_table_contains(open, source->ref)
				? sources_remove(journal, self->settings->kind, source->ref, error)
				: sources_put(journal, self->settings->kind, source, error);
	}
	return went_well && forget_vanished(self, error);
}

static bool save_sources(struct cycle *self, GError **error)
{
	struct journal *journal = self->settings->journal;
	g_autoptr(GHashTable) open = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < self->local->entries->len; i++) {
		const struct entry *entry = g_ptr_array_index(self->local->entries, i);
		if (entry->item != NULL && !g_hash_table_contains(self->settled, entry)) {
			g_hash_table_add(open, entry->ref);
		}
	}
	if (!journal_begin(journal, error)) {
		return false;
	}
	if (!store_sources(self, open, error)) {
		journal_rollback(journal);
		return false;
	}
	return journal_commit(journal, error);
}

static bool has_returned(const struct action *action)
{
	return action->record != NULL && action->record->state == RECORD_DELETED_HERE &&
	       action->local != NULL && action->local->problem == NULL;
}

/* Before anything is sent: another card of that name must not take over what has its own again. */
static bool take_back_returned(struct cycle *self, const struct plan *plan, GError **error)
{
	g_autoptr(GPtrArray) returned = g_ptr_array_new();
	for (guint i = 0; i < plan->actions->len; i++) {
		struct action *action = g_ptr_array_index(plan->actions, i);
		if (has_returned(action)) {
			g_ptr_array_add(returned, action);
		}
	}
	if (returned->len == 0 || self->settings->direction == DIRECTION_PULL) {
		return true;
	}
	if (!journal_begin(self->settings->journal, error)) {
		return false;
	}
	self->is_journal_changed = true;
	for (guint i = 0; i < returned->len; i++) {
		const struct action *action = g_ptr_array_index(returned, i);
		record_agree(action->record);
		if (!apply_put(self, action->record, "is here again", error)) {
			journal_rollback(self->settings->journal);
			return false;
		}
	}
	return journal_commit(self->settings->journal, error);
}

static bool apply_groups(struct cycle *self, const struct plan *plan, GError **error)
{
	g_autoptr(GPtrArray) group = g_ptr_array_new();
	bool went_well = true;
	guint i = 0;
	while (went_well && i < plan->actions->len) {
		const struct action *first = g_ptr_array_index(plan->actions, i);
		g_ptr_array_set_size(group, 0);
		for (; i < plan->actions->len; i++) {
			struct action *action = g_ptr_array_index(plan->actions, i);
			if (action->operation != first->operation) {
				break;
			}
			if (!action->is_held) {
				g_ptr_array_add(group, action);
			}
		}
		if (group->len > 0) {
			went_well = apply_group(self, first->operation, group, error);
		}
	}
	return went_well;
}

bool apply_plan(struct cycle *self, struct plan *plan, GError **error)
{
	const bool went_well =
		take_back_returned(self, plan, error) && apply_groups(self, plan, error);
	/* What was done stays done and need not be read again, even when a side failed on the way.
	 */
	g_autoptr(GError) problem = NULL;
	if (!save_sources(self, &problem) && went_well) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	return went_well;
}
