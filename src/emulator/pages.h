/* SPDX-License-Identifier: MIT */
/* What a person sees in a browser: the login page and the privacy page. */
#ifndef PASSERELLE_EMULATOR_PAGES_H
#define PASSERELLE_EMULATOR_PAGES_H

#include "emulator/world.h"

/* NULL for paths that are no page. */
struct reply *emu_pages_answer(struct emulator *self, const struct request *request);

#endif
