/* SPDX-License-Identifier: MIT */
/* A whole folder in one file, replaced only when something changed. */
#include "stores/export.h"

#include <string.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/limits.h"
#include "formats/icalendar.h"
#include "formats/vcard.h"
#include "stores/vdir_parts.h"

static void append_normalised(GString *out, const char *text)
{
	while (*text != '\0') {
		const gsize size = strcspn(text, "\r\n");
		g_string_append_len(out, text, (gssize)size);
		g_string_append(out, "\r\n");
		text += size;
		if (text[0] == '\r' && text[1] == '\n') {
			text++;
		}
		text += *text != '\0';
	}
}

/* Read first: cutting alone would put BEGIN and END around anything. */
static bool append_cards(GString *out, GBytes *data, GError **error)
{
	gsize size;
	const char *bytes = g_bytes_get_data(data, &size);
	OWNED(contact) contact = vcard_read(bytes, size, NULL, error);
	if (contact == NULL) {
		return false;
	}
	g_autoptr(GPtrArray) cards = vcard_split(bytes, size, error);
	if (cards == NULL) {
		return false;
	}
	for (guint i = 0; i < cards->len; i++) {
		append_normalised(out, cards->pdata[i]);
	}
	return true;
}

/* Looked at before it is joined: one bad file must not spoil the others. */
static bool append_calendar(GPtrArray *texts, GBytes *data, const char *name, GError **error)
{
	OWNED(calendar)
	calendar = calendar_read(g_bytes_get_data(data, NULL), g_bytes_get_size(data), error);
	char *text = calendar == NULL ? NULL : vdir_text(data, name, ITEM_EVENT, error);
	if (text == NULL) {
		return false;
	}
	g_ptr_array_add(texts, text);
	return true;
}

static char *join(int folder, GPtrArray *names, enum item_kind kind, GPtrArray *problems)
{
	g_autoptr(GString) cards = g_string_new(NULL);
	g_autoptr(GPtrArray) calendars = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		g_autoptr(GError) failure = NULL;
		g_autoptr(GBytes) data =
			durable_read_at(folder, name, LIMIT_FILE_BYTES, NULL, &failure);
		const bool added =
			data != NULL &&
			(kind == ITEM_CONTACT ? append_cards(cards, data, &failure)
		                              : append_calendar(calendars, data, name, &failure));
		if (!added && problems != NULL) {
			g_ptr_array_add(problems,
			                g_strdup_printf("%s: %s", name, failure->message));
		}
	}
	return kind == ITEM_CONTACT ? g_string_free(g_steal_pointer(&cards), FALSE)
	                            : calendar_join(calendars);
}

char *export_text(const char *folder, enum item_kind kind, GPtrArray *problems, GError **error)
{
	const int descriptor = durable_open_folder(folder, error);
	if (descriptor < 0) {
		return NULL;
	}
	g_autoptr(GPtrArray) names = vdir_item_names(descriptor, folder, kind, NULL, error);
	char *text = names == NULL ? NULL : join(descriptor, names, kind, problems);
	close(descriptor);
	return text;
}

static bool holds_already(const char *path, const char *text)
{
	g_autofree char *parent = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(path);
	const int folder = durable_open_folder(parent, NULL);
	if (folder < 0) {
		return false;
	}
	const gsize size = strlen(text);
	g_autoptr(GBytes) present = durable_read_at(folder, name, size, NULL, NULL);
	close(folder);
	return present != NULL && g_bytes_get_size(present) == size &&
	       memcmp(g_bytes_get_data(present, NULL), text, size) == 0;
}

bool export_write(const char *folder, enum item_kind kind, const char *path, GPtrArray *problems,
                  GError **error)
{
	g_autofree char *text = export_text(folder, kind, problems, error);
	return text != NULL && (holds_already(path, text) ||
	                        durable_replace(path, text, strlen(text), 0600, error));
}
