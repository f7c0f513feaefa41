/* SPDX-License-Identifier: MIT */
/* Which remotes there are. */
#ifndef PASSERELLE_APP_DRIVERS_H
#define PASSERELLE_APP_DRIVERS_H

#include "endpoint/driver.h"

/* By the word of "remote = NAME"; NULL where there is none. */
const struct remote_driver *drivers_find(const char *name);

#endif
