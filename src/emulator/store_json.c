/* SPDX-License-Identifier: MIT */
/* The user's data as JSON: the data file, and what the control requests show and take. */
#include "emulator/store_json.h"
#include "emulator/request.h"

#include <stdlib.h>
#include <string.h>

#define DATA_VERSION 1

static bool refuse(GError **error, const char *what)
{
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
	            "\"%s\" is not as it should be", what);
	return false;
}

/* key absent: nothing happens; null or a string: it is set. */
static bool take_text(const json_t *object, const char *key, char **field, GError **error)
{
	const json_t *value = json_object_get(object, key);
	if (value == NULL) {
		return true;
	}
	if (!json_is_string(value) && !json_is_null(value)) {
		return refuse(error, key);
	}
	g_free(*field);
	*field = g_strdup(json_string_value(value));
	return true;
}

static void set_text(json_t *object, const char *key, const char *value)
{
	if (value != NULL) {
		json_object_set_new(object, key, emu_json_text(value));
	}
}

static json_t *device_to_json(const struct device *device)
{
	json_t *object = json_object();
	json_object_set_new(object, "id", json_integer(device->id));
	set_text(object, "type", device->type);
	set_text(object, "subtype", device->subtype);
	set_text(object, "info_type", device->info_type);
	json_object_set_new(object, "order", json_integer(device->order));
	json_object_set_new(object, "display", json_boolean(device->is_displayed));
	set_text(object, "value", device->value);
	return object;
}

static json_t *address_to_json(const struct address *address)
{
	json_t *object = json_object();
	set_text(object, "info_type", address->info_type);
	for (int i = 0; i < ADDRESS_PARTS; i++) {
		set_text(object, emu_address_part_names[i], address->parts[i]);
	}
	return object;
}

static void set_picture(json_t *object, const struct contact *contact)
{
	if (contact->picture == NULL) {
		return;
	}
	gsize size;
	const guchar *data = g_bytes_get_data(contact->picture, &size);
	g_autofree char *base64 = g_base64_encode(data, size);
	g_autofree char *digest = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, contact->picture);
	const char *type = emu_picture_type(data, size);
	json_object_set_new(object, "picture", json_string(base64));
	json_object_set_new(object, "sha256", json_string(digest));
	set_text(object, "picture_type", type);
}

static json_t *contact_to_json(const struct contact *contact)
{
	json_t *object = json_object();
	json_object_set_new(object, "id", json_integer(contact->id));
	for (int i = 0; i < FIELD_COUNT; i++) {
		set_text(object, emu_contact_field_names[i], contact->fields[i]);
	}
	json_t *devices = json_array();
	for (guint i = 0; i < contact->devices->len; i++) {
		json_array_append_new(devices, device_to_json(contact->devices->pdata[i]));
	}
	json_object_set_new(object, "devices", devices);
	json_t *addresses = json_array();
	for (guint i = 0; i < contact->addresses->len; i++) {
		json_array_append_new(addresses, address_to_json(contact->addresses->pdata[i]));
	}
	json_object_set_new(object, "addresses", addresses);
	set_picture(object, contact);
	return object;
}

json_t *emu_contacts_to_json(const struct store *self)
{
	json_t *list = json_array();
	for (guint i = 0; i < self->contacts->len; i++) {
		json_array_append_new(list, contact_to_json(self->contacts->pdata[i]));
	}
	return list;
}

json_t *emu_events_to_json(const struct store *self)
{
	json_t *list = json_array();
	for (guint i = 0; i < self->events->len; i++) {
		const struct event *event = self->events->pdata[i];
		json_t *object = json_object();
		json_object_set_new(object, "id", json_integer(event->id));
		for (int part = 0; part < EVENT_PARTS; part++) {
			set_text(object, emu_event_part_names[part], event->parts[part]);
		}
		json_array_append_new(list, object);
	}
	return list;
}

json_t *emu_mailbox_to_json(const struct store *self)
{
	json_t *list = json_array();
	for (guint i = 0; i < self->mails->len; i++) {
		const struct mail *mail = self->mails->pdata[i];
		json_t *object = json_object();
		set_text(object, "id", mail->id);
		set_text(object, "from", mail->from);
		set_text(object, "date", mail->date);
		set_text(object, "subject", mail->subject);
		set_text(object, "body", mail->body);
		set_text(object, "url", mail->url);
		json_array_append_new(list, object);
	}
	return json_pack("{s:o, s:i, s:i}", "unread", list, "total", self->total_mails, "sms",
	                 self->unread_sms);
}

