/* SPDX-License-Identifier: MIT */
/* Contacts, their devices and addresses: made, copied, freed. */
#include "model/contact.h"

#include <string.h>

static void free_device(gpointer device)
{
	device_free(device);
}

static void free_address(gpointer address)
{
	postal_address_free(address);
}

struct contact *contact_new(void)
{
	struct contact *self = g_new0(struct contact, 1);
	self->devices = g_ptr_array_new_with_free_func(free_device);
	self->addresses = g_ptr_array_new_with_free_func(free_address);
	return self;
}

/* Every string of struct contact, so that copy and free cannot forget one. */
static const gsize text_fields[] = {
	offsetof(struct contact, uid),           offsetof(struct contact, full_name),
	offsetof(struct contact, family),        offsetof(struct contact, given),
	offsetof(struct contact, additional),    offsetof(struct contact, prefix),
	offsetof(struct contact, suffix),        offsetof(struct contact, nickname),
	offsetof(struct contact, company),       offsetof(struct contact, department),
	offsetof(struct contact, function),      offsetof(struct contact, birthday),
	offsetof(struct contact, birthday_text), offsetof(struct contact, note),
	offsetof(struct contact, revision),      offsetof(struct contact, kind),
	offsetof(struct contact, picture_url),
};

static const gsize address_fields[] = {
	offsetof(struct postal_address, po_box),  offsetof(struct postal_address, extended),
	offsetof(struct postal_address, street),  offsetof(struct postal_address, city),
	offsetof(struct postal_address, region),  offsetof(struct postal_address, postal_code),
	offsetof(struct postal_address, country),
};

static char **text_at(const void *owner, gsize offset)
{
	return (char **)(void *)((char *)(gsize)owner + offset);
}

static gpointer copy_device(gconstpointer source, gpointer data G_GNUC_UNUSED)
{
	const struct device *device = source;
	struct device *copy =
		device_new(device->type, device->subtype, device->info, device->value);
	copy->preferred = device->preferred;
	return copy;
}

static gpointer copy_address(gconstpointer source, gpointer data G_GNUC_UNUSED)
{
	const struct postal_address *address = source;
	struct postal_address *copy = postal_address_new();
	copy->info = address->info;
	for (gsize i = 0; i < G_N_ELEMENTS(address_fields); i++) {
		*text_at(copy, address_fields[i]) = g_strdup(*text_at(address, address_fields[i]));
	}
	return copy;
}

struct contact *contact_copy(const struct contact *self)
{
	struct contact *copy = g_new0(struct contact, 1);
	for (gsize i = 0; i < G_N_ELEMENTS(text_fields); i++) {
		*text_at(copy, text_fields[i]) = g_strdup(*text_at(self, text_fields[i]));
	}
	copy->civility = self->civility;
	copy->devices = g_ptr_array_copy(self->devices, copy_device, NULL);
	copy->addresses = g_ptr_array_copy(self->addresses, copy_address, NULL);
	g_ptr_array_set_free_func(copy->devices, free_device);
	g_ptr_array_set_free_func(copy->addresses, free_address);
	copy->picture = self->picture ? g_bytes_ref(self->picture) : NULL;
	return copy;
}

void contact_free(struct contact *self)
{
	if (!self) {
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(text_fields); i++) {
		g_free(*text_at(self, text_fields[i]));
	}
	g_ptr_array_unref(self->devices);
	g_ptr_array_unref(self->addresses);
	g_clear_pointer(&self->picture, g_bytes_unref);
	g_free(self);
}

struct device *device_new(enum device_type type, enum device_subtype subtype, enum info_type info,
                          const char *value)
{
	struct device *self = g_new0(struct device, 1);
	const bool is_phone_subtype = subtype != DEVICE_INTERNET && subtype != DEVICE_WEB;
	self->type = type;
	self->subtype = type == DEVICE_EMAIL ? DEVICE_INTERNET
	                : type == DEVICE_URL ? DEVICE_WEB
	                : is_phone_subtype   ? subtype
	                                     : DEVICE_VOICE;
	self->info = info;
	self->value = g_strdup(value);
	return self;
}

void device_free(struct device *self)
{
	if (self) {
		g_free(self->value);
		g_free(self);
	}
}

struct postal_address *postal_address_new(void)
{
	return g_new0(struct postal_address, 1);
}

void postal_address_free(struct postal_address *self)
{
	if (!self) {
		return;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(address_fields); i++) {
		g_free(*text_at(self, address_fields[i]));
	}
	g_free(self);
}

bool contact_add_device(struct contact *self, struct device *device_taken)
{
	g_autofree char *key = device_key(device_taken);
	for (guint i = 0; i < self->devices->len; i++) {
		g_autofree char *other = device_key(g_ptr_array_index(self->devices, i));
		if (strcmp(key, other) == 0) {
			device_free(device_taken);
			return false;
		}
	}
	g_ptr_array_add(self->devices, device_taken);
	return true;
}
