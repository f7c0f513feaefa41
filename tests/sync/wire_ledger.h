/* SPDX-License-Identifier: MIT */
/* What the emulator's own ledger says was done: the only witness of the tests of lost replies. */
#ifndef PASSERELLE_TESTS_SYNC_WIRE_LEDGER_H
#define PASSERELLE_TESTS_SYNC_WIRE_LEDGER_H

#include "remote_edits.h"

#include "app/journal_resolve.h"
#include "journal/ledger.h"

/* What makes two writes the same: action and parameters, but the order, and the picture's sum. */
static inline char *write_key(json_t *entry)
{
	json_t *parameters = json_deep_copy(json_object_get(entry, "parameters"));
	json_object_del(parameters, "order");
	const char *action = json_string_value(json_object_get(entry, "action"));
	json_t *picture = json_object_get(entry, "sha256");
	char *dumped = json_dumps(parameters, JSON_SORT_KEYS | JSON_COMPACT);
	char *key = g_strdup_printf("%s %s %s",
	                            g_str_has_prefix(action, "addevent") ? "addevent" : action,
	                            dumped, picture == NULL ? "" : json_string_value(picture));
	free(dumped);
	json_decref(parameters);
	return key;
}

/* Every write took effect once: the cards and events of these tests all differ. */
static inline void assert_nothing_twice(struct bridge *bridge, const char *what)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	json_t *ledger = control(bridge, "ledger", NULL);
	size_t i;
	json_t *entry;
	json_array_foreach(ledger, i, entry)
	{
		char *key = write_key(entry);
		ck_assert_msg(!g_hash_table_contains(seen, key), "%s: twice: %s", what, key);
		g_hash_table_add(seen, key);
	}
	json_decref(ledger);
}

static inline bool is_name(json_t *contact, const char *given)
{
	return g_strcmp0(json_string_value(json_object_get(contact, "firstname")), given) == 0;
}

/* How many there are of this first name, and the devices and pictures of all of them. */
static inline void count_of(struct bridge *bridge, const char *given, guint *contacts,
                            guint *devices, guint *pictures)
{
	json_t *all = control(bridge, "contacts", NULL);
	size_t i;
	json_t *contact;
	*contacts = *devices = *pictures = 0;
	json_array_foreach(all, i, contact)
	{
		if (is_name(contact, given)) {
			(*contacts)++;
			*devices += (guint)json_array_size(json_object_get(contact, "devices"));
			*pictures += json_is_string(json_object_get(contact, "picture"));
		}
	}
	json_decref(all);
}

static inline void fault(struct bridge *bridge, const char *action, unsigned number,
                         const char *kind)
{
	g_autofree char *request = g_strdup_printf("fault?fault=%s:%u:%s", action, number, kind);
	order(bridge, request);
}

/* ---- what the journal says ---- */

static inline struct journal *open_journal(struct bridge *bridge)
{
	g_autoptr(GError) error = NULL;
	struct journal *journal = journal_open(bridge->journal, JOURNAL_CREATE, &error);
	g_assert_no_error(error);
	return journal;
}

static inline guint count_in_doubt(struct bridge *bridge, enum item_kind kind)
{
	OWNED(journal) journal = open_journal(bridge);
	g_autoptr(GPtrArray) rows = ledger_in_doubt(journal, kind, NULL);
	ck_assert_ptr_nonnull(rows);
	return rows->len;
}

/* The person's word on one item. */
static inline void say(struct bridge *bridge, const char *uid, enum resolution resolution)
{
	g_autoptr(GError) error = NULL;
	guint settled = 0;
	OWNED(journal) journal = open_journal(bridge);
	ck_assert(journal_resolve(journal, uid, resolution, &settled, &error));
	ck_assert_uint_eq(settled, 1);
}

#endif
