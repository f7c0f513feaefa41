/* SPDX-License-Identifier: MIT */
/* New contacts and what is new about old ones, sent so that nothing is ever sent twice. */
#include "remotes/orange/contacts_write.h"

#include <string.h>

#include "remotes/orange/contact_fields.h"

/* What a call of create knows beside its jobs. */
struct creation {
	struct contacts *side;
	GHashTable *owners; /* folded id -> uid, of this call */
	GHashTable *twins;  /* match key -> uid of another item whose addcontact is in doubt */
};

static void free_job(gpointer job)
{
	contact_job_free(job);
}

static void free_find(gpointer find)
{
	contact_find_free(find);
}

static void free_read(gpointer read)
{
	contact_read_free(read);
}

static void free_call(gpointer call)
{
	call_free(call);
}

static void free_row(gpointer row)
{
	ledger_call_free(row);
}

static bool has_text(const char *text)
{
	return text != NULL && *text != '\0';
}

static bool is_nameless(const struct contact *contact)
{
	return !has_text(contact->family) && !has_text(contact->given);
}

/* ---- what was sent before ---- */

/* Resumes with the id that addcontact brought, or stops where its outcome is unknown. */
static void resume(struct contact_job *job)
{
	for (guint i = job->rows->len; i > 0 && !job->is_over && job->cid == NULL; i--) {
		const struct ledger_call *row = job->rows->pdata[i - 1];
		if (strcmp(row->action, "addcontact") != 0) {
			continue;
		}
		if (row->state == LEDGER_DONE && row->result != NULL) {
			job->cid = g_strdup(row->result);
		} else if (row->state == LEDGER_IN_DOUBT || row->state == LEDGER_ANNOUNCED) {
			contact_job_fail(job, VERDICT_IN_DOUBT,
			                 g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT,
			                             "addcontact is in doubt"));
		}
	}
}

/* DONE by a person's or the policy's word: it is there, and only a search can tell its id. */
static bool is_done_without_id(const struct contact_job *job)
{
	for (guint i = 0; i < job->rows->len; i++) {
		const struct ledger_call *row = job->rows->pdata[i];
		if (strcmp(row->action, "addcontact") == 0 && row->state == LEDGER_DONE &&
		    row->result == NULL) {
			return true;
		}
	}
	return false;
}

static bool load_twins(struct creation *self, GError **error)
{
	struct journal *journal = session_journal(self->side->session);
	g_autoptr(GPtrArray) rows = ledger_in_doubt(journal, ITEM_CONTACT, error);
	for (guint i = 0; rows != NULL && i < rows->len; i++) {
		const struct ledger_call *row = rows->pdata[i];
		if (strcmp(row->action, "addcontact") == 0) {
			g_autoptr(GHashTable) content = contacts_content(row);
			OWNED(contact) sent = contact_from_parameters(content);
			g_hash_table_insert(self->twins, contact_match_key(sent),
			                    g_strdup(row->uid));
		}
	}
	return rows != NULL;
}

static void wait_for_twin(struct creation *self, struct contact_job *job)
{
	const char *uid = g_hash_table_lookup(self->twins, job->match);
	if (uid != NULL && strcmp(uid, job->change->uid) != 0) {
		contact_job_fail(job, VERDICT_RETRY,
		                 g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT,
		                             "waits: another card of that name is in doubt"));
	}
}

/* ---- is it there already? ---- */

/* Somebody of the same name: whose, and how much alike. */
struct candidate {
	char *id;
	char *owner; /* NULL = nobody's */
	unsigned shared;
};

static void clear_candidate(gpointer data)
{
	struct candidate *candidate = data;
	g_free(candidate->id);
	g_free(candidate->owner);
}

/* Nothing contradicts; somebody else's only where the two surely are one person. */
static bool is_same_person(const struct contact_job *job, const struct contact *there,
                           bool is_owned, unsigned *shared)
{
	g_auto(GStrv) wanted = contact_facts(job->wanted);
	g_auto(GStrv) present = contact_facts(there);
	const enum facts_relation relation = facts_compare(wanted, present, shared);
	if (relation == FACTS_CONTRADICT) {
		return false;
	}
	const bool is_equal = wanted[0] == NULL && present[0] == NULL;
	return !is_owned || (relation == FACTS_COMPATIBLE && (*shared > 0 || is_equal));
}

