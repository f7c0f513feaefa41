/* SPDX-License-Identifier: MIT */
/* Names of files in a vdir: which are items, and what a new one is called. */
#include "stores/vdir_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/limits.h"

#define HASH_DIGITS 64 /* of SHA-256 */
#define PLAIN       "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-"

static const char *const endings[] = {[ITEM_CONTACT] = ".vcf", [ITEM_EVENT] = ".ics"};

bool vdir_is_item_name(const char *name, enum item_kind kind)
{
	const gsize size = strlen(name), ending = strlen(endings[kind]);
	return name[0] != '.' && size > ending && strchr(name, '/') == NULL &&
	       g_ascii_strcasecmp(name + size - ending, endings[kind]) == 0;
}

/* One that looks like a hash could be that of another item. */
static bool is_hash(const char *uid, gsize size)
{
	return size == HASH_DIGITS && strspn(uid, G_CSET_DIGITS "abcdef") == size;
}

char *vdir_safe_name(const char *uid, enum item_kind kind)
{
	const gsize size = strlen(uid);
	if (size > 0 && !is_hash(uid, size) && size + strlen(endings[kind]) <= LIMIT_NAME_BYTES &&
	    uid[0] != '.' && strspn(uid, PLAIN) == size) {
		return g_strconcat(uid, endings[kind], NULL);
	}
	g_autofree char *hash = g_compute_checksum_for_string(G_CHECKSUM_SHA256, uid, -1);
	return g_strconcat(hash, endings[kind], NULL);
}

static gint compare(gconstpointer left, gconstpointer right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static GPtrArray *fail(const char *path, GError **error)
{
	const int number = errno;
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
	            "cannot list folder '%s': %s", path, g_strerror(number));
	return NULL;
}

/* Without the dot before it and the ".number.tmp" behind it. */
char *vdir_leftover_of(const char *name)
{
	const char *number = g_strrstr_len(name, strrchr(name, '.') - name, ".");
	return g_strndup(name + 1, (gsize)(number - name - 1));
}

/* The descriptor is opened anew: readdir moves the position, which a copy would share. */
GPtrArray *vdir_item_names(int folder, const char *path, enum item_kind kind, GPtrArray *leftovers,
                           GError **error)
{
	const int descriptor = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = descriptor < 0 ? NULL : fdopendir(descriptor);
	if (entries == NULL) {
		fail(path, error);
		if (descriptor >= 0) {
			close(descriptor);
		}
		return NULL;
	}
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	errno = 0;
	for (const struct dirent *entry; (entry = readdir(entries)) != NULL; errno = 0) {
		const bool may_be_file = entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN;
		if (may_be_file && vdir_is_item_name(entry->d_name, kind)) {
			g_ptr_array_add(names, g_strdup(entry->d_name));
		} else if (may_be_file && leftovers != NULL && durable_is_leftover(entry->d_name)) {
			g_ptr_array_add(leftovers, g_strdup(entry->d_name));
		}
	}
	if (errno != 0) { /* a listing cut short would look like deletions */
		fail(path, error);
		closedir(entries);
		return NULL;
	}
	closedir(entries);
	g_ptr_array_sort(names, compare);
	return g_steal_pointer(&names);
}
