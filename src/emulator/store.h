/* SPDX-License-Identifier: MIT */
/* The user's data at the provider: contacts, events, mailbox, profile. */
#ifndef PASSERELLE_EMULATOR_STORE_H
#define PASSERELLE_EMULATOR_STORE_H

#include "emulator/emulator.h"

#include <jansson.h>

enum contact_field {
	FIELD_FIRSTNAME,
	FIELD_LASTNAME,
	FIELD_NICKNAME,
	FIELD_CIVILITY,
	FIELD_MARITALSTATUS,
	FIELD_BIRTHDAY,
	FIELD_COMPANY,
	FIELD_FUNCTION,
	FIELD_DEPARTMENT,
	FIELD_COUNT
};
/* The element and parameter names of the wire, in the order of getcontact's reply. */
extern const char *const emu_contact_field_names[FIELD_COUNT];

#define ADDRESS_PARTS 5
extern const char *const emu_address_part_names[ADDRESS_PARTS];

#define PROFILE_PARTS 13
extern const char *const emu_profile_part_names[PROFILE_PARTS];

#define EVENT_PARTS 7
extern const char *const emu_event_part_names[EVENT_PARTS];

struct device {
	unsigned id;
	char *type, *subtype, *info_type, *value;
	int order;
	bool is_displayed;
};

struct address {
	char *info_type;
	char *parts[ADDRESS_PARTS];
};

struct contact {
	unsigned id;
	char *fields[FIELD_COUNT]; /* NULL: not there */
	GPtrArray *devices, *addresses;
	GBytes *picture; /* NULL: none */
	unsigned picture_id;
	char *search_keys[2]; /* of first and last name, as the search compares them */
};

struct event {
	unsigned id;
	char *parts[EVENT_PARTS];
};

/* An unread mail. */
struct mail {
	char *id, *from, *date, *subject, *body, *url;
};

struct store {
	enum emulator_search search; /* how search_keys are made */
	GPtrArray *contacts;         /* by id */
	GHashTable *contacts_by_id;  /* lent */
	GPtrArray *events;
	GPtrArray *mails; /* newest first */
	int total_mails, unread_sms;
	char *profile[PROFILE_PARTS];
	unsigned last_contact, last_event, last_device;
	bool is_dirty; /* changed since it was last kept */
};

struct store *emu_store_new(enum emulator_search search);
void emu_store_free(struct store *self);
DEFINE_OWNED(store, emu_store_free);

struct contact *emu_contact_new(void);
void emu_contact_free(struct contact *self);
DEFINE_OWNED(contact, emu_contact_free);
void emu_contact_set(struct contact *self, enum contact_field field, const char *value);

/* Gives it an id unless it has one, and makes it findable. */
struct contact *emu_store_take_contact(struct store *self, struct contact *contact);
/* After its names changed. */
void emu_store_index_contact(struct store *self, struct contact *contact);
/* By "1", "c1" or "C1"; NULL if there is none. */
struct contact *emu_store_find_contact(const struct store *self, const char *cid);
void emu_store_remove_contact(struct store *self, struct contact *contact);

struct device *emu_store_add_device(struct store *self, struct contact *contact, const char *type,
                                    const char *subtype, const char *info_type, int order,
                                    const char *value);
void emu_store_set_picture(struct store *self, struct contact *contact, GBytes *picture);
struct address *emu_contact_add_address(struct contact *self, const char *info_type);

struct event *emu_store_add_event(struct store *self);
void emu_event_free(struct event *self);

/* Fills up to count unread mails with made-up ones, or drops the oldest beyond it. */
void emu_store_set_unread(struct store *self, int count);
struct mail *emu_store_add_mail(struct store *self);
void emu_mail_free(struct mail *self);

/* "image/jpeg", "image/gif", "image/bmp" by the first bytes; NULL for anything else. */
const char *emu_picture_type(const void *data, gsize size);

#endif
