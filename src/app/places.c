/* SPDX-License-Identifier: MIT */
/* What is kept in step with what: each collection of a service with its folder here. */
#include "app/places.h"

#include "app/folders.h"
#include "app/service.h"
#include "journal/records.h"

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
	g_free(self->objection);
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

static gint by_name(gconstpointer left, gconstpointer right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static char *names_of(const GPtrArray *collections)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	for (guint i = 0; i < collections->len; i++) {
		const struct collection *collection = g_ptr_array_index(collections, i);
		g_ptr_array_add(names, collection->name);
	}
	g_ptr_array_sort(names, by_name); /* servers tell them in any order */
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

/* ---- which collection a folder belongs to ---- */

#define BOUND_KEY "place.%s" /* in the memory of the collection's part of the journal */

/* By the address that is configured: what that leads to may lie on any of the service's hosts. */
static char *server_of(const struct account *account, enum part part)
{
	const struct service service = service_of(account->config, part);
	const char *address = service.url != NULL ? service.url : account->config->endpoint;
	const char *scheme = strstr(address, "://");
	const char *host = scheme != NULL ? scheme + strlen("://") : address;
	g_autofree char *name = g_strndup(host, strcspn(host, "/"));
	return g_ascii_strdown(name, -1);
}

static char *identity_of(const struct account *account, enum part part,
                         const struct collection *collection)
{
	g_autofree char *server = server_of(account, part);
	return g_strdup_printf("%s %s", server, collection->id);
}

/* False: it cannot be known, or not be remembered. */
static bool bind(const struct account *account, enum part part, struct place *place, GError **error)
{
	const enum item_kind kind = kind_of(part);
	g_autofree char *key = g_strdup_printf(BOUND_KEY, item_kind_name(kind));
	g_autofree char *identity = identity_of(account, part, place->collection);
	GError *failure = NULL;
	g_autofree char *before = journal_memory_get(place->journal, key, &failure);
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return false;
	}
	if (g_strcmp0(before, identity) == 0) {
		return true;
	}
	if (before != NULL && !account->is_rebuild) {
		place->objection = g_strdup_printf(
			"'%s' was kept in step with another %s (%s, not %s): set the address back, "
			"give this one another folder, or type passerelle journal rebuild %s, "
			"which "
			"compares both",
			place->folder, what(part), before, identity, account->config->name);
		return true;
	}
	return (before == NULL || records_forget_all(place->journal, kind, error)) &&
	       journal_memory_set(place->journal, key, identity, error);
}

static bool add_bound(const struct account *account, enum part part, GPtrArray *places,
                      const struct collection *collection, const char *name,
                      struct journal *journal, GError **error)
{
	const enum item_kind kind = kind_of(part);
	const struct connection *connection = account_connection(account, part);
	struct endpoint *remote =
		connection->driver->collection(connection->remote, kind, collection, journal);
	struct place *place = add(places, g_strdup(name), folders_path(account->config, kind, name),
	                          remote, journal);
	place->collection = collection_copy(collection);
	return bind(account, part, place, error);
}

/* The one that the folder belongs to already; NULL = none of them. */
static const struct collection *find_bound(const struct account *account, enum part part,
                                           const GPtrArray *collections)
{
	g_autofree char *key = g_strdup_printf(BOUND_KEY, item_kind_name(kind_of(part)));
	g_autofree char *before = journal_memory_get(account->journal, key, NULL);
	for (guint i = 0; i < collections->len; i++) {
		const struct collection *collection = g_ptr_array_index(collections, i);
		g_autofree char *identity = identity_of(account, part, collection);
		if (g_strcmp0(before, identity) == 0) {
			return collection;
		}
	}
	return NULL;
}

static bool add_collection(const struct account *account, enum part part, GPtrArray *places,
                           const struct collection *collection, GError **error)
{
	g_autofree char *section = section_name(kind_of(part), collection->name);
	struct journal *journal = journal_section(account->journal, section, error);
	return journal != NULL &&
	       add_bound(account, part, places, collection, collection->name, journal, error);
}

/* The address leads to one, or there is only one: the folder is that one's, and stays so. */
static bool add_only(const struct account *account, enum part part, GPtrArray *places,
                     const GPtrArray *collections, GError **error)
{
	const struct collection *only = collections->len == 1
	                                        ? g_ptr_array_index(collections, 0)
	                                        : find_bound(account, part, collections);
	if (only == NULL) {
		g_autofree char *names = names_of(collections);
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_CONFIG,
		            collections->len == 0
		                    ? "there is no %s at that address%s"
		                    : "there is more than one %s: set \"%s_collections\" to some "
		                      "of %s, or to all",
		            what(part), collections->len == 0 ? "" : item_kind_name(kind_of(part)),
		            names);
		return false;
	}
	return add_bound(account, part, places, only, NULL, account->journal, error);
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

static bool has_folder(const struct account *account, enum part part, const char *name)
{
	g_autofree char *folder = folders_path(account->config, kind_of(part), name);
	return folder != NULL && g_file_test(folder, G_FILE_TEST_EXISTS);
}

/* Known from before and not there any more, while its folder is here. */
static bool tell_vanished(const struct account *account, enum part part,
                          const GPtrArray *collections, GPtrArray *problems, GError **error)
{
	g_auto(GStrv) sections = journal_sections(account->journal, error);
	g_autofree char *prefix = section_name(kind_of(part), "");
	for (char **section = sections; section != NULL && *section != NULL; section++) {
		const char *name = *section + strlen(prefix);
		if (g_str_has_prefix(*section, prefix) && find(collections, name) == NULL &&
		    has_folder(account, part, name)) {
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
