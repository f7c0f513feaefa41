/* SPDX-License-Identifier: MIT */
/* Decides what a cycle does: the table, and who stands in which cell of it. */
#include "plan/plan.h"

#include "plan/pairing.h"
#include "plan/plan_hold.h"

#include <string.h>

/* The table of the design: what becomes of an agreed item. Wishes; a side that cannot, or a
 * direction that does not want, turns them. */
static const enum operation TABLE[4][4] = {
	/* remote:        ABSENT                   SAME                     CHANGED UNKNOWN */
	[STANDING_ABSENT] = {OPERATION_FORGET, OPERATION_REMOVE_REMOTE, OPERATION_CREATE_LOCAL,
                             OPERATION_REMOVE_REMOTE},
	[STANDING_SAME] = {OPERATION_REMOVE_LOCAL, OPERATION_NOTHING, OPERATION_UPDATE_LOCAL,
                           OPERATION_NOTHING},
	[STANDING_CHANGED] = {OPERATION_CREATE_REMOTE, OPERATION_UPDATE_REMOTE, OPERATION_MERGE,
                              OPERATION_UPDATE_REMOTE},
	[STANDING_UNKNOWN] = {OPERATION_REMOVE_LOCAL, OPERATION_NOTHING, OPERATION_UPDATE_LOCAL,
                              OPERATION_NOTHING},
};

const char *operation_name(enum operation operation)
{
	static const char *const names[] = {
		[OPERATION_NOTHING] = "nothing",
		[OPERATION_FORGET] = "forget",
		[OPERATION_MOVE] = "follow to another uid",
		[OPERATION_ADOPT] = "adopt",
		[OPERATION_SAME_AS] = "same as another",
		[OPERATION_CREATE_LOCAL] = "add here",
		[OPERATION_UPDATE_LOCAL] = "change here",
		[OPERATION_REMOVE_LOCAL] = "remove here",
		[OPERATION_CREATE_REMOTE] = "add there",
		[OPERATION_UPDATE_REMOTE] = "send the change",
		[OPERATION_REMOVE_REMOTE] = "remove there",
		[OPERATION_MERGE] = "merge",
		[OPERATION_REMEMBER_DELETED] = "remember as deleted here",
		[OPERATION_REMEMBER_GONE] = "remember as gone there",
		[OPERATION_AGREE] = "agree",
	};
	return names[operation];
}

struct planner {
	struct pairing *pairing;
	const struct policy *policy;
	struct plan *plan;
};

static void action_free(gpointer data)
{
	struct action *self = data;
	g_free(self->reason);
	g_free(self);
}

static struct action *decide(struct planner *self, enum operation operation, struct entry *local,
                             struct entry *remote, struct record *record)
{
	struct action *action = g_new0(struct action, 1);
	action->operation = operation;
	action->local = local;
	action->remote = remote;
	action->record = record;
	action->uid = record != NULL                           ? record->uid
	              : local != NULL && local->item != NULL   ? local->item->uid
	              : remote != NULL && remote->item != NULL ? remote->item->uid
	                                                       : NULL;
	g_ptr_array_add(self->plan->actions, action);
	return action;
}

static bool wants_pull(const struct policy *policy)
{
	return policy->direction == DIRECTION_BOTH || policy->direction == DIRECTION_PULL;
}

static bool wants_push(const struct policy *policy)
{
	return policy->direction == DIRECTION_BOTH || policy->direction == DIRECTION_PUSH;
}

static bool is_trash_wanted(const struct policy *policy)
{
	return policy->on_remote_delete == REMOTE_DELETE_TRASH ||
	       (policy->on_remote_delete == REMOTE_DELETE_USUAL &&
	        (policy->remote_can_remove || policy->remote_is_whole));
}

/* What is wished becomes what can be done. */
static enum operation turn_local(const struct policy *policy, enum operation wish)
{
	if (!wants_pull(policy)) {
		return wish == OPERATION_REMOVE_LOCAL ? OPERATION_REMEMBER_GONE : OPERATION_NOTHING;
	}
	switch (wish) {
	case OPERATION_CREATE_LOCAL:
		return policy->local_can_create ? wish : OPERATION_NOTHING;
	case OPERATION_UPDATE_LOCAL:
		return policy->local_can_update ? wish : OPERATION_NOTHING;
	default:
		return policy->local_can_remove && is_trash_wanted(policy)
		               ? wish
		               : OPERATION_REMEMBER_GONE;
	}
}

