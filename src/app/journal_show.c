/* SPDX-License-Identifier: MIT */
/* passerelle journal show: one item and its whole history, in plain words. */
#include "app/journal_show.h"

#include "journal/ledger.h"
#include "status/words.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#define NAME_CHARACTERS  60
#define VALUE_CHARACTERS 100
#define LINE_CHARACTERS  400

static char *time_words(gint64 when)
{
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_local(when);
	return time != NULL ? g_date_time_format(time, "%Y-%m-%d %H:%M:%S") : g_strdup("");
}

static void print_field(const char *label, const char *text)
{
	if (text != NULL && text[0] != '\0') {
		g_autofree char *clean = words_clean(text, LINE_CHARACTERS);
		printf("  %-10s %s\n", label, clean);
	}
}

/* ---- what it is ---- */

/* What a person can say about a state. */
static const struct {
	enum record_state state;
	const char *label, *word;
} ways[] = {
	{RECORD_IN_DOUBT, "if there", "done"},   {RECORD_IN_DOUBT, "if not", "again"},
	{RECORD_IN_DOUBT, "or leave", "drop"},   {RECORD_SAME_AS, "to add it", "again"},
	{RECORD_SETTLED, "to send it", "again"}, {RECORD_REFUSED, "to retry", "again"},
	{RECORD_PENDING, "to retry", "again"},
};

static void print_ways(const char *account, const struct found_record *found)
{
	const struct record *record = found->record;
	const bool is_waiting = record->state != RECORD_PENDING || record->retry_at > 0;
	for (gsize i = 0; is_waiting && i < G_N_ELEMENTS(ways); i++) {
		/* what was sent by hand is not sent again by itself */
		const bool is_for_it = !found->is_call || strcmp(ways[i].word, "again") != 0;
		if (ways[i].state == record->state && is_for_it) {
			g_autofree char *uid = g_shell_quote(record->uid);
			g_autofree char *command = g_strdup_printf(
				"passerelle journal resolve %s %s %s", account, uid, ways[i].word);
			print_field(ways[i].label, command);
		}
	}
}

static void print_details(const char *account, const struct found_record *found)
{
	const struct record *record = found->record;
	print_field("kind", found->section != NULL ? found->section : item_kind_name(found->kind));
	print_field("uid", record->uid);
	print_field("state", record_state_name(record->state));
	print_field("because", record->reason);
	print_field("file", record->local_ref);
	print_field("there", record->remote_ref);
	print_field("same as", record->same_as);
	for (guint i = 0; record->notes != NULL && record->notes[i] != NULL; i++) {
		print_field(i == 0 ? "notes" : "", record->notes[i]);
	}
	if (record->retry_at > 0) {
		g_autofree char *when = time_words(record->retry_at);
		print_field("again at", when);
	}
	print_ways(account, found);
}

/* ---- its history ---- */

static const struct {
	const char *action, *noun, *value; /* value: the parameter that tells which */
} things[] = {
	{"addcontact", "the contact", NULL},
	{"adddevice", NULL, "value"}, /* its noun is the parameter "type" */
	{"addpicture", "the picture", NULL},
	{"addevent", "the event", NULL},
	{"addeventoffline", "the event (without a valid token)", NULL},
};

static const char *parameter(const json_t *content, const char *name)
{
	const char *text = json_string_value(json_object_get(content, name));
	return text != NULL ? text : "";
}

/* "the e-mail 'a@example.org'" */
static char *thing_of(const struct ledger_call *call)
{
	for (gsize i = 0; i < G_N_ELEMENTS(things); i++) {
		if (strcmp(call->action, things[i].action) != 0) {
			continue;
		}
		if (things[i].value == NULL) {
			return g_strdup(things[i].noun);
		}
		json_t *content = json_loads(call->content != NULL ? call->content : "{}", 0, NULL);
		g_autofree char *value =
			words_clean(parameter(content, things[i].value), VALUE_CHARACTERS);
		char *words = g_strdup_printf("the %s '%s'", parameter(content, "type"), value);
		json_decref(content);
		return words;
	}
	return g_strdup(call->action);
}

