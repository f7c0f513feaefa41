/* SPDX-License-Identifier: MIT */
/* The user's data at the provider: contacts, events, mailbox, profile. */
#include "emulator/store.h"
#include "emulator/search.h"

#include <string.h>

/* Ids of devices and pictures look like this in the published samples. */
#define FIRST_DEVICE_ID 1295666158

const char *const emu_contact_field_names[FIELD_COUNT] = {
	"firstname", "lastname", "nickname", "civility",   "maritalstatus",
	"birthday",  "company",  "function", "department",
};

const char *const emu_address_part_names[ADDRESS_PARTS] = {
	"streetline1", "streetline2", "zip-code", "city", "state",
};

const char *const emu_profile_part_names[PROFILE_PARTS] = {
	"Firstname",   "Lastname",      "UserEMail",         "Gender",    "DateOfBirth",
	"HomePhone",   "MobilePhone",   "OfficePhone",       "OfficeFax", "OfficeMobileNumber",
	"HomeAddress", "OfficeAddress", "PreferredLanguage",
};

const char *const emu_event_part_names[EVENT_PARTS] = {
	"title", "location", "description", "startdate", "starttime", "enddate", "endtime",
};

static void device_free(struct device *self)
{
	g_free(self->type);
	g_free(self->subtype);
	g_free(self->info_type);
	g_free(self->value);
	g_free(self);
}

static void address_free(struct address *self)
{
	g_free(self->info_type);
	for (int i = 0; i < ADDRESS_PARTS; i++) {
		g_free(self->parts[i]);
	}
	g_free(self);
}

struct contact *emu_contact_new(void)
{
	struct contact *self = g_new0(struct contact, 1);
	self->devices = g_ptr_array_new_with_free_func((GDestroyNotify)device_free);
	self->addresses = g_ptr_array_new_with_free_func((GDestroyNotify)address_free);
	return self;
}

void emu_contact_free(struct contact *self)
{
	if (self == NULL) {
		return;
	}
	for (int i = 0; i < FIELD_COUNT; i++) {
		g_free(self->fields[i]);
	}
	g_ptr_array_unref(self->devices);
	g_ptr_array_unref(self->addresses);
	g_clear_pointer(&self->picture, g_bytes_unref);
	g_free(self->search_keys[0]);
	g_free(self->search_keys[1]);
	g_free(self);
}

void emu_contact_set(struct contact *self, enum contact_field field, const char *value)
{
	g_free(self->fields[field]);
	self->fields[field] = value == NULL || *value == '\0' ? NULL : g_strdup(value);
}

void emu_event_free(struct event *self)
{
	for (int i = 0; i < EVENT_PARTS; i++) {
		g_free(self->parts[i]);
	}
	g_free(self);
}

void emu_mail_free(struct mail *self)
{
	g_free(self->id);
	g_free(self->from);
	g_free(self->date);
	g_free(self->subject);
	g_free(self->body);
	g_free(self->url);
	g_free(self);
}

struct store *emu_store_new(enum emulator_search search)
{
	struct store *self = g_new0(struct store, 1);
	self->search = search;
	self->contacts = g_ptr_array_new_with_free_func((GDestroyNotify)emu_contact_free);
	self->contacts_by_id = g_hash_table_new(NULL, NULL);
	self->events = g_ptr_array_new_with_free_func((GDestroyNotify)emu_event_free);
	self->mails = g_ptr_array_new_with_free_func((GDestroyNotify)emu_mail_free);
	self->last_device = FIRST_DEVICE_ID;
	return self;
}

void emu_store_free(struct store *self)
{
	if (self == NULL) {
		return;
	}
	g_hash_table_unref(self->contacts_by_id);
	g_ptr_array_unref(self->contacts);
	g_ptr_array_unref(self->events);
	g_ptr_array_unref(self->mails);
	for (int i = 0; i < PROFILE_PARTS; i++) {
		g_free(self->profile[i]);
	}
	g_free(self);
}

void emu_store_index_contact(struct store *self, struct contact *contact)
{
	const enum contact_field names[] = {FIELD_FIRSTNAME, FIELD_LASTNAME};
	for (int i = 0; i < 2; i++) {
		const char *name = contact->fields[names[i]];
		g_free(contact->search_keys[i]);
		contact->search_keys[i] = name == NULL ? NULL : emu_search_key(self->search, name);
	}
	self->is_dirty = true;
}

