/* SPDX-License-Identifier: MIT */
/* Which entry of either side belongs to which record, and which to each other. */
#include "plan/pairing.h"

#include <string.h>

struct pairing {
	struct snapshot *local, *remote; /* lent */
	GHashTable *local_by_uid;        /* uid -> entry */
	GHashTable *problem_refs;        /* ref -> entry of a file that cannot be read */
	GHashTable *remote_by_ref;       /* ref -> entry */
	GHashTable *records_by_uid;      /* uid -> record */
	GHashTable *remote_of_record;    /* record -> entry */
	GHashTable *claimed;           /* set of entries that belong to a record or to each other */
	GHashTable *new_remote_by_uid; /* uid -> entry without a record */
	GHashTable *new_remote_by_match; /* match -> GPtrArray of entries without a record */
	GHashTable *new_local_by_match;  /* match -> GPtrArray of local entries without a record */
	GHashTable
		*records_by_match; /* match -> GPtrArray of records that stand for something sent */
	GHashTable *edited_by_match; /* match -> GPtrArray of local entries that were read again and
	                                have a record */
	GHashTable *
		planned_by_match; /* match -> GPtrArray of local entries created there or adopted */
	GHashTable *copies_by_match; /* match -> GPtrArray of records that are the same thing */
	GHashTable *followers;       /* uid -> record that is the same thing */
};

static void add_to(GHashTable *table, const char *key, gpointer value)
{
	if (key == NULL || key[0] == '\0') {
		return;
	}
	GPtrArray *list = g_hash_table_lookup(table, key);
	if (list == NULL) {
		list = g_ptr_array_new();
		g_hash_table_insert(table, (gpointer)key, list);
	}
	g_ptr_array_add(list, value);
}

static GPtrArray *list_of(GHashTable *table, const char *key)
{
	return key == NULL || key[0] == '\0' ? NULL : g_hash_table_lookup(table, key);
}

static GHashTable *table_of_lists(void)
{
	return g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
	                             (GDestroyNotify)g_ptr_array_unref);
}

static bool stands_for_sent(const struct record *record)
{
	return record->remote_ref != NULL || record->state == RECORD_AGREED ||
	       record->state == RECORD_IN_DOUBT || record->state == RECORD_SETTLED;
}

static void index_records(struct pairing *self, GPtrArray *records)
{
	for (guint i = 0; i < records->len; i++) {
		struct record *record = g_ptr_array_index(records, i);
		g_hash_table_insert(self->records_by_uid, record->uid, record);
		if (record->state == RECORD_SAME_AS && record->same_as != NULL) {
			g_hash_table_insert(self->followers, record->same_as, record);
			add_to(self->copies_by_match, record->match, record);
		} else if (stands_for_sent(record)) {
			add_to(self->records_by_match, record->match, record);
		}
	}
}

static void index_local(struct pairing *self)
{
	for (guint i = 0; i < self->local->entries->len; i++) {
		struct entry *entry = g_ptr_array_index(self->local->entries, i);
		if (entry->problem != NULL && !entry->is_copy) {
			g_hash_table_insert(self->problem_refs, entry->ref, entry);
		}
		const char *uid = entry->item != NULL ? entry->item->uid : entry->uid;
		if (uid == NULL) {
			continue;
		}
		if (g_hash_table_contains(self->local_by_uid, uid)) {
			g_hash_table_add(self->claimed, entry); /* never two of one uid */
			continue;
		}
		g_hash_table_insert(self->local_by_uid, (gpointer)uid, entry);
		if (g_hash_table_contains(self->records_by_uid, uid)) {
			g_hash_table_add(self->claimed, entry);
			if (entry->item != NULL) {
				add_to(self->edited_by_match, entry->item->match, entry);
			}
		} else if (entry->item != NULL) {
			add_to(self->new_local_by_match, entry->item->match, entry);
		}
	}
}

