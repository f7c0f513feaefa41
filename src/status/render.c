/* SPDX-License-Identifier: MIT */
/* A status document as a line for a person or for a bar: one row per format. */
#include "status/render.h"

#include "status/words.h"

#include <jansson.h>

#include <string.h>

#define SUBJECT_CHARACTERS 60
#define MESSAGE_CHARACTERS 200
#define TOOLTIP_MAILS      10

/*
 * What a bar is told to look like; the word is the class of the format, the colour that of
 * i3blocks.
 */
struct look {
	const char *class_name, *colour, *words;
};

static const struct look looks[] = {
	[STATUS_OK] = {"ok", NULL, "ok"},
	[STATUS_OFFLINE] = {"offline", "#888888", "offline"},
	[STATUS_LOGIN_REQUIRED] = {"attention", "#ffb000", "login required"},
	[STATUS_CONSENT_REQUIRED] = {"attention", "#ffb000", "consent required"},
	[STATUS_HELD] = {"attention", "#ffb000", "held"},
	[STATUS_ERROR] = {"error", "#ff4040", "error"},
};
static const struct look look_unread = {"unread", "#5fd7ff", "ok"};
static const struct look look_stale = {"stale", "#888888", "not running"};

static gint64 unread_of(const struct status_document *document)
{
	return document->mail.box != NULL ? document->mail.box->unread : MAILBOX_UNKNOWN;
}

static const struct look *look_of(const struct status_document *document,
                                  const struct render_context *context)
{
	if (context->is_service_dead) {
		return &look_stale;
	}
	if (document->state == STATUS_OK && unread_of(document) > 0) {
		return &look_unread;
	}
	return &looks[document->state];
}

/* A sign-in that ends tomorrow is worth a line, and no mark in a bar. */
static bool needs_person(const struct status_document *document)
{
	const char *action = document->action_kind;
	return (action != NULL && strcmp(action, "renew") != 0) || document->state == STATUS_ERROR;
}

/*
 * The unread count; "!" where a person must act and there is none: an empty text hides the module
 * of most bars.
 */
static char *short_text(const struct status_document *document,
                        const struct render_context *context)
{
	if (unread_of(document) > 0) {
		return g_strdup_printf("%" G_GINT64_FORMAT, unread_of(document));
	}
	return g_strdup(needs_person(document) || context->is_service_dead ? "!" : "");
}

/* "3 unread of 120, 2 SMS"; NULL where no count is known. */
static char *mail_words(const struct status_mail *mail)
{
	if (mail->box == NULL) {
		return NULL;
	}
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);
	if (mail->box->unread != MAILBOX_UNKNOWN) {
		g_autofree char *unread = words_count(mail->box->unread);
		g_ptr_array_add(parts, g_strdup_printf("%s unread", unread));
	}
	if (mail->box->total != MAILBOX_UNKNOWN) {
		g_autofree char *total = words_count(mail->box->total);
		g_ptr_array_add(parts, g_strdup_printf("%s in all", total));
	}
	if (mail->box->sms != MAILBOX_UNKNOWN) {
		g_autofree char *sms = words_count(mail->box->sms);
		g_ptr_array_add(parts, g_strdup_printf("%s SMS", sms));
	}
	if (parts->len == 0) {
		return NULL;
	}
	g_ptr_array_add(parts, NULL);
	g_autofree char *joined = g_strjoinv(", ", (char **)parts->pdata);
	return g_strdup_printf("%s%s", joined, mail->is_stale ? " (stale)" : "");
}

static void add_count(GString *out, gint64 count, const char *word)
{
	if (count > 0) {
		g_autofree char *number = words_count(count);
		g_string_append_printf(out, ", %s %s", number, word);
	}
}

/* "1,032 synchronised, 2 pending"; NULL where nothing is known. */
static char *kind_words(const struct status_kind *kind)
{
	if (kind->synced < 0) {
		return NULL;
	}
	g_autofree char *synced = words_count(kind->synced);
	GString *out = g_string_new(NULL);
	g_string_append_printf(out, "%s synchronised", synced);
	add_count(out, kind->pending, "pending");
	add_count(out, kind->held, "held");
	add_count(out, kind->refused, "refused");
	return g_string_free(out, FALSE);
}

