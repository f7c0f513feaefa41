/* SPDX-License-Identifier: MIT */
/* What the parts of a cycle share. */
#include "sync/parts.h"

bool load_records(struct cycle *self, GError **error)
{
	if (self->records != NULL && !self->is_journal_changed) {
		return true;
	}
	g_clear_pointer(&self->by_local_ref, g_hash_table_unref);
	g_clear_pointer(&self->records, g_ptr_array_unref);
	self->is_journal_changed = false;
	self->records = records_load(self->settings->journal, self->settings->kind, error);
	return self->records != NULL;
}

void report_problem(struct cycle *self, const char *name, const char *ref, const char *text)
{
	g_ptr_array_add(self->report->problems, problem_new(name, ref, text));
}

void report_change(struct cycle *self, enum news_kind kind, bool is_there, const char *uid,
                   const char *name, const char *file)
{
	const struct news news = {.kind = kind,
	                          .is_there = is_there,
	                          .uid = (char *)uid,
	                          .name = (char *)name,
	                          .file = (char *)file};
	news_list_add(self->report->news, &news);
}

void report_held(struct cycle *self, const char *uid, const char *name, const char *file,
                 const char *reason)
{
	const struct news news = {.kind = NEWS_HELD,
	                          .uid = (char *)uid,
	                          .name = (char *)name,
	                          .file = (char *)file,
	                          .reason = (char *)reason};
	news_list_add(self->report->news, &news);
}

void cycle_progress(struct cycle *self, const char *what, guint64 done, guint64 total)
{
	if (self->settings->progress != NULL) {
		self->settings->progress(self->settings->progress_data, what, done, total);
	}
}

bool cycle_is_side_failure(const GError *error)
{
	static const enum passerelle_error codes[] = {
		PASSERELLE_ERROR_AUTH,      PASSERELLE_ERROR_CONSENT, PASSERELLE_ERROR_CONFIG,
		PASSERELLE_ERROR_NETWORK,   PASSERELLE_ERROR_STORAGE, PASSERELLE_ERROR_DAMAGED,
		PASSERELLE_ERROR_CANCELLED,
	};
	for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
		if (passerelle_error_is(error, codes[i])) {
			return true;
		}
	}
	return false;
}

GPtrArray *cycle_project_all(struct cycle *self, const char *text, const char *fallback_uid,
                             gint64 *due, GError **error)
{
	gint64 ignored = 0;
	struct endpoint *remote = self->settings->remote;
	return remote->functions->project(remote, text, fallback_uid, due != NULL ? due : &ignored,
	                                  error);
}

struct item *cycle_project(struct cycle *self, const char *text, const char *uid, gint64 *due,
                           GError **error)
{
	g_autoptr(GPtrArray) items = cycle_project_all(self, text, uid, due, error);
	if (items == NULL) {
		return NULL;
	}
	guint found = 0;
	for (guint i = 0; i < items->len; i++) {
		const struct item *item = g_ptr_array_index(items, i);
		if (g_strcmp0(item->uid, uid) == 0) {
			found = i;
			break;
		}
	}
	if (items->len == 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "nothing in it can be synchronised");
		return NULL;
	}
	return g_ptr_array_steal_index(items, found);
}
