/* SPDX-License-Identifier: MIT */
/* Copies of files, kept when these are overwritten or removed. */
#include "stores/trash.h"

#include <string.h>

#include "base/durable.h"
#include "base/error.h"

#define NAME_MAX_BYTES 200
#define FILE_MODE      0600

char *numbered_name(const char *name, unsigned number)
{
	const char *ending = strrchr(name, '.');
	if (number < 2 || ending == NULL) {
		return g_strdup(name);
	}
	return g_strdup_printf("%.*s-%u%s", (int)(ending - name), name, number, ending);
}

bool numbered_name_fail(const char *name, GError **error)
{
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
	            "too many files are named like '%s'", name);
	return false;
}

bool trash_keep_at(int folder, const char *name, GBytes *data, gint64 now, GError **error)
{
	const gsize size = strlen(name);
	const char *end = size > NAME_MAX_BYTES ? name + size - NAME_MAX_BYTES : name;
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(now);
	g_autofree char *stamp = g_date_time_format(when, "%Y%m%dT%H%M%SZ");
	g_autofree char *first = g_strdup_printf("%s-%s", stamp, end);
	for (unsigned i = 1; i < NUMBERED_NAMES_MAX; i++) {
		g_autofree char *candidate = numbered_name(first, i);
		GError *failure = NULL;
		if (durable_replace_at(folder, candidate, g_bytes_get_data(data, NULL),
		                       g_bytes_get_size(data), FILE_MODE, NULL, NULL, &failure)) {
			return true;
		}
		if (!passerelle_error_is(failure, PASSERELLE_ERROR_STALE)) {
			g_propagate_error(error, failure);
			return false;
		}
		g_error_free(failure);
	}
	return numbered_name_fail(first, error);
}
