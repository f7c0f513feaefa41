/* SPDX-License-Identifier: MIT */
/* Pictures that the service suddenly does not have: believed when a second cycle is told so. */
#ifndef PASSERELLE_REMOTES_ORANGE_CONTACT_PICTURES_H
#define PASSERELLE_REMOTES_ORANGE_CONTACT_PICTURES_H

#include "remotes/orange/contacts.h"

/*
 * Of those reads (struct contact_read, context: the struct change) that found a contact without a
 * picture where the last agreed text has one, the picture is put back, unless an earlier cycle was
 * told the same: "data not found" is also what a service says that cannot find just now. STORAGE.
 */
bool contact_pictures_doubt(struct contacts *self, GPtrArray *reads, GError **error);

#endif