struct contact *emu_store_take_contact(struct store *self, struct contact *contact)
{
	if (contact->id == 0) {
		contact->id = self->last_contact + 1;
	}
	self->last_contact = MAX(self->last_contact, contact->id);
	emu_store_index_contact(self, contact);
	g_ptr_array_add(self->contacts, contact);
	g_hash_table_insert(self->contacts_by_id, GUINT_TO_POINTER(contact->id), contact);
	return contact;
}

struct contact *emu_store_find_contact(const struct store *self, const char *cid)
{
	if (*cid == 'c' || *cid == 'C') {
		cid++;
	}
	guint64 id;
	if (!g_ascii_string_to_unsigned(cid, 10, 1, G_MAXUINT, &id, NULL)) {
		return NULL;
	}
	return g_hash_table_lookup(self->contacts_by_id, GUINT_TO_POINTER((unsigned)id));
}

void emu_store_remove_contact(struct store *self, struct contact *contact)
{
	g_hash_table_remove(self->contacts_by_id, GUINT_TO_POINTER(contact->id));
	g_ptr_array_remove(self->contacts, contact);
	self->is_dirty = true;
}

struct device *emu_store_add_device(struct store *self, struct contact *contact, const char *type,
                                    const char *subtype, const char *info_type, int order,
                                    const char *value)
{
	struct device *device = g_new0(struct device, 1);
	device->id = ++self->last_device;
	device->type = g_strdup(type);
	device->subtype = g_strdup(subtype);
	device->info_type = g_strdup(info_type);
	device->order = order;
	device->value = g_strdup(value);
	device->is_displayed = true;
	g_ptr_array_add(contact->devices, device);
	self->is_dirty = true;
	return device;
}

void emu_store_set_picture(struct store *self, struct contact *contact, GBytes *picture)
{
	g_clear_pointer(&contact->picture, g_bytes_unref);
	contact->picture = picture == NULL ? NULL : g_bytes_ref(picture);
	contact->picture_id = ++self->last_device;
	self->is_dirty = true;
}

struct address *emu_contact_add_address(struct contact *self, const char *info_type)
{
	struct address *address = g_new0(struct address, 1);
	address->info_type = g_strdup(info_type);
	g_ptr_array_add(self->addresses, address);
	return address;
}

struct event *emu_store_add_event(struct store *self)
{
	struct event *event = g_new0(struct event, 1);
	event->id = ++self->last_event;
	g_ptr_array_add(self->events, event);
	self->is_dirty = true;
	return event;
}

struct mail *emu_store_add_mail(struct store *self)
{
	struct mail *mail = g_new0(struct mail, 1);
	g_ptr_array_add(self->mails, mail);
	self->is_dirty = true;
	return mail;
}

static void fill_mail(struct mail *mail, int number)
{
	static const char *const subjects[] = {
		"Photos de dimanche",     "Réunion de rentrée",
		"Re: recette de crumble", "Votre facture <n° 42> & son détail",
		"Déjeuner jeudi ?",
	};
	static const char *const senders[] = {
		"Anaïs Lefèvre <anais.lefevre@example.org>",
		"jdupont@example.com",
		"0320202024<noreply@example.net>",
	};
	mail->id = g_strdup_printf("%d", 100 + number);
	mail->from = g_strdup(senders[number % (int)G_N_ELEMENTS(senders)]);
	mail->date = g_strdup_printf("Tue, 7 Mar 2006 %02d:%02d:06 +0100 (CET)", number / 60 % 24,
	                             number % 60);
	mail->subject = g_strdup(subjects[number % (int)G_N_ELEMENTS(subjects)]);
	mail->body = g_strdup("Bonjour, peux-tu me dire si tu viens à la fête de la ville, dès le "
	                      "matin, avec toute la famille et le goûter ?");
	mail->url = g_strdup_printf("http://webmail.example.org/read.html?idm=%d&idb=inbox",
	                            100 + number);
}

void emu_store_set_unread(struct store *self, int count)
{
	while ((int)self->mails->len < count) {
		int number = (int)self->mails->len;
		fill_mail(emu_store_add_mail(self), number);
	}
	if ((int)self->mails->len > count) {
		g_ptr_array_set_size(self->mails, count);
	}
	self->total_mails = MAX(self->total_mails, count);
	self->is_dirty = true;
}

const char *emu_picture_type(const void *data, gsize size)
{
	static const struct {
		const char *magic, *type;
	} types[] = {
		{"\xff\xd8\xff", "image/jpeg"},
		{"GIF87a", "image/gif"},
		{"GIF89a", "image/gif"},
		{"BM", "image/bmp"},
	};
	for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
		gsize length = strlen(types[i].magic);
		if (size > length && memcmp(data, types[i].magic, length) == 0) {
			return types[i].type;
		}
	}
	return NULL;
}
