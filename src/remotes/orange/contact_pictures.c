/* SPDX-License-Identifier: MIT */
/* Pictures that the service suddenly does not have: believed when a second cycle is told so. */
#include "remotes/orange/contact_pictures.h"

#include "formats/vcard.h"
#include "journal/records.h"

#include <string.h>

#define DOUBTS_KEY "contacts.pictures" /* a line each: "TIME ID", when it was first missed */

/* Folded id -> time, both as text. */
static GHashTable *doubts_load(struct journal *journal)
{
	GHashTable *doubts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autofree char *text = journal_memory_get(journal, DOUBTS_KEY, NULL);
	g_auto(GStrv) lines = g_strsplit(text != NULL ? text : "", "\n", -1);
	for (char **line = lines; *line != NULL; line++) {
		const char *blank = strchr(*line, ' ');
		if (blank != NULL) {
			g_hash_table_insert(doubts, g_strdup(blank + 1),
			                    g_strndup(*line, (gsize)(blank - *line)));
		}
	}
	return doubts;
}

static bool doubts_save(struct journal *journal, GHashTable *doubts, GError **error)
{
	GString *text = g_string_new(NULL);
	GHashTableIter iterator;
	gpointer id = NULL, time = NULL;
	g_hash_table_iter_init(&iterator, doubts);
	while (g_hash_table_iter_next(&iterator, &id, &time)) {
		g_string_append_printf(text, "%s %s\n", (char *)time, (char *)id);
	}
	const bool is_saved =
		journal_memory_set(journal, DOUBTS_KEY, text->len > 0 ? text->str : NULL, error);
	g_string_free(text, TRUE);
	return is_saved;
}

/* Of the text that both last agreed on; NULL = it has none. Owned. */
static GBytes *agreed_picture(struct journal *journal, const char *uid)
{
	g_autofree char *base = uid != NULL ? records_base(journal, ITEM_CONTACT, uid, NULL) : NULL;
	if (base == NULL || strstr(base, "PHOTO") == NULL) {
		return NULL;
	}
	OWNED(contact) contact = vcard_read(base, strlen(base), NULL, NULL);
	return contact != NULL && contact->picture != NULL ? g_bytes_ref(contact->picture) : NULL;
}

/* True: doubts has changed. */
static bool judge(struct journal *journal, const char *now, GHashTable *doubts,
                  const struct contact_read *read)
{
	const struct change *change = read->context;
	g_autofree char *id = session_fold_id(read->id);
	g_autoptr(GBytes) agreed =
		read->contact->picture == NULL ? agreed_picture(journal, change->uid) : NULL;
	if (agreed == NULL) {
		return g_hash_table_remove(doubts, id);
	}
	const char *since = g_hash_table_lookup(doubts, id);
	if (since != NULL && strcmp(since, now) != 0) {
		return g_hash_table_remove(doubts, id); /* told twice */
	}
	read->contact->picture = g_steal_pointer(&agreed);
	return since == NULL && g_hash_table_insert(doubts, g_steal_pointer(&id), g_strdup(now));
}

bool contact_pictures_doubt(struct contacts *self, GPtrArray *reads, GError **error)
{
	struct journal *journal = session_journal(self->session);
	g_autofree char *now =
		g_strdup_printf("%" G_GINT64_FORMAT, session_settings(self->session)->now);
	bool is_changed = false;
	if (journal == NULL) {
		return true;
	}
	g_autoptr(GHashTable) doubts = doubts_load(journal);
	for (guint i = 0; i < reads->len; i++) {
		const struct contact_read *read = reads->pdata[i];
		if (read->contact != NULL && read->is_picture_wanted) {
			is_changed |= judge(journal, now, doubts, read);
		}
	}
	return !is_changed || doubts_save(journal, doubts, error);
}
