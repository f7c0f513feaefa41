/* SPDX-License-Identifier: MIT */
/* Walks a rule period by period: the days of a period, times the times of a day, every look counted
 * against the budget. */
#include "formats/recurrence.h"

#include "formats/rule.h"
#include "formats/wall.h"

#include <libical/ical.h>

#define FOREIGN_START 1000000 /* ICU took up to 0.4 s for a rule that hardly ever matches */
#define FOREIGN_STEPS 2000
#define PERIOD_DAYS   372 /* a week-based year has at most 371 */

struct recurrence {
	struct rule *rule;
	gint64 start, until;
	bool is_date, start_counts;
	gint64 given;  /* of COUNT */
	gint64 period; /* the next one to fill, in intervals from the start's */
	bool is_filled;
	/* The period at hand: days (numbers) x times of a day. */
	gint64 days[PERIOD_DAYS];
	int day_count;
	int hours[24], minutes[60], seconds[60];
	int hour_count, minute_count, second_count;
	gint64 position, total;
	struct icalrecur_iterator_impl *foreign; /* libical walks RSCALE and SKIP */
};

static int weekday_of(gint64 day)
{
	const gint64 weekday = (day + 3) % 7; /* 1970-01-01 was a Thursday */
	return (int)(weekday < 0 ? weekday + 7 : weekday);
}

/* RFC 5545, 3.3.10: week 1 is the first with at least four days in its year. */
static gint64 first_week_day(int year, int week_start)
{
	const gint64 fourth = wall_days(year, 1, 4);
	return fourth - (weekday_of(fourth) - week_start + 7) % 7;
}

static int week_year_of(gint64 day, int week_start)
{
	const int year = wall_to_fields(day * WALL_DAY).year;
	if (day >= first_week_day(year + 1, week_start)) {
		return year + 1;
	}
	return day < first_week_day(year, week_start) ? year - 1 : year;
}

static bool week_matches(const struct rule *rule, gint64 day)
{
	const int year = week_year_of(day, rule->week_start);
	const gint64 first = first_week_day(year, rule->week_start);
	const int weeks = (int)((first_week_day(year + 1, rule->week_start) - first) / 7);
	return rule_numbers_have(&rule->weeks, (int)((day - first) / 7) + 1, weeks);
}

/* "2MO": the second of the month, or of a year where no month is named (RFC 5545, 3.3.10). */
static bool weekday_matches(const struct rule *rule, gint64 day, const struct wall_fields *date)
{
	const int weekday = weekday_of(day);
	const bool counts = rule->frequency <= MONTHLY && !rule->weeks.is_given;
	if (rule->weekday[weekday]) {
		return true;
	}
	if (!counts) {
		return rule->nth_weekday[weekday].is_given;
	}
	const bool is_of_month = rule->frequency == MONTHLY || rule->months.is_given;
	const int index = is_of_month ? date->day - 1 : (int)(day - wall_days(date->year, 1, 1));
	const int length = is_of_month ? wall_month_length(date->year, date->month)
	                               : wall_year_length(date->year);
	const int nth = index / 7 + 1;
	return rule_numbers_have(&rule->nth_weekday[weekday], nth, nth + (length - 1 - index) / 7);
}

static bool day_matches(const struct rule *rule, gint64 day)
{
	const struct wall_fields date = wall_to_fields(day * WALL_DAY);
	if (rule->months.is_given && !rule_numbers_have(&rule->months, date.month, 12)) {
		return false;
	}
	if (rule->month_days.is_given &&
	    !rule_numbers_have(&rule->month_days, date.day,
	                       wall_month_length(date.year, date.month))) {
		return false;
	}
	if (rule->year_days.is_given &&
	    !rule_numbers_have(&rule->year_days, (int)(day - wall_days(date.year, 1, 1)) + 1,
	                       wall_year_length(date.year))) {
		return false;
	}
	if (rule->weeks.is_given && !week_matches(rule, day)) {
		return false;
	}
	return !rule->has_weekdays || weekday_matches(rule, day, &date);
}

static void numbers_set(struct rule_numbers *numbers, int number)
{
	numbers->is_given = true;
	numbers->forward[number] = true;
}

