/* SPDX-License-Identifier: MIT */
/* Arithmetic of the Gregorian calendar and the date, duration and offset values of iCalendar. */
#include "formats/wall.h"

#include <string.h>

#define VALUE_BYTES  64     /* an honest date has 16, a duration 20 */
#define MAXIMUM_DAYS 400000 /* of a duration: 1,000 years */

/* Days from civil: eras of 400 years have 146,097 days, counted from 1 March. */
gint64 wall_days(int year, int month, int day)
{
	const gint64 shifted = (gint64)year - (month <= 2);
	const gint64 era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	const gint64 year_of_era = shifted - era * 400;
	const gint64 day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

gint64 wall_from_fields(const struct wall_fields *fields)
{
	return wall_days(fields->year, fields->month, fields->day) * WALL_DAY +
	       fields->hour * 3600 + fields->minute * 60 + fields->second;
}

gint64 wall_day_of(gint64 wall)
{
	return wall >= 0 ? wall / WALL_DAY : -((-wall + WALL_DAY - 1) / WALL_DAY);
}

struct wall_fields wall_to_fields(gint64 wall)
{
	const gint64 days = wall_day_of(wall);
	const int rest = (int)(wall - days * WALL_DAY);
	const gint64 shifted = days + 719468;
	const gint64 era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	const gint64 day_of_era = shifted - era * 146097;
	const gint64 year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	const gint64 day_of_year =
		day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	const int march_month = (int)((5 * day_of_year + 2) / 153);
	const int month = march_month + (march_month < 10 ? 3 : -9);
	return (struct wall_fields){
		.year = (int)(year_of_era + era * 400 + (month <= 2)),
		.month = month,
		.day = (int)(day_of_year - (153 * march_month + 2) / 5 + 1),
		.hour = rest / 3600,
		.minute = rest / 60 % 60,
		.second = rest % 60,
	};
}

int wall_year_length(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 366 : 365;
}

int wall_month_length(int year, int month)
{
	static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return month == 2 ? wall_year_length(year) - 337 : lengths[month - 1];
}

static bool number_read(const char *text, int digits, int *number)
{
	*number = 0;
	for (int i = 0; i < digits; i++) {
		if (!g_ascii_isdigit(text[i])) {
			return false;
		}
		*number = *number * 10 + (text[i] - '0');
	}
	return true;
}

static bool fields_are_real(const struct wall_fields *fields)
{
	return fields->year >= 1 && fields->month >= 1 && fields->month <= 12 && fields->day >= 1 &&
	       fields->day <= wall_month_length(fields->year, fields->month) &&
	       fields->minute < 60 && fields->second <= 60 && /* 60: a leap second */
	       (fields->hour < 24 ||
	        (fields->hour == 24 && fields->minute == 0 && fields->second == 0));
}

bool wall_read(const char *text, gint64 *wall, bool *is_date, bool *is_utc)
{
	const gsize length = strnlen(text, VALUE_BYTES);
	struct wall_fields fields = {0};
	if ((length != 8 && length != 15 && length != 16) || !number_read(text, 4, &fields.year) ||
	    !number_read(text + 4, 2, &fields.month) || !number_read(text + 6, 2, &fields.day)) {
		return false;
	}
	if (length > 8 &&
	    (g_ascii_toupper(text[8]) != 'T' || !number_read(text + 9, 2, &fields.hour) ||
	     !number_read(text + 11, 2, &fields.minute) ||
	     !number_read(text + 13, 2, &fields.second))) {
		return false;
	}
	if ((length == 16 && g_ascii_toupper(text[15]) != 'Z') || !fields_are_real(&fields)) {
		return false;
	}
	fields.second = MIN(fields.second, 59); /* RFC 5545, 3.3.12 */
	*wall = wall_from_fields(&fields);
	*is_date = length == 8;
	*is_utc = length == 16;
	return true;
}

char *wall_write(gint64 wall, bool is_date, bool is_utc)
{
	const struct wall_fields fields = wall_to_fields(wall);
	if (is_date) {
		return g_strdup_printf("%04d%02d%02d", fields.year, fields.month, fields.day);
	}
	return g_strdup_printf("%04d%02d%02dT%02d%02d%02d%s", fields.year, fields.month, fields.day,
	                       fields.hour, fields.minute, fields.second, is_utc ? "Z" : "");
}

/* "P15DT5H0M20S", "P7W", "-PT15M"; also the "PT1W" that some write. */
bool wall_duration_read(const char *text, struct wall_duration *duration)
{
	static const struct {
		char unit;
		gint64 days, seconds;
	} units[] = {{'W', 7, 0}, {'D', 1, 0}, {'H', 0, 3600}, {'M', 0, 60}, {'S', 0, 1}};
	const gint64 sign = *text == '-' ? -1 : 1;
	text += *text == '-' || *text == '+';
	if (g_ascii_toupper(*text) != 'P' || !text[1]) {
		return false;
	}
	struct wall_duration read = {0, 0};
	for (text++; *text;) {
		char *end = NULL;
		text += g_ascii_toupper(*text) == 'T';
		const guint64 number =
			g_ascii_isdigit(*text) ? g_ascii_strtoull(text, &end, 10) : G_MAXUINT64;
		gsize unit = 0;
		while (end && unit < G_N_ELEMENTS(units) &&
		       units[unit].unit != g_ascii_toupper(*end)) {
			unit++;
		}
		if (!end || unit == G_N_ELEMENTS(units) ||
		    number > (guint64)MAXIMUM_DAYS * WALL_DAY) {
			return false;
		}
		read.days += sign * (gint64)number * units[unit].days;
		read.seconds += sign * (gint64)number * units[unit].seconds;
		if (ABS(read.days) > MAXIMUM_DAYS ||
		    ABS(read.seconds) > (gint64)MAXIMUM_DAYS * WALL_DAY) {
			return false;
		}
		text = end + 1;
	}
	*duration = read;
	return true;
}

bool wall_offset_read(const char *text, gint32 *offset)
{
	const gsize length = strnlen(text, VALUE_BYTES);
	int hours = 0;
	int minutes = 0;
	int seconds = 0;
	if ((length != 5 && length != 7) || (text[0] != '+' && text[0] != '-') ||
	    !number_read(text + 1, 2, &hours) || !number_read(text + 3, 2, &minutes) ||
	    (length == 7 && !number_read(text + 5, 2, &seconds)) || hours > 24 || minutes > 59 ||
	    seconds > 59) {
		return false;
	}
	*offset = (text[0] == '-' ? -1 : 1) * (hours * 3600 + minutes * 60 + seconds);
	return true;
}
