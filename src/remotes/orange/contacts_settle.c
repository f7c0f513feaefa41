/* SPDX-License-Identifier: MIT */
/* Settles what earlier cycles left in doubt, by reading back what is there. */
#include "remotes/orange/contacts.h"

#include <jansson.h>
#include <string.h>

#include "remotes/orange/contact_fields.h"

static const char nameless_word[] = "cannot be read back: it has no first or last name";
static const char renamed_word[] =
	"somebody new there has its e-mail under another name: it may be there already";

/* One row in doubt. */
struct doubt {
	struct ledger_call *row; /* lent */
	GHashTable *content;
	struct contact *sent; /* addcontact: what was sent; else NULL */
	bool is_decided;
	bool is_absent; /* addcontact: nobody of that name may be it */
};

/* All of one cycle. */
struct settling {
	struct contacts *side;
	gint64 now, grace;
	GPtrArray *doubts;   /* struct doubt */
	GPtrArray *settled;  /* struct ledger_call, lent */
	GHashTable *claimed; /* folded ids that a row of this cycle was found to have made */
};

static void free_doubt(gpointer pointer)
{
	struct doubt *self = pointer;
	g_hash_table_unref(self->content);
	contact_free(self->sent);
	g_free(self);
}

static void free_read(gpointer read)
{
	contact_read_free(read);
}

static void free_find(gpointer find)
{
	contact_find_free(find);
}

static bool is_action(const struct doubt *doubt, const char *action)
{
	return strcmp(doubt->row->action, action) == 0;
}

static bool has_text(const char *text)
{
	return text != NULL && *text != '\0';
}

static void decide(struct settling *self, struct doubt *doubt, enum ledger_state state,
                   const char *result, const char *by, const char *detail)
{
	struct ledger_call *row = doubt->row;
	row->state = state;
	g_free(row->result);
	row->result = g_strdup(result);
	g_free(row->settled_by);
	row->settled_by = g_strdup(by);
	g_free(row->detail);
	row->detail = g_strdup(detail);
	doubt->is_decided = true;
	g_ptr_array_add(self->settled, row);
}

/* A request this old can no longer be under way. */
static bool is_old(const struct settling *self, const struct doubt *doubt)
{
	return self->now - doubt->row->announced_at >= self->grace;
}

static void not_there(struct settling *self, struct doubt *doubt)
{
	if (is_old(self, doubt)) {
		decide(self, doubt, LEDGER_NOT_SENT, NULL, "read-back", "read back: not there");
	}
}

/* ---- addcontact ---- */

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

/*
 * One read contact: the first row in doubt that may have made it takes it when it holds just what
 * was sent. is_unlike: it is new, nobody's, and differs: the service may have changed what it was
 * sent, and nothing is proven.
 */
static bool claim(struct settling *self, struct doubt *doubt, const struct contact_read *read,
                  bool *is_unlike, GError **error)
{
	g_autofree char *folded = session_fold_id(read->id);
	if (doubt->is_decided || read->contact == NULL || is_before(doubt->row, folded) ||
	    g_hash_table_contains(self->claimed, folded)) {
		return true;
	}
	g_autofree char *owner = NULL;
	if (!contacts_owner(self->side, read->id, &owner, error)) {
		return false;
	}
	if (owner != NULL && strcmp(owner, doubt->row->uid) != 0) {
		return true;
	}
	if (contact_has_parameters(read->contact, doubt->sent)) {
		decide(self, doubt, LEDGER_DONE, read->id, "read-back", NULL);
		g_hash_table_add(self->claimed, g_steal_pointer(&folded));
	} else {
		*is_unlike = true;
	}
	return true;
}

static bool judge_added(struct settling *self, const struct contact_find *find, GPtrArray *reads,
                        GError **error)
{
	struct doubt *doubt = find->context;
	bool was_read = find->error == NULL && find->is_certain;
	bool is_unlike = false;
	for (guint i = 0; i < reads->len; i++) {
		const struct contact_read *read = reads->pdata[i];
		if (read->context != doubt) {
			continue;
		}
		was_read = was_read && (read->contact != NULL || read->is_missing);
		if (!claim(self, doubt, read, &is_unlike, error)) {
			return false;
		}
	}
	doubt->is_absent = !doubt->is_decided && was_read && !is_unlike;
	return true;
}