/* What the rule does not name comes from DTSTART (RFC 5545, 3.3.10). */
static void days_complete(struct rule *rule, gint64 start)
{
	const struct wall_fields first = wall_to_fields(start);
	if (rule->has_weekdays || rule->month_days.is_given || rule->year_days.is_given) {
		return;
	}
	if (rule->frequency == WEEKLY || rule->weeks.is_given) {
		/* BYWEEKNO alone means one day of that week, except where it only limits. */
		if (rule->frequency == YEARLY || !rule->weeks.is_given) {
			rule->has_weekdays = true;
			rule->weekday[weekday_of(wall_day_of(start))] = true;
		}
		return;
	}
	if (rule->frequency == YEARLY && !rule->months.is_given) {
		numbers_set(&rule->months, first.month);
	}
	if (rule->frequency <= MONTHLY) {
		numbers_set(&rule->month_days, first.day);
	}
}

static int numbers_list(const struct rule_numbers *numbers, int otherwise, int limit, int *list)
{
	int count = 0;
	if (!numbers->is_given) {
		list[count++] = otherwise;
	}
	for (int i = 0; numbers->is_given && i < limit; i++) {
		if (numbers->forward[i]) {
			list[count++] = i;
		}
	}
	return count;
}

static void times_complete(struct recurrence *self)
{
	const struct wall_fields first = wall_to_fields(self->start);
	self->hour_count = numbers_list(&self->rule->hours, first.hour, 24, self->hours);
	self->minute_count = numbers_list(&self->rule->minutes, first.minute, 60, self->minutes);
	self->second_count =
		numbers_list(&self->rule->seconds, first.second % 60, 60, self->seconds);
}

static bool foreign_open(struct recurrence *self, const char *text, GError **error)
{
	if (self->rule->frequency > MONTHLY || self->rule->hours.is_given ||
	    self->rule->minutes.is_given || self->rule->seconds.is_given) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "rule is too slow: \"%.200s\"", text);
		return false;
	}
	g_autofree char *start = wall_write(self->start, self->is_date, false);
	struct icalrecurrencetype rule = icalrecurrencetype_from_string(text);
	if (rule.freq != ICAL_NO_RECURRENCE) {
		rule.until = icaltime_null_time();
		self->foreign = icalrecur_iterator_new(rule, icaltime_from_string(start));
	}
	icalmemory_free_buffer(rule.rscale);
	if (!self->foreign) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "rule \"%.200s\" cannot be followed", text);
	}
	return self->foreign != NULL;
}

struct recurrence *recurrence_new(const char *text, gint64 start, bool is_date, bool start_counts,
                                  gint64 until, GError **error)
{
	struct rule *const rule = rule_read(text, error);
	if (!rule) {
		return NULL;
	}
	OWNED(recurrence) self = g_new0(struct recurrence, 1);
	self->rule = rule;
	self->start = start;
	self->until = until;
	self->is_date = is_date;
	self->start_counts = start_counts;
	if (rule->is_foreign) {
		return foreign_open(self, text, error) ? g_steal_pointer(&self) : NULL;
	}
	days_complete(rule, start);
	times_complete(self);
	return g_steal_pointer(&self);
}

void recurrence_free(struct recurrence *self)
{
	if (self) {
		if (self->foreign) {
			icalrecur_iterator_free(self->foreign);
		}
		rule_free(self->rule);
		g_free(self);
	}
}

char *recurrence_until(const char *text)
{
	OWNED(rule) rule = rule_read(text, NULL);
	return rule ? g_steal_pointer(&rule->until) : NULL;
}

static const gint64 unit_seconds[] = {[HOURLY] = 3600, [MINUTELY] = 60, [SECONDLY] = 1};

static gint64 floor_divide(gint64 value, gint64 divisor)
{
	return value / divisor - (value % divisor < 0);
}

/* The week year that DTSTART belongs to, where it is an instance itself; its calendar year
 * otherwise. */
static int first_year(const struct recurrence *self)
{
	const gint64 day = wall_day_of(self->start);
	return self->rule->weeks.is_given && day_matches(self->rule, day)
	               ? week_year_of(day, self->rule->week_start)
	               : wall_to_fields(self->start).year;
}

