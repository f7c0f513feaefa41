/* SPDX-License-Identifier: MIT */
/* Reads the journal and the local side: what did not change is not opened. */
#include "sync/parts.h"

#include <string.h>

#define STAMP_KEY "cycle.%s.stamp"

/* The same as an item of which nothing is left: on its own again, and read again. */
static void free_followers(struct cycle *self)
{
	g_autoptr(GHashTable) uids = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < self->records->len; i++) {
		const struct record *record = g_ptr_array_index(self->records, i);
		g_hash_table_add(uids, record->uid);
	}
	for (guint i = 0; i < self->records->len; i++) {
		struct record *record = g_ptr_array_index(self->records, i);
		if (record->state == RECORD_SAME_AS && record->same_as != NULL &&
		    !g_hash_table_contains(uids, record->same_as)) {
			record->state = RECORD_PENDING;
			g_clear_pointer(&record->same_as, g_free);
		}
	}
}

static void index_by_local_ref(struct cycle *self)
{
	g_clear_pointer(&self->by_local_ref, g_hash_table_unref);
	self->by_local_ref = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
	                                           (GDestroyNotify)g_ptr_array_unref);
	for (guint i = 0; i < self->records->len; i++) {
		struct record *record = g_ptr_array_index(self->records, i);
		if (record->local_ref == NULL) {
			continue;
		}
		GPtrArray *list = g_hash_table_lookup(self->by_local_ref, record->local_ref);
		if (list == NULL) {
			list = g_ptr_array_sized_new(1);
			g_hash_table_insert(self->by_local_ref, record->local_ref, list);
		}
		g_ptr_array_add(list, record);
	}
}

/* Another zone or horizon reads other things out of the same file: then no source counts. */
static bool forget_outdated_sources(struct cycle *self, GError **error)
{
	struct journal *journal = self->settings->journal;
	g_autofree char *key = g_strdup_printf(STAMP_KEY, item_kind_name(self->settings->kind));
	g_autoptr(GError) problem = NULL;
	g_autofree char *stamp = journal_memory_get(journal, key, &problem);
	if (problem != NULL) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return false;
	}
	if (g_strcmp0(stamp, self->settings->stamp) == 0) {
		return true;
	}
	g_hash_table_remove_all(self->sources);
	return self->settings->is_dry_run ||
	       journal_memory_set(journal, key, self->settings->stamp, error);
}

bool read_journal(struct cycle *self, GError **error)
{
	g_clear_pointer(&self->sources, g_hash_table_unref);
	g_hash_table_remove_all(self->settled);
	g_ptr_array_set_size(self->read_files, 0);
	if (!load_records(self, error)) {
		return false;
	}
	self->sources = sources_load(self->settings->journal, self->settings->kind, error);
	if (self->sources == NULL ||
	    (self->is_first_pass && !forget_outdated_sources(self, error))) {
		return false;
	}
	free_followers(self);
	index_by_local_ref(self);
	return true;
}

static bool is_unfinished(const struct record *record)
{
	return record->state == RECORD_PENDING || record->state == RECORD_IN_DOUBT ||
	       record_may_be_adopted(record);
}

static bool has_unfinished(const GPtrArray *records)
{
	for (guint i = 0; records != NULL && i < records->len; i++) {
		if (is_unfinished(g_ptr_array_index(records, i))) {
			return true;
		}
	}
	return false;
}

/* An unopened file stands for what its records say. */
static bool take_unchanged(struct cycle *self, const struct entry *file)
{
	const struct source *source = g_hash_table_lookup(self->sources, file->ref);
	const GPtrArray *records = g_hash_table_lookup(self->by_local_ref, file->ref);
	if (source == NULL || g_strcmp0(source->revision, file->revision) != 0 ||
	    (source->due != 0 && source->due <= self->settings->now) || has_unfinished(records)) {
		return false;
	}
	if (source->problem != NULL) {
		struct entry *entry = entry_new(file->ref, file->revision);
		g_set_error_literal(&entry->problem, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		                    source->problem);
		g_ptr_array_add(self->local->entries, entry);
		return true; /* what its records say is perhaps no longer in it */
	}
	for (guint i = 0; records != NULL && i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		struct entry *entry = entry_new(file->ref, file->revision);
		entry->uid = g_strdup(record->uid);
		g_ptr_array_add(self->local->entries, entry);
	}
	return true;
}

static void take_problem(struct cycle *self, const struct change *file, GError *problem_taken,
                         struct source *source)
{
	struct entry *entry = entry_new(file->ref, file->revision);
	entry->problem = problem_taken;
	g_ptr_array_add(self->local->entries, entry);
	if (passerelle_error_is(problem_taken, PASSERELLE_ERROR_INPUT)) {
		source->problem = g_strdup(problem_taken->message);
	} else { /* not of what stands in it: the next cycle looks again */
		source->due = self->settings->now;
	}
}

