/* SPDX-License-Identifier: MIT */
/* A remote in memory that can do everything: the second driver behind the interface. */
#include "fakes/memory_remote.h"

#include "formats/icalendar.h"
#include "formats/vcard.h"
#include "journal/ledger.h"

#include <string.h>

static struct memory_world *the_world;

static void memory_item_free(gpointer data)
{
	struct memory_item *self = data;
	g_free(self->id);
	g_free(self->text);
	g_free(self);
}

struct memory_world *memory_world(void)
{
	if (the_world == NULL) {
		the_world = g_new0(struct memory_world, 1);
		for (int i = 0; i < ITEM_KINDS; i++) {
			the_world->items[i] = g_ptr_array_new_with_free_func(memory_item_free);
		}
	}
	return the_world;
}

void memory_world_reset(void)
{
	if (the_world != NULL) {
		for (int i = 0; i < ITEM_KINDS; i++) {
			g_ptr_array_unref(the_world->items[i]);
		}
		g_clear_pointer(&the_world, g_free);
	}
}

static struct memory_item *add(enum item_kind kind, const char *text)
{
	struct memory_world *world = memory_world();
	struct memory_item *item = g_new0(struct memory_item, 1);
	item->id = g_strdup_printf("m%u", ++world->next_id);
	item->text = g_strdup(text);
	item->version = 1;
	g_ptr_array_add(world->items[kind], item);
	return item;
}

char *memory_add(enum item_kind kind, const char *text)
{
	return g_strdup(add(kind, text)->id);
}

static struct memory_item *find(enum item_kind kind, const char *id)
{
	GPtrArray *items = memory_world()->items[kind];
	for (guint i = 0; i < items->len; i++) {
		struct memory_item *item = g_ptr_array_index(items, i);
		if (g_strcmp0(item->id, id) == 0) {
			return item;
		}
	}
	return NULL;
}

void memory_remove(enum item_kind kind, const char *id)
{
	g_ptr_array_remove(memory_world()->items[kind], find(kind, id));
}

/* One kind of the account. */
struct side {
	struct endpoint endpoint;
	enum item_kind kind;
	struct remote *remote; /* lent */
};

struct remote {
	const struct remote_settings *settings; /* lent */
	struct journal *journal;                /* lent */
	struct side sides[ITEM_KINDS];
};

static char *item_revision(const struct memory_item *item)
{
	return g_strdup_printf("v%u", item->version);
}

static bool is_heard(GError **error)
{
	if (memory_world()->is_offline) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_NETWORK,
		            "memory: out of reach");
		return false;
	}
	return true;
}

static struct snapshot *side_list(struct endpoint *endpoint, GPtrArray *records, GError **error)
{
	(void)records;
	const struct side *self = (const struct side *)endpoint;
	if (!is_heard(error)) {
		return NULL;
	}
	struct snapshot *snapshot = snapshot_new();
	snapshot->is_complete = true;
	GPtrArray *items = memory_world()->items[self->kind];
	for (guint i = 0; i < items->len; i++) {
		const struct memory_item *item = g_ptr_array_index(items, i);
		g_autofree char *revision = item_revision(item);
		g_ptr_array_add(snapshot->entries, entry_new(item->id, revision));
	}
	return snapshot;
}

static bool side_fetch(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	const struct side *self = (const struct side *)endpoint;
	if (!is_heard(error)) {
		return false;
	}
	for (guint i = 0; i < changes->len; i++) {
		struct change *change = g_ptr_array_index(changes, i);
		const struct memory_item *item = find(self->kind, change->ref);
		change->verdict = item != NULL ? VERDICT_DONE : VERDICT_NOT_FOUND;
		change->result = item != NULL ? g_strdup(item->text) : NULL;
		g_free(change->revision);
		change->revision = item != NULL ? item_revision(item) : NULL;
	}
	return true;
}

static struct item *project_card(const char *text, const char *fallback_uid, GError **error)
{
	OWNED(contact) contact = vcard_read(text, strlen(text), NULL, error);
	if (contact == NULL) {
		return NULL;
	}
	struct item *item = item_new();
	item->uid = g_strdup(contact->uid != NULL ? contact->uid : fallback_uid);
	item->name = contact_display_name(contact);
	item->match = contact_match_key(contact);
	item->facts = contact_facts(contact);
	return item;
}

