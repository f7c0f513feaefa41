/* SPDX-License-Identifier: MIT */
/* What a collection is called and its colour, on both sides. */
#include "app/labels.h"

#include "app/log.h"
#include "base/durable.h"

#include <string.h>
#include <unistd.h>

#define LABEL_BYTES 1024 /* a name or a colour; more is neither */
#define LABEL_MODE  0600

struct label {
	const char *file;  /* of the folder */
	const char *there; /* what the service says; NULL = nothing */
};

/* What the file says, without white space at its ends; NULL = it is not there, or no text. */
static char *read_file(int folder, const char *name)
{
	g_autoptr(GBytes) bytes = durable_read_at(folder, name, LABEL_BYTES, NULL, NULL);
	const char *data = bytes != NULL ? g_bytes_get_data(bytes, NULL) : NULL;
	if (data == NULL || !g_utf8_validate(data, (gssize)g_bytes_get_size(bytes), NULL)) {
		return NULL;
	}
	char *text = g_strstrip(g_strdup(data));
	if (text[0] == '\0') {
		g_clear_pointer(&text, g_free);
	}
	return text;
}

static bool write_file(int folder, const char *name, const char *text, GError **error)
{
	g_autofree char *line = g_strconcat(text, "\n", NULL);
	return durable_replace_at(folder, name, line, strlen(line), LABEL_MODE, DURABLE_ANY, NULL,
	                          error);
}

static bool send(const struct account *account, enum part part, const struct place *place,
                 const struct label *label, const char *text, GError **error)
{
	const struct connection *connection = account_connection(account, part);
	const bool is_name = strcmp(label->file, "displayname") == 0;
	return connection->driver->label_collection(connection->remote, place->collection,
	                                            is_name ? text : NULL, is_name ? NULL : text,
	                                            error);
}

/* Can what stands here go there? */
static bool may_send(const struct account *account, enum part part, const struct place *place,
                     bool pushes)
{
	return pushes && !place->collection->is_read_only &&
	       account_connection(account, part)->driver->label_collection != NULL;
}

static bool keep(const struct account *account, enum part part, const struct place *place,
                 const struct label *label, int folder, bool pushes, GError **error)
{
	g_autofree char *key = g_strdup_printf("app.label.%s.%s.%s", part_name(part),
	                                       place->name != NULL ? place->name : "", label->file);
	g_autofree char *before = journal_memory_get(account->journal, key, NULL);
	g_autofree char *here = read_file(folder, label->file);
	const bool is_new_there = g_strcmp0(label->there, before) != 0;
	const bool is_new_here = here != NULL && g_strcmp0(here, before) != 0;
	const char *agreed = label->there;
	if (label->there != NULL && (is_new_there || here == NULL)) {
		if (g_strcmp0(here, label->there) != 0 &&
		    !write_file(folder, label->file, label->there, error)) {
			return false;
		}
	} else if (is_new_here && may_send(account, part, place, pushes)) {
		if (!send(account, part, place, label, here, error)) {
			return false;
		}
		agreed = here;
	}
	return g_strcmp0(agreed, before) == 0 ||
	       journal_memory_set(account->journal, key, agreed, error);
}

void labels_keep(const struct account *account, enum part part, const struct place *place,
                 bool pushes)
{
	if (place->collection == NULL || account->scratch != NULL) {
		return;
	}
	const struct label labels[] = {{"displayname", place->collection->display_name},
	                               {"color", place->collection->color}};
	const struct log_about about = {account->config->name, part_name(part), place->name};
	const int folder = durable_open_folder(place->folder, NULL);
	for (guint i = 0; folder >= 0 && i < G_N_ELEMENTS(labels); i++) {
		g_autoptr(GError) error = NULL;
		if (!keep(account, part, place, &labels[i], folder, pushes, &error)) {
			log_tell(LOG_LEVEL_WARNING, &about, "%s: %s", labels[i].file,
			         error->message);
		}
	}
	if (folder >= 0) {
		close(folder);
	}
}
