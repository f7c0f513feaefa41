/* SPDX-License-Identifier: MIT */
/* Completes contacts that are there: the devices and the picture they lack, each sent once. */
#include "remotes/orange/contacts_write.h"

#include <string.h>

#include "formats/vcard.h"
#include "remotes/orange/contact_fields.h"

#define PICTURE_ACTION_KEY "contacts.addpicture"
#define PASSES             2 /* the second sends an e-mail that addcontact should have kept, and did not */

static const char *const picture_actions[] = {"addpicture", "add picture"};

/* ---- one job ---- */

static void free_row(gpointer row)
{
	ledger_call_free(row);
}

static struct contact *read_reduced(const char *text, GError **error)
{
	OWNED(contact) whole = vcard_read(text, strlen(text), NULL, error);
	return whole == NULL ? NULL : contact_reduce(whole, NULL, NULL);
}

struct contact_job *contact_job_new(struct contacts *self, struct change *change, GError **error)
{
	GError *refusal = NULL;
	OWNED(contact) wanted = read_reduced(change->text, &refusal);
	if (wanted == NULL || !contact_is_sendable(wanted, &refusal)) {
		change_fail(change, VERDICT_REFUSED, refusal);
		return NULL;
	}
	GPtrArray *rows =
		ledger_for_item(session_journal(self->session), ITEM_CONTACT, change->uid, error);
	if (rows == NULL) {
		return NULL;
	}
	struct contact_job *job = g_new0(struct contact_job, 1);
	job->change = change;

	job->match = contact_match_key(wanted);
	job->wanted = g_steal_pointer(&wanted);
	job->base = change->base == NULL ? NULL : read_reduced(change->base, NULL);
	job->cid = g_strdup(change->ref);
	job->rows = rows;
	job->tried = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	return job;
}

void contact_job_free(struct contact_job *self)
{
	if (self == NULL) {
		return;
	}
	contact_free(self->wanted);
	contact_free(self->base);
	contact_free(self->there);

	g_free(self->match);
	g_free(self->cid);
	g_ptr_array_unref(self->rows);
	g_hash_table_unref(self->tried);
	g_clear_error(&self->trouble_error);
	g_free(self);
}

static void keep_ref(struct contact_job *job)
{
	if (job->cid != NULL && g_strcmp0(job->change->ref, job->cid) != 0) {
		g_free(job->change->ref);
		job->change->ref = g_strdup(job->cid);
	}
}

void contact_job_fail(struct contact_job *self, enum verdict verdict, GError *error_taken)
{
	keep_ref(self);
	change_fail(self->change, verdict, error_taken);
	self->is_over = true;
}

/* The graver one stays: in doubt, refused, retry. */
static void add_trouble(struct contact_job *job, enum verdict verdict, const GError *error)
{
	static const int weights[] = {
		[VERDICT_RETRY] = 1, [VERDICT_REFUSED] = 2, [VERDICT_IN_DOUBT] = 3};
	if (job->trouble == VERDICT_PENDING || weights[verdict] > weights[job->trouble]) {
		job->trouble = verdict;
		g_clear_error(&job->trouble_error);
		job->trouble_error = error == NULL ? NULL : g_error_copy(error);
	}
}

enum verdict contacts_write_verdict(const struct ledger_call *entry)
{
	switch (entry->state) {
	case LEDGER_REFUSED:
		return VERDICT_REFUSED;
	case LEDGER_ANNOUNCED:
	case LEDGER_IN_DOUBT:
		return VERDICT_IN_DOUBT;
	default:
		return VERDICT_RETRY;
	}
}

/* ---- a batch of writes ---- */

struct batch {
	GPtrArray *calls, *entries;
};

static void free_call(gpointer call)
{
	call_free(call);
}

static void batch_init(struct batch *self)
{
	self->calls = g_ptr_array_new_with_free_func(free_call);
	self->entries = g_ptr_array_new_with_free_func(free_row);
}

static void batch_clear(struct batch *self)
{
	g_ptr_array_unref(self->calls);
	g_ptr_array_unref(self->entries);
}