static enum operation turn_remote(const struct policy *policy, enum operation wish)
{
	if (!wants_push(policy)) {
		return wish == OPERATION_REMOVE_REMOTE   ? OPERATION_REMEMBER_DELETED
		       : wish == OPERATION_CREATE_REMOTE ? OPERATION_REMEMBER_GONE
		                                         : OPERATION_NOTHING;
	}
	switch (wish) {
	case OPERATION_CREATE_REMOTE:
		return policy->remote_can_create ? wish : OPERATION_NOTHING;
	case OPERATION_UPDATE_REMOTE:
		return policy->remote_can_update ? wish : OPERATION_AGREE;
	default:
		return policy->remote_can_remove ? wish : OPERATION_REMEMBER_DELETED;
	}
}

static enum operation turn(const struct policy *policy, enum operation wish)
{
	switch (wish) {
	case OPERATION_CREATE_LOCAL:
	case OPERATION_UPDATE_LOCAL:
	case OPERATION_REMOVE_LOCAL:
		return turn_local(policy, wish);
	case OPERATION_CREATE_REMOTE:
	case OPERATION_UPDATE_REMOTE:
	case OPERATION_REMOVE_REMOTE:
		return turn_remote(policy, wish);
	case OPERATION_MERGE:
		if (policy->conflict != CONFLICT_MERGE) {
			return turn(policy, policy->conflict == CONFLICT_LOCAL
			                            ? OPERATION_UPDATE_REMOTE
			                            : OPERATION_UPDATE_LOCAL);
		}
		if (!wants_push(policy) || !policy->remote_can_update) {
			return turn_local(policy, OPERATION_UPDATE_LOCAL);
		}
		return wants_pull(policy) && policy->local_can_update ? wish
		                                                      : OPERATION_UPDATE_REMOTE;
	default:
		return wish;
	}
}

static const struct item *entry_item(const struct entry *entry)
{
	return entry != NULL ? entry->item : NULL;
}

static bool is_equal(const struct entry *local, const struct entry *remote)
{
	const struct item *left = entry_item(local);
	const struct item *right = entry_item(remote);
	return left != NULL && right != NULL && strcmp(left->fingerprint, right->fingerprint) == 0;
}

/* An operation on a side needs its entry (or, for a creation, the other side's content). */
static bool has_means(enum operation operation, const struct entry *local,
                      const struct entry *remote)
{
	switch (operation) {
	case OPERATION_CREATE_LOCAL:
		return entry_item(remote) != NULL;
	case OPERATION_UPDATE_LOCAL:
		return local != NULL && local->problem == NULL && entry_item(remote) != NULL;
	case OPERATION_REMOVE_LOCAL:
		return local != NULL && local->problem == NULL;
	case OPERATION_CREATE_REMOTE:
	case OPERATION_UPDATE_REMOTE:
		return entry_item(local) != NULL;
	case OPERATION_ADOPT:
	case OPERATION_MERGE:
		return entry_item(local) != NULL && entry_item(remote) != NULL;
	default:
		return true;
	}
}

/* Where an item is written as a whole, nothing goes over a change that could not be read. */
static void hold_unread(const struct planner *self, struct action *action)
{
	const struct entry *remote = action->remote;
	const bool is_writing = action->operation == OPERATION_UPDATE_REMOTE ||
	                        action->operation == OPERATION_REMOVE_REMOTE;
	if (self->policy->remote_is_whole && is_writing && remote != NULL &&
	    remote->problem != NULL) {
		action->is_held = true;
		g_free(action->reason);
		action->reason = g_strdup_printf("what is there cannot be read: %s",
		                                 remote->problem->message);
	}
}

/* The record of something that both sides agreed on. */
static void plan_agreed(struct planner *self, struct record *record, struct entry *local,
                        struct entry *remote)
{
	enum standing here = pairing_local_standing(self->pairing, record);
	enum standing there = pairing_remote_standing(self->pairing, record);
	enum operation wish = TABLE[here][there];
	if (wish == OPERATION_MERGE && is_equal(local, remote)) {
		wish = OPERATION_AGREE;
	}
	enum operation operation = turn(self->policy, wish);
	if (operation == OPERATION_UPDATE_REMOTE && record->remote_ref == NULL) {
		operation =
			OPERATION_AGREE; /* a person says that it is there; nobody knows where */
	}
	const bool is_wanted_there = wish == OPERATION_CREATE_REMOTE;
	if (operation == OPERATION_NOTHING || !has_means(operation, local, remote)) {
		bool has_news = entry_item(local) != NULL || entry_item(remote) != NULL ||
		                (local != NULL && g_strcmp0(local->ref, record->local_ref) != 0);
		bool is_unread =
			wish != OPERATION_NOTHING; /* stays as it is until it can be carried */
		operation = has_news && !is_unread ? OPERATION_AGREE : OPERATION_NOTHING;
	}
	struct action *action = decide(self, operation, local, remote, record);
	if (operation == OPERATION_NOTHING && is_wanted_there) {
		action->is_held = true; /* the file is read again until it can go there */
	}
	hold_unread(self, action);
}

