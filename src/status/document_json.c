/* SPDX-License-Identifier: MIT */
/* A status document as JSON text, and back. */
#include "status/document.h"

#include <jansson.h>

#include <string.h>

#define DOCUMENT_VERSION 1
#define MAX_PROBLEMS     20 /* what a person reads; the rest stands in the journal */
#define MAX_LATEST       50 /* more than any tooltip shows */

/* ---- writing ---- */

static void put_text(json_t *object, const char *key, const char *value)
{
	if (value != NULL) {
		g_autofree char *valid = g_utf8_make_valid(value, -1);
		json_object_set_new(object, key, json_string(valid));
	}
}

static void put_count(json_t *object, const char *key, gint64 value)
{
	if (value >= 0) {
		json_object_set_new(object, key, json_integer(value));
	}
}

static void put_time(json_t *object, const char *key, gint64 when)
{
	g_autoptr(GDateTime) time = when > 0 ? g_date_time_new_from_unix_utc(when) : NULL;
	if (time != NULL) {
		g_autofree char *text = g_date_time_format_iso8601(time);
		json_object_set_new(object, key, json_string(text));
	}
}

static json_t *write_latest(const GPtrArray *latest)
{
	json_t *array = json_array();
	for (guint i = 0; i < latest->len && i < MAX_LATEST; i++) {
		const struct mail_summary *mail = g_ptr_array_index(latest, i);
		json_t *object = json_object();
		put_text(object, "id", mail->id);
		put_text(object, "from", mail->from);
		put_time(object, "date", mail->date);
		put_text(object, "subject", mail->subject);
		put_text(object, "preview", mail->preview);
		put_text(object, "url", mail->url);
		json_array_append_new(array, object);
	}
	return array;
}

static json_t *write_mail(const struct status_mail *mail)
{
	json_t *object = json_object();
	put_count(object, "unread", mail->box->unread);
	put_count(object, "total", mail->box->total);
	put_count(object, "sms", mail->box->sms);
	json_object_set_new(object, "stale", json_boolean(mail->is_stale));
	put_time(object, "as_of", mail->as_of);
	if (mail->box->has_latest) {
		json_object_set_new(object, "latest", write_latest(mail->box->latest));
	}
	return object;
}

static json_t *write_kind(const struct status_kind *kind)
{
	json_t *object = json_object();
	put_count(object, "synced", kind->synced);
	put_count(object, "pending", kind->pending);
	put_count(object, "held", kind->held);
	put_count(object, "refused", kind->refused);
	put_time(object, "last_success", kind->last_success);
	put_text(object, "discovery", kind->discovery);
	if (kind->problems->len > 0) {
		json_t *problems = json_array();
		for (guint i = 0; i < kind->problems->len && i < MAX_PROBLEMS; i++) {
			g_autofree char *line =
				g_utf8_make_valid(g_ptr_array_index(kind->problems, i), -1);
			json_array_append_new(problems, json_string(line));
		}
		json_object_set_new(object, "problems", problems);
	}
	return object;
}

static json_t *write_action(const struct status_document *self)
{
	json_t *object = json_object();
	put_text(object, "kind", self->action_kind);
	put_text(object, "url", self->action_url);
	put_time(object, "since", self->action_since);
	return object;
}

/* A part of which nothing is known is left out. */
static void put_part(json_t *object, const char *key, json_t *part_taken)
{
	if (json_object_size(part_taken) > 0) {
		json_object_set_new(object, key, part_taken);
	} else {
		json_decref(part_taken);
	}
}

char *status_document_to_json(const struct status_document *self)
{
	json_t *root = json_object();
	json_object_set_new(root, "version", json_integer(DOCUMENT_VERSION));
	put_text(root, "account", self->account);
	put_time(root, "updated", self->updated);
	json_object_set_new(root, "state", json_string(status_state_name(self->state)));
	put_time(root, "since", self->since);
	put_text(root, "message", self->message);
	if (self->action_kind != NULL) {
		json_object_set_new(root, "action", write_action(self));
	}
	if (self->mail.box != NULL) {
		json_object_set_new(root, "mail", write_mail(&self->mail));
	}
	put_part(root, "contacts", write_kind(&self->contacts));
	put_part(root, "calendar", write_kind(&self->calendar));
	put_time(root, "next_sync", self->next_sync);
	char *dump = json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(root);
	char *text = g_strdup(dump);
	free(dump);
	return text;
}

/*
 * ---- reading: every getter leaves out alone where the key is absent, and answers false on a
 * wrong type ----
 */

static bool get_text(const json_t *object, const char *key, char **out)
{
	const json_t *value = json_object_get(object, key);
	if (value == NULL) {
		return true;
	}
	if (!json_is_string(value)) {
		return false;
	}
	g_free(*out);
	*out = g_strdup(json_string_value(value));
	return true;
}

static bool get_count(const json_t *object, const char *key, gint64 *out)
{
	const json_t *value = json_object_get(object, key);
	if (value == NULL) {
		return true;
	}
	if (!json_is_integer(value) || json_integer_value(value) < 0) {
		return false;
	}
	*out = json_integer_value(value);
	return true;
}