static bool find_owner(struct creation *self, const char *id, char **uid, GError **error)
{
	g_autofree char *folded = session_fold_id(id);
	const char *known = g_hash_table_lookup(self->owners, folded);
	if (known != NULL) {
		*uid = g_strdup(known);
		return true;
	}
	if (!contacts_owner(self->side, id, uid, error)) {
		return false;
	}
	if (*uid != NULL && ledger_is_by_hand(*uid)) { /* no item's yet: whoever comes first */
		g_clear_pointer(uid, g_free);
	}
	return true;
}

static void own(struct creation *self, struct contact_job *job)
{
	g_hash_table_insert(self->owners, session_fold_id(job->cid), g_strdup(job->change->uid));
}

static bool weigh(struct creation *self, const struct contact_read *read, struct candidate *best,
                  GError **error)
{
	const struct contact_job *job = read->context;
	struct candidate candidate = {.id = g_strdup(read->id)};
	if (!find_owner(self, read->id, &candidate.owner, error)) {
		clear_candidate(&candidate);
		return false;
	}
	if (g_strcmp0(candidate.owner, job->change->uid) == 0) {
		g_clear_pointer(&candidate.owner, g_free);
	}
	const bool is_same =
		is_same_person(job, read->contact, candidate.owner != NULL, &candidate.shared);
	const unsigned weight = 2 * candidate.shared + (candidate.owner == NULL ? 1 : 0);
	const unsigned best_weight = 2 * best->shared + (best->owner == NULL ? 1 : 0);
	if (is_same && (best->id == NULL || weight > best_weight)) {
		clear_candidate(best);
		*best = candidate;
	} else {
		clear_candidate(&candidate);
	}
	return true;
}

static bool choose(struct creation *self, struct contact_job *job, GPtrArray *reads, GError **error)
{
	struct candidate best = {0};
	bool is_done = true;
	for (guint i = 0; i < reads->len && is_done && !job->is_over; i++) {
		struct contact_read *read = reads->pdata[i];
		if (read->context != job || job->change->is_insisted) {
			continue;
		}
		if (read->contact != NULL) {
			is_done = weigh(self, read, &best, error);
		} else if (!read->is_missing) {
			contact_job_fail(job, VERDICT_RETRY, g_steal_pointer(&read->error));
		}
	}
	if (is_done && !job->is_over && best.owner != NULL) {
		job->change->same_as = g_steal_pointer(&best.owner);
		contact_job_fail(job, VERDICT_SAME_AS, NULL);
	} else if (is_done && !job->is_over && best.id != NULL) {
		job->cid = g_steal_pointer(&best.id);
		job->is_adopted = true;
		own(self, job);
	}
	clear_candidate(&best);
	return is_done;
}

static bool read_candidates(struct creation *self, GPtrArray *finds, GError **error)
{
	g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func(free_read);
	for (guint i = 0; i < finds->len; i++) {
		const struct contact_find *find = finds->pdata[i];
		for (guint j = 0; j < find->found->len; j++) {
			const struct listed *listed = find->found->pdata[j];
			struct contact_read *read = contact_read_new(listed->id, find->context);
			read->is_picture_wanted = false;
			g_ptr_array_add(reads, read);
		}
	}
	if (!contacts_read(self->side, reads, "comparing contacts", error)) {
		return false;
	}
	for (guint i = 0; i < finds->len; i++) {
		const struct contact_find *find = finds->pdata[i];
		if (find->error == NULL && !choose(self, find->context, reads, error)) {
			return false;
		}
	}
	return true;
}

