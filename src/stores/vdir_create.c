/* SPDX-License-Identifier: MIT */
/* New files of a vdir: many become durable together. */
#include "stores/vdir_parts.h"

#include <string.h>

#include "base/durable.h"
#include "base/limits.h"
#include "formats/icalendar.h"
#include "formats/vcard.h"
#include "stores/trash.h"

#define AT_ONCE 32 /* files that are open side by side */

/* Is it the item of that uid? What cannot be read is not. */
static bool bears_uid(GBytes *data, enum item_kind kind, const char *uid)
{
	gsize size;
	const char *bytes = g_bytes_get_data(data, &size);
	if (kind == ITEM_CONTACT) {
		OWNED(contact) contact = vcard_read(bytes, size, NULL, NULL);
		return contact != NULL && g_strcmp0(contact->uid, uid) == 0;
	}
	OWNED(calendar) calendar = calendar_read(bytes, size, NULL);
	return calendar != NULL && g_strcmp0(calendar_uid(calendar), uid) == 0;
}

bool vdir_is_text(GBytes *data, const char *text)
{
	return g_bytes_get_size(data) == strlen(text) &&
	       memcmp(g_bytes_get_data(data, NULL), text, g_bytes_get_size(data)) == 0;
}

/* A file of the wanted name is there. False: it is another item's, and the next name is tried. */
static bool settle_taken(struct vdir *self, struct change *change, const char *name)
{
	g_autofree char *revision = NULL;
	GError *failure = NULL;
	g_autoptr(GBytes) data =
		durable_read_at(self->folder, name, LIMIT_FILE_BYTES, &revision, &failure);
	if (data == NULL && passerelle_error_is(failure, PASSERELLE_ERROR_STORAGE)) {
		change_fail(change, VERDICT_RETRY, failure); /* whose it is may show later */
		return true;
	}
	if (data == NULL) {
		g_clear_error(&failure);
		return false;
	}
	if (vdir_is_text(data, change->text)) {
		change->ref = g_strdup(name);
		change->revision = g_steal_pointer(&revision);
		change->verdict = VERDICT_ADOPTED;
		return true;
	}
	if (!bears_uid(data, self->kind, change->uid)) {
		return false;
	}
	change_fail(change, VERDICT_STALE,
	            g_error_new(PASSERELLE_ERROR, PASSERELLE_ERROR_STALE,
	                        "'%s' holds another text of the same item", name));
	return true;
}

/* Under the first name that is free. False without error: change was answered by what is there. */
static bool place(struct vdir *self, struct change *change, struct durable_draft *draft,
                  GError **error)
{
	g_autofree char *first = vdir_safe_name(change->uid, self->kind);
	for (unsigned i = 1; i < NUMBERED_NAMES_MAX; i++) {
		g_autofree char *name = numbered_name(first, i);
		GError *failure = NULL;
		if (durable_draft_place(draft, name, &failure)) {
			change->ref = g_steal_pointer(&name);
			return true;
		}
		if (!passerelle_error_is(failure, PASSERELLE_ERROR_STALE)) {
			g_propagate_error(error, failure);
			return false;
		}
		g_error_free(failure);
		if (settle_taken(self, change, name)) {
			return false;
		}
	}
	return numbered_name_fail(first, error);
}

/* One draft per change, NULL for one whose own fault it is; fewer where the side says no. */
static bool write_drafts(struct vdir *self, struct change **changes, guint count, GPtrArray *drafts,
                         GError **error)
{
	for (guint i = 0; i < count; i++) {
		struct change *change = changes[i];
		g_clear_pointer(&change->ref, g_free);
		g_clear_pointer(&change->revision, g_free);
		g_autofree char *name = vdir_safe_name(change->uid, self->kind);
		GError *failure = NULL;
		struct durable_draft *draft =
			durable_draft_new(self->folder, name, change->text, strlen(change->text),
		                          VDIR_NEW_FILE_MODE, &failure);
		if (draft == NULL && !vdir_answer(self, change, failure, error)) {
			return false;
		}
		g_ptr_array_add(drafts, draft);
	}
	return true;
}

/* From the first one that fails on, there are none. */
static bool sync_drafts(GPtrArray *drafts, GError **error)
{
	for (guint i = 0; i < drafts->len; i++) {
		struct durable_draft *draft = drafts->pdata[i];
		if (draft != NULL && !durable_draft_sync(draft, error)) {
			g_ptr_array_set_size(drafts, (gint)i);
			return false;
		}
	}
	return true;
}

static bool place_drafts(struct vdir *self, struct change **changes, const GPtrArray *drafts,
                         GError **error)
{
	for (guint i = 0; i < drafts->len; i++) {
		GError *failure = NULL;
		if (drafts->pdata[i] != NULL &&
		    !place(self, changes[i], drafts->pdata[i], &failure) && failure != NULL &&
		    !vdir_answer(self, changes[i], failure, error)) {
			return false;
		}
	}
	return true;
}

/* Those that have their names are there for good. */
static bool finish_drafts(const struct vdir *self, struct change **changes, const GPtrArray *drafts,
                          GError **error)
{
	if (!durable_sync_folder(self->folder, error)) {
		return false;
	}
	for (guint i = 0; i < drafts->len; i++) {
		const struct durable_draft *draft = drafts->pdata[i];
		char *revision = draft != NULL ? durable_draft_revision(draft) : NULL;
		if (revision != NULL) {
			changes[i]->revision = revision;
			changes[i]->verdict = VERDICT_DONE;
		}
	}
	return true;
}

/* Where there is no room for all of them, those for which there was are made. */
static bool create_some(struct vdir *self, struct change **changes, guint count, GError **error)
{
	g_autoptr(GPtrArray) drafts =
		g_ptr_array_new_with_free_func((GDestroyNotify)durable_draft_free);
	bool is_well = write_drafts(self, changes, count, drafts, error);
	is_well = sync_drafts(drafts, is_well ? error : NULL) && is_well;
	is_well = place_drafts(self, changes, drafts, is_well ? error : NULL) && is_well;
	return finish_drafts(self, changes, drafts, is_well ? error : NULL) && is_well;
}

bool vdir_create_one(struct vdir *self, struct change *change, GError **error)
{
	return create_some(self, &change, 1, error);
}

bool vdir_create(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	struct vdir *self = (struct vdir *)endpoint;
	if (!vdir_is_there(self, error)) {
		return false;
	}
	for (guint i = 0; i < changes->len; i += AT_ONCE) {
		struct change **some = (struct change **)&changes->pdata[i];
		if (!create_some(self, some, MIN(changes->len - i, AT_ONCE), error)) {
			return false;
		}
	}
	return true;
}
