/* SPDX-License-Identifier: MIT */
/* Raw calls: any action of any Personal API, as a person typed it. */
#include "remotes/orange/raw.h"

#include <string.h>

#include "remotes/orange/contact_fields.h"

static bool fail_usage(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);
static bool fail_usage(GError **error, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_USAGE, message);
	return false;
}

/* ---- where it goes ---- */

/* Password and token go to no other server than those of the configuration. */
static bool is_own_server(const struct session *session, const char *url)
{
	const struct remote_settings *settings = session_settings(session);
	const char *const own[] = {settings->endpoint, settings->contacts_url,
	                           settings->calendar_url, settings->messages_url};
	for (gsize i = 0; i < G_N_ELEMENTS(own); i++) {
		if (own[i] != NULL && http_is_same_server(url, own[i])) {
			return true;
		}
	}
	return false;
}

static bool find_address(const struct session *session, const char *url, enum session_api *api,
                         GError **error)
{
	g_autofree char *shown = http_url_for_log(url);
	if (strpbrk(url, "?#") != NULL) {
		return fail_usage(error, "\"%s\": an address without \"?\" and \"#\" is expected",
		                  shown);
	}
	if (!is_own_server(session, url)) {
		return fail_usage(error,
		                  "\"%s\" is on no server of account '%s' (endpoint, contacts_url, "
		                  "calendar_url, messages_url): its password and token do not go "
		                  "there",
		                  shown, session_settings(session)->account);
	}
	*api = SESSION_ADDRESS;
	for (int i = 0; i < SESSION_ADDRESS; i++) {
		const char *known = session_url(session, (enum session_api)i);
		if (known != NULL && http_is_same_address(url, known)) {
			*api = (enum session_api)i;
		}
	}
	return true;
}

static char *api_names(void)
{
	GString *names = g_string_new(NULL);
	for (int i = 0; i < SESSION_ADDRESS; i++) {
		g_string_append_printf(names, "%s, ", session_api_name((enum session_api)i));
	}
	return g_string_free(names, FALSE);
}

static bool find_api(const struct session *session, const char *name, enum session_api *api,
                     GError **error)
{
	if (strstr(name, "://") != NULL) {
		return find_address(session, name, api, error);
	}
	if (session_find_api(name, api)) {
		return true;
	}
	g_autofree char *names = api_names();
	return fail_usage(error, "no API is called \"%s\": say one of %sor an address", name,
	                  names);
}

static struct call *make_call(const struct session *session, const struct raw_call *raw,
                              GError **error)
{
	enum session_api api = SESSION_ADDRESS;
	if (!find_api(session, raw->api, &api, error)) {
		return NULL;
	}
	struct call *call = call_new(api, raw->action);
	call->url = api == SESSION_ADDRESS ? raw->api : NULL;
	call->keeps_body = true;
	for (guint i = 0; i + 1 < raw->parameters->len; i += 2) {
		call_add(call, raw->parameters->pdata[i], raw->parameters->pdata[i + 1]);
	}
	if (raw->file != NULL) {
		call->file = g_bytes_ref(raw->file);
		call->file_name = raw->file_name;
		call->file_type = raw->file_type;
	}
	return call;
}

/* ---- what the ledger gets ---- */

static GHashTable *first_values(const struct raw_call *raw)
{
	GHashTable *values = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; i + 1 < raw->parameters->len; i += 2) {
		if (!g_hash_table_contains(values, raw->parameters->pdata[i])) {
			g_hash_table_insert(values, raw->parameters->pdata[i],
			                    raw->parameters->pdata[i + 1]);
		}
	}
	return values;
}

static void free_find(gpointer find)
{
	contact_find_free(find);
}

static void free_read(gpointer read)
{
	contact_read_free(read);
}

/* Who has the name already; NULL: could not be asked. */
static char *look_for_name(struct contacts *contacts, GHashTable *values)
{
	OWNED(contact) sent = contact_from_parameters(values);
	g_autoptr(GPtrArray) finds = g_ptr_array_new_with_free_func(free_find);
	struct contact_find *find = contact_find_new(sent->family, sent->given, NULL);
	g_ptr_array_add(finds, find);
	const bool is_asked = contact_is_searchable(sent) && contacts_find(contacts, finds, NULL);
	return is_asked && find->error == NULL ? contact_find_before(find) : NULL;
}

