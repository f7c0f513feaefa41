/* SPDX-License-Identifier: MIT */
/* How each part of an account fares, kept from cycle to cycle. */
#include "app/health.h"

#include "app/address.h"
#include "app/service.h"

#include <jansson.h>

#include <string.h>

#define MEMORY_KEY "app.health"

const char *part_name(enum part part)
{
	static const char *const names[] = {
		[PART_CONTACTS] = "contacts",
		[PART_CALENDAR] = "calendar",
		[PART_MESSAGES] = "messages",
		[PART_PROFILE] = "profile",
	};
	return names[part];
}

void part_health_clear(struct part_health *self)
{
	g_clear_pointer(&self->message, g_free);
	g_clear_pointer(&self->action_kind, g_free);
	g_clear_pointer(&self->action_url, g_free);
	g_clear_pointer(&self->granted_url, g_free);
}

void health_clear(struct health *self)
{
	for (enum part part = 0; part < HEALTH_PARTS; part++) {
		part_health_clear(&self->parts[part]);
	}
}

static void part_read(struct part_health *self, const json_t *object)
{
	self->state = (enum status_state)CLAMP(json_integer_value(json_object_get(object, "state")),
	                                       STATUS_OK, STATUS_ERROR);
	self->message = g_strdup(json_string_value(json_object_get(object, "message")));
	self->action_kind = g_strdup(json_string_value(json_object_get(object, "action")));
	self->action_url = g_strdup(json_string_value(json_object_get(object, "url")));
	self->since = json_integer_value(json_object_get(object, "since"));
	self->granted = json_integer_value(json_object_get(object, "granted"));
	self->granted_url = g_strdup(json_string_value(json_object_get(object, "granted_url")));
}

void health_load(struct health *self, struct journal *journal)
{
	memset(self, 0, sizeof *self);
	g_autofree char *text = journal_memory_get(journal, MEMORY_KEY, NULL);
	json_t *root = text != NULL ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
	for (enum part part = 0; part < HEALTH_PARTS; part++) {
		part_read(&self->parts[part], json_object_get(root, part_name(part)));
	}
	json_decref(root);
}

static json_t *part_write(const struct part_health *self)
{
	return json_pack("{s:i, s:s*, s:s*, s:s*, s:I, s:I, s:s*}", "state", (int)self->state,
	                 "message", self->message, "action", self->action_kind, "url",
	                 self->action_url, "since", (json_int_t)self->since, "granted",
	                 (json_int_t)self->granted, "granted_url", self->granted_url);
}

bool health_save(const struct health *self, struct journal *journal, GError **error)
{
	json_t *root = json_object();
	for (enum part part = 0; part < HEALTH_PARTS; part++) {
		json_object_set_new(root, part_name(part), part_write(&self->parts[part]));
	}
	char *text = json_dumps(root, JSON_COMPACT);
	json_decref(root);
	bool is_saved = journal_memory_set(journal, MEMORY_KEY, text, error);
	free(text);
	return is_saved;
}

void health_set(struct part_health *self, enum status_state state, const char *message,
                const char *action_kind, const char *action_url, gint64 now)
{
	const bool is_granted = self->state == STATUS_CONSENT_REQUIRED &&
	                        (state == STATUS_OK || state == STATUS_HELD);
	bool is_same = self->since > 0 && g_strcmp0(self->action_kind, action_kind) == 0;
	struct part_health fresh = {
		.state = state,
		.message = message != NULL ? g_utf8_make_valid(message, -1) : NULL,
		.action_kind = g_strdup(action_kind),
		.action_url = action_url != NULL ? g_utf8_make_valid(action_url, -1) : NULL,
		.since = action_kind == NULL ? 0
	                 : is_same           ? self->since
	                                     : now,
		.granted = is_granted ? now : self->granted,
		.granted_url = g_strdup(is_granted ? self->action_url : self->granted_url),
	};
	part_health_clear(self);
	*self = fresh;
}