static void index_remote(struct pairing *self, GPtrArray *records)
{
	for (guint i = 0; self->remote != NULL && i < self->remote->entries->len; i++) {
		struct entry *entry = g_ptr_array_index(self->remote->entries, i);
		g_hash_table_insert(self->remote_by_ref, entry->ref, entry);
	}
	for (guint i = 0; i < records->len; i++) {
		struct record *record = g_ptr_array_index(records, i);
		struct entry *entry =
			record->remote_ref != NULL
				? g_hash_table_lookup(self->remote_by_ref, record->remote_ref)
				: NULL;
		if (entry != NULL && record->state != RECORD_SAME_AS) {
			g_hash_table_insert(self->remote_of_record, record, entry);
			g_hash_table_add(self->claimed, entry);
		}
	}
	for (guint i = 0; self->remote != NULL && i < self->remote->entries->len; i++) {
		struct entry *entry = g_ptr_array_index(self->remote->entries, i);
		if (entry->item != NULL && !g_hash_table_contains(self->claimed, entry)) {
			g_hash_table_insert(self->new_remote_by_uid, entry->item->uid, entry);
			add_to(self->new_remote_by_match, entry->item->match, entry);
		}
	}
}

/* What is not where it was, and stands elsewhere under its UID. */
static void follow_uids(struct pairing *self, GPtrArray *records)
{
	for (guint i = 0; i < records->len; i++) {
		struct record *record = g_ptr_array_index(records, i);
		struct entry *entry = g_hash_table_lookup(self->new_remote_by_uid, record->uid);
		const bool is_lost = record->remote_ref != NULL &&
		                     record->state != RECORD_SAME_AS &&
		                     !g_hash_table_contains(self->remote_of_record, record);
		if (is_lost && entry != NULL) {
			g_hash_table_insert(self->remote_of_record, record, entry);
			g_hash_table_add(self->claimed, entry);
		}
	}
}

static void withhold(struct pairing *self, const char *match)
{
	GPtrArray *list = list_of(self->new_remote_by_match, match);
	for (guint i = 0; list != NULL && i < list->len; i++) {
		g_hash_table_add(self->claimed, g_ptr_array_index(list, i));
	}
}

/* A remote that is perhaps what an unsettled write left behind is nobody's until that is settled;
 * and so is one that is like what the file says by now. */
static void withhold_remains(struct pairing *self, GPtrArray *records)
{
	for (guint i = 0; i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		if (record->state != RECORD_IN_DOUBT || record->remote_ref != NULL) {
			continue;
		}
		const struct entry *local = g_hash_table_lookup(self->local_by_uid, record->uid);
		withhold(self, record->match);
		if (local != NULL && local->item != NULL) {
			withhold(self, local->item->match);
		}
	}
}

struct pairing *pairing_new(struct snapshot *local, struct snapshot *remote, GPtrArray *records,
                            bool has_own_uids)
{
	struct pairing *self = g_new0(struct pairing, 1);
	self->local = local;
	self->remote = remote;
	self->local_by_uid = g_hash_table_new(g_str_hash, g_str_equal);
	self->problem_refs = g_hash_table_new(g_str_hash, g_str_equal);
	self->remote_by_ref = g_hash_table_new(g_str_hash, g_str_equal);
	self->records_by_uid = g_hash_table_new(g_str_hash, g_str_equal);
	self->remote_of_record = g_hash_table_new(NULL, NULL);
	self->claimed = g_hash_table_new(NULL, NULL);
	self->new_remote_by_uid = g_hash_table_new(g_str_hash, g_str_equal);
	self->new_remote_by_match = table_of_lists();
	self->new_local_by_match = table_of_lists();
	self->records_by_match = table_of_lists();
	self->edited_by_match = table_of_lists();
	self->planned_by_match = table_of_lists();
	self->copies_by_match = table_of_lists();
	self->followers = g_hash_table_new(g_str_hash, g_str_equal);
	index_records(self, records);
	index_local(self);
	index_remote(self, records);
	if (has_own_uids) {
		follow_uids(self, records);
	}
	withhold_remains(self, records);
	return self;
}

