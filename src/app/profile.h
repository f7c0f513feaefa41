/* SPDX-License-Identifier: MIT */
/* The file with the person's own card, as the service tells it. */
#ifndef PASSERELLE_APP_PROFILE_H
#define PASSERELLE_APP_PROFILE_H

#include "app/account.h"
#include "app/sync_account.h"

/*
 * Goes along with the first part that the account has, where none has just been told that a token
 * is needed. Reads the card once a day and with --full, where it failed an hour later, in minutes
 * while the service is out of reach. The file is replaced as a whole, 0600, and only where the card
 * is another; one that was not written by us goes to the trash first. What fails is logged and
 * makes the answer worse; what a person can do about it stands in the health of PART_PROFILE. end:
 * how the parts of this cycle ended.
 */
enum exit_status profile_refresh(struct account *account, const struct sync_wish *wish,
                                 const struct cycle_end *end, gint64 now, struct health *health);

#endif
