/* SPDX-License-Identifier: MIT */
/* A listening socket from "127.0.0.1:8080", "localhost:0" or "[::1]:0". */
#ifndef PASSERELLE_EMULATOR_LISTEN_H
#define PASSERELLE_EMULATOR_LISTEN_H

#include "base/error.h"

#include <sys/socket.h>

struct listener {
	int socket;
	char host[64]; /* as it stands in an address: brackets included */
	unsigned port;
	bool is_six, is_loopback;
};

/* CONFIG for text that is no such address, NETWORK where it cannot be had. */
bool emu_listener_open(struct listener *self, const char *text, GError **error);

bool emu_address_is_loopback(const struct sockaddr *address);

#endif
