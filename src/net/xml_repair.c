/* SPDX-License-Identifier: MIT */
/* Token by token over a reply that is nearly XML: what begins no markup becomes text, what is open
 * gets closed. */
#include "net/xml_repair.h"

#include "base/limits.h"

#include <string.h>

#define MAX_ATTRIBUTES      64                      /* of one element; honest ones have 10 */
#define MAX_ATTRIBUTE_BYTES 9000000                 /* libxml2 gives up at 10,000,000 */
#define MAX_NAME_BYTES      256                     /* of an element or attribute */
#define MAX_REPAIRED_BYTES  (2 * LIMIT_REPLY_BYTES) /* escaping a stray & costs 4 more bytes */

struct span {
	const char *start;
	gsize size;
};

struct attribute {
	struct span name, value;
};

struct tag {
	struct span name;
	struct attribute attributes[MAX_ATTRIBUTES];
	gsize n_attributes;
	bool is_empty;
	const char *end; /* behind its > */
};

struct repair {
	const char *at, *end;
	GString *out;
	struct span open[LIMIT_XML_DEPTH];
	gsize depth, elements;
	bool is_done;      /* the root element is closed */
	bool ends_in_text; /* the last thing read was no tag */
	GError *error;
};

/* What a look at a < found. */
enum found {
	MARKUP, /* read, at is behind it */
	STRAY,  /* it begins nothing */
	FATAL,  /* error is set */
};

static enum found fail(struct repair *self, const char *message)
{
	if (self->error == NULL) {
		self->error =
			g_error_new_literal(PASSERELLE_ERROR, PASSERELLE_ERROR_PROTOCOL, message);
	}
	return FATAL;
}

/* XML 1.0, 2.3: NameStartChar and what NameChar adds, beyond ASCII. */
static const struct {
	gunichar from, to;
	bool is_start;
} name_ranges[] = {
	{0xB7, 0xB7, false},    {0xC0, 0xD6, true},     {0xD8, 0xF6, true},
	{0xF8, 0x2FF, true},    {0x300, 0x36F, false},  {0x370, 0x37D, true},
	{0x37F, 0x1FFF, true},  {0x200C, 0x200D, true}, {0x203F, 0x2040, false},
	{0x2070, 0x218F, true}, {0x2C00, 0x2FEF, true}, {0x3001, 0xD7FF, true},
	{0xF900, 0xFDCF, true}, {0xFDF0, 0xFFFD, true}, {0x10000, 0xEFFFF, true},
};

static bool is_name_character(gunichar character, bool at_start)
{
	if (character < 0x80) {
		return g_ascii_isalpha((char)character) || character == '_' ||
		       (!at_start &&
		        (g_ascii_isdigit((char)character) || strchr("-.:", (int)character)));
	}
	for (gsize i = 0; i < G_N_ELEMENTS(name_ranges); i++) {
		if (character >= name_ranges[i].from && character <= name_ranges[i].to) {
			return name_ranges[i].is_start || !at_start;
		}
	}
	return false;
}

/* An empty span where there is none. */
static struct span scan_name(const char *at, const char *end)
{
	struct span name = {at, 0};
	while (at < end && *at != '\0' &&
	       is_name_character(g_utf8_get_char(at), at == name.start)) {
		at = g_utf8_next_char(at);
	}
	name.size = (gsize)(at - name.start);
	return name;
}

/* ASCII white space, and U+00A0 as the published samples have it. */
static const char *skip_blanks(const char *at, const char *end)
{
	while (at < end) {
		if (g_ascii_isspace(*at)) {
			at++;
		} else if (end - at >= 2 && memcmp(at, "\xC2\xA0", 2) == 0) {
			at += 2;
		} else {
			break;
		}
	}
	return at;
}

static bool span_is(struct span span, const char *text)
{
	return span.size == strlen(text) && g_ascii_strncasecmp(span.start, text, span.size) == 0;
}

/* XML 1.0, 2.2 */
static bool is_xml_character(guint64 value)
{
	return value == '\t' || value == '\n' || value == '\r' ||
	       (value >= 0x20 && value <= 0xD7FF) || (value >= 0xE000 && value <= 0xFFFD) ||
	       (value >= 0x10000 && value <= 0x10FFFF);
}

