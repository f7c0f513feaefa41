/* SPDX-License-Identifier: MIT */
/* When each part of an account is due. */
#include "app/schedule.h"

#include <string.h>

#define SECOND           1000
#define MINUTE           (60 * SECOND)
#define HOUR             (60 * MINUTE)
#define FIRST_BACK_OFF   (30 * SECOND)
#define LONGEST_BACK_OFF (15 * MINUTE)
#define LONGEST_WAIT     HOUR          /* for a person */
#define NETWORK_SETTLE   (1 * SECOND)  /* from the route to name servers that answer */
#define NETWORK_SPREAD   (4 * SECOND)  /* not all accounts at once */
#define NETWORK_PAUSE    (30 * SECOND) /* a cable that comes and goes is no reason to hammer */

void schedule_init(struct schedule *self, const struct account_config *config, gint64 now)
{
	memset(self, 0, sizeof *self);
	self->network_at = now - NETWORK_PAUSE;
	for (enum part part = 0; part < PARTS; part++) {
		bool is_wanted = account_has_part(config, part);
		self->parts[part].interval =
			is_wanted ? account_interval(config, part) * SECOND : 0;
		self->parts[part].due = self->parts[part].not_before = now;
	}
}

void schedule_touch(struct schedule *self, enum part part, gint64 when)
{
	self->parts[part].due = MIN(self->parts[part].due, when);
}

static gint64 part_next(const struct schedule_part *self)
{
	bool is_asleep = self->interval == 0 || self->wait == SCHEDULE_WAITS_CONFIG;
	return is_asleep ? SCHEDULE_NEVER : MAX(self->due, self->not_before);
}

gint64 schedule_next(const struct schedule *self)
{
	gint64 next = SCHEDULE_NEVER;
	for (enum part part = 0; part < PARTS; part++) {
		if (self->parts[part].is_running) {
			return SCHEDULE_NEVER;
		}
		next = MIN(next, part_next(&self->parts[part]));
	}
	return next;
}

/* The others first; then those that crashed, one by one. */
static void leave_crashed_alone(const struct schedule *self, bool parts[PARTS])
{
	bool has_other = false;
	for (enum part part = 0; part < PARTS; part++) {
		has_other |= parts[part] && self->parts[part].end != PART_CRASHED;
	}
	for (enum part part = 0; part < PARTS; part++) {
		if (parts[part] && self->parts[part].end == PART_CRASHED) {
			parts[part] = !has_other;
			has_other = true;
		}
	}
}

bool schedule_take(struct schedule *self, gint64 now, bool parts[PARTS])
{
	memset(parts, 0, sizeof(bool) * PARTS);
	if (schedule_next(self) > now) {
		return false;
	}
	for (enum part part = 0; part < PARTS; part++) {
		parts[part] = part_next(&self->parts[part]) <= now;
	}
	leave_crashed_alone(self, parts);
	for (enum part part = 0; part < PARTS; part++) {
		self->parts[part].is_running = parts[part];
		if (parts[part]) {
			self->parts[part].due = SCHEDULE_NEVER;
			self->parts[part].is_put_off = false;
		}
	}
	return true;
}

static gint64 doubled(gint64 first, unsigned times, gint64 longest)
{
	gint64 pause = first;
	for (unsigned i = 0; i < times && pause < longest; i++) {
		pause *= 2;
	}
	return MIN(pause, longest);
}

/* Between a half and the whole of it: those that failed together do not come back together. */
static gint64 back_off(gint64 first, unsigned repeats, gint64 longest, double chance)
{
	gint64 pause = doubled(first, repeats - 1, longest);
	return pause / 2 + (gint64)(chance * (double)(pause / 2));
}

static gint64 spread(gint64 pause, double chance)
{
	return (gint64)((double)pause * (0.9 + 0.2 * chance));
}

enum pause { AFTER_INTERVAL, BACK_OFF, FOR_TOKEN, FOR_CONSENT, FOR_CONFIG };

static const struct {
	enum pause pause;
	enum schedule_wait wait;
} RULES[PART_ENDS] = {
	[PART_DONE] = {AFTER_INTERVAL, SCHEDULE_GOES},
	[PART_ASKS] = {AFTER_INTERVAL, SCHEDULE_GOES},
	[PART_FAILED] = {BACK_OFF, SCHEDULE_GOES},
	[PART_OFFLINE] = {BACK_OFF, SCHEDULE_GOES},
	[PART_CRASHED] = {BACK_OFF, SCHEDULE_GOES},
	[PART_HERE] = {BACK_OFF, SCHEDULE_GOES},
	[PART_LOGIN] = {FOR_TOKEN, SCHEDULE_WAITS_PERSON},
	[PART_CONSENT] = {FOR_CONSENT, SCHEDULE_WAITS_PERSON},
	[PART_REFUSED] = {FOR_CONSENT, SCHEDULE_GOES},
	[PART_CONFIG] = {FOR_CONFIG, SCHEDULE_WAITS_CONFIG},
};

