/* SPDX-License-Identifier: MIT */
/* What was done in a turn, and that nothing was ever added twice. */
#include "world.h"

#include <string.h>

/* ---- a turn of the person and of the other clients ---- */

static GHashTable *values_here(GHashTable *files)
{
	GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GHashTableIter iterator;
	gpointer text = NULL;
	g_hash_table_iter_init(&iterator, files);
	while (g_hash_table_iter_next(&iterator, NULL, &text)) {
		g_autoptr(GPtrArray) values = world_values(text);
		for (guint i = 0; i < values->len; i++) {
			g_hash_table_add(set, g_strdup(values->pdata[i]));
		}
	}
	return set;
}

/* "cid value" */
static GHashTable *values_there(json_t *contacts)
{
	GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	size_t i, j;
	json_t *contact, *device;
	json_array_foreach(contacts, i, contact)
	{
		const int cid = (int)json_integer_value(json_object_get(contact, "id"));
		json_array_foreach(json_object_get(contact, "devices"), j, device)
		{
			const char *value = json_string_value(json_object_get(device, "value"));
			g_hash_table_add(set, g_strdup_printf("%d %s", cid, value));
		}
	}
	return set;
}

static bool has_file(struct world *self, GHashTable *files, const struct somebody *one)
{
	GHashTableIter iterator;
	gpointer text = NULL;
	g_hash_table_iter_init(&iterator, files);
	while (g_hash_table_iter_next(&iterator, NULL, &text)) {
		if (world_of_text(self, text) == one) {
			return true;
		}
	}
	return false;
}

static void note_people(struct world *self, GHashTable *before, GHashTable *after)
{
	for (guint i = 0; i < self->people->len; i++) {
		struct somebody *one = self->people->pdata[i];
		const bool was_here = has_file(self, before, one);
		const bool is_here = has_file(self, after, one);
		if (was_here && !is_here) {
			one->is_deleted_here = true;
			one->deleted_turn = self->turn;
			one->seen_before_deleted = self->last_contacts;
		}
		one->is_deleted_here = one->is_deleted_here && !is_here;
		one->may_be_added_again =
			one->may_be_added_again || (one->deletions > 0 && !(was_here && is_here));
	}
}

void world_note_turn(struct world *self, GHashTable *before, json_t *before_there)
{
	GHashTable *files = world_files(self, ITEM_CONTACT);
	json_t *contacts = world_control(self, "contacts", NULL);
	g_autoptr(GHashTable) here = values_here(files);
	g_autoptr(GHashTable) there = values_there(contacts);
	g_autoptr(GHashTable) was_here = values_here(before);
	g_autoptr(GHashTable) was_there = values_there(before_there);
	GHashTableIter iterator;
	gpointer value = NULL;
	g_hash_table_iter_init(&iterator, was_here);
	while (g_hash_table_iter_next(&iterator, &value, NULL)) {
		world_token(self, value)->is_removed_here = true;
	}
	g_hash_table_iter_init(&iterator, here);
	while (g_hash_table_iter_next(&iterator, &value, NULL)) {
		world_token(self, value)->is_removed_here = false;
	}
	g_hash_table_iter_init(&iterator, was_there);
	while (g_hash_table_iter_next(&iterator, &value, NULL)) {
		struct token *token = world_token(self, strchr(value, ' ') + 1);
		token->is_removed_there =
			token->is_removed_there || !g_hash_table_contains(there, value);
	}
	note_people(self, before, files);
	world_note_strangers(self, files, contacts);
	json_decref(contacts);
	g_hash_table_unref(self->left[ITEM_CONTACT]);
	self->left[ITEM_CONTACT] = files;
	g_hash_table_unref(self->left[ITEM_EVENT]);
	self->left[ITEM_EVENT] = world_files(self, ITEM_EVENT);
}

/* ---- the ledger of the emulator ---- */

static const char *parameter(json_t *entry, const char *name)
{
	return json_string_value(json_object_get(json_object_get(entry, "parameters"), name));
}

static void once(struct world *self, const char *key, const char *what)
{
	if (!g_hash_table_add(self->sent, g_strdup(key))) {
		world_fail(self, "%s was sent twice: %s", what, key);
	}
}

static void check_device(struct world *self, const char *cid, const char *value)
{
	if (value == NULL || *value == '\0') {
		return;
	}
	/* one that others took away before it could be read back is rightly sent again */
	if (!world_token(self, value)->is_removed_there) {
		g_autofree char *key = g_strdup_printf(
			"%s %s", g_ascii_tolower(cid[0]) == 'c' ? cid + 1 : cid, value);
		once(self, key, "a device");
	}
}

static void check_contact(struct world *self, json_t *entry)
{
	struct somebody *one = NULL;
	const char *mark = parameter(entry, "function");
	if (mark != NULL) {
		one = world_somebody(self, (guint)g_ascii_strtoull(mark + 1, NULL, 10));
	}
	check_device(self, json_string_value(json_object_get(entry, "id")),
	             parameter(entry, "emailperso"));
	if (one == NULL) {
		world_fail(self, "addcontact of nobody: %s", mark == NULL ? "" : mark);
		return;
	}
	one->adds++;
	const bool is_calm = !self->kind.has_faults && !self->kind.has_kills;
	if (is_calm && one->adds > 1 && one->uids < 2 && !one->may_be_added_again) {
		world_fail(self, "P%u was added again after it was gone there", one->number);
	}
}

static void check_picture(struct world *self, json_t *entry)
{
	const char *cid = parameter(entry, "cid");
	const char *sum = json_string_value(json_object_get(entry, "sha256"));
	g_autofree char *key =
		g_strconcat("picture of ", g_ascii_tolower(cid[0]) == 'c' ? cid + 1 : cid, NULL);
	const char *last = g_hash_table_lookup(self->pictures, key);
	if (g_strcmp0(last, sum) == 0) {
		world_fail(self, "the same picture was sent twice to %s", cid);
	}
	g_hash_table_replace(self->pictures, g_steal_pointer(&key), g_strdup(sum));
}

static void check_entry(struct world *self, json_t *entry)
{
	const char *action = json_string_value(json_object_get(entry, "action"));
	char *text = json_dumps(json_object_get(entry, "parameters"), JSON_SORT_KEYS);
	world_log(self, "  sent: %s %s", action, text);
	free(text);
	if (self->bridge->options.direction == DIRECTION_PULL) {
		world_fail(self, "%s, where nothing is to be sent", action);
	}
	if (strcmp(action, "addcontact") == 0) {
		check_contact(self, entry);
	} else if (strcmp(action, "adddevice") == 0) {
		check_device(self, parameter(entry, "cid"), parameter(entry, "value"));
	} else if (g_str_has_prefix(action, "addevent")) {
		g_autofree char *key = world_event_key(json_object_get(entry, "parameters"));
		once(self, key, "an occurrence");
	} else {
		check_picture(self, entry);
	}
}

void world_check_ledger(struct world *self)
{
	json_t *ledger = world_control(self, "ledger", NULL);
	for (; self->ledger_seen < json_array_size(ledger); self->ledger_seen++) {
		check_entry(self, json_array_get(ledger, self->ledger_seen));
	}
	json_decref(ledger);
}