/* "#NN;" or "#xNN;" that stands for a character: its length, else 0. */
static gsize character_reference_size(const char *at, const char *end)
{
	const bool is_hex = end - at >= 2 && at[1] == 'x';
	const char *digit = at + (is_hex ? 2 : 1);
	guint64 value = 0;
	gsize count = 0;
	for (; digit < end && count < 8; digit++, count++) {
		const int figure =
			is_hex ? g_ascii_xdigit_value(*digit) : g_ascii_digit_value(*digit);
		if (figure < 0) {
			break;
		}
		value = value * (is_hex ? 16 : 10) + (guint64)figure;
	}
	if (count == 0 || digit >= end || *digit != ';' || !is_xml_character(value)) {
		return 0;
	}
	return (gsize)(digit + 1 - at);
}

/* Behind an &: the length of the reference that stands there, 0 for a stray &. */
static gsize reference_size(struct repair *self, const char *at, const char *end)
{
	static const char *const predefined[] = {"lt", "gt", "amp", "apos", "quot"};
	if (at < end && *at == '#') {
		return character_reference_size(at, end);
	}
	const struct span name = scan_name(at, end);
	if (name.size == 0 || at + name.size >= end || at[name.size] != ';') {
		return 0;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(predefined); i++) {
		if (name.size == strlen(predefined[i]) &&
		    memcmp(at, predefined[i], name.size) == 0) {
			return name.size + 1;
		}
	}
	fail(self, "the reply refers to an entity that XML does not define");
	return 0;
}

static const char *escape_of(char character)
{
	switch (character) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	default:
		return (guchar)character < 0x20 && strchr("\t\r\n", character) == NULL ? " " : NULL;
	}
}

/* What stands for itself, up to the first that may not; most text is one such run. */
static gsize plain_size(const char *at, const char *end)
{
	const char *start = at;
	while (at < end && (guchar)*at != 0xEF && escape_of(*at) == NULL) {
		at++;
	}
	return (gsize)(at - start);
}

/* Character data, fit to stand between tags and between double quotes. */
static bool put_text(struct repair *self, struct span text, bool has_references)
{
	const char *end = text.start + text.size;
	for (const char *at = text.start; at < end && self->error == NULL; at++) {
		const gsize plain = plain_size(at, end);
		g_string_append_len(self->out, at, (gssize)plain);
		at += plain;
		if (at == end) {
			break;
		}
		const gsize reference =
			*at == '&' && has_references ? reference_size(self, at + 1, end) : 0;
		const char *escape = escape_of(*at);
		if (reference > 0) {
			g_string_append_len(self->out, at, (gssize)reference + 1);
			at += reference;
		} else if (escape != NULL) {
			g_string_append(self->out, escape);
		} else if (end - at >= 3 && memcmp(at, "\xEF\xBF", 2) == 0 &&
		           (guchar)at[2] > 0xBD) {
			g_string_append(self->out,
			                "\xEF\xBF\xBD"); /* U+FFFE and U+FFFF are no characters */
			at += 2;
		} else {
			g_string_append_c(self->out, *at);
		}
		if (self->out->len > MAX_REPAIRED_BYTES) {
			fail(self, "the reply is too large");
		}
	}
	return self->error == NULL;
}

static enum found skip_comment(struct repair *self)
{
	const char *close = memmem(self->at + 4, (gsize)(self->end - self->at - 4), "-->", 3);
	if (close == NULL) {
		return fail(self, "the reply is cut short within a comment");
	}
	self->at = close + 3;
	return MARKUP;
}

static enum found read_cdata(struct repair *self)
{
	const char *start = self->at + strlen("<![CDATA[");
	const char *close = memmem(start, (gsize)(self->end - start), "]]>", 3);
	if (self->depth == 0) {
		return STRAY;
	}
	if (close == NULL) {
		return fail(self, "the reply is cut short within character data");
	}
	self->at = close + 3;
	self->ends_in_text = true;
	return put_text(self, (struct span){start, (gsize)(close - start)}, false) ? MARKUP : FATAL;
}

static enum found refuse_doctype(struct repair *self)
{
	const char *name = skip_blanks(self->at + strlen("<!DOCTYPE"), self->end);
	if (span_is(scan_name(name, self->end), "html")) {
		return fail(self, "the reply is not XML but HTML");
	}
	return fail(self, "the reply holds a document type declaration");
}

