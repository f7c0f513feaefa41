/* SPDX-License-Identifier: MIT */
/* Which journal an account works on: its own, or a stand-in while its own cannot be used. */
#ifndef PASSERELLE_APP_ACCOUNT_JOURNAL_H
#define PASSERELLE_APP_ACCOUNT_JOURNAL_H

#include "journal/journal.h"

/*
 * Opens ACCOUNT.journal. Where it is damaged or of a newer version it is left as it is, a stand-in
 * beside it is opened, with which everything but sending goes on, and *why says what is wrong (for
 * cycle_settings.hold). While a stand-in lies there the journal is checked whole before it is
 * trusted again.
 */
struct journal *account_journal_open(const char *account, char **why, GError **error);
/* A cycle found the journal damaged: the next one works on a stand-in. */
void account_journal_doubt(const char *account);
/*
 * For a rebuild. A damaged journal is moved aside and stays (*aside: its new path; NULL = it was
 * sound or is not there). UNSUPPORTED: of a newer version, left alone.
 */
bool account_journal_set_aside(const char *account, gint64 now, char **aside, GError **error);

#endif
