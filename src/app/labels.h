/* SPDX-License-Identifier: MIT */
/*
 * What a collection is called and its colour: the files "displayname" and "color" of its folder
 * (vdir), and what the service says.
 */
#ifndef PASSERELLE_APP_LABELS_H
#define PASSERELLE_APP_LABELS_H

#include "app/places.h"

/*
 * Brings both sides in step, by what the journal remembers of the last time. What changed there
 * comes here; what changed here goes there, where it may; what changed on both is as there. What
 * fails is logged: the items have gone their way already. pushes: something may be changed there.
 */
void labels_keep(const struct account *account, enum part part, const struct place *place,
                 bool pushes);

#endif
