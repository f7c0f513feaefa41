/* SPDX-License-Identifier: MIT */
/* What of a plan waits for a person. */
#include "plan/plan_hold.h"

#define SHARE_DOUBTED 10 /* removals, where they are more than half of all there is */

static void hold(struct action *action, char *reason_taken)
{
	action->is_held = true;
	action->reason = reason_taken;
}

/* Sends something, or may: ADOPT leaves that half out by itself. */
static bool is_sending(const struct action *action)
{
	switch (action->operation) {
	case OPERATION_CREATE_REMOTE:
	case OPERATION_UPDATE_REMOTE:
	case OPERATION_REMOVE_REMOTE:
	case OPERATION_MERGE:
		return true;
	default:
		return false;
	}
}

static void hold_all(struct plan *plan, const char *reason)
{
	for (guint i = 0; i < plan->actions->len; i++) {
		struct action *action = g_ptr_array_index(plan->actions, i);
		if (is_sending(action) && !action->is_held) {
			hold(action, g_strdup(reason));
		}
	}
}

static void hold_adds(struct plan *plan, const struct policy *policy)
{
	if (plan->n_remote_adds <= policy->max_adds) {
		return;
	}
	plan->is_held = true;
	for (guint i = 0; i < plan->actions->len; i++) {
		struct action *action = g_ptr_array_index(plan->actions, i);
		const struct record *record = action->record;
		bool is_first = record == NULL ||
		                (record->state != RECORD_IN_DOUBT && record->remote_ref == NULL);
		if (action->operation == OPERATION_CREATE_REMOTE && !action->is_held && is_first) {
			hold(action, g_strdup_printf("one of %u new items, more than max_adds = %u",
			                             plan->n_remote_adds, policy->max_adds));
		}
	}
}

static void hold_removals(struct plan *plan, enum operation operation, guint known,
                          const struct policy *policy)
{
	guint count = 0;
	for (guint i = 0; i < plan->actions->len; i++) {
		const struct action *action = g_ptr_array_index(plan->actions, i);
		count += action->operation == operation && !action->is_held;
	}
	const bool are_most = count >= SHARE_DOUBTED && count * 2 > known;
	if (count <= policy->max_deletes && !are_most) {
		return;
	}
	plan->n_held_removals += count;
	for (guint i = 0; i < plan->actions->len; i++) {
		struct action *action = g_ptr_array_index(plan->actions, i);
		if (action->operation == operation && !action->is_held) {
			hold(action, count > policy->max_deletes
			                     ? g_strdup_printf("one of %u removals, more than "
			                                       "max_deletes = %u",
			                                       count, policy->max_deletes)
			                     : g_strdup_printf("one of %u removals, of %u items",
			                                       count, known));
		}
	}
}

void plan_hold(struct plan *plan, guint known, const struct policy *policy)
{
	if (policy->hold != NULL) {
		hold_all(plan, policy->hold);
	}
	if (policy->is_confirmed) {
		return;
	}
	if (policy->hold == NULL) {
		hold_adds(plan, policy);
	}
	hold_removals(plan, OPERATION_REMOVE_REMOTE, known, policy);
	if (policy->remote_is_whole) {
		hold_removals(plan, OPERATION_REMOVE_LOCAL, known, policy);
	}
}
