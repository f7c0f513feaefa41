/* SPDX-License-Identifier: MIT */
/* Reasons to send nothing: a journal that does not know what was sent, a folder that lost too much.
 */
#include "sync/hold.h"

#include "sync/mark.h"

#define ABSENCES_DOUBTED 10        /* files gone at once, and more than half of them */
#define HOLD_REBUILD     "rebuild" /* what ends it */
#define HOLD_CONFIRM     "confirm"
#define MARKED_KEY       "cycle.%s.marked"

static bool keeps_marks(const struct cycle *self)
{
	const struct cycle_settings *settings = self->settings;
	bool pushes =
		settings->direction == DIRECTION_BOTH || settings->direction == DIRECTION_PUSH;
	return pushes && settings->local->functions->write_mark != NULL;
}

static void hold(struct cycle *self, const char *action, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
static void hold(struct cycle *self, const char *action, const char *format, ...)
{
	self->report->hold_action = action;
	va_list arguments;
	va_start(arguments, format);
	g_free(self->hold);
	self->hold = g_strdup_vprintf(format, arguments);
	va_end(arguments);
}

static void judge_mark(struct cycle *self, const struct mark *mark)
{
	const struct cycle_settings *settings = self->settings;
	g_autofree char *objection =
		mark_objection(mark, settings->journal, settings->local->name, settings->account);
	if (objection != NULL) {
		hold(self, HOLD_REBUILD, "%s: " UNTIL_REBUILD, objection, settings->account);
	}
}

static char *marked_key(const struct cycle *self)
{
	return g_strdup_printf(MARKED_KEY, item_kind_name(self->settings->kind));
}

static bool leave_mark(void *data, gint64 generation, GError **error)
{
	struct cycle *self = data;
	struct endpoint *side = self->settings->local;
	OWNED(mark)
	mark = mark_new(journal_id(self->settings->journal), generation, self->settings->account);
	g_autofree char *text = mark_to_text(mark);
	return side->functions->write_mark(side, text, error);
}

static bool read_mark(struct cycle *self, GError **error)
{
	struct endpoint *side = self->settings->local;
	GError *problem = NULL;
	g_autofree char *text = side->functions->read_mark(side, &problem);
	if (problem != NULL) {
		g_propagate_error(error, problem);
		return false;
	}
	if (text == NULL) {
		g_autofree char *key = marked_key(self);
		g_autofree char *marked = journal_memory_get(self->settings->journal, key, error);
		self->is_mark_gone = marked != NULL;
		self->is_unmarked = true;
		return *error == NULL;
	}
	OWNED(mark) mark = mark_from_text(text, &problem);
	if (mark != NULL) {
		judge_mark(self, mark);
	} else {
		hold(self, HOLD_REBUILD, "the mark in '%s' cannot be read (%s): " UNTIL_REBUILD,
		     side->name, problem->message, self->settings->account);
		g_error_free(problem);
	}
	return true;
}

bool hold_find(struct cycle *self, GError **error)
{
	GError *problem = NULL;
	if (keeps_marks(self) && !read_mark(self, &problem)) {
		g_propagate_error(error, problem);
		return false;
	}
	if (self->settings->hold != NULL) {
		hold(self, HOLD_REBUILD, "%s: " UNTIL_REBUILD, self->settings->hold,
		     self->settings->account);
	}
	self->is_lost = self->hold != NULL;
	if (self->settings->is_rebuild) {
		hold(self, HOLD_REBUILD, "the journal is being rebuilt");
	}
	if (keeps_marks(self) && !self->settings->is_dry_run) {
		journal_set_witness(self->settings->journal, leave_mark, self);
	}
	return true;
}

bool hold_take_folder(struct cycle *self, GError **error)
{
	struct journal *journal = self->settings->journal;
	g_autofree char *key = marked_key(self);
	return !keeps_marks(self) || (leave_mark(self, journal_generation(journal), error) &&
	                              journal_memory_set(journal, key, "1", error));
}

/* What cannot be written now is told by the witness, before anything is sent. */
void hold_claim_folder(struct cycle *self)
{
	if (self->is_unmarked && self->hold == NULL && !self->settings->is_dry_run) {
		self->is_unmarked = !hold_take_folder(self, NULL);
	}
}

static bool was_here(const GPtrArray *records)
{
	for (guint i = 0; i < records->len; i++) {
		const struct record *record = g_ptr_array_index(records, i);
		if (record->state == RECORD_AGREED || record->state == RECORD_PENDING ||
		    record->state == RECORD_REFUSED) {
			return true;
		}
	}
	return false;
}

void hold_doubt_absences(struct cycle *self)
{
	GPtrArray *files = self->local_files->entries;
	g_autoptr(GHashTable) present = g_hash_table_new(g_str_hash, g_str_equal);
	guint n_known = 0, n_gone = 0, n_new = 0;
	for (guint i = 0; i < files->len; i++) {
		const struct entry *file = g_ptr_array_index(files, i);
		g_hash_table_add(present, file->ref);
		n_new += !g_hash_table_contains(self->by_local_ref, file->ref);
	}
	GHashTableIter iterator;
	gpointer ref = NULL, records = NULL;
	g_hash_table_iter_init(&iterator, self->by_local_ref);
	while (g_hash_table_iter_next(&iterator, &ref, &records)) {
		bool is_known = was_here(records);
		n_known += is_known;
		n_gone += is_known && !g_hash_table_contains(present, ref);
	}
	const guint n_fewer = n_gone - MIN(n_gone, n_new); /* renamed files are not gone */
	bool are_many = n_fewer >= (self->is_mark_gone ? 1 : ABSENCES_DOUBTED);
	if (!are_many || n_fewer * 2 <= n_known || self->settings->is_confirmed) {
		return;
	}
	self->local->is_complete = false;
	if (self->hold == NULL) {
		hold(self, HOLD_CONFIRM,
		     "%u of %u files are gone from '%s' at once, which is not believed: put them "
		     "back, or say that it is meant with 'passerelle sync %s --confirm'",
		     n_fewer, n_known, self->settings->local->name, self->settings->account);
	}
}

void hold_end(struct cycle *self)
{
	journal_set_witness(self->settings->journal, NULL, NULL);
	if (self->report->hold == NULL) {
		self->report->hold = g_steal_pointer(&self->hold);
	}
	g_clear_pointer(&self->hold, g_free);
}