static gint64 pause_after(const struct schedule_part *self, double chance)
{
	switch (RULES[self->end].pause) {
	case AFTER_INTERVAL:
		return spread(self->interval, chance);
	case BACK_OFF:
		return back_off(FIRST_BACK_OFF, self->repeats, LONGEST_BACK_OFF, chance);
	case FOR_TOKEN:
		return back_off(LONGEST_BACK_OFF, self->repeats, LONGEST_WAIT, chance);
	case FOR_CONSENT:
		return spread(doubled(self->interval, self->repeats - 1,
		                      MAX(self->interval, LONGEST_WAIT)),
		              chance);
	default:
		return 0;
	}
}

static void end_part(struct schedule_part *self, enum part_end end, gint64 now, double chance)
{
	self->repeats = end == self->end ? self->repeats + 1 : 1;
	self->end = end;
	self->wait = RULES[end].wait;
	self->is_running = false;
	gint64 when = now + pause_after(self, chance);
	bool is_done = RULES[end].pause == AFTER_INTERVAL;
	self->not_before = is_done ? now : when;
	self->due = MIN(self->due, is_done ? when : now); /* touched meanwhile: sooner */
}

void schedule_end(struct schedule *self, const struct cycle_end *end, gint64 now, double chance)
{
	for (enum part part = 0; part < PARTS; part++) {
		if (self->parts[part].is_running) {
			bool is_told = end != NULL && end->parts[part].is_told;
			end_part(&self->parts[part], is_told ? end->parts[part].end : PART_FAILED,
			         now, chance);
		}
	}
}

void schedule_wake(struct schedule *self, gint64 now)
{
	for (enum part part = 0; part < PARTS; part++) {
		if (self->parts[part].wait == SCHEDULE_WAITS_PERSON) {
			self->parts[part].wait = SCHEDULE_GOES;
			self->parts[part].not_before = now;
			self->parts[part].repeats = 0;
		}
	}
}

bool schedule_put_off(struct schedule *self, gint64 now, double chance)
{
	bool is_any = false;
	for (enum part part = 0; part < PARTS; part++) {
		struct schedule_part *one = &self->parts[part];
		if (!one->is_running && !one->is_put_off && part_next(one) <= now) {
			one->not_before = now + back_off(FIRST_BACK_OFF, 1, FIRST_BACK_OFF, chance);
			one->is_put_off = is_any = true;
		}
	}
	return is_any;
}

void schedule_network(struct schedule *self, gint64 now, double chance)
{
	const gint64 earliest = MAX(now, self->network_at + NETWORK_PAUSE);
	const gint64 when = earliest + NETWORK_SETTLE + (gint64)(chance * (double)NETWORK_SPREAD);
	bool is_any = false;
	for (enum part part = 0; part < PARTS; part++) {
		struct schedule_part *one = &self->parts[part];
		if ((one->is_put_off || one->end == PART_OFFLINE) && one->not_before > when) {
			one->not_before = when;
			one->repeats = 0;
			is_any = true;
		}
	}
	self->network_at = is_any ? when : self->network_at;
}

void schedule_hold_until(struct schedule *self, gint64 when)
{
	for (enum part part = 0; part < PARTS; part++) {
		self->parts[part].not_before = MAX(self->parts[part].not_before, when);
	}
}

void schedule_reload(struct schedule *self, gint64 now)
{
	for (enum part part = 0; part < PARTS; part++) {
		struct schedule_part *one = &self->parts[part];
		if (one->wait == SCHEDULE_WAITS_CONFIG || one->end == PART_HERE) {
			one->wait = SCHEDULE_GOES;
			one->due = one->not_before = now;
			one->repeats = 0;
		}
	}
}

bool schedule_needs_person(const struct schedule *self)
{
	bool does = false;
	for (enum part part = 0; part < PARTS; part++) {
		does |= part_end_needs_person(self->parts[part].end);
	}
	return does;
}

char *schedule_part_list(const bool parts[PARTS])
{
	const char *names[PARTS + 1] = {NULL};
	guint count = 0;
	for (enum part part = 0; part < PARTS; part++) {
		if (parts[part]) {
			names[count++] = part_name(part);
		}
	}
	return g_strjoinv(",", (char **)(gpointer)names);
}
