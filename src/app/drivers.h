/* SPDX-License-Identifier: MIT */
/* Which remotes there are. */
#ifndef PASSERELLE_APP_DRIVERS_H
#define PASSERELLE_APP_DRIVERS_H

#include "endpoint/driver.h"

/* By the word of "remote = NAME"; NULL where there is none. */
const struct remote_driver *drivers_find(const char *name);
/* All of them, NULL at the end. */
const char *const *drivers_names(void);

#endif
