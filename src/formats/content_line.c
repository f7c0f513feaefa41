/* SPDX-License-Identifier: MIT */
/* Cuts bytes into content lines, and writes them: folding, parameters, escapes. */
#include "formats/content_line.h"

#include <string.h>

#include "base/limits.h"

/* Bytes of one physical line: content without its line end, and where the next one begins. */
struct physical_line {
	const char *start;
	gsize size;
	const char *next;
};

struct cutter {
	const char *end;
	GString *joined;    /* the logical line so far */
	gsize looked_at;    /* how far head_end has been looked for */
	gboolean is_quoted; /* inside a quoted parameter value at looked_at */
	gboolean has_head;  /* the colon has been seen: encoding is known */
	enum { PLAIN, QUOTED_PRINTABLE, BASE64 } encoding;
};

/* CR CR LF: of a twice converted file */
gsize content_line_end(const char *from, const char *end)
{
	static const char *const line_ends[] = {"\r\r\n", "\r\n", "\n", "\r"};
	for (gsize i = 0; i < G_N_ELEMENTS(line_ends); i++) {
		const gsize length = strlen(line_ends[i]);
		if (length <= (gsize)(end - from) && memcmp(from, line_ends[i], length) == 0) {
			return length;
		}
	}
	return 0;
}

static struct physical_line physical_line_at(const char *start, const char *end)
{
	const char *stop = start;
	while (stop < end && *stop != '\n' && *stop != '\r') {
		stop++;
	}
	return (struct physical_line){start, (gsize)(stop - start),
	                              stop + content_line_end(stop, end)};
}

static gboolean span_is(const char *span, gsize size, const char *word)
{
	return size == strlen(word) && g_ascii_strncasecmp(span, word, size) == 0;
}

/* vCard 2.1 names an encoding with or without "ENCODING=". */
static int encoding_of_head(const char *head, gsize size)
{
	const char *end = head + size;
	const char *token = memchr(head, ';', size);
	while (token) {
		token++;
		const char *semicolon = memchr(token, ';', (gsize)(end - token));
		const char *stop = semicolon ? semicolon : end;
		const char *equals = memchr(token, '=', (gsize)(stop - token));
		const gboolean is_bare = !equals;
		if (equals && span_is(token, (gsize)(equals - token), "ENCODING")) {
			token = equals + 1;
		}
		const gsize length = (gsize)(stop - token);
		if (span_is(token, length, "QUOTED-PRINTABLE")) {
			return QUOTED_PRINTABLE;
		}
		if (span_is(token, length, "BASE64") || (!is_bare && span_is(token, length, "B"))) {
			return BASE64;
		}
		token = semicolon;
	}
	return PLAIN;
}

/* Goes on from where it stopped, so that a line of many folds costs its length once. */
static void cutter_look_for_head(struct cutter *self)
{
	while (!self->has_head && self->looked_at < self->joined->len) {
		const char character = self->joined->str[self->looked_at];
		if (character == '"') {
			self->is_quoted = !self->is_quoted;
		} else if (character == ':' && !self->is_quoted) {
			self->has_head = TRUE;
			self->encoding = encoding_of_head(self->joined->str, self->looked_at);
		}
		self->looked_at++;
	}
}

static gboolean is_base64_text(const struct physical_line *line)
{
	for (gsize i = 0; i < line->size; i++) {
		if (!g_ascii_isalnum(line->start[i]) && !strchr("+/= \t", line->start[i])) {
			return FALSE;
		}
	}
	return line->size > 0;
}

static gboolean is_card_limit(const struct physical_line *line)
{
	return span_is(line->start, line->size, "END:VCARD") ||
	       span_is(line->start, line->size, "BEGIN:VCARD");
}

/* Does the physical line belong to what is joined so far? Takes away a soft break. */
static gboolean cutter_continues(struct cutter *self, const struct physical_line *line, gsize *skip)
{
	*skip = 0;
	cutter_look_for_head(self);
	if (self->encoding == QUOTED_PRINTABLE && self->joined->len > 0 &&
	    self->joined->str[self->joined->len - 1] == '=' && !is_card_limit(line)) {
		g_string_truncate(self->joined, self->joined->len - 1);
		return TRUE;
	}
	if (line->size > 0 && (*line->start == ' ' || *line->start == '\t')) {
		*skip = 1;
		return TRUE;
	}
	return self->encoding == BASE64 && is_base64_text(line);
}

