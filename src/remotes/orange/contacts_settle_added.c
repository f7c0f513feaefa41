/* SPDX-License-Identifier: MIT */
/*
 * Settles addcontact calls in doubt: by name, then among all who are new there, then by the ids
 * that come next. It is sent again only where all of that proves that it was not done.
 */
#include "remotes/orange/contacts_settle.h"

#include <jansson.h>
#include <string.h>

#include "journal/records.h"
#include "remotes/orange/contact_fields.h"

static const char hidden_word[] = "cannot be read back: no search finds its names";
static const char unlooked_word[] = "somebody there may be it, or was there before";
static const char renamed_word[] = "somebody new there may be it, under another name";

#define IDS_BEFORE                                                                                 \
	8 /* the greatest known id: of calls at the same time a later one may be known             \
	   */
#define IDS_AFTER 8

static void free_read(gpointer read)
{
	contact_read_free(read);
}

static void free_find(gpointer find)
{
	contact_find_free(find);
}

static struct contact_read *read_without_picture(const char *id, gpointer context)
{
	struct contact_read *read = contact_read_new(id, context);
	read->is_picture_wanted = false;
	return read;
}

static bool is_open(const struct doubt *doubt)
{
	return doubt->sent != NULL && !doubt->is_decided;
}

static bool is_any_open(const struct settling *self)
{
	bool is_any = false;
	for (guint i = 0; i < self->doubts->len; i++) {
		is_any = is_any || is_open(self->doubts->pdata[i]);
	}
	return is_any;
}

/* ---- whose is it? ---- */

static bool is_before(const struct ledger_call *row, const char *folded)
{
	json_t *ids = row->before == NULL ? NULL : json_loads(row->before, JSON_DECODE_ANY, NULL);
	bool is_there = false;
	for (size_t i = 0; i < json_array_size(ids); i++) {
		const char *id = json_string_value(json_array_get(ids, i));
		is_there = is_there || g_strcmp0(id, folded) == 0;
	}
	json_decref(ids);
	return is_there;
}

/* Was not there before, is nobody else's, and no other row has made it. */
static bool may_have_made(struct settling *self, const struct doubt *doubt, const char *id,
                          bool *may, GError **error)
{
	g_autofree char *folded = session_fold_id(id);
	*may = !is_before(doubt->row, folded) && !g_hash_table_contains(self->claimed, folded);
	g_autofree char *owner = NULL;
	if (*may && !contacts_owner(self->side, id, &owner, error)) {
		return false;
	}
	*may = *may && (owner == NULL || strcmp(owner, doubt->row->uid) == 0);
	return true;
}

static bool claim(struct settling *self, struct doubt *doubt, const struct contact_read *read,
                  GError **error)
{
	bool may = false;
	if (!is_open(doubt) || read->contact == NULL ||
	    !contact_has_parameters(read->contact, doubt->sent)) {
		return true;
	}
	if (!may_have_made(self, doubt, read->id, &may, error)) {
		return false;
	}
	if (may && doubt->row->before == NULL && ledger_is_by_hand(doubt->row->uid)) {
		settling_leave_to_person(self, doubt, unlooked_word);
		doubt->is_decided = true;
	} else if (may) {
		settling_decide(self, doubt, LEDGER_DONE, read->id, "read-back", NULL);
		g_hash_table_add(self->claimed, session_fold_id(read->id));
	}
	return true;
}

/*
 * Who holds just what was sent was made by it. The newest row first: what was there before a row
 * was there before all later ones, and the later ones have the smaller choice.
 */
static bool claim_all(struct settling *self, GPtrArray *reads, GError **error)
{
	for (guint i = self->doubts->len; i > 0; i--) {
		struct doubt *doubt = self->doubts->pdata[i - 1];
		for (guint j = 0; j < reads->len; j++) {
			const struct contact_read *read = reads->pdata[j];
			if ((read->context == NULL || read->context == doubt) &&
			    !claim(self, doubt, read, error)) {
				return false;
			}
		}
	}
	return true;
}

/* That nobody at all could be read stands in each read; other failures end it. */
static bool read_all(struct settling *self, GPtrArray *reads, GError **error)
{
	GError *failure = NULL;
	const bool is_done = contacts_read(self->side, reads, "reading back", &failure);
	if (is_done || passerelle_error_is(failure, PASSERELLE_ERROR_NETWORK)) {
		g_clear_error(&failure);
		return claim_all(self, reads, error);
	}
	g_propagate_error(error, failure);
	return false;
}

/* ---- by name ---- */

