/* SPDX-License-Identifier: MIT */
/* What any bar shows of the accounts together, before it is written down for one of them. */
#include "status/bar.h"

#include "status/sentences.h"
#include "status/words.h"

#define GREY   "#888888"
#define AMBER  "#ffb000"
#define RED    "#ff4040"
#define BRIGHT "#5fd7ff"

static const struct {
	const char *name, *colour;
} classes[BAR_CLASSES] = {
	[BAR_OK] = {"ok", NULL},
	[BAR_UNREAD] = {"unread", BRIGHT},
	[BAR_OFFLINE] = {"offline", GREY},
	[BAR_STALE] = {"stale", GREY},
	[BAR_ATTENTION] = {"attention", AMBER},
	[BAR_ERROR] = {"error", RED},
};

const char *bar_class_name(enum bar_class class)
{
	return classes[class].name;
}

static enum bar_class class_of(const struct render_view *view)
{
	static const enum bar_class by_state[] = {
		[STATUS_OK] = BAR_OK,
		[STATUS_OFFLINE] = BAR_OFFLINE,
		[STATUS_LOGIN_REQUIRED] = BAR_ATTENTION,
		[STATUS_CONSENT_REQUIRED] = BAR_ATTENTION,
		[STATUS_HELD] = BAR_ATTENTION,
		[STATUS_ERROR] = BAR_ERROR,
	};
	if (view->service == SERVICE_DEAD) {
		return BAR_STALE;
	}
	if (view->is_missing) {
		return BAR_OFFLINE;
	}
	if (view->document->state == STATUS_OK && view_unread(view) > 0) {
		return BAR_UNREAD;
	}
	return by_state[view->document->state];
}

static enum bar_level level_of(gint64 unread, const struct render_context *context)
{
	if (context->critical > 0 && unread >= context->critical) {
		return BAR_CRITICAL;
	}
	return context->warning > 0 && unread >= context->warning ? BAR_WARNING : BAR_NORMAL;
}

static const char *colour_of(const struct bar *self)
{
	static const char *const by_level[] = {
		[BAR_WARNING] = AMBER,
		[BAR_CRITICAL] = RED,
	};
	return self->level != BAR_NORMAL ? by_level[self->level] : classes[self->class].colour;
}

static char *count_text(gint64 unread, bool needs_person, const struct render_context *context)
{
	if (unread > 0) {
		return g_strdup_printf("%" G_GINT64_FORMAT, unread);
	}
	if (needs_person) {
		return g_strdup("!");
	}
	return g_strdup(!context->shows_zero ? "" : unread == 0 ? "0" : "?");
}

/* Newest first within an account; which account's is newer than another's is told by the date. */
static const struct mail_summary *newest(const struct render_view *views, guint count)
{
	const struct mail_summary *found = NULL;
	for (guint i = 0; i < count; i++) {
		const struct mailbox *box = views[i].document->mail.box;
		const struct mail_summary *mail = view_unread(&views[i]) > 0 && box->latest->len > 0
		                                          ? g_ptr_array_index(box->latest, 0)
		                                          : NULL;
		if (mail != NULL && (found == NULL || mail->date > found->date)) {
			found = mail;
		}
	}
	return found;
}

static char *mail_line(const struct mail_summary *mail)
{
	g_autofree char *from = words_clean(mail->from, NAME_CHARACTERS);
	g_autofree char *subject = words_clean(mail->subject, NAME_CHARACTERS);
	return g_strdup_printf("%s: %s", from, subject);
}

static const struct render_view *worst(const struct render_view *views, guint count)
{
	const struct render_view *found = &views[0];
	for (guint i = 1; i < count; i++) {
		if (class_of(&views[i]) > class_of(found)) {
			found = &views[i];
		}
	}
	return found;
}

void bar_init(struct bar *self, const struct render_view *views, guint count,
              const struct render_context *context)
{
	gint64 unread = MAILBOX_UNKNOWN;
	bool needs_person = false;
	for (guint i = 0; i < count; i++) {
		const gint64 own = view_unread(&views[i]);
		unread = own == MAILBOX_UNKNOWN ? unread : own + MAX(unread, 0);
		needs_person |= view_needs_person(&views[i]);
	}
	const struct render_view *shown = worst(views, count);
	const struct mail_summary *mail = context->shows_latest ? newest(views, count) : NULL;
	self->class = class_of(shown);
	/* what is wrong comes before what is much */
	self->level = self->class <= BAR_OFFLINE ? level_of(unread, context) : BAR_NORMAL;
	self->words = self->class <= BAR_UNREAD ? "" : sentence_state(shown);
	self->state = status_state_name(shown->document->state);
	self->count = count_text(unread, needs_person, context);
	self->latest = mail != NULL ? mail_line(mail) : NULL;
	self->colour = context->use_colour ? colour_of(self) : NULL;
}

void bar_clear(struct bar *self)
{
	g_clear_pointer(&self->count, g_free);
	g_clear_pointer(&self->latest, g_free);
}

char *bar_text(const struct bar *self)
{
	return self->latest != NULL ? g_strdup_printf("%s %s", self->count, self->latest)
	                            : g_strdup(self->count);
}

/* ---- tooltip: the only place in a bar for text from the remote that nobody asked for ---- */

static void add_line(GString *out, const char *label, const char *text)
{
	if (text != NULL && text[0] != '\0') {
		g_autofree char *clean = words_clean_pango(text, MESSAGE_CHARACTERS);
		g_string_append_printf(out, "\n%s%s", label, clean);
	}
}

static void add_mails(GString *out, const struct mailbox *box)
{
	for (guint i = 0; box != NULL && i < box->latest->len && i < SHOWN_MAILS; i++) {
		g_autofree char *line = mail_line(g_ptr_array_index(box->latest, i));
		g_autofree char *escaped = g_markup_escape_text(line, -1);
		g_string_append_printf(out, "\n%s", escaped);
	}
}

static void add_account(GString *out, const struct render_view *view, gint64 now)
{
	const struct status_document *document = view->document;
	g_autofree char *state = sentence_state_long(view, now);
	g_autofree char *account = words_clean_pango(document->account, NAME_CHARACTERS);
	g_autofree char *mail = sentence_mail(&document->mail);
	g_autofree char *contacts = sentence_kind(&document->contacts);
	g_autofree char *calendar = sentence_kind(&document->calendar);
	g_string_append_printf(out, "%s%s: %s", out->len > 0 ? "\n" : "", account, state);
	add_line(out, "", document->message);
	add_line(out, "mail: ", mail);
	add_line(out, "contacts: ", contacts);
	add_line(out, "calendar: ", calendar);
	add_mails(out, document->mail.box);
}

char *bar_tooltip(const struct render_view *views, guint count,
                  const struct render_context *context)
{
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < count; i++) {
		add_account(out, &views[i], context->now);
	}
	return g_string_free(out, FALSE);
}
