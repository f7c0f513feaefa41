/* SPDX-License-Identifier: MIT */
/* The control requests below /_emulator: look behind the service, change it under the client. */
#include "emulator/control.h"
#include "emulator/store_json.h"

#include <string.h>

static struct reply *done(void)
{
	return emu_reply_json(200, json_pack("{s:b}", "ok", 1));
}

static struct reply *refuse(const char *why)
{
	return emu_reply_json(400, json_pack("{s:s}", "error", why));
}

/*
 * The body, or, where there is none, the parameters as an object of strings. NULL if it is not
 * JSON.
 */
static json_t *read_object(const struct request *request)
{
	if (request->body->len == 0) {
		return emu_request_parameters_to_json(request);
	}
	json_t *object = json_loadb((const char *)request->body->data, request->body->len,
	                            JSON_REJECT_DUPLICATES, NULL);
	if (object != NULL && !json_is_object(object)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

static struct reply *show_ledger(struct emulator *self, const struct request *request)
{
	(void)request;
	return emu_reply_json(200, json_incref(self->calls.ledger));
}

static struct reply *show_contacts(struct emulator *self, const struct request *request)
{
	(void)request;
	return emu_reply_json(200, emu_contacts_to_json(self->store));
}

static struct reply *show_events(struct emulator *self, const struct request *request)
{
	(void)request;
	return emu_reply_json(200, emu_events_to_json(self->store));
}

static struct reply *show_mailbox(struct emulator *self, const struct request *request)
{
	(void)request;
	return emu_reply_json(200, emu_mailbox_to_json(self->store));
}

static struct reply *show_calls(struct emulator *self, const struct request *request)
{
	(void)request;
	return emu_reply_json(200, emu_calls_to_json(&self->calls));
}

static struct reply *reset_calls(struct emulator *self, const struct request *request)
{
	(void)request;
	emu_calls_reset(&self->calls);
	return done();
}

/* fault=ACTION:NUMBER:KIND[:ARGUMENT], or action=, number=, kind= and argument= (or arg=) apart. */
static struct reply *add_fault(struct emulator *self, const struct request *request)
{
	const char *whole = emu_request_get(request, "fault");
	const char *argument = emu_request_get(request, "argument");
	if (argument == NULL) {
		argument = emu_request_get(request, "arg");
	}
	g_autofree char *built = g_strconcat(emu_request_get_or(request, "action", ""), ":",
	                                     emu_request_get_or(request, "number", "next"), ":",
	                                     emu_request_get_or(request, "kind", ""),
	                                     argument == NULL ? NULL : ":", argument, NULL);
	const char *text = whole == NULL ? built : whole;
	g_autofree char *action = g_strndup(text, strcspn(text, ":"));
	bool is_any = strcmp(action, "*") == 0;
	unsigned next = emu_calls_count(&self->calls, is_any ? NULL : action) + 1;
	g_autoptr(GError) error = NULL;
	return emu_faults_add(self->faults, text, next, &error) ? done() : refuse(error->message);
}

static struct reply *show_faults(struct emulator *self, const struct request *request)
{
	(void)request;
	return emu_reply_json(200, emu_faults_to_json(self->faults));
}

static struct reply *clear_faults(struct emulator *self, const struct request *request)
{
	(void)request;
	g_ptr_array_set_size(self->faults, 0);
	return done();
}

static struct reply *change_consent(struct emulator *self, const struct request *request)
{
	const char *family = emu_request_get(request, "family");
	if (family == NULL) {
		return emu_reply_json(200, emu_consent_to_json(self->consent));
	}
	enum consent value;
	if (!emu_consent_value_from_name(emu_request_get(request, "value"), &value)) {
		return refuse("value is none, once or always");
	}
	return emu_consent_set(self->consent, family, emu_request_get(request, "attribute"), value)
	               ? done()
	               : refuse("there is no such family and attribute");
}

static struct reply *expire_token(struct emulator *self, const struct request *request)
{
	self->tokens.expired_through = self->tokens.issued;
	if (emu_request_get_number(request, "offline", 0) != 0) {
		self->tokens.dead_through = self->tokens.issued;
	}
	return done();
}

static struct reply *new_token(struct emulator *self, const struct request *request)
{
	g_autofree char *token =
		emu_tokens_issue(&self->tokens, emu_request_get_or(request, "user", USER_COMPLETE),
	                         g_get_real_time() / G_USEC_PER_SEC);
	return emu_reply_json(200, json_pack("{s:s}", "token", token));
}

static struct reply *change_contact(struct emulator *self, const struct request *request,
                                    struct contact *contact)
{
	json_t *object = read_object(request);
	g_autoptr(GError) error = NULL;
	bool is_changed =
		object != NULL && emu_contact_change(self->store, contact, object, &error);
	json_decref(object);
	return is_changed ? NULL : refuse(error == NULL ? "no JSON object" : error->message);
}

static struct reply *id_reply(const struct contact *contact)
{
	return emu_reply_json(200, json_pack("{s:i}", "id", (int)contact->id));
}

static struct reply *add_contact(struct emulator *self, const struct request *request)
{
	OWNED(contact) contact = emu_contact_new();
	struct reply *refusal = change_contact(self, request, contact);
	if (refusal != NULL) {
		return refusal;
	}
	return id_reply(emu_store_take_contact(self->store, g_steal_pointer(&contact)));
}

static struct contact *find_contact(const struct emulator *self, const struct request *request)
{
	return emu_store_find_contact(self->store, emu_request_get_or(request, "cid", ""));
}

static struct reply *edit_contact(struct emulator *self, const struct request *request)
{
	struct contact *contact = find_contact(self, request);
	if (contact == NULL) {
		return refuse("there is no contact of this cid");
	}
	struct reply *refusal = change_contact(self, request, contact);
	emu_store_index_contact(self->store, contact);
	return refusal != NULL ? refusal : id_reply(contact);
}

static struct reply *delete_contact(struct emulator *self, const struct request *request)
{
	struct contact *contact = find_contact(self, request);
	if (contact == NULL) {
		return refuse("there is no contact of this cid");
	}
	emu_store_remove_contact(self->store, contact);
	return done();
}

static struct reply *add_event(struct emulator *self, const struct request *request)
{
	json_t *object = read_object(request);
	g_autoptr(GError) error = NULL;
	bool is_added = emu_event_add(self->store, object, &error);
	json_decref(object);
	return is_added ? done() : refuse(error->message);
}

/* unread=N&total=N&sms=N, or a body as in the data file. */
static struct reply *set_mail(struct emulator *self, const struct request *request)
{
	static const char *const numbers[] = {"unread", "total", "sms"};
	json_t *object = request->body->len == 0 ? json_object() : read_object(request);
	if (object == NULL) {
		return refuse("no JSON object");
	}
	for (size_t i = 0; i < G_N_ELEMENTS(numbers); i++) {
		if (emu_request_get(request, numbers[i]) != NULL) {
			json_object_set_new(
				object, numbers[i],
				json_integer(emu_request_get_number(request, numbers[i], 0)));
		}
	}
	g_autoptr(GError) error = NULL;
	bool is_changed = emu_mailbox_change(self->store, object, &error);
	json_decref(object);
	return is_changed ? done() : refuse(error->message);
}

static struct reply *set_latency(struct emulator *self, const struct request *request)
{
	self->options.latency = CLAMP(emu_request_get_number(request, "ms", 0), 0, 600000);
	return done();
}

static struct reply *set_close_connections(struct emulator *self, const struct request *request)
{
	self->options.close_connections = emu_request_get_number(request, "on", 1) != 0;
	return done();
}

static const struct {
	const char *name;
	struct reply *(*answer)(struct emulator *self, const struct request *request);
} requests[] = {
	{"ledger", show_ledger},
	{"contacts", show_contacts},
	{"events", show_events},
	{"mailbox", show_mailbox},
	{"calls", show_calls},
	{"reset-calls", reset_calls},
	{"fault", add_fault},
	{"faults", show_faults},
	{"clear-faults", clear_faults},
	{"consent", change_consent},
	{"expire-token", expire_token},
	{"new-token", new_token},
	{"add-contact", add_contact},
	{"edit-contact", edit_contact},
	{"delete-contact", delete_contact},
	{"add-event", add_event},
	{"set-mail", set_mail},
	{"latency", set_latency},
	{"close-connections", set_close_connections},
};

struct reply *emu_control_answer(struct emulator *self, const struct request *request)
{
	if (!g_str_has_prefix(request->path, CONTROL_PREFIX)) {
		return NULL;
	}
	if (!request->is_from_loopback) {
		return emu_reply_json(403, json_pack("{s:s}", "error", "for loopback only"));
	}
	const char *name = request->path + strlen(CONTROL_PREFIX);
	for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
		if (strcmp(requests[i].name, name) == 0) {
			g_mutex_lock(&self->lock);
			struct reply *reply = requests[i].answer(self, request);
			g_mutex_unlock(&self->lock);
			return reply;
		}
	}
	return emu_reply_json(404, json_pack("{s:s}", "error", "there is no such control request"));
}
