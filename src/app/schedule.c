/* SPDX-License-Identifier: MIT */
/* When the next cycle of an account is due. */
#include "app/schedule.h"

#include <string.h>

#define SECOND           1000
#define FIRST_BACK_OFF   (30 * SECOND)
#define LONGEST_BACK_OFF (15 * 60 * SECOND)

void schedule_init(struct schedule *self, const struct account_config *config, gint64 now)
{
	memset(self, 0, sizeof *self);
	for (enum part part = 0; part < PARTS; part++) {
		bool is_wanted = account_has_part(config, part);
		self->interval[part] = is_wanted ? account_interval(config, part) * SECOND : 0;
		self->due[part] = now;
	}
}

void schedule_touch(struct schedule *self, enum part part, gint64 when)
{
	self->due[part] = MIN(self->due[part], when);
}

static bool is_running(const struct schedule *self)
{
	return self->is_running[0] || self->is_running[1] || self->is_running[2];
}

gint64 schedule_next(const struct schedule *self)
{
	gint64 next = SCHEDULE_NEVER;
	if (is_running(self) || self->wait == SCHEDULE_WAITS_CONFIG) {
		return SCHEDULE_NEVER;
	}
	for (enum part part = 0; part < PARTS; part++) {
		if (self->interval[part] > 0) {
			next = MIN(next, self->due[part]);
		}
	}
	return next == SCHEDULE_NEVER ? next : MAX(next, self->not_before);
}

bool schedule_take(struct schedule *self, gint64 now, bool parts[PARTS])
{
	memset(parts, 0, sizeof(bool) * PARTS);
	if (schedule_next(self) > now) {
		return false;
	}
	for (enum part part = 0; part < PARTS; part++) {
		parts[part] = self->interval[part] > 0 && self->due[part] <= now;
		self->is_running[part] = parts[part];
		if (parts[part]) {
			self->due[part] = SCHEDULE_NEVER;
		}
	}
	return true;
}

static gint64 back_off(unsigned failures, double chance)
{
	gint64 longest = FIRST_BACK_OFF;
	for (unsigned i = 1; i < failures && longest < LONGEST_BACK_OFF; i++) {
		longest *= 2;
	}
	longest = MIN(longest, LONGEST_BACK_OFF);
	return longest / 2 + (gint64)(chance * (double)(longest / 2));
}

/* Parts that did not run to their end are due again as soon as the account may. */
static void arm(struct schedule *self, bool is_failure, gint64 now, double chance)
{
	for (enum part part = 0; part < PARTS; part++) {
		if (!self->is_running[part]) {
			continue;
		}
		double spread = 0.9 + 0.2 * chance;
		gint64 pause = is_failure ? 0 : (gint64)((double)self->interval[part] * spread);
		self->is_running[part] = false;
		schedule_touch(self, part, now + pause); /* touched meanwhile: sooner */
	}
}

void schedule_end(struct schedule *self, int exit_code, bool needs_login, gint64 now, double chance)
{
	bool is_failure =
		exit_code != EXIT_DONE && exit_code != EXIT_HELD && exit_code != EXIT_NEEDS_LOGIN;
	self->failures = is_failure ? self->failures + 1 : 0;
	self->not_before = is_failure ? now + back_off(self->failures, chance) : now;
	self->wait = SCHEDULE_GOES;
	if (exit_code == EXIT_BAD_CONFIG) {
		self->wait = SCHEDULE_WAITS_CONFIG;
	} else if (needs_login) {
		self->wait = SCHEDULE_WAITS_TOKEN;
		self->not_before = now + LONGEST_BACK_OFF;
	}
	arm(self, is_failure || needs_login, now, chance);
}

void schedule_token(struct schedule *self, gint64 now)
{
	if (self->wait == SCHEDULE_WAITS_TOKEN) {
		self->wait = SCHEDULE_GOES;
		self->not_before = now;
	}
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
