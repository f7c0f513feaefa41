/* SPDX-License-Identifier: MIT */
/* Reasons to send nothing, while everything else goes on. Inside sync/ only. */
#ifndef PASSERELLE_SYNC_HOLD_H
#define PASSERELLE_SYNC_HOLD_H

#include "sync/parts.h"

/*
 * Compares the folder's mark with the journal and sets self->hold where nothing may be sent; from
 * then on every announcement is told to the mark. STORAGE.
 */
bool hold_find(struct cycle *self, GError **error);
/* After the first look at the folder: it is this journal's from now on, where it is nobody's. */
void hold_claim_folder(struct cycle *self);
/* Very many files gone at once are more likely a disk that is not there: not believed. */
void hold_doubt_absences(struct cycle *self);
/* The mark becomes this journal's, whoever's it was. STORAGE. True where the side keeps none. */
bool hold_take_folder(struct cycle *self, GError **error);
/* Both sides were compared: what cannot be looked for there counts as sent, and the folder is this
 * journal's. */
bool hold_finish_rebuild(struct cycle *self, const struct plan *plan, GError **error);
/* The report gets what still holds. */
void hold_end(struct cycle *self);

#endif
