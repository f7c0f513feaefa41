/* SPDX-License-Identifier: MIT */
/* What is in a collection, by the smallest request that can tell. */
#include <string.h>

#include "remotes/dav/etag.h"
#include "remotes/dav/members.h"
#include "remotes/dav/side.h"
#include "remotes/dav/state.h"
#include "remotes/dav/texts.h"

#define HASH_AT_ONCE 200 /* texts in memory where marks are made of them */

struct lister {
	struct dav_side *side;
	struct dav_state *state;
	gint64 now;
};

static void tell_all(struct lister *self, const struct dav_members *members)
{
	GHashTableIter iterator;
	gpointer ref = NULL, mark = NULL;
	g_hash_table_iter_init(&iterator, members->told);
	while (g_hash_table_iter_next(&iterator, &ref, &mark)) {
		dav_state_tell(self->state, ref, mark);
	}
	g_hash_table_iter_init(&iterator, members->unclear);
	while (g_hash_table_iter_next(&iterator, &ref, NULL)) {
		if (!g_hash_table_contains(self->state->there, ref)) {
			dav_state_tell(self->state, ref, DAV_NO_ETAG);
		}
	}
}

/* What could not be read may be there all the same, until a full listing is whole. */
static void tell_changes(struct lister *self, const struct dav_members *members)
{
	tell_all(self, members);
	self->state->is_partial |= members->is_partial;
}

/* What a full listing lacks is gone, unless some of it could not be read. */
static void replace_by(struct lister *self, const struct dav_members *members)
{
	self->state->is_partial = members->is_partial;
	GHashTableIter iterator;
	gpointer ref = NULL;
	g_hash_table_iter_init(&iterator, self->state->there);
	while (!members->is_partial && g_hash_table_iter_next(&iterator, &ref, NULL)) {
		if (g_hash_table_lookup(members->told, ref) == NULL &&
		    !g_hash_table_contains(members->unclear, ref)) {
			g_hash_table_iter_remove(&iterator);
			self->state->is_table_changed = true;
		}
	}
	tell_all(self, members);
	self->state->verified_at = self->now;
}

static void set_token(struct lister *self, const char *token)
{
	g_free(self->state->token);
	self->state->token = g_strdup(token);
}

/* A listing made before the changes were asked for shows nothing that the changes do not explain,
 * unless the server forgot to tell. */
static bool has_lied(const struct lister *self, const struct dav_members *all,
                     const struct dav_members *changes)
{
	GHashTableIter iterator;
	gpointer ref = NULL, mark = NULL;
	g_hash_table_iter_init(&iterator, all->told);
	while (g_hash_table_iter_next(&iterator, &ref, &mark)) {
		const char *known = g_hash_table_lookup(self->state->there, ref);
		const bool is_explained = g_hash_table_contains(changes->told, ref) ||
		                          g_hash_table_contains(changes->unclear, ref);
		const bool is_known = known != NULL && mark != NULL &&
		                      (*(char *)mark == '\0' || dav_etag_is_same(known, mark));
		if (!is_explained && !is_known) {
			return true;
		}
	}
	g_hash_table_iter_init(&iterator, self->state->there);
	while (!all->is_partial && g_hash_table_iter_next(&iterator, &ref, NULL)) {
		if (!g_hash_table_contains(all->told, ref) &&
		    !g_hash_table_contains(all->unclear, ref) &&
		    !g_hash_table_contains(changes->told, ref)) {
			return true;
		}
	}
	return false;
}

/* Everything, and the token to go on from. */
static bool sync_from_start(struct lister *self, GError **error)
{
	OWNED(dav_members) members = dav_members_since(self->side, "", error);
	if (members == NULL) {
		return false;
	}
	replace_by(self, members);
	set_token(self, members->token);
	return true;
}

static bool sync_changes(struct lister *self, GError **error)
{
	OWNED(dav_members) members = dav_members_since(self->side, self->state->token, error);
	if (members == NULL) {
		return false;
	}
	tell_changes(self, members);
	set_token(self, members->token);
	return true;
}

