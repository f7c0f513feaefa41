/* SPDX-License-Identifier: MIT */
/*
 * A status for people. It answers: is it working, since when, what is stuck, what is to be typed.
 */
#include "status/formats.h"
#include "status/sentences.h"
#include "status/words.h"

#include <string.h>

#define COMMAND_MARK "type passerelle "

static void add_line(GString *out, const char *label, const char *text)
{
	if (text != NULL && text[0] != '\0') {
		g_autofree char *clean = words_clean(text, MESSAGE_CHARACTERS);
		g_string_append_printf(out, "\n  %-10s%s", label, clean);
	}
}

/* ---- is it working, and since when ---- */

static const char *colour_of(const struct render_view *view)
{
	if (view->service == SERVICE_DEAD || view->is_missing) {
		return "\033[33m";
	}
	switch (view->document->state) {
	case STATUS_OK:
		return "\033[32m";
	case STATUS_ERROR:
		return "\033[31m";
	default:
		return "\033[33m";
	}
}

static void add_state(GString *out, const struct render_view *view,
                      const struct render_context *context)
{
	const struct status_document *document = view->document;
	g_autofree char *account = words_clean(document->account, NAME_CHARACTERS);
	g_autofree char *state = sentence_state_long(view, context->now);
	g_string_append_printf(out, "%s: %s%s%s", account,
	                       context->use_colour ? colour_of(view) : "", state,
	                       context->use_colour ? "\033[0m" : "");
	if (document->since > 0 && view->service != SERVICE_DEAD) {
		g_autofree char *duration = words_for(document->since, context->now);
		g_string_append_printf(out, " for %s", duration);
	}
	if (document->updated > 0) {
		g_autofree char *updated = words_when(document->updated, context->now);
		g_string_append_printf(out, ", updated %s", updated);
	}
}

static void add_reason(GString *out, const struct status_document *document, gint64 now)
{
	add_line(out, "why", document->message);
	add_line(out, "open", document->action_url);
	if (document->action_kind != NULL && document->action_since > 0) {
		g_autofree char *since = words_when(document->action_since, now);
		add_line(out, "asked", since);
	}
}

/* ---- the parts ---- */

static void add_mails(GString *out, const struct mailbox *box)
{
	for (guint i = 0; box != NULL && i < box->latest->len && i < SHOWN_MAILS; i++) {
		const struct mail_summary *mail = g_ptr_array_index(box->latest, i);
		g_autofree char *from = words_clean(mail->from, NAME_CHARACTERS);
		g_autofree char *subject = words_clean(mail->subject, NAME_CHARACTERS);
		g_string_append_printf(out, "\n  %-10s%s: %s", "", from, subject);
	}
}

static void add_kind(GString *out, const char *label, const struct status_kind *kind, gint64 now)
{
	g_autofree char *words = sentence_kind(kind);
	g_autofree char *age = words_when(kind->last_success, now);
	g_autofree char *whole = words != NULL && kind->last_success > 0
	                                 ? g_strdup_printf("%s; last success %s", words, age)
	                                 : g_strdup(words);
	add_line(out, label, whole);
	add_line(out, words != NULL ? "" : label, kind->discovery);
}

/* ---- what is stuck ---- */

/* What went wrong in the last cycle may be a line about an item that waits, without its state. */
static bool is_told(const GPtrArray *told, const char *line)
{
	for (guint i = 0; told != NULL && i < told->len; i++) {
		if (g_str_has_suffix(g_ptr_array_index(told, i), line)) {
			return true;
		}
	}
	return false;
}

static void add_lines(GString *out, const char **label, const GPtrArray *lines,
                      const GPtrArray *told)
{
	for (guint i = 0; lines != NULL && i < lines->len; i++) {
		const char *line = g_ptr_array_index(lines, i);
		if (!is_told(told, line)) {
			add_line(out, *label, line);
			*label = "";
		}
	}
}

static bool has_stuck(const struct render_view *view)
{
	return (view->stuck != NULL && view->stuck->len > 0) ||
	       view->document->contacts.problems->len > 0 ||
	       view->document->calendar.problems->len > 0;
}

static void add_stuck(GString *out, const struct render_view *view)
{
	const char *label = "stuck";
	add_lines(out, &label, view->stuck, NULL);
	add_lines(out, &label, view->document->contacts.problems, view->stuck);
	add_lines(out, &label, view->document->calendar.problems, view->stuck);
}

/* ---- what is to be done ---- */

