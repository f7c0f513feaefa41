/* SPDX-License-Identifier: MIT */
/* A person, as both sides understand one. Plain data; every string is UTF-8 and owned, NULL where
 * absent. */
#ifndef PASSERELLE_MODEL_CONTACT_H
#define PASSERELLE_MODEL_CONTACT_H

#include "base/owned.h"

#include <stdbool.h>

enum device_type { DEVICE_EMAIL, DEVICE_PHONE, DEVICE_URL };

/* Of a phone; e-mails are DEVICE_INTERNET and urls DEVICE_WEB always. */
enum device_subtype {
	DEVICE_VOICE,
	DEVICE_MOBILE,
	DEVICE_FAX,
	DEVICE_VIDEO,
	DEVICE_INTERNET,
	DEVICE_WEB,
};

enum info_type { INFO_UNKNOWN, INFO_HOME, INFO_WORK };

/* An e-mail address, phone number or web address. */
struct device {
	enum device_type type;
	enum device_subtype subtype;
	enum info_type info;
	bool preferred;
	char *value; /* as written: "+33 1 23 45 67 89" */
};

struct postal_address { /* RFC 6350, 6.3.1 */
	enum info_type info;
	char *po_box, *extended, *street, *city, *region, *postal_code, *country;
};

enum civility { CIVILITY_UNKNOWN, CIVILITY_MR, CIVILITY_MRS, CIVILITY_MISS };

struct contact {
	char *uid;
	char *full_name;                                     /* FN */
	char *family, *given, *additional, *prefix, *suffix; /* N */
	char *nickname;                                      /* the first of NICKNAME */
	char *company, *department;                          /* ORG */
	char *function;                                      /* TITLE, else ROLE */
	char *birthday;      /* "1951-01-31"; partial "--01-31", "1951-01", "1951" as in RFC 6350 */
	char *birthday_text; /* BDAY;VALUE=text, or a date nobody can read: kept as it was */
	enum civility civility; /* from the prefix: M. Mr Mme Mrs Mlle Miss, never invented */
	char *note;
	char *revision;       /* REV */
	char *kind;           /* KIND / X-ADDRESSBOOKSERVER-KIND, lower case; NULL = individual */
	GPtrArray *devices;   /* struct device, in the order of the card */
	GPtrArray *addresses; /* struct postal_address */
	GBytes *picture;      /* decoded bytes of an inline PHOTO */
	char *picture_url;    /* PHOTO that is only an address: never fetched */
};

struct contact *contact_new(void);
struct contact *contact_copy(const struct contact *self);
void contact_free(struct contact *self);
DEFINE_OWNED(contact, contact_free);

struct device *device_new(enum device_type type, enum device_subtype subtype, enum info_type info,
                          const char *value);
void device_free(struct device *self);
DEFINE_OWNED(device, device_free);
struct postal_address *postal_address_new(void);
void postal_address_free(struct postal_address *self);
DEFINE_OWNED(postal_address, postal_address_free);

/* Appends a device unless one with the same key is there; returns whether it was appended. */
bool contact_add_device(struct contact *self, struct device *device_taken);

/*
 * What two devices are compared by: type and normalised value. E-mails: case folded; phones: digits
 * and a leading + alone ("0033" = "+33", "(0)" after a + prefix dropped); urls: scheme, host case
 * and a trailing slash aside.
 */
char *device_key(const struct device *device);

/*
 * Name for people: FN, else given and family, nickname, company, first e-mail; never NULL.
 */
char *contact_display_name(const struct contact *self);

/*
 * Fold for comparison only: NFKC, case folded, typographic apostrophes and dashes made plain, white
 * space collapsed and trimmed. Diacritics stay: "Müller" is not "Muller". NULL gives "".
 */
char *name_fold(const char *text);

/* Same person, ordered: fold(family) 0x1f fold(given); nameless ones by nickname ("n:") or company
 * ("c:"). "" if none. */
char *contact_match_key(const struct contact *self);

/*
 * Facts for struct item (see item.h): single-valued "birthday=", "company=", "nickname=", "gender="
 * (from civility: m or f) and set-valued "email+", "phone+", "url+" with device keys.
 * NULL-terminated, sorted.
 */
char **contact_facts(const struct contact *self);

#endif
