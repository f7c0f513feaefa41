/* SPDX-License-Identifier: MIT */
/* Reading contacts: by id with their pictures, by name, and pages of a search. */
#include "remotes/orange/contacts.h"

#include <string.h>

#include "formats/vcard.h"
#include "remotes/orange/contact_fields.h"
#include "remotes/orange/contact_pictures.h"

static void free_call(gpointer call)
{
	call_free(call);
}

static void free_listed(gpointer listed)
{
	listed_free(listed);
}

/* ---- by id ---- */

struct contact_read *contact_read_new(const char *id, gpointer context)
{
	struct contact_read *self = g_new0(struct contact_read, 1);
	self->id = id;
	self->is_picture_wanted = true;
	self->context = context;
	return self;
}

void contact_read_free(struct contact_read *self)
{
	if (self == NULL) {
		return;
	}
	contact_free(self->contact);
	g_clear_error(&self->error);
	g_free(self);
}

static struct call *id_call(const char *action, struct contact_read *read)
{
	struct call *call = call_new(SESSION_CONTACTS, action);
	call_add(call, "cid", read->id);
	call->what = g_strdup_printf("%s for '%s'", action, read->id);
	call->context = read;
	return call;
}

/*
 * Only "parameter invalid" denies a contact, since the id is all that these calls take. Errors 5
 * and 100 are about the whole account, and nothing local goes because of them.
 */
static bool says_missing(const struct call *call)
{
	return call->reply != NULL && call->reply->envelope == REPLY_COMMAND &&
	       call->reply->code == 2;
}

static void take_contact(const struct contacts *self, const struct call *call)
{
	struct contact_read *read = call->context;
	const struct xml_node *data =
		call->error == NULL ? contact_reply_data(call->reply->command) : NULL;
	if (data != NULL) {
		read->contact = contact_from_reply(data);
		read->contact->uid = contacts_uid(self, read->id);
		return;
	}
	read->is_missing = call->error == NULL || says_missing(call);
	read->error = read->is_missing ? g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_NOT_FOUND,
	                                             "the service has no contact '%s'", read->id)
	                               : g_error_copy(call->error);
}

/* Beside a contact that was read, error 100 (data not found) is about its picture. */
static bool says_no_picture(const struct call *call)
{
	return says_missing(call) ||
	       (call->reply != NULL && call->reply->envelope == REPLY_COMMAND &&
	        call->reply->code == 100);
}

/* A picture that could not be asked for is not a picture that is not there. */
static void take_picture(const struct call *call)
{
	struct contact_read *read = call->context;
	if (read->contact == NULL || says_no_picture(call)) {
		return;
	}
	if (call->error != NULL) {
		g_clear_pointer(&read->contact, contact_free);
		read->error = g_error_copy(call->error);
		return;
	}
	read->contact->picture = contact_picture_from_reply(call->reply->command);
}

bool contacts_read(struct contacts *self, GPtrArray *reads, const char *progress_word,
                   GError **error)
{
	g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func(free_call);
	for (guint i = 0; i < reads->len; i++) {
		struct contact_read *read = reads->pdata[i];
		g_ptr_array_add(calls, id_call("getcontact", read));
		if (read->is_picture_wanted) {
			g_ptr_array_add(calls, id_call("getpicture", read));
		}
	}
	const bool is_done =
		calls->len == 0 || session_read(self->session, calls, progress_word, error);
	for (guint i = 0; i < calls->len; i++) {
		const struct call *call = calls->pdata[i];
		if (strcmp(call->action, "getcontact") == 0) {
			take_contact(self, call);
		} else {
			take_picture(call);
		}
	}
	return is_done;
}

void contacts_answer(const struct contacts *self, struct change *change,
                     const struct contact *contact)
{
	g_free(change->result);
	change->result = vcard_write(contact, session_settings(self->session)->vcard_major);
	g_free(change->revision);
	change->revision = contact_revision(contact->family, contact->given);
}

static void free_read(gpointer read)
{
	contact_read_free(read);
}

bool contacts_fetch(struct endpoint *side, GPtrArray *changes, GError **error)
{
	struct contacts *self = (struct contacts *)side;
	g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func(free_read);
	for (guint i = 0; i < changes->len; i++) {
		struct change *change = changes->pdata[i];
		g_ptr_array_add(reads, contact_read_new(change->ref, change));
	}
	const bool is_read = contacts_read(self, reads, "reading contacts", error);
	const bool is_done = contact_pictures_doubt(self, reads, is_read ? error : NULL) && is_read;
	for (guint i = 0; i < reads->len; i++) {
		struct contact_read *read = reads->pdata[i];
		if (read->contact != NULL) {
			struct change *change = read->context;
			contacts_answer(self, change, read->contact);
			change->verdict = VERDICT_DONE;
		} else if (is_done) {
			change_fail(read->context,
			            read->is_missing ? VERDICT_NOT_FOUND : VERDICT_RETRY,
			            g_steal_pointer(&read->error));
		}
	}
	return is_done;
}

