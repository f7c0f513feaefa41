/* SPDX-License-Identifier: MIT */
/*
 * Personal Messages and RichProfile APIs: what is allowed, and, beside it, empty, what is
 * protected.
 */
#include "emulator/actions.h"

#include <string.h>

static void write_mail_count(const struct call *call, GString *out)
{
	g_string_append_printf(out, "%d", call->emulator->store->total_mails);
}

static void write_unread_count(const struct call *call, GString *out)
{
	g_string_append_printf(out, "%u", call->emulator->store->mails->len);
}

static void write_sms_count(const struct call *call, GString *out)
{
	g_string_append_printf(out, "%d", call->emulator->store->unread_sms);
}

/*
 * One leaf of the overview. Raw, as published: no escaping, a blank in the address, a body cut
 * inside a character, the wrong day of the week, a line break and U+00A0 before the end tag.
 */
static void write_mail_leaf(GString *out, const char *name, const char *text, bool is_raw)
{
	if (!is_raw) {
		g_autofree char *escaped = emu_xml_escape(text);
		g_string_append_printf(out, "<%s>%s</%s>\n", name, escaped, name);
		return;
	}
	g_autoptr(GString) raw = g_string_new(text);
	bool is_end_broken = strcmp(name, "msg_date") == 0 || strcmp(name, "msg_begin_body") == 0 ||
	                     strcmp(name, "msg_url_access") == 0;
	if (strcmp(name, "msg_date") == 0 && g_str_has_prefix(text, "Tue,")) {
		g_string_overwrite(raw, 0, "Sun");
	}
	if (strcmp(name, "msg_url_access") == 0) {
		g_string_replace(raw, "://", ":// ", 1);
	}
	const char *last =
		raw->len == 0 ? NULL : g_utf8_find_prev_char(raw->str, raw->str + raw->len);
	if (strcmp(name, "msg_begin_body") == 0 && last != NULL && (guchar)*last >= 0x80) {
		g_string_truncate(raw, raw->len - 1);
	}
	g_string_append_printf(out, "<%s>%s%s</%s>\n", name, raw->str,
	                       is_end_broken ? "\n\u00a0\u00a0" : "", name);
}

/* The overview shows the beginning of a body only. */
#define BODY_SHOWN 47

static void write_mail(GString *out, const struct mail *mail, bool is_raw)
{
	g_autofree char *begin = g_utf8_strlen(mail->body, -1) > BODY_SHOWN
	                                 ? g_utf8_substring(mail->body, 0, BODY_SHOWN)
	                                 : g_strdup(mail->body);
	g_string_append(out, "<msg>\n");
	write_mail_leaf(out, "msg_id", mail->id, is_raw);
	write_mail_leaf(out, "msg_from", mail->from, is_raw);
	write_mail_leaf(out, "msg_date", mail->date, is_raw);
	write_mail_leaf(out, "msg_subject", mail->subject, is_raw);
	write_mail_leaf(out, "msg_begin_body", begin, is_raw);
	write_mail_leaf(out, "msg_url_access", mail->url, is_raw);
	g_string_append(out, "</msg>\n");
}

static void write_overview(const struct call *call, GString *out)
{
	const struct emulator_options *options = &call->emulator->options;
	const GPtrArray *mails = call->emulator->store->mails;
	g_autoptr(GString) text = g_string_new("<msgs>\n");
	for (guint i = 0; i < mails->len && (int)i < options->overview_size; i++) {
		write_mail(text, mails->pdata[i], options->overview == EMULATOR_OVERVIEW_RAW);
	}
	g_string_append(text, "</msgs>\n");
	if (options->overview == EMULATOR_OVERVIEW_ESCAPED) {
		g_autofree char *escaped = emu_xml_escape(text->str);
		g_string_append(out, escaped);
	} else if (options->overview == EMULATOR_OVERVIEW_CDATA) {
		g_string_replace(text, "]]>", "]]]]><![CDATA[>", 0);
		g_string_append_printf(out, "<![CDATA[%s]]>", text->str);
	} else {
		g_string_append(out, text->str);
	}
}

/* The names asked for, and the spelling of the answer: the page says NoEmails there. */
static const struct info {
	const char *asked, *answered, *attribute;
	void (*write)(const struct call *call, GString *out);
} message_infos[] = {
	{"NoEMails", "NoEmails", "nbEmailSMS", write_mail_count},
	{"NoUnReadMails", "NoUnReadMails", "nbEmailSMS", write_unread_count},
	{"NoSMS", "NoSMS", "nbEmailSMS", write_sms_count},
	{"EmailsLastNDetailed", "EmailsLastNDetailed", "emailsLastNDetailed", write_overview},
};

/* What one reply collects before it is put together. */
struct answer {
	GString *authorized, *protected_;
	guint granted;
};

static void answer_init(struct answer *self)
{
	*self = (struct answer){g_string_new(NULL), g_string_new(NULL), 0};
}

static void answer_clear(struct answer *self)
{
	g_string_free(self->authorized, TRUE);
	g_string_free(self->protected_, TRUE);
}

