/* SPDX-License-Identifier: MIT */
/* The items of an account that do not get on, as the journal knows them. */
#include "app/stuck.h"

#include "app/journal_resolve.h"
#include "app/paths.h"
#include "journal/records.h"
#include "status/words.h"

#define SHOWN_ITEMS     5
#define NAME_CHARACTERS 60

/* Of one kind and one state. */
struct heap {
	GPtrArray *lines; /* lent */
	enum record_state state;
	guint count;
};

static void add_record(struct heap *self, const struct record *record)
{
	if (record->state != self->state) {
		return;
	}
	if (self->count++ < SHOWN_ITEMS) {
		g_autofree char *name = words_clean(
			record->name != NULL ? record->name : record->uid, NAME_CHARACTERS);
		const bool has_reason = record->reason != NULL && record->reason[0] != '\0';
		g_ptr_array_add(self->lines,
		                g_strdup_printf("%s: %s%s%s", record_state_name(self->state), name,
		                                has_reason ? ": " : "",
		                                has_reason ? record->reason : ""));
	}
}

static void end_heap(const struct heap *self, enum item_kind kind)
{
	if (self->count > SHOWN_ITEMS) {
		g_autofree char *count = words_count(self->count - SHOWN_ITEMS);
		g_ptr_array_add(self->lines,
		                g_strdup_printf("%s: %s more in %s", record_state_name(self->state),
		                                count, item_kind_name(kind)));
	}
}

static void add_state(GPtrArray *lines, enum item_kind kind, enum record_state state,
                      const GPtrArray *records, const GPtrArray *calls)
{
	struct heap heap = {.lines = lines, .state = state};
	for (guint i = 0; records != NULL && i < records->len; i++) {
		add_record(&heap, g_ptr_array_index(records, i));
	}
	for (guint i = 0; calls != NULL && i < calls->len; i++) {
		const struct found_record *call = g_ptr_array_index(calls, i);
		add_record(&heap, call->record);
	}
	end_heap(&heap, kind);
}

static void take_all(GPtrArray **all, GPtrArray *more_taken)
{
	if (*all == NULL) {
		*all = more_taken;
	} else if (more_taken != NULL) {
		g_ptr_array_extend_and_steal(*all, more_taken);
	}
}

GPtrArray *stuck_find(const struct account_config *config)
{
	static const enum record_state states[] = {RECORD_IN_DOUBT, RECORD_REFUSED, RECORD_PENDING};
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	GPtrArray *records[ITEM_KINDS] = {NULL}, *calls[ITEM_KINDS] = {NULL};
	g_autofree char *path = paths_of_account(config->name, ".journal");
	OWNED(journal) journal = journal_open(path, JOURNAL_READ_ONLY, NULL);
	g_autoptr(GPtrArray) parts = journal != NULL ? journal_parts(journal, NULL) : NULL;
	for (guint i = 0; parts != NULL && i < parts->len; i++) {
		const struct journal_part *part = g_ptr_array_index(parts, i);
		for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
			take_all(&records[kind], records_load(part->journal, kind, NULL));
			take_all(&calls[kind], journal_find_calls(part->journal, kind, NULL));
		}
	}
	for (gsize i = 0; i < G_N_ELEMENTS(states); i++) {
		for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
			add_state(lines, kind, states[i], records[kind], calls[kind]);
		}
	}
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		g_clear_pointer(&records[kind], g_ptr_array_unref);
		g_clear_pointer(&calls[kind], g_ptr_array_unref);
	}
	return lines;
}
