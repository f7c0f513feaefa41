/* SPDX-License-Identifier: MIT */
/* What a folder holds already, by identity and by content. */
#include "app/import_index.h"

#include "base/durable.h"
#include "base/limits.h"
#include "formats/component.h"
#include "formats/icalendar.h"
#include "formats/vcard.h"
#include "stores/vdir.h"

#include <string.h>
#include <unistd.h>

void known_free(struct known *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->uid);
	g_free(self->name);
	g_free(self->where);
	g_free(self->content);
	g_free(self->match);
	g_strfreev(self->facts);
	g_free(self);
}

/* ---- what an item is recognised by ---- */

static int compare_texts(gconstpointer left, gconstpointer right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Of lines (char *) in any order. */
static char *digest_of(GPtrArray *lines)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	g_ptr_array_sort(lines, compare_texts);
	for (guint i = 0; i < lines->len; i++) {
		const char *line = g_ptr_array_index(lines, i);
		g_checksum_update(sum, (const guchar *)line, (gssize)strlen(line) + 1);
	}
	return g_strdup(g_checksum_get_string(sum));
}

/* A line as it counts: its group, and where it is folded, do not. */
static char *line_text(const struct content_line *line, const char *prefix)
{
	GString *text = g_string_new(prefix);
	g_string_append(text, line->name);
	for (guint i = 0; i < line->parameters->len; i++) {
		const struct content_parameter *parameter = g_ptr_array_index(line->parameters, i);
		g_autofree char *values = g_strjoinv(",", parameter->values);
		g_string_append_printf(text, ";%s=%s", parameter->name, values);
	}
	g_string_append_printf(text, ":%s", line->value);
	return g_string_free(text, FALSE);
}

/* Written anew in one version, so that the way in which it was written does not count. */
static char *content_of_contact(const struct contact *contact)
{
	OWNED(contact) copy = contact_copy(contact);
	g_clear_pointer(&copy->uid, g_free);
	g_clear_pointer(&copy->revision, g_free);
	g_autofree char *text = vcard_write(copy, 3);
	g_autoptr(GPtrArray) lines = content_lines_read(text, strlen(text), NULL);
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; lines != NULL && i < lines->len; i++) {
		g_ptr_array_add(list, line_text(g_ptr_array_index(lines, i), ""));
	}
	return digest_of(list);
}

static struct known *read_contact(const char *text, GError **error)
{
	OWNED(contact) contact = vcard_read(text, strlen(text), NULL, error);
	if (contact == NULL) {
		return NULL;
	}
	struct known *self = g_new0(struct known, 1);
	self->uid = g_strdup(contact->uid);
	self->name = contact_display_name(contact);
	self->match = contact_match_key(contact);
	self->facts = contact_facts(contact);
	self->content = content_of_contact(contact);
	if (self->name[0] == '\0' && self->facts[0] == NULL) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		                    "it has no name, number or address");
		g_clear_pointer(&self, known_free);
	}
	return self;
}

/* Of one series, what makes it that series; the rest may differ under another UID. */
static const char *const outlines[] = {"SUMMARY",       "LOCATION", "DTSTART", "DTEND",
                                       "DURATION",      "RRULE",    "RDATE",   "EXDATE",
                                       "RECURRENCE-ID", NULL};
/* What a program writes of itself when it stores an event (RFC 5545, 3.8.7). */
static const char *const stamps[] = {"UID",           "DTSTAMP",  "CREATED",
                                     "LAST-MODIFIED", "SEQUENCE", NULL};

static void add_lines(GPtrArray *list, const struct component *component, const char *prefix,
                      bool is_outline)
{
	for (guint i = 0; i < component->lines->len; i++) {
		const struct content_line *line = g_ptr_array_index(component->lines, i);
		if (is_outline ? g_strv_contains(outlines, line->name)
		               : !g_strv_contains(stamps, line->name)) {
			g_ptr_array_add(list, line_text(line, prefix));
		}
	}
	for (guint i = 0; !is_outline && i < component->children->len; i++) {
		const struct component *child = g_ptr_array_index(component->children, i);
		g_autofree char *inner = g_strconcat(prefix, child->name, "/", NULL);
		add_lines(list, child, inner, false);
	}
}

static char *digest_of_events(const struct component_tree *tree, bool is_outline)
{
	g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < tree->events->len; i++) {
		const struct component *event = g_ptr_array_index(tree->events, i);
		g_autofree char *exception = component_value(event, "RECURRENCE-ID");
		g_autofree char *prefix = g_strconcat(exception, "/", NULL);
		add_lines(list, event, prefix, is_outline);
	}
	return digest_of(list);
}

/* As the sync would adopt it: an event that happens once, by its times in whatever zone. */
static char *match_of_events(const char *text, const struct component_tree *tree, const char *zone)
{
	const struct occurrence_window window = {G_MININT64, 0, zone};
	OWNED(calendar) calendar = calendar_read(text, strlen(text), NULL);
	const struct component *first = g_ptr_array_index(tree->events, 0);
	if (calendar == NULL || calendar_repeats(calendar) || tree->events->len > 1 ||
	    component_property(first, "RECURRENCE-ID") != NULL) {
		return digest_of_events(tree, true);
	}
	gint64 next = 0;
	g_autoptr(GPtrArray) events = calendar_occurrences(calendar, &window, &next, NULL);
	return events != NULL && events->len == 1 ? event_match_key(g_ptr_array_index(events, 0))
	                                          : digest_of_events(tree, true);
}

