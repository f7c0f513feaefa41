/* SPDX-License-Identifier: MIT */
/* Reads the remote side: its listing, then the details that are new, changed, old or missing. */
#include "sync/parts.h"

#include <string.h>

/* What is asked for, and where the answer goes. */
struct question {
	struct change *change; /* owned by the batch */
	struct entry *entry;   /* lent; NULL = the listing lacks it */
	struct record *record; /* lent; NULL = new */
};

static bool wants_details(const struct record *record, const struct entry *entry)
{
	switch (record->state) {
	case RECORD_DELETED_HERE:
	case RECORD_SETTLED:
	case RECORD_SAME_AS:
		return false;
	default:
		/* missing: it is listed again, and only misses in a row count */
		return record->remote_fingerprint == NULL || record->state == RECORD_GONE_THERE ||
		       record->missing > 0 ||
		       g_strcmp0(record->remote_revision, entry->revision) != 0;
	}
}

static void ask(struct cycle *self, GArray *questions, GPtrArray *changes, struct entry *entry,
                struct record *record)
{
	if (entry != NULL) {
		g_hash_table_add(self->asked, entry);
	}
	struct change *change = change_new(record != NULL ? record->uid : NULL,
	                                   entry != NULL ? entry->ref : record->remote_ref);
	g_ptr_array_add(changes, change);
	const struct question question = {.change = change, .entry = entry, .record = record};
	g_array_append_val(questions, question);
}

static gint by_age(gconstpointer a, gconstpointer b)
{
	const struct question *left = a;
	const struct question *right = b;
	return (left->record->remote_read > right->record->remote_read) -
	       (left->record->remote_read < right->record->remote_read);
}

/* Details have no change mark of their own: those older than a day are read again, a twentieth of
 * all per cycle. */
static void ask_for_old(struct cycle *self, GArray *old, GArray *questions, GPtrArray *changes)
{
	g_array_sort(old, by_age);
	guint budget = self->settings->is_full ? old->len : MAX(20, self->records->len / 20);
	for (guint i = 0; i < old->len && i < budget; i++) {
		const struct question *question = &g_array_index(old, struct question, i);
		ask(self, questions, changes, question->entry, question->record);
	}
}

/* Of an item that is there as a whole the mark in a listing tells every change. */
static bool is_old(const struct cycle *self, const struct record *record, const struct entry *entry)
{
	if (record->state != RECORD_AGREED && record->state != RECORD_REFUSED) {
		return false;
	}
	const bool tells_all =
		self->settings->remote->functions->is_whole && entry->revision != NULL;
	const gint64 age = self->settings->now - record->remote_read;
	return self->settings->is_full || (!tells_all && age >= CYCLE_DETAILS_AGE);
}

static void choose(struct cycle *self, GArray *questions, GPtrArray *changes)
{
	g_autoptr(GHashTable) records = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) listed = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GArray) old = g_array_new(FALSE, FALSE, sizeof(struct question));
	for (guint i = 0; i < self->records->len; i++) {
		struct record *record = g_ptr_array_index(self->records, i);
		if (record->remote_ref != NULL && record->state != RECORD_SAME_AS) {
			g_hash_table_insert(records, record->remote_ref, record);
		}
	}
	self->is_partial = false;
	guint n_new = 0;
	for (guint i = 0; i < self->remote->entries->len; i++) {
		struct entry *entry = g_ptr_array_index(self->remote->entries, i);
		struct record *record = g_hash_table_lookup(records, entry->ref);
		g_hash_table_add(listed, entry->ref);
		if (entry->text != NULL || entry->problem != NULL ||
		    g_hash_table_contains(self->asked, entry)) {
			continue;
		}
		if (record == NULL) {
			bool has_room = n_new++ < CYCLE_READ_AT_ONCE;
			self->is_partial |= !has_room;
			if (has_room) {
				ask(self, questions, changes, entry, NULL);
			}
		} else if (wants_details(record, entry)) {
			ask(self, questions, changes, entry, record);
		} else if (self->is_first_pass && is_old(self, record, entry)) {
			const struct question question = {.entry = entry, .record = record};
			g_array_append_val(old, question);
		}
	}
	ask_for_old(self, old, questions, changes);
	for (guint i = 0;
	     self->is_first_pass && self->remote->is_complete && i < self->records->len; i++) {
		struct record *record = g_ptr_array_index(self->records, i);
		const bool is_expected =
			record->state == RECORD_AGREED || record->state == RECORD_PENDING;
		if (is_expected && record->remote_ref != NULL &&
		    !g_hash_table_contains(listed, record->remote_ref)) {
			ask(self, questions, changes, NULL, record);
		}
	}
}

static void take_text(struct cycle *self, struct entry *entry, const struct record *record)
{
	GError *problem = NULL;
	entry->item = cycle_project(self, entry->text, record != NULL ? record->uid : NULL, NULL,
	                            &problem);
	if (entry->item == NULL) {
		report_problem(self, entry->hint, entry->ref, problem->message);
		entry->problem = problem;
	}
}

/* A complete listing lacked it and a read denied it: believed the second time, or at once where the
 * side is sure of what it lists. */