static struct call *batch_add(struct batch *self, struct contact_job *job, const char *action,
                              const char *ledger_action)
{
	struct call *call = call_new(SESSION_CONTACTS, action);
	call->context = job;
	call->what = g_strdup(ledger_action);
	call_add(call, "cid", job->cid);
	struct ledger_call *entry =
		ledger_call_new(ITEM_CONTACT, job->change->uid, ledger_action, job->cid);
	entry->before =
		g_strdup("0"); /* how many equal ones were there: it is only sent where none is */
	g_ptr_array_add(self->calls, call);
	g_ptr_array_add(self->entries, entry);
	return call;
}

/* ---- devices ---- */

static char *row_device_key(const struct ledger_call *row)
{
	g_autoptr(GHashTable) content = contacts_content(row);
	const char *type = g_hash_table_lookup(content, "type");
	const char *value = g_hash_table_lookup(content, "value");
	for (int i = DEVICE_EMAIL; i <= DEVICE_URL; i++) {
		if (g_strcmp0(type, device_type_name((enum device_type)i)) == 0) {
			struct device device = {.type = (enum device_type)i,
			                        .value = (char *)value};
			return device_key(&device);
		}
	}
	return NULL;
}

/* The newest row that sent this device to this contact and may have had an effect; NULL = none. */
static const struct ledger_call *find_device_row(const struct contact_job *job, const char *key)
{
	for (guint i = job->rows->len; i > 0; i--) {
		const struct ledger_call *row = job->rows->pdata[i - 1];
		if (strcmp(row->action, "adddevice") != 0 ||
		    !contacts_is_same_id(row->target, job->cid) || row->state == LEDGER_REFUSED ||
		    row->state == LEDGER_NOT_SENT) {
			continue;
		}
		g_autofree char *other = row_device_key(row);
		if (g_strcmp0(other, key) == 0) {
			return row;
		}
	}
	return NULL;
}

static void add_note(struct contact_job *job, const char *what, const char *value, const char *why)
{
	GPtrArray *notes = job->change->notes;
	char *note = value == NULL ? g_strdup_printf("%s: %s", what, why)
	                           : g_strdup_printf("%s '%s': %s", what, value, why);
	if (g_ptr_array_find_with_equal_func(notes, note, g_str_equal, NULL)) {
		g_free(note);
	} else {
		g_ptr_array_add(notes, note);
	}
}

/* Never a second time what may be there: what was sent, or was there once, and is there no more was
 * taken away by somebody. */
static bool is_device_due(struct contact_job *job, const struct device *device)
{
	g_autofree char *key = device_key(device);
	if (contact_has_device(job->there, device) || g_hash_table_contains(job->tried, key)) {
		return false;
	}
	const char *word = device_type_name(device->type);
	if (job->base != NULL && contact_has_device(job->base, device)) {
		add_note(job, word, device->value, "removed there, not sent again");
		return false;
	}
	const struct ledger_call *row = find_device_row(job, key);
	if (row == NULL) {
		return true;
	}
	if (row->state == LEDGER_DONE) {
		add_note(job, word, device->value, "sent before, not sent again");
		return false;
	}
	g_autoptr(GError) error = g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT,
	                                      "one %s is in doubt", word);
	add_trouble(job, VERDICT_IN_DOUBT, error);
	return false;
}

static void add_parameters(struct call *call, GPtrArray *parameters_taken)
{
	for (guint i = 0; i + 1 < parameters_taken->len; i += 2) {
		call_add(call, parameters_taken->pdata[i], parameters_taken->pdata[i + 1]);
	}
	g_ptr_array_unref(parameters_taken);
}

static void collect_devices(struct contact_job *job, struct batch *batch)
{
	guint orders[DEVICE_URL + 1] = {0};
	for (guint i = 0; i < job->wanted->devices->len; i++) {
		const struct device *device = job->wanted->devices->pdata[i];
		const guint order = ++orders[device->type];
		if (is_device_due(job, device)) {
			struct call *call = batch_add(batch, job, "adddevice", "adddevice");
			add_parameters(call, device_parameters(device, order));
			g_hash_table_add(job->tried, device_key(device));
		}
	}
}

