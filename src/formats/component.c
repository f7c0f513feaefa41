/* SPDX-License-Identifier: MIT */
/* Builds the tree of components; a missing END closes with its parent, a stray one is passed over.
 */
#include "formats/component.h"

#include <string.h>

#include "base/limits.h"
#include "formats/vcard.h"
#include "formats/vcard_parts.h"

static void component_free(struct component *self)
{
	g_free(self->name);
	g_ptr_array_unref(self->lines);
	g_ptr_array_unref(self->children);
	g_free(self);
}

static struct component *component_new(const char *name, gsize offset, unsigned number)
{
	struct component *const self = g_new0(struct component, 1);
	self->name = g_ascii_strup(name, -1);
	g_strstrip(self->name);
	self->lines = g_ptr_array_new();
	self->children = g_ptr_array_new_with_free_func((GDestroyNotify)component_free);
	self->offset = offset;
	self->number = number;
	self->is_whole = true;
	return self;
}

void component_tree_free(struct component_tree *self)
{
	if (self) {
		g_clear_pointer(&self->root, component_free);
		g_clear_pointer(&self->lines, g_ptr_array_unref);
		g_clear_pointer(&self->events, g_ptr_array_unref);
		g_clear_pointer(&self->zones, g_ptr_array_unref);
		g_free(self->text);
		g_free(self);
	}
}

/* Lists that we read; libical would lose their values beyond 500 in silence. */
static bool list_is_short(const struct content_line *line)
{
	static const char *const lists[] = {"EXDATE", "RDATE"};
	for (gsize i = 0; i < G_N_ELEMENTS(lists); i++) {
		if (g_str_equal(line->name, lists[i])) {
			guint values = 1;
			for (const char *at = line->value; (at = strchr(at, ',')); at++) {
				values++;
			}
			return values <= LIMIT_VALUES;
		}
	}
	return true;
}

struct builder {
	struct component_tree *tree;
	GPtrArray *open; /* struct component, lent: from the root to the innermost */
	guint count;
};

static bool builder_fail(const struct content_line *line, const char *what, GError **error)
{
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, "line %u: %s", line->number,
	            what);
	return false;
}

static struct component *innermost(const struct builder *self)
{
	return g_ptr_array_index(self->open, self->open->len - 1);
}

static void builder_spoil(const struct builder *self)
{
	for (guint i = 0; i < self->open->len; i++) {
		struct component *const component = g_ptr_array_index(self->open, i);
		component->is_whole = false;
	}
}

/* Alone it is written into a VCALENDAR, and must be read again there. */
static bool builder_is_deep(const struct builder *self)
{
	const struct component *const outer =
		self->open->len > 1 ? g_ptr_array_index(self->open, 1) : NULL;
	const bool has_calendar = outer && g_str_equal(outer->name, "VCALENDAR");
	return self->open->len + (has_calendar ? 0 : 1) > LIMIT_COMPONENT_DEPTH;
}

bool method_is_message(const char *value)
{
	static const char *const methods[] = {"CANCEL", "REPLY", "COUNTER", "DECLINECOUNTER",
	                                      "REFRESH"};
	g_autofree char *method = g_strstrip(g_strdup(value));
	bool is_one = false;
	for (gsize i = 0; i < G_N_ELEMENTS(methods); i++) {
		is_one = is_one || g_ascii_strcasecmp(method, methods[i]) == 0;
	}
	return is_one;
}

/* It stands before the components. */
static void builder_note_method(const struct builder *self, const struct content_line *line)
{
	struct component *const calendar = innermost(self);
	if (g_str_equal(calendar->name, "VCALENDAR") && g_str_equal(line->name, "METHOD")) {
		calendar->message = method_is_message(line->value) ? line : NULL;
	}
}

