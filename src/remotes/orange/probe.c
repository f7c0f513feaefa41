/* SPDX-License-Identifier: MIT */
/* What the service says when it is asked, and nothing is written. */
#include "remotes/orange/probe.h"

#include <string.h>

#include "remotes/orange/orange.h"

#define ROWS_SEEN 50 /* of the ledger: the newest that tells of a consent */

/* One part, and what was found out about it. */
struct probe {
	struct session *session; /* lent */
	const struct target *target;
	struct call *call; /* lent */
	GPtrArray *findings;
};

/* The harmless question of each part, and what it tells. */
struct target {
	const char *part;
	enum session_api api;
	const char *action, *url_option;
	bool has_adds;
	enum item_kind kind; /* has_adds: of what is added */
	void (*ask)(struct call *call);
	void (*take_success)(struct probe *self);
};

static void tell(struct probe *self, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void tell(struct probe *self, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *words = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	char *text = g_strdup_printf("%s: %s", self->target->part, words);
	g_ptr_array_add(self->findings, finding_new(text, NULL));
}

static void complain(struct probe *self, enum passerelle_error code, const char *url,
                     const char *format, ...) G_GNUC_PRINTF(4, 5);
static void complain(struct probe *self, enum passerelle_error code, const char *url,
                     const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	g_autofree char *words = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	GError *error = NULL;
	passerelle_error_set_with_url(&error, code, url, "%s: %s", self->target->part, words);
	g_ptr_array_add(self->findings, finding_new(NULL, error));
}

/* ---- what each part is asked ---- */

static void ask_contacts(struct call *call)
{
	call_add(call, "search", "a");
}

static void take_contacts(struct probe *self)
{
	tell(self, "consent to see is given");
}

/* One day: that the list is offered is all that counts. */
static void ask_calendar(struct call *call)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *day = g_date_time_format(now, "%d/%m/%Y");
	call_add(call, "startdate", day);
	call_add(call, "enddate", day);
	call_add(call, "datepattern", "dd/MM/yyyy");
	call_add(call, "timepattern", "HH:mm");
}

static void take_calendar(struct probe *self)
{
	tell(self, "the list of events is offered");
}

static void ask_messages(struct call *call)
{
	call_add(call, "infos", orange_mailbox_infos);
}

static void take_messages(struct probe *self)
{
	struct mailbox *mailbox = orange_mailbox_from(self->call->reply);
	if (mailbox == NULL) {
		complain(self, PASSERELLE_ERROR_PROTOCOL, NULL, "the reply holds no mail counts");
		return;
	}
	if (mailbox->protected_infos == NULL || mailbox->protected_infos[0] == NULL) {
		tell(self, "consent to see is given");
	} else {
		g_autofree char *names = g_strjoinv(", ", mailbox->protected_infos);
		complain(self, PASSERELLE_ERROR_CONSENT, mailbox->consent_url,
		         "consent to see %s is missing", names);
	}
	mailbox_free(mailbox);
}

static const struct target TARGETS[] = {
	{"contacts", SESSION_CONTACTS, "findcontactlist", "contacts_url", true, ITEM_CONTACT,
         ask_contacts, take_contacts},
	{"calendar", SESSION_CALENDAR, "geteventlist", "calendar_url", true, ITEM_EVENT,
         ask_calendar, take_calendar},
	{"messages", SESSION_MESSAGES, "getPersonalMessages", "messages_url", false, ITEM_CONTACT,
         ask_messages, take_messages},
};

/* ---- what the answer proves ---- */

static char *shown_url(const struct probe *self)
{
	return http_url_for_log(session_url(self->session, self->target->api));
}

static void tell_reached(struct probe *self)
{
	const char *url = session_url(self->session, self->target->api);
	g_autofree char *shown = shown_url(self);
	const bool is_secure = g_ascii_strncasecmp(url, "https:", strlen("https:")) == 0;
	tell(self, "%s answers%s", shown,
	     is_secure ? ", and its certificate is verified" : " (this machine, without TLS)");
}

static char *quoted(const struct reply *reply)
{
	return g_strdup_printf("error %d%s%s", reply->code, reply->detail == NULL ? "" : ", ",
	                       reply->detail == NULL ? "" : reply->detail);
}

/* No reply of the APIs: out of order, or another server, or another path of it. */
static void judge_stranger(struct probe *self)
{
	const struct call *call = self->call;
	const char *detail = call->reply->detail == NULL ? "" : call->reply->detail;
	if (call->status >= 500 || call->status == 429) {
		complain(self, PASSERELLE_ERROR_NETWORK, NULL, "the service is out of order (%s)",
		         detail);
		return;
	}
	g_autofree char *shown = shown_url(self);
	complain(self, PASSERELLE_ERROR_CONFIG, NULL,
	         "%s is no address of the Personal APIs (%s): correct endpoint or %s", shown,
	         detail, self->target->url_option);
}

