/* SPDX-License-Identifier: MIT */
/* A person's word on what is in doubt. */
#include "app/journal_resolve.h"

#include "journal/ledger.h"

#include <jansson.h>
#include <string.h>

static const struct {
	const char *word, *detail;
	enum ledger_state call;
} resolutions[] = {
	[RESOLUTION_DONE] = {"done", "a person said that it was done", LEDGER_DONE},
	[RESOLUTION_AGAIN] = {"again", "a person said to send it again", LEDGER_NOT_SENT},
	[RESOLUTION_DROP] = {"drop", "a person said to leave it", LEDGER_NOT_SENT},
};

bool resolution_find(const char *word, enum resolution *out)
{
	for (guint i = 0; i < G_N_ELEMENTS(resolutions); i++) {
		if (strcmp(resolutions[i].word, word) == 0) {
			*out = (enum resolution)i;
			return true;
		}
	}
	return false;
}

/* What a word may be said on. */
static bool may_resolve(enum record_state state, enum resolution resolution)
{
	switch (state) {
	case RECORD_IN_DOUBT:
		return true;
	case RECORD_SAME_AS:
	case RECORD_SETTLED:
	case RECORD_REFUSED:
	case RECORD_PENDING:
		return resolution == RESOLUTION_AGAIN;
	default:
		return false;
	}
}

static void found_free(struct found_record *self)
{
	if (self == NULL) {
		return;
	}
	record_free(self->record);
	g_free(self->section);
	g_free(self);
}

static void part_free(gpointer data)
{
	struct journal_part *self = data;
	g_free(self->name);
	g_free(self);
}

static void add_part(GPtrArray *parts, const char *name, struct journal *journal)
{
	struct journal_part *part = g_new(struct journal_part, 1);
	*part = (struct journal_part){g_strdup(name), journal};
	g_ptr_array_add(parts, part);
}

GPtrArray *journal_parts(struct journal *whole, GError **error)
{
	g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(part_free);
	g_auto(GStrv) names = journal_sections(whole, error);
	if (names == NULL) {
		return NULL;
	}
	add_part(parts, "", whole);
	for (char **name = names; *name != NULL; name++) {
		struct journal *section = journal_section(whole, *name, error);
		if (section == NULL) {
			return NULL;
		}
		add_part(parts, *name, section);
	}
	return g_steal_pointer(&parts);
}

static bool is_called(const struct record *record, const char *item)
{
	return g_strcmp0(record->uid, item) == 0 || g_strcmp0(record->local_ref, item) == 0 ||
	       g_strcmp0(record->name, item) == 0;
}

static bool find_in(struct journal *journal, enum item_kind kind, const char *item,
                    GPtrArray *found, GError **error)
{
	g_autoptr(GPtrArray) records = records_load(journal, kind, error);
	for (guint i = 0; records != NULL && i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		if (item == NULL ? record->state == RECORD_IN_DOUBT : is_called(record, item)) {
			struct found_record *one = g_new0(struct found_record, 1);
			one->journal = journal;
			one->kind = kind;
			one->record = record_copy(record);
			g_ptr_array_add(found, one);
		}
	}
	return records != NULL;
}

/* "addcontact lastname=Curie firstname=Marie" */
static char *call_name(const struct ledger_call *call)
{
	json_t *content = json_loads(call->content != NULL ? call->content : "{}", 0, NULL);
	GString *name = g_string_new(call->action);
	const char *key = NULL;
	json_t *value = NULL;
	json_object_foreach(content, key, value)
	{
		if (json_is_string(value)) {
			g_string_append_printf(name, " %s=%s", key, json_string_value(value));
		}
	}
	json_decref(content);
	return g_string_free(name, FALSE);
}

