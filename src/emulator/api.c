/* SPDX-License-Identifier: MIT */
/*
 * The gateway before the APIs: finds the action, checks in order, lets it fail where it is told
 * to.
 */
#include "emulator/actions.h"

#include "base/limits.h"

#include <string.h>

static const struct {
	const char *path, *name;
} apis[API_COUNT] = {
	[API_CONTACTS] = {"/PersonalContacts/V1", "contacts"},
	[API_CALENDAR] = {"/PersonalCalendar/V1", "calendar"},
	[API_MESSAGES] = {"/PersonalMessages/V2", "messages"},
	[API_RICHPROFILE] = {"/PersonalRichProfile/V1", "richprofile"},
};

static const struct action *const action_tables[] = {
	emu_contacts_actions,
	emu_pictures_actions,
	emu_calendar_actions,
	emu_messages_actions,
};

/* The integration platform puts /int before the path; a slash at the end does no harm. */
static int find_api(const char *path)
{
	g_autofree char *plain =
		g_strdup(g_str_has_prefix(path, "/int/") ? path + strlen("/int") : path);
	if (g_str_has_suffix(plain, "/")) {
		plain[strlen(plain) - 1] = '\0';
	}
	for (int i = 0; i < API_COUNT; i++) {
		if (strcmp(apis[i].path, plain) == 0) {
			return i;
		}
	}
	return -1;
}

static const struct action *find_action(const struct emulator *self, int api, const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(action_tables); i++) {
		for (const struct action *row = action_tables[i]; row->name != NULL; row++) {
			if ((int)row->api == api && strcmp(row->name, name) == 0 &&
			    (!row->is_proposed || self->options.with_event_list)) {
				return row;
			}
		}
	}
	return NULL;
}

/* One name for the two spellings of addpicture, so that faults and counts know it. */
static const char *action_name(const struct request *request)
{
	const char *name = emu_request_get_or(request, "action", "");
	return strcmp(name, "add picture") == 0 ? "addpicture" : name;
}

static bool is_same_secret(const char *left, const char *right)
{
	return left != NULL && strcmp(left, right) == 0;
}

static bool is_subscribed(const struct emulator *self, int api)
{
	if (self->options.subscribed == NULL) {
		return true;
	}
	g_auto(GStrv) names = g_strsplit(self->options.subscribed, ",", -1);
	return g_strv_contains((const char *const *)names, apis[api].name);
}

/* 0, or -8, -10 or -1. user gets the owner of the token. */
static int check_gateway(const struct emulator *self, const struct request *request, int api,
                         const struct action *action, char **user)
{
	if (!is_same_secret(request->user, self->options.service_id) ||
	    !is_same_secret(request->password, self->options.service_password)) {
		return -8;
	}
	if (api < 0) {
		return -10;
	}
	if (!is_subscribed(self, api)) {
		return -8;
	}
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	enum token_state state =
		emu_tokens_check(&self->tokens, emu_request_get(request, "token"), now, user);
	bool is_good = state == TOKEN_VALID ||
	               (state == TOKEN_OFFLINE && action != NULL && action->takes_expired_token);
	return is_good ? 0 : -1;
}

/*
 * XML 1.0 (2.2) has no room for most control characters: a value with one could not be given
 * back.
 */
static bool is_plain_text(const char *value)
{
	if (strlen(value) > LIMIT_FIELD_BYTES || !g_utf8_validate(value, -1, NULL)) {
		return false;
	}
	for (const char *p = value; *p != '\0'; p = g_utf8_next_char(p)) {
		gunichar letter = g_utf8_get_char(p);
		bool is_space = letter == '\t' || letter == '\n' || letter == '\r';
		if ((letter < 0x20 && !is_space) || letter == 0xfffe || letter == 0xffff) {
			return false;
		}
	}
	return true;
}

static const char *find_unusable_parameter(const struct request *request)
{
	for (guint i = 0; i < request->parameters->len; i++) {
		const struct parameter *parameter = request->parameters->pdata[i];
		if (!is_plain_text(parameter->value) ||
		    emu_request_get(request, parameter->name) != parameter->value) {
			return g_utf8_validate(parameter->name, -1, NULL) ? parameter->name
			                                                  : "parameter";
		}
	}
	return NULL;
}