static struct reply *answer_reply(const struct call *call, const struct answer *self,
                                  const char *root)
{
	struct reply *reply = emu_reply_new(200, "text/xml;charset=UTF-8");
	g_string_append_printf(reply->body,
	                       "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	                       "<%s>\n<Data>\n<UserAuthorizedData>\n%s</UserAuthorizedData>\n",
	                       root, self->authorized->str);
	if (self->protected_->len > 0) {
		g_autofree char *service =
			g_uri_escape_string(call->emulator->options.service_id, NULL, FALSE);
		g_autofree char *url = g_strdup_printf(
			"%s/privacy/interaction.do?family=%s&serviceId=%s&attributes=,",
			call->emulator->url, call->action->family, service);
		g_autofree char *escaped = emu_xml_escape(url);
		g_string_append_printf(reply->body,
		                       "<UserProtectedData>\n%s</UserProtectedData>\n"
		                       "<PrivacyDashboardURL>%s</PrivacyDashboardURL>\n",
		                       self->protected_->str, escaped);
	}
	g_string_append_printf(reply->body, "</Data>\n</%s>\n", root);
	return reply;
}

static const struct info *find_info(const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(message_infos); i++) {
		if (g_ascii_strcasecmp(message_infos[i].asked, name) == 0) {
			return &message_infos[i];
		}
	}
	return NULL;
}

/*
 * One question per attribute, however many figures stand behind it: "once" covers the whole
 * request.
 */
static bool may_see(const struct call *call, GHashTable *answers, const char *attribute)
{
	gpointer answer;
	if (!g_hash_table_lookup_extended(answers, attribute, NULL, &answer)) {
		bool is_granted =
			emu_consent_take(call->emulator->consent, call->action->family, attribute);
		answer = GINT_TO_POINTER(is_granted);
		g_hash_table_insert(answers, (gpointer)attribute, answer);
	}
	return GPOINTER_TO_INT(answer) != 0;
}

static bool are_infos_known(char **names)
{
	for (int i = 0; names[i] != NULL; i++) {
		if (find_info(g_strstrip(names[i])) == NULL) {
			return false;
		}
	}
	return names[0] != NULL;
}

static struct reply *perform_getpersonalmessages(struct call *call)
{
	g_auto(GStrv) names = g_strsplit(emu_call_get(call, "infos"), ",", -1);
	if (!are_infos_known(names)) {
		return emu_call_refuse_parameter(call, "infos");
	}
	g_autoptr(GHashTable) answers = g_hash_table_new(g_str_hash, g_str_equal);
	struct answer answer;
	answer_init(&answer);
	for (int i = 0; names[i] != NULL; i++) {
		const struct info *info = find_info(names[i]);
		if (may_see(call, answers, info->attribute)) {
			answer.granted++;
			g_string_append_printf(answer.authorized, "<%s>", info->answered);
			info->write(call, answer.authorized);
			g_string_append_printf(answer.authorized, "</%s>\n", info->answered);
		} else {
			g_string_append_printf(answer.protected_, "<%s/>\n", info->answered);
		}
	}
	struct reply *reply =
		answer.granted > 0
			? answer_reply(call, &answer, "getPersonalMessagesReturn")
			: emu_call_ask_consent(call, g_hash_table_size(answers) > 1
	                                                     ? "nbEmailSMS,emailsLastNDetailed"
	                                                     : find_info(names[0])->attribute);
	answer_clear(&answer);
	return reply;
}

static int find_profile_part(const char *name)
{
	for (int i = 0; i < PROFILE_PARTS; i++) {
		if (g_ascii_strcasecmp(emu_profile_part_names[i], name) == 0) {
			return i;
		}
	}
	return -1;
}

static bool is_withheld(const struct call *call, const char *name)
{
	const char *list = call->emulator->options.withheld_profile;
	g_auto(GStrv) names = g_strsplit(list == NULL ? "" : list, ",", -1);
	return g_strv_contains((const char *const *)names, name);
}

/* The page promises "about thirty attributes" and lists none: an unknown one is left out. */
static void answer_profile_part(const struct call *call, struct answer *answer, const char *name)
{
	int part = find_profile_part(name);
	if (part < 0) {
		return;
	}
	const char *shown = emu_profile_part_names[part];
	if (is_withheld(call, shown)) {
		g_string_append_printf(answer->protected_, "<%s/>\n", shown);
		return;
	}
	const char *value = call->emulator->store->profile[part];
	g_autofree char *escaped = emu_xml_escape(value == NULL ? "" : value);
	g_string_append_printf(answer->authorized, "<%s>%s</%s>\n", shown, escaped, shown);
}

static struct reply *perform_getpersonalrichprofile(struct call *call)
{
	g_auto(GStrv) names = g_strsplit(emu_call_get(call, "infos"), ",", -1);
	struct answer answer;
	answer_init(&answer);
	for (int i = 0; names[i] != NULL; i++) {
		answer_profile_part(call, &answer, g_strstrip(names[i]));
	}
	struct reply *reply = answer_reply(call, &answer, "getPersonalRichProfileReturn");
	answer_clear(&answer);
	return reply;
}

static const struct parameter_rule infos_rules[] = {
	{"infos", NEED_VALUE, NULL},
	{NULL, NEED_NOT, NULL},
};

const struct action emu_messages_actions[] = {
	{.name = "getPersonalMessages",
         .api = API_MESSAGES,
         .family = "messages",
         .rules = infos_rules,
         .perform = perform_getpersonalmessages},
	{.name = "getPersonalRichProfile",
         .api = API_RICHPROFILE,
         .family = "richprofile",
         .attribute = "see",
         .rules = infos_rules,
         .perform = perform_getpersonalrichprofile},
	{.name = NULL},
};
