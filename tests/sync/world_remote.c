/* SPDX-License-Identifier: MIT */
/* The remote of a random world: what other clients do to its contacts. */
#include "world.h"

#include "journal/records.h"

#include <string.h>

json_t *world_contact_of(json_t *contacts, const struct somebody *one)
{
	g_autofree char *mark = g_strdup_printf("P%u", one->number);
	size_t i;
	json_t *contact;
	json_array_foreach(contacts, i, contact)
	{
		if (g_strcmp0(json_string_value(json_object_get(contact, "function")), mark) == 0) {
			return contact;
		}
	}
	return NULL;
}

bool world_has_device(json_t *contact, const char *value)
{
	size_t i;
	json_t *device;
	json_array_foreach(json_object_get(contact, "devices"), i, device)
	{
		if (g_strcmp0(json_string_value(json_object_get(device, "value")), value) == 0) {
			return true;
		}
	}
	return false;
}

/* Of "TEL;TYPE=CELL:+337...". */
static json_t *device_of(const char *line)
{
	const bool is_email = g_str_has_prefix(line, "EMAIL");
	const bool is_url = g_str_has_prefix(line, "URL");
	const char *type = is_email ? "email" : is_url ? "url" : "phone";
	const char *subtype = is_email                       ? "internet"
	                      : is_url                       ? "web"
	                      : strstr(line, "CELL") != NULL ? "mobile"
	                                                     : "voice";
	return json_pack("{s:s, s:s, s:s, s:s, s:i}", "type", type, "subtype", subtype, "info_type",
	                 "perso", "value", world_line_value(line), "order", 1);
}

static void send(struct world *self, const char *request, json_t *body_taken)
{
	char *body = json_dumps(body_taken, JSON_SORT_KEYS);
	world_log(self, "  there: %s %s", request, body);
	json_decref(world_control(self, request, body));
	free(body);
	json_decref(body_taken);
}

static void change(struct world *self, json_t *contact, json_t *body_taken)
{
	g_autofree char *request = g_strdup_printf(
		"edit-contact?cid=%d", (int)json_integer_value(json_object_get(contact, "id")));
	send(self, request, body_taken);
}

static void touch(const struct world *self, struct somebody *one)
{
	one->is_touched_there = true;
	one->touched_turn = self->turn;
	one->touched_at = self->bridge->now;
}

static void add_somebody(struct world *self, struct somebody *one, guint name,
                         json_t *devices_taken)
{
	json_t *body = json_pack("{s:s, s:s, s:o}", "lastname", world_family(name), "firstname",
	                         world_given(name), "devices", devices_taken);
	g_autofree char *mark = g_strdup_printf("P%u", one->number);
	json_object_set_new(body, "function", json_string(mark));
	send(self, "add-contact", body);
	touch(self, one);
}

static void add_stranger(struct world *self)
{
	const guint name = world_random(self, world_chance(self, 10) ? 3 : WORLD_NAMES);
	struct somebody *one = world_new_somebody(self, name);
	json_t *devices = json_array();
	for (guint i = world_random(self, 3); i > 0; i--) {
		g_autofree char *line = world_new_device(self, one->number);
		json_array_append_new(devices, device_of(line));
	}
	add_somebody(self, one, name, devices);
}

/* The name that a card bears now. */
static guint name_of(const char *text)
{
	g_autofree char *line = world_property(text, "N");
	for (guint name = 0; line != NULL && name < WORLD_NAMES; name++) {
		g_autofree char *value =
			g_strdup_printf("%s;%s;;;", world_family(name), world_given(name));
		if (strcmp(world_line_value(line), value) == 0) {
			return name;
		}
	}
	return WORLD_NAMES;
}

/* Somebody of whom there is a card here is written there too, by the person's telephone. */
static void add_known(struct world *self, json_t *contacts)
{
	g_autoptr(GHashTable) files = world_files(self, ITEM_CONTACT);
	g_autofree char *file = world_any_name(self, files);
	const char *text = file == NULL ? NULL : g_hash_table_lookup(files, file);
	struct somebody *one = text == NULL ? NULL : world_of_text(self, text);
	const guint name = text == NULL ? WORLD_NAMES : name_of(text);
	if (one == NULL || name == WORLD_NAMES || one->deletions > 0 || one->is_split ||
	    world_contact_of(contacts, one) != NULL) {
		return;
	}
	json_t *devices = json_array();
	g_autoptr(GPtrArray) values = world_values(text);
	for (guint i = 0; i < values->len; i++) {
		const char *value = values->pdata[i];
		if (world_token(self, value)->is_device && world_chance(self, 50)) {
			g_autofree char *line =
				g_strdup_printf("%s:%s",
			                        value[0] == '+'              ? "TEL"
			                        : strchr(value, '@') != NULL ? "EMAIL"
			                                                     : "URL",
			                        value);
			json_array_append_new(devices, device_of(line));
		}
	}
	add_somebody(self, one, name, devices);
}