/* Error 1 for what is missing comes before error 2 for what is invalid. */
static struct reply *check_parameters(const struct call *call)
{
	for (const struct parameter_rule *rule = call->action->rules; rule->name != NULL; rule++) {
		const char *value = emu_request_get(call->request, rule->name);
		if (rule->need != NEED_NOT &&
		    (value == NULL || (rule->need == NEED_VALUE && *value == '\0'))) {
			g_autofree char *message = g_strdup_printf("'%s' is missing.", rule->name);
			return emu_call_refuse(call, 1, message);
		}
	}
	const char *unusable = find_unusable_parameter(call->request);
	if (unusable != NULL) {
		return emu_call_refuse_parameter(call, unusable);
	}
	for (const struct parameter_rule *rule = call->action->rules; rule->name != NULL; rule++) {
		const char *value = emu_call_get(call, rule->name);
		if (*value != '\0' && rule->is_valid != NULL && !rule->is_valid(value)) {
			return emu_call_refuse_parameter(call, rule->name);
		}
	}
	return NULL;
}

/* Error 100 or 102: this user has no such service. */
static struct reply *refuse_user(const struct call *call)
{
	if (call->action->api == API_CONTACTS) {
		return emu_call_refuse(call, 100,
		                       "Service AddressBook not provisioned for the user.");
	}
	if (call->action->api == API_CALENDAR) {
		return emu_call_refuse(call, 100,
		                       "Service Calendar not provisioned for this end-user.");
	}
	return emu_reply_messages_error(call->action->api == API_MESSAGES
	                                        ? "getPersonalMessagesReturn"
	                                        : "getPersonalRichProfileReturn",
	                                102);
}

static struct reply *perform(struct call *call, const char *user)
{
	struct emulator *self = call->emulator;
	if (call->action->attribute != NULL &&
	    !emu_consent_take(self->consent, call->action->family, call->action->attribute)) {
		return emu_call_ask_consent(call, call->action->attribute);
	}
	if (call->request->is_post != call->action->is_post) {
		return emu_reply_gateway_error(-7, self->options.quirks);
	}
	if (strcmp(user, USER_NOT_PROVISIONED) == 0) {
		return refuse_user(call);
	}
	struct reply *reply = check_parameters(call);
	if (reply == NULL) {
		reply = call->action->perform(call);
	}
	if (call->has_written) {
		emu_calls_note_write(&self->calls, call->request, call->action->name,
		                     call->written_id);
	}
	g_free(call->written_id);
	return reply;
}

static struct reply *refuse_action(const struct emulator *self, int api, const char *name)
{
	if (api == API_MESSAGES || api == API_RICHPROFILE) {
		return emu_reply_gateway_error(-7, self->options.quirks);
	}
	g_autofree char *shown = g_utf8_make_valid(name, -1);
	if (*name == '\0') {
		return emu_reply_command_error("", 1, "'action' is missing.",
		                               self->options.nested_errors);
	}
	g_autofree char *message = g_strdup_printf("The command '%s' is unknown.", shown);
	return emu_reply_command_error(shown, 4, message, self->options.nested_errors);
}

static struct reply *carry_out(struct emulator *self, const struct request *request, int api,
                               const struct action *action)
{
	g_autofree char *user = NULL;
	int code = check_gateway(self, request, api, action, &user);
	if (code != 0) {
		return emu_reply_gateway_error(code, self->options.quirks);
	}
	if (action == NULL) {
		return refuse_action(self, api, emu_request_get_or(request, "action", ""));
	}
	const char *spelling = self->options.picture_action;
	if (action->is_post && spelling != NULL &&
	    g_strcmp0(emu_request_get(request, "action"), spelling) != 0) {
		return refuse_action(self, api, emu_request_get_or(request, "action", ""));
	}
	struct call call = {.emulator = self, .request = request, .action = action};
	return perform(&call, user);
}