/* How many such devices there are; NULL: could not be asked. */
static char *look_for_devices(struct contacts *contacts, const char *cid, GHashTable *values)
{
	g_autoptr(GPtrArray) reads = g_ptr_array_new_with_free_func(free_read);
	struct contact_read *read = contact_read_new(cid, NULL);
	read->is_picture_wanted = false;
	g_ptr_array_add(reads, read);
	contacts_read(contacts, reads, NULL, NULL);
	if (read->contact == NULL) {
		return NULL;
	}
	return g_strdup_printf("%" G_GINT64_FORMAT, contacts_count_devices(read->contact, values));
}

/* What acts on the contact of the parameter cid, and the word by which settling knows it. */
static const struct {
	const char *action, *in_ledger;
} ON_CONTACTS[] = {
	{"adddevice", "adddevice"},
	{"addpicture", "addpicture"},
	{"add picture", "addpicture"},
};

/* What settling does not know it must not read back: without a target it waits for a person. */
static struct ledger_call *make_entry(struct contacts *contacts, const struct raw_call *raw,
                                      enum item_kind kind, GError **error)
{
	const char *action = raw->action;
	g_autoptr(GHashTable) values = first_values(raw);
	const char *cid = NULL;
	g_autofree char *owner = NULL;
	for (gsize i = 0; kind == ITEM_CONTACT && i < G_N_ELEMENTS(ON_CONTACTS); i++) {
		if (strcmp(raw->action, ON_CONTACTS[i].action) == 0) {
			action = ON_CONTACTS[i].in_ledger;
			cid = g_hash_table_lookup(values, "cid");
		}
	}
	if (cid != NULL && !contacts_owner(contacts, cid, &owner, error)) {
		return NULL;
	}
	g_autofree char *uid = owner != NULL ? g_steal_pointer(&owner)
	                                     : ledger_uid_by_hand(session_now(contacts->session));
	struct ledger_call *entry = ledger_call_new(kind, uid, action, cid);
	if (kind == ITEM_CONTACT && strcmp(action, "addcontact") == 0) {
		entry->before = look_for_name(contacts, values);
	} else if (cid != NULL && strcmp(action, "adddevice") == 0) {
		entry->before = look_for_devices(contacts, cid, values);
	}
	return entry;
}

/* ---- sending ---- */

static void free_row(gpointer row)
{
	ledger_call_free(row);
}

/* What became of it stands in the call. */
static bool write_listed(struct contacts *contacts, GPtrArray *calls, enum item_kind kind,
                         struct raw_call *raw, GError **error)
{
	g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(free_row);
	struct ledger_call *entry = make_entry(contacts, raw, kind, error);
	if (entry == NULL) {
		return false;
	}
	g_ptr_array_add(entries, entry);
	session_write(contacts->session, calls, entries, NULL, NULL);
	raw->uid = entry->id == 0 ? NULL : g_strdup(entry->uid);
	return true;
}

/* No page tells what the replies of the other APIs look like: any that is whole will do. */
static bool is_plausible(const struct call *call, bool is_write)
{
	if (is_write || call->error == NULL || call->fate != HTTP_ANSWERED ||
	    call->api < SESSION_PROFILE || call->reply->envelope != REPLY_NONE ||
	    call->status < 200 || call->status > 299) {
		return false;
	}
	OWNED(xml_document)
	document =
		xml_parse(g_bytes_get_data(call->body, NULL), g_bytes_get_size(call->body), NULL);
	return document != NULL;
}

bool raw_send(struct session *session, struct contacts *contacts, struct raw_call *raw,
              GError **error)
{
	const bool is_write = session_is_write(raw->action) || raw->file != NULL;
	if (is_write && !raw->may_write) {
		return fail_usage(error, "%s may write, and that was not allowed", raw->action);
	}
	OWNED(call) call = make_call(session, raw, error);
	if (call == NULL) {
		return false;
	}
	g_autoptr(GPtrArray) calls = g_ptr_array_new();
	g_ptr_array_add(calls, call);
	enum item_kind kind = ITEM_CONTACT;
	if (!is_write) {
		session_read(session, calls, NULL, NULL);
	} else if (!call_kind(call, &kind)) {
		session_write(session, calls, NULL, NULL, NULL);
	} else if (!write_listed(contacts, calls, kind, raw, error)) {
		return false;
	}
	const bool is_good = call->error == NULL || is_plausible(call, is_write);
	raw->status = call->status;
	raw->body = g_steal_pointer(&call->body);
	raw->content_type = g_steal_pointer(&call->content_type);
	if (is_good) {
		return true;
	}
	g_propagate_error(error, g_steal_pointer(&call->error));
	return false;
}