static bool builder_begin(struct builder *self, const struct content_line *line, GError **error)
{
	if (builder_is_deep(self)) {
		return builder_fail(line, "components are nested too deep", error);
	}
	if (++self->count > LIMIT_COMPONENTS) {
		return builder_fail(line, "too many components", error);
	}
	struct component *const component = component_new(line->value, line->offset, line->number);
	const bool is_event = g_str_equal(component->name, "VEVENT");
	if (is_event) {
		builder_spoil(self);
	}
	component->message = innermost(self)->message;
	g_ptr_array_add(innermost(self)->children, component);
	g_ptr_array_add(self->open, component);
	if (is_event) {
		g_ptr_array_add(self->tree->events, component);
	} else if (g_str_equal(component->name, "VTIMEZONE")) {
		g_ptr_array_add(self->tree->zones, component);
	}
	return true;
}

/* Closes the components from the innermost to the one at depth; only the latter may have its END.
 */
static void builder_close_until(struct builder *self, guint depth, gsize end, bool has_end)
{
	if (!has_end || self->open->len > depth + 1) {
		builder_spoil(self);
	}
	while (self->open->len > depth) {
		struct component *const component = innermost(self);
		component->length = end - component->offset;
		g_ptr_array_set_size(self->open, (int)self->open->len - 1);
	}
}

static void builder_end(struct builder *self, const struct content_line *line)
{
	g_autofree char *name = g_ascii_strup(line->value, -1);
	g_strstrip(name);
	for (guint depth = self->open->len; depth-- > 1;) {
		const struct component *const component = g_ptr_array_index(self->open, depth);
		if (g_str_equal(component->name, name)) {
			builder_close_until(self, depth, line->offset + line->length, true);
			return;
		}
	}
	builder_spoil(self);
}

static bool builder_add(struct builder *self, struct content_line *line, GError **error)
{
	if (g_str_equal(line->name, "BEGIN")) {
		return builder_begin(self, line, error);
	}
	if (g_str_equal(line->name, "END")) {
		builder_end(self, line);
		return true;
	}
	if (!list_is_short(line)) {
		return builder_fail(line, "too many values in a list", error);
	}
	builder_note_method(self, line);
	g_ptr_array_add(innermost(self)->lines, line);
	return true;
}

static bool tree_build(struct component_tree *self, GError **error)
{
	self->root = component_new("", 0, 1);
	self->events = g_ptr_array_new();
	self->zones = g_ptr_array_new();
	g_autoptr(GPtrArray) open = g_ptr_array_new();
	g_ptr_array_add(open, self->root);
	struct builder builder = {self, open, 0};
	for (guint i = 0; i < self->lines->len; i++) {
		if (!builder_add(&builder, g_ptr_array_index(self->lines, i), error)) {
			return false;
		}
	}
	builder_close_until(&builder, 0, strlen(self->text), false);
	return true;
}

struct component_tree *component_tree_read(const void *data, gsize size, GError **error)
{
	if (size > LIMIT_FILE_BYTES) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "calendar of %" G_GSIZE_FORMAT " bytes is too large", size);
		return NULL;
	}
	OWNED(component_tree) self = g_new0(struct component_tree, 1);
	self->text = vcard_to_utf8(data, size); /* calendars come in the same encodings */
	self->lines = content_lines_read(self->text, strlen(self->text), error);
	if (!self->lines || !tree_build(self, error)) {
		return NULL;
	}
	if (self->root->children->len == 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "there is no calendar component in it");
		return NULL;
	}
	return g_steal_pointer(&self);
}

const struct content_line *component_property(const struct component *self, const char *name)
{
	for (guint i = 0; i < self->lines->len; i++) {
		const struct content_line *const line = g_ptr_array_index(self->lines, i);
		if (g_str_equal(line->name, name)) {
			return line;
		}
	}
	return NULL;
}

char *component_value(const struct component *self, const char *name)
{
	const struct content_line *const line = component_property(self, name);
	return g_strstrip(g_strdup(line ? line->value : ""));
}

char *component_text(const struct component *self, const char *name)
{
	const struct content_line *const line = component_property(self, name);
	if (!line) {
		return g_strdup("");
	}
	bool is_guessed = false;
	g_autofree char *text = vcard_line_text(line, &is_guessed); /* vCalendar 1.0 encodes them */
	return content_text_unescape(text, strlen(text));
}
