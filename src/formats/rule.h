/* SPDX-License-Identifier: MIT */
/* The parts of an RRULE as sets of bits (RFC 5545, 3.3.10). Pure. */
#ifndef PASSERELLE_FORMATS_RULE_H
#define PASSERELLE_FORMATS_RULE_H

#include "base/error.h"

enum frequency { YEARLY, MONTHLY, WEEKLY, DAILY, HOURLY, MINUTELY, SECONDLY };

#define RULE_POSITIONS 366 /* the largest number in any list */

/* Numbers counted from the start and, negative ones, from the end; [0] is unused. */
struct rule_numbers {
	bool is_given;
	bool forward[RULE_POSITIONS + 1], backward[RULE_POSITIONS + 1];
};

struct rule {
	enum frequency frequency;
	gint64 interval; /* at least 1 */
	gint64 count;    /* 0 = without */
	char *until;     /* as written, or NULL */
	int week_start;  /* 0 = Monday */
	struct rule_numbers seconds, minutes, hours, month_days, year_days, weeks, months,
		positions;
	bool has_weekdays;                  /* BYDAY is given */
	bool weekday[7];                    /* every such day */
	struct rule_numbers nth_weekday[7]; /* the nth of the month or year */
	bool has_nth;
	bool is_foreign; /* RSCALE or SKIP: not ours to walk */
};

struct rule *rule_read(const char *text, GError **error);
void rule_free(struct rule *self);
DEFINE_OWNED(rule, rule_free);

/* Is number in the set, of so many in all? */
bool rule_numbers_have(const struct rule_numbers *numbers, int number, int total);

#endif
