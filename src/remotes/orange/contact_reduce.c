/* SPDX-License-Identifier: MIT */
/* What the service can hold of a card, what it cannot, and the fingerprint of the first. */
#include "remotes/orange/contact_fields.h"

#include <string.h>

#include "base/limits.h"
#include "base/text.h"
#include "formats/content_line.h"
#include "formats/vcard.h"

/* Properties that are no content, or of which contact_reduce tells more than the name. */
static const char *const other_properties[] = {
	"",     "BEGIN",   "END",       "VERSION", "PRODID", "KIND", "X-ADDRESSBOOKSERVER-KIND",
	"NOTE", "PROFILE", "X-ABLABEL", "LABEL",
};

static bool has_text(const char *text)
{
	return text != NULL && *text != '\0';
}

static void add_lost(GPtrArray *lost, const char *name)
{
	if (lost == NULL || g_ptr_array_find_with_equal_func(lost, name, g_str_equal, NULL)) {
		return;
	}
	g_ptr_array_add(lost, g_strdup(name));
}

static guint count_parts(const char *value, char separator)
{
	g_auto(GStrv) parts = content_value_split(value, separator);
	guint count = 0;
	for (guint i = 0; parts[i] != NULL; i++) {
		count = *g_strstrip(parts[i]) == '\0' ? count : i + 1;
	}
	return count;
}

/* By the lines of the card: what struct contact has no room for. */
static void find_lost_lines(const char *text, GPtrArray *lost)
{
	g_autoptr(GPtrArray) lines = content_lines_read(text, strlen(text), NULL);
	bool has_title = false, has_role = false;
	guint nicknames = 0, photos = 0;
	for (guint i = 0; lines != NULL && i < lines->len; i++) {
		const struct content_line *line = lines->pdata[i];
		if (strcmp(line->name, "NICKNAME") == 0) {
			nicknames += count_parts(line->value, ',');
		} else if (strcmp(line->name, "ORG") == 0 && count_parts(line->value, ';') > 2) {
			add_lost(lost, "third ORG unit");
		}
		photos += strcmp(line->name, "PHOTO") == 0;
		has_title = has_title || strcmp(line->name, "TITLE") == 0;
		has_role = has_role || strcmp(line->name, "ROLE") == 0;
		bool is_known = contact_is_mapped(line->name);
		for (gsize j = 0; j < G_N_ELEMENTS(other_properties); j++) {
			is_known = is_known || strcmp(line->name, other_properties[j]) == 0;
		}
		if (!is_known) {
			add_lost(lost, line->name);
		}
	}
	if (nicknames > 1) {
		add_lost(lost, "second NICKNAME");
	}
	if (photos > 1) {
		add_lost(lost, "second PHOTO");
	}
	if (has_title && has_role) {
		add_lost(lost, "ROLE");
	}
}

const char *contact_picture_type(GBytes *picture)
{
	static const char *const taken[] = {"image/jpeg", "image/gif", "image/bmp"};
	gsize size = 0;
	const void *data = picture == NULL ? NULL : g_bytes_get_data(picture, &size);
	const char *type =
		size == 0 || size > LIMIT_PICTURE_BYTES ? NULL : picture_media_type(data, size);
	for (gsize i = 0; type != NULL && i < G_N_ELEMENTS(taken); i++) {
		if (strcmp(type, taken[i]) == 0) {
			return taken[i];
		}
	}
	return NULL;
}

static void reduce_picture(struct contact *contact, GPtrArray *lost)
{
	if (has_text(contact->picture_url) && contact->picture == NULL) {
		add_lost(lost, "PHOTO (an address)");
	}
	g_clear_pointer(&contact->picture_url, g_free);
	if (contact->picture == NULL || contact_picture_type(contact->picture) != NULL) {
		return;
	}
	gsize size = 0;
	const void *data = g_bytes_get_data(contact->picture, &size);
	const char *type = size == 0 ? NULL : picture_media_type(data, size);
	add_lost(lost, size > LIMIT_PICTURE_BYTES           ? "PHOTO (too large)"
	               : g_strcmp0(type, "image/png") == 0  ? "PHOTO (PNG cannot be sent)"
	               : g_strcmp0(type, "image/webp") == 0 ? "PHOTO (WEBP cannot be sent)"
	                                                    : "PHOTO (of an unknown type)");
	g_clear_pointer(&contact->picture, g_bytes_unref);
}

/* A partial date is less than the service wants, and a whole one is never invented from it. */
static void reduce_birthday(struct contact *contact, GPtrArray *lost)
{
	const bool is_whole = contact->birthday != NULL &&
	                      strlen(contact->birthday) == strlen("1951-01-31") &&
	                      g_ascii_isdigit(contact->birthday[0]);
	if (!is_whole) {
		if (has_text(contact->birthday) || has_text(contact->birthday_text)) {
			add_lost(lost, "BDAY");
		}
		g_clear_pointer(&contact->birthday, g_free);
	}
	g_clear_pointer(&contact->birthday_text, g_free);
}

