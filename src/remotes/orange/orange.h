/* SPDX-License-Identifier: MIT */
/* The provider's Personal APIs as a remote driver. */
#ifndef PASSERELLE_REMOTES_ORANGE_ORANGE_H
#define PASSERELLE_REMOTES_ORANGE_ORANGE_H

#include "endpoint/driver.h"

extern const struct remote_driver orange_driver;

/* The sides of one account; each lives as long as the session it was made with. */
struct session;
struct endpoint *orange_contacts_new(struct session *session);
struct endpoint *orange_calendar_new(struct session *session);
struct mailbox *orange_read_mailbox(struct session *session, GError **error);
/* As remote_driver.read_profile. */
struct profile *orange_read_profile(struct session *session, GError **error);
/* Of a success of getPersonalMessages. NULL: no mailbox is in it. */
struct reply;
struct mailbox *orange_mailbox_from(const struct reply *reply);
/* Of a success of getPersonalRichProfile; never NULL, perhaps empty, without a uid. */
struct profile *orange_profile_from(const struct reply *reply);
/* Everything that is asked for, with commas: the parameter infos. */
extern const char orange_mailbox_infos[];

#endif