static struct known *read_event(const char *text, const char *zone, GError **error)
{
	OWNED(component_tree) tree = component_tree_read(text, strlen(text), error);
	if (tree == NULL) {
		return NULL;
	}
	const struct component *first =
		tree->events->len > 0 ? g_ptr_array_index(tree->events, 0) : NULL;
	if (first == NULL || component_property(first, "DTSTART") == NULL) {
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		                    first == NULL ? "it holds no event"
		                                  : "it does not say when it starts");
		return NULL;
	}
	struct known *self = g_new0(struct known, 1);
	self->uid = component_text(first, "UID");
	g_strstrip(self->uid);
	self->name = component_text(first, "SUMMARY");
	self->match = match_of_events(text, tree, zone);
	self->content = digest_of_events(tree, false);
	return self;
}

struct known *known_read(enum item_kind kind, const char *text, const char *zone, GError **error)
{
	struct known *self =
		kind == ITEM_CONTACT ? read_contact(text, error) : read_event(text, zone, error);
	if (self != NULL && self->uid != NULL && self->uid[0] == '\0') {
		g_clear_pointer(&self->uid, g_free);
	}
	return self;
}

/* ---- the index ---- */

struct import_index {
	GPtrArray *list;                            /* struct known */
	GHashTable *by_uid, *by_content, *by_match; /* lent; of a match a GPtrArray */
};

struct import_index *import_index_new(void)
{
	struct import_index *self = g_new0(struct import_index, 1);
	self->list = g_ptr_array_new_with_free_func((GDestroyNotify)known_free);
	self->by_uid = g_hash_table_new(g_str_hash, g_str_equal);
	self->by_content = g_hash_table_new(g_str_hash, g_str_equal);
	self->by_match = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
	                                       (GDestroyNotify)g_ptr_array_unref);
	return self;
}

void import_index_free(struct import_index *self)
{
	if (self != NULL) {
		g_hash_table_unref(self->by_uid);
		g_hash_table_unref(self->by_content);
		g_hash_table_unref(self->by_match);
		g_ptr_array_unref(self->list);
		g_free(self);
	}
}

void import_index_add(struct import_index *self, struct known *known_taken)
{
	g_ptr_array_add(self->list, known_taken);
	if (known_taken->uid != NULL && !g_hash_table_contains(self->by_uid, known_taken->uid)) {
		g_hash_table_insert(self->by_uid, known_taken->uid, known_taken);
	}
	if (!g_hash_table_contains(self->by_content, known_taken->content)) {
		g_hash_table_insert(self->by_content, known_taken->content, known_taken);
	}
	GPtrArray *alike = g_hash_table_lookup(self->by_match, known_taken->match);
	if (alike == NULL && known_taken->match[0] != '\0') {
		alike = g_ptr_array_new();
		g_hash_table_insert(self->by_match, known_taken->match, alike);
	}
	if (alike != NULL) {
		g_ptr_array_add(alike, known_taken);
	}
}

static const struct known *find_alike(const struct import_index *self, const struct known *item)
{
	const GPtrArray *alike = g_hash_table_lookup(self->by_match, item->match);
	for (guint i = 0; alike != NULL && i < alike->len; i++) {
		const struct known *other = g_ptr_array_index(alike, i);
		if (item->facts == NULL ||
		    facts_compare(item->facts, other->facts, NULL) == FACTS_COMPATIBLE) {
			return other;
		}
	}
	return NULL;
}

enum likeness import_index_find(const struct import_index *self, const struct known *item,
                                const struct known **other)
{
	*other = item->uid != NULL ? g_hash_table_lookup(self->by_uid, item->uid) : NULL;
	if (*other != NULL) {
		return strcmp((*other)->content, item->content) == 0 ? LIKENESS_SAME
		                                                     : LIKENESS_OTHER_TEXT;
	}
	*other = g_hash_table_lookup(self->by_content, item->content);
	if (*other != NULL) {
		return LIKENESS_SAME;
	}
	*other = find_alike(self, item);
	if (*other == NULL) {
		return LIKENESS_NONE;
	}
	return item->facts == NULL ? LIKENESS_SAME : LIKENESS_OTHER_TEXT;
}

/* ---- the folder ---- */

static GPtrArray *split(enum item_kind kind, const char *data, gsize size)
{
	return kind == ITEM_CONTACT ? vcard_split(data, size, NULL)
	                            : calendar_split(data, size, NULL);
}

static void read_file(struct import_index *self, int folder, const char *name, enum item_kind kind,
                      const char *zone)
{
	g_autoptr(GBytes) bytes = durable_read_at(folder, name, LIMIT_FILE_BYTES, NULL, NULL);
	gsize size = 0;
	const char *data = bytes != NULL ? g_bytes_get_data(bytes, &size) : NULL;
	g_autoptr(GPtrArray) texts = data != NULL ? split(kind, data, size) : NULL;
	for (guint i = 0; texts != NULL && i < texts->len; i++) {
		struct known *known = known_read(kind, g_ptr_array_index(texts, i), zone, NULL);
		if (known != NULL) {
			known->where = g_strdup(name);
			import_index_add(self, known);
		}
	}
}

void import_index_read(struct import_index *self, const char *folder, enum item_kind kind,
                       const char *zone)
{
	g_autoptr(GDir) names = g_dir_open(folder, 0, NULL);
	const int descriptor = names != NULL ? durable_open_folder(folder, NULL) : -1;
	const char *name = descriptor >= 0 ? g_dir_read_name(names) : NULL;
	for (; name != NULL; name = g_dir_read_name(names)) {
		if (vdir_is_item_name(name, kind)) {
			read_file(self, descriptor, name, kind, zone);
		}
	}
	if (descriptor >= 0) {
		close(descriptor);
	}
}