static bool is_changed(const struct record *record, const struct entry *local)
{
	return local->item != NULL &&
	       g_strcmp0(local->item->fingerprint, record->local_fingerprint) != 0;
}

static bool is_past(const struct planner *self, const struct item *item)
{
	return item->ends != 0 && item->ends <= self->policy->push_since;
}

/* Something local that the remote does not have: add it, unless it is there, or was sent, under
 * another name. */
static void plan_new_local(struct planner *self, struct entry *local, struct record *record)
{
	const bool is_insisted = record != NULL && record->is_insisted;
	struct entry *twin = is_insisted ? NULL : pairing_adopt(self->pairing, local);
	if (twin != NULL) {
		decide(self, OPERATION_ADOPT, local, twin, record);
		return;
	}
	if (!wants_push(self->policy) || !self->policy->remote_can_create) {
		return;
	}
	if (is_past(self, local->item) && !is_insisted) {
		self->plan->n_past++;
		decide(self, OPERATION_NOTHING, local, NULL, record);
		return;
	}
	bool is_there = false;
	/* What was doubled by mistake can be taken back where a whole is written. */
	const bool may_double = is_insisted || self->policy->remote_is_whole;
	const char *other = may_double ? NULL : pairing_same_as(self->pairing, local, &is_there);
	if (other != NULL) {
		struct action *action = decide(self, OPERATION_SAME_AS, local, NULL, record);
		action->other_uid = other;
		/* until then that one may be edited, and this one is all that is left of it */
		action->is_held = !is_there;
		action->reason = is_there ? NULL : g_strdup_printf("waits for '%s'", other);
		return;
	}
	pairing_claim_new(self->pairing, local);
	struct action *action = decide(self, OPERATION_CREATE_REMOTE, local, NULL, record);
	self->plan->n_remote_adds++;
	if (record != NULL && record->retry_at > self->policy->now && !is_changed(record, local)) {
		action->is_held = true;
		action->reason = g_strdup(record->reason);
		self->plan->n_remote_adds--;
	}
}

/* An earlier write that arrived after all, where nothing but a whole is written: nobody else's
 * change. */
static bool is_as_sent(const struct planner *self, const struct record *record,
                       const struct entry *remote)
{
	return self->policy->remote_is_whole &&
	       g_strcmp0(entry_item(remote)->fingerprint, record->local_fingerprint) == 0;
}

/* Deleted here before it was all there. Only what was agreed, or is ours, may go there, too. */
static void plan_unfinished_removal(struct planner *self, struct record *record,
                                    struct entry *local, struct entry *remote)
{
	const struct item *there = entry_item(remote);
	if (record->remote_ref == NULL) {
		decide(self,
		       record->state == RECORD_IN_DOUBT ? OPERATION_NOTHING : OPERATION_FORGET,
		       local, remote, record);
		return;
	}
	if (!self->policy->remote_is_whole) {
		decide(self, turn(self->policy, OPERATION_REMOVE_REMOTE), local, remote, record);
		return;
	}
	const bool is_gone = pairing_remote_standing(self->pairing, record) == STANDING_ABSENT;
	const bool is_agreed =
		there != NULL ? g_strcmp0(there->fingerprint, record->remote_fingerprint) == 0 ||
					is_as_sent(self, record, remote)
			      : remote != NULL && record->remote_fingerprint != NULL;
	enum operation wish = is_gone         ? OPERATION_FORGET
	                      : is_agreed     ? OPERATION_REMOVE_REMOTE
	                      : there != NULL ? OPERATION_CREATE_LOCAL
	                                      : OPERATION_NOTHING;
	hold_unread(self, decide(self, turn(self->policy, wish), local, remote, record));
}