/* Days of a period of the four long frequencies: from, and how many. */
static void period_bounds(const struct recurrence *self, gint64 *from, int *length)
{
	const struct rule *const rule = self->rule;
	const struct wall_fields first = wall_to_fields(self->start);
	const gint64 advance = self->period * rule->interval;
	const gint64 limit = (RECURRENCE_LAST_YEAR + 1) * 12; /* keeps the years within an int */
	const gint64 first_day = wall_day_of(self->start);
	if (rule->frequency == YEARLY) {
		const int year = (int)(first_year(self) + MIN(advance, limit));
		const bool is_of_weeks = rule->weeks.is_given;
		*from = is_of_weeks ? first_week_day(year, rule->week_start)
		                    : wall_days(year, 1, 1);
		*length = is_of_weeks ? (int)(first_week_day(year + 1, rule->week_start) - *from)
		                      : wall_year_length(year);
	} else if (rule->frequency == MONTHLY) {
		const gint64 month = first.year * 12LL + first.month - 1 + MIN(advance, limit);
		*from = wall_days((int)(month / 12), (int)(month % 12) + 1, 1);
		*length = wall_month_length((int)(month / 12), (int)(month % 12) + 1);
	} else if (rule->frequency == WEEKLY) {
		*from = first_day - (weekday_of(first_day) - rule->week_start + 7) % 7 +
		        advance * 7;
		*length = 7;
	} else {
		*from = first_day + advance;
		*length = 1;
	}
}

static gint64 last_day(void)
{
	return wall_days(RECURRENCE_LAST_YEAR, 12, 31);
}

static bool steps_take(guint64 *steps, guint64 wanted)
{
	const bool is_enough = *steps >= wanted;
	*steps -= is_enough ? wanted : *steps;
	return is_enough;
}

static enum recurrence_step long_period_fill(struct recurrence *self, guint64 *steps)
{
	gint64 from = 0;
	int length = 0;
	period_bounds(self, &from, &length);
	if (from > last_day()) {
		return RECURRENCE_ENDED;
	}
	if (!steps_take(steps, (guint64)length)) {
		return RECURRENCE_TOO_SLOW;
	}
	self->day_count = 0;
	for (int i = 0; i < length; i++) {
		/* Days before the start still count for BYSETPOS. */
		if (day_matches(self->rule, from + i)) {
			self->days[self->day_count++] = from + i;
		}
	}
	self->period++;
	return RECURRENCE_GIVEN;
}

/* The moment from which a look is worth while again, where the period at moment is filtered out; 0
 * = it is not. */
static gint64 short_period_skip(const struct recurrence *self, gint64 moment)
{
	const struct rule *const rule = self->rule;
	const gint64 day = wall_day_of(moment);
	const struct wall_fields at = wall_to_fields(moment);
	if (!day_matches(rule, day)) {
		return (day + 1) * WALL_DAY;
	}
	if (rule->hours.is_given && !rule->hours.forward[at.hour]) {
		return moment - at.minute * 60 - at.second + 3600;
	}
	if (rule->frequency >= MINUTELY && rule->minutes.is_given &&
	    !rule->minutes.forward[at.minute]) {
		return moment - at.second + 60;
	}
	if (rule->frequency == SECONDLY && rule->seconds.is_given &&
	    !rule->seconds.forward[at.second]) {
		return moment + 1;
	}
	return 0;
}

static enum recurrence_step short_period_fill(struct recurrence *self, guint64 *steps)
{
	const gint64 unit = unit_seconds[self->rule->frequency];
	const gint64 stride = unit * self->rule->interval;
	const gint64 first = floor_divide(self->start, unit) * unit;
	gint64 moment = first + self->period * stride;
	for (gint64 next = short_period_skip(self, moment); next > 0;
	     next = short_period_skip(self, moment)) {
		if (wall_day_of(moment) > last_day()) {
			return RECURRENCE_ENDED;
		}
		if (!steps_take(steps, 1)) {
			return RECURRENCE_TOO_SLOW;
		}
		self->period = -floor_divide(first - next, stride); /* rounded up */
		moment = first + self->period * stride;
	}
	if (wall_day_of(moment) > last_day()) {
		return RECURRENCE_ENDED;
	}
	const struct wall_fields at = wall_to_fields(moment);
	self->days[0] = wall_day_of(moment);
	self->day_count = 1;
	self->hours[0] = at.hour;
	self->hour_count = 1;
	if (self->rule->frequency >= MINUTELY) {
		self->minutes[0] = at.minute;
		self->minute_count = 1;
	}
	if (self->rule->frequency == SECONDLY) {
		self->seconds[0] = at.second;
		self->second_count = 1;
	}
	self->period++;
	return RECURRENCE_GIVEN;
}

static gint64 times_of_day(const struct recurrence *self)
{
	return (gint64)self->hour_count * self->minute_count * self->second_count;
}

