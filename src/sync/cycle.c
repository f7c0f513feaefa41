/* SPDX-License-Identifier: MIT */
/* One cycle of one kind of item between two sides: the whole story on one page. */
#include "sync/cycle.h"

#include "sync/hold.h"

/* A part of an item is always merged; of whole ones the properties of a card can be. */
static enum conflict conflict_of(const struct cycle_settings *settings)
{
	if (!settings->remote->functions->is_whole || settings->kind == ITEM_CONTACT) {
		return CONFLICT_MERGE;
	}
	switch (settings->conflict) {
	case CONFLICT_POLICY_LOCAL:
		return CONFLICT_LOCAL;
	case CONFLICT_POLICY_REMOTE:
		return CONFLICT_REMOTE;
	default:
		return CONFLICT_MERGE;
	}
}

static struct policy make_policy(const struct cycle *self)
{
	const struct cycle_settings *settings = self->settings;
	const struct endpoint_functions *local = settings->local->functions;
	const struct endpoint_functions *remote = settings->remote->functions;
	return (struct policy){
		.direction = settings->direction,
		.on_remote_delete = settings->on_remote_delete,
		.max_adds = settings->max_adds,
		.max_deletes = settings->max_deletes,
		.conflict = conflict_of(settings),
		.is_confirmed = settings->is_confirmed,
		.hold = self->hold,
		.now = settings->now,
		.push_since = settings->push_since,
		.local_can_create = local->create != NULL,
		.local_can_update = local->update != NULL,
		.local_can_remove = local->remove != NULL,
		/* What is not yet read could be what would be added. */
		.remote_can_create = remote->create != NULL && !self->is_partial,
		.remote_can_update = remote->update != NULL,
		.remote_can_remove = remote->remove != NULL,
		.remote_is_whole = remote->is_whole,
	};
}

/* Read both sides, decide, carry out: with very many new remote items a part of them per pass. */
static bool run_pass(struct cycle *self, struct plan **plan, GError **error)
{
	if (!read_journal(self, error) || !read_local(self, error)) {
		return false;
	}
	hold_doubt_absences(self);
	hold_claim_folder(self);
	if (!read_remote(self, error)) {
		return false;
	}
	const struct policy policy = make_policy(self);
	*plan = plan_make(self->local, self->remote, self->records, &policy);
	self->report->is_plan_held |= (*plan)->is_held;
	self->report->held_removals = (*plan)->n_held_removals;
	if (self->settings->is_dry_run) {
		self->report->description = plan_describe(*plan);
		self->is_partial = false;
		return true;
	}
	/* Without knowing what is there, nothing is added there, and nothing is believed to be
	 * gone. */
	return self->is_unheard || apply_plan(self, *plan, error);
}

static void run(struct cycle *self, GError **error)
{
	if (!hold_find(self, error) ||
	    (!self->settings->is_dry_run && !recover_doubts(self, error))) {
		return;
	}
	struct plan *plan = NULL;
	self->is_first_pass = true;
	bool went_well = true;
	do {
		plan_free(plan);
		plan = NULL;
		went_well = run_pass(self, &plan, error);
		self->is_first_pass = false;
	} while (went_well && self->is_partial && !self->is_unheard);

	if (went_well && self->settings->is_rebuild) {
		went_well = hold_finish_rebuild(self, plan, error);
	}
	g_autoptr(GError) tally_error = NULL;
	if (!tally(self, plan, &tally_error) && went_well) {
		g_propagate_error(error, g_steal_pointer(&tally_error));
	}
	plan_free(plan);
}

struct cycle_report *cycle_run(const struct cycle_settings *settings)
{
	struct cycle_report *report = cycle_report_new();
	struct cycle self = {
		.settings = settings,
		.report = report,
		.settled = g_hash_table_new(NULL, NULL),
		.asked = g_hash_table_new(NULL, NULL),
		.read_files = g_ptr_array_new_with_free_func((GDestroyNotify)source_free),
	};
	GError *error = NULL;
	run(&self, &error);
	hold_end(&self);
	if (error != NULL) {
		g_clear_error(&report->error);
		report->error = error;
	}
	report->is_complete = report->error == NULL;
	g_hash_table_unref(self.settled);
	g_hash_table_unref(self.asked);
	g_ptr_array_unref(self.read_files);
	g_clear_pointer(&self.by_local_ref, g_hash_table_unref);
	g_clear_pointer(&self.sources, g_hash_table_unref);
	g_clear_pointer(&self.records, g_ptr_array_unref);
	snapshot_free(self.local_files);
	snapshot_free(self.local);
	snapshot_free(self.remote);
	return report;
}
