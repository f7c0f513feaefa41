/* SPDX-License-Identifier: MIT */
/* The files beside the folders that hold a whole folder in one. */
#include "app/exports.h"

#include "app/folders.h"
#include "app/freebusy.h"
#include "app/log.h"
#include "base/durable.h"
#include "stores/export.h"

static const char *path_of(const struct account_config *config, enum item_kind kind)
{
	return kind == ITEM_CONTACT ? config->contacts_export : config->calendar_export;
}

/* What a cycle looks at stands in its status; of a folder that no cycle reads only this tells. */
static void tell_left_out(const struct account_config *config, enum item_kind kind,
                          const GPtrArray *problems)
{
	const enum part part = kind == ITEM_CONTACT ? PART_CONTACTS : PART_CALENDAR;
	for (guint i = 0; i < problems->len; i++) {
		log_say(account_has_part(config, part) ? LOG_LEVEL_DEBUG : LOG_LEVEL_WARNING,
		        config->name, "%s: left out: %s", path_of(config, kind),
		        (const char *)g_ptr_array_index(problems, i));
	}
}

static bool write_file(const struct account_config *config, enum item_kind kind, GError **error)
{
	const char *path = path_of(config, kind);
	g_autofree char *around = g_path_get_dirname(path);
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) folders = folders_there(config, kind);
	const bool is_written =
		durable_make_folder(around, 0700, error) &&
		export_write((const char *const *)folders, kind, path, problems, error);
	tell_left_out(config, kind, problems);
	return is_written;
}

bool exports_write_now(const struct account_config *config, enum item_kind kind, GError **error)
{
	return path_of(config, kind) == NULL || write_file(config, kind, error);
}

static bool write_export(struct account *account, enum item_kind kind, GError **error)
{
	const char *path = path_of(account->config, kind);
	g_auto(GStrv) folders = folders_there(account->config, kind);
	g_autofree char *key = g_strdup_printf("app.export.%s", item_kind_name(kind));
	g_autofree char *before = journal_memory_get(account->journal, key, NULL);
	g_autofree char *digest =
		g_strdup_printf("%" G_GINT64_MODIFIER "x %s", folders_digest(folders, kind), path);
	if (g_strcmp0(before, digest) == 0 && g_file_test(path, G_FILE_TEST_EXISTS)) {
		return true;
	}
	return write_file(account->config, kind, error) &&
	       journal_memory_set(account->journal, key, digest, error);
}

/* After the others: a folder that cannot be exported is told once. */
static enum exit_status write_freebusy(struct account *account, gint64 now)
{
	g_autoptr(GError) error = NULL;
	const char *path = account->config->freebusy_export;
	g_auto(GStrv) folders = folders_there(account->config, ITEM_EVENT);
	if (path == NULL || folders[0] == NULL ||
	    freebusy_export_write(account, path, now, &error)) {
		return EXIT_DONE;
	}
	log_say(LOG_LEVEL_ERROR, account->config->name, "%s: %s", path, error->message);
	return exit_status_of(error);
}

enum exit_status exports_write(struct account *account, gint64 now)
{
	enum exit_status status = EXIT_DONE;
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		g_autoptr(GError) error = NULL;
		const char *path = path_of(account->config, kind);
		g_auto(GStrv) folders = folders_there(account->config, kind);
		if (path == NULL || folders[0] == NULL) {
			continue;
		}
		if (!write_export(account, kind, &error)) {
			log_say(LOG_LEVEL_ERROR, account->config->name, "%s: %s", path,
			        error->message);
			status = exit_status_worse(status, exit_status_of(error));
		}
	}
	return exit_status_worse(status, write_freebusy(account, now));
}