static enum found refuse_declaration(struct repair *self)
{
	return fail(self, "the reply holds a markup declaration");
}

/* Looks no further than the next <, which keeps a row of stray ones linear. */
static enum found skip_instruction(struct repair *self)
{
	const char *next = memchr(self->at + 1, '<', (gsize)(self->end - self->at - 1));
	const gsize size = (gsize)((next == NULL ? self->end : next) - self->at);
	const char *close = memmem(self->at, size, "?>", 2);
	if (close == NULL) {
		return STRAY;
	}
	self->at = close + 2;
	return MARKUP;
}

static bool same_name(struct span left, struct span right, bool fold)
{
	return left.size == right.size &&
	       (fold ? g_ascii_strncasecmp(left.start, right.start, left.size)
	             : memcmp(left.start, right.start, left.size)) == 0;
}

/* How many elements stay open when the innermost of that name is closed; depth where there is none.
 */
static gsize depth_below(const struct repair *self, struct span name)
{
	for (int fold = 0; fold <= 1; fold++) {
		for (gsize i = self->depth; i > 0; i--) {
			if (same_name(self->open[i - 1], name, fold != 0)) {
				return i - 1;
			}
		}
	}
	return self->depth;
}

static void close_to(struct repair *self, gsize depth)
{
	while (self->depth > depth) {
		const struct span name = self->open[--self->depth];
		g_string_append_len(self->out, "</", 2);
		g_string_append_len(self->out, name.start, (gssize)name.size);
		g_string_append_c(self->out, '>');
	}
	self->is_done = depth == 0;
}

/* A missing end tag: the end of an outer element closes what is open within. */
static enum found read_end_tag(struct repair *self)
{
	const struct span name = scan_name(self->at + 2, self->end);
	const char *close = skip_blanks(name.start + name.size, self->end);
	const gsize depth = name.size == 0 ? self->depth : depth_below(self, name);
	if (close >= self->end || *close != '>' || depth == self->depth) {
		return STRAY;
	}
	close_to(self, depth);
	self->at = close + 1;
	self->ends_in_text = false;
	return MARKUP;
}

/* name = "value" at *at, which moves behind it. A < in the value means that this was no tag. */
static bool scan_attribute(const char **at, const char *end, struct attribute *attribute)
{
	attribute->name = scan_name(*at, end);
	const char *next = skip_blanks(attribute->name.start + attribute->name.size, end);
	if (attribute->name.size == 0 || next >= end || *next != '=') {
		return false;
	}
	next = skip_blanks(next + 1, end);
	if (next >= end || (*next != '"' && *next != '\'')) {
		return false;
	}
	const char *value = next + 1;
	const char *close = value;
	while (close < end && *close != *next && *close != '<') {
		close++;
	}
	if (close >= end || *close == '<') {
		return false;
	}
	attribute->value = (struct span){value, (gsize)(close - value)};
	*at = close + 1;
	return true;
}

/* XML 1.0, 3.1: whether a start tag or an empty-element tag stands at the <. */
static enum found scan_tag(struct repair *self, struct tag *tag)
{
	tag->name = scan_name(self->at + 1, self->end);
	tag->n_attributes = 0;
	tag->is_empty = false;
	if (tag->name.size == 0) {
		return STRAY;
	}
	const char *at = skip_blanks(tag->name.start + tag->name.size, self->end);
	while (at < self->end && *at != '>' && *at != '/') {
		struct attribute attribute;
		if (!scan_attribute(&at, self->end, &attribute)) {
			return STRAY;
		}
		if (tag->n_attributes == MAX_ATTRIBUTES ||
		    attribute.value.size > MAX_ATTRIBUTE_BYTES ||
		    attribute.name.size > MAX_NAME_BYTES) {
			return fail(
				self,
				"the reply has an element with too many or too large attributes");
		}
		tag->attributes[tag->n_attributes++] = attribute;
		at = skip_blanks(at, self->end);
	}
	if (at < self->end && *at == '/') {
		tag->is_empty = true;
		at++;
	}
	tag->end = at + 1;
	return at < self->end && *at == '>' ? MARKUP : STRAY;
}