static char *state_words(const struct status_document *document,
                         const struct render_context *context)
{
	if (context->is_service_dead) {
		g_autofree char *age = words_when(document->updated, context->now);
		return g_strdup_printf("the service does not run (last heard of %s)", age);
	}
	return g_strdup(looks[document->state].words);
}

/* ---- tooltip: the only place in a bar for text from the remote ---- */

static void add_line(GString *out, const char *label, const char *text)
{
	if (text != NULL && text[0] != '\0') {
		g_autofree char *clean = words_clean_pango(text, MESSAGE_CHARACTERS);
		g_string_append_printf(out, "\n%s%s", label, clean);
	}
}

static void add_mails(GString *out, const struct mailbox *box)
{
	if (box == NULL || !box->has_latest) {
		return;
	}
	for (guint i = 0; i < box->latest->len && i < TOOLTIP_MAILS; i++) {
		const struct mail_summary *mail = g_ptr_array_index(box->latest, i);
		g_autofree char *from = words_clean_pango(mail->from, SUBJECT_CHARACTERS);
		g_autofree char *subject = words_clean_pango(mail->subject, SUBJECT_CHARACTERS);
		g_string_append_printf(out, "\n%s: %s", from, subject);
	}
}

static char *tooltip(const struct status_document *document, const struct render_context *context)
{
	g_autofree char *state = state_words(document, context);
	g_autofree char *mail = mail_words(&document->mail);
	g_autofree char *contacts = kind_words(&document->contacts);
	g_autofree char *calendar = kind_words(&document->calendar);
	g_autofree char *account = words_clean_pango(document->account, SUBJECT_CHARACTERS);
	GString *out = g_string_new(account);
	g_autofree char *clean_state = words_clean_pango(state, MESSAGE_CHARACTERS);
	g_string_append_printf(out, ": %s", clean_state);
	add_line(out, "", document->message);
	add_line(out, "mail: ", mail);
	add_line(out, "contacts: ", contacts);
	add_line(out, "calendar: ", calendar);
	add_mails(out, document->mail.box);
	return g_string_free(out, FALSE);
}

static char *dump(json_t *object_taken)
{
	char *text = json_dumps(object_taken, JSON_COMPACT | JSON_PRESERVE_ORDER);
	json_decref(object_taken);
	char *copy = g_strdup(text);
	free(text);
	return copy;
}

/* ---- the formats ---- */

static char *render_json(const struct status_document *document,
                         const struct render_context *context)
{
	(void)context;
	return status_document_to_json(document);
}

/* waybar(5), custom module, return-type json */
static char *render_waybar(const struct status_document *document,
                           const struct render_context *context)
{
	g_autofree char *text = short_text(document, context);
	g_autofree char *tip = tooltip(document, context);
	return dump(json_pack("{s:s, s:s, s:s, s:s}", "text", text, "tooltip", tip, "class",
	                      look_of(document, context)->class_name, "alt",
	                      status_state_name(document->state)));
}

/* i3blocks(1), format=json */
static char *render_i3blocks(const struct status_document *document,
                             const struct render_context *context)
{
	g_autofree char *text = short_text(document, context);
	json_t *object = json_pack("{s:s, s:s}", "full_text", text, "short_text", text);
	const char *colour = look_of(document, context)->colour;
	if (colour != NULL) {
		json_object_set_new(object, "color", json_string(colour));
	}
	return dump(object);
}

/* polybar reads %{…} as an order: no text of ours or others' may form one. */
static char *render_polybar(const struct status_document *document,
                            const struct render_context *context)
{
	g_autofree char *count = short_text(document, context);
	const struct look *look = look_of(document, context);
	GString *out = g_string_new(count);
	if (look != &looks[STATUS_OK] && look != &look_unread) {
		g_string_append_printf(out, "%s%s", out->len > 0 ? " " : "", look->words);
	}
	return g_string_free(out, FALSE);
}