/* Not all of it was sent, and by now it is gone there. */
static enum operation unfinished_absence(const struct planner *self, const struct record *record,
                                         const struct entry *local)
{
	if (!self->policy->remote_is_whole) {
		return OPERATION_REMEMBER_GONE;
	}
	const bool is_edited = g_strcmp0(local->item->fingerprint, record->remote_fingerprint) != 0;
	return turn(self->policy, is_edited ? OPERATION_CREATE_REMOTE : OPERATION_REMOVE_LOCAL);
}

/* What of it is there is known by its ref. */
static void plan_unfinished_update(struct planner *self, struct record *record, struct entry *local,
                                   struct entry *remote)
{
	/* Without a base both sides' parts count; with one, what was deleted here stays so. */
	enum operation both =
		record->remote_fingerprint == NULL ? OPERATION_ADOPT : OPERATION_MERGE;
	const bool is_ours_alone = entry_item(remote) == NULL ||
	                           (is_as_sent(self, record, remote) && !is_equal(local, remote));
	struct action *action =
		decide(self, is_ours_alone ? OPERATION_UPDATE_REMOTE : both, local, remote, record);
	action->is_held = record->retry_at > self->policy->now && !is_changed(record, local);
	if (self->policy->remote_is_whole && entry_item(remote) == NULL &&
	    record->remote_fingerprint == NULL) {
		action->is_held = true; /* never agreed, and not read: it may be anything */
		g_free(action->reason);
		action->reason = g_strdup("what is there could not be read yet");
	}
	hold_unread(self, action);
}

static void plan_creation_again(struct planner *self, struct record *record, struct entry *local)
{
	struct action *action = decide(self, OPERATION_CREATE_REMOTE, local, NULL, record);
	if (!self->policy->remote_can_create) {
		action->is_held = true;
		action->reason = g_strdup("nothing can be added there now");
	}
}

/* Wanted there and not done: again when it is time, with what is there now. */
static void plan_unfinished(struct planner *self, struct record *record, struct entry *local,
                            struct entry *remote)
{
	if (local == NULL || local->problem != NULL) {
		if (pairing_local_standing(self->pairing, record) == STANDING_ABSENT) {
			plan_unfinished_removal(self, record, local, remote);
		} else {
			decide(self, OPERATION_NOTHING, local, remote, record);
		}
	} else if (local->item == NULL) {
		decide(self, OPERATION_NOTHING, local, remote, record);
	} else if (pairing_remote_standing(self->pairing, record) == STANDING_ABSENT) {
		enum operation operation = unfinished_absence(self, record, local);
		decide(self, operation, local, remote, record)->is_held =
			operation == OPERATION_NOTHING;
	} else if (record->remote_ref != NULL && !self->policy->remote_can_update) {
		plan_creation_again(self, record, local); /* the ledger answers */
	} else if (record->remote_ref != NULL && !wants_push(self->policy)) {
		/* unread: what it holds comes with the next change there */
		decide(self,
		       has_means(OPERATION_ADOPT, local, remote) ? OPERATION_ADOPT
		                                                 : OPERATION_NOTHING,
		       local, remote, record);
	} else if (record->remote_ref != NULL) {
		plan_unfinished_update(self, record, local, remote);
	} else if (record->state == RECORD_IN_DOUBT) {
		plan_creation_again(self, record, local);
	} else {
		plan_new_local(self, local, record);
	}
}

/* Deleted here, and put back. Where nothing is sent, what is new in it waits, and what others
 * change comes again. */
static void plan_returned(struct planner *self, struct record *record, struct entry *local,
                          struct entry *remote)
{
	const bool is_read = entry_item(remote) != NULL;
	if (!wants_push(self->policy) && !is_read && is_changed(record, local) &&
	    pairing_remote_standing(self->pairing, record) != STANDING_ABSENT) {
		decide(self, OPERATION_AGREE, local, remote, record);
	} else {
		plan_agreed(self, record, local, remote);
	}
}

/* The other states of a record: what is remembered stays remembered until the files say otherwise.
 */
