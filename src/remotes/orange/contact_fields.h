/* SPDX-License-Identifier: MIT */
/* The one mapping between a person and what the Personal Contacts API says and takes. Pure. */
#ifndef PASSERELLE_REMOTES_ORANGE_CONTACT_FIELDS_H
#define PASSERELLE_REMOTES_ORANGE_CONTACT_FIELDS_H

#include "base/error.h"
#include "model/contact.h"
#include "net/xml.h"

#define REVISION_NAMELESS "nameless" /* of a contact that no search can find */

/* The first data element of a getcontact reply; NULL where there is none, or it is empty. */
const struct xml_node *contact_reply_data(const struct xml_node *command);
/* Of that element; uid NULL. */
struct contact *contact_from_reply(const struct xml_node *data);
/* ISO 8601, also with a time behind it or without hyphens: "1951-01-31"; anything else, or NULL, is
 * no date: NULL. */
char *contact_read_date(const char *text);
/* Of a getpicture reply; NULL = no picture in it. */
GBytes *contact_picture_from_reply(const struct xml_node *command);

/* Parameters of addcontact, as name, value, …; the e-mail that goes with it included. Owned. */
GPtrArray *contact_parameters(const struct contact *self);
/* The device that addcontact takes along: an e-mail of home, else the first e-mail; NULL = none.
 * Lent. */
const struct device *contact_own_email(const struct contact *self);
/* Parameters of adddevice without cid. Owned. */
GPtrArray *device_parameters(const struct device *device, guint order);
/* The words of the API; mobile is written, mobile and cell are read. */
const char *device_type_name(enum device_type type);
const char *device_subtype_name(enum device_subtype subtype);

/* What the service can hold of a card; lost (char *) gets the rest by name. text: the card itself.
 */
struct contact *contact_reduce(const struct contact *self, const char *text, GPtrArray *lost);
/* SHA-256 (hex) of what contact_reduce left; order and uid are not part of it. */
char *contact_fingerprint(const struct contact *reduced);
/* The mark that a listing shows too; REVISION_NAMELESS without first and last name. */
char *contact_revision(const char *last, const char *first);
/* REFUSED in words where a field is too long to be sent. */
bool contact_is_sendable(const struct contact *self, GError **error);
/* The media type when the service takes such a picture, else NULL. */
const char *contact_picture_type(GBytes *picture);

/* Does that property of a card (upper case) stand in the table? */
bool contact_is_mapped(const char *property);
bool contact_has_device(const struct contact *self, const struct device *device);
/* Sets the number and the honorific prefix that is written for it. */
void contact_set_civility(struct contact *self, enum civility civility);

/* Differences that cannot be sent, as notes (char *): "local only: company 'X'", and what of wanted
 * has no place there: "not carried: ADR". */
void contact_note_differences(const struct contact *wanted, const struct contact *there,
                              GPtrArray *notes);
/* Does there hold exactly what was sent with addcontact? */
bool contact_has_parameters(const struct contact *there, const struct contact *sent);
/* A person of these parameters (name -> text); unknown names are ignored. */
struct contact *contact_from_parameters(GHashTable *parameters);

#endif