/* Reading back proves nothing: only the person, or their policy, can tell. */
static void leave_to_person(struct settling *self, struct doubt *doubt, const char *word)
{
	const enum in_doubt_policy policy = session_settings(self->side->session)->in_doubt;
	if (policy == IN_DOUBT_SEND_AGAIN && is_old(self, doubt)) {
		decide(self, doubt, LEDGER_NOT_SENT, NULL, "policy", word);
	} else if (policy == IN_DOUBT_ASSUME_DONE) {
		decide(self, doubt, LEDGER_DONE, NULL, "policy", word);
	} else if (g_strcmp0(doubt->row->detail, word) != 0) {
		decide(self, doubt, LEDGER_IN_DOUBT, NULL, NULL, word);
	}
}

/* Nobody's, and it bears the e-mail that was sent: it may be what was sent, renamed there since. */
static void judge_absent(struct settling *self, struct doubt *doubt, GPtrArray *reads)
{
	const struct device *email = contact_own_email(doubt->sent);
	bool may_be = g_strcmp0(doubt->row->detail, renamed_word) == 0;
	for (guint i = 0; i < reads->len; i++) {
		const struct contact_read *read = reads->pdata[i];
		if (read->context != doubt) {
			continue;
		}
		if (read->contact == NULL && !read->is_missing) { /* another time */
			return;
		}
		may_be = may_be ||
		         (read->contact != NULL && contact_has_device(read->contact, email));
	}
	if (may_be) {
		leave_to_person(self, doubt, renamed_word);
	} else {
		not_there(self, doubt);
	}
}

static void add_reads(GPtrArray *reads, const struct contact_find *find)
{
	for (guint i = 0; i < find->found->len; i++) {
		const struct listed *listed = find->found->pdata[i];
		struct contact_read *read = contact_read_new(listed->id, find->context);
		read->is_picture_wanted = false;
		g_ptr_array_add(reads, read);
	}
}

static bool add_nobodys(struct settling *self, GPtrArray *reads, const struct contact_find *find,
                        GError **error)
{
	for (guint i = 0; i < find->found->len; i++) {
		const struct listed *listed = find->found->pdata[i];
		g_autofree char *owner = NULL;
		if (!contacts_owner(self->side, listed->id, &owner, error)) {
			return false;
		}
		if (owner == NULL && !g_hash_table_contains(self->claimed, listed->folded)) {
			struct contact_read *read = contact_read_new(listed->id, find->context);
			read->is_picture_wanted = false;
			g_ptr_array_add(reads, read);
		}
	}
	return true;
}

/* Before it is sent again: is it there under a name that shares only one part with what was sent?
 */
static bool settle_absent(struct settling *self, GError **error)
{
	g_autoptr(GPtrArray) finds = g_ptr_array_new_with_free_func(free_find);
	g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func(free_read);
	for (guint i = 0; i < self->doubts->len; i++) {
		struct doubt *doubt = self->doubts->pdata[i];
		if (doubt->is_absent && contact_own_email(doubt->sent) != NULL) {
			struct contact_find *find =
				contact_find_new(doubt->sent->family, doubt->sent->given, doubt);
			find->is_near = true;
			g_ptr_array_add(finds, find);
		}
	}
	bool is_done = contacts_find(self->side, finds, error);
	for (guint i = 0; i < finds->len && is_done; i++) {
		const struct contact_find *find = finds->pdata[i];
		struct doubt *doubt = find->context;
		doubt->is_absent = find->error == NULL; /* else another time */
		is_done = add_nobodys(self, reads, find, error);
	}
	is_done = is_done && contacts_read(self->side, reads, "reading back", error);
	for (guint i = 0; i < self->doubts->len && is_done; i++) {
		struct doubt *doubt = self->doubts->pdata[i];
		if (doubt->is_absent) {
			judge_absent(self, doubt, reads);
		}
	}
	return is_done;
}

static bool settle_added(struct settling *self, GError **error)
{
	g_autoptr(GPtrArray) finds = g_ptr_array_new_with_free_func(free_find);
	for (guint i = 0; i < self->doubts->len; i++) {
		struct doubt *doubt = self->doubts->pdata[i];
		if (doubt->sent == NULL) {
			continue;
		}
		if (has_text(doubt->sent->family) || has_text(doubt->sent->given)) {
			g_ptr_array_add(finds, contact_find_new(doubt->sent->family,
			                                        doubt->sent->given, doubt));
		} else {
			leave_to_person(self, doubt, nameless_word);
		}
	}
	if (!contacts_find(self->side, finds, error)) {
		return false;
	}
	g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func(free_read);
	for (guint i = 0; i < finds->len; i++) {
		add_reads(reads, finds->pdata[i]);
	}
	bool is_done = contacts_read(self->side, reads, "reading back", error);
	for (guint i = 0; i < finds->len && is_done; i++) {
		is_done = judge_added(self, finds->pdata[i], reads, error);
	}
	return is_done && settle_absent(self, error);
}

