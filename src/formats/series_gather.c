/* SPDX-License-Identifier: MIT */
/* The instances that a master gives: DTSTART, RRULE and RDATE without EXDATE and EXRULE (RFC 5545,
 * 3.8.5). */
#include "formats/series_parts.h"

#include <string.h>

#include "base/limits.h"
#include "formats/recurrence.h"

#define SERIES_RULES  16   /* honest series have one, some two */
#define CLOCK_CHANGE  7200 /* how much longer than 24 hours a day can be */
#define DATE_STEPS    400  /* one RDATE or EXDATE: its zones cost more than a look at a rule */
#define EXCLUDE_STEPS 40   /* one instance of an EXRULE */

bool series_too_slow(const struct vevent *entry, GError **error)
{
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, "line %u: rule is too slow",
	            entry->component->number);
	return false;
}

bool series_take_steps(struct series *self, guint64 steps)
{
	const bool is_enough = self->question->steps >= steps;
	self->question->steps -= is_enough ? steps : self->question->steps;
	return is_enough;
}

static void set_add(GHashTable *set, gint64 number)
{
	gint64 *const key = g_new(gint64, 1);
	*key = number;
	g_hash_table_add(set, key);
}

void series_exclude(struct series *self, const struct moment *moment)
{
	if (moment->is_date || self->master->start.is_date) {
		set_add(self->not_day, wall_day_of(moment->wall));
	} else {
		set_add(self->not_when, moment_when(moment));
	}
}

bool series_excludes(const struct series *self, const struct instance *instance)
{
	const gint64 day = wall_day_of(instance->wall);
	return g_hash_table_contains(self->not_when, &instance->when) ||
	       g_hash_table_contains(self->not_day, &day);
}

const struct zone *series_zone(const struct series *self)
{
	return self->master->start.zone;
}

static gint64 wall_to_when(const struct series *self, gint64 wall)
{
	return series_zone(self) ? zone_from_wall(series_zone(self), wall) : wall;
}

struct instance instance_at(const struct series *self, gint64 wall)
{
	return (struct instance){.wall = wall, .when = wall_to_when(self, wall)};
}

static gint64 add_bounded(gint64 value, gint64 change)
{
	gint64 sum = 0;
	return __builtin_add_overflow(value, change, &sum) ? (change > 0 ? G_MAXINT64 : G_MININT64)
	                                                   : sum;
}

/* Instances that start before this cannot reach into the window. */
static gint64 earliest_start(const struct series *self)
{
	const struct wall_duration *const span = &self->master->span;
	const gint64 nominal = span->days > 0 ? span->days * WALL_DAY + CLOCK_CHANGE : 0;
	return add_bounded(self->question->window->since, -(nominal + span->seconds + self->shift));
}

static gint64 latest_start(const struct series *self)
{
	return add_bounded(self->question->window->until, self->shift);
}

/* UNTIL in wall seconds of the series: a date means its whole day. */
static gint64 rule_until(const struct series *self, const char *rule)
{
	g_autofree char *text = recurrence_until(rule);
	struct moment until = {0};
	if (!text || !wall_read(text, &until.wall, &until.is_date, &until.is_utc)) {
		return G_MAXINT64;
	}
	if (until.is_date || self->master->start.is_date) {
		return wall_day_of(until.wall) * WALL_DAY + WALL_DAY - 1;
	}
	until.zone = until.is_utc ? NULL : series_zone(self);
	return moment_wall_in(&until, &self->master->start);
}

bool instance_may_count(const struct series *self, const struct instance *instance)
{
	return instance->when >= earliest_start(self);
}

/* NULL where it cannot be read: it is as if absent then, and guessed. */
static struct recurrence *rule_open(const struct series *self, const struct content_line *line)
{
	GError *problem = NULL;
	const struct vevent *const master = self->master;
	struct recurrence *const recurrence =
		recurrence_new(line->value, master->start.wall, master->start.is_date, true,
	                       rule_until(self, line->value), &problem);
	if (!recurrence) {
		g_prefix_error(&problem, "line %u: ", line->number);
		zone_table_guess(self->question->zones, problem);
	}
	return recurrence;
}

/* Up to one instance beyond the window, and to LIMIT_OCCURRENCES inside; the one beyond tells when
 * to look again. */
static bool rule_follow(struct series *self, const struct content_line *line, GError **error)
{
	OWNED(recurrence) recurrence = rule_open(self, line);
	if (!recurrence) {
		return true;
	}
	const gint64 earliest = add_bounded(earliest_start(self), -SERIES_SLACK);
	recurrence_seek(recurrence, earliest);
	gint64 wall = 0;
	guint count = 0;
	enum recurrence_step step = RECURRENCE_GIVEN;
	while (count <= LIMIT_OCCURRENCES) {
		step = recurrence_next(recurrence, &self->question->steps, &wall);
		if (step != RECURRENCE_GIVEN) {
			break;
		}
		if (wall < earliest) {
			continue;
		}
		const struct instance instance = instance_at(self, wall);
		if (!instance_may_count(self, &instance) || series_excludes(self, &instance)) {
			continue;
		}
		g_array_append_val(self->instances, instance);
		count++;
		if (instance.when >= latest_start(self)) {
			break;
		}
	}
	return step == RECURRENCE_TOO_SLOW ? series_too_slow(self->master, error) : true;
}