/* RFC 6868, 3.1 */
static char *append_caret_decoded(char *out, const char *from, const char *to)
{
	for (; from < to; from++) {
		if (*from == '"' || *from == '\0') {
			continue;
		}
		const char follower = *from == '^' && from + 1 < to ? from[1] : '\0';
		if (follower == 'n' || follower == '^' || follower == '\'') {
			*out++ = (char)(follower == 'n' ? '\n' : follower == '\'' ? '"' : '^');
			from++;
		} else {
			*out++ = *from;
		}
	}
	return out;
}

/* The next of the characters stops outside quotes, or end. An opening quote without its fellow is
 * nothing special. */
static const char *find_unquoted(const char *from, const char *end, const char *stops)
{
	while (from < end && (*from == '\0' || !strchr(stops, *from))) {
		const char *close =
			*from == '"' ? memchr(from + 1, '"', (gsize)(end - from - 1)) : NULL;
		from = close ? close + 1 : from + 1;
	}
	return from;
}

static const char *skip_blanks(const char *from, const char *end)
{
	while (from < end && (*from == ' ' || *from == '\t')) {
		from++;
	}
	return from;
}

static const char *skip_blanks_back(const char *from, const char *end)
{
	while (end > from && (end[-1] == ' ' || end[-1] == '\t')) {
		end--;
	}
	return end;
}

static gsize count_values(const char *from, const char *end)
{
	gsize count = 1;
	for (from = find_unquoted(from, end, ","); from < end;
	     from = find_unquoted(from + 1, end, ",")) {
		count++;
	}
	return count;
}

static const char *bare_name(const char *from, const char *end)
{
	static const char *const encodings[] = {"QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"};
	for (gsize i = 0; i < G_N_ELEMENTS(encodings); i++) {
		if (span_is(from, (gsize)(end - from), encodings[i])) {
			return "ENCODING";
		}
	}
	return "TYPE";
}

/* One block holds the struct, its values and all strings: a hostile line of a million parameters
 * stays small. */
static struct content_parameter *parameter_read(const char *from, const char *end)
{
	const char *equals = find_unquoted(from, end, "=");
	const char *name = from;
	const char *name_end = equals;
	if (equals == end) {
		name = bare_name(from, end);
		name_end = name + strlen(name);
	} else {
		from = equals + 1;
		name_end = skip_blanks_back(name, name_end);
	}
	const gsize count = count_values(from, end);
	const gsize table = (count + 1) * sizeof(char *);
	struct content_parameter *self = g_malloc(sizeof *self + table + (gsize)(name_end - name) +
	                                          1 + (gsize)(end - from) + count);
	self->values = (char **)(void *)(self + 1);
	char *out = (char *)self->values + table;
	self->name = out;
	while (name < name_end) {
		*out++ = g_ascii_toupper(*name++);
	}
	*out++ = '\0';
	for (gsize i = 0; i < count; i++) {
		const char *stop = find_unquoted(from, end, ",");
		self->values[i] = out;
		out = append_caret_decoded(out, skip_blanks(from, stop),
		                           skip_blanks_back(skip_blanks(from, stop), stop));
		*out++ = '\0';
		from = stop + 1;
	}
	self->values[count] = NULL;
	return self;
}

static gboolean is_name(const char *from, const char *end)
{
	for (const char *at = from; at < end; at++) {
		if (!g_ascii_isalnum(*at) && *at != '-' && *at != '_') {
			return FALSE;
		}
	}
	return from < end;
}

static char *without_nul(const char *from, gsize size)
{
	char *copy = g_malloc(size + 1);
	char *out = copy;
	for (gsize i = 0; i < size; i++) {
		if (from[i] != '\0') {
			*out++ = from[i];
		}
	}
	*out = '\0';
	return copy;
}

