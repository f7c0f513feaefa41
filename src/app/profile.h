/* SPDX-License-Identifier: MIT */
/* The file with the person's own card, as the service tells it. */
#ifndef PASSERELLE_APP_PROFILE_H
#define PASSERELLE_APP_PROFILE_H

#include "app/account.h"
#include "app/exit_status.h"

struct profile_wish {
	bool is_due;     /* now, whatever its time is: --full, consent */
	bool is_by_hand; /* a person waits: what failed is tried again at once */
	gint64 now;      /* UTC seconds */
};

/*
 * Reads the card once a day, and where it failed an hour later, in minutes while the service is out
 * of reach. The file is replaced as a whole, 0600, and only where the card is another; one that was
 * not written by us goes to the trash first. What fails is logged and makes the answer worse; what
 * a person can do about it stands in health. A missing token is left to the other parts.
 */
enum exit_status profile_refresh(struct account *account, const struct profile_wish *wish,
                                 struct part_health *health);

#endif