/* What an error means for the account, and what the person is asked to do. */
static const struct {
	enum status_state state;
	const char *action;
} meanings[] = {
	[PASSERELLE_ERROR_USAGE] = {STATUS_ERROR, NULL},
	[PASSERELLE_ERROR_INPUT] = {STATUS_ERROR, NULL},
	[PASSERELLE_ERROR_CONFIG] = {STATUS_ERROR, "configure"},
	[PASSERELLE_ERROR_AUTH] = {STATUS_LOGIN_REQUIRED, "login"},
	[PASSERELLE_ERROR_CONSENT] = {STATUS_CONSENT_REQUIRED, "consent"},
	[PASSERELLE_ERROR_NETWORK] = {STATUS_OFFLINE, NULL},
	[PASSERELLE_ERROR_PROTOCOL] = {STATUS_ERROR, NULL},
	[PASSERELLE_ERROR_UNSUPPORTED] = {STATUS_ERROR, NULL},
	[PASSERELLE_ERROR_REFUSED] = {STATUS_ERROR, NULL},
	[PASSERELLE_ERROR_STALE] = {STATUS_ERROR, NULL},
	[PASSERELLE_ERROR_NOT_FOUND] = {STATUS_ERROR, NULL},
	[PASSERELLE_ERROR_IN_DOUBT] = {STATUS_HELD, "resolve"},
	[PASSERELLE_ERROR_STORAGE] = {STATUS_ERROR, NULL},
	[PASSERELLE_ERROR_DAMAGED] = {STATUS_ERROR, NULL},
	[PASSERELLE_ERROR_BUSY] = {STATUS_ERROR, NULL},
	[PASSERELLE_ERROR_CANCELLED] = {STATUS_OFFLINE, NULL},
};

void health_set_consent(struct part_health *self, const struct account_config *account,
                        const char *message, const char *url, gint64 now)
{
	g_autoptr(GError) foreign = NULL;
	GString *text = g_string_new(message);
	if (url != NULL && !address_is_trusted(account, url, &foreign)) {
		g_string_append_printf(text, "; %s", foreign->message);
	} else if (url != NULL) {
		g_string_append_printf(text, ": type passerelle consent %s", account->name);
	}
	g_autoptr(GDateTime) when =
		self->granted > 0 && url != NULL && g_strcmp0(url, self->granted_url) == 0
			? g_date_time_new_from_unix_local(self->granted)
			: NULL;
	if (when !=
	    NULL) { /* privacy page, step 5: "only for this request" is one of the choices */
		g_autofree char *day = g_date_time_format(when, "%F %R");
		g_string_append_printf(
			text, " (it was given on %s; choose the permanent permission)", day);
	}
	health_set(self, STATUS_CONSENT_REQUIRED, text->str, "consent",
	           foreign == NULL ? url : NULL, now);
	g_string_free(text, TRUE);
}

/* What to type for a new token, where it comes from, or which password is meant. */
static char *login_words(const struct account_config *account, enum part part, const char *message)
{
	if (strstr(message, "passerelle login") != NULL) {
		return g_strdup(message);
	}
	g_autofree char *words = service_sign_in_words(account, part);
	return g_strdup_printf("%s: %s", message, words);
}

void health_set_error(struct part_health *self, const struct account_config *account,
                      enum part part, const GError *error, gint64 now)
{
	if (error == NULL) {
		health_set(self, STATUS_OK, NULL, NULL, NULL, now);
		return;
	}
	const bool is_ours = error->domain == PASSERELLE_ERROR;
	const enum status_state state = is_ours ? meanings[error->code].state : STATUS_ERROR;
	const char *action = is_ours ? meanings[error->code].action : NULL;
	if (state == STATUS_CONSENT_REQUIRED) {
		health_set_consent(self, account, error->message, passerelle_error_url(error), now);
	} else if (state == STATUS_LOGIN_REQUIRED) {
		g_autofree char *message = login_words(account, part, error->message);
		health_set(self, state, message, action, NULL, now);
	} else {
		health_set(self, state, error->message, action, NULL, now);
	}
}

/* What a person can do something about comes first; being out of reach passes by itself. */
static guint rank(enum status_state state)
{
	static const guint ranks[] = {
		[STATUS_OK] = 0,    [STATUS_OFFLINE] = 1,          [STATUS_HELD] = 2,
		[STATUS_ERROR] = 3, [STATUS_CONSENT_REQUIRED] = 4, [STATUS_LOGIN_REQUIRED] = 5,
	};
	return ranks[state];
}

void health_tell(const struct health *self, struct status_document *document)
{
	const struct part_health *worst = &self->parts[0];
	for (enum part part = 1; part < HEALTH_PARTS; part++) {
		if (rank(self->parts[part].state) > rank(worst->state)) {
			worst = &self->parts[part];
		}
	}
	g_free(document->message);
	g_free(document->action_kind);
	g_free(document->action_url);
	document->state = worst->state;
	document->message = g_strdup(worst->message);
	document->action_kind = g_strdup(worst->action_kind);
	document->action_url = g_strdup(worst->action_url);
	document->action_since = worst->since;
}