static bool change_devices(struct store *store, struct contact *contact, const json_t *list,
                           GError **error)
{
	size_t index;
	json_t *object;
	g_ptr_array_set_size(contact->devices, 0);
	json_array_foreach(list, index, object)
	{
		const char *type = json_string_value(json_object_get(object, "type"));
		const char *subtype = json_string_value(json_object_get(object, "subtype"));
		const char *value = json_string_value(json_object_get(object, "value"));
		const char *info_type = json_string_value(json_object_get(object, "info_type"));
		const json_t *order = json_object_get(object, "order");
		const json_t *id = json_object_get(object, "id");
		if (type == NULL || subtype == NULL || value == NULL) {
			return refuse(error, "devices");
		}
		struct device *device = emu_store_add_device(
			store, contact, type, subtype, info_type == NULL ? "perso" : info_type,
			order == NULL ? 1 : (int)json_integer_value(order), value);
		device->is_displayed = !json_is_false(json_object_get(object, "display"));
		if (id != NULL) {
			device->id = (unsigned)json_integer_value(id);
		}
	}
	return true;
}

static bool change_addresses(struct contact *contact, const json_t *list, GError **error)
{
	size_t index;
	json_t *object;
	g_ptr_array_set_size(contact->addresses, 0);
	json_array_foreach(list, index, object)
	{
		const char *info_type = json_string_value(json_object_get(object, "info_type"));
		struct address *address =
			emu_contact_add_address(contact, info_type == NULL ? "home" : info_type);
		for (int i = 0; i < ADDRESS_PARTS; i++) {
			if (!take_text(object, emu_address_part_names[i], &address->parts[i],
			               error)) {
				return false;
			}
		}
	}
	return true;
}

static void change_picture(struct store *store, struct contact *contact, const json_t *value)
{
	g_autoptr(GBytes) picture = NULL;
	if (json_is_string(value)) {
		gsize size;
		guchar *data = g_base64_decode(json_string_value(value), &size);
		picture = g_bytes_new_take(data, size);
	}
	emu_store_set_picture(store, contact, picture);
}

bool emu_contact_change(struct store *store, struct contact *contact, const json_t *object,
                        GError **error)
{
	if (!json_is_object(object)) {
		return refuse(error, "contact");
	}
	for (int i = 0; i < FIELD_COUNT; i++) {
		if (!take_text(object, emu_contact_field_names[i], &contact->fields[i], error)) {
			return false;
		}
		if (contact->fields[i] != NULL && *contact->fields[i] == '\0') {
			g_clear_pointer(&contact->fields[i], g_free);
		}
	}
	const json_t *devices = json_object_get(object, "devices");
	const json_t *addresses = json_object_get(object, "addresses");
	const json_t *picture = json_object_get(object, "picture");
	if ((devices != NULL && !change_devices(store, contact, devices, error)) ||
	    (addresses != NULL && !change_addresses(contact, addresses, error))) {
		return false;
	}
	if (picture != NULL) {
		change_picture(store, contact, picture);
	}
	store->is_dirty = true;
	return true;
}

static bool load_mail(struct store *self, const json_t *object, GError **error)
{
	struct mail *mail = emu_store_add_mail(self);
	const struct {
		const char *key;
		char **field;
	} fields[] = {
		{"id", &mail->id},           {"from", &mail->from}, {"date", &mail->date},
		{"subject", &mail->subject}, {"body", &mail->body}, {"url", &mail->url},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		*fields[i].field = g_strdup("");
		if (!take_text(object, fields[i].key, fields[i].field, error)) {
			return false;
		}
		if (*fields[i].field == NULL) {
			*fields[i].field = g_strdup("");
		}
	}
	return true;
}

bool emu_mailbox_change(struct store *store, const json_t *object, GError **error)
{
	const json_t *unread = json_object_get(object, "unread");
	const json_t *total = json_object_get(object, "total");
	const json_t *sms = json_object_get(object, "sms");
	size_t index;
	json_t *item;
	if (json_is_integer(unread)) {
		emu_store_set_unread(store, (int)json_integer_value(unread));
	} else if (json_is_array(unread)) {
		g_ptr_array_set_size(store->mails, 0);
		json_array_foreach(unread, index, item)
		{
			if (!load_mail(store, item, error)) {
				return false;
			}
		}
	} else if (unread != NULL) {
		return refuse(error, "unread");
	}
	if (total != NULL) {
		store->total_mails = (int)json_integer_value(total);
	}
	if (sms != NULL) {
		store->unread_sms = (int)json_integer_value(sms);
	}
	store->is_dirty = true;
	return true;
}

