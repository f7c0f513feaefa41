/* SPDX-License-Identifier: MIT */
/* What the user lets the service do, per family and attribute of the privacy page. */
#ifndef PASSERELLE_EMULATOR_CONSENT_H
#define PASSERELLE_EMULATOR_CONSENT_H

#include "base/error.h"

#include <jansson.h>

enum consent { CONSENT_NONE, CONSENT_ONCE, CONSENT_ALWAYS };

/* "family:attribute" -> enum consent; absent: none. */
GHashTable *emu_consent_new(void);

/*
 * "all", "none", or a list of "family:attribute" and "family"; CONFIG for a name that the privacy
 * page does not know.
 */
bool emu_consent_read(GHashTable *self, const char *list, GError **error);

/* attribute NULL: all of the family. False for a family or attribute that does not exist. */
bool emu_consent_set(GHashTable *self, const char *family, const char *attribute,
                     enum consent value);

enum consent emu_consent_get(GHashTable *self, const char *family, const char *attribute);

/* May it now? A consent for once is used up by asking. */
bool emu_consent_take(GHashTable *self, const char *family, const char *attribute);

/* "none", "once", "always". */
bool emu_consent_value_from_name(const char *name, enum consent *value);

/* {family: {attribute: value}} */
json_t *emu_consent_to_json(GHashTable *self);

#endif
