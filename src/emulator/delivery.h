/* SPDX-License-Identifier: MIT */
/* How a reply leaves: whole, cut, drop by drop, or not at all. */
#ifndef PASSERELLE_EMULATOR_DELIVERY_H
#define PASSERELLE_EMULATOR_DELIVERY_H

#include "emulator/world.h"

#include <microhttpd.h>

/* What the handler of the request returns. */
enum MHD_Result emu_delivery_send(struct emulator *self, struct MHD_Connection *connection,
                                  const struct reply *reply);

#endif