static void judge(const struct batch *batch, const char *word)
{
	for (guint i = 0; i < batch->calls->len; i++) {
		const struct call *call = batch->calls->pdata[i];
		const struct ledger_call *entry = batch->entries->pdata[i];
		struct contact_job *job = call->context;
		if (entry->state == LEDGER_DONE) {
			job->is_written = true;
			continue;
		}
		job->is_written =
			job->is_written || contacts_write_verdict(entry) == VERDICT_IN_DOUBT;
		add_trouble(job, contacts_write_verdict(entry), call->error);
		if (entry->state == LEDGER_REFUSED) {
			add_note(job, word, NULL,
			         call->error == NULL ? "refused" : call->error->message);
		}
	}
}

static bool add_devices(struct contacts *self, GPtrArray *jobs, guint *sent, GError **error)
{
	struct batch batch;
	batch_init(&batch);
	for (guint i = 0; i < jobs->len; i++) {
		struct contact_job *job = jobs->pdata[i];
		if (!job->is_over && job->cid != NULL) {
			collect_devices(job, &batch);
		}
	}
	*sent = batch.calls->len;
	const bool is_done = *sent == 0 || session_write(self->session, batch.calls, batch.entries,
	                                                 "adding e-mails, phones and urls", error);
	judge(&batch, "device");
	batch_clear(&batch);
	return is_done;
}

/* ---- pictures ---- */

/* The newest picture that may have been taken; NULL = none. */
static const struct ledger_call *find_picture_row(const struct contact_job *job)
{
	for (guint i = job->rows->len; i > 0; i--) {
		const struct ledger_call *row = job->rows->pdata[i - 1];
		if (strcmp(row->action, "addpicture") == 0 &&
		    contacts_is_same_id(row->target, job->cid) && row->state != LEDGER_REFUSED &&
		    row->state != LEDGER_NOT_SENT) {
			return row;
		}
	}
	return NULL;
}

static bool is_row_of_picture(const struct ledger_call *row, GBytes *picture)
{
	g_autoptr(GHashTable) content = contacts_content(row);
	g_autofree char *sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, picture);
	const char *file = g_hash_table_lookup(content, "file");
	return file != NULL && g_str_has_suffix(file, sum);
}

/* One that is there is only replaced by one that was changed here since both agreed. */
static bool is_picture_due(struct contact_job *job)
{
	GBytes *wanted = job->wanted->picture;
	GBytes *there = job->there->picture;
	GBytes *base = job->base == NULL ? NULL : job->base->picture;
	if (wanted == NULL || job->is_picture_tried ||
	    (there != NULL && g_bytes_equal(wanted, there)) ||
	    (base != NULL && g_bytes_equal(wanted, base)) || (there != NULL && job->base == NULL)) {
		return false;
	}
	const struct ledger_call *row = find_picture_row(job);
	if (row == NULL || (row->state == LEDGER_DONE && !is_row_of_picture(row, wanted))) {
		return true;
	}
	if (row->state == LEDGER_DONE) {
		add_note(job, "picture", NULL, "sent before, not sent again");
		return false;
	}
	g_autoptr(GError) error =
		g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_IN_DOUBT, "the picture is in doubt");
	add_trouble(job, VERDICT_IN_DOUBT, error);
	return false;
}

static void collect_picture(struct contact_job *job, struct batch *batch, const char *action)
{
	struct call *call = batch_add(batch, job, action, "addpicture");
	call->file = g_bytes_ref(job->wanted->picture);
	call->file_type = contact_picture_type(job->wanted->picture);
	job->is_picture_tried = true;
}

static bool is_action_unknown(const struct call *call)
{
	return call->reply != NULL && call->reply->meaning == MEANING_UNKNOWN_ACTION;
}

static bool send_pictures(struct contacts *self, GPtrArray *jobs, const char *action,
                          GPtrArray *unknown, GError **error)
{
	struct batch batch;
	batch_init(&batch);
	for (guint i = 0; i < jobs->len; i++) {
		collect_picture(jobs->pdata[i], &batch, action);
	}
	const bool is_done =
		jobs->len == 0 ||
		session_write(self->session, batch.calls, batch.entries, "adding pictures", error);
	for (guint i = 0; unknown != NULL && i < batch.calls->len;) {
		struct call *call = batch.calls->pdata[i];
		if (is_action_unknown(call)) {
			g_ptr_array_add(unknown, call->context);
			g_ptr_array_remove_index(batch.calls, i);
			g_ptr_array_remove_index(batch.entries, i);
		} else {
			i++;
		}
	}
	judge(&batch, "picture");
	batch_clear(&batch);
	return is_done;
}