static bool count_missing(struct cycle *self, struct record *record, bool is_missing,
                          GError **error)
{
	const unsigned weight = self->remote->is_certain ? RECORD_MISSING_BELIEVED : 1;
	const unsigned missing =
		is_missing ? MIN(record->missing + weight, RECORD_MISSING_BELIEVED) : 0;
	if (record->missing == missing) {
		return true;
	}
	record->missing = missing;
	return self->settings->is_dry_run ||
	       records_put(self->settings->journal, self->settings->kind, record, error);
}

static bool take_answer(struct cycle *self, const struct question *question, GError **error)
{
	struct change *change = question->change;
	struct entry *entry = question->entry;
	if (change->verdict == VERDICT_DONE) {
		if (entry == NULL) {
			entry = entry_new(change->ref, change->revision);
			g_ptr_array_add(self->remote->entries, entry);
		}
		g_free(entry->revision);
		entry->revision = g_steal_pointer(&change->revision);
		entry->text = g_steal_pointer(&change->result);
		take_text(self, entry, question->record);
		return question->record == NULL ||
		       count_missing(self, question->record, false, error);
	}
	if (change->verdict == VERDICT_NOT_FOUND && entry == NULL) {
		return count_missing(self, question->record, true, error);
	}
	if (change->error != NULL) {
		report_problem(self, entry != NULL ? entry->hint : NULL, change->ref,
		               change->error->message);
	}
	if (change->error != NULL && entry != NULL && entry->problem == NULL &&
	    self->settings->remote->functions->is_whole) {
		entry->problem = g_error_copy(change->error); /* not as it was: unknown */
	}
	return true;
}

static bool read_details(struct cycle *self, GError **error)
{
	struct endpoint *side = self->settings->remote;
	g_autoptr(GPtrArray) changes = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	g_autoptr(GArray) questions = g_array_new(FALSE, FALSE, sizeof(struct question));
	if (side->functions->fetch != NULL) {
		choose(self, questions, changes);
	}
	if (changes->len > 0 && !side->functions->fetch(side, changes, error)) {
		return false;
	}
	for (guint i = 0; i < questions->len; i++) {
		if (!take_answer(self, &g_array_index(questions, struct question, i), error)) {
			return false;
		}
	}
	return true;
}

/* What stands in the journal as it is there needs its text no more. What was read and led to
 * nothing, as a conflict, is not asked for twice in a cycle, and is kept where it would be taken
 * for unchanged. */
static void free_texts(struct cycle *self)
{
	g_autoptr(GHashTable) stored = g_hash_table_new(g_str_hash, g_str_equal);
	const bool is_whole = self->settings->remote->functions->is_whole;
	for (guint i = 0; is_whole && i < self->records->len; i++) {
		struct record *record = g_ptr_array_index(self->records, i);
		if (record->remote_ref != NULL) {
			g_hash_table_insert(stored, record->remote_ref, record);
		}
	}
	for (guint i = 0; i < self->remote->entries->len; i++) {
		struct entry *entry = g_ptr_array_index(self->remote->entries, i);
		const struct record *record = g_hash_table_lookup(stored, entry->ref);
		const bool is_stored =
			!is_whole || (record != NULL &&
		                      g_strcmp0(record->remote_revision, entry->revision) == 0);
		if (is_stored) {
			g_clear_pointer(&entry->text, g_free);
			item_free(entry->item);
			entry->item = NULL;
		}
	}
}

static bool list_remote(struct cycle *self, GError **error)
{
	struct endpoint *side = self->settings->remote;
	if (side->functions->list == NULL) {
		return true;
	}
	GError *problem = NULL;
	self->remote = side->functions->list(side, self->records, &problem);
	if (self->remote == NULL && !passerelle_error_is(problem, PASSERELLE_ERROR_UNSUPPORTED)) {
		self->is_unheard = true;
		g_propagate_error(error, problem);
		return false;
	}
	g_clear_error(&problem);
	if (self->remote == NULL) {
		return true;
	}
	self->report->discovery = g_strdup(self->remote->discovery);
	if (self->remote->unreachable > 0) {
		g_autofree char *text = g_strdup_printf(
			"%" G_GINT64_FORMAT " more are said to be there that no search shows",
			self->remote->unreachable);
		report_problem(self, NULL, side->name, text);
	}
	for (guint i = 0; i < self->remote->entries->len; i++) {
		struct entry *entry = g_ptr_array_index(self->remote->entries, i);
		if (entry->text != NULL) {
			take_text(self, entry, NULL);
		}
	}
	return true;
}

bool read_remote(struct cycle *self, GError **error)
{
	GError *problem = NULL;
	bool went_well = true;
	if (self->is_first_pass) {
		went_well = list_remote(self, &problem);
	} else if (self->remote != NULL) {
		free_texts(self);
	}
	if (went_well && self->remote != NULL) {
		went_well = read_details(self, &problem);
	}
	if (went_well) {
		return true;
	}
	if (passerelle_error_is_of_storage(problem)) {
		g_propagate_error(error, problem);
		return false;
	}
	/* The plan is still made, so that the report can say what waits. */
	self->is_unheard = true;
	self->is_partial = false;
	g_clear_error(&self->report->error);
	self->report->error = problem;
	return true;
}
