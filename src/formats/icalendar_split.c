/* SPDX-License-Identifier: MIT */
/* Calendars cut into one text per UID, and such texts joined; components are copied byte for byte,
 * with CRLF. */
#include <string.h>

#include "formats/icalendar_parts.h"

static const char default_product[] = "PRODID:-//passerelle//EN\r\n";

/* A blank in front would make it go on with the line before: an empty one may have stood between.
 */
static void bytes_append(GString *out, const char *bytes, gsize size)
{
	const char *const end = bytes + size;
	const char *at = bytes;
	while (at < end && (*at == ' ' || *at == '\t')) {
		at++;
	}
	while (at < end) {
		const gsize line_end = content_line_end(at, end);
		if (line_end > 0) {
			g_string_append(out, "\r\n");
		} else {
			g_string_append_c(out, *at);
		}
		at += MAX(line_end, 1);
	}
	if (size > 0 && !g_str_has_suffix(out->str, "\r\n")) {
		g_string_append(out, "\r\n");
	}
}

static bool is_quoted_printable(const struct content_line *line)
{
	const struct content_parameter *const encoding = content_line_parameter(line, "ENCODING");
	return encoding && encoding->values[0] &&
	       g_ascii_strcasecmp(encoding->values[0], "QUOTED-PRINTABLE") == 0;
}

/* A soft break that nothing follows would take in whatever is written after it. */
static void line_copy(GString *out, const struct component_tree *tree,
                      const struct content_line *line)
{
	gsize length = line->length;
	if (is_quoted_printable(line) && g_str_has_suffix(line->value, "=")) {
		const char *const bytes = tree->text + line->offset;
		while (length > 0 && strchr("=\r\n", bytes[length - 1])) {
			length--;
		}
	}
	bytes_append(out, tree->text + line->offset, length);
}

/* Line by line, as an END may be missing, or a UID. */
static void component_append(GString *out, const struct component_tree *tree,
                             const struct component *component, const char *uid)
{
	g_string_append_printf(out, "BEGIN:%s\r\n", component->name);
	if (uid) {
		g_string_append_printf(out, "UID:%s\r\n", uid);
	}
	for (guint i = 0; i < component->lines->len; i++) {
		const struct content_line *const line = g_ptr_array_index(component->lines, i);
		if (*line->name && !(uid && g_str_equal(line->name, "UID"))) {
			line_copy(out, tree, line);
		}
	}
	for (guint i = 0; i < component->children->len; i++) {
		const struct component *const child = g_ptr_array_index(component->children, i);
		if (!g_str_equal(child->name, "VEVENT")) { /* that one goes its own way */
			component_append(out, tree, child, NULL);
		}
	}
	g_string_append_printf(out, "END:%s\r\n", component->name);
}

/* Events do not nest (RFC 5545, 3.6.1): one that holds another, however deep, is no copy of its
 * bytes. */
static void component_copy(GString *out, const struct component_tree *tree,
                           const struct component *component)
{
	if (component->is_whole) {
		bytes_append(out, tree->text + component->offset, component->length);
	} else {
		component_append(out, tree, component, NULL);
	}
}

static void event_copy_to(GString *out, const struct component_tree *tree,
                          const struct component *event)
{
	g_autofree char *uid = component_text(event, "UID");
	if (*g_strstrip(uid)) {
		component_copy(out, tree, event);
		return;
	}
	g_autofree char *made = component_uid(tree, event);
	component_append(out, tree, event, made);
}

/* VERSION, PRODID and CALSCALE of the calendar; METHOD has no place in a folder (RFC 4791, 4.1),
 * and stays where it says that this is none of its items. */
static void head_append(GString *out, const struct component_tree *tree)
{
	const struct component *const first = g_ptr_array_index(tree->root->children, 0);
	const struct content_line *const version = component_property(first, "VERSION");
	const struct content_line *const product = component_property(first, "PRODID");
	const struct content_line *const scale = component_property(first, "CALSCALE");
	const bool is_calendar = g_str_equal(first->name, "VCALENDAR");
	g_string_append(out, "BEGIN:VCALENDAR\r\n");
	if (is_calendar && version) {
		line_copy(out, tree, version);
	} else {
		g_string_append(out, "VERSION:2.0\r\n");
	}
	if (is_calendar && product) {
		line_copy(out, tree, product);
	} else {
		g_string_append(out, default_product);
	}
	if (is_calendar && scale) {
		line_copy(out, tree, scale);
	}
}

/* TZID -> the first VTIMEZONE of that name. */
static GHashTable *zones_by_name(const struct component_tree *tree)
{
	GHashTable *const zones = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	for (guint i = tree->zones->len; i-- > 0;) {
		struct component *const zone = g_ptr_array_index(tree->zones, i);
		g_hash_table_replace(zones, component_value(zone, "TZID"), zone);
	}
	return zones;
}

