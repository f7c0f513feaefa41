/* SPDX-License-Identifier: MIT */
/* checkavailability, as we propose it (API reading, section 6): is somebody free then? */
#ifndef PASSERELLE_REMOTES_ORANGE_AVAILABILITY_H
#define PASSERELLE_REMOTES_ORANGE_AVAILABILITY_H

#include "model/period.h"
#include "remotes/orange/session.h"

/* remote_driver.read_busy */
bool availability_read(struct session *session, const GArray *gaps, GArray *busy, GError **error);

#endif
