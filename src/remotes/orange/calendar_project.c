/* SPDX-License-Identifier: MIT */
/* From a calendar text to what the calendar of the service can hold of it. */
#include <string.h>

#include "formats/content_line.h"
#include "formats/icalendar.h"
#include "remotes/orange/calendar.h"

/* Properties and components of an event for which addevent has no parameter. */
static const char *const NOT_CARRIED[] = {
	"ATTACH", "ATTENDEE", "CATEGORIES", "CLASS",      "COMMENT",    "CONFERENCE", "CONTACT",
	"GEO",    "IMAGE",    "ORGANIZER",  "PRIORITY",   "RELATED-TO", "RESOURCES",  "STATUS",
	"TRANSP", "URL",      "VALARM",     "X-ALT-DESC", NULL,
};

/* What says nothing that the service would not say anyway. */
static bool is_default(const struct content_line *line)
{
	static const char *const DEFAULTS[] = {"STATUS:CONFIRMED", "STATUS:CANCELLED",
	                                       "CLASS:PUBLIC",     "TRANSP:OPAQUE",
	                                       "PRIORITY:0",       NULL};
	g_autofree char *whole = g_strconcat(line->name, ":", line->value, NULL);
	g_autofree char *upper = g_ascii_strup(whole, -1);
	return g_strv_contains(DEFAULTS, upper);
}

/* The name to report for a line inside a VEVENT; NULL = it is carried, or no loss. */
static const char *lost_name(const struct content_line *line)
{
	const char *name = strcmp(line->name, "BEGIN") == 0 ? line->value : line->name;
	for (gsize i = 0; NOT_CARRIED[i] != NULL; i++) {
		if (g_ascii_strcasecmp(name, NOT_CARRIED[i]) == 0) {
			return is_default(line) ? NULL : NOT_CARRIED[i];
		}
	}
	return NULL;
}

static bool is_mark(const struct content_line *line, const char *name, const char *component)
{
	return strcmp(line->name, name) == 0 && g_ascii_strcasecmp(line->value, component) == 0;
}

/* Names, each once, of the whole text: a series is one thing for people. */
static GPtrArray *find_lost(const char *text)
{
	GPtrArray *lost = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) lines = content_lines_read(text, strlen(text), NULL);
	bool is_inside = false, is_alarm = false;
	for (guint i = 0; lines != NULL && i < lines->len; i++) {
		const struct content_line *line = g_ptr_array_index(lines, i);
		is_inside = is_mark(line, "BEGIN", "VEVENT") ||
		            (is_inside && !is_mark(line, "END", "VEVENT"));
		const char *name = is_inside && !is_alarm ? lost_name(line) : NULL;
		is_alarm = is_mark(line, "BEGIN", "VALARM") ||
		           (is_alarm && !is_mark(line, "END", "VALARM"));
		if (name != NULL &&
		    !g_ptr_array_find_with_equal_func(lost, name, g_str_equal, NULL)) {
			g_ptr_array_add(lost, g_strdup(name));
		}
	}
	return lost;
}

static char **join_words(const GPtrArray *left, const GPtrArray *right)
{
	g_autoptr(GStrvBuilder) words = g_strv_builder_new();
	for (guint i = 0; i < left->len; i++) {
		g_strv_builder_add(words, g_ptr_array_index(left, i));
	}
	for (guint i = 0; i < right->len; i++) {
		g_strv_builder_add(words, g_ptr_array_index(right, i));
	}
	return g_strv_builder_end(words);
}