static struct item *project_event(const char *text, const char *fallback_uid, GError **error)
{
	OWNED(calendar) calendar = calendar_read(text, strlen(text), error);
	if (calendar == NULL) {
		return NULL;
	}
	struct item *item = item_new();
	const char *uid = calendar_uid(calendar);
	item->uid = g_strdup(uid != NULL ? uid : fallback_uid);
	item->name = g_strdup(item->uid);
	item->match = g_strdup("");
	item->facts = g_new0(char *, 1);
	return item;
}

static GPtrArray *project(struct item *item, const char *text, gint64 *next_due)
{
	*next_due = 0;
	if (item == NULL) {
		return NULL;
	}
	item->text = g_strdup(text);
	item->fingerprint = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	GPtrArray *items = g_ptr_array_new_with_free_func((GDestroyNotify)item_free);
	g_ptr_array_add(items, item);
	return items;
}

static GPtrArray *side_project(struct endpoint *endpoint, const char *text,
                               const char *fallback_uid, gint64 *next_due, GError **error)
{
	const struct side *self = (const struct side *)endpoint;
	return project(self->kind == ITEM_CONTACT ? project_card(text, fallback_uid, error)
	                                          : project_event(text, fallback_uid, error),
	               text, next_due);
}

static const char *uid_of(struct endpoint *endpoint, const struct memory_item *item,
                          GPtrArray **owner)
{
	gint64 due = 0;
	*owner = side_project(endpoint, item->text, item->id, &due, NULL);
	return *owner == NULL ? NULL : ((struct item *)g_ptr_array_index(*owner, 0))->uid;
}

static struct memory_item *find_uid(struct endpoint *endpoint, const char *uid)
{
	const struct side *self = (const struct side *)endpoint;
	GPtrArray *items = memory_world()->items[self->kind];
	for (guint i = 0; i < items->len; i++) {
		struct memory_item *item = g_ptr_array_index(items, i);
		GPtrArray *owner = NULL;
		bool is_it = g_strcmp0(uid_of(endpoint, item, &owner), uid) == 0;
		g_clear_pointer(&owner, g_ptr_array_unref);
		if (is_it) {
			return item;
		}
	}
	return NULL;
}

static void answer(struct change *change, enum verdict verdict, const struct memory_item *item)
{
	change->verdict = verdict;
	g_free(change->ref);
	change->ref = g_strdup(item->id);
	g_free(change->revision);
	change->revision = item_revision(item);
	g_free(change->result);
	change->result = g_strdup(item->text);
}

static bool create_one(struct side *self, struct change *change, struct ledger_call *call)
{
	struct memory_world *world = memory_world();
	struct memory_item *there = find_uid(&self->endpoint, change->uid);
	if (there != NULL) {
		call->state = LEDGER_NOT_SENT;
		answer(change, VERDICT_ADOPTED, there);
		return true;
	}
	bool is_lost = world->lose_reply > 0;
	bool is_dropped = !is_lost && world->drop_request > 0;
	world->lose_reply -= is_lost;
	world->drop_request -= is_dropped;
	if (!is_dropped) {
		there = add(self->kind, change->text);
		world->writes++;
	}
	if (is_lost || is_dropped) {
		call->state = LEDGER_IN_DOUBT;
		change_fail(change, VERDICT_IN_DOUBT,
		            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT,
		                        "memory: no reply"));
		return false;
	}
	call->state = LEDGER_DONE;
	call->result = g_strdup(there->id);
	answer(change, VERDICT_DONE, there);
	return true;
}

static bool is_in_doubt(struct side *self, const char *uid)
{
	g_autoptr(GPtrArray) calls = ledger_for_item(self->remote->journal, self->kind, uid, NULL);
	for (guint i = 0; calls != NULL && i < calls->len; i++) {
		const struct ledger_call *call = g_ptr_array_index(calls, i);
		if (call->state == LEDGER_IN_DOUBT || call->state == LEDGER_ANNOUNCED) {
			return true;
		}
	}
	return false;
}

