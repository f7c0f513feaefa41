/* SPDX-License-Identifier: MIT */
/* What is wrong with an item, in one line: for its owner, and for a log. */
#include "sync/problem.h"

#include <stdbool.h>

#define ITEM_CHARACTERS 80 /* of its name, so that a line still tells what is wrong with it */

static char *make_line(const char *item, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(item, -1);
	bool is_long = g_utf8_strlen(valid, -1) > ITEM_CHARACTERS;
	g_autofree char *name = g_utf8_substring(valid, 0, is_long ? ITEM_CHARACTERS : -1);
	return g_strdup_printf("%s%s: %s", name, is_long ? "…" : "", text);
}

struct problem *problem_new(const char *name, const char *ref, const char *text)
{
	struct problem *self = g_new0(struct problem, 1);
	self->line = make_line(name != NULL ? name : ref, text);
	self->log_line = make_line(ref, text);
	self->ref = g_utf8_make_valid(ref, -1);
	return self;
}

struct problem *problem_within(const struct problem *self, const char *name)
{
	struct problem *copy = g_new0(struct problem, 1);
	copy->line = g_strdup_printf("%s/%s", name, self->line);
	copy->log_line = g_strdup_printf("%s/%s", name, self->log_line);
	copy->ref = g_strdup_printf("%s/%s", name, self->ref);
	return copy;
}

void problem_free(struct problem *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->line);
	g_free(self->log_line);
	g_free(self->ref);
	g_free(self);
}