static void add_device(struct world *self, json_t *contact, const struct somebody *one)
{
	g_autofree char *line = world_new_device(self, one->number);
	json_t *devices = json_deep_copy(json_object_get(contact, "devices"));
	json_array_append_new(devices, device_of(line));
	change(self, contact, json_pack("{s:o}", "devices", devices));
}

static void change_device(struct world *self, json_t *contact, const struct somebody *one,
                          bool is_removal)
{
	json_t *devices = json_deep_copy(json_object_get(contact, "devices"));
	const size_t count = json_array_size(devices);
	if (count == 0) {
		json_decref(devices);
		return;
	}
	const size_t index = world_random(self, (guint)count);
	if (is_removal) {
		json_array_remove(devices, index);
	} else {
		g_autofree char *line = world_new_device(self, one->number);
		json_array_set_new(devices, index, device_of(line));
	}
	change(self, contact, json_pack("{s:o}", "devices", devices));
}

/* The journal knows which card it is. */
static bool is_bound(const struct world *self, json_t *contact)
{
	OWNED(journal) journal = journal_open(self->bridge->journal, JOURNAL_READ_ONLY, NULL);
	g_autoptr(GPtrArray) records =
		journal == NULL ? NULL : records_load(journal, ITEM_CONTACT, NULL);
	g_autofree char *id =
		g_strdup_printf("%d", (int)json_integer_value(json_object_get(contact, "id")));
	for (guint i = 0; records != NULL && i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		const char *ref = record->remote_ref == NULL ? "" : record->remote_ref;
		if (strcmp(ref + strcspn(ref, "0123456789"), id) == 0) {
			return true;
		}
	}
	return false;
}

static bool has_name(const char *text, json_t *contact)
{
	struct somebody here = {0}, there = {0};
	const guint name = name_of(text);
	if (name == WORLD_NAMES) {
		return false;
	}
	world_note_name(&here, name);
	for (guint i = 0; i < WORLD_NAMES; i++) {
		if (strcmp(json_string_value(json_object_get(contact, "lastname")),
		           world_family(i)) == 0 &&
		    strcmp(json_string_value(json_object_get(contact, "firstname")),
		           world_given(i)) == 0) {
			world_note_name(&there, i);
		}
	}
	return here.names == there.names;
}

void world_note_strangers(struct world *self, GHashTable *files, json_t *contacts)
{
	size_t i;
	json_t *contact;
	json_array_foreach(contacts, i, contact)
	{
		struct somebody *one = world_of_contact(self, contact);
		guint cards = 0, known = 0;
		GHashTableIter iterator;
		gpointer text = NULL;
		g_hash_table_iter_init(&iterator, files);
		while (g_hash_table_iter_next(&iterator, NULL, &text)) {
			const bool is_theirs = one != NULL && world_of_text(self, text) == one;
			cards += is_theirs;
			known += is_theirs && has_name(text, contact);
		}
		if (cards > known && !one->is_split && !is_bound(self, contact)) {
			one->is_split = true;
			one->uids = MAX(one->uids, 1) + 1;
		}
	}
}

static void rename_there(struct world *self, json_t *contact, struct somebody *one)
{
	/* Of another name at first sight, it is another person, whatever else they share. */
	if (one->uids > 0 && !is_bound(self, contact)) {
		return;
	}
	const guint name = world_random(self, WORLD_NAMES);
	world_note_name(one, name);
	one->is_renamed_there = true;
	change(self, contact,
	       json_pack("{s:s, s:s}", "lastname", world_family(name), "firstname",
	                 world_given(name)));
}

static void delete_there(struct world *self, json_t *contact, struct somebody *one)
{
	g_autofree char *request = g_strdup_printf(
		"delete-contact?cid=%d", (int)json_integer_value(json_object_get(contact, "id")));
	one->deletions++;
	send(self, request, json_object());
}

static void edit_contact(struct world *self, json_t *contact)
{
	struct somebody *one = world_of_contact(self, contact);
	if (one == NULL) {
		return;
	}
	touch(self, one);
	const guint chosen = world_random(self, 100);
	if (chosen < 35) {
		add_device(self, contact, one);
	} else if (chosen < 70) {
		change_device(self, contact, one, chosen < 52);
	} else if (chosen < 80) {
		rename_there(self, contact, one);
	} else {
		delete_there(self, contact, one);
	}
}

void world_edit_remote_contacts(struct world *self)
{
	json_t *contacts = world_control(self, "contacts", NULL);
	const guint count = (guint)json_array_size(contacts);
	const guint chosen = world_random(self, 100);
	if (chosen < 25 && self->people->len < 7) {
		add_stranger(self);
	} else if (chosen < 40) {
		add_known(self, contacts);
	} else if (count > 0) {
		edit_contact(self, json_array_get(contacts, world_random(self, count)));
	}
	json_decref(contacts);
}