static enum sighting first_sighting(const struct contact_find *find, const struct doubt *doubt)
{
	if (find->error != NULL) {
		return SIGHTING_FAILED;
	}
	return find->is_certain && contact_is_searchable(doubt->sent) ? SIGHTING_UNSIGHTED
	                                                              : SIGHTING_HIDDEN;
}

/* After all claims: one that is like nobody's row is one that the service, or a person, changed. */
static bool judge_sighting(struct settling *self, const struct contact_find *find, GPtrArray *reads,
                           GError **error)
{
	struct doubt *doubt = find->context;
	doubt->sighting = first_sighting(find, doubt);
	for (guint i = 0; i < reads->len && !doubt->is_decided; i++) {
		const struct contact_read *read = reads->pdata[i];
		bool may = false;
		if (read->context != doubt || read->is_missing) {
			continue;
		}
		if (!may_have_made(self, doubt, read->id, &may, error)) {
			return false;
		}
		if (may && doubt->sighting != SIGHTING_FAILED) {
			doubt->sighting = read->contact == NULL ? SIGHTING_FAILED : SIGHTING_UNLIKE;
		}
	}
	return true;
}

/* That a search failed for everybody is no end: the enumeration is asked in another way. */
static bool find_names(struct settling *self, GPtrArray *finds, GError **error)
{
	GError *failure = NULL;
	if (contacts_find(self->side, finds, &failure)) {
		return true;
	}
	if (passerelle_error_is(failure, PASSERELLE_ERROR_NETWORK)) {
		g_error_free(failure);
		return true;
	}
	g_propagate_error(error, failure);
	return false;
}

static bool settle_by_name(struct settling *self, GError **error)
{
	g_autoptr(GPtrArray) finds = g_ptr_array_new_with_free_func(free_find);
	g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func(free_read);
	for (guint i = 0; i < self->doubts->len; i++) {
		struct doubt *doubt = self->doubts->pdata[i];
		if (is_open(doubt)) {
			g_ptr_array_add(finds, contact_find_new(doubt->sent->family,
			                                        doubt->sent->given, doubt));
		}
	}
	if (!find_names(self, finds, error)) {
		return false;
	}
	for (guint i = 0; i < finds->len; i++) {
		const struct contact_find *find = finds->pdata[i];
		for (guint j = 0; j < find->found->len; j++) {
			const struct listed *listed = find->found->pdata[j];
			g_ptr_array_add(reads, read_without_picture(listed->id, find->context));
		}
	}
	bool is_done = read_all(self, reads, error);
	for (guint i = 0; i < finds->len && is_done; i++) {
		is_done = judge_sighting(self, finds->pdata[i], reads, error);
	}
	return is_done;
}

/* ---- among all who are new there ---- */

/* Of its name, and found by it. */
static bool is_seen_again(const struct doubt *doubt, const struct contact *there)
{
	g_autofree char *one = contact_match_key(there);
	g_autofree char *other = contact_match_key(doubt->sent);
	return doubt->sighting != SIGHTING_HIDDEN && strcmp(one, other) == 0;
}

/* All that was sent beside the names; of one with an e-mail, that. */
static bool has_facts(const struct contact *there, const struct contact *sent)
{
	const struct device *email = contact_own_email(sent);
	if (email != NULL) {
		return contact_has_device(there, email);
	}
	g_auto(GStrv) wanted = contact_facts(sent);
	g_auto(GStrv) present = contact_facts(there);
	bool has_all = true;
	for (gsize i = 0; wanted[i] != NULL; i++) {
		has_all = has_all && g_strv_contains((const char *const *)present, wanted[i]);
	}
	return has_all;
}

/*
 * One of the same name is looked at again before anything is added, and adopted. One who cannot be
 * read now may be it: in the next cycle nobody would know that they are new.
 */
static bool may_be_renamed(struct settling *self, const struct doubt *doubt, GPtrArray *reads)
{
	for (guint i = 0; i < reads->len; i++) {
		const struct contact_read *read = reads->pdata[i];
		g_autofree char *folded = session_fold_id(read->id);
		if (read->is_missing || is_before(doubt->row, folded) ||
		    g_hash_table_contains(self->claimed, folded)) {
			continue;
		}
		if (read->contact == NULL || (!is_seen_again(doubt, read->contact) &&
		                              has_facts(read->contact, doubt->sent))) {
			return true;
		}
	}
	return g_strcmp0(doubt->row->detail, renamed_word) == 0;
}