/* One UID on its way to its text. */
struct part {
	GPtrArray *events; /* struct component, lent */
	GHashTable *names; /* TZIDs already there */
	GString *zones;
};

static void part_free(struct part *self)
{
	g_ptr_array_unref(self->events);
	g_hash_table_unref(self->names);
	g_string_free(self->zones, TRUE);
	g_free(self);
}

static void part_add_zones(struct part *self, const struct component_tree *tree,
                           const struct component *component, GHashTable *zones)
{
	for (guint i = 0; i < component->lines->len; i++) {
		const struct content_parameter *const tzid =
			content_line_parameter(g_ptr_array_index(component->lines, i), "TZID");
		const char *const name = tzid ? tzid->values[0] : NULL;
		const struct component *const zone = name ? g_hash_table_lookup(zones, name) : NULL;
		if (zone && g_hash_table_add(self->names, g_strdup(name))) {
			component_copy(self->zones, tree, zone);
		}
	}
	for (guint i = 0; i < component->children->len; i++) {
		part_add_zones(self, tree, g_ptr_array_index(component->children, i), zones);
	}
}

static struct part *part_of(GHashTable *by_uid, GPtrArray *parts, char *uid_taken)
{
	struct part *part = g_hash_table_lookup(by_uid, uid_taken);
	if (part) {
		g_free(uid_taken);
		return part;
	}
	part = g_new0(struct part, 1);
	part->events = g_ptr_array_new();
	part->names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	part->zones = g_string_new(NULL);
	g_hash_table_insert(by_uid, uid_taken, part);
	g_ptr_array_add(parts, part);
	return part;
}

/* The METHOD of one that is nothing but messages; NULL = there are events in it. */
static const struct content_line *part_message(const struct part *self)
{
	const struct content_line *message = NULL;
	for (guint i = 0; i < self->events->len; i++) {
		const struct component *const event = g_ptr_array_index(self->events, i);
		if (event->message == NULL) {
			return NULL;
		}
		message = event->message;
	}
	return message;
}

static char *part_write(const struct part *self, const struct component_tree *tree)
{
	const struct content_line *const message = part_message(self);
	GString *const out = g_string_new(NULL);
	head_append(out, tree);
	if (message != NULL) {
		line_copy(out, tree, message);
	}
	g_string_append_len(out, self->zones->str, (gssize)self->zones->len);
	for (guint i = 0; i < self->events->len; i++) {
		const struct component *const event = g_ptr_array_index(self->events, i);
		if (message != NULL || event->message == NULL) {
			event_copy_to(out, tree, event);
		}
	}
	g_string_append(out, "END:VCALENDAR\r\n");
	return g_string_free(out, FALSE);
}

GPtrArray *calendar_split(const void *data, gsize size, GError **error)
{
	OWNED(component_tree) tree = component_tree_read(data, size, error);
	if (!tree) {
		return NULL;
	}
	g_autoptr(GHashTable) zones = zones_by_name(tree);
	g_autoptr(GHashTable) by_uid = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func((GDestroyNotify)part_free);
	for (guint i = 0; i < tree->events->len; i++) {
		struct component *const event = g_ptr_array_index(tree->events, i);
		struct part *const part = part_of(by_uid, parts, component_uid(tree, event));
		g_ptr_array_add(part->events, event);
		part_add_zones(part, tree, event, zones);
	}
	GPtrArray *const texts = g_ptr_array_new_with_free_func(g_free);
	for (guint i = 0; i < parts->len; i++) {
		g_ptr_array_add(texts, part_write(g_ptr_array_index(parts, i), tree));
	}
	return texts;
}

static void tree_join(const struct component_tree *tree, GHashTable *names, GString *zones,
                      GString *items)
{
	for (guint i = 0; i < tree->zones->len; i++) {
		const struct component *const zone = g_ptr_array_index(tree->zones, i);
		if (g_hash_table_add(names, component_value(zone, "TZID"))) {
			component_copy(zones, tree, zone);
		}
	}
	for (guint i = 0; i < tree->events->len; i++) {
		const struct component *const event = g_ptr_array_index(tree->events, i);
		if (event->message == NULL) { /* without its METHOD it would be an event */
			event_copy_to(items, tree, event);
		}
	}
}

char *calendar_join(GPtrArray *texts)
{
	g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GString) items = g_string_new(NULL);
	GString *const out = g_string_new("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n");
	g_string_append(out, default_product);
	for (guint i = 0; i < texts->len; i++) {
		const char *const text = g_ptr_array_index(texts, i);
		OWNED(component_tree) tree = component_tree_read(text, strlen(text), NULL);
		if (tree) {
			tree_join(tree, names, out, items);
		}
	}
	g_string_append_len(out, items->str, (gssize)items->len);
	g_string_append(out, "END:VCALENDAR\r\n");
	return g_string_free(out, FALSE);
}
