/* SPDX-License-Identifier: MIT */
/* A certificate for this machine's own names, to try https with. */
#ifndef PASSERELLE_EMULATOR_CERTIFICATE_H
#define PASSERELLE_EMULATOR_CERTIFICATE_H

#include "base/error.h"

/*
 * Makes, unless they are there and still good for a day, in folder: ca.pem (to trust),
 * server.pem and server.key (0600), for localhost, 127.0.0.1 and ::1. STORAGE.
 */
bool emu_certificate_make(const char *folder, GError **error);

#endif