static struct found_record *stand_in(struct journal *journal, const struct ledger_call *call)
{
	struct found_record *self = g_new0(struct found_record, 1);
	self->journal = journal;
	self->kind = call->kind;
	self->is_call = true;
	self->record = record_new(call->uid);
	self->record->state = RECORD_IN_DOUBT;
	self->record->name = call_name(call);
	self->record->remote_ref = g_strdup(call->target);
	self->record->reason =
		g_strdup(call->detail != NULL ? call->detail : "no word of its outcome yet");
	return self;
}

/* Does the record itself tell of the doubt, or will after the next cycle? */
static bool is_told_by(const struct record *record, const char *uid)
{
	return record == NULL ? !ledger_is_by_hand(uid)
	                      : may_resolve(record->state, RESOLUTION_AGAIN);
}

GPtrArray *journal_find_calls(struct journal *journal, enum item_kind kind, GError **error)
{
	g_autoptr(GPtrArray) calls = ledger_unsettled(journal, kind, error);
	if (calls == NULL) {
		return NULL;
	}
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)found_free);
	for (guint i = 0; i < calls->len; i++) {
		const struct ledger_call *call = g_ptr_array_index(calls, i);
		GError *problem = NULL;
		OWNED(record) record = records_get(journal, kind, call->uid, &problem);
		if (problem != NULL) {
			g_propagate_error(error, problem);
			return NULL;
		}
		if (!is_told_by(record, call->uid)) {
			g_ptr_array_add(found, stand_in(journal, call));
		}
	}
	return g_steal_pointer(&found);
}

static bool has_record(const GPtrArray *found, const struct found_record *call)
{
	for (guint i = 0; i < found->len; i++) {
		const struct found_record *one = g_ptr_array_index(found, i);
		if (one->journal == call->journal && one->kind == call->kind &&
		    strcmp(one->record->uid, call->record->uid) == 0) {
			return true;
		}
	}
	return false;
}

/* Of an item with several calls in doubt the first stands for all: one word settles them. */
static bool find_calls_in(struct journal *journal, enum item_kind kind, const char *item,
                          GPtrArray *found, GError **error)
{
	g_autoptr(GPtrArray) calls = journal_find_calls(journal, kind, error);
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	for (guint i = 0; calls != NULL && i < calls->len; i++) {
		struct found_record *one = g_ptr_array_index(calls, i);
		if ((item == NULL || is_called(one->record, item) || has_record(found, one)) &&
		    g_hash_table_add(seen, one->record->uid)) {
			g_ptr_array_add(found, one);
			calls->pdata[i] = NULL;
		}
	}
	return calls != NULL;
}

static bool find_in_part(const struct journal_part *part, const char *item, GPtrArray *found,
                         GError **error)
{
	const guint before = found->len;
	for (enum item_kind kind = 0; kind < ITEM_KINDS; kind++) {
		if (!find_in(part->journal, kind, item, found, error) ||
		    !find_calls_in(part->journal, kind, item, found, error)) {
			return false;
		}
	}
	for (guint i = before; i < found->len && part->name[0] != '\0'; i++) {
		((struct found_record *)g_ptr_array_index(found, i))->section =
			g_strdup(part->name);
	}
	return true;
}

/* item NULL: all that are in doubt. */
static GPtrArray *find(struct journal *whole, const char *item, GError **error)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func((GDestroyNotify)found_free);
	g_autoptr(GPtrArray) parts = journal_parts(whole, error);
	for (guint i = 0; parts != NULL && i < parts->len; i++) {
		if (!find_in_part(g_ptr_array_index(parts, i), item, found, error)) {
			return NULL;
		}
	}
	return parts != NULL ? g_steal_pointer(&found) : NULL;
}

GPtrArray *journal_find(struct journal *journal, const char *item, GError **error)
{
	g_autoptr(GPtrArray) found = find(journal, item, error);
	if (found != NULL && found->len == 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_NOT_FOUND,
		            "the journal knows no item with uid, file or name \"%s\"", item);
		return NULL;
	}
	return g_steal_pointer(&found);
}

/* What was sent by hand is not sent again by itself. */
static const char *detail_of(const struct found_record *found, enum resolution resolution)
{
	return found->is_call && resolution == RESOLUTION_AGAIN
	               ? "a person said that it is not there"
	               : resolutions[resolution].detail;
}