/* Those of the gateway's errors that come before the token is looked at. False: another one. */
static bool judge_gateway(struct probe *self)
{
	const struct reply *reply = self->call->reply;
	g_autofree char *words = quoted(reply);
	if (reply->envelope != REPLY_GATEWAY || reply->meaning != MEANING_CONFIG) {
		return false;
	}
	if (reply->code == -10) {
		complain(self, PASSERELLE_ERROR_CONFIG, NULL,
		         "the service knows no such endpoint (%s): correct endpoint or %s", words,
		         self->target->url_option);
	} else {
		complain(self, PASSERELLE_ERROR_CONFIG, NULL,
		         "the service id or the password is wrong, or they are not subscribed to "
		         "this API (%s)",
		         words);
	}
	return true;
}

/* Order of checks on the server: credentials, token, consent, the API's own. */
static bool judge_token(struct probe *self)
{
	const struct reply *reply = self->call->reply;
	tell(self, "the service id and the password are accepted");
	if (self->call->is_without_token) {
		return false;
	}
	if (reply->meaning != MEANING_LOGIN) {
		tell(self, "the token is accepted");
		return true;
	}
	g_autofree char *words = quoted(reply);
	complain(self, PASSERELLE_ERROR_AUTH, NULL,
	         "the token is invalid or has expired (%s): passerelle login %s", words,
	         session_settings(self->session)->account);
	return false;
}

static void judge_answer(struct probe *self)
{
	const struct reply *reply = self->call->reply;
	g_autofree char *words = quoted(reply);
	switch (reply->meaning) {
	case MEANING_OK:
		self->target->take_success(self);
		break;
	case MEANING_UNKNOWN_ACTION:
		tell(self, "no list of events is offered: what was sent cannot be read back");
		break;
	case MEANING_CONSENT:
		complain(self, PASSERELLE_ERROR_CONSENT, reply->url, "consent%s is missing (%s)",
		         self->target->api == SESSION_CALENDAR ? "" : " to see", words);
		break;
	default:
		g_ptr_array_add(self->findings, finding_new(NULL, g_error_copy(self->call->error)));
		break;
	}
}

/* ---- the consent to add: only adding could ask for it ---- */

static void tell_row(struct probe *self, const struct ledger_call *row)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(row->settled_at);
	g_autofree char *when = time == NULL ? g_strdup("an unknown day")
	                                     : g_date_time_format(time, "%Y-%m-%d %H:%M");
	if (row->state == LEDGER_DONE) {
		tell(self, "consent to add is given: the last add was done on %s", when);
	} else {
		complain(self, PASSERELLE_ERROR_CONSENT, NULL,
		         "consent to add was missing on %s, when something was sent last", when);
	}
}

static void tell_adds(struct probe *self)
{
	struct journal *journal = session_journal(self->session);
	g_autoptr(GPtrArray) rows =
		journal == NULL ? NULL
				: ledger_answered(journal, self->target->kind, ROWS_SEEN, NULL);
	for (guint i = 0; rows != NULL && i < rows->len; i++) {
		const struct ledger_call *row = rows->pdata[i];
		if (row->state == LEDGER_DONE || reply_is_about_consent(row->detail)) {
			tell_row(self, row);
			return;
		}
	}
	tell(self, "consent to add is not known: nothing was sent yet that could tell");
}

/* ---- all of it ---- */

static void judge(struct probe *self)
{
	const struct call *call = self->call;
	if (call->fate != HTTP_ANSWERED) {
		g_ptr_array_add(self->findings, finding_new(NULL, g_error_copy(call->error)));
		return;
	}
	tell_reached(self);
	if (call->reply->envelope == REPLY_NONE) {
		judge_stranger(self);
		return;
	}
	if (judge_gateway(self)) {
		return;
	}
	if (call->reply->meaning == MEANING_TRANSIENT) {
		g_ptr_array_add(self->findings, finding_new(NULL, g_error_copy(call->error)));
		return;
	}
	if (!judge_token(self)) {
		return;
	}
	judge_answer(self);
	if (self->target->has_adds) {
		tell_adds(self);
	}
}

static void free_finding(gpointer finding)
{
	finding_free(finding);
}

GPtrArray *probe_part(struct session *session, const char *part)
{
	GPtrArray *findings = g_ptr_array_new_with_free_func(free_finding);
	const char *token = session_settings(session)->token;
	for (gsize i = 0; i < G_N_ELEMENTS(TARGETS); i++) {
		if (strcmp(TARGETS[i].part, part) != 0) {
			continue;
		}
		OWNED(call) call = call_new(TARGETS[i].api, TARGETS[i].action);
		call->what = g_strdup(part);
		call->is_without_token = token == NULL || token[0] == '\0';
		TARGETS[i].ask(call);
		g_autoptr(GPtrArray) calls = g_ptr_array_new();
		g_ptr_array_add(calls, call);
		session_read(session, calls, NULL, NULL);
		struct probe probe = {session, &TARGETS[i], call, findings};
		judge(&probe);
	}
	return findings;
}