void pairing_free(struct pairing *self)
{
	if (self == NULL) {
		return;
	}
	g_hash_table_unref(self->local_by_uid);
	g_hash_table_unref(self->problem_refs);
	g_hash_table_unref(self->remote_by_ref);
	g_hash_table_unref(self->records_by_uid);
	g_hash_table_unref(self->remote_of_record);
	g_hash_table_unref(self->claimed);
	g_hash_table_unref(self->new_remote_by_uid);
	g_hash_table_unref(self->new_remote_by_match);
	g_hash_table_unref(self->new_local_by_match);
	g_hash_table_unref(self->records_by_match);
	g_hash_table_unref(self->edited_by_match);
	g_hash_table_unref(self->planned_by_match);
	g_hash_table_unref(self->copies_by_match);
	g_hash_table_unref(self->followers);
	g_free(self);
}

struct entry *pairing_local(const struct pairing *self, const struct record *record)
{
	struct entry *entry = g_hash_table_lookup(self->local_by_uid, record->uid);
	if (entry == NULL && record->local_ref != NULL) {
		entry = g_hash_table_lookup(self->problem_refs, record->local_ref);
	}
	return entry;
}

struct entry *pairing_remote(const struct pairing *self, const struct record *record)
{
	return g_hash_table_lookup(self->remote_of_record, record);
}

static enum standing standing_of(const struct entry *entry, const char *agreed_fingerprint)
{
	if (entry->problem != NULL) {
		return STANDING_UNKNOWN;
	}
	if (entry->item == NULL || g_strcmp0(entry->item->fingerprint, agreed_fingerprint) == 0) {
		return STANDING_SAME;
	}
	return STANDING_CHANGED;
}

enum standing pairing_local_standing(const struct pairing *self, const struct record *record)
{
	const struct entry *entry = pairing_local(self, record);
	if (entry != NULL) {
		return standing_of(entry, record->local_fingerprint);
	}
	return !self->local->is_complete || !snapshot_reaches(self->local, record->starts)
	               ? STANDING_UNKNOWN
	               : STANDING_ABSENT;
}

enum standing pairing_remote_standing(const struct pairing *self, const struct record *record)
{
	const struct entry *entry = pairing_remote(self, record);
	if (entry != NULL) {
		return standing_of(entry, record->remote_fingerprint);
	}
	return record->missing >= RECORD_MISSING_BELIEVED ? STANDING_ABSENT : STANDING_UNKNOWN;
}

bool pairing_is_new(const struct pairing *self, const struct entry *entry)
{
	return !g_hash_table_contains(self->claimed, entry);
}

static bool is_kept_apart(const struct pairing *self, const struct entry *entry, struct item *item,
                          unsigned *shared)
{
	return g_hash_table_contains(self->claimed, entry) ||
	       facts_compare(entry->item->facts, item->facts, shared) == FACTS_CONTRADICT;
}

struct entry *pairing_adopt(struct pairing *self, struct entry *local)
{
	unsigned shared = 0;
	struct entry *best = g_hash_table_lookup(self->new_remote_by_uid, local->item->uid);
	if (best != NULL && g_hash_table_contains(self->claimed, best)) {
		best = NULL;
	}
	GPtrArray *list =
		best == NULL ? list_of(self->new_remote_by_match, local->item->match) : NULL;
	unsigned most = 0;
	for (guint i = 0; list != NULL && i < list->len; i++) {
		struct entry *entry = g_ptr_array_index(list, i);
		if (!is_kept_apart(self, entry, local->item, &shared) &&
		    (best == NULL || shared > most)) {
			best = entry;
			most = shared;
		}
	}
	if (best != NULL) {
		g_hash_table_add(self->claimed, best);
		pairing_claim_new(self, local); /* what is like it here is the same thing */
	}
	return best;
}

/* Two items of this side are the same thing when nothing contradicts and, where both name addresses
 * or numbers, one is shared. */
static bool is_same_thing(char *const *left, char *const *right)
{
	return facts_compare(left, right, NULL) == FACTS_COMPATIBLE;
}

/* What is in doubt is perhaps not there, and another text of it will be sent. */
static bool is_known_there(const struct record *record)
{
	return record->remote_ref != NULL || record->state != RECORD_IN_DOUBT;
}

