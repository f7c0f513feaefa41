/* SPDX-License-Identifier: MIT */
/* passerelle journal show: one item and its whole history, in plain words. */
#ifndef PASSERELLE_APP_JOURNAL_SHOW_H
#define PASSERELLE_APP_JOURNAL_SHOW_H

#include "app/journal_resolve.h"

/* Prints it; account is for what to type. STORAGE, DAMAGED. */
bool journal_show(const char *account, const struct found_record *found, GError **error);

#endif
