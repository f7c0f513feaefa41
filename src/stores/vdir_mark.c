/* SPDX-License-Identifier: MIT */
/* The mark of a folder: the file by which a journal knows it again. */
#include "stores/vdir_parts.h"

#include <string.h>

#include "base/durable.h"

#define MARK_BYTES 4096
#define MARK_MODE  0600

char *vdir_read_mark(struct endpoint *endpoint, GError **error)
{
	const struct vdir *self = (const struct vdir *)endpoint;
	GError *failure = NULL;
	g_autoptr(GBytes) data =
		durable_read_at(self->folder, VDIR_MARK, MARK_BYTES, NULL, &failure);
	if (passerelle_error_is(failure, PASSERELLE_ERROR_NOT_FOUND)) {
		g_error_free(failure);
		return NULL;
	}
	if (data == NULL) {
		g_propagate_prefixed_error(error, failure, "folder '%s': ", self->folder_path);
		(*error)->code = PASSERELLE_ERROR_STORAGE;
		return NULL;
	}
	return g_strndup(g_bytes_get_data(data, NULL), g_bytes_get_size(data));
}

bool vdir_write_mark(struct endpoint *endpoint, const char *text, GError **error)
{
	const struct vdir *self = (const struct vdir *)endpoint;
	GError *failure = NULL;
	if (vdir_is_there(self, error) &&
	    durable_replace_at(self->folder, VDIR_MARK, text, strlen(text), MARK_MODE, DURABLE_ANY,
	                       NULL, &failure)) {
		return true;
	}
	if (failure != NULL) {
		g_propagate_prefixed_error(error, failure, "folder '%s': ", self->folder_path);
	}
	return false;
}
