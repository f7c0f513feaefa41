/* SPDX-License-Identifier: MIT */
/* When a folder of events says that somebody is busy. */
#include "stores/busy.h"

#include <unistd.h>

#include "base/durable.h"
#include "base/limits.h"
#include "stores/vdir_parts.h"

static bool add_file(GArray *periods, int folder, const char *name,
                     const struct occurrence_window *window, GError **error)
{
	g_autoptr(GBytes) data = durable_read_at(folder, name, LIMIT_FILE_BYTES, NULL, error);
	if (data == NULL) {
		return false;
	}
	OWNED(calendar)
	calendar = calendar_read(g_bytes_get_data(data, NULL), g_bytes_get_size(data), error);
	return calendar != NULL && freebusy_add(periods, calendar, window, error);
}

static bool add_folder(GArray *periods, const char *folder, const struct occurrence_window *window,
                       GPtrArray *problems, GError **error)
{
	const int descriptor = durable_open_folder(folder, error);
	if (descriptor < 0) {
		return false;
	}
	g_autoptr(GPtrArray) names = vdir_item_names(descriptor, folder, ITEM_EVENT, NULL, error);
	for (guint i = 0; names != NULL && i < names->len; i++) {
		const char *name = g_ptr_array_index(names, i);
		g_autoptr(GError) failure = NULL;
		if (!add_file(periods, descriptor, name, window, &failure) && problems != NULL) {
			g_ptr_array_add(problems,
			                g_strdup_printf("%s: %s", name, failure->message));
		}
	}
	close(descriptor);
	return names != NULL;
}

GArray *busy_of_folders(const char *const *folders, const struct occurrence_window *window,
                        GPtrArray *problems, GError **error)
{
	g_autoptr(GArray) periods = g_array_new(FALSE, FALSE, sizeof(struct period));
	for (; *folders != NULL; folders++) {
		if (!add_folder(periods, *folders, window, problems, error)) {
			return NULL;
		}
	}
	return g_steal_pointer(&periods);
}