/* RFC 6350, 3.3: contentline = [group "."] name *(";" param) ":" value */
static void content_line_parse(struct content_line *self, const char *from, gsize size)
{
	const char *end = from + size;
	const char *head_end = find_unquoted(from, end, ";:");
	const char *name = skip_blanks(from, head_end);
	const char *name_end = skip_blanks_back(name, head_end);
	const char *dot = memrchr(name, '.', (gsize)(name_end - name));
	const char *colon = find_unquoted(head_end, end, ":");
	if (colon == end || !is_name(dot ? dot + 1 : name, name_end) ||
	    (dot && !is_name(name, dot))) {
		self->name = g_strdup("");
		self->value = without_nul(from, size);
		return;
	}
	if (dot) {
		self->group = without_nul(name, (gsize)(dot - name));
		name = dot + 1;
	}
	self->name = g_ascii_strup(name, name_end - name);
	while (head_end < colon) {
		const char *stop = find_unquoted(head_end + 1, colon, ";");
		const char *start = skip_blanks(head_end + 1, stop);
		if (start < stop) {
			g_ptr_array_add(self->parameters,
			                parameter_read(start, skip_blanks_back(start, stop)));
		}
		head_end = stop;
	}
	self->value = without_nul(colon + 1, (gsize)(end - colon - 1));
}

static gboolean cutter_read_line(struct cutter *self, struct content_line *line,
                                 const char **position, unsigned *number, GError **error)
{
	struct physical_line physical = physical_line_at(*position, self->end);
	g_string_truncate(self->joined, 0);
	self->looked_at = 0;
	self->is_quoted = FALSE;
	self->has_head = FALSE;
	self->encoding = PLAIN;
	gsize skip = 0;
	do {
		if (self->joined->len + physical.size > LIMIT_LINE_BYTES) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
			            "line %u is longer than %d bytes", line->number,
			            LIMIT_LINE_BYTES);
			return FALSE;
		}
		g_string_append_len(self->joined, physical.start + skip,
		                    (gssize)(physical.size - skip));
		*position = physical.next;
		++*number;
		physical = physical_line_at(*position, self->end);
	} while (*position < self->end && cutter_continues(self, &physical, &skip));
	content_line_parse(line, self->joined->str, self->joined->len);
	return TRUE;
}

static struct content_line *content_line_new(unsigned number, gsize offset)
{
	struct content_line *self = g_new0(struct content_line, 1);
	self->parameters = g_ptr_array_new_with_free_func(g_free);
	self->number = number;
	self->offset = offset;
	return self;
}

void content_line_free(struct content_line *self)
{
	if (!self) {
		return;
	}
	g_free(self->group);
	g_free(self->name);
	g_free(self->value);
	g_ptr_array_unref(self->parameters);
	g_free(self);
}

static void free_line(gpointer line)
{
	content_line_free(line);
}

GPtrArray *content_lines_read(const char *text, gsize size, GError **error)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(free_line);
	g_autoptr(GString) joined = g_string_new(NULL);
	struct cutter cutter = {.end = text + size, .joined = joined};
	unsigned number = 1;
	const char *position = text;
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		position += 3;
	}
	while (position < cutter.end) {
		const struct physical_line first = physical_line_at(position, cutter.end);
		if (first.size == 0) {
			position = first.next;
			number++;
			continue;
		}
		if (lines->len >= LIMIT_LINES) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
			            "more than %d lines", LIMIT_LINES);
			return NULL;
		}
		struct content_line *line = content_line_new(number, (gsize)(position - text));
		g_ptr_array_add(lines, line);
		if (!cutter_read_line(&cutter, line, &position, &number, error)) {
			return NULL;
		}
		line->length = (gsize)(position - text) - line->offset;
	}
	return g_steal_pointer(&lines);
}

const struct content_parameter *content_line_parameter(const struct content_line *line,
                                                       const char *name)
{
	for (guint i = 0; i < line->parameters->len; i++) {
		const struct content_parameter *parameter = g_ptr_array_index(line->parameters, i);
		if (strcmp(parameter->name, name) == 0) {
			return parameter;
		}
	}
	return NULL;
}