/* The changes, checked by a full listing. */
static bool sync_verified(struct lister *self, GError **error)
{
	OWNED(dav_members) all = dav_members_all(self->side, error);
	OWNED(dav_members)
	changes = all == NULL ? NULL : dav_members_since(self->side, self->state->token, error);
	if (changes == NULL) {
		return false;
	}
	if (has_lied(self, all, changes)) {
		self->state->distrusted_at = self->now;
	}
	replace_by(self, all);
	tell_changes(self, changes);
	set_token(self, changes->token);
	return true;
}

/* True with nothing done: the server has no such report, or does not know the token. */
static bool sync_with(struct lister *self, bool is_due, bool *is_done, GError **error)
{
	g_autoptr(GError) problem = NULL;
	*is_done = self->state->token == NULL ? sync_from_start(self, &problem)
	           : is_due                   ? sync_verified(self, &problem)
	                                      : sync_changes(self, &problem);
	if (*is_done) {
		return true;
	}
	if (passerelle_error_is(problem, PASSERELLE_ERROR_STALE) && self->state->token != NULL) {
		set_token(self, NULL);
		return sync_with(self, true, is_done, error);
	}
	if (passerelle_error_is(problem, PASSERELLE_ERROR_UNSUPPORTED)) {
		self->side->collection->has_sync = false;
		set_token(self, NULL);
		return true;
	}
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

/* Without tokens: everything, where the mark of the whole has changed. */
static bool list_by_ctag(struct lister *self, bool is_due, GError **error)
{
	GError *problem = NULL;
	g_autofree char *ctag = dav_members_ctag(self->side, &problem);
	if (problem != NULL) {
		g_propagate_error(error, problem);
		return false;
	}
	if (!is_due && ctag != NULL && g_strcmp0(ctag, self->state->ctag) == 0) {
		return true;
	}
	OWNED(dav_members) all = dav_members_all(self->side, error);
	if (all == NULL) {
		return false;
	}
	replace_by(self, all);
	g_free(self->state->ctag);
	self->state->ctag = g_steal_pointer(&ctag);
	return true;
}

static bool is_within(gint64 at, gint64 age, gint64 now)
{
	return at != 0 && at <= now && now - at < age;
}

static bool find_changes(struct lister *self, GError **error)
{
	const struct dav_state *state = self->state;
	const gint64 age = state->is_partial ? DAV_PARTIAL_AGE : DAV_VERIFY_AGE;
	const bool is_due = dav_session_settings(self->side->session)->is_full ||
	                    !is_within(state->verified_at, age, self->now);
	bool is_done = false;
	if (self->side->collection->has_sync &&
	    !is_within(state->distrusted_at, DAV_DISTRUST_AGE, self->now) &&
	    !sync_with(self, is_due, &is_done, error)) {
		return false;
	}
	return is_done || list_by_ctag(self, is_due, error);
}

/* ---- marks of what has none ---- */

static bool make_marks_of(struct lister *self, GPtrArray *texts, GError **error)
{
	if (!dav_texts_read(self->side, texts, "reading there", error)) {
		return false;
	}
	for (guint i = 0; i < texts->len; i++) {
		struct dav_text *text = g_ptr_array_index(texts, i);
		if (text->text != NULL) {
			dav_state_tell(self->state, text->ref, text->etag);
		} else if (passerelle_error_is(text->error, PASSERELLE_ERROR_NOT_FOUND)) {
			dav_state_tell(self->state, text->ref, NULL);
		}
	}
	return true;
}

/* A server without entity tags: what stands there is the mark. */
static bool make_marks(struct lister *self, GError **error)
{
	g_autoptr(GPtrArray) refs = g_ptr_array_new_with_free_func(g_free);
	GHashTableIter iterator;
	gpointer ref = NULL, mark = NULL;
	g_hash_table_iter_init(&iterator, self->state->there);
	while (g_hash_table_iter_next(&iterator, &ref, &mark)) {
		if (*(char *)mark == '\0') {
			g_ptr_array_add(refs, g_strdup(ref));
		}
	}
	for (guint first = 0; first < refs->len; first += HASH_AT_ONCE) {
		g_autoptr(GPtrArray) texts =
			g_ptr_array_new_with_free_func((GDestroyNotify)dav_text_free);
		for (guint i = first; i < refs->len && i < first + HASH_AT_ONCE; i++) {
			g_ptr_array_add(texts, dav_text_new(g_ptr_array_index(refs, i)));
		}
		if (!make_marks_of(self, texts, error)) {
			return false;
		}
	}
	return true;
}

/* ---- the snapshot ---- */

static gint compare_entries(gconstpointer left, gconstpointer right)
{
	const struct entry *one = *(const struct entry *const *)left;
	const struct entry *other = *(const struct entry *const *)right;
	return strcmp(one->ref, other->ref);
}

/* ref -> mark as the records have it, both lent: GET and PROPFIND may spell one tag differently. */
static GHashTable *recorded_marks(GPtrArray *records)
{
	GHashTable *marks = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		if (record->remote_ref != NULL && record->remote_revision != NULL) {
			g_hash_table_insert(marks, record->remote_ref, record->remote_revision);
		}
	}
	return marks;
}