static struct item *make_item(const struct event *event, const char *uid, const GPtrArray *lost,
                              const char *zone, GError **error)
{
	g_autoptr(GPtrArray) cut = g_ptr_array_new_with_free_func(g_free);
	OWNED(event_fields) fields = event_fields_from_event(event, zone, cut, error);
	if (fields == NULL) {
		return NULL;
	}
	struct item *item = item_new();
	item->uid = event->recurrence_id == NULL
	                    ? g_strdup(uid)
	                    : g_strconcat(uid, "/", event->recurrence_id, NULL);
	OWNED(event) single = event_copy(event);
	g_free(single->uid);
	single->uid = g_strdup(item->uid);
	g_clear_pointer(&single->recurrence_id, g_free);
	item->text = calendar_write_event(single, zone);
	item->name = event_fields_name(fields);
	item->fingerprint = event_fields_fingerprint(fields);
	item->match = event_fields_match(fields, zone);
	item->facts = g_new0(char *, 1);
	item->lost = join_words(lost, cut);
	item->starts = event->starts;
	item->ends = event->ends;
	return item;
}

/* A text without a UID is known by the name of its file, so that an edit does not make it another
 * event. */
static const char *base_uid(const struct calendar *calendar, const struct event *event,
                            const char *fallback_uid)
{
	const bool is_nameless = calendar_uid(calendar) == NULL && calendar_count(calendar) == 1;
	return is_nameless && fallback_uid != NULL ? fallback_uid : event->uid;
}

static struct occurrence_window window_of(const struct remote_settings *settings)
{
	return (struct occurrence_window){
		.since = settings->push_past_events ? G_MININT64 : settings->since,
		.until = settings->now + settings->recurrence_horizon,
		.timezone = settings->timezone,
	};
}

/* An hour or a day that is wrong would stay there for ever. */
static bool refuse_guess(const struct event *event, GError **error)
{
	if (event->guess != NULL) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, "%s", event->guess);
	}
	return event->guess != NULL;
}

GPtrArray *calendar_project(struct endpoint *endpoint, const char *text, const char *fallback_uid,
                            gint64 *next_due, GError **error)
{
	const struct calendar_side *self = (const struct calendar_side *)(void *)endpoint;
	const struct remote_settings *settings = session_settings(self->session);
	OWNED(calendar) calendar = calendar_read(text, strlen(text), error);
	if (calendar == NULL) {
		return NULL;
	}
	const struct occurrence_window window = window_of(settings);
	gint64 next = 0;
	g_autoptr(GPtrArray) events = calendar_occurrences(calendar, &window, &next, error);
	if (events == NULL) {
		return NULL;
	}
	g_autoptr(GPtrArray) lost = find_lost(text);
	g_autoptr(GPtrArray) items = g_ptr_array_new_with_free_func((GDestroyNotify)item_free);
	for (guint i = 0; i < events->len; i++) {
		const struct event *event = g_ptr_array_index(events, i);
		if (event->is_cancelled) {
			continue;
		}
		if (refuse_guess(event, error)) {
			return NULL;
		}
		struct item *item = make_item(event, base_uid(calendar, event, fallback_uid), lost,
		                              settings->timezone, error);
		if (item == NULL) {
			return NULL;
		}
		g_ptr_array_add(items, item);
	}
	if (next_due != NULL) {
		*next_due = next == 0 ? 0 : next - settings->recurrence_horizon;
	}
	return g_steal_pointer(&items);
}

struct event_fields *calendar_fields(const struct calendar_side *self, const char *text,
                                     GError **error)
{
	const struct remote_settings *settings = session_settings(self->session);
	OWNED(calendar) calendar = calendar_read(text, strlen(text), error);
	if (calendar == NULL) {
		return NULL;
	}
	const struct occurrence_window all = {
		G_MININT64, settings->now + settings->recurrence_horizon, settings->timezone};
	g_autoptr(GPtrArray) events = calendar_occurrences(calendar, &all, NULL, error);
	if (events == NULL) {
		return NULL;
	}
	if (events->len != 1) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "the text holds %u events where one is wanted", events->len);
		return NULL;
	}
	const struct event *event = g_ptr_array_index(events, 0);
	return refuse_guess(event, error)
	               ? NULL
	               : event_fields_from_event(event, settings->timezone, NULL, error);
}