/* A quoted list (TYPE="voice,home", as RFC 6350 prints it) counts as its members. */
static bool list_has_word(const char *list, const char *word)
{
	while (list) {
		const char *comma = strchr(list, ',');
		if (span_is(list, comma ? (gsize)(comma - list) : strlen(list), word)) {
			return true;
		}
		list = comma ? comma + 1 : NULL;
	}
	return false;
}

bool content_line_is_base64(const struct content_line *line)
{
	const struct content_parameter *parameter = content_line_parameter(line, "ENCODING");
	const char *encoding = parameter ? parameter->values[0] : NULL;
	return encoding && (g_ascii_strcasecmp(encoding, "BASE64") == 0 ||
	                    g_ascii_strcasecmp(encoding, "b") == 0);
}

bool content_line_has_type(const struct content_line *line, const char *type)
{
	for (guint i = 0; i < line->parameters->len; i++) {
		const struct content_parameter *parameter = g_ptr_array_index(line->parameters, i);
		if (strcmp(parameter->name, "TYPE") != 0) {
			continue;
		}
		for (char **value = parameter->values; *value; value++) {
			if (list_has_word(*value, type)) {
				return true;
			}
		}
	}
	return false;
}

char **content_line_head_split(const char *unfolded)
{
	const char *end = unfolded + strlen(unfolded);
	const char *colon = find_unquoted(unfolded, end, ":");
	if (colon == end) {
		return NULL;
	}
	g_autoptr(GPtrArray) tokens = g_ptr_array_new();
	while (unfolded <= colon) {
		const char *stop = find_unquoted(unfolded, colon, ";");
		g_ptr_array_add(tokens, g_strndup(unfolded, (gsize)(stop - unfolded)));
		unfolded = stop + 1;
	}
	g_ptr_array_add(tokens, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&tokens), FALSE);
}

#define FOLD_OCTETS 75 /* RFC 6350, 3.2; RFC 5545, 3.1: without the line end */

void content_line_append_folded(GString *out, const char *unfolded)
{
	gsize left = strlen(unfolded);
	gsize room = FOLD_OCTETS;
	while (left > room) {
		gsize cut = room;
		while (cut > room - 4 && ((guchar)unfolded[cut] & 0xc0) == 0x80) {
			cut--;
		}
		g_string_append_len(out, unfolded, (gssize)cut);
		g_string_append(out, "\r\n ");
		unfolded += cut;
		left -= cut;
		room = FOLD_OCTETS - 1;
	}
	g_string_append_len(out, unfolded, (gssize)left);
	g_string_append(out, "\r\n");
}

/* What is no escape of the RFC stays as it is written: "C:\dir". */
char *content_text_unescape(const char *raw, gsize size)
{
	char *text = g_malloc(size + 1);
	char *out = text;
	for (gsize i = 0; i < size; i++) {
		const char follower = raw[i] == '\\' && i + 1 < size ? raw[i + 1] : '\0';
		if (follower == 'n' || follower == 'N') {
			*out++ = '\n';
			i++;
		} else if (follower && strchr(",;:\\\"", follower)) {
			*out++ = follower;
			i++;
		} else {
			*out++ = raw[i];
		}
	}
	*out = '\0';
	return text;
}

/* A value is one line: CRLF and CR become the one line break there is, other controls are dropped.
 */
void content_text_append_escaped(GString *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n' || (*text == '\r' && text[1] != '\n')) {
			g_string_append(out, "\\n");
		} else if ((guchar)*text >= 0x20 ? *text != 0x7f : *text == '\t') {
			if (strchr("\\,;", *text)) {
				g_string_append_c(out, '\\');
			}
			g_string_append_c(out, *text);
		}
	}
}

char **content_value_split(const char *raw, char separator)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new();
	const char *start = raw;
	for (const char *at = raw; *at && parts->len < LIMIT_VALUES; at++) {
		if (*at == '\\' && at[1]) {
			at++;
		} else if (*at == separator) {
			g_ptr_array_add(parts, g_strndup(start, (gsize)(at - start)));
			start = at + 1;
		}
	}
	g_ptr_array_add(parts, g_strdup(start));
	g_ptr_array_add(parts, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&parts), FALSE);
}
