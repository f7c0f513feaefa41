/* SPDX-License-Identifier: MIT */
/* The files beside the folders that hold a whole folder in one. */
#include "app/exports.h"

#include "app/folder_digest.h"
#include "app/log.h"
#include "base/durable.h"
#include "stores/export.h"

static bool write_export(struct account *account, enum item_kind kind, const char *path,
                         GError **error)
{
	const char *folder = account_folder(account->config, kind);
	g_autofree char *key = g_strdup_printf("app.export.%s", item_kind_name(kind));
	g_autofree char *before = journal_memory_get(account->journal, key, NULL);
	g_autofree char *digest =
		g_strdup_printf("%" G_GINT64_MODIFIER "x %s", folder_digest(folder, kind), path);
	if (g_strcmp0(before, digest) == 0 && g_file_test(path, G_FILE_TEST_EXISTS)) {
		return true;
	}
	g_autofree char *around = g_path_get_dirname(path);
	return durable_make_folder(around, 0700, error) &&
	       export_write(folder, kind, path, NULL, error) &&
	       journal_memory_set(account->journal, key, digest, error);
}

enum exit_status exports_write(struct account *account)
{
	const char *const paths[] = {
		[ITEM_CONTACT] = account->config->contacts_export,
		[ITEM_EVENT] = account->config->calendar_export,
	};
	enum exit_status status = EXIT_DONE;
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		g_autoptr(GError) error = NULL;
		const char *folder = account_folder(account->config, kind);
		if (paths[kind] == NULL || folder == NULL ||
		    !g_file_test(folder, G_FILE_TEST_IS_DIR)) {
			continue;
		}
		if (!write_export(account, kind, paths[kind], &error)) {
			log_say(LOG_LEVEL_ERROR, account->config->name, "%s: %s", paths[kind],
			        error->message);
			status = exit_status_worse(status, exit_status_of(error));
		}
	}
	return status;
}
