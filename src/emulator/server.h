/* SPDX-License-Identifier: MIT */
/* The listening socket, TLS, and the way from bytes to a request and from a reply to bytes. */
#ifndef PASSERELLE_EMULATOR_SERVER_H
#define PASSERELLE_EMULATOR_SERVER_H

#include "emulator/world.h"

/*
 * Listens as the options say and sets self->server, url and port. Every connection has a thread
 * of its own, so that one that waits holds up no other. CONFIG, NETWORK, INPUT.
 */
bool emu_server_start(struct emulator *self, GError **error);

/* After stop_event was raised. All threads have ended when it returns. */
void emu_server_stop(struct emulator *self);

#endif