static void plan_remembered(struct planner *self, struct record *record, struct entry *local,
                            struct entry *remote)
{
	bool is_gone_here = pairing_local_standing(self->pairing, record) == STANDING_ABSENT;
	bool is_gone_there = pairing_remote_standing(self->pairing, record) == STANDING_ABSENT;
	switch (record->state) {
	case RECORD_REFUSED:
		if (record->remote_ref != NULL && is_gone_here &&
		    record->remote_fingerprint == NULL) {
			/* never agreed, so what is there is no change that would bring it back */
			plan_unfinished_removal(self, record, local, remote);
		} else if (record->remote_ref != NULL) {
			plan_agreed(self, record, local, remote);
		} else if (is_gone_here) {
			decide(self, OPERATION_FORGET, local, remote, record);
		} else if (local != NULL && local->problem == NULL && is_changed(record, local)) {
			plan_new_local(self, local, record);
		} else {
			decide(self, OPERATION_NOTHING, local, remote, record);
		}
		break;
	case RECORD_DELETED_HERE:
		if (local != NULL && local->problem == NULL) {
			plan_returned(self, record, local, remote);
		} else {
			decide(self, is_gone_there ? OPERATION_FORGET : OPERATION_NOTHING, local,
			       remote, record);
		}
		break;
	case RECORD_GONE_THERE:
		if (remote != NULL) {
			plan_agreed(self, record, local, remote); /* it came back */
		} else {
			decide(self, is_gone_here ? OPERATION_FORGET : OPERATION_NOTHING, local,
			       remote, record);
		}
		break;
	case RECORD_SAME_AS:
		if (pairing_inherits(self->pairing, record)) {
			/* compared in the next cycle, as what it inherits */
			decide(self, OPERATION_NOTHING, local, remote, record)->is_held = true;
		} else if (is_gone_here) {
			decide(self, OPERATION_FORGET, local, remote, record);
		} else if (local != NULL && local->problem == NULL && is_changed(record, local)) {
			plan_new_local(self, local, record);
		} else {
			decide(self, OPERATION_NOTHING, local, remote, record);
		}
		break;
	default:
		decide(self, OPERATION_NOTHING, local, remote, record);
	}
}

static void plan_record(struct planner *self, struct record *record)
{
	struct entry *local = pairing_local(self->pairing, record);
	struct entry *remote = pairing_remote(self->pairing, record);
	const char *heir = pairing_heir(self->pairing, record);
	if (heir != NULL) {
		decide(self, OPERATION_MOVE, NULL, remote, record)->other_uid = heir;
		return;
	}
	struct entry *twin = record_may_be_adopted(record) && entry_item(local) != NULL
	                             ? pairing_adopt(self->pairing, local)
	                             : NULL;
	if (twin != NULL) {
		decide(self, OPERATION_ADOPT, local, twin, record);
		return;
	}
	switch (record->state) {
	case RECORD_AGREED:
		plan_agreed(self, record, local, remote);
		break;
	case RECORD_PENDING:
	case RECORD_IN_DOUBT:
		plan_unfinished(self, record, local, remote);
		break;
	default:
		plan_remembered(self, record, local, remote);
	}
}

static void plan_news(struct planner *self, const struct snapshot *local,
                      const struct snapshot *remote)
{
	for (guint i = 0; i < local->entries->len; i++) {
		struct entry *entry = g_ptr_array_index(local->entries, i);
		if (entry->item != NULL && pairing_is_new(self->pairing, entry)) {
			plan_new_local(self, entry, NULL);
		}
	}
	for (guint i = 0; remote != NULL && i < remote->entries->len; i++) {
		struct entry *entry = g_ptr_array_index(remote->entries, i);
		if (entry->item != NULL && pairing_is_new(self->pairing, entry) &&
		    wants_pull(self->policy) && self->policy->local_can_create) {
			decide(self, OPERATION_CREATE_LOCAL, NULL, entry, NULL);
		}
	}
}

static gint by_operation(gconstpointer a, gconstpointer b)
{
	const struct action *const *left = a;
	const struct action *const *right = b;
	return (gint)(*left)->operation - (gint)(*right)->operation;
}

struct plan *plan_make(struct snapshot *local, struct snapshot *remote, GPtrArray *records,
                       const struct policy *policy)
{
	struct plan *plan = g_new0(struct plan, 1);
	plan->actions = g_ptr_array_new_with_free_func(action_free);
	struct planner self = {.policy = policy, .plan = plan};
	if (policy->direction == DIRECTION_OFF) {
		return plan;
	}
	self.pairing = pairing_new(local, remote, records, policy->remote_is_whole);
	/* What was agreed claims its entries first: a look-alike must not take them. */
	for (guint i = 0; i < records->len; i++) {
		plan_record(&self, g_ptr_array_index(records, i));
	}
	plan_news(&self, local, remote);
	plan_hold(plan, records->len, policy);
	g_ptr_array_sort(plan->actions, by_operation); /* stable: a merge sort */
	pairing_free(self.pairing);
	return plan;
}

void plan_free(struct plan *self)
{
	if (self == NULL) {
		return;
	}
	g_ptr_array_unref(self->actions);
	g_free(self);
}
