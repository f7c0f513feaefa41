/* SPDX-License-Identifier: MIT */
/* Which remotes there are: the only file that names every driver. */
#include "app/drivers.h"

#include "remotes/dav/dav.h"
#include "remotes/imap/imap.h"
#include "remotes/orange/orange.h"

static const struct remote_driver *const drivers[] = {
	&orange_driver,
	&carddav_driver,
	&caldav_driver,
	&imap_driver,
};

const char *const *drivers_names(void)
{
	static const char *names[G_N_ELEMENTS(drivers) + 1];
	for (guint i = 0; i < G_N_ELEMENTS(drivers); i++) {
		names[i] = drivers[i]->name;
	}
	return names;
}

const struct remote_driver *drivers_find(const char *name)
{
	for (guint i = 0; i < G_N_ELEMENTS(drivers); i++) {
		if (g_strcmp0(drivers[i]->name, name) == 0) {
			return drivers[i];
		}
	}
	return NULL;
}
