/* SPDX-License-Identifier: MIT */
/* The contacts of an account as one side of a sync: the table of what it can, and what it can hold.
 */
#include "remotes/orange/contacts.h"

#include <string.h>

#include "formats/vcard.h"
#include "remotes/orange/contact_fields.h"
#include "remotes/orange/orange.h"
#include "remotes/orange/prefixes.h"

#define UID_DIGITS 40

char *contacts_uid(const struct contacts *self, const char *id)
{
	g_autofree char *folded = session_fold_id(id);
	g_autofree char *text =
		g_strconcat(session_url(self->session, SESSION_CONTACTS), "\n",
	                    session_settings(self->session)->account, "\n", folded, NULL);
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
	return g_strdup_printf("passerelle-%.*s", UID_DIGITS, sum);
}

static void free_item(gpointer item)
{
	item_free(item);
}

static bool has_any_name(const struct contact *contact)
{
	const char *const names[] = {contact->family, contact->given, contact->nickname,
	                             contact->company};
	for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
		if (names[i] != NULL && *names[i] != '\0') {
			return true;
		}
	}
	return false;
}

static struct item *project_contact(const struct contacts *self, struct contact *contact,
                                    GPtrArray *lost, GPtrArray *repairs)
{
	struct item *item = item_new();
	item->uid = g_strdup(contact->uid);
	item->name = contact_display_name(contact);
	item->text = vcard_write(contact, session_settings(self->session)->vcard_major);
	item->fingerprint = contact_fingerprint(contact);
	item->match = contact_match_key(contact);
	item->facts = contact_facts(contact);
	g_ptr_array_add(lost, NULL);
	item->lost = g_strdupv((char **)lost->pdata);
	g_ptr_array_add(repairs, NULL);
	item->repairs = g_strdupv((char **)repairs->pdata);
	return item;
}

static GPtrArray *contacts_project(struct endpoint *side, const char *text,
                                   const char *fallback_uid, gint64 *next_due, GError **error)
{
	const struct contacts *self = (const struct contacts *)side;
	if (next_due != NULL) {
		*next_due = 0;
	}
	g_autoptr(GPtrArray) repairs = g_ptr_array_new_with_free_func(g_free);
	OWNED(contact) whole = vcard_read(text, strlen(text), repairs, error);
	if (whole == NULL) {
		return NULL;
	}
	g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func(free_item);
	if (g_strcmp0(whole->kind, "group") == 0) { /* the service has no groups */
		return g_steal_pointer(&items);
	}
	g_autoptr(GPtrArray) lost = g_ptr_array_new_with_free_func(g_free);
	OWNED(contact) contact = contact_reduce(whole, text, lost);
	if (!has_any_name(contact)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "the card has no name, nickname or company");
		return NULL;
	}
	if (contact->uid == NULL || *contact->uid == '\0') {
		g_free(contact->uid);
		contact->uid = g_strdup(fallback_uid);
	}
	g_ptr_array_add(items, project_contact(self, contact, lost, repairs));
	return g_steal_pointer(&items);
}

static struct contact *read_reduced(const char *text)
{
	OWNED(contact) whole = vcard_read(text, strlen(text), NULL, NULL);
	return whole == NULL ? NULL : contact_reduce(whole, NULL, NULL);
}

static void contacts_compare(struct endpoint *side, const char *here, const char *there,
                             GPtrArray *notes)
{
	(void)side;
	OWNED(contact) wanted = read_reduced(here);
	OWNED(contact) present = read_reduced(there);
	if (wanted != NULL && present != NULL) {
		contact_note_differences(wanted, present, notes);
	}
}

static bool contacts_can_find(struct endpoint *side, const struct item *item)
{
	(void)side;
	OWNED(contact) contact = read_reduced(item->text);
	return contact != NULL && contact_is_searchable(contact);
}

static void contacts_close(struct endpoint *side)
{
	struct contacts *self = (struct contacts *)side;
	if (self == NULL) {
		return;
	}
	prefixes_free(self->enumerated);
	g_clear_error(&self->unseen);
	g_free(self);
}

static const struct endpoint_functions functions = {
	.list = contacts_list,
	.fetch = contacts_fetch,
	.project = contacts_project,
	.compare = contacts_compare,
	.create = contacts_create,
	.update = contacts_update,
	.remove = NULL, /* the service removes nothing */
	.can_find = contacts_can_find,
	.settle = contacts_settle,
	.close = contacts_close,
};

struct endpoint *orange_contacts_new(struct session *session)
{
	struct contacts *self = g_new0(struct contacts, 1);
	self->endpoint.functions = &functions;
	self->endpoint.name = "orange contacts";
	self->session = session;
	return &self->endpoint;
}