/* EXRULE (RFC 2445, 4.8.5.2; gone from RFC 5545, still in old files) */
static bool rule_exclude(struct series *self, const struct content_line *line, GError **error)
{
	OWNED(recurrence) recurrence = rule_open(self, line);
	if (!recurrence) {
		return true;
	}
	recurrence_seek(recurrence, add_bounded(earliest_start(self), -SERIES_SLACK));
	const gint64 latest = add_bounded(latest_start(self), SERIES_SLACK);
	gint64 wall = 0;
	enum recurrence_step step = recurrence_next(recurrence, &self->question->steps, &wall);
	while (step == RECURRENCE_GIVEN && wall <= latest) {
		if (!series_take_steps(self, EXCLUDE_STEPS)) {
			step = RECURRENCE_TOO_SLOW;
			break;
		}
		const struct instance instance = instance_at(self, wall);
		set_add(self->not_when, instance.when);
		step = recurrence_next(recurrence, &self->question->steps, &wall);
	}
	return step == RECURRENCE_TOO_SLOW ? series_too_slow(self->master, error) : true;
}

/* RDATE: "19970714", "19970714T083000", "19970714T083000/PT1H", "…/19970714T093000" */
static bool date_add(struct series *self, const struct content_line *line, char *value,
                     GError **error)
{
	char *const slash = strchr(value, '/');
	if (slash) {
		*slash = '\0';
	}
	const struct zone *const floating =
		series_zone(self) ? series_zone(self) : self->question->zones->account;
	struct moment moment = {0};
	bool ignored = false;
	if (!wall_read(value, &moment.wall, &ignored, &ignored)) {
		return true; /* adds nothing, as other readers have it; an unreadable EXDATE is a
		                guess */
	}
	if (!moment_read(line, value, self->question->zones, floating, &moment, error)) {
		return false;
	}
	struct instance instance = instance_at(self, moment_wall_in(&moment, &self->master->start));
	if (slash) {
		struct moment end = {0};
		instance.has_span = true;
		if (!wall_duration_read(slash + 1, &instance.span)) {
			if (!moment_read(line, slash + 1, self->question->zones, floating, &end,
			                 error)) {
				return false;
			}
			instance.span.seconds = moment_when(&end) - moment_when(&moment);
		}
		instance.span.days = MAX(instance.span.days, 0);
		instance.span.seconds = MAX(instance.span.seconds, 0);
	} else if (moment.is_date && !self->master->start.is_date) {
		/* the day, at the time of the series */
		const gint64 time =
			self->master->start.wall - wall_day_of(self->master->start.wall) * WALL_DAY;
		instance = instance_at(self, moment.wall + time);
	} else if (self->master->start.is_date) {
		instance = instance_at(self, wall_day_of(instance.wall) * WALL_DAY);
	}
	g_array_append_val(self->instances, instance);
	return true;
}

static bool date_exclude(struct series *self, const struct content_line *line, char *value,
                         GError **error)
{
	(void)error;
	const struct zone *const floating =
		series_zone(self) ? series_zone(self) : self->question->zones->account;
	struct moment moment = {0};
	GError *problem = NULL;
	if (moment_read(line, value, self->question->zones, floating, &moment, &problem)) {
		series_exclude(self, &moment);
	} else {
		zone_table_guess(self->question->zones, problem);
	}
	return true;
}

typedef bool value_function(struct series *self, const struct content_line *line, char *value,
                            GError **error);
typedef bool line_function(struct series *self, const struct content_line *line, GError **error);

static bool values_each(struct series *self, const struct content_line *line,
                        value_function *function, GError **error)
{
	g_auto(GStrv) values = g_strsplit(line->value, ",", -1);
	for (char **value = values; *value; value++) {
		if (!series_take_steps(self, DATE_STEPS)) {
			return series_too_slow(self->master, error);
		}
		if (*g_strstrip(*value) && !function(self, line, *value, error)) {
			return false;
		}
	}
	return true;
}

static bool dates_add(struct series *self, const struct content_line *line, GError **error)
{
	return values_each(self, line, date_add, error);
}

static bool dates_exclude(struct series *self, const struct content_line *line, GError **error)
{
	return values_each(self, line, date_exclude, error);
}

static bool lines_each(struct series *self, const char *name, guint limit, line_function *function,
                       GError **error)
{
	const GPtrArray *const lines = self->master->component->lines;
	guint count = 0;
	for (guint i = 0; i < lines->len; i++) {
		const struct content_line *const line = g_ptr_array_index(lines, i);
		if (!g_str_equal(line->name, name)) {
			continue;
		}
		if (++count > limit) {
			return series_too_slow(self->master, error);
		}
		if (!function(self, line, error)) {
			return false;
		}
	}
	return true;
}

/* Is there a rule, and does every one end before DTSTART? So is a series written that somebody cut
 * off before its first occurrence. */
static bool rules_end_before_start(const struct series *self)
{
	const GPtrArray *const lines = self->master->component->lines;
	bool ends = false;
	for (guint i = 0; i < lines->len; i++) {
		const struct content_line *const line = g_ptr_array_index(lines, i);
		if (!g_str_equal(line->name, "RRULE")) {
			continue;
		}
		if (rule_until(self, line->value) >= self->master->start.wall) {
			return false;
		}
		ends = true;
	}
	return ends;
}

/* DTSTART takes place (RFC 5545, 3.8.5.3: "the first instance"), also where the rule does not give
 * it. */
static void start_add(struct series *self)
{
	if (!rules_end_before_start(self)) {
		const struct instance first = instance_at(self, self->master->start.wall);
		g_array_append_val(self->instances, first);
	}
}

bool series_gather(struct series *self, GError **error)
{
	start_add(self);
	return lines_each(self, "EXDATE", G_MAXUINT, dates_exclude, error) &&
	       lines_each(self, "EXRULE", SERIES_RULES, rule_exclude, error) &&
	       lines_each(self, "RDATE", G_MAXUINT, dates_add, error) &&
	       lines_each(self, "RRULE", SERIES_RULES, rule_follow, error);
}
