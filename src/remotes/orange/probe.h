/* SPDX-License-Identifier: MIT */
/* What the service says when it is asked, and nothing is written. */
#ifndef PASSERELLE_REMOTES_ORANGE_PROBE_H
#define PASSERELLE_REMOTES_ORANGE_PROBE_H

#include "remotes/orange/session.h"

/* remote_driver.probe: one read per part. */
GPtrArray *probe_part(struct session *session, const char *part);

#endif