/* What a file that was read holds: one entry per item in it. */
static void take_read(struct cycle *self, struct change *file)
{
	struct source *source = g_new0(struct source, 1);
	source->ref = g_strdup(file->ref);
	source->revision = g_strdup(file->revision);
	g_ptr_array_add(self->read_files, source);
	if (file->verdict != VERDICT_DONE) {
		take_problem(self, file, g_steal_pointer(&file->error), source);
		return;
	}
	GError *problem = NULL;
	g_autofree char *fallback = g_strdup_printf("file:%s", file->ref);
	g_autoptr(GPtrArray) items =
		cycle_project_all(self, file->result, fallback, &source->due, &problem);
	if (items == NULL) {
		take_problem(self, file, problem, source);
		return;
	}
	for (guint i = 0; i < items->len; i++) {
		struct entry *entry = entry_new(file->ref, file->revision);
		entry->item = g_ptr_array_index(items, i);
		item_add_repairs(entry->item, file->notes);
		g_ptr_array_add(self->local->entries, entry);
	}
	g_ptr_array_set_free_func(items, NULL);
}

static const char *entry_uid(const struct entry *entry)
{
	return entry->item != NULL ? entry->item->uid : entry->uid;
}

static void make_copy(struct entry *entry, const char *original, GHashTable *copies)
{
	g_hash_table_add(copies, entry->ref);
	item_free(entry->item);
	entry->item = NULL;
	g_clear_pointer(&entry->uid, g_free);
	entry->is_copy = true;
	g_set_error(&entry->problem, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
	            "has the same UID as '%s'; left alone", original);
}

/* Read again in every cycle: else it would be told once, and be missed when the original goes. */
static void read_copies_again(struct cycle *self, GHashTable *copies)
{
	for (guint i = 0; g_hash_table_size(copies) > 0 && i < self->read_files->len; i++) {
		struct source *source = g_ptr_array_index(self->read_files, i);
		if (g_hash_table_contains(copies, source->ref)) {
			source->due = self->settings->now;
		}
	}
}

/* Two files with one UID: the one that the journal knows counts, else the first by name. */
static void find_copies(struct cycle *self)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) copies = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < self->local->entries->len; i++) {
		struct entry *entry = g_ptr_array_index(self->local->entries, i);
		const char *uid = entry_uid(entry);
		if (uid == NULL) {
			continue;
		}
		struct entry *other = g_hash_table_lookup(seen, uid);
		if (other == NULL) {
			g_hash_table_insert(seen, (gpointer)uid, entry);
		} else if (strcmp(other->ref, entry->ref) != 0) {
			bool is_known = entry->item == NULL; /* unopened: a record says so */
			if (is_known) {
				g_hash_table_replace(seen, (gpointer)uid, entry);
			}
			make_copy(is_known ? other : entry, is_known ? entry->ref : other->ref,
			          copies);
		}
	}
	read_copies_again(self, copies);
}

static void report_problems(struct cycle *self)
{
	for (guint i = 0; i < self->local->entries->len; i++) {
		const struct entry *entry = g_ptr_array_index(self->local->entries, i);
		if (entry->problem != NULL) {
			report_problem(self, NULL, entry->ref, entry->problem->message);
			self->report->held++;
			self->report->left_alone++;
		}
	}
}

bool read_local(struct cycle *self, GError **error)
{
	struct endpoint *side = self->settings->local;
	struct snapshot *files = side->functions->list(side, self->records, error);
	if (files == NULL) {
		return false;
	}
	snapshot_free(self->local_files);
	self->local_files = files;
	snapshot_free(self->local);
	self->local = snapshot_new();
	self->local->is_complete = files->is_complete;
	g_autoptr(GPtrArray) wanted = g_ptr_array_new_with_free_func((GDestroyNotify)change_free);
	for (guint i = 0; i < files->entries->len; i++) {
		const struct entry *file = g_ptr_array_index(files->entries, i);
		if (!take_unchanged(self, file)) {
			struct change *change = change_new(NULL, file->ref);
			change->revision = g_strdup(file->revision);
			g_ptr_array_add(wanted, change);
		}
	}
	if (wanted->len > 0 && !side->functions->fetch(side, wanted, error)) {
		return false;
	}
	for (guint i = 0; i < wanted->len; i++) {
		take_read(self, g_ptr_array_index(wanted, i));
		cycle_progress(self, "reading files", i + 1, wanted->len);
	}
	find_copies(self);
	self->report->held = self->report->left_alone = 0;
	g_ptr_array_set_size(self->report->problems, 0);
	report_problems(self);
	return true;
}
