/* SPDX-License-Identifier: MIT */
/* What a cycle changed, as JSON for a command of the person's. */
#include "app/changes.h"

#include "app/hooks.h"
#include "app/log.h"
#include "status/words.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define VERSION           1
#define NAME_CHARACTERS   80
#define REASON_CHARACTERS 160
#define ID_BYTES          255 /* the longest name of a file; of a longer UID that much */

struct changes {
	json_t *document;
	bool has_news;
};

static const char *const names[] = {
	[NEWS_ADDED] = "added",
	[NEWS_CHANGED] = "changed",
	[NEWS_REMOVED] = "removed",
	[NEWS_HELD] = "held",
};

struct changes *changes_new(const char *account, gint64 now)
{
	struct changes *self = g_new0(struct changes, 1);
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(now);
	g_autofree char *time = when != NULL ? g_date_time_format(when, "%FT%TZ") : g_strdup("");
	self->document =
		json_pack("{s:i, s:s, s:s}", "version", VERSION, "account", account, "time", time);
	return self;
}

void changes_free(struct changes *self)
{
	if (self != NULL) {
		json_decref(self->document);
		g_free(self);
	}
}

/* A value that is not known is absent. */
static void set_text(json_t *object, const char *key, char *text_taken)
{
	g_autofree char *text = text_taken;
	if (text != NULL && text[0] != '\0') {
		json_object_set_new(object, key, json_string(text));
	}
}

static char *clean(const char *text, gsize max_characters)
{
	return text != NULL ? words_clean(text, max_characters) : NULL;
}

static char *valid_id(const char *text)
{
	g_autofree char *cut = text != NULL ? g_strndup(text, ID_BYTES) : NULL;
	return cut != NULL ? g_utf8_make_valid(cut, -1) : NULL;
}

static json_t *item_of(const struct news *news)
{
	json_t *object = json_object();
	set_text(object, "uid", valid_id(news->uid));
	set_text(object, "name", clean(news->name, NAME_CHARACTERS));
	set_text(object, "file", valid_id(news->file));
	if (news->kind == NEWS_HELD) {
		set_text(object, "reason", clean(news->reason, REASON_CHARACTERS));
	} else {
		json_object_set_new(object, "side", json_string(news->is_there ? "there" : "here"));
	}
	return object;
}

static json_t *list_of(const struct news_list *news, enum news_kind kind)
{
	json_t *list = json_array();
	for (guint i = 0; i < news->items->len; i++) {
		const struct news *one = g_ptr_array_index(news->items, i);
		if (one->kind == kind) {
			json_array_append_new(list, item_of(one));
		}
	}
	return list;
}

/* Is it another set of items than the one told last? */
static bool is_held_new(const struct news_list *news, enum part part, struct journal *journal,
                        bool *is_new, GError **error)
{
	g_autofree char *key = g_strdup_printf("app.changes.held.%s", part_name(part));
	g_autofree char *before = journal_memory_get(journal, key, NULL);
	g_autofree char *now = g_strdup_printf("%" G_GINT64_MODIFIER "x", news->held_mark);
	*is_new = strcmp(before != NULL ? before : "0", now) != 0;
	return !*is_new || journal_memory_set(journal, key, now, error);
}

bool changes_take(struct changes *self, enum part part, const struct cycle_report *report,
                  struct journal *journal, GError **error)
{
	const struct news_list *news = report->news;
	bool is_new = false;
	const bool is_held_known = report->error == NULL;
	if (is_held_known && !is_held_new(news, part, journal, &is_new, error)) {
		return false;
	}
	json_t *object = json_object();
	json_t *counts = json_object();
	json_object_set_new(object, "counts", counts);
	for (enum news_kind kind = 0; kind < NEWS_KINDS; kind++) {
		if (kind == NEWS_HELD && !is_held_known) {
			continue;
		}
		json_object_set_new(counts, names[kind], json_integer(news->counts[kind]));
		json_object_set_new(object, names[kind], list_of(news, kind));
		is_new |= kind != NEWS_HELD && news->counts[kind] > 0;
	}
	json_object_set_new(self->document, part_name(part), object);
	self->has_news |= is_new;
	return true;
}

char *changes_to_json(const struct changes *self)
{
	if (!self->has_news) {
		return NULL;
	}
	char *text = json_dumps(self->document, JSON_COMPACT);
	char *copy = g_strconcat(text, "\n", NULL);
	free(text);
	return copy;
}

void changes_tell(const struct account_config *account, const struct changes *self)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *text = account->on_change_command != NULL ? changes_to_json(self) : NULL;
	if (text == NULL) {
		return;
	}
	const char *const environment[] = {"PASSERELLE_ACCOUNT", account->name, NULL};
	const struct shell_command command = {.option = "on_change_command",
	                                      .account = account->name,
	                                      .line = account->on_change_command,
	                                      .environment = environment,
	                                      .input = text};
	if (!hooks_run(&command, &error)) {
		log_say(LOG_LEVEL_WARNING, account->name, "%s", error->message);
	}
}