static char *render_plain(const struct status_document *document,
                          const struct render_context *context)
{
	g_autofree char *account = words_clean(document->account, SUBJECT_CHARACTERS);
	g_autofree char *mail = mail_words(&document->mail);
	const struct look *look = look_of(document, context);
	return g_strdup_printf("%s: %s%s%s", account, look->words, mail != NULL ? ", " : "",
	                       mail != NULL ? mail : "");
}

/* ---- for people ---- */

static void human_line(GString *out, const char *label, const char *text)
{
	if (text != NULL && text[0] != '\0') {
		g_autofree char *clean = words_clean(text, MESSAGE_CHARACTERS);
		g_string_append_printf(out, "\n  %-10s%s", label, clean);
	}
}

static void human_kind(GString *out, const char *label, const struct status_kind *kind, gint64 now)
{
	g_autofree char *words = kind_words(kind);
	if (words != NULL && kind->last_success > 0) {
		g_autofree char *age = words_when(kind->last_success, now);
		g_autofree char *whole = g_strdup_printf("%s; last success %s", words, age);
		human_line(out, label, whole);
	} else {
		human_line(out, label, words);
	}
	human_line(out, "", kind->discovery);
	for (guint i = 0; i < kind->problems->len; i++) {
		human_line(out, "", g_ptr_array_index(kind->problems, i));
	}
}

static void human_action(GString *out, const struct status_document *document, gint64 now)
{
	human_line(out, "", document->message);
	human_line(out, "open", document->action_url);
	if (document->action_kind != NULL && document->action_since > 0) {
		g_autofree char *since = words_when(document->action_since, now);
		human_line(out, "asked", since);
	}
}

static void human_mails(GString *out, const struct mailbox *box)
{
	for (guint i = 0; box != NULL && i < box->latest->len && i < TOOLTIP_MAILS; i++) {
		const struct mail_summary *mail = g_ptr_array_index(box->latest, i);
		g_autofree char *from = words_clean(mail->from, SUBJECT_CHARACTERS);
		g_autofree char *subject = words_clean(mail->subject, SUBJECT_CHARACTERS);
		g_string_append_printf(out, "\n  %-10s%s: %s", "", from, subject);
	}
}

static const char *colour_of(const struct look *look)
{
	if (look == &looks[STATUS_OK] || look == &look_unread) {
		return "\033[32m";
	}
	return look == &looks[STATUS_ERROR] ? "\033[31m" : "\033[33m";
}

static char *render_human(const struct status_document *document,
                          const struct render_context *context)
{
	g_autofree char *account = words_clean(document->account, SUBJECT_CHARACTERS);
	g_autofree char *state = state_words(document, context);
	g_autofree char *updated = words_when(document->updated, context->now);
	g_autofree char *mail = mail_words(&document->mail);
	const char *colour = context->use_colour ? colour_of(look_of(document, context)) : "";
	GString *out = g_string_new(NULL);
	g_string_append_printf(out, "%s: %s%s%s", account, colour, state,
	                       context->use_colour ? "\033[0m" : "");
	if (document->updated > 0) {
		g_string_append_printf(out, ", updated %s", updated);
	}
	human_action(out, document, context->now);
	human_line(out, "mail", mail);
	human_mails(out, document->mail.box);
	human_kind(out, "contacts", &document->contacts, context->now);
	human_kind(out, "calendar", &document->calendar, context->now);
	if (document->next_sync > 0 && !context->is_service_dead) {
		g_autofree char *next = words_when(document->next_sync, context->now);
		human_line(out, "next", next);
	}
	return g_string_free(out, FALSE);
}

static const struct {
	const char *name;
	render_function function;
} formats[] = {
	{"human", render_human},       {"json", render_json},       {"waybar", render_waybar},
	{"i3blocks", render_i3blocks}, {"polybar", render_polybar}, {"plain", render_plain},
};

render_function render_find(const char *format)
{
	for (guint i = 0; i < G_N_ELEMENTS(formats); i++) {
		if (strcmp(formats[i].name, format) == 0) {
			return formats[i].function;
		}
	}
	return NULL;
}

const char *const *render_formats(void)
{
	static const char *const names[] = {"human",   "json",  "waybar", "i3blocks",
	                                    "polybar", "plain", NULL};
	return names;
}
