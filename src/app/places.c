/* SPDX-License-Identifier: MIT */
/* What is kept in step with what: each collection of a service with its folder here. */
#include "app/places.h"

#include "app/folders.h"

#include <string.h>

static enum item_kind kind_of(enum part part)
{
	return part == PART_CONTACTS ? ITEM_CONTACT : ITEM_EVENT;
}

static const char *what(enum part part)
{
	return part == PART_CONTACTS ? "address book" : "calendar";
}

static void place_free(gpointer data)
{
	struct place *self = data;
	g_free(self->name);
	g_free(self->folder);
	collection_free(self->collection);
	g_free(self);
}

static struct place *add(GPtrArray *places, char *name_taken, char *folder_taken,
                         struct endpoint *remote, struct journal *journal)
{
	struct place *place = g_new0(struct place, 1);
	place->name = name_taken;
	place->folder = folder_taken;
	place->remote = remote;
	place->journal = journal;
	g_ptr_array_add(places, place);
	return place;
}

/* "calendar/work": what a section is called. */
static char *section_name(enum item_kind kind, const char *name)
{
	return g_strdup_printf("%s/%s", item_kind_name(kind), name);
}

GPtrArray *places_list(const struct account *account, enum part part, GError **error)
{
	const struct connection *connection = account_connection(account, part);
	if (connection->driver->list_collections == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_UNSUPPORTED,
		            "remote \"%s\" has one %s", connection->driver->name, what(part));
		return NULL;
	}
	return connection->driver->list_collections(connection->remote, kind_of(part), error);
}

static char *names_of(const GPtrArray *collections)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; i < collections->len; i++) {
		const struct collection *collection = g_ptr_array_index(collections, i);
		g_ptr_array_add(names, collection->name);
	}
	g_ptr_array_add(names, NULL);
	return g_strjoinv(", ", (char **)names->pdata);
}

static const struct collection *find(const GPtrArray *collections, const char *name)
{
	for (guint i = 0; i < collections->len; i++) {
		const struct collection *collection = g_ptr_array_index(collections, i);
		if (strcmp(collection->name, name) == 0) {
			return collection;
		}
	}
	return NULL;
}

static bool add_collection(const struct account *account, enum part part, GPtrArray *places,
                           const struct collection *collection, GError **error)
{
	const enum item_kind kind = kind_of(part);
	const struct connection *connection = account_connection(account, part);
	g_autofree char *section = section_name(kind, collection->name);
	struct journal *journal = journal_section(account->journal, section, error);
	if (journal == NULL) {
		return false;
	}
	struct endpoint *remote =
		connection->driver->collection(connection->remote, kind, collection, journal);
	add(places, g_strdup(collection->name),
	    folders_path(account->config, kind, collection->name), remote, journal)
		->collection = collection_copy(collection);
	return true;
}

/* The address leads to one, or there is only one: the folder is that one's. */
static bool add_only(const struct account *account, enum part part, GPtrArray *places,
                     const GPtrArray *collections, GError **error)
{
	const struct connection *connection = account_connection(account, part);
	const enum item_kind kind = kind_of(part);
	if (collections->len != 1) {
		g_autofree char *names = names_of(collections);
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            collections->len == 0
		                    ? "there is no %s at that address%s"
		                    : "there is more than one %s: set \"%s_collections\" to some "
		                      "of %s, or to all",
		            what(part), collections->len == 0 ? "" : item_kind_name(kind), names);
		return false;
	}
	const struct collection *only = g_ptr_array_index(collections, 0);
	struct endpoint *remote =
		connection->driver->collection(connection->remote, kind, only, account->journal);
	add(places, NULL, folders_path(account->config, kind, NULL), remote, account->journal)
		->collection = collection_copy(only);
	return true;
}

static bool is_unique(const GPtrArray *collections, const struct collection *collection,
                      enum part part, GError **error)
{
	guint count = 0;
	for (guint i = 0; i < collections->len; i++) {
		const struct collection *other = g_ptr_array_index(collections, i);
		count += strcmp(other->name, collection->name) == 0;
	}
	if (count > 1) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            "%u %ss would have the folder \"%s\"", count, what(part),
		            collection->name);
	}
	return count == 1;
}

/* Known from before and not there any more. */
static bool tell_vanished(const struct account *account, enum part part,
                          const GPtrArray *collections, GPtrArray *problems, GError **error)
{
	g_auto(GStrv) sections = journal_sections(account->journal, error);
	g_autofree char *prefix = section_name(kind_of(part), "");
	for (char **section = sections; section != NULL && *section != NULL; section++) {
		const char *name = *section + strlen(prefix);
		if (g_str_has_prefix(*section, prefix) && find(collections, name) == NULL) {
			g_ptr_array_add(problems,
			                g_strdup_printf("%s: that %s is not there any more; its "
			                                "folder is left as it is",
			                                name, what(part)));
		}
	}
	return sections != NULL;
}

static bool add_all(const struct account *account, enum part part, GPtrArray *places,
                    const GPtrArray *collections, GPtrArray *problems, GError **error)
{
	for (guint i = 0; i < collections->len; i++) {
		const struct collection *collection = g_ptr_array_index(collections, i);
		if (!is_unique(collections, collection, part, error) ||
		    !add_collection(account, part, places, collection, error)) {
			return false;
		}
	}
	return tell_vanished(account, part, collections, problems, error);
}

static bool add_chosen(const struct account *account, enum part part, GPtrArray *places,
                       const GPtrArray *collections, GPtrArray *problems, GError **error)
{
	g_auto(GStrv) names = folders_names(account->config, kind_of(part));
	g_autofree char *there = names_of(collections);
	for (char **name = names; *name != NULL; name++) {
		const struct collection *collection = find(collections, *name);
		if (collection == NULL) {
			g_ptr_array_add(problems,
			                g_strdup_printf("%s: there is no such %s; there are: %s",
			                                *name, what(part), there));
		} else if (!is_unique(collections, collection, part, error) ||
		           !add_collection(account, part, places, collection, error)) {
			return false;
		}
	}
	return true;
}

GPtrArray *places_find(const struct account *account, enum part part, GPtrArray *problems,
                       GError **error)
{
	const struct connection *connection = account_connection(account, part);
	const enum item_kind kind = kind_of(part);
	g_autoptr(GPtrArray) places = g_ptr_array_new_with_free_func(place_free);
	if (connection->driver->list_collections == NULL) {
		add(places, NULL, folders_path(account->config, kind, NULL),
		    connection->driver->endpoint(connection->remote, kind), account->journal);
		return g_steal_pointer(&places);
	}
	g_autoptr(GPtrArray) collections = places_list(account, part, error);
	if (collections == NULL) {
		return NULL;
	}
	const bool is_found =
		folders_are_all(account->config, kind)
			? add_all(account, part, places, collections, problems, error)
		: folders_collections(account->config, kind) != NULL
			? add_chosen(account, part, places, collections, problems, error)
			: add_only(account, part, places, collections, error);
	return is_found ? g_steal_pointer(&places) : NULL;
}