/* Immediately before adding: two hosts or a web interface must not make it two. */
static bool look_up(struct creation *self, GPtrArray *wave, GPtrArray *finds, GError **error)
{
	for (guint i = 0; i < wave->len; i++) {
		struct contact_job *job = wave->pdata[i];
		if (!job->is_over && job->cid == NULL && !is_nameless(job->wanted)) {
			g_ptr_array_add(finds, contact_find_new(job->wanted->family,
			                                        job->wanted->given, job));
		}
	}
	if (!contacts_find(self->side, finds, error)) {
		return false;
	}
	for (guint i = 0; i < finds->len; i++) {
		struct contact_find *find = finds->pdata[i];
		if (find->error != NULL) {
			contact_job_fail(find->context, VERDICT_RETRY, g_error_copy(find->error));
		}
	}
	return read_candidates(self, finds, error);
}

/* ---- adding ---- */

static char *before_of(GPtrArray *finds, const struct contact_job *job)
{
	for (guint i = 0; i < finds->len; i++) {
		const struct contact_find *find = finds->pdata[i];
		if (find->context == job) {
			return contact_find_before(find);
		}
	}
	return NULL;
}

static struct call *add_call(const struct contact_job *job)
{
	struct call *call = call_new(SESSION_CONTACTS, "addcontact");
	g_autoptr(GPtrArray) parameters = contact_parameters(job->wanted);
	for (guint i = 0; i + 1 < parameters->len; i += 2) {
		call_add(call, parameters->pdata[i], parameters->pdata[i + 1]);
	}

	call->context = (gpointer)job;
	return call;
}

/* What addcontact took along counts as there until it is read. */
static struct contact *just_added(const struct contact_job *job)
{
	struct contact *there = contact_new();
	const struct device *email = contact_own_email(job->wanted);
	if (email != NULL) {
		contact_add_device(
			there, device_new(email->type, email->subtype, INFO_HOME, email->value));
	}
	return there;
}

static void take_added(struct creation *self, const struct call *call,
                       const struct ledger_call *entry)
{
	struct contact_job *job = call->context;
	if (entry->state == LEDGER_DONE && entry->result != NULL) {
		job->cid = g_strdup(entry->result);
		job->is_fresh = true;
		job->there = just_added(job);
		own(self, job);
		return;
	}
	if (entry->state == LEDGER_IN_DOUBT) {
		g_hash_table_insert(self->twins, g_strdup(job->match), g_strdup(job->change->uid));
	}
	if (entry->state == LEDGER_NEW) { /* never announced: the side failed before it */
		return;
	}
	GError *error = call->error != NULL
	                        ? g_error_copy(call->error)
	                        : g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
	                                      "addcontact: the reply has no id");
	contact_job_fail(job, contacts_write_verdict(entry), error);
}

static bool add(struct creation *self, GPtrArray *wave, GPtrArray *finds, GError **error)
{
	g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func(free_call);
	g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(free_row);
	for (guint i = 0; i < wave->len; i++) {
		struct contact_job *job = wave->pdata[i];
		if (job->is_over || job->cid != NULL) {
			continue;
		}
		if (is_done_without_id(job)) {
			contact_job_fail(job, VERDICT_IN_DOUBT,
			                 g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT,
			                             "it was added, and its id is not known"));
			continue;
		}
		struct ledger_call *entry =
			ledger_call_new(ITEM_CONTACT, job->change->uid, "addcontact", NULL);
		entry->before = before_of(finds, job);
		g_ptr_array_add(calls, add_call(job));
		g_ptr_array_add(entries, entry);
	}
	const bool is_done = calls->len == 0 || session_write(self->side->session, calls, entries,
	                                                      "adding contacts", error);
	for (guint i = 0; i < calls->len; i++) {
		take_added(self, calls->pdata[i], entries->pdata[i]);
	}
	return is_done;
}

/* ---- waves: of cards with one name each sees the one before it ---- */