/* ---- pages ---- */

struct call *contacts_search_call(const char *prefix)
{
	struct call *call = call_new(SESSION_CONTACTS, "findcontactlist");
	g_autofree char *query = prefix_query(prefix);
	call_add(call, "search", query);
	call->what = g_strdup("findcontactlist");
	return call;
}

static gint64 read_count(const struct xml_node *node, const char *name)
{
	const char *text = xml_attribute(node, name);
	char *end = NULL;
	const gint64 count = text == NULL ? -1 : g_ascii_strtoll(text, &end, 10);
	return text == NULL || end == text || count < 0 ? -1 : count;
}

static void read_entry(const struct xml_node *data, struct page *page)
{
	const char *id = xml_attribute(data, "id");
	g_autofree char *trimmed = id == NULL ? NULL : xml_trim(id);
	if (trimmed == NULL || *trimmed == '\0') {
		return;
	}
	g_autofree char *folded = session_fold_id(trimmed);
	g_autofree char *last = xml_child_text(data, "lastname");
	g_autofree char *first = xml_child_text(data, "firstname");
	g_ptr_array_add(page->entries, listed_new(trimmed, folded, last, first));
}

struct page *contacts_page(const struct reply *reply)
{
	struct page *page = g_new0(struct page, 1);
	page->entries = g_ptr_array_new_with_free_func(free_listed);
	const struct xml_node *list = xml_descendant(reply->command, "data-list");
	page->total = read_count(list, "total-data");
	page->pages = read_count(list, "nbpage");
	const struct xml_node *data = xml_child(list, "data");
	for (; data != NULL; data = xml_next(data, "data")) {
		read_entry(data, page);
	}
	return page;
}

void page_free(struct page *self)
{
	if (self == NULL) {
		return;
	}
	g_ptr_array_unref(self->entries);
	g_free(self);
}

/* ---- by name ---- */

struct contact_find *contact_find_new(const char *family, const char *given, gpointer context)
{
	struct contact_find *self = g_new0(struct contact_find, 1);
	self->family = family;
	self->given = given;
	self->context = context;
	self->found = g_ptr_array_new_with_free_func(free_listed);
	return self;
}

void contact_find_free(struct contact_find *self)
{
	if (self == NULL) {
		return;
	}
	g_ptr_array_unref(self->found);
	g_clear_error(&self->error);
	g_free(self);
}

static char *folded_name(const char *family, const char *given)
{
	g_autofree char *one = name_fold(family);
	g_autofree char *other = name_fold(given);
	return g_strconcat(one, "\x1f", other, NULL);
}

static bool is_wanted(const char *wanted, const struct listed *listed)
{
	g_autofree char *name = folded_name(listed->last, listed->first);
	return strcmp(name, wanted) == 0;
}

static void take_found(struct contact_find *find, const struct reply *reply)
{
	struct page *page = contacts_page(reply);
	g_autofree char *wanted = folded_name(find->family, find->given);
	find->is_certain = page->pages <= 1 && page->total <= (gint64)page->entries->len;
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i < page->entries->len; i++) {
		const struct listed *listed = page->entries->pdata[i];
		if (is_wanted(wanted, listed) && g_hash_table_add(seen, listed->folded)) {
			g_ptr_array_add(find->found, listed_new(listed->id, listed->folded,
			                                        listed->last, listed->first));
		}
	}
	page_free(page);
}

/* Asks all whose answer is open by one of their names. */
static bool ask_by_name(struct contacts *self, GPtrArray *finds, bool by_family, GError **error)
{
	g_autoptr(GPtrArray) calls = g_ptr_array_new_with_free_func(free_call);
	for (guint i = 0; i < finds->len; i++) {
		struct contact_find *find = finds->pdata[i];
		g_autofree char *prefix = prefix_of_name(by_family ? find->family : find->given);
		const bool is_open = !find->is_certain && find->found->len == 0;
		if (prefix != NULL && is_open) {
			g_clear_error(&find->error);
			struct call *call = contacts_search_call(prefix);
			call->context = find;
			g_ptr_array_add(calls, call);
		}
	}
	const bool is_done =
		calls->len == 0 || session_read(self->session, calls, "looking for names", error);
	for (guint i = 0; i < calls->len; i++) {
		const struct call *call = calls->pdata[i];
		struct contact_find *find = call->context;
		if (call->error != NULL) {
			find->error = g_error_copy(call->error);
		} else {
			take_found(find, call->reply);
		}
	}
	return is_done;
}

bool contacts_find(struct contacts *self, GPtrArray *finds, GError **error)
{
	return ask_by_name(self, finds, true, error) && ask_by_name(self, finds, false, error);
}

bool contact_is_searchable(const struct contact *contact)
{
	g_autofree char *family = prefix_of_name(contact->family);
	g_autofree char *given = prefix_of_name(contact->given);
	return family != NULL || given != NULL;
}