static struct reply *code_reply(struct emulator *self, int api, const char *name, int code)
{
	const struct action *action = find_action(self, api, name);
	if (code == -3 && action != NULL) {
		struct call call = {.emulator = self, .action = action};
		return emu_call_ask_consent(&call,
		                            action->attribute == NULL ? "" : action->attribute);
	}
	if (code < 0) {
		return emu_reply_gateway_error(code, self->options.quirks);
	}
	if (api == API_MESSAGES || api == API_RICHPROFILE) {
		g_autofree char *root = g_strconcat(name, "Return", NULL);
		return emu_reply_messages_error(root, code);
	}
	return emu_reply_command_error(name, code, "simulated", self->options.nested_errors);
}

/* Bytes that are neither XML nor text, the same every time. */
static struct reply *garbage_reply(void)
{
	struct reply *reply = emu_reply_new(200, "text/xml;charset=UTF-8");
	for (int i = 0; i < 512; i++) {
		g_string_append_c(reply->body, (char)(i * 167 + 13));
	}
	return reply;
}

static struct reply *status_page(int status)
{
	return emu_reply_page((unsigned)status,
	                      status == 503   ? "Service Unavailable"
	                      : status == 429 ? "Too Many Requests"
	                                      : "Server Error",
	                      "The server could not complete the request.", "");
}

/* Takes own, the reply of the action itself; NULL where it was not carried out. */
static struct reply *apply_fault(struct emulator *self, const struct fault_verdict *fault,
                                 struct reply *own, int api, const char *name)
{
	struct reply *reply = own;
	switch (fault->kind->answer) {
	case FAULT_STATUS:
		reply = status_page(fault->kind->number);
		reply->retry_after = fault->argument;
		break;
	case FAULT_HTML:
		reply = emu_reply_page(200, "Welcome", "Please sign in to the network.", "");
		break;
	case FAULT_GATEWAY:
		reply = emu_reply_gateway_error(fault->kind->number, self->options.quirks);
		break;
	case FAULT_GARBAGE:
		reply = garbage_reply();
		break;
	case FAULT_CODE:
		reply = code_reply(self, api, name, fault->argument);
		break;
	case FAULT_NOTHING:
	case FAULT_SILENCE:
	case FAULT_CUT:
	case FAULT_DRIP:
		if (reply == NULL) {
			reply = emu_reply_command_error(name, 100, "not carried out", false);
		}
		break;
	}
	reply->delivery = fault->kind->answer == FAULT_NOTHING   ? DELIVER_NOTHING
	                  : fault->kind->answer == FAULT_SILENCE ? DELIVER_SILENCE
	                  : fault->kind->answer == FAULT_CUT     ? DELIVER_CUT
	                  : fault->kind->answer == FAULT_DRIP    ? DELIVER_DRIP
	                                                         : DELIVER_WHOLE;
	reply->drip_ms = fault->argument;
	if (own != NULL && reply != own) {
		emu_reply_free(own);
	}
	return reply;
}

struct reply *emu_api_answer(struct emulator *self, struct request *request)
{
	int api = find_api(request->path);
	if (api < 0 && strstr(request->path, "/Personal") == NULL) {
		return NULL;
	}
	const char *name = action_name(request);
	g_mutex_lock(&self->lock);
	unsigned number = emu_calls_begin(&self->calls, request, name);
	struct fault_verdict fault =
		emu_faults_match(self->faults, name, number, self->calls.total);
	int latency = self->options.latency;
	g_mutex_unlock(&self->lock);

	if (latency > 0) {
		emulator_pause(self, latency);
	}
	g_mutex_lock(&self->lock);
	struct reply *reply = NULL;
	if (fault.kind == NULL || fault.kind->has_effect) {
		reply = carry_out(self, request, api, find_action(self, api, name));
	}
	if (fault.kind != NULL) {
		reply = apply_fault(self, &fault, reply, api, name);
	}
	emu_calls_note_reply(request,
	                     reply->delivery == DELIVER_NOTHING ||
	                                     reply->delivery == DELIVER_SILENCE
	                             ? 0
	                             : reply->status,
	                     fault.kind == NULL ? NULL : fault.kind->name);
	g_mutex_unlock(&self->lock);
	return reply;
}
