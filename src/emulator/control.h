/* SPDX-License-Identifier: MIT */
/* The control requests below /_emulator: look behind the service, change it under the client. */
#ifndef PASSERELLE_EMULATOR_CONTROL_H
#define PASSERELLE_EMULATOR_CONTROL_H

#include "emulator/world.h"

#define CONTROL_PREFIX "/_emulator/"

/* NULL for other paths. */
struct reply *emu_control_answer(struct emulator *self, const struct request *request);

#endif
