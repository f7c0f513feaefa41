/* SPDX-License-Identifier: MIT */
/* Where the program's own files lie. */
#include "app/paths.h"

#include "base/durable.h"

#include <string.h>

#define CONFIG_NAME "passerelle.conf"

char *paths_config(void)
{
	g_autofree char *own =
		g_build_filename(g_get_user_config_dir(), "passerelle", CONFIG_NAME, NULL);
	if (g_file_test(own, G_FILE_TEST_EXISTS)) {
		return g_steal_pointer(&own);
	}
	g_autofree char *host = g_build_filename("/etc/passerelle", CONFIG_NAME, NULL);
	bool is_hosts = g_file_test(host, G_FILE_TEST_EXISTS);
	return is_hosts ? g_steal_pointer(&host) : g_steal_pointer(&own);
}

/* systemd.exec(5): these may hold several folders, parted by colons; the first is ours. */
static char *systemd_folder(const char *variable)
{
	const char *value = g_getenv(variable);
	if (value == NULL || value[0] != '/') {
		return NULL;
	}
	return g_strndup(value, strcspn(value, ":"));
}

char *paths_state(void)
{
	char *folder = systemd_folder("STATE_DIRECTORY");
	if (folder != NULL) {
		return folder;
	}
	return g_build_filename(g_get_user_state_dir(), "passerelle", NULL);
}

char *paths_instance(void)
{
	static const char prefix[] = "passerelle-";
	g_autofree char *folder = systemd_folder("STATE_DIRECTORY");
	g_autofree char *name = folder != NULL ? g_path_get_basename(folder) : g_strdup("");
	const bool is_instance = g_str_has_prefix(name, prefix) && name[strlen(prefix)] != '\0';
	return is_instance ? g_strdup(name + strlen(prefix)) : NULL;
}

bool paths_make_state(GError **error)
{
	g_autofree char *folder = paths_state();
	return durable_make_folder(folder, 0700, error);
}

char *paths_of_account(const char *account, const char *suffix)
{
	g_autofree char *folder = paths_state();
	g_autofree char *name = g_strconcat(account, suffix, NULL);
	return g_build_filename(folder, name, NULL);
}

char *paths_trash(const char *account, enum item_kind kind)
{
	g_autofree char *folder = paths_state();
	return g_build_filename(folder, "trash", account, item_kind_name(kind), NULL);
}

char *paths_status(const struct account_config *account)
{
	if (account->status != NULL) {
		return g_strdup(account->status);
	}
	g_autofree char *name = g_strconcat(account->name, ".json", NULL);
	g_autofree char *folder = systemd_folder("RUNTIME_DIRECTORY");
	if (folder != NULL) {
		return g_build_filename(folder, name, NULL);
	}
	const char *runtime = g_getenv("XDG_RUNTIME_DIR");
	if (runtime != NULL && runtime[0] == '/') {
		return g_build_filename(runtime, "passerelle", name, NULL);
	}
	g_autofree char *state = paths_state();
	return g_build_filename(state, "status", name, NULL);
}