static struct entry *make_entry(const char *ref, const char *mark, GHashTable *recorded)
{
	const char *known = g_hash_table_lookup(recorded, ref);
	const bool is_known = known != NULL && dav_etag_is_same(known, mark);
	return entry_new(ref, is_known ? known : *mark == '\0' ? NULL : mark);
}

static struct snapshot *make_snapshot(const struct lister *self, GPtrArray *records)
{
	struct snapshot *snapshot = snapshot_new();
	g_autoptr(GHashTable) recorded = recorded_marks(records);
	GHashTableIter iterator;
	gpointer ref = NULL, mark = NULL;
	g_hash_table_iter_init(&iterator, self->state->there);
	while (g_hash_table_iter_next(&iterator, &ref, &mark)) {
		g_ptr_array_add(snapshot->entries, make_entry(ref, mark, recorded));
	}
	g_ptr_array_sort(snapshot->entries, compare_entries);
	snapshot->is_complete = snapshot->is_certain = !self->state->is_partial;
	if (self->state->is_partial) {
		snapshot->discovery = g_strdup("not all that the server lists can be read: until "
		                               "it can, nothing counts as gone there");
	} else if (is_within(self->state->distrusted_at, DAV_DISTRUST_AGE, self->now)) {
		snapshot->discovery = g_strdup("what the server tells of its changes is not all; "
		                               "it is listed whole for a week");
	}
	return snapshot;
}

struct snapshot *dav_list(struct endpoint *endpoint, GPtrArray *records, GError **error)
{
	struct dav_side *side = (struct dav_side *)endpoint;
	if (!dav_side_open(side, error)) {
		return NULL;
	}
	OWNED(dav_state) state = dav_state_load(side, error);
	if (state == NULL) {
		return NULL;
	}
	GError *problem = NULL;
	struct lister lister = {
		.side = side, .state = state, .now = dav_session_now(side->session)};
	if (!find_changes(&lister, &problem) || !make_marks(&lister, &problem) ||
	    !dav_state_store(state, side, &problem)) {
		if (passerelle_error_is(problem, PASSERELLE_ERROR_NOT_FOUND) ||
		    passerelle_error_is(problem, PASSERELLE_ERROR_CONFIG)) { /* it has moved */
			dav_collections_forget(side->session);
		}
		/* a collection that can hold items can be listed: nothing is decided without */
		if (passerelle_error_is(problem, PASSERELLE_ERROR_UNSUPPORTED)) {
			problem->code = PASSERELLE_ERROR_PROTOCOL;
		}
		g_propagate_error(error, problem);
		return NULL;
	}
	return make_snapshot(&lister, records);
}