/* The command that a message names behind "type"; NULL = it names none. Owned. */
static char *command_in(const char *message)
{
	const char *found = message != NULL ? strstr(message, COMMAND_MARK) : NULL;
	if (found == NULL) {
		return NULL;
	}
	const char *command = found + strlen(COMMAND_MARK) - strlen("passerelle ");
	return g_strchomp(g_strndup(command, strcspn(command, "(;,")));
}

/* The words are those of who has a user unit. */
static void add_command(GString *out, const char *label, const char *words,
                        const struct render_view *view)
{
	GString *line = g_string_new(words);
	g_autofree char *account = words_clean(view->document->account, NAME_CHARACTERS);
	g_autofree char *instance =
		view->instance != NULL ? words_clean(view->instance, NAME_CHARACTERS) : NULL;
	g_autofree char *unit = instance != NULL ? g_strconcat("passerelle@", instance, NULL)
	                                         : g_strdup("passerelle");
	if (instance != NULL) {
		g_string_replace(line, " --user", "", 0);
	}
	g_string_replace(line, "UNIT", unit, 0);
	g_string_replace(line, "ACCOUNT", account, 0);
	add_line(out, label, line->str);
	g_string_free(line, TRUE);
}

/* What a message about a sign-in or a consent does not name cannot be typed. */
static const struct {
	const char *action, *words;
} commands[] = {
	{"confirm", "passerelle sync ACCOUNT --dry-run, then passerelle sync ACCOUNT --confirm"},
	{"resolve", "passerelle journal list ACCOUNT, then "
                    "passerelle journal resolve ACCOUNT ITEM done|again|drop"},
	{"rebuild", "passerelle journal rebuild ACCOUNT"},
	{"files", "mend, import or remove these files: the next cycle looks again"},
	{"configure", "mend the configuration, try passerelle check --online ACCOUNT, then "
                      "systemctl --user reload UNIT"},
};

static const char *words_of_action(const char *action)
{
	for (guint i = 0; action != NULL && i < G_N_ELEMENTS(commands); i++) {
		if (strcmp(commands[i].action, action) == 0) {
			return commands[i].words;
		}
	}
	return NULL;
}

static void add_service_commands(GString *out, const struct render_view *view)
{
	if (view->service == SERVICE_DEAD) {
		add_command(out, "do", "systemctl --user start UNIT", view);
		add_command(out, "", "why it ended: journalctl --user -u UNIT", view);
	} else if (view->is_missing) {
		add_command(out, "do", "passerelle sync ACCOUNT", view);
		add_command(out, "", "or by itself: systemctl --user enable --now UNIT", view);
	}
}

static void add_commands(GString *out, const struct render_view *view)
{
	const struct status_document *document = view->document;
	g_autofree char *named = command_in(document->message);
	const char *known = words_of_action(document->action_kind);
	add_service_commands(out, view);
	if (named != NULL) {
		add_line(out, "do", named); /* of this account already, whatever it is called */
	} else if (known != NULL) {
		add_command(out, "do", known, view);
	} else if (document->state == STATUS_ERROR) {
		add_command(out, "do", "passerelle check --online ACCOUNT", view);
		add_command(out, "", "the log: journalctl --user -u UNIT", view);
	}
	if (has_stuck(view)) {
		add_command(out, "look",
		            "passerelle journal list ACCOUNT, "
		            "passerelle journal show ACCOUNT ITEM",
		            view);
	}
}

static void add_next(GString *out, const struct render_view *view, gint64 now)
{
	const gint64 next = view->document->next_sync;
	if (view->service == SERVICE_DEAD || view->is_missing) {
		return;
	}
	if (next == 0) {
		add_line(out, "next",
		         view->service == SERVICE_RUNS ? NULL : "when you say so: no service runs");
		return;
	}
	g_autofree char *when = next > now ? words_when(next, now) : g_strdup("due now");
	add_line(out, "next", when);
}

static void add_account(GString *out, const struct render_view *view,
                        const struct render_context *context)
{
	const struct status_document *document = view->document;
	g_autofree char *mail = sentence_mail(&document->mail);
	add_state(out, view, context);
	add_reason(out, document, context->now);
	add_line(out, "mail", mail);
	add_mails(out, document->mail.box);
	add_kind(out, "contacts", &document->contacts, context->now);
	add_kind(out, "calendar", &document->calendar, context->now);
	add_stuck(out, view);
	add_commands(out, view);
	add_next(out, view, context->now);
}

char *render_human(const struct render_view *views, guint count,
                   const struct render_context *context)
{
	GString *out = g_string_new(NULL);
	for (guint i = 0; i < count; i++) {
		g_string_append(out, i > 0 ? "\n" : "");
		add_account(out, &views[i], context);
	}
	return g_string_free(out, FALSE);
}
