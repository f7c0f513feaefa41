/* SPDX-License-Identifier: MIT */
/* Reads an RRULE. libical keeps INTERVAL in 16 bits and drops what overflows; here a value out of
 * its range is an error. */
#include "formats/rule.h"

#include "formats/wall.h"

#include <string.h>

#define RULE_BYTES 8192 /* BYYEARDAY with all 732 values has 3,400 */

static const char *const frequency_names[] = {"YEARLY", "MONTHLY",  "WEEKLY",  "DAILY",
                                              "HOURLY", "MINUTELY", "SECONDLY"};
static const char *const weekday_names[] = {"MO", "TU", "WE", "TH", "FR", "SA", "SU"};

void rule_free(struct rule *self)
{
	if (self) {
		g_free(self->until);
		g_free(self);
	}
}

bool rule_numbers_have(const struct rule_numbers *numbers, int number, int total)
{
	if (number >= 0 && number <= RULE_POSITIONS && numbers->forward[number]) {
		return true;
	}
	const int from_end = total - number + 1;
	return from_end >= 1 && from_end <= RULE_POSITIONS && numbers->backward[from_end];
}

static int name_index(const char *const *names, gsize count, const char *name)
{
	for (gsize i = 0; i < count; i++) {
		if (g_ascii_strcasecmp(names[i], name) == 0) {
			return (int)i;
		}
	}
	return -1;
}

static bool whole_number(const char *text, gint64 lowest, gint64 highest, gint64 *number)
{
	return g_ascii_string_to_signed(text[0] == '+' ? text + 1 : text, 10, lowest, highest,
	                                number, NULL);
}

/* A number in its set; "0" stands for itself only where it is in range. */
static bool number_add(struct rule_numbers *numbers, gint64 number)
{
	numbers->is_given = true;
	if (number < 0) {
		numbers->backward[-number] = true;
	} else {
		numbers->forward[number] = true;
	}
	return true;
}

struct number_list {
	const char *name;
	gsize offset; /* of its set in struct rule */
	int lowest, highest;
};

static const struct number_list number_lists[] = {
	{"BYSECOND", offsetof(struct rule, seconds), 0, 60},
	{"BYMINUTE", offsetof(struct rule, minutes), 0, 59},
	{"BYHOUR", offsetof(struct rule, hours), 0, 23},
	{"BYMONTHDAY", offsetof(struct rule, month_days), -31, 31},
	{"BYYEARDAY", offsetof(struct rule, year_days), -366, 366},
	{"BYWEEKNO", offsetof(struct rule, weeks), -53, 53},
	{"BYMONTH", offsetof(struct rule, months), 1, 12},
	{"BYSETPOS", offsetof(struct rule, positions), -366, 366},
};

static bool numbers_read(struct rule *self, const struct number_list *list, const char *value)
{
	struct rule_numbers *const numbers =
		(struct rule_numbers *)(void *)((char *)self + list->offset);
	g_auto(GStrv) parts = g_strsplit(value, ",", -1);
	for (char **part = parts; *part; part++) {
		gint64 number = 0;
		if (g_str_equal(list->name, "BYMONTH") && g_str_has_suffix(*part, "L")) {
			self->is_foreign = true; /* a leap month, RFC 7529, 4.2 */
			continue;
		}
		if (!whole_number(*part, list->lowest, list->highest, &number) ||
		    (number == 0 && list->lowest < 0)) {
			return false;
		}
		number_add(numbers, number);
	}
	return numbers->is_given || self->is_foreign;
}

/* "MO", "+2MO", "-1SU" */
static bool weekday_read(struct rule *self, const char *part)
{
	const gsize length = strlen(part);
	if (length < 2) {
		return false;
	}
	const int weekday =
		name_index(weekday_names, G_N_ELEMENTS(weekday_names), part + length - 2);
	if (weekday < 0) {
		return false;
	}
	self->has_weekdays = true;
	if (length == 2) {
		self->weekday[weekday] = true;
		return true;
	}
	g_autofree char *ordinal = g_strndup(part, length - 2);
	gint64 number = 0;
	if (!whole_number(ordinal, -53, 53, &number) || number == 0) {
		return false;
	}
	self->has_nth = true;
	return number_add(&self->nth_weekday[weekday], number);
}