/* Cards without first and last name cannot be searched: equal ones of one call are one. */
static void match_nameless(struct contact_job *job, GHashTable *nameless)
{
	if (job->is_over || job->cid != NULL || !is_nameless(job->wanted)) {
		return;
	}
	g_autofree char *fingerprint = contact_fingerprint(job->wanted);
	const char *uid = g_hash_table_lookup(nameless, fingerprint);
	if (uid != NULL) {
		job->change->same_as = g_strdup(uid);
		contact_job_fail(job, VERDICT_SAME_AS, NULL);
	} else {
		g_hash_table_insert(nameless, g_steal_pointer(&fingerprint),
		                    g_strdup(job->change->uid));
	}
}

static void free_wave(gpointer wave)
{
	g_ptr_array_unref(wave);
}

static GPtrArray *make_waves(GPtrArray *jobs)
{
	GPtrArray *waves = g_ptr_array_new_with_free_func(free_wave);
	g_autoptr(GHashTable) counts = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) nameless =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (guint i = 0; i < jobs->len; i++) {
		struct contact_job *job = jobs->pdata[i];
		match_nameless(job, nameless);
		const guint wave = GPOINTER_TO_UINT(g_hash_table_lookup(counts, job->match));
		g_hash_table_insert(counts, job->match, GUINT_TO_POINTER(wave + 1));
		if (wave >= waves->len) {
			g_ptr_array_add(waves, g_ptr_array_new());
		}
		g_ptr_array_add(waves->pdata[wave], job);
	}
	return waves;
}

static bool run_wave(struct creation *self, GPtrArray *wave, GError **error)
{
	g_autoptr(GPtrArray) finds = g_ptr_array_new_with_free_func(free_find);
	for (guint i = 0; i < wave->len; i++) {
		struct contact_job *job = wave->pdata[i];
		if (!job->is_over && job->cid == NULL) {
			wait_for_twin(self, job);
		}
	}
	GError *failure = NULL;
	if (look_up(self, wave, finds, &failure)) {
		add(self, wave, finds, &failure);
	}
	if (failure != NULL) { /* what was made by then keeps its id */
		for (guint i = 0; i < wave->len; i++) {
			struct contact_job *job = wave->pdata[i];
			if (!job->is_over && job->is_fresh) {
				contact_job_fail(job, VERDICT_RETRY, g_error_copy(failure));
			}
		}
		g_propagate_error(error, failure);
		return false;
	}
	return contacts_complete(self->side, wave, error);
}

static GPtrArray *open_jobs(struct contacts *self, GPtrArray *changes, GError **error)
{
	g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(free_job);
	for (guint i = 0; i < changes->len; i++) {
		GError *failure = NULL;
		struct contact_job *job = contact_job_new(self, changes->pdata[i], &failure);
		if (job != NULL) {
			g_ptr_array_add(jobs, job);
		} else if (failure != NULL) {
			g_propagate_error(error, failure);
			return NULL;
		}
	}
	return g_steal_pointer(&jobs);
}

bool contacts_create(struct endpoint *side, GPtrArray *changes, GError **error)
{
	struct contacts *self = (struct contacts *)side;
	g_autoptr(GPtrArray) jobs = open_jobs(self, changes, error);
	if (jobs == NULL) {
		return false;
	}
	struct creation creation = {
		.side = self,
		.owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.twins = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
	};
	bool is_done = load_twins(&creation, error);
	for (guint i = 0; i < jobs->len && is_done; i++) {
		struct contact_job *job = jobs->pdata[i];
		g_clear_pointer(&job->cid, g_free);
		resume(job);
		if (job->cid != NULL) {
			own(&creation, job);
		}
	}
	g_autoptr(GPtrArray) waves = make_waves(jobs);
	for (guint i = 0; i < waves->len && is_done; i++) {
		is_done = run_wave(&creation, waves->pdata[i], error);
	}
	g_hash_table_unref(creation.owners);
	g_hash_table_unref(creation.twins);
	return is_done;
}

bool contacts_update(struct endpoint *side, GPtrArray *changes, GError **error)
{
	struct contacts *self = (struct contacts *)side;
	g_autoptr(GPtrArray) jobs = open_jobs(self, changes, error);
	return jobs != NULL && contacts_complete(self, jobs, error);
}
