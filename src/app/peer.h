/* SPDX-License-Identifier: MIT */
/* Whose program is at the other end of a connection within this machine. */
#ifndef PASSERELLE_APP_PEER_H
#define PASSERELLE_APP_PEER_H

#include <stdbool.h>
#include <sys/socket.h>

/*
 * False where the kernel says that the client's socket belongs to another user than ours and root,
 * or is closed already: a port of loopback can be reached by everybody on the machine. True where
 * the kernel cannot be asked (no /proc/net/tcp, proc(5)).
 */
bool peer_is_own(const struct sockaddr *client);

#endif
