/* SPDX-License-Identifier: MIT */
/* A plan in words, for --dry-run. */
#include "plan/plan.h"

#define WORD_CHARACTERS 120

/* Names and file names come from anywhere: one line each, and nothing that a terminal obeys. */
static void append_word(GString *text, const char *word)
{
	g_autofree char *valid = g_utf8_make_valid(word, -1);
	const char *at = valid;
	for (guint i = 0; i < WORD_CHARACTERS && *at != '\0'; i++, at = g_utf8_next_char(at)) {
		gunichar character = g_utf8_get_char(at);
		g_string_append_unichar(text, g_unichar_iscntrl(character) ? ' ' : character);
	}
	g_string_append(text, *at != '\0' ? "…" : "");
}

static const char *action_name_for_people(const struct action *action)
{
	if (action->local != NULL && action->local->item != NULL) {
		return action->local->item->name;
	}
	if (action->remote != NULL && action->remote->item != NULL) {
		return action->remote->item->name;
	}
	return action->record != NULL && action->record->name != NULL ? action->record->name
	                                                              : action->uid;
}

char *plan_describe(const struct plan *self)
{
	GString *text = g_string_new(NULL);
	guint count = 0;
	for (guint i = 0; i < self->actions->len; i++) {
		const struct action *action = g_ptr_array_index(self->actions, i);
		if (action->operation == OPERATION_NOTHING ||
		    action->operation == OPERATION_AGREE) {
			continue;
		}
		count++;
		g_string_append_printf(text, "%s%s: ", action->is_held ? "held: " : "",
		                       operation_name(action->operation));
		append_word(text, action_name_for_people(action));
		if (action->local != NULL) {
			g_string_append(text, " [");
			append_word(text, action->local->ref);
			g_string_append_c(text, ']');
		}
		if (action->reason != NULL) {
			g_string_append_printf(text, " (%s)", action->reason);
		}
		g_string_append_c(text, '\n');
	}
	if (count == 0) {
		g_string_append(text, "nothing to do\n");
	}
	if (self->n_past > 0) {
		g_string_append_printf(
			text, "left alone: %u that ended before the account was first synced\n",
			self->n_past);
	}
	return g_string_free(text, FALSE);
}
