/* SPDX-License-Identifier: MIT */
/* What a call sends of a person, kept out of what is told of it. */
#ifndef PASSERELLE_REMOTES_ORANGE_PERSONAL_H
#define PASSERELLE_REMOTES_ORANGE_PERSONAL_H

#include "remotes/orange/session.h"

/*
 * Puts "[hidden]" into *text (owned; NULL stays NULL) in place of every value of parameters
 * (char *: name, value, name, value …) and of every word that stands in one, in any case: a server
 * may quote a part of what it refuses. Values that describe no person (type, order, cid …) stay.
 */
void personal_hide(char **text, GPtrArray *parameters);

/*
 * Fills error and told of an answered call: told (for the ledger) in the server's own words without
 * any secret, error (for all others) also without what was sent of a person. An address that quotes
 * a secret is dropped.
 */
void personal_take_words(struct call *call, const struct remote_settings *settings, bool is_write);

#endif
