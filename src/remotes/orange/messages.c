/* SPDX-License-Identifier: MIT */
/* Mail counts and the overview of unread mails (Personal Messages API V2). */
#include "remotes/orange/orange.h"

#include <string.h>

#include "remotes/orange/overview.h"
#include "remotes/orange/session.h"

#define OVERVIEW_INFO "EmailsLastNDetailed"

/* What is asked for; the reply spells them "NoEmails" too. */
static const struct {
	const char *name;
	gsize offset;
} COUNTS[] = {
	{"NoEMails", offsetof(struct mailbox, total)},
	{"NoUnReadMails", offsetof(struct mailbox, unread)},
	{"NoSMS", offsetof(struct mailbox, sms)},
};

/* Granted and given: its text; NULL = not allowed, which is neither zero nor "no mail". */
static char *granted_text(const struct xml_node *data, const char *name)
{
	const struct xml_node *refused = xml_child(data, "UserProtectedData");
	if (xml_child(refused, name) != NULL) {
		return NULL;
	}
	g_autofree char *text = xml_child_text(xml_child(data, "UserAuthorizedData"), name);
	return text == NULL || text[0] == '\0' ? NULL : g_steal_pointer(&text);
}

static gint64 read_count(const char *text)
{
	guint64 count = 0;
	return g_ascii_string_to_unsigned(text, 10, 0, G_MAXINT32, &count, NULL) ? (gint64)count
	                                                                         : MAILBOX_UNKNOWN;
}

static void read_counts(struct mailbox *mailbox, const struct xml_node *data, GStrvBuilder *refused)
{
	for (gsize i = 0; i < G_N_ELEMENTS(COUNTS); i++) {
		g_autofree char *text = granted_text(data, COUNTS[i].name);
		if (text == NULL) {
			g_strv_builder_add(refused, COUNTS[i].name);
			continue;
		}
		*(gint64 *)G_STRUCT_MEMBER_P(mailbox, COUNTS[i].offset) = read_count(text);
	}
}

static void read_latest(struct mailbox *mailbox, const struct xml_node *data, const char *overview,
                        GStrvBuilder *refused)
{
	const bool is_refused =
		xml_child(xml_child(data, "UserProtectedData"), OVERVIEW_INFO) != NULL;
	g_autofree char *text = overview == NULL ? NULL : xml_trim(overview);
	if (is_refused || text == NULL || text[0] == '\0') {
		g_strv_builder_add(refused, OVERVIEW_INFO);
		return;
	}
	g_ptr_array_unref(mailbox->latest);
	mailbox->latest = overview_read(text);
	mailbox->has_latest = TRUE;
}

const char orange_mailbox_infos[] = "NoEMails,NoUnReadMails,NoSMS," OVERVIEW_INFO;

struct mailbox *orange_mailbox_from(const struct reply *reply)
{
	const struct xml_node *data = xml_child(reply->command, "Data");
	if (data == NULL) {
		return NULL;
	}
	struct mailbox *mailbox = mailbox_new();
	g_autoptr(GStrvBuilder) refused = g_strv_builder_new();
	read_counts(mailbox, data, refused);
	read_latest(mailbox, data, reply->overview, refused);
	g_auto(GStrv) names = g_strv_builder_end(refused);
	if (names[0] != NULL) {
		g_strfreev(mailbox->protected_infos);
		mailbox->protected_infos = g_steal_pointer(&names);
		mailbox->consent_url = g_strdup(reply->url);
	}
	return mailbox;
}

struct mailbox *orange_read_mailbox(struct session *session, GError **error)
{
	OWNED(call) call = call_new(SESSION_MESSAGES, "getPersonalMessages");
	call_add(call, "infos", orange_mailbox_infos);
	call->what = g_strdup("mail counts");
	if (!session_read_one(session, call, error)) {
		return NULL;
	}
	struct mailbox *mailbox = orange_mailbox_from(call->reply);
	if (mailbox == NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL,
		            "mail counts: the reply holds none");
	}
	return mailbox;
}
