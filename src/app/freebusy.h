/* SPDX-License-Identifier: MIT */
/* The file beside the calendar that tells when somebody is busy, and nothing else. */
#ifndef PASSERELLE_APP_FREEBUSY_H
#define PASSERELLE_APP_FREEBUSY_H

#include "app/account.h"

/*
 * Brings path (freebusy_export) up to date: from today to recurrence_horizon ahead, in the zone of
 * the account; of the folders of events, and once a day of what the service says of the time
 * between. Not rewritten when only its stamp would be new. STORAGE.
 */
bool freebusy_export_write(struct account *account, const char *path, gint64 now, GError **error);

#endif