/* ---- adddevice, addpicture ---- */

static gint64 count_devices(const struct contact *there, const struct doubt *doubt)
{
	const char *type = g_hash_table_lookup(doubt->content, "type");
	const char *value = g_hash_table_lookup(doubt->content, "value");
	gint64 count = 0;
	for (guint i = 0; i < there->devices->len; i++) {
		const struct device *device = there->devices->pdata[i];
		if (value == NULL || g_strcmp0(type, device_type_name(device->type)) != 0) {
			continue;
		}
		const struct device sent = {.type = device->type, .value = (char *)value};
		g_autofree char *key = device_key(device);
		g_autofree char *sent_key = device_key(&sent);
		count += strcmp(key, sent_key) == 0;
	}
	return count;
}

static void judge_device(struct settling *self, struct doubt *doubt, const struct contact *there)
{
	const gint64 before =
		doubt->row->before == NULL ? 0 : g_ascii_strtoll(doubt->row->before, NULL, 10);
	if (count_devices(there, doubt) > before) {
		decide(self, doubt, LEDGER_DONE, NULL, "read-back", NULL);
	} else {
		not_there(self, doubt);
	}
}

static void judge_picture(struct settling *self, struct doubt *doubt, const struct contact *there)
{
	const char *file = g_hash_table_lookup(doubt->content, "file");
	g_autofree char *sum =
		there->picture == NULL
			? NULL
			: g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, there->picture);
	if (sum != NULL && file != NULL && g_str_has_suffix(file, sum)) {
		decide(self, doubt, LEDGER_DONE, NULL, "read-back", NULL);
	} else {
		not_there(self, doubt);
	}
}

static bool settle_parts(struct settling *self, GError **error)
{
	g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func(free_read);
	for (guint i = 0; i < self->doubts->len; i++) {
		struct doubt *doubt = self->doubts->pdata[i];
		if (doubt->sent == NULL && doubt->row->target != NULL) {
			struct contact_read *read = contact_read_new(doubt->row->target, doubt);
			read->is_picture_wanted = is_action(doubt, "addpicture");
			g_ptr_array_add(reads, read);
		}
	}
	const bool is_done = contacts_read(self->side, reads, "reading back", error);
	for (guint i = 0; i < reads->len && is_done; i++) {
		const struct contact_read *read = reads->pdata[i];
		struct doubt *doubt = read->context;
		if (read->is_missing) { /* the contact itself is gone, and what it had with it */
			not_there(self, doubt);
		} else if (read->contact != NULL && is_action(doubt, "addpicture")) {
			judge_picture(self, doubt, read->contact);
		} else if (read->contact != NULL) {
			judge_device(self, doubt, read->contact);
		}
	}
	return is_done;
}

/* ---- all ---- */

static struct doubt *doubt_new(struct ledger_call *row)
{
	struct doubt *self = g_new0(struct doubt, 1);
	self->row = row;
	self->content = contacts_content(row);
	self->sent = strcmp(row->action, "addcontact") == 0 ? contact_from_parameters(self->content)
	                                                    : NULL;
	return self;
}

bool contacts_settle(struct endpoint *side, GError **error)
{
	struct contacts *self = (struct contacts *)side;
	struct journal *journal = session_journal(self->session);
	if (!ledger_recover(journal, ITEM_CONTACT, error)) {
		return false;
	}
	g_autoptr(GPtrArray) rows = ledger_in_doubt(journal, ITEM_CONTACT, error);
	if (rows == NULL) {
		return false;
	}
	if (rows->len == 0) {
		return true;
	}
	g_autoptr(GPtrArray) doubts = g_ptr_array_new_with_free_func(free_doubt);
	g_autoptr(GPtrArray) settled = g_ptr_array_new();
	g_autoptr(GHashTable) claimed =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = 0; i < rows->len; i++) {
		g_ptr_array_add(doubts, doubt_new(rows->pdata[i]));
	}
	struct settling settling = {
		.side = self,
		.now = session_now(self->session),
		.grace = session_settings(self->session)->in_doubt_grace,
		.doubts = doubts,
		.settled = settled,
		.claimed = claimed,
	};
	GError *failure = NULL;
	if (settle_added(&settling, &failure)) {
		settle_parts(&settling, &failure);
	}
	GError *unsettled = NULL;
	if (settled->len > 0 && !ledger_settle(journal, settled, settling.now, &unsettled)) {
		g_clear_error(&failure);
		failure = unsettled;
	}
	if (failure != NULL) {
		g_propagate_error(error, failure);
		return false;
	}
	return true;
}