/* API reading, section 5: the page has two spellings; the one that the server knows is remembered.
 */
static bool add_pictures(struct contacts *self, GPtrArray *jobs, GError **error)
{
	g_autoptr(GPtrArray) due = g_ptr_array_new();
	for (guint i = 0; i < jobs->len; i++) {
		struct contact_job *job = jobs->pdata[i];
		if (!job->is_over && job->cid != NULL && is_picture_due(job)) {
			g_ptr_array_add(due, job);
		}
	}
	if (due->len == 0) {
		return true;
	}
	struct journal *journal = session_journal(self->session);
	g_autofree char *known = journal_memory_get(journal, PICTURE_ACTION_KEY, NULL);
	const gsize first = g_strcmp0(known, picture_actions[1]) == 0 ? 1 : 0;
	g_autoptr(GPtrArray) unknown = g_ptr_array_new();
	if (!send_pictures(self, due, picture_actions[first], unknown, error)) {
		return false;
	}
	if (unknown->len == 0) {
		return true;
	}
	return send_pictures(self, unknown, picture_actions[1 - first], NULL, error) &&
	       journal_memory_set(journal, PICTURE_ACTION_KEY, picture_actions[1 - first], error);
}

/* ---- reading ---- */

static void free_read(gpointer read)
{
	contact_read_free(read);
}

static bool read_jobs(struct contacts *self, GPtrArray *jobs, bool is_first, GError **error)
{
	g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func(free_read);
	for (guint i = 0; i < jobs->len; i++) {
		struct contact_job *job = jobs->pdata[i];
		const bool is_due = is_first ? !job->is_fresh : job->is_fresh || job->is_written;
		if (!job->is_over && job->cid != NULL && is_due) {
			g_ptr_array_add(reads, contact_read_new(job->cid, job));
		}
	}
	const bool is_done = contacts_read(self, reads, "reading contacts back", error);
	for (guint i = 0; i < reads->len; i++) {
		struct contact_read *read = reads->pdata[i];
		struct contact_job *job = read->context;
		if (read->contact != NULL) {
			contact_free(job->there);
			job->there = g_steal_pointer(&read->contact);
			job->is_written = false;
		} else if (is_done) {
			contact_job_fail(job, read->is_missing ? VERDICT_NOT_FOUND : VERDICT_RETRY,
			                 g_steal_pointer(&read->error));
		}
	}
	return is_done;
}

static bool is_changed_there(const struct contact_job *job)
{
	g_autofree char *revision = contact_revision(job->there->family, job->there->given);
	return job->change->revision != NULL && strcmp(job->change->revision, revision) != 0;
}

static void check_revisions(GPtrArray *jobs)
{
	for (guint i = 0; i < jobs->len; i++) {
		struct contact_job *job = jobs->pdata[i];
		if (!job->is_over && job->there != NULL && !job->is_fresh &&
		    is_changed_there(job)) {
			contact_job_fail(job, VERDICT_STALE,
			                 g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_STALE,
			                             "it was renamed there"));
		}
	}
}

/* ---- what is agreed ---- */

static void drop_unwanted(char **there, const char *wanted)
{
	if (wanted == NULL || *wanted == '\0') {
		g_clear_pointer(there, g_free);
	}
}

/* Of what is there, the part that the card here has too. */
static struct contact *part_wanted(const struct contact *there, const struct contact *wanted)
{
	struct contact *part = contact_copy(there);
	drop_unwanted(&part->nickname, wanted->nickname);
	drop_unwanted(&part->company, wanted->company);
	drop_unwanted(&part->department, wanted->department);
	drop_unwanted(&part->function, wanted->function);
	drop_unwanted(&part->birthday, wanted->birthday);
	if (wanted->civility == CIVILITY_UNKNOWN) {
		contact_set_civility(part, CIVILITY_UNKNOWN);
	}
	if (wanted->addresses->len == 0) {
		g_ptr_array_set_size(part->addresses, 0);
	}
	if (wanted->picture == NULL) {
		g_clear_pointer(&part->picture, g_bytes_unref);
	}
	for (guint i = part->devices->len; i > 0; i--) {
		if (!contact_has_device(wanted, part->devices->pdata[i - 1])) {
			g_ptr_array_remove_index(part->devices, i - 1);
		}
	}
	return part;
}