/* How a call ended, by its state and by who knew; NULL: whoever. */
static const struct {
	enum ledger_state state;
	const char *by, *words;
} ends[] = {
	{LEDGER_ANNOUNCED, NULL, "about to be sent; no word yet"},
	{LEDGER_DONE, "reply", "sent, and done"},
	{LEDGER_DONE, "read-back", "sent without an answer; it is there, as a look showed"},
	{LEDGER_DONE, "policy", "sent without an answer; taken as done (in_doubt = assume-done)"},
	{LEDGER_DONE, NULL, "sent without an answer; a person said that it is there"},
	{LEDGER_REFUSED, NULL, "sent, and refused"},
	{LEDGER_NOT_SENT, "reply", "sent, and not carried out"},
	{LEDGER_NOT_SENT, "read-back", "sent without an answer; it is not there, as a look showed"},
	{LEDGER_NOT_SENT, "policy",
         "sent without an answer; to be sent again (in_doubt = send-again)"},
	{LEDGER_NOT_SENT, "person", "sent without an answer; settled by a person"},
	{LEDGER_NOT_SENT, NULL, "not sent"},
	{LEDGER_IN_DOUBT, NULL, "sent, and nothing tells what became of it"},
};

static const char *end_of(const struct ledger_call *call)
{
	for (gsize i = 0; i < G_N_ELEMENTS(ends); i++) {
		bool is_by = ends[i].by == NULL || g_strcmp0(ends[i].by, call->settled_by) == 0;
		if (ends[i].state == call->state && is_by) {
			return ends[i].words;
		}
	}
	return ledger_state_name(call->state);
}

struct moment {
	gint64 at;
	char *text;
};

static void moment_clear(gpointer data)
{
	g_free(((struct moment *)data)->text);
}

static void add_call(GArray *history, const struct ledger_call *call)
{
	g_autofree char *thing = thing_of(call);
	GString *text = g_string_new(NULL);
	g_string_append_printf(text, "%s: %s", thing, end_of(call));
	if (call->result != NULL) {
		g_string_append_printf(text, " (id %s)", call->result);
	}
	if (call->detail != NULL && call->state != LEDGER_DONE) {
		g_string_append_printf(text, ": %s", call->detail);
	}
	const struct moment moment = {call->announced_at, g_string_free(text, FALSE)};
	g_array_append_val(history, moment);
}

/* The story repeats what a call tells better. */
static bool is_told_by_call(GPtrArray *calls, const char *line)
{
	for (guint i = 0; i < calls->len; i++) {
		const struct ledger_call *call = g_ptr_array_index(calls, i);
		if (g_strcmp0(call->detail, line) == 0) {
			return true;
		}
	}
	return false;
}

static gint by_time(gconstpointer a, gconstpointer b)
{
	const struct moment *left = a;
	const struct moment *right = b;
	return left->at < right->at ? -1 : left->at > right->at;
}

/* Oldest first; of one second, what was sent before what was concluded. */
static GArray *history_of(GPtrArray *calls, GPtrArray *story)
{
	GArray *history = g_array_new(FALSE, FALSE, sizeof(struct moment));
	g_array_set_clear_func(history, moment_clear);
	for (guint i = 0; i < calls->len; i++) {
		add_call(history, g_ptr_array_index(calls, i));
	}
	for (guint i = 0; i < story->len; i++) {
		const struct journal_line *line = g_ptr_array_index(story, i);
		if (!is_told_by_call(calls, line->text)) {
			const struct moment moment = {line->at, g_strdup(line->text)};
			g_array_append_val(history, moment);
		}
	}
	g_array_sort(history, by_time); /* stable */
	return history;
}

bool journal_show(const char *account, const struct found_record *found, GError **error)
{
	struct journal *journal = found->journal;
	const struct record *record = found->record;
	g_autofree char *name =
		words_clean(record->name != NULL ? record->name : record->uid, NAME_CHARACTERS);
	g_autoptr(GPtrArray) calls = ledger_for_item(journal, found->kind, record->uid, error);
	g_autoptr(GPtrArray) story =
		calls != NULL ? journal_story(journal, found->kind, record->uid, error) : NULL;
	if (story == NULL) {
		return false;
	}
	printf("%s\n", name);
	print_details(account, found);
	g_autoptr(GArray) history = history_of(calls, story);
	for (guint i = 0; i < history->len; i++) {
		const struct moment *moment = &g_array_index(history, struct moment, i);
		g_autofree char *when = time_words(moment->at);
		g_autofree char *text = words_clean(moment->text, LINE_CHARACTERS);
		printf("%s  %s  %s\n", i == 0 ? "history:\n" : "", when, text);
	}
	return true;
}
