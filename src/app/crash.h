/* SPDX-License-Identifier: MIT */
/* A cycle that ended in the middle tells nothing itself: the service does. */
#ifndef PASSERELLE_APP_CRASH_H
#define PASSERELLE_APP_CRASH_H

#include "app/account.h"

struct crash {
	bool parts[PARTS]; /* that did not come to their end */
	bool is_hung;      /* no progress for long, and ended by the service for that */
	int signal;        /* that ended it; 0 = it exited */
};

/* In the log and, if a part is concerned, in the status file: the figures there stay. */
void crash_tell(const struct account_config *config, const struct crash *crash);
/* What the status says of these parts. Owned. */
char *crash_words(const bool parts[PARTS]);

#endif