static bool weekdays_read(struct rule *self, const char *value)
{
	g_auto(GStrv) parts = g_strsplit(value, ",", -1);
	for (char **part = parts; *part; part++) {
		if (!weekday_read(self, g_strstrip(*part))) {
			return false;
		}
	}
	return self->has_weekdays;
}

static bool frequency_read(struct rule *self, const char *value)
{
	const int frequency = name_index(frequency_names, G_N_ELEMENTS(frequency_names), value);
	self->frequency = (enum frequency)frequency;
	return frequency >= 0;
}

static bool week_start_read(struct rule *self, const char *value)
{
	self->week_start = name_index(weekday_names, G_N_ELEMENTS(weekday_names), value);
	return self->week_start >= 0;
}

static bool interval_read(struct rule *self, const char *value)
{
	return whole_number(value, 1, G_MAXINT32, &self->interval);
}

static bool count_read(struct rule *self, const char *value)
{
	return whole_number(value, 1, G_MAXINT32, &self->count);
}

static bool until_read(struct rule *self, const char *value)
{
	g_free(self->until);
	self->until = g_strdup(value);
	gint64 wall = 0;
	bool is_date = false;
	bool is_utc = false;
	return wall_read(value, &wall, &is_date, &is_utc); /* else it would never end */
}

static bool foreign_read(struct rule *self, const char *value)
{
	self->is_foreign = true;
	return *value != '\0';
}

/* RFC 7529: what leaves the Gregorian calendar as it is does not make a rule foreign. */
static bool scale_read(struct rule *self, const char *value)
{
	return g_ascii_strcasecmp(value, "GREGORIAN") == 0 || foreign_read(self, value);
}

static bool skip_read(struct rule *self, const char *value)
{
	return g_ascii_strcasecmp(value, "OMIT") == 0 || foreign_read(self, value);
}

static const struct {
	const char *name;
	bool (*read)(struct rule *self, const char *value);
} rule_parts[] = {
	{"FREQ", frequency_read}, {"INTERVAL", interval_read}, {"COUNT", count_read},
	{"UNTIL", until_read},    {"WKST", week_start_read},   {"BYDAY", weekdays_read},
	{"RSCALE", scale_read},   {"SKIP", skip_read},
};

/* "X-…" is passed over (RFC 2445, 4.3.10); another unknown part may be an UNTIL that somebody
 * misspelt: never endless by mistake. */
static bool part_read(struct rule *self, const char *name, const char *value)
{
	for (gsize i = 0; i < G_N_ELEMENTS(rule_parts); i++) {
		if (g_ascii_strcasecmp(rule_parts[i].name, name) == 0) {
			return rule_parts[i].read(self, value);
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(number_lists); i++) {
		if (g_ascii_strcasecmp(number_lists[i].name, name) == 0) {
			return numbers_read(self, &number_lists[i], value);
		}
	}
	return g_ascii_strncasecmp(name, "X-", 2) == 0;
}

struct rule *rule_read(const char *text, GError **error)
{
	OWNED(rule) self = g_new0(struct rule, 1);
	self->interval = 1;
	bool has_frequency = false;
	bool is_good = strnlen(text, RULE_BYTES) < RULE_BYTES;
	/* "FREQ=DAILY\\;COUNT=10": escaped as if it were text */
	g_autofree char *plain = g_strdelimit(g_strdup(is_good ? text : ""), "\\", ' ');
	g_auto(GStrv) parts = g_strsplit(plain, ";", -1);
	for (char **part = parts; *part && is_good; part++) {
		char *const name = g_strstrip(*part);
		char *const equals = strchr(name, '=');
		if (*name == '\0') {
			continue; /* a semicolon too many */
		}
		if (!equals) {
			is_good = false;
			break;
		}
		*equals = '\0';
		has_frequency = has_frequency || g_ascii_strcasecmp(name, "FREQ") == 0;
		is_good = part_read(self, name, g_strstrip(equals + 1));
	}
	if (!is_good || !has_frequency) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "rule \"%.200s\" cannot be read", text);
		return NULL;
	}
	return g_steal_pointer(&self);
}