static bool put_tag(struct repair *self, const struct tag *tag)
{
	g_string_append_c(self->out, '<');
	g_string_append_len(self->out, tag->name.start, (gssize)tag->name.size);
	for (gsize i = 0; i < tag->n_attributes; i++) {
		const struct attribute *attribute = &tag->attributes[i];
		g_string_append_c(self->out, ' ');
		g_string_append_len(self->out, attribute->name.start, (gssize)attribute->name.size);
		g_string_append_len(self->out, "=\"", 2);
		if (!put_text(self, attribute->value, true)) {
			return false;
		}
		g_string_append_c(self->out, '"');
	}
	g_string_append_c(self->out, '>');
	return true;
}

static enum found read_tag(struct repair *self)
{
	struct tag tag;
	const enum found found = scan_tag(self, &tag);
	if (found != MARKUP) {
		return found;
	}
	if (self->depth == 0 && span_is(tag.name, "html")) {
		return fail(self, "the reply is not XML but HTML");
	}
	if (self->depth == LIMIT_XML_DEPTH) {
		return fail(self, "the reply is nested too deeply");
	}
	if (++self->elements > LIMIT_XML_NODES || tag.name.size > MAX_NAME_BYTES) {
		return fail(self, "the reply has too many elements, or too long names");
	}
	if (!put_tag(self, &tag)) {
		return FATAL;
	}
	self->open[self->depth++] = tag.name;
	if (tag.is_empty) {
		close_to(self, self->depth - 1);
	}
	self->at = tag.end;
	self->ends_in_text = !tag.is_empty;
	return MARKUP;
}

static enum found read_markup(struct repair *self)
{
	static const struct {
		const char *prefix;
		enum found (*read)(struct repair *self);
	} kinds[] = {
		{"<!--", skip_comment},
		{"<![CDATA[", read_cdata},
		{"<!DOCTYPE", refuse_doctype},
		{"<!ENTITY", refuse_declaration},
		{"<!ELEMENT", refuse_declaration},
		{"<!ATTLIST", refuse_declaration},
		{"<!NOTATION", refuse_declaration},
		{"<?", skip_instruction},
		{"<", read_tag},
	};
	const gsize left = (gsize)(self->end - self->at);
	if (left > 1 && self->at[1] != '!' && self->at[1] != '?') {
		return self->at[1] == '/' ? read_end_tag(self) : read_tag(self);
	}
	for (gsize i = 0; i < G_N_ELEMENTS(kinds); i++) {
		const gsize size = strlen(kinds[i].prefix);
		if (left >= size && g_ascii_strncasecmp(self->at, kinds[i].prefix, size) == 0) {
			return kinds[i].read(self);
		}
	}
	return STRAY;
}

/* From at, which may be a stray <, to the next one. */
static bool read_text(struct repair *self)
{
	const char *next = memchr(self->at + 1, '<', (gsize)(self->end - self->at - 1));
	const struct span text = {self->at, (gsize)((next == NULL ? self->end : next) - self->at)};
	const bool is_blank =
		skip_blanks(text.start, text.start + text.size) == text.start + text.size;
	self->at += text.size;
	if (self->depth > 0) {
		self->ends_in_text = self->ends_in_text || !is_blank;
		return put_text(self, text, true);
	}
	return is_blank || fail(self, "the reply is not XML") != FATAL;
}

/* A list cut between two entries lost end tags; one cut within a value would give a wrong value:
 * "-1" for "-10". */
static bool read_end(struct repair *self)
{
	if (self->elements == 0) {
		return fail(self, "the reply is not XML: it has no element") != FATAL;
	}
	if (self->ends_in_text && !self->is_done) {
		return fail(self, "the reply is cut short") != FATAL;
	}
	close_to(self, 0);
	return true;
}

GString *xml_repair(const char *text, gsize size, GError **error)
{
	struct repair self = {.at = text, .end = text + size, .out = g_string_sized_new(size)};
	if (size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
		self.at += 3;
	}
	while (self.at < self.end && !self.is_done && self.error == NULL) {
		if (*self.at != '<' || read_markup(&self) == STRAY) {
			read_text(&self);
		}
	}
	if (self.error == NULL && read_end(&self)) {
		return self.out;
	}
	g_string_free(self.out, TRUE);
	g_propagate_error(error, self.error);
	return NULL;
}
