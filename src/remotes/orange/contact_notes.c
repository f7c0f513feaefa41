/* SPDX-License-Identifier: MIT */
/* What of a card the service does not hold and cannot be given, in words. */
#include "remotes/orange/contact_notes.h"

#include <string.h>

#include "remotes/orange/contact_fields.h"

static const struct device *find_device(const struct contact *self, const struct device *device)
{
	g_autofree char *key = device_key(device);
	for (guint i = 0; i < self->devices->len; i++) {
		g_autofree char *other = device_key(self->devices->pdata[i]);
		if (strcmp(key, other) == 0) {
			return self->devices->pdata[i];
		}
	}
	return NULL;
}

bool contact_has_device(const struct contact *self, const struct device *device)
{
	return find_device(self, device) != NULL;
}

bool contact_is_same_text(const char *left, const char *right)
{
	g_autofree char *one = name_fold(left);
	g_autofree char *other = name_fold(right);
	return strcmp(one, other) == 0;
}

void contact_note_local(GPtrArray *notes, const char *otherwise, const char *word,
                        const char *value)
{
	char *text = value != NULL && *value != '\0'
	                     ? g_strdup_printf("local only: %s '%s'", word, value)
	                     : g_strdup_printf("local only: %s%s", word, otherwise);
	g_ptr_array_add(notes, text);
}

static void note_lost(GPtrArray *notes, const char *what, const char *property)
{
	g_autofree char *text = g_strdup_printf("not carried: %s%s", what, property);
	if (!g_ptr_array_find_with_equal_func(notes, text, g_str_equal, NULL)) {
		g_ptr_array_add(notes, g_steal_pointer(&text));
	}
}

void contact_note_text(const char *word, const char *wanted, const char *there, GPtrArray *notes)
{
	if (!contact_is_same_text(wanted, there)) {
		contact_note_local(notes, " removed", word, wanted);
	}
}

void contact_note_devices(enum device_type type, const char *property, const char *word,
                          const struct contact *wanted, const struct contact *there,
                          GPtrArray *notes)
{
	for (guint i = 0; i < wanted->devices->len; i++) {
		const struct device *device = wanted->devices->pdata[i];
		const struct device *other = find_device(there, device);
		if (device->type != type) {
			continue;
		}
		if (other == NULL) {
			contact_note_local(notes, "", word, device->value);
		} else if (device->info != INFO_UNKNOWN && other->info != device->info) {
			note_lost(notes, "home or work of ", property); /* adddevice takes none */
		}
	}
	for (guint i = 0; i < there->devices->len; i++) {
		const struct device *device = there->devices->pdata[i];
		if (device->type == type && !contact_has_device(wanted, device)) {
			g_autofree char *removal = g_strconcat("removal of ", word, NULL);
			contact_note_local(notes, "", removal, device->value);
		}
	}
}

/* By what the service has words for; it names no country of its own accord. */
static bool is_same_address(const struct postal_address *left, const struct postal_address *right)
{
	return contact_is_same_text(left->street, right->street) &&
	       contact_is_same_text(left->city, right->city) &&
	       contact_is_same_text(left->postal_code, right->postal_code) &&
	       contact_is_same_text(left->region, right->region);
}

static bool has_address(const struct contact *self, const struct postal_address *address)
{
	for (guint i = 0; i < self->addresses->len; i++) {
		if (is_same_address(self->addresses->pdata[i], address)) {
			return true;
		}
	}
	return false;
}

/* No call writes one: what stands there came from elsewhere. */
void contact_note_addresses(const char *property, const struct contact *wanted,
                            const struct contact *there, GPtrArray *notes)
{
	for (guint i = 0; i < wanted->addresses->len; i++) {
		if (!has_address(there, wanted->addresses->pdata[i])) {
			note_lost(notes, "", property);
		}
	}
}

void contact_note_picture(const char *word, const struct contact *wanted,
                          const struct contact *there, GPtrArray *notes)
{
	const bool is_same = wanted->picture != NULL && there->picture != NULL &&
	                     g_bytes_equal(wanted->picture, there->picture);
	if (wanted->picture != NULL && !is_same) {
		contact_note_local(notes, "", word, NULL);
	} else if (wanted->picture == NULL && there->picture != NULL) {
		contact_note_local(notes, "", "none of the picture there", NULL);
	}
}
