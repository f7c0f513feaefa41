/* SPDX-License-Identifier: MIT */
/* The local folders of an account: one per kind, or one per collection of it. */
#include "app/folders.h"

#include "app/account.h"
#include "app/folder_digest.h"

#include <limits.h>
#include <string.h>

#define ALL "all"

const char *folders_collections(const struct account_config *config, enum item_kind kind)
{
	return kind == ITEM_CONTACT ? config->contacts_collections : config->calendar_collections;
}

bool folders_are_all(const struct account_config *config, enum item_kind kind)
{
	return g_strcmp0(folders_collections(config, kind), ALL) == 0;
}

bool folders_is_name(const char *name)
{
	return name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL &&
	       strlen(name) <= NAME_MAX;
}

char **folders_names(const struct account_config *config, enum item_kind kind)
{
	const char *list = folders_collections(config, kind);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_auto(GStrv) words = g_strsplit_set(
		list == NULL || folders_are_all(config, kind) ? "" : list, ", \t", -1);
	for (char **word = words; *word != NULL; word++) {
		if ((*word)[0] != '\0') {
			g_ptr_array_add(names, g_strdup(*word));
		}
	}
	g_ptr_array_add(names, NULL);
	return (char **)g_ptr_array_steal(names, NULL);
}

char *folders_path(const struct account_config *config, enum item_kind kind, const char *name)
{
	const char *folder = account_folder(config, kind);
	return name != NULL ? g_build_filename(folder, name, NULL) : g_strdup(folder);
}

static gint by_text(gconstpointer left, gconstpointer right)
{
	const char *const *one = left, *const *other = right;
	return strcmp(*one, *other);
}

static void add_all(GPtrArray *paths, const struct account_config *config, enum item_kind kind)
{
	const char *folder = account_folder(config, kind);
	g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
	const char *name = names != NULL ? g_dir_read_name(names) : NULL;
	for (; name != NULL; name = g_dir_read_name(names)) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		if (folders_is_name(name) && g_file_test(path, G_FILE_TEST_IS_DIR)) {
			g_ptr_array_add(paths, g_steal_pointer(&path));
		}
	}
	g_ptr_array_sort(paths, by_text);
}

char **folders_of(const struct account_config *config, enum item_kind kind)
{
	g_autoptr(GPtrArray) paths = g_ptr_array_new();
	g_auto(GStrv) names = folders_names(config, kind);
	if (account_folder(config, kind) == NULL) {
		/* not synchronised */
	} else if (folders_are_all(config, kind)) {
		add_all(paths, config, kind);
	} else if (folders_collections(config, kind) == NULL) {
		g_ptr_array_add(paths, folders_path(config, kind, NULL));
	}
	for (char **name = names; *name != NULL; name++) {
		g_ptr_array_add(paths, folders_path(config, kind, *name));
	}
	g_ptr_array_add(paths, NULL);
	return (char **)g_ptr_array_steal(paths, NULL);
}

char **folders_there(const struct account_config *config, enum item_kind kind)
{
	g_autoptr(GPtrArray) there = g_ptr_array_new();
	g_auto(GStrv) paths = folders_of(config, kind);
	for (char **path = paths; *path != NULL; path++) {
		if (g_file_test(*path, G_FILE_TEST_IS_DIR)) {
			g_ptr_array_add(there, g_strdup(*path));
		}
	}
	g_ptr_array_add(there, NULL);
	return (char **)g_ptr_array_steal(there, NULL);
}

guint64 folders_digest(char *const *folders, enum item_kind kind)
{
	guint64 sum = 0;
	for (; *folders != NULL; folders++) {
		sum += folder_digest(*folders, kind);
	}
	return sum;
}
