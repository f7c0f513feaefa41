/* SPDX-License-Identifier: MIT */
/* What holds back a cycle holds back a call by hand, too: the journal, and the folders' marks. */
#ifndef PASSERELLE_APP_CALL_GUARD_H
#define PASSERELLE_APP_CALL_GUARD_H

#include "app/account.h"

struct call_guard;

/*
 * May this journal announce a write? REFUSED: it is a stand-in, or does not know what was sent from
 * the folders. STORAGE. Until the guard is freed each announcement is told to the marks that are
 * there. account is lent.
 */
struct call_guard *call_guard_new(struct account *account, gint64 now, GError **error);
void call_guard_free(struct call_guard *self);
DEFINE_OWNED(call_guard, call_guard_free);

#endif