static bool compare_strangers(struct settling *self, GHashTable *known, GError **error)
{
	g_autoptr(GPtrArray) strangers = contacts_new_strangers(self->side, known, error);
	if (strangers == NULL) {
		return false;
	}
	g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func(free_read);
	for (guint i = 0; i < strangers->len; i++) {
		const struct listed *listed = strangers->pdata[i];
		g_ptr_array_add(reads, read_without_picture(listed->id, NULL));
	}
	if (!read_all(self, reads, error)) {
		return false;
	}
	for (guint i = 0; i < self->doubts->len; i++) {
		struct doubt *doubt = self->doubts->pdata[i];
		if (is_open(doubt) && may_be_renamed(self, doubt, reads)) {
			settling_leave_to_person(self, doubt, renamed_word);
			doubt->is_decided = true;
		}
	}
	return true;
}

/* ---- by the ids that come next ---- */

static guint64 number_of(const char *id)
{
	g_autofree char *folded = session_fold_id(id);
	guint64 number = 0;
	return g_ascii_string_to_unsigned(folded, 10, 1, G_MAXUINT32, &number, NULL) ? number : 0;
}

/* A guess, which can only find: that none of them is there proves nothing. */
static GPtrArray *guess_ids(const struct settling *self, GHashTable *known)
{
	GPtrArray *ids = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *found = prefixes_found(self->side->enumerated);
	guint64 greatest = 0;
	for (guint i = 0; i < found->len; i++) {
		const struct listed *listed = found->pdata[i];
		greatest = MAX(greatest, number_of(listed->folded));
	}
	GHashTableIter iterator;
	gpointer folded = NULL;
	g_hash_table_iter_init(&iterator, known);
	while (g_hash_table_iter_next(&iterator, &folded, NULL)) {
		greatest = MAX(greatest, number_of(folded));
	}
	const guint64 first = greatest < IDS_BEFORE ? 1 : greatest - IDS_BEFORE + 1;
	for (guint64 number = first; number <= greatest + IDS_AFTER; number++) {
		g_autofree char *id = g_strdup_printf("%" G_GUINT64_FORMAT, number);
		if (!g_hash_table_contains(known, id)) {
			g_ptr_array_add(ids, g_strconcat("c", id, NULL));
		}
	}
	return ids;
}

static bool is_any_hidden(const struct settling *self)
{
	bool is_any = false;
	for (guint i = 0; i < self->doubts->len; i++) {
		const struct doubt *doubt = self->doubts->pdata[i];
		is_any = is_any || (is_open(doubt) && doubt->sighting == SIGHTING_HIDDEN);
	}
	return is_any;
}

static bool settle_hidden(struct settling *self, GHashTable *known, GError **error)
{
	if (!is_any_hidden(self)) {
		return true;
	}
	g_autoptr(GPtrArray) ids = guess_ids(self, known);
	g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func(free_read);
	for (guint i = 0; i < ids->len; i++) {
		g_ptr_array_add(reads, read_without_picture(ids->pdata[i], NULL));
	}
	return read_all(self, reads, error);
}

/* ---- all ---- */

static void conclude(struct settling *self, struct doubt *doubt)
{
	/* whose names can be searched, but have too many bearers for one answer */
	const bool is_listed =
		contact_is_searchable(doubt->sent) && prefixes_are_complete(self->side->enumerated);
	if (doubt->sighting == SIGHTING_UNSIGHTED ||
	    (doubt->sighting == SIGHTING_HIDDEN && is_listed)) {
		settling_not_there(self, doubt);
	} else if (doubt->sighting == SIGHTING_HIDDEN) {
		settling_leave_to_person(self, doubt, hidden_word);
	}
}

bool settling_added(struct settling *self, GError **error)
{
	if (!is_any_open(self)) {
		return true;
	}
	if (!settle_by_name(self, error)) {
		return false;
	}
	if (!is_any_open(self)) {
		return true;
	}
	struct journal *journal = session_journal(self->side->session);
	g_autoptr(GPtrArray) records = records_load(journal, ITEM_CONTACT, error);
	if (records == NULL) {
		return false;
	}
	if (!contacts_enumerate(self->side, records, &self->side->unseen)) {
		g_propagate_error(error, g_error_copy(self->side->unseen));
		return false;
	}
	g_autoptr(GHashTable) known = contacts_known(records);
	if (!compare_strangers(self, known, error) || !settle_hidden(self, known, error)) {
		return false;
	}
	for (guint i = 0; i < self->doubts->len; i++) {
		if (is_open(self->doubts->pdata[i])) {
			conclude(self, self->doubts->pdata[i]);
		}
	}
	return true;
}