/* A copy of a copy: what both are the same as may have been renamed there, and be like neither. */
static const char *original_of_copy(const struct pairing *self, const struct item *item,
                                    bool *is_there)
{
	GPtrArray *list = list_of(self->copies_by_match, item->match);
	for (guint i = 0; list != NULL && i < list->len; i++) {
		const struct record *copy = g_ptr_array_index(list, i);
		const struct record *original =
			g_hash_table_lookup(self->records_by_uid, copy->same_as);
		if (original != NULL && stands_for_sent(original) &&
		    original->state != RECORD_SAME_AS && strcmp(copy->uid, item->uid) != 0 &&
		    strcmp(original->uid, item->uid) != 0 &&
		    is_same_thing(copy->facts, item->facts)) {
			*is_there = is_known_there(original);
			return original->uid;
		}
	}
	return NULL;
}

const char *pairing_same_as(const struct pairing *self, const struct entry *local, bool *is_there)
{
	GPtrArray *list = list_of(self->records_by_match, local->item->match);
	for (guint i = 0; list != NULL && i < list->len; i++) {
		const struct record *record = g_ptr_array_index(list, i);
		if (strcmp(record->uid, local->item->uid) != 0 &&
		    is_same_thing(record->facts, local->item->facts)) {
			*is_there = is_known_there(record);
			return record->uid;
		}
	}
	/* One that was edited, and copied after that, is no longer what its record says. */
	list = list_of(self->edited_by_match, local->item->match);
	for (guint i = 0; list != NULL && i < list->len; i++) {
		const struct entry *other = g_ptr_array_index(list, i);
		const struct record *record =
			g_hash_table_lookup(self->records_by_uid, other->item->uid);
		if (other != local && record->state != RECORD_SAME_AS && stands_for_sent(record) &&
		    is_same_thing(other->item->facts, local->item->facts)) {
			*is_there = is_known_there(record);
			return record->uid;
		}
	}
	const char *original = original_of_copy(self, local->item, is_there);
	if (original != NULL) {
		return original;
	}
	*is_there = false;
	list = list_of(self->planned_by_match, local->item->match);
	for (guint i = 0; list != NULL && i < list->len; i++) {
		const struct entry *other = g_ptr_array_index(list, i);
		if (is_same_thing(other->item->facts, local->item->facts)) {
			return other->item->uid;
		}
	}
	return NULL;
}

void pairing_claim_new(struct pairing *self, struct entry *local)
{
	g_hash_table_add(self->claimed, local);
	add_to(self->planned_by_match, local->item->match, local);
}

static bool needs_heir(const struct pairing *self, const struct record *record)
{
	const bool was_sent = record->remote_ref != NULL || record->state == RECORD_IN_DOUBT;
	return was_sent && record->state != RECORD_SAME_AS &&
	       pairing_local_standing(self, record) == STANDING_ABSENT;
}

bool pairing_inherits(const struct pairing *self, const struct record *record)
{
	const struct record *first =
		record->same_as == NULL
			? NULL
			: g_hash_table_lookup(self->records_by_uid, record->same_as);
	return first != NULL && g_hash_table_lookup(self->followers, first->uid) == record &&
	       needs_heir(self, first) && pairing_local_standing(self, record) != STANDING_ABSENT;
}

const char *pairing_heir(struct pairing *self, const struct record *record)
{
	if (!needs_heir(self, record)) {
		return NULL;
	}
	const struct record *follower = g_hash_table_lookup(self->followers, record->uid);
	if (follower != NULL && pairing_local_standing(self, follower) != STANDING_ABSENT) {
		return follower->uid;
	}
	GPtrArray *list = list_of(self->new_local_by_match, record->match);
	for (guint i = 0; list != NULL && i < list->len; i++) {
		struct entry *entry = g_ptr_array_index(list, i);
		if (!g_hash_table_contains(self->claimed, entry) &&
		    facts_compare(entry->item->facts, record->facts, NULL) != FACTS_CONTRADICT) {
			g_hash_table_add(self->claimed, entry);
			return entry->item->uid;
		}
	}
	return NULL;
}
