/* SPDX-License-Identifier: MIT */
/* Raw calls: any action of any Personal API, as a person typed it. */
#ifndef PASSERELLE_REMOTES_ORANGE_RAW_H
#define PASSERELLE_REMOTES_ORANGE_RAW_H

#include "remotes/orange/contacts.h"

/*
 * remote_driver.call. A write of contacts or events is announced for the item that has the contact
 * named by cid, else under a uid of its own (ledger_uid_by_hand), with what was there before, so
 * that settling can read it back. contacts is the side of the same session.
 */
bool raw_send(struct session *session, struct contacts *contacts, struct raw_call *raw,
              GError **error);

#endif