/* The item's calls that are in doubt, as the person says; they are freed with the array. */
static bool settle_calls(struct journal *journal, const struct found_record *found,
                         enum resolution resolution, gint64 now, GError **error)
{
	g_autoptr(GPtrArray) calls =
		ledger_for_item(journal, found->kind, found->record->uid, error);
	if (calls == NULL) {
		return false;
	}
	g_autoptr(GPtrArray) doubtful = g_ptr_array_new();
	for (guint i = 0; i < calls->len; i++) {
		struct ledger_call *call = g_ptr_array_index(calls, i);
		if (call->state == LEDGER_IN_DOUBT || call->state == LEDGER_ANNOUNCED) {
			call->state = resolutions[resolution].call;
			g_free(call->settled_by);
			call->settled_by = g_strdup("person");
			g_free(call->detail);
			call->detail = g_strdup(detail_of(found, resolution));
			g_ptr_array_add(doubtful, call);
		}
	}
	return ledger_settle(journal, doubtful, now, error);
}

/*
 * An item that has its id there already is only completed: the next cycle compares. Without an id
 * nothing is left to do.
 */
static enum record_state state_after(const struct record *record, enum resolution resolution)
{
	switch (resolution) {
	case RESOLUTION_DONE:
		return record->remote_ref == NULL ? RECORD_AGREED : RECORD_PENDING;
	case RESOLUTION_AGAIN:
		return RECORD_PENDING;
	default:
		return RECORD_SETTLED;
	}
}

static bool resolve_found(const struct found_record *found, enum resolution resolution,
                          GError **error)
{
	struct journal *journal = found->journal;
	struct record *record = found->record;
	gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	if (found->is_call) {
		return settle_calls(journal, found, resolution, now, error);
	}
	record->is_insisted |= record->state == RECORD_SAME_AS;
	g_clear_pointer(&record->same_as, g_free);
	record->state = state_after(record, resolution);
	record->attempts = 0;
	record->retry_at = 0;
	g_free(record->reason);
	record->reason =
		record->state == RECORD_AGREED ? NULL : g_strdup(resolutions[resolution].detail);
	if (!journal_begin(journal, error)) {
		return false;
	}
	if (!settle_calls(journal, found, resolution, now, error) ||
	    !records_put(journal, found->kind, record, error) ||
	    !journal_tell(journal, found->kind, record->uid, now, resolutions[resolution].detail,
	                  error)) {
		journal_rollback(journal);
		return false;
	}
	return journal_commit(journal, error);
}

bool journal_resolve(struct journal *journal, const char *item, enum resolution resolution,
                     guint *settled, GError **error)
{
	g_autoptr(GPtrArray) found = journal_find(journal, item, error);
	if (found == NULL) {
		return false;
	}
	const struct found_record *only = NULL;
	guint count = 0;
	for (guint i = 0; i < found->len; i++) {
		const struct found_record *one = g_ptr_array_index(found, i);
		if (may_resolve(one->record->state, resolution)) {
			only = one;
			count++;
		}
	}
	if (count != 1) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_USAGE,
		            count > 0 ? "several items are called \"%s\": name one by its uid"
		            : resolution == RESOLUTION_AGAIN
		                    ? "\"%s\" was not held back: nothing to send again"
		                    : "\"%s\" is not in doubt",
		            item);
		return false;
	}
	if (!resolve_found(only, resolution, error)) {
		return false;
	}
	(*settled)++;
	return true;
}

bool journal_resolve_all(struct journal *journal, enum resolution resolution, guint *settled,
                         GError **error)
{
	g_autoptr(GPtrArray) found = find(journal, NULL, error);
	for (guint i = 0; found != NULL && i < found->len; i++) {
		if (!resolve_found(g_ptr_array_index(found, i), resolution, error)) {
			return false;
		}
		(*settled)++;
	}
	return found != NULL;
}
