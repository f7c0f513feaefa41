/* SPDX-License-Identifier: MIT */
/* Is there a way out of this computer, and does one come? rtnetlink(7). */
#ifndef PASSERELLE_APP_NETWORK_H
#define PASSERELLE_APP_NETWORK_H

#include <stdbool.h>

/*
 * Straight to the kernel: the network monitor of GLib is a client of D-Bus on many hosts, with
 * threads and memory of its own, and knows of default routes only.
 */
struct network;

/* NULL where the kernel does not tell: then there is always a way. */
struct network *network_new(void);
void network_free(struct network *self);
/* Readable when network_read has something to tell. */
int network_descriptor(const struct network *self);
/* Takes in all that has come. True: a route or an address came. */
bool network_read(struct network *self);
/*
 * Does any route lead off this computer (a network of the neighbourhood is enough)? What cannot be
 * found out is a yes. It says nothing of whether a host answers. self may be NULL.
 */
bool network_has_route(struct network *self);

/* Is the host of url this computer, so that no network is needed? */
bool network_is_near(const char *url);

#endif