static bool side_create(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	struct side *self = (struct side *)endpoint;
	if (!is_heard(error)) {
		return false;
	}
	gint64 now = self->remote->settings->now;
	for (guint i = 0; i < changes->len; i++) {
		struct change *change = g_ptr_array_index(changes, i);
		if (is_in_doubt(self, change->uid)) {
			change_fail(change, VERDICT_IN_DOUBT,
			            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT,
			                        "memory: in doubt"));
			continue;
		}
		g_autoptr(GPtrArray) calls =
			g_ptr_array_new_with_free_func((GDestroyNotify)ledger_call_free);
		struct ledger_call *call = ledger_call_new(self->kind, change->uid, "PUT", NULL);
		g_ptr_array_add(calls, call);
		if (!ledger_announce(self->remote->journal, calls, now, error)) {
			return false;
		}
		create_one(self, change, call);
		if (!ledger_settle(self->remote->journal, calls, now, error)) {
			return false;
		}
	}
	return true;
}

static bool side_update(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	struct side *self = (struct side *)endpoint;
	if (!is_heard(error)) {
		return false;
	}
	for (guint i = 0; i < changes->len; i++) {
		struct change *change = g_ptr_array_index(changes, i);
		struct memory_item *item = find(self->kind, change->ref);
		if (item == NULL) {
			change->verdict = VERDICT_NOT_FOUND;
			continue;
		}
		if (strcmp(item->text, change->text) != 0) {
			g_free(item->text);
			item->text = g_strdup(change->text);
			item->version++;
			memory_world()->writes++;
		}
		answer(change, VERDICT_DONE, item);
	}
	return true;
}

static bool side_remove(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	const struct side *self = (const struct side *)endpoint;
	if (!is_heard(error)) {
		return false;
	}
	for (guint i = 0; i < changes->len; i++) {
		struct change *change = g_ptr_array_index(changes, i);
		bool was_there = find(self->kind, change->ref) != NULL;
		change->verdict = was_there ? VERDICT_DONE : VERDICT_NOT_FOUND;
		if (was_there) {
			memory_remove(self->kind, change->ref);
			memory_world()->writes++;
		}
	}
	return true;
}

/* A lost reply is settled by looking for the uid. */
static bool side_settle(struct endpoint *endpoint, GError **error)
{
	struct side *self = (struct side *)endpoint;
	struct journal *journal = self->remote->journal;
	if (!is_heard(error)) {
		return false;
	}
	g_autoptr(GPtrArray) calls = ledger_in_doubt(journal, self->kind, error);
	if (calls == NULL) {
		return false;
	}
	for (guint i = 0; i < calls->len; i++) {
		struct ledger_call *call = g_ptr_array_index(calls, i);
		const struct memory_item *item = find_uid(endpoint, call->uid);
		call->state = item != NULL ? LEDGER_DONE : LEDGER_NOT_SENT;
		g_free(call->result);
		call->result = item != NULL ? g_strdup(item->id) : NULL;
		g_free(call->settled_by);
		call->settled_by = g_strdup("read-back");
	}
	return calls->len == 0 || ledger_settle(journal, calls, self->remote->settings->now, error);
}

static const struct endpoint_functions FUNCTIONS = {
	.list = side_list,
	.fetch = side_fetch,
	.project = side_project,
	.create = side_create,
	.update = side_update,
	.remove = side_remove,
	.settle = side_settle,
};

static const struct endpoint_functions ADD_ONLY = {
	.list = side_list,
	.fetch = side_fetch,
	.project = side_project,
	.create = side_create,
	.settle = side_settle,
};

static struct remote *memory_open(const struct remote_settings *settings, struct journal *journal,
                                  GError **error)
{
	(void)error;
	struct remote *self = g_new0(struct remote, 1);
	self->settings = settings;
	self->journal = journal;
	for (int i = 0; i < ITEM_KINDS; i++) {
		self->sides[i] = (struct side){
			.endpoint = {.functions =
		                             memory_world()->is_add_only ? &ADD_ONLY : &FUNCTIONS,
		                     .name = "memory"},
			.kind = (enum item_kind)i,
			.remote = self,
		};
	}
	return self;
}

static void memory_close(struct remote *self)
{
	g_free(self);
}

static struct endpoint *memory_endpoint(struct remote *self, enum item_kind kind)
{
	return &self->sides[kind].endpoint;
}

const struct remote_driver memory_driver = {
	.name = "memory",
	.open = memory_open,
	.close = memory_close,
	.endpoint = memory_endpoint,
};
