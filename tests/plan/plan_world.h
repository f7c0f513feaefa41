/* SPDX-License-Identifier: MIT */
/* A small world: both sides, what was agreed, and a policy. */
#ifndef PASSERELLE_TESTS_PLAN_PLAN_WORLD_H
#define PASSERELLE_TESTS_PLAN_PLAN_WORLD_H

#include "base/error.h"
#include "plan/plan.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

struct world {
	struct snapshot *local, *remote;
	GPtrArray *records;
	struct policy policy;
	struct plan *plan;
};

static inline struct world *world_new(void)
{
	struct world *world = g_new0(struct world, 1);
	world->local = snapshot_new();
	world->remote = snapshot_new();
	world->local->is_complete = world->remote->is_complete = true;
	world->records = g_ptr_array_new_with_free_func((GDestroyNotify)record_free);
	world->policy = (struct policy){
		.direction = DIRECTION_BOTH,
		.on_remote_delete = REMOTE_DELETE_TRASH,
		.max_adds = 50,
		.max_deletes = 20,
		.now = 1000,
		.push_since = G_MININT64,
		.local_can_create = true,
		.local_can_update = true,
		.local_can_remove = true,
		.remote_can_create = true,
		.remote_can_update = true,
		.remote_can_remove = true,
	};
	return world;
}

static inline void world_free(struct world *world)
{
	plan_free(world->plan);
	snapshot_free(world->local);
	snapshot_free(world->remote);
	g_ptr_array_unref(world->records);
	g_free(world);
}

static inline struct item *make_item(const char *uid, const char *fingerprint, const char *match,
                                     const char *facts)
{
	struct item *item = item_new();
	item->uid = g_strdup(uid);
	item->name = g_strdup(uid);
	item->text = g_strdup(fingerprint);
	item->fingerprint = g_strdup(fingerprint);
	item->match = g_strdup(match);
	item->facts = g_strsplit(facts, " ", -1);
	return item;
}

/* An entry; fingerprint NULL = known and unchanged (not read). */
static inline struct entry *put(struct snapshot *side, const char *ref, const char *uid,
                                const char *fingerprint)
{
	struct entry *entry = entry_new(ref, "r1");
	if (fingerprint != NULL) {
		entry->item = make_item(uid, fingerprint, "", "");
	} else {
		entry->uid = g_strdup(uid);
	}
	g_ptr_array_add(side->entries, entry);
	return entry;
}

static inline struct entry *put_named(struct snapshot *side, const char *ref, const char *uid,
                                      const char *match, const char *facts)
{
	struct entry *entry = put(side, ref, uid, uid);
	item_free(entry->item);
	entry->item = make_item(uid, uid, match, facts);
	return entry;
}

static inline struct record *agree(struct world *world, const char *uid, const char *match)
{
	struct record *record = record_new(uid);
	record->state = RECORD_AGREED;
	record->local_ref = g_strdup_printf("%s.vcf", uid);
	record->remote_ref = g_strdup_printf("c%s", uid);
	record->local_fingerprint = g_strdup("old");
	record->remote_fingerprint = g_strdup("old");
	record->match = g_strdup(match);
	record->name = g_strdup(uid);
	g_ptr_array_add(world->records, record);
	return record;
}

static const struct plan *make(struct world *world)
{
	plan_free(world->plan);
	world->plan = plan_make(world->local, world->remote, world->records, &world->policy);
	return world->plan;
}

static const struct action *action_for(struct world *world, const char *uid)
{
	for (guint i = 0; i < world->plan->actions->len; i++) {
		const struct action *action = g_ptr_array_index(world->plan->actions, i);
		if (g_strcmp0(action->uid, uid) == 0) {
			return action;
		}
	}
	return NULL;
}

static inline enum operation operation_for(struct world *world, const char *uid)
{
	const struct action *action = action_for(world, uid);
	return action == NULL ? OPERATION_NOTHING : action->operation;
}

static inline unsigned count_of(const struct world *world, enum operation operation)
{
	unsigned count = 0;
	for (guint i = 0; i < world->plan->actions->len; i++) {
		count += ((const struct action *)g_ptr_array_index(world->plan->actions, i))
		                 ->operation == operation;
	}
	return count;
}

#endif
