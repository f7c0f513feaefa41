/* SPDX-License-Identifier: MIT */
/* The files beside the folders that hold a whole folder in one. */
#ifndef PASSERELLE_APP_EXPORTS_H
#define PASSERELLE_APP_EXPORTS_H

#include "app/account.h"
#include "app/exit_status.h"

/*
 * Brings contacts_export, calendar_export and freebusy_export up to date. A folder is read whole
 * only when it looks otherwise than when it was exported last. What fails is logged, and makes the
 * answer worse.
 */
enum exit_status exports_write(struct account *account, gint64 now);
/* The one of a kind, if there is one, without the account's lock and journal. STORAGE. */
bool exports_write_now(const struct account_config *config, enum item_kind kind, GError **error);

#endif