static enum recurrence_step period_fill(struct recurrence *self, guint64 *steps)
{
	const enum recurrence_step step = self->rule->frequency >= HOURLY
	                                          ? short_period_fill(self, steps)
	                                          : long_period_fill(self, steps);
	self->total = self->day_count * times_of_day(self);
	self->position = 0;
	/* What lies days before the start is not looked at one second after the other. */
	for (int i = 0; i < self->day_count && self->days[i] < wall_day_of(self->start); i++) {
		self->position += times_of_day(self);
	}
	self->is_filled = step == RECURRENCE_GIVEN;
	return step;
}

/* Is this place in the period chosen by BYSETPOS? Where not, moves on to the next that can be. */
static bool position_is_chosen(struct recurrence *self)
{
	const struct rule_numbers *const positions = &self->rule->positions;
	if (!positions->is_given) {
		return true;
	}
	const gint64 nth = self->position + 1;
	const gint64 from_end = self->total - self->position;
	if (nth > RULE_POSITIONS && from_end > RULE_POSITIONS) {
		self->position = self->total - RULE_POSITIONS - 1;
		return false;
	}
	return (nth <= RULE_POSITIONS && positions->forward[nth]) ||
	       (from_end <= RULE_POSITIONS && positions->backward[from_end]);
}

static gint64 position_wall(const struct recurrence *self)
{
	const gint64 times = times_of_day(self);
	const gint64 time = self->position % times;
	return self->days[self->position / times] * WALL_DAY +
	       self->hours[time / (self->minute_count * self->second_count)] * 3600 +
	       self->minutes[time / self->second_count % self->minute_count] * 60 +
	       self->seconds[time % self->second_count];
}

static enum recurrence_step own_next(struct recurrence *self, guint64 *steps, gint64 *wall)
{
	for (;;) {
		for (; self->is_filled && self->position < self->total; self->position++) {
			if (!steps_take(steps, 1)) {
				return RECURRENCE_TOO_SLOW;
			}
			if (!position_is_chosen(self)) {
				continue;
			}
			*wall = position_wall(self);
			if (*wall >= self->start) {
				self->position++;
				return RECURRENCE_GIVEN;
			}
		}
		const enum recurrence_step step = period_fill(self, steps);
		if (step != RECURRENCE_GIVEN) {
			return step;
		}
	}
}

static enum recurrence_step foreign_next(struct recurrence *self, guint64 *steps, gint64 *wall)
{
	if (!steps_take(steps, self->given == 0 ? FOREIGN_START : FOREIGN_STEPS)) {
		return RECURRENCE_TOO_SLOW;
	}
	const struct icaltimetype time = icalrecur_iterator_next(self->foreign);
	if (icaltime_is_null_time(time) || time.year > RECURRENCE_LAST_YEAR) {
		return RECURRENCE_ENDED;
	}
	*wall = wall_from_fields(&(struct wall_fields){time.year, time.month, time.day, time.hour,
	                                               time.minute, time.second});
	return RECURRENCE_GIVEN;
}

void recurrence_seek(struct recurrence *self, gint64 floor)
{
	if (self->foreign || self->rule->count > 0 || floor <= self->start) {
		return;
	}
	const struct wall_fields from = wall_to_fields(self->start);
	const struct wall_fields to = wall_to_fields(MIN(floor, (last_day() + 1) * WALL_DAY));
	const gint64 days = wall_day_of(floor) - wall_day_of(self->start);
	const gint64 units[] = {
		[YEARLY] = to.year - from.year,
		[MONTHLY] = (to.year - from.year) * 12LL + to.month - from.month,
		[WEEKLY] = days / 7,
		[DAILY] = days,
		[HOURLY] = (floor - self->start) / 3600,
		[MINUTELY] = (floor - self->start) / 60,
		[SECONDLY] = floor - self->start,
	};
	/* Two periods of slack: week-based years and a start inside its period. */
	self->period = MAX(0, units[self->rule->frequency] / self->rule->interval - 2);
}

enum recurrence_step recurrence_next(struct recurrence *self, guint64 *steps, gint64 *wall)
{
	if (self->rule->count > 0 && self->given >= self->rule->count) {
		return RECURRENCE_ENDED;
	}
	gint64 when = 0;
	const enum recurrence_step step =
		self->foreign ? foreign_next(self, steps, &when) : own_next(self, steps, &when);
	if (step != RECURRENCE_GIVEN) {
		return step;
	}
	if (self->given == 0 && self->start_counts && when != self->start &&
	    ++self->given == self->rule->count) {
		return RECURRENCE_ENDED;
	}
	self->given++;
	if (when > self->until) {
		return RECURRENCE_ENDED;
	}
	*wall = when;
	return RECURRENCE_GIVEN;
}
