/* SPDX-License-Identifier: MIT */
/* The text of the configuration as lines, through inih. */
#include "app/config_lines.h"

#include "base/limits.h"

#include <ini.h>

#include <stdbool.h>
#include <string.h>

/*
 * inih has a fixed buffer (200 bytes) and takes the rest of a longer line for a new one. We hand
 * it a long line in pieces: what starts with a blank continues the value before it. Each further
 * piece stands between bars, so that no blank at its ends is lost and no piece looks like a
 * comment.
 */
#define PIECE_FRAME 5 /* " |" "|" line end and NUL */

struct reader {
	const char *at, *end;
	unsigned number; /* of the line that is being handed over */
	GString *line;
	gsize handed;     /* bytes of line that inih has had */
	bool is_answered; /* the handler was called for this line */
	GPtrArray *lines, *mistakes;
};

void config_line_free(struct config_line *self)
{
	g_free(self->heading);
	g_free(self->name);
	g_free(self->value);
	g_free(self);
}

void config_mistake_free(struct config_mistake *self)
{
	g_free(self->text);
	g_free(self);
}

void config_mistake_add(GPtrArray *mistakes, unsigned number, const char *format, ...)
{
	struct config_mistake *mistake = g_new0(struct config_mistake, 1);
	va_list arguments;
	va_start(arguments, format);
	mistake->text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	mistake->number = number;
	g_ptr_array_add(mistakes, mistake);
}

/* A semicolon behind white space starts a comment. */
static void cut_comment(GString *line)
{
	for (gsize i = 1; i < line->len; i++) {
		if (line->str[i] == ';' && g_ascii_isspace(line->str[i - 1])) {
			g_string_truncate(line, i);
			return;
		}
	}
}

static void strip(GString *line)
{
	gsize blanks = 0;
	while (blanks < line->len && g_ascii_isspace(line->str[blanks])) {
		blanks++;
	}
	g_string_erase(line, 0, (gssize)blanks);
	while (line->len > 0 && g_ascii_isspace(line->str[line->len - 1])) {
		g_string_truncate(line, line->len - 1);
	}
}

static void add_heading(struct reader *self)
{
	if (self->line->str[self->line->len - 1] != ']') {
		config_mistake_add(self->mistakes, self->number, "a section needs a closing \"]\"");
		return;
	}
	struct config_line *line = g_new0(struct config_line, 1);
	line->number = self->number;
	line->heading = g_strstrip(g_strndup(self->line->str + 1, self->line->len - 2));
	g_ptr_array_add(self->lines, line);
}

/* The next physical line into line, stripped; false at the end. */
static bool take_line(struct reader *self)
{
	if (self->at == self->end) {
		return false;
	}
	const char *stop = memchr(self->at, '\n', (gsize)(self->end - self->at));
	gsize length = (gsize)((stop != NULL ? stop : self->end) - self->at);
	g_string_truncate(self->line, 0);
	self->number++;
	if (length <= LIMIT_CONFIG_LINE) {
		g_string_append_len(self->line, self->at, (gssize)length);
	} else {
		config_mistake_add(self->mistakes, self->number, "the line is longer than %d bytes",
		                   LIMIT_CONFIG_LINE);
	}
	self->at = stop != NULL ? stop + 1 : self->end;
	strip(self->line);
	cut_comment(self->line);
	strip(self->line);
	return true;
}

/* inih keeps its name buffer at 50 bytes and never tells of headings: those we read ourselves. */
static bool take_entry(struct reader *self)
{
	while (take_line(self)) {
		if (self->line->len == 0 || strchr(";#", self->line->str[0]) != NULL) {
			continue;
		}
		if (self->line->str[0] != '[') {
			return true;
		}
		add_heading(self);
	}
	return false;
}

static void hand_first_piece(struct reader *self, char *buffer, gsize space)
{
	gsize length = MIN(self->line->len, space - PIECE_FRAME);
	while (length > 1 && g_ascii_isspace(self->line->str[length - 1])) {
		length--;
	}
	memcpy(buffer, self->line->str, length);
	memcpy(buffer + length, "\n", 2);
	self->handed = length;
}

static void hand_next_piece(struct reader *self, char *buffer, gsize space)
{
	gsize length = MIN(self->line->len - self->handed, space - PIECE_FRAME);
	memcpy(buffer, " |", 2);
	memcpy(buffer + 2, self->line->str + self->handed, length);
	memcpy(buffer + 2 + length, "|\n", 3);
	self->handed += length;
}

static void tell_if_unanswered(struct reader *self)
{
	if (!self->is_answered) {
		config_mistake_add(self->mistakes, self->number,
		                   "this is neither \"[section]\" nor \"name = value\"");
	}
	self->is_answered = true;
}

/* ini_reader, as fgets */
static char *hand_piece(char *buffer, int space, void *data)
{
	struct reader *self = data;
	if (self->is_answered && self->handed < self->line->len) {
		hand_next_piece(self, buffer, (gsize)space);
		return buffer;
	}
	tell_if_unanswered(self);
	if (!take_entry(self)) {
		return NULL;
	}
	self->is_answered = false;
	hand_first_piece(self, buffer, (gsize)space);
	return buffer;
}

/* ini_handler */
static int take_value(void *data, const char *section, const char *name, const char *value)
{
	struct reader *self = data;
	(void)section;
	if (self->is_answered) {
		struct config_line *line = g_ptr_array_index(self->lines, self->lines->len - 1);
		g_autofree char *before = line->value;
		line->value = g_strdup_printf("%s%.*s", before, (int)strlen(value) - 2, value + 1);
		g_strchug(line->value);
		return 1;
	}
	struct config_line *line = g_new0(struct config_line, 1);
	line->number = self->number;
	line->name = g_strdup(name);
	line->value = g_strdup(value);
	g_ptr_array_add(self->lines, line);
	self->is_answered = true;
	return 1;
}

GPtrArray *config_lines_read(const char *data, gsize size, GPtrArray *mistakes)
{
	static const char bom[] = "\xEF\xBB\xBF";
	gsize skipped = size >= 3 && memcmp(data, bom, 3) == 0 ? 3 : 0;
	g_autoptr(GString) line = g_string_new(NULL);
	struct reader reader = {
		.at = data + skipped,
		.end = data + size,
		.line = line,
		.is_answered = true,
		.lines = g_ptr_array_new_with_free_func((GDestroyNotify)config_line_free),
		.mistakes = mistakes,
	};
	ini_parse_stream(hand_piece, &reader, take_value, &reader);
	tell_if_unanswered(&reader);
	return reader.lines;
}
