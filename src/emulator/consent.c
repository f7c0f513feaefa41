/* SPDX-License-Identifier: MIT */
/* What the user lets the service do, per family and attribute of the privacy page. */
#include "emulator/consent.h"

#include <string.h>

/* The table of the privacy page; richprofile is not on it, and follows the pattern. */
static const struct {
	const char *family, *attribute;
} known[] = {
	{"agenda", "add_event"},     {"contact", "add"},
	{"contact", "see"},          {"myco", "add_content"},
	{"favoris", "add_bookmark"}, {"messages", "nbEmailSMS"},
	{"photos", "add"},           {"messages", "emailsLastNDetailed"},
	{"photos", "see"},           {"richprofile", "see"},
};

static const char *const value_names[] = {"none", "once", "always"};

GHashTable *emu_consent_new(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

bool emu_consent_set(GHashTable *self, const char *family, const char *attribute,
                     enum consent value)
{
	bool is_known = false;
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		if (strcmp(known[i].family, family) == 0 &&
		    (attribute == NULL || strcmp(known[i].attribute, attribute) == 0)) {
			is_known = true;
			g_hash_table_insert(self,
			                    g_strconcat(family, ":", known[i].attribute, NULL),
			                    GINT_TO_POINTER(value));
		}
	}
	return is_known;
}

static void set_all(GHashTable *self, enum consent value)
{
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		emu_consent_set(self, known[i].family, known[i].attribute, value);
	}
}

bool emu_consent_read(GHashTable *self, const char *list, GError **error)
{
	g_hash_table_remove_all(self);
	if (strcmp(list, "all") == 0 || strcmp(list, "none") == 0) {
		set_all(self, *list == 'a' ? CONSENT_ALWAYS : CONSENT_NONE);
		return true;
	}
	g_auto(GStrv) entries = g_strsplit(list, ",", -1);
	for (int i = 0; entries[i] != NULL; i++) {
		g_auto(GStrv) parts = g_strsplit(g_strstrip(entries[i]), ":", 2);
		if (parts[0] == NULL ||
		    !emu_consent_set(self, parts[0], parts[1], CONSENT_ALWAYS)) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
			            "consent: there is no \"%s\"", entries[i]);
			return false;
		}
	}
	return true;
}

enum consent emu_consent_get(GHashTable *self, const char *family, const char *attribute)
{
	g_autofree char *key = g_strconcat(family, ":", attribute, NULL);
	return (enum consent)GPOINTER_TO_INT(g_hash_table_lookup(self, key));
}

bool emu_consent_take(GHashTable *self, const char *family, const char *attribute)
{
	enum consent value = emu_consent_get(self, family, attribute);
	if (value == CONSENT_ONCE) {
		emu_consent_set(self, family, attribute, CONSENT_NONE);
	}
	return value != CONSENT_NONE;
}

bool emu_consent_value_from_name(const char *name, enum consent *value)
{
	for (size_t i = 0; i < G_N_ELEMENTS(value_names); i++) {
		if (g_strcmp0(name, value_names[i]) == 0) {
			*value = (enum consent)i;
			return true;
		}
	}
	return false;
}

json_t *emu_consent_to_json(GHashTable *self)
{
	json_t *families = json_object();
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++) {
		json_t *family = json_object_get(families, known[i].family);
		if (family == NULL) {
			family = json_object();
			json_object_set_new(families, known[i].family, family);
		}
		enum consent value = emu_consent_get(self, known[i].family, known[i].attribute);
		json_object_set_new(family, known[i].attribute, json_string(value_names[value]));
	}
	return families;
}
