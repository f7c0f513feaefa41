/* SPDX-License-Identifier: MIT */
/* The user's data as JSON: the data file, and what the control requests show and take. */
#ifndef PASSERELLE_EMULATOR_STORE_JSON_H
#define PASSERELLE_EMULATOR_STORE_JSON_H

#include "emulator/store.h"

json_t *emu_contacts_to_json(const struct store *self);
json_t *emu_events_to_json(const struct store *self);
json_t *emu_mailbox_to_json(const struct store *self);

/*
 * Sets what the object names and leaves the rest; "devices", "addresses" and "picture" (base64
 * or null) replace what was there. INPUT for values of the wrong kind; then the contact may be
 * half changed.
 */
bool emu_contact_change(struct store *store, struct contact *contact, const json_t *object,
                        GError **error);

/* An event as emu_events_to_json shows it; every part but the id must be there. INPUT. */
bool emu_event_add(struct store *store, const json_t *object, GError **error);

/* {"unread": [mails] or a number, "total": n, "sms": n}; what is not named stays. INPUT. */
bool emu_mailbox_change(struct store *store, const json_t *object, GError **error);

/* Reads a data file into a store; a file that does not exist is an empty one. INPUT. */
bool emu_store_load(struct store *self, const char *path, GError **error);

/* The text of the data file, to be freed with free(). */
char *emu_store_to_text(const struct store *self);

#endif