static bool load_contacts(struct store *self, const json_t *list, GError **error)
{
	size_t index;
	json_t *object;
	json_array_foreach(list, index, object)
	{
		OWNED(contact) contact = emu_contact_new();
		contact->id = (unsigned)json_integer_value(json_object_get(object, "id"));
		if (!emu_contact_change(self, contact, object, error)) {
			return false;
		}
		emu_store_take_contact(self, g_steal_pointer(&contact));
	}
	return true;
}

bool emu_event_add(struct store *store, const json_t *object, GError **error)
{
	for (int i = 0; i < EVENT_PARTS; i++) {
		if (!json_is_string(json_object_get(object, emu_event_part_names[i]))) {
			return refuse(error, emu_event_part_names[i]);
		}
	}
	struct event *event = emu_store_add_event(store);
	const json_t *id = json_object_get(object, "id");
	if (id != NULL) {
		event->id = (unsigned)json_integer_value(id);
		store->last_event = MAX(store->last_event, event->id);
	}
	for (int i = 0; i < EVENT_PARTS; i++) {
		const json_t *part = json_object_get(object, emu_event_part_names[i]);
		event->parts[i] = g_strdup(json_string_value(part));
	}
	store->is_dirty = true;
	return true;
}

static bool load_events(struct store *self, const json_t *list, GError **error)
{
	size_t index;
	json_t *object;
	json_array_foreach(list, index, object)
	{
		if (!emu_event_add(self, object, error)) {
			return false;
		}
	}
	return true;
}

static bool load_profile(struct store *self, const json_t *object, GError **error)
{
	for (int i = 0; i < PROFILE_PARTS; i++) {
		if (!take_text(object, emu_profile_part_names[i], &self->profile[i], error)) {
			return false;
		}
	}
	return true;
}

static unsigned counter(const json_t *document, const char *name, unsigned at_least)
{
	json_int_t value = json_integer_value(json_object_get(document, name));
	return MAX(at_least, (unsigned)CLAMP(value, 0, G_MAXUINT));
}

static bool load_document(struct store *self, const json_t *document, GError **error)
{
	if (json_integer_value(json_object_get(document, "version")) != DATA_VERSION) {
		return refuse(error, "version");
	}
	if (!load_contacts(self, json_object_get(document, "contacts"), error) ||
	    !load_events(self, json_object_get(document, "events"), error) ||
	    !emu_mailbox_change(self, json_object_get(document, "mailbox"), error) ||
	    !load_profile(self, json_object_get(document, "profile"), error)) {
		return false;
	}
	self->last_contact = counter(document, "last_contact", self->last_contact);
	self->last_event = counter(document, "last_event", self->last_event);
	self->last_device = counter(document, "last_device", self->last_device);
	self->is_dirty = false;
	return true;
}

bool emu_store_load(struct store *self, const char *path, GError **error)
{
	if (!g_file_test(path, G_FILE_TEST_EXISTS)) {
		return true;
	}
	json_error_t where;
	json_t *document = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
	if (document == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, "\"%s\":%d: %s", path,
		            where.line, where.text);
		return false;
	}
	bool is_loaded = load_document(self, document, error);
	json_decref(document);
	if (!is_loaded) {
		g_prefix_error(error, "\"%s\": ", path);
	}
	return is_loaded;
}

char *emu_store_to_text(const struct store *self)
{
	json_t *profile = json_object();
	for (int i = 0; i < PROFILE_PARTS; i++) {
		set_text(profile, emu_profile_part_names[i], self->profile[i]);
	}
	json_t *document = json_pack(
		"{s:i, s:o, s:o, s:o, s:o, s:I, s:I, s:I}", "version", DATA_VERSION, "contacts",
		emu_contacts_to_json(self), "events", emu_events_to_json(self), "mailbox",
		emu_mailbox_to_json(self), "profile", profile, "last_contact",
		(json_int_t)self->last_contact, "last_event", (json_int_t)self->last_event,
		"last_device", (json_int_t)self->last_device);
	char *text = json_dumps(document, JSON_INDENT(1));
	json_decref(document);
	return text;
}
