/* SPDX-License-Identifier: MIT */
/* A vdir's files merged and removed; whatever is overwritten or removed goes to the trash
 * first. */
#include "stores/vdir_parts.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "base/durable.h"
#include "base/limits.h"
#include "formats/icalendar.h"
#include "formats/item_uid.h"
#include "formats/vcard.h"
#include "stores/trash.h"

#define COPY_DIGITS  12
#define LEFTOVER_AGE (60 * 60) /* seconds */

static bool open_trash(struct vdir *self, GError **error)
{
	if (self->trash < 0 && durable_make_folder(self->trash_path, 0700, error)) {
		self->trash = durable_open_folder(self->trash_path, error);
		if (self->trash >= 0) { /* copies of what a kill left where it was */
			durable_clear_leftovers(self->trash, NULL);
		}
	}
	return self->trash >= 0;
}

bool vdir_keep_in_trash(struct vdir *self, const char *name, GBytes *data, GError **error)
{
	return open_trash(self, error) && trash_keep_at(self->trash, name, data, self->now, error);
}

void vdir_clear_leftovers(struct vdir *self, GPtrArray *names)
{
	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		struct stat status;
		if (fstatat(self->folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
		    self->now - status.st_ctime < LEFTOVER_AGE) {
			continue;
		}
		g_autofree char *revision = NULL;
		g_autofree char *item = vdir_leftover_of(name);
		g_autoptr(GBytes) data = vdir_read(self, name, &revision, NULL);
		if (data != NULL &&
		    (g_bytes_get_size(data) == 0 || vdir_keep_in_trash(self, item, data, NULL))) {
			durable_remove_at(self->folder, name, revision, NULL);
		}
	}
}

/* A file as it is now. */
struct present {
	GBytes *data;
	char *revision;
	char *text; /* UTF-8 */
};

static void present_clear(struct present *self)
{
	g_clear_pointer(&self->data, g_bytes_unref);
	g_clear_pointer(&self->revision, g_free);
	g_clear_pointer(&self->text, g_free);
}

/* Nothing was changed here since: it may become what came. Edited just now: the edit wins. */
static char *replace_whole(const struct change *change, const struct present *present,
                           GError **error)
{
	if (g_strcmp0(change->revision, present->revision) == 0) {
		return g_strdup(change->text);
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STALE, "'%s' was changed meanwhile",
	            change->ref);
	return NULL;
}

/* What is here goes on as an item of its own. Its UID is made of the text: after a kill it is the
 * same one again. */
static bool keep_as_copy(struct vdir *self, const struct change *change,
                         const struct present *present, GError **error)
{
	g_autofree char *sum = g_compute_checksum_for_string(G_CHECKSUM_SHA256, present->text, -1);
	g_autofree char *uid = g_strdup_printf("%s-%.*s", change->uid, COPY_DIGITS, sum);
	OWNED(change) copy = change_new(uid, NULL);
	copy->text = item_text_with_uid(present->text, uid, error);
	if (copy->text == NULL || !vdir_create_one(self, copy, error)) {
		return false;
	}
	if (copy->error != NULL &&
	    copy->verdict != VERDICT_STALE) { /* stale: edited since a kill */
		g_propagate_error(error, g_steal_pointer(&copy->error));
		return false;
	}
	g_ptr_array_add(change->notes,
	                g_strdup_printf("changed on both sides: what was here is '%s' now",
	                                copy->ref != NULL ? copy->ref : uid));
	return true;
}

/* It was changed on both sides, and what was changed cannot stand in one text. */
static char *settle_conflict(struct vdir *self, const struct change *change,
                             const struct present *present, const char *why, GError **error)
{
	switch (change->way) {
	case UPDATE_REPLACE:
		return replace_whole(change, present, error);
	case UPDATE_THEIRS:
		return g_strdup(change->text);
	case UPDATE_OURS:
		g_ptr_array_add(change->notes,
		                g_strdup("changed on both sides: the local file was kept"));
		return g_strdup(present->text);
	case UPDATE_BOTH:
		return keep_as_copy(self, change, present, error) ? g_strdup(change->text) : NULL;
	default:
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STALE,
		            "'%s' was changed on both sides, and stays as it is on each%s%s",
		            change->ref, why != NULL ? ": " : "", why != NULL ? why : "");
		return NULL;
	}
}

/* Property by property where it can be, so that the lines that nobody changed stay as they are. */
static char *merge_whole_contact(struct vdir *self, const struct change *change,
                                 const struct present *present, GError **error)
{
	/* nothing was changed here, but it is spelled another way than what both agreed on */
	if (change->way == UPDATE_REPLACE && (change->base == NULL || change->was_edited ||
	                                      !vcard_text_is_same(present->text, change->base))) {
		return replace_whole(change, present, error);
	}
	g_autoptr(GError) why = NULL;
	g_autoptr(GPtrArray) conflicts = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *merged = vcard_merge_text(present->text, change->base, change->text,
	                                           change->way == UPDATE_THEIRS, conflicts, &why);
	const bool is_open = change->way == UPDATE_WHOLE || change->way == UPDATE_BOTH;
	if (merged == NULL || (is_open && conflicts->len > 0)) {
		const char *first = conflicts->len > 0 ? g_ptr_array_index(conflicts, 0) : NULL;
		return settle_conflict(self, change, present, why != NULL ? why->message : first,
		                       error);
	}
	for (guint i = 0; i < conflicts->len; i++) {
		const char *name = g_ptr_array_index(conflicts, i);
		const bool is_theirs = change->way == UPDATE_THEIRS;
		g_ptr_array_add(change->notes,
		                g_strdup_printf("%s: changed on both sides; %s was kept", name,
		                                is_theirs ? "what came" : "what is here"));
	}
	return g_steal_pointer(&merged);
}

