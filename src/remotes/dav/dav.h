/* SPDX-License-Identifier: MIT */
/* CardDAV (RFC 6352) and CalDAV (RFC 4791) as remote drivers. */
#ifndef PASSERELLE_REMOTES_DAV_DAV_H
#define PASSERELLE_REMOTES_DAV_DAV_H

#include "endpoint/driver.h"

extern const struct remote_driver carddav_driver, caldav_driver;

#endif
