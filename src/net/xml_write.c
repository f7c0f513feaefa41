/* SPDX-License-Identifier: MIT */
/* Bodies of requests in XML. */
#include "net/xml_write.h"

struct xml_writer {
	const struct xml_namespace *namespaces; /* lent */
	gsize n_namespaces;
	GString *text;
	GPtrArray *open; /* char *: names */
	bool has_root;
};

struct xml_writer *xml_writer_new(const struct xml_namespace *namespaces, gsize n_namespaces)
{
	struct xml_writer *self = g_new0(struct xml_writer, 1);
	self->namespaces = namespaces;
	self->n_namespaces = n_namespaces;
	self->text = g_string_new("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n");
	self->open = g_ptr_array_new_with_free_func(g_free);
	return self;
}

void xml_writer_free(struct xml_writer *self)
{
	if (self == NULL) {
		return;
	}
	if (self->text != NULL) {
		g_string_free(self->text, TRUE);
	}
	g_ptr_array_unref(self->open);
	g_free(self);
}

/* XML 1.0, 2.2: no other character may stand in a document, not even as a reference. */
static bool is_character(gunichar character)
{
	return character == '\t' || character == '\n' || character == '\r' ||
	       (character >= 0x20 && character < 0xd800) ||
	       (character >= 0xe000 && character < 0xfffe) || character >= 0x10000;
}

static void append_escaped(GString *out, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	for (const char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
		const gunichar character = g_utf8_get_char(at);
		switch (character) {
		case '&':
			g_string_append(out, "&amp;");
			break;
		case '<':
			g_string_append(out, "&lt;");
			break;
		case '>':
			g_string_append(out, "&gt;");
			break;
		case '"':
			g_string_append(out, "&quot;");
			break;
		case '\t':
		case '\n':
		case '\r': /* a parser makes blanks of them in an attribute, and of \r anywhere */
			g_string_append_printf(out, "&#%u;", character);
			break;
		default:
			g_string_append_unichar(out, is_character(character) ? character : 0xfffd);
		}
	}
}

static void begin(struct xml_writer *self, const char *name)
{
	g_string_append_printf(self->text, "<%s", name);
	for (gsize i = 0; !self->has_root && i < self->n_namespaces; i++) {
		g_string_append_printf(self->text, " xmlns:%s=\"", self->namespaces[i].prefix);
		append_escaped(self->text, self->namespaces[i].uri);
		g_string_append_c(self->text, '"');
	}
	self->has_root = true;
}

void xml_write_open(struct xml_writer *self, const char *name)
{
	begin(self, name);
	g_string_append_c(self->text, '>');
	g_ptr_array_add(self->open, g_strdup(name));
}

void xml_write_open_with(struct xml_writer *self, const char *name, const char *attribute,
                         const char *value)
{
	begin(self, name);
	g_string_append_printf(self->text, " %s=\"", attribute);
	append_escaped(self->text, value);
	g_string_append(self->text, "\">");
	g_ptr_array_add(self->open, g_strdup(name));
}

void xml_write_close(struct xml_writer *self)
{
	g_assert(self->open->len > 0);
	g_autofree char *name = g_ptr_array_steal_index(self->open, self->open->len - 1);
	g_string_append_printf(self->text, "</%s>", name);
}

void xml_write_empty(struct xml_writer *self, const char *name)
{
	begin(self, name);
	g_string_append(self->text, "/>");
}

void xml_write_text(struct xml_writer *self, const char *name, const char *text)
{
	begin(self, name);
	g_string_append_c(self->text, '>');
	append_escaped(self->text, text);
	g_string_append_printf(self->text, "</%s>", name);
}

GBytes *xml_writer_end(struct xml_writer *self)
{
	while (self->open->len > 0) {
		xml_write_close(self);
	}
	return g_string_free_to_bytes(g_steal_pointer(&self->text));
}
