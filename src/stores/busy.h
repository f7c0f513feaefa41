/* SPDX-License-Identifier: MIT */
/* When a folder of events says that somebody is busy. */
#ifndef PASSERELLE_STORES_BUSY_H
#define PASSERELLE_STORES_BUSY_H

#include "formats/freebusy.h"

/* The time that the events of these folders (NULL-terminated) take inside the window: struct
 * period, as freebusy_add gives them. Unreadable files are left out and named in problems
 * (nullable, char *). STORAGE. */
GArray *busy_of_folders(const char *const *folders, const struct occurrence_window *window,
                        GPtrArray *problems, GError **error);

#endif
