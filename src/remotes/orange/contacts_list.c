/* SPDX-License-Identifier: MIT */
/* Everybody there: the enumeration asked over the wire, and what it leaves for the next cycle. */
#include "remotes/orange/contacts.h"

#include <string.h>

#include "journal/journal.h"
#include "remotes/orange/contact_fields.h"

#define MEMORY_KEY "contacts.prefixes"

static void free_call(gpointer call)
{
	call_free(call);
}

/* The words of a name, and the folded names that records are matched by. */
static void hint_record(struct prefixes *prefixes, const struct record *record)
{
	if (record->match != NULL && strchr(record->match, '\x1f') != NULL) {
		g_auto(GStrv) names = g_strsplit(record->match, "\x1f", 2);
		prefixes_hint(prefixes, names[0]);
		prefixes_hint(prefixes, names[1]);
	}
	g_auto(GStrv) words = g_strsplit_set(record->name == NULL ? "" : record->name, " \t,", -1);
	for (guint i = 0; words[i] != NULL; i++) {
		prefixes_hint(prefixes, words[i]);
	}
}

/* How many rounds there will be nobody knows: who is found leads to further ones. */
static char *words_for_round(const struct prefixes *prefixes, guint round)
{
	return g_strdup_printf(
		"listing contacts (%u found), round %u:", prefixes_found(prefixes)->len, round);
}

static bool ask_round(struct contacts *self, struct prefixes *prefixes, GPtrArray *batch,
                      guint round, GError **error)
{
	g_autofree char *words = words_for_round(prefixes, round);
	g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func(free_call);
	for (guint i = 0; i < batch->len; i++) {
		g_ptr_array_add(calls, contacts_search_call(batch->pdata[i]));
	}
	if (!session_read(self->session, calls, words, error)) {
		return false;
	}
	for (guint i = 0; i < calls->len; i++) {
		const struct call *call = calls->pdata[i];
		struct page *page = call->error == NULL ? contacts_page(call->reply) : NULL;
		prefixes_answer(prefixes, batch->pdata[i], page);
		page_free(page);
	}
	return true;
}

static char *hint_of(const struct listed *listed)
{
	OWNED(contact) contact = contact_new();
	contact->family = g_strdup(listed->last);
	contact->given = g_strdup(listed->first);
	return contact_display_name(contact);
}

/* Ids as the records have them: a search may write the same one in another way. */
GHashTable *contacts_known(GPtrArray *records)
{
	GHashTable *refs = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; records != NULL && i < records->len; i++) {
		const struct record *record = records->pdata[i];
		if (record->remote_ref != NULL) {
			g_hash_table_insert(refs, session_fold_id(record->remote_ref),
			                    record->remote_ref);
		}
	}
	return refs;
}

static void add_found(struct snapshot *snapshot, const struct prefixes *prefixes, GHashTable *known,
                      GHashTable *present)
{
	GPtrArray *found = prefixes_found(prefixes);
	for (guint i = 0; i < found->len; i++) {
		const struct listed *listed = found->pdata[i];
		const char *ref = g_hash_table_lookup(known, listed->folded);
		g_autofree char *revision = contact_revision(listed->last, listed->first);
		struct entry *entry = entry_new(ref != NULL ? ref : listed->id, revision);
		entry->hint = hint_of(listed);
		g_ptr_array_add(snapshot->entries, entry);
		g_hash_table_add(present, g_strdup(listed->folded));
	}
}

/* Contacts without first and last name are never listed: they count as present, and are read by id.
 */
static void add_nameless(struct snapshot *snapshot, GPtrArray *records, GHashTable *present)
{
	for (guint i = 0; records != NULL && i < records->len; i++) {
		const struct record *record = records->pdata[i];
		if (record->remote_ref == NULL ||
		    g_strcmp0(record->remote_revision, REVISION_NAMELESS) != 0) {
			continue;
		}
		char *folded = session_fold_id(record->remote_ref);
		if (g_hash_table_add(present, folded)) {
			struct entry *entry =
				entry_new(record->remote_ref, record->remote_revision);
			entry->hint = g_strdup(record->name);
			g_ptr_array_add(snapshot->entries, entry);
		}
	}
}

static struct snapshot *make_snapshot(struct prefixes *prefixes, GPtrArray *records,
                                      GHashTable *known)
{
	struct snapshot *snapshot = snapshot_new();
	g_autoptr(GHashTable) present =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	add_found(snapshot, prefixes, known, present);
	add_nameless(snapshot, records, present);
	snapshot->is_complete = prefixes_are_complete(prefixes);
	snapshot->unreachable = prefixes_unreachable(prefixes);
	snapshot->discovery = prefixes_discovery(prefixes);
	return snapshot;
}

/* Without it the next cycle asks more than it must, no worse: a journal that cannot be written says
 * so elsewhere. */
static void keep_memory(struct journal *journal, struct prefixes *prefixes, const char *before)
{
	g_autofree char *memory = prefixes_memory(prefixes);
	g_autoptr(GError) failure = NULL;
	if (g_strcmp0(memory, before) != 0 &&
	    !journal_memory_set(journal, MEMORY_KEY, memory, &failure)) {
		g_debug("prefixes are not remembered: %s", failure->message);
	}
}

bool contacts_enumerate(struct contacts *self, GPtrArray *records, GError **error)
{
	struct journal *journal = session_journal(self->session);
	GError *failure = NULL;
	g_autofree char *memory = journal_memory_get(journal, MEMORY_KEY, &failure);
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return false;
	}
	OWNED(prefixes) prefixes = prefixes_new(memory, session_settings(self->session)->is_full);
	for (guint i = 0; records != NULL && i < records->len; i++) {
		hint_record(prefixes, records->pdata[i]);
	}
	for (guint round = 1;; round++) {
		g_autoptr(GPtrArray) batch = prefixes_next(prefixes);
		if (batch->len == 0) {
			break;
		}
		if (!ask_round(self, prefixes, batch, round, error)) {
			return false;
		}
	}
	keep_memory(journal, prefixes, memory);
	prefixes_free(self->enumerated);
	self->enumerated = g_steal_pointer(&prefixes);
	return true;
}

struct snapshot *contacts_list(struct endpoint *side, GPtrArray *records, GError **error)
{
	struct contacts *self = (struct contacts *)side;
	if (self->unseen != NULL) {
		g_propagate_error(error, g_error_copy(self->unseen));
		return NULL;
	}
	g_autoptr(GHashTable) known = contacts_known(records);
	if ((self->enumerated == NULL && !contacts_enumerate(self, records, error)) ||
	    !contacts_remember_strangers(self, known, error)) {
		return NULL;
	}
	OWNED(prefixes) prefixes = g_steal_pointer(&self->enumerated);
	return make_snapshot(prefixes, records, known);
}
