/* SPDX-License-Identifier: MIT */
/* Birthdays in all the forms of vCard 2.1, 3.0 and 4.0 (RFC 6350, 4.3.1). */
#include <string.h>

#include "formats/vcard_parts.h"

/* 0 = not given. */
struct partial_date {
	unsigned year, month, day;
};

/* Reads digits of the shape: Y M D a digit, anything else itself. The shape may end before the
 * text. */
static const char *match_shape(const char *text, const char *shape, struct partial_date *date)
{
	for (; *shape; shape++, text++) {
		unsigned *field = *shape == 'Y'   ? &date->year
		                  : *shape == 'M' ? &date->month
		                  : *shape == 'D' ? &date->day
		                                  : NULL;
		if (field ? !g_ascii_isdigit(*text) : *text != *shape) {
			return NULL;
		}
		if (field) {
			*field = *field * 10 + (unsigned)g_ascii_digit_value(*text);
		}
	}
	return text;
}

static gboolean date_is_possible(const struct partial_date *date, const char *shape)
{
	static const unsigned days[] = {31, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	if ((strchr(shape, 'M') && (date->month < 1 || date->month > 12)) ||
	    (strchr(shape, 'D') && (date->day < 1 || date->day > days[date->month]))) {
		return FALSE;
	}
	return date->day != 29 || date->month != 2 || date->year == 0 ||
	       g_date_is_leap_year((GDateYear)date->year);
}

static char *date_text(const struct partial_date *date)
{
	if (date->year && date->day) {
		return g_strdup_printf("%04u-%02u-%02u", date->year, date->month, date->day);
	}
	if (date->year && date->month) {
		return g_strdup_printf("%04u-%02u", date->year, date->month);
	}
	if (date->year) {
		return g_strdup_printf("%04u", date->year);
	}
	if (date->month && date->day) {
		return g_strdup_printf("--%02u-%02u", date->month, date->day);
	}
	return date->month ? g_strdup_printf("--%02u", date->month)
	                   : g_strdup_printf("---%02u", date->day);
}

char *vcard_birthday_read(const char *text)
{
	/* A whole date may be followed by a time of day; "0000" is some phones' word for no year.
	 */
	static const char *const shapes[] = {
		"YYYY-MM-DD", "YYYYMMDD", "YYYY/MM/DD", "YYYY-MM-D", "YYYY-M-DD", "YYYY-M-D",
		"YYYY-MM",    "YYYY",     "--MM-DD",    "--MMDD",    "---DD",     "--MM",
	};
	text += strspn(text, " \t");
	for (gsize i = 0; i < G_N_ELEMENTS(shapes); i++) {
		struct partial_date date = {0};
		const char *tail = match_shape(text, shapes[i], &date);
		const gboolean is_timed = tail && (*tail == 'T' || *tail == 't' || *tail == ' ');
		if (tail && (*tail == '\0' || (is_timed && strchr(shapes[i], 'D'))) &&
		    date_is_possible(&date, shapes[i]) && (date.year || date.month || date.day)) {
			return date_text(&date);
		}
	}
	return NULL;
}

/* RFC 6350 wants the basic form of whole dates and of "--01-31"; RFC 2426 reads the extended one.
 */
char *vcard_birthday_write(const char *birthday, unsigned major)
{
	struct partial_date date = {0};
	if (major >= 4 && match_shape(birthday, "YYYY-MM-DD", &date)) {
		return g_strdup_printf("%04u%02u%02u", date.year, date.month, date.day);
	}
	date = (struct partial_date){0};
	if (major >= 4 && match_shape(birthday, "--MM-DD", &date)) {
		return g_strdup_printf("--%02u%02u", date.month, date.day);
	}
	return g_strdup(birthday);
}