static bool get_time(const json_t *object, const char *key, gint64 *out)
{
	const json_t *value = json_object_get(object, key);
	if (value == NULL) {
		return true;
	}
	if (!json_is_string(value)) {
		return false;
	}
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(json_string_value(value), NULL);
	if (time == NULL) {
		return false;
	}
	*out = g_date_time_to_unix(time);
	return true;
}

static bool read_summary(const json_t *object, GPtrArray *latest)
{
	struct mail_summary *mail = mail_summary_new();
	g_ptr_array_add(latest, mail);
	return json_is_object(object) && get_text(object, "id", &mail->id) &&
	       get_text(object, "from", &mail->from) && get_time(object, "date", &mail->date) &&
	       get_text(object, "subject", &mail->subject) &&
	       get_text(object, "preview", &mail->preview) && get_text(object, "url", &mail->url);
}

static bool read_latest(const json_t *array, struct mailbox *box)
{
	if (array == NULL) {
		return true;
	}
	if (!json_is_array(array)) {
		return false;
	}
	box->has_latest = TRUE;
	for (size_t i = 0; i < json_array_size(array) && i < MAX_LATEST; i++) {
		if (!read_summary(json_array_get(array, i), box->latest)) {
			return false;
		}
	}
	return true;
}

static bool read_mail(const json_t *object, struct status_mail *mail)
{
	if (object == NULL) {
		return true;
	}
	const json_t *stale = json_object_get(object, "stale");
	if (!json_is_object(object) || (stale != NULL && !json_is_boolean(stale))) {
		return false;
	}
	mail->box = mailbox_new();
	mail->is_stale = json_is_true(stale);
	return get_count(object, "unread", &mail->box->unread) &&
	       get_count(object, "total", &mail->box->total) &&
	       get_count(object, "sms", &mail->box->sms) &&
	       get_time(object, "as_of", &mail->as_of) &&
	       read_latest(json_object_get(object, "latest"), mail->box);
}

static bool read_problems(const json_t *array, GPtrArray *problems)
{
	if (array == NULL) {
		return true;
	}
	if (!json_is_array(array)) {
		return false;
	}
	for (size_t i = 0; i < json_array_size(array) && i < MAX_PROBLEMS; i++) {
		const json_t *line = json_array_get(array, i);
		if (!json_is_string(line)) {
			return false;
		}
		g_ptr_array_add(problems, g_strdup(json_string_value(line)));
	}
	return true;
}

static bool read_kind(const json_t *object, struct status_kind *kind)
{
	if (object == NULL) {
		return true;
	}
	return json_is_object(object) && get_count(object, "synced", &kind->synced) &&
	       get_count(object, "pending", &kind->pending) &&
	       get_count(object, "held", &kind->held) &&
	       get_count(object, "refused", &kind->refused) &&
	       get_time(object, "last_success", &kind->last_success) &&
	       get_text(object, "discovery", &kind->discovery) &&
	       read_problems(json_object_get(object, "problems"), kind->problems);
}

static bool read_action(const json_t *object, struct status_document *self)
{
	if (object == NULL) {
		return true;
	}
	return json_is_object(object) && get_text(object, "kind", &self->action_kind) &&
	       get_text(object, "url", &self->action_url) &&
	       get_time(object, "since", &self->action_since) && self->action_kind != NULL;
}

static bool read_state(const json_t *value, enum status_state *out)
{
	for (enum status_state state = STATUS_OK; json_is_string(value) && state <= STATUS_ERROR;
	     state++) {
		if (strcmp(json_string_value(value), status_state_name(state)) == 0) {
			*out = state;
			return true;
		}
	}
	return false;
}

static bool read_document(const json_t *root, struct status_document *self)
{
	return get_text(root, "account", &self->account) && self->account != NULL &&
	       get_time(root, "updated", &self->updated) &&
	       read_state(json_object_get(root, "state"), &self->state) &&
	       get_time(root, "since", &self->since) && get_text(root, "message", &self->message) &&
	       read_action(json_object_get(root, "action"), self) &&
	       read_mail(json_object_get(root, "mail"), &self->mail) &&
	       read_kind(json_object_get(root, "contacts"), &self->contacts) &&
	       read_kind(json_object_get(root, "calendar"), &self->calendar) &&
	       get_time(root, "next_sync", &self->next_sync);
}

struct status_document *status_document_from_json(const char *text, gsize size, GError **error)
{
	json_error_t where;
	json_t *root = json_loadb(text, size, JSON_REJECT_DUPLICATES, &where);
	if (root == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		            "the status is not readable JSON (line %d)", where.line);
		return NULL;
	}
	struct status_document *self = status_document_new(NULL);
	const json_t *version = json_object_get(root, "version");
	if (!json_is_integer(version) || json_integer_value(version) != DOCUMENT_VERSION) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		                    "the status is of another version");
		g_clear_pointer(&self, status_document_free);
	} else if (!read_document(root, self)) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		                    "the status has a value of a wrong type");
		g_clear_pointer(&self, status_document_free);
	}
	json_decref(root);
	return self;
}