static char *merge_contact(struct vdir *self, const struct change *change,
                           const struct present *present, GError **error)
{
	if (change->way != UPDATE_PART) {
		return merge_whole_contact(self, change, present, error);
	}
	OWNED(contact) base = NULL;
	if (change->base != NULL) {
		base = vcard_read(change->base, strlen(change->base), NULL, error);
		if (base == NULL) {
			return NULL;
		}
	}
	OWNED(contact) theirs = vcard_read(change->text, strlen(change->text), NULL, error);
	if (theirs == NULL) {
		return NULL;
	}
	return vcard_merge(present->text, base, theirs, change->notes, error);
}

/* Changes of single properties cannot be carried into a calendar, so a file of one's own is left as
 * it is. Never agreed: it was adopted by title, times and place, and holds all of them. */
static char *merge_event(struct vdir *self, const struct change *change,
                         const struct present *present, GError **error)
{
	if (change->way == UPDATE_PART && change->base == NULL) {
		return g_strdup(present->text);
	}
	if (vdir_is_text(present->data, change->text) ||
	    (change->base != NULL && vdir_is_text(present->data, change->base))) {
		return g_strdup(change->text);
	}
	if (change->way == UPDATE_PART) {
		g_ptr_array_add(change->notes,
		                g_strdup("changed on both sides: the local file was kept"));
	}
	return settle_conflict(self, change, present, NULL, error);
}

static bool write_over(struct vdir *self, struct change *change, struct present *present,
                       const char *text, GError **error)
{
	struct stat status;
	const mode_t mode = fstatat(self->folder, change->ref, &status, AT_SYMLINK_NOFOLLOW) == 0
	                            ? status.st_mode & 0777
	                            : VDIR_NEW_FILE_MODE;
	g_autofree char *revision = NULL;
	if (!vdir_keep_in_trash(self, change->ref, present->data, error) ||
	    !durable_replace_at(self->folder, change->ref, text, strlen(text), mode,
	                        present->revision, &revision, error)) {
		return false;
	}
	g_free(present->revision);
	present->revision = g_steal_pointer(&revision);
	return true;
}

/* A line of another encoding among the old ones would be read by nobody. */
static void note_new_encoding(const struct vdir *self, struct change *change,
                              const struct present *present)
{
	const guint before = change->notes->len;
	vdir_note_encoding(self, present->data, change->notes);
	if (change->notes->len > before) {
		g_ptr_array_add(change->notes,
		                g_strdup("the file is UTF-8 now; as it was it lies in the trash"));
	}
}

static bool update_present(struct vdir *self, struct change *change, struct present *present,
                           GError **error)
{
	present->data = vdir_read(self, change->ref, &present->revision, error);
	if (present->data == NULL) {
		return false;
	}
	present->text = vdir_text(present->data, change->ref, self->kind, error);
	if (present->text == NULL) {
		return false;
	}
	change->was_edited =
		change->revision != NULL && g_strcmp0(change->revision, present->revision) != 0;
	g_autofree char *text = self->kind == ITEM_CONTACT
	                                ? merge_contact(self, change, present, error)
	                                : merge_event(self, change, present, error);
	if (text == NULL ||
	    (strcmp(text, present->text) != 0 && !write_over(self, change, present, text, error))) {
		return false;
	}
	if (self->kind == ITEM_CONTACT && strcmp(text, present->text) != 0) {
		note_new_encoding(self, change, present);
	}
	g_free(change->revision);
	change->revision = g_steal_pointer(&present->revision);
	g_free(change->result);
	change->result = g_steal_pointer(&text);
	change->verdict = VERDICT_DONE;
	return true;
}

static bool update_one(struct vdir *self, struct change *change, GError **error)
{
	struct present present = {NULL, NULL, NULL};
	const bool updated = update_present(self, change, &present, error);
	present_clear(&present);
	return updated;
}

static bool remove_one(struct vdir *self, struct change *change, GError **error)
{
	g_autofree char *revision = NULL;
	g_autoptr(GBytes) data = vdir_read(self, change->ref, &revision, error);
	if (data == NULL) {
		return false;
	}
	if (change->revision != NULL && strcmp(change->revision, revision) != 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STALE,
		            "'%s' was changed meanwhile", change->ref);
		return false;
	}
	if (!vdir_keep_in_trash(self, change->ref, data, error) ||
	    !durable_remove_at(self->folder, change->ref, revision, error)) {
		return false;
	}
	change->verdict = VERDICT_DONE;
	return true;
}

/* Dot files and other endings are not ours to touch, wherever the ref came from. */
static bool is_item(const struct vdir *self, const struct change *change, GError **error)
{
	if (change->ref != NULL && vdir_is_item_name(change->ref, self->kind)) {
		return true;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_REFUSED,
	            "'%s' is not the name of an item", change->ref == NULL ? "" : change->ref);
	return false;
}

typedef bool write_function(struct vdir *self, struct change *change, GError **error);

static bool each(struct endpoint *endpoint, GPtrArray *changes, write_function *write,
                 GError **error)
{
	struct vdir *self = (struct vdir *)endpoint;
	if (!vdir_is_there(self, error)) {
		return false;
	}
	for (guint i = 0; i < changes->len; i++) {
		struct change *change = changes->pdata[i];
		GError *failure = NULL;
		if (is_item(self, change, &failure) && write(self, change, &failure)) {
			continue;
		}
		if (!vdir_answer(self, change, failure, error)) {
			return false;
		}
	}
	return true;
}

bool vdir_update(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	return each(endpoint, changes, update_one, error);
}

bool vdir_remove(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	return each(endpoint, changes, remove_one, error);
}
