/* SPDX-License-Identifier: MIT */
/* The status file of an account, replaced as a whole. */
#include "app/status_file.h"

#include "app/paths.h"
#include "base/durable.h"

#include <string.h>

#define DOCUMENT_BYTES (4 * 1024 * 1024)

struct status_document *status_file_read(const struct account_config *config)
{
	g_autofree char *path = paths_status(config);
	g_autofree char *text = NULL;
	gsize size = 0;
	struct status_document *document = NULL;
	if (g_file_get_contents(path, &text, &size, NULL) && size <= DOCUMENT_BYTES) {
		document = status_document_from_json(text, size, NULL);
	}
	return document != NULL ? document : status_document_new(config->name);
}

bool status_file_write(const struct account_config *config, const struct status_document *document,
                       GError **error)
{
	g_autofree char *path = paths_status(config);
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *json = status_document_to_json(document);
	g_autofree char *text = g_strconcat(json, "\n", NULL);
	return durable_make_folder(folder, 0700, error) &&
	       durable_replace(path, text, strlen(text), 0600, error);
}
