/* SPDX-License-Identifier: MIT */
/* What there is to say after a cycle, and after several of one kind. */
#include "sync/cycle.h"

struct cycle_report *cycle_report_new(void)
{
	struct cycle_report *self = g_new0(struct cycle_report, 1);
	self->problems = g_ptr_array_new_with_free_func((GDestroyNotify)problem_free);
	self->news = news_list_new();
	return self;
}

void cycle_report_free(struct cycle_report *self)
{
	if (self == NULL) {
		return;
	}
	g_free(self->discovery);
	g_free(self->description);
	g_free(self->hold);
	g_ptr_array_unref(self->problems);
	news_list_free(self->news);
	g_clear_error(&self->error);
	g_free(self);
}

static void add_counts(struct cycle_report *self, const struct cycle_report *other)
{
	self->synced += other->synced;
	self->pending += other->pending;
	self->held += other->held;
	self->in_doubt += other->in_doubt;
	self->left_alone += other->left_alone;
	self->refused += other->refused;
	self->added_here += other->added_here;
	self->added_there += other->added_there;
	self->changed_here += other->changed_here;
	self->changed_there += other->changed_there;
	self->removed_here += other->removed_here;
	self->removed_there += other->removed_there;
	self->taken_as_sent += other->taken_as_sent;
}

static void take_text(char **own, char **other)
{
	if (*own == NULL) {
		*own = g_steal_pointer(other);
	}
}

void cycle_report_add(struct cycle_report *self, struct cycle_report *other, const char *name)
{
	add_counts(self, other);
	self->is_complete &= other->is_complete;
	self->local_changed |= other->local_changed;
	self->is_plan_held |= other->is_plan_held;
	self->held_removals += other->held_removals;
	if (self->hold == NULL) {
		self->hold_action = other->hold_action;
	}
	take_text(&self->hold, &other->hold);
	take_text(&self->discovery, &other->discovery);
	for (guint i = 0; i < other->problems->len; i++) {
		g_ptr_array_add(self->problems,
		                problem_within(g_ptr_array_index(other->problems, i), name));
	}
	for (guint i = 0; i < other->news->items->len; i++) {
		news_list_add(self->news, g_ptr_array_index(other->news->items, i));
	}
	if (other->description != NULL) {
		g_autofree char *before = self->description;
		self->description = g_strdup_printf("%s%s:\n%s", before != NULL ? before : "", name,
		                                    other->description);
	}
	if (self->error == NULL) {
		self->error = g_steal_pointer(&other->error);
	}
}