/* A card that has nothing but an address bears it as its FN. */
static bool is_device_value(const struct contact *contact)
{
	for (guint i = 0; i < contact->devices->len; i++) {
		const struct device *device = contact->devices->pdata[i];
		if (strcmp(device->value, contact->full_name) == 0) {
			return true;
		}
	}
	return false;
}

static void reduce_name(struct contact *contact, GPtrArray *lost)
{
	if (has_text(contact->additional)) {
		add_lost(lost, "middle name");
	}
	if (has_text(contact->suffix)) {
		add_lost(lost, "honorific suffix");
	}
	if (has_text(contact->prefix) && contact->civility == CIVILITY_UNKNOWN) {
		add_lost(lost, "honorific prefix");
	}
	g_clear_pointer(&contact->additional, g_free);
	g_clear_pointer(&contact->suffix, g_free);
	contact_set_civility(contact, contact->civility);
	const bool is_nameless = !has_text(contact->family) && !has_text(contact->given) &&
	                         !has_text(contact->nickname) && !has_text(contact->company);
	if (is_nameless && has_text(contact->full_name) && !is_device_value(contact)) { /* no N */
		g_free(contact->family);
		contact->family = g_strdup(contact->full_name);
	}
	g_clear_pointer(&contact->full_name, g_free);
	contact->full_name = contact_display_name(contact);
}

struct contact *contact_reduce(const struct contact *self, const char *text, GPtrArray *lost)
{
	struct contact *contact = contact_copy(self);
	if (has_text(contact->note)) {
		add_lost(lost, "NOTE");
	}
	if (text != NULL && lost != NULL) {
		find_lost_lines(text, lost);
	}
	g_clear_pointer(&contact->note, g_free);
	g_clear_pointer(&contact->revision, g_free);
	reduce_name(contact, lost);
	reduce_birthday(contact, lost);
	reduce_picture(contact, lost);
	for (guint i = 0; i < contact->devices->len; i++) {
		struct device *device = contact->devices->pdata[i];
		device->preferred = false;
	}
	return contact;
}

static void append_value(GString *out, const char *name, const char *value)
{
	g_autofree char *composed = has_text(value) ? text_normalize(value, G_NORMALIZE_NFC) : NULL;
	g_string_append_printf(out, "%s\x1f%s\x1e", name, composed == NULL ? "" : composed);
}

static gint compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void append_sorted(GString *out, const char *name, GPtrArray *values)
{
	g_ptr_array_sort(values, compare_texts);
	for (guint i = 0; i < values->len; i++) {
		append_value(out, name, values->pdata[i]);
	}
}

static void append_devices(GString *out, const struct contact *contact)
{
	g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < contact->devices->len; i++) {
		const struct device *device = contact->devices->pdata[i];
		g_ptr_array_add(values,
		                g_strdup_printf("%d %d %d %s", device->type, device->subtype,
		                                device->info, device->value));
	}
	append_sorted(out, "device", values);
}

static void append_addresses(GString *out, const struct contact *contact)
{
	g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < contact->addresses->len; i++) {
		const struct postal_address *address = contact->addresses->pdata[i];
		const char *const parts[] = {
			address->po_box, address->extended,    address->street, address->city,
			address->region, address->postal_code, address->country};
		GString *text = g_string_new(NULL);
		g_string_append_printf(text, "%d", address->info);
		for (gsize j = 0; j < G_N_ELEMENTS(parts); j++) {
			g_string_append_printf(text, "\x1d%s", parts[j] == NULL ? "" : parts[j]);
		}
		g_ptr_array_add(values, g_string_free(text, FALSE));
	}
	append_sorted(out, "address", values);
}

char *contact_fingerprint(const struct contact *reduced)
{
	g_autoptr(GString) out = g_string_new(NULL);
	append_value(out, "family", reduced->family);
	append_value(out, "given", reduced->given);
	append_value(out, "nickname", reduced->nickname);
	append_value(out, "company", reduced->company);
	append_value(out, "department", reduced->department);
	append_value(out, "function", reduced->function);
	append_value(out, "birthday", reduced->birthday);
	g_string_append_printf(out, "civility\x1f%d\x1e", reduced->civility);
	append_devices(out, reduced);
	append_addresses(out, reduced);
	if (reduced->picture != NULL) {
		g_autofree char *sum =
			g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, reduced->picture);
		append_value(out, "picture", sum);
	}
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, out->str, (gssize)out->len);
}

char *contact_revision(const char *last, const char *first)
{
	if (!has_text(last) && !has_text(first)) {
		return g_strdup(REVISION_NAMELESS);
	}
	g_autofree char *names =
		g_strconcat(last == NULL ? "" : last, "\x1f", first == NULL ? "" : first, NULL);
	return g_compute_checksum_for_string(G_CHECKSUM_SHA1, names, -1);
}