/* What was agreed before, and what this call added to it. */
static struct contact *base_grown(const struct contact_job *job)
{
	struct contact *grown = contact_copy(job->base);
	for (guint i = 0; i < job->there->devices->len; i++) {
		const struct device *device = job->there->devices->pdata[i];
		if (contact_has_device(job->wanted, device)) {
			contact_add_device(grown, device_new(device->type, device->subtype,
			                                     device->info, device->value));
		}
	}
	GBytes *picture = job->there->picture;
	if (picture != NULL && job->wanted->picture != NULL &&
	    g_bytes_equal(picture, job->wanted->picture)) {
		g_clear_pointer(&grown->picture, g_bytes_unref);
		grown->picture = g_bytes_ref(picture);
	}
	return grown;
}

static bool is_same_content(const struct contact *left, const struct contact *right)
{
	OWNED(contact) one = contact_reduce(left, NULL, NULL);
	OWNED(contact) other = contact_reduce(right, NULL, NULL);
	g_autofree char *fingerprint = contact_fingerprint(one);
	g_autofree char *other_fingerprint = contact_fingerprint(other);
	return strcmp(fingerprint, other_fingerprint) == 0;
}

/*
 * Others may have changed it since it was last read. That is not agreed by being seen here: the
 * answer leaves it out, and without a mark it is read again and carried into the card.
 */
static void answer(const struct contacts *self, const struct contact_job *job)
{
	OWNED(contact)
	known = job->base == NULL ? part_wanted(job->there, job->wanted) : base_grown(job);
	contacts_answer(self, job->change, job->there);
	if (is_same_content(known, job->there)) {
		return;
	}
	g_autofree char *mark = g_steal_pointer(&job->change->revision);
	g_free(known->uid);
	known->uid = g_strdup(job->there->uid);
	contacts_answer(self, job->change, known);
	g_clear_pointer(&job->change->revision, g_free);
	if (g_strcmp0(mark, REVISION_NAMELESS) == 0) { /* listed by this mark alone */
		job->change->revision = g_steal_pointer(&mark);
	}
}

static void finish(const struct contacts *self, struct contact_job *job)
{
	answer(self, job);
	if (job->trouble != VERDICT_PENDING) {
		contact_job_fail(job, job->trouble, g_steal_pointer(&job->trouble_error));
		return;
	}
	keep_ref(job);
	job->change->verdict = job->is_adopted ? VERDICT_ADOPTED : VERDICT_DONE;
	job->is_over = true;
}

static bool run_passes(struct contacts *self, GPtrArray *jobs, GError **error)
{
	if (!read_jobs(self, jobs, true, error)) {
		return false;
	}
	check_revisions(jobs);
	for (int pass = 0; pass < PASSES; pass++) {
		guint sent = 0;
		if (!add_devices(self, jobs, &sent, error)) {
			return false;
		}
		if (pass > 0 && sent == 0) {
			return true;
		}
		if (!add_pictures(self, jobs, error) || !read_jobs(self, jobs, false, error)) {
			return false;
		}
		for (guint i = 0; i < jobs->len; i++) {
			struct contact_job *job = jobs->pdata[i];
			job->is_fresh = false;
		}
	}
	return true;
}

bool contacts_complete(struct contacts *self, GPtrArray *jobs, GError **error)
{
	const bool is_done = run_passes(self, jobs, error);
	for (guint i = 0; i < jobs->len; i++) {
		struct contact_job *job = jobs->pdata[i];
		if (job->is_over || job->cid == NULL) {
			continue;
		}
		if (is_done) {
			finish(self, job);
		} else if (job->change->ref == NULL) { /* made, and only then the side failed */
			contact_job_fail(job, VERDICT_RETRY,
			                 error == NULL || *error == NULL ? NULL
			                                                 : g_error_copy(*error));
		}
	}
	return is_done;
}
