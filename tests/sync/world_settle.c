/* SPDX-License-Identifier: MIT */
/* The end of a random world: nothing fails any more, and both sides come to rest. */
#include "world.h"

#include "app/journal_resolve.h"
#include "journal/ledger.h"

#include <string.h>

#define A_WHILE     (25 * 60 * 60) /* longer than any wait: details are read once a day */
#define MOST_CYCLES 12

/* Whether a write call in doubt took effect, from what is there. */
static bool took_effect(struct world *self, const struct ledger_call *call)
{
	json_t *content = json_loads(call->content, 0, NULL);
	json_t *all = world_control(self, call->kind == ITEM_CONTACT ? "contacts" : "events", NULL);
	g_autofree char *key = call->kind == ITEM_EVENT ? world_event_key(content) : NULL;
	const char *mark = json_string_value(json_object_get(content, "function"));
	bool is_there = false;
	size_t i;
	json_t *one;
	json_array_foreach(all, i, one)
	{
		if (key != NULL) {
			g_autofree char *other = world_event_key(one);
			is_there = is_there || strcmp(key, other) == 0;
		} else {
			const char *other = json_string_value(json_object_get(one, "function"));
			is_there = is_there || (mark != NULL && g_strcmp0(mark, other) == 0);
		}
	}
	json_decref(all);
	json_decref(content);
	return is_there;
}

static void resolve_record(struct world *self, struct journal *journal, enum item_kind kind,
                           const struct record *record)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) calls = ledger_for_item(journal, kind, record->uid, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < calls->len; i++) {
		const struct ledger_call *call = calls->pdata[i];
		if (call->state == LEDGER_IN_DOUBT && call->target == NULL) {
			const enum resolution word =
				took_effect(self, call) ? RESOLUTION_DONE : RESOLUTION_AGAIN;
			guint settled = 0;
			world_log(self, "  the person says of '%s': %s", record->uid,
			          word == RESOLUTION_DONE ? "done" : "again");
			if (!journal_resolve(journal, record->uid, word, &settled, &error)) {
				world_fail(self, "cannot resolve '%s': %s", record->uid,
				           error->message);
			}
			self->n_resolved++;
			return;
		}
	}
}

/* What only a person can tell: they look there, and say. */
static void resolve(struct world *self, enum item_kind kind)
{
	g_autoptr(GError) error = NULL;
	OWNED(journal) journal = journal_open(self->bridge->journal, JOURNAL_CREATE, &error);
	g_assert_no_error(error);
	g_autoptr(GPtrArray) records = records_load(journal, kind, &error);
	g_assert_no_error(error);
	for (guint i = 0; i < records->len; i++) {
		const struct record *record = records->pdata[i];
		if (record->state == RECORD_IN_DOUBT) {
			resolve_record(self, journal, kind, record);
		}
	}
}

static bool has_doubts(const struct cycle_report *report)
{
	return report->in_doubt > 0;
}

/* A deletion there is believed at the second time: the first one changes the journal alone. */
static char *state_of(struct world *self, enum item_kind kind)
{
	g_autoptr(GError) error = NULL;
	OWNED(journal) journal = journal_open(self->bridge->journal, JOURNAL_CREATE, &error);
	g_assert_no_error(error);
	g_autoptr(GPtrArray) records = records_load(journal, kind, &error);
	g_assert_no_error(error);
	g_autofree char *marks = bridge_marks(self->bridge, kind);
	GString *state = g_string_new(NULL);
	g_string_printf(state, "%u writes, %s", bridge_count_writes(self->bridge), marks);
	for (guint i = 0; i < records->len; i++) {
		const struct record *record = records->pdata[i];
		g_string_append_printf(state, "\n%s: %s, missing %u", record->uid,
		                       record_state_name(record->state), record->missing);
	}
	return g_string_free(state, FALSE);
}

/* A contact was deleted there, and the server says that it holds more than it shows: no listing is
 * ever complete, so the deletion is never believed, and what is new in the card waits for ever. */
static gint64 most_pending(const struct world *self)
{
	gint64 deleted = 0;
	for (guint i = 0; i < self->people->len && self->kind.remote.untrue_total > 0; i++) {
		const struct somebody *one = self->people->pdata[i];
		deleted += one->deletions > 0;
	}
	return deleted;
}

/* Cycles until two in a row change nothing. */
static void converge(struct world *self, enum item_kind kind)
{
	guint quiet = 0;
	for (guint i = 0; quiet < 2 && self->failure == NULL; i++) {
		g_autofree char *before = state_of(self, kind);
		self->bridge->now += A_WHILE;
		OWNED(cycle_report) report = world_cycle(self, kind, NULL);
		g_autofree char *after = state_of(self, kind);
		if (report->error != NULL) {
			world_fail(self, "nothing fails there, and yet: %s",
			           report->error->message);
		}
		const bool is_open = has_doubts(report) && i < MOST_CYCLES / 2;
		if (has_doubts(report) && i > 0) {
			resolve(self, kind);
		}
		const bool is_quiet = strcmp(before, after) == 0 &&
		                      report->pending <= most_pending(self) && !is_open;
		quiet = is_quiet ? quiet + 1 : 0;
		if (i == MOST_CYCLES) {
			world_fail(self, "no rest after %u cycles", i);
		}
	}
}

static void check_rest(struct world *self, enum item_kind kind)
{
	g_autofree char *before = state_of(self, kind);
	self->bridge->now += kind == ITEM_CONTACT ? 90000 : 0;
	OWNED(cycle_report) report = world_cycle(self, kind, NULL);
	g_autofree char *after = state_of(self, kind);
	if (strcmp(before, after) != 0) {
		world_fail(self, "not at rest:\n%s\nbecame\n%s", before, after);
	}
	if (report->in_doubt > 0 || report->pending > most_pending(self)) {
		world_fail(self, "at rest, and something is in doubt or pending");
	}
	g_autoptr(GError) error = NULL;
	OWNED(journal) journal = journal_open(self->bridge->journal, JOURNAL_READ_ONLY, &error);
	g_assert_no_error(error);
	g_autoptr(GPtrArray) problems = g_ptr_array_new_with_free_func(g_free);
	if (!journal_verify(journal, problems, &error) || problems->len > 0) {
		world_fail(self, "the journal is not sound: %s",
		           problems->len > 0 ? (char *)problems->pdata[0] : error->message);
	}
}

void world_settle(struct world *self)
{
	g_autoptr(GHashTable) before = world_files(self, ITEM_CONTACT);
	json_t *there = world_control(self, "contacts", NULL);
	world_log(self, "nothing fails any more");
	self->turn++;
	self->bridge->options.is_confirmed = true;
	world_repair(self, true);
	world_note_turn(self, before, there);
	world_note_events(self);
	json_decref(there);
	if (self->kind.has_contacts) {
		converge(self, ITEM_CONTACT);
	}
	if (self->kind.has_events) {
		converge(self, ITEM_EVENT);
	}
	if (self->failure == NULL && self->kind.has_contacts) {
		world_check_contacts_at_end(self);
		check_rest(self, ITEM_CONTACT);
	}
	if (self->failure == NULL && self->kind.has_events) {
		world_check_events_at_end(self);
		check_rest(self, ITEM_EVENT);
	}
}
