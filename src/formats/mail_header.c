/* SPDX-License-Identifier: MIT */
/* Fields of a mail's header: found, taken apart into persons and dates. */
#include "formats/mail_header.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "formats/mail_words.h"

/* ---- fields (RFC 5322, 2.2) ---- */

static const char *line_end(const char *at, const char *end)
{
	const char *feed = memchr(at, '\n', (gsize)(end - at));
	return feed == NULL ? end : feed + 1;
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* Behind the colon, where the line begins with that name; else NULL. */
static const char *value_of(const char *line, const char *end, const char *name)
{
	const gsize length = strlen(name);
	if ((gsize)(end - line) <= length || g_ascii_strncasecmp(line, name, length) != 0) {
		return NULL;
	}
	line += length;
	while (line < end && is_blank(*line)) {
		line++; /* RFC 5322, 4.5: before the colon too */
	}
	return line < end && *line == ':' ? line + 1 : NULL;
}

char *mail_header_field(const char *header, gsize size, const char *name)
{
	const char *end = header + size;
	const char *value = NULL, *at = header;
	for (; at < end && value == NULL; at = line_end(at, end)) {
		value = value_of(at, line_end(at, end), name);
	}
	if (value == NULL) {
		return NULL;
	}
	while (at < end && is_blank(*at)) {
		at = line_end(at, end);
	}
	GString *joined = g_string_new(NULL);
	for (; value < at && joined->len < MAIL_HEADER_BYTES; value++) {
		if (*value != '\r' && *value != '\n' && *value != '\0') {
			g_string_append_c(joined, *value);
		}
	}
	return g_string_free(joined, FALSE);
}

/* ---- persons (RFC 5322, 3.4) ---- */

/* The parts of the first mailbox of a list, as they came. */
struct mailbox_parts {
	GString *words;   /* outside of everything: a name, or a bare address */
	GString *address; /* between "<" and ">" */
	GString *comment; /* between "(" and ")": a name, in old mails */
};

/* A quoted string without its quotation marks. Behind it. */
static const char *read_quoted(const char *at, GString *out)
{
	for (at++; *at != '\0' && *at != '"'; at++) {
		at += *at == '\\' && at[1] != '\0';
		g_string_append_c(out, *at);
	}
	return *at == '"' ? at + 1 : at;
}

static const char *read_comment(const char *at, GString *out)
{
	guint depth = 0;
	for (; *at != '\0'; at++) {
		const bool is_quoted = *at == '\\' && at[1] != '\0';
		at += is_quoted;
		if (!is_quoted && *at == '(' && depth++ == 0) {
			continue;
		}
		if (!is_quoted && *at == ')' && --depth == 0) {
			return at + 1;
		}
		g_string_append_c(out, *at);
	}
	return at;
}

static const char *read_angle(const char *at, GString *out)
{
	for (at++; *at != '\0' && *at != '>'; at++) {
		g_string_append_c(out, *at);
	}
	return *at == '>' ? at + 1 : at;
}

/* Up to the comma behind the first one that says something. */
static void read_mailbox(const char *at, struct mailbox_parts *self)
{
	while (*at != '\0') {
		const gsize word = mail_word_size(at); /* it may hold marks of a list */
		if (word > 0) {
			g_string_append_len(self->words, at, (gssize)word);
			at += word;
		} else if (*at == '"') {
			at = read_quoted(at, self->words);
		} else if (*at == '(') {
			at = read_comment(at, self->comment);
		} else if (*at == '<') {
			at = read_angle(at, self->address);
		} else if (*at == ':' && self->address->len == 0) {
			at++; /* the name of a group: its first member counts */
			g_string_truncate(self->words, 0);
		} else if (*at == ',' || *at == ';') {
			at++;
			g_strchug(self->words->str);
			self->words->len = strlen(self->words->str);
			if (self->words->len + self->address->len > 0) {
				return;
			}
		} else {
			g_string_append_c(self->words, *at++);
		}
	}
}

char *mail_header_person(const char *value, gsize limit)
{
	struct mailbox_parts parts = {g_string_new(NULL), g_string_new(NULL), g_string_new(NULL)};
	g_autofree char *bounded = g_strndup(value, MAIL_HEADER_BYTES);
	read_mailbox(bounded, &parts);
	const bool has_angle = parts.address->len > 0;
	const GString *order[] = {has_angle ? parts.words : parts.comment, parts.comment,
	                          has_angle ? parts.address : parts.words};
	char *person = NULL;
	for (gsize i = 0; person == NULL && i < G_N_ELEMENTS(order); i++) {
		person = mail_header_text(order[i]->str, limit);
	}
	g_string_free(parts.words, TRUE);
	g_string_free(parts.address, TRUE);
	g_string_free(parts.comment, TRUE);
	return person;
}

/* ---- dates (RFC 5322, 3.3 and 4.3) ---- */

/* 1 to 12; 0 = none. */
static int month_of(const char *name)
{
	static const char *const MONTHS[] = {"jan", "feb", "mar", "apr", "may", "jun",
	                                     "jul", "aug", "sep", "oct", "nov", "dec"};
	for (int i = 0; i < (int)G_N_ELEMENTS(MONTHS); i++) {
		if (g_ascii_strcasecmp(name, MONTHS[i]) == 0) {
			return i + 1;
		}
	}
	return 0;
}

static int whole_year(int year)
{
	if (year >= 1000) {
		return year;
	}
	return year + (year < 50 ? 2000 : 1900);
}

/* Seconds east of Greenwich. */
static gint64 offset_of(const char *zone)
{
	static const struct {
		const char *name;
		int hours;
	} ZONES[] = {{"EDT", -4}, {"EST", -5}, {"CDT", -5}, {"CST", -6},
	             {"MDT", -6}, {"MST", -7}, {"PDT", -7}, {"PST", -8}};
	int number = 0;
	zone += strspn(zone, " \t");
	if ((*zone == '+' || *zone == '-') && sscanf(zone + 1, "%4d", &number) == 1) {
		const int seconds = (number / 100) * 3600 + (number % 100) * 60;
		return *zone == '-' ? -seconds : seconds;
	}
	for (gsize i = 0; i < G_N_ELEMENTS(ZONES); i++) {
		if (g_ascii_strncasecmp(zone, ZONES[i].name, 3) == 0) {
			return ZONES[i].hours * 3600;
		}
	}
	return 0;
}

gint64 mail_header_date(const char *value)
{
	const char *comma = strchr(value, ',');
	const char *start = comma == NULL ? value : comma + 1;
	char month[4] = "";
	int day = 0, year = 0, hour = 0, minute = 0, second = 0, length = 0;
	if (sscanf(start, "%2d%*[- \t]%3[A-Za-z]%*[- \t]%4d %2d:%2d%n", &day, month, &year, &hour,
	           &minute, &length) != 5) {
		return 0;
	}
	const char *rest = start + length;
	if (sscanf(rest, ":%2d%n", &second, &length) == 1) {
		rest += length;
	}
	g_autoptr(GDateTime) date = g_date_time_new_utc(whole_year(year), month_of(month), day,
	                                                hour, minute, MIN(second, 59));
	return date == NULL ? 0 : g_date_time_to_unix(date) - offset_of(rest);
}
