/* SPDX-License-Identifier: MIT */
/* A folder with one item per file (vdir), as a side of a sync: opened, listed, read. */
#include "stores/vdir.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/limits.h"
#include "formats/vcard.h"
#include "stores/vdir_parts.h"

static const char card_start[] = "BEGIN:VCARD";

bool vdir_is_there(const struct vdir *self, GError **error)
{
	struct stat opened, named;
	if (fstat(self->folder, &opened) == 0 && stat(self->folder_path, &named) == 0 &&
	    opened.st_ino == named.st_ino && opened.st_dev == named.st_dev) {
		return true;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
	            "folder '%s' is gone or was replaced", self->folder_path);
	return false;
}

bool vdir_answer(const struct vdir *self, struct change *change, GError *failure_taken,
                 GError **error)
{
	static const struct {
		enum passerelle_error code;
		enum verdict verdict;
	} answers[] = {
		{PASSERELLE_ERROR_NOT_FOUND, VERDICT_NOT_FOUND},
		{PASSERELLE_ERROR_STALE, VERDICT_STALE},
		{PASSERELLE_ERROR_REFUSED, VERDICT_REFUSED},
	};
	if (passerelle_error_is(failure_taken, PASSERELLE_ERROR_STORAGE)) {
		g_propagate_error(error, failure_taken);
		return false;
	}
	if (passerelle_error_is(failure_taken, PASSERELLE_ERROR_NOT_FOUND) &&
	    !vdir_is_there(self, error)) {
		g_error_free(failure_taken);
		return false;
	}
	enum verdict verdict = VERDICT_RETRY;
	for (gsize i = 0; i < G_N_ELEMENTS(answers); i++) {
		if (passerelle_error_is(failure_taken, answers[i].code)) {
			verdict = answers[i].verdict;
		}
	}
	change_fail(change, verdict, failure_taken);
	return true;
}

static struct snapshot *fail_to_look(const struct vdir *self, const char *name, GError **error)
{
	const int number = errno;
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE, "cannot look at '%s/%s': %s",
	            self->folder_path, name, g_strerror(number));
	return NULL;
}

static struct snapshot *list(struct endpoint *endpoint, GPtrArray *records, GError **error)
{
	struct vdir *self = (struct vdir *)endpoint;
	(void)records;
	g_autoptr(GPtrArray) leftovers = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) names =
		vdir_item_names(self->folder, self->folder_path, self->kind, leftovers, error);
	if (names == NULL) {
		return NULL;
	}
	vdir_clear_leftovers(self, leftovers);
	OWNED(snapshot) snapshot = snapshot_new();
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *revision = durable_revision_at(self->folder, names->pdata[i]);
		if (revision == NULL && errno == ENOENT) { /* gone again, or no regular file */
			continue;
		}
		if (revision == NULL) { /* left out, it would look deleted */
			return fail_to_look(self, names->pdata[i], error);
		}
		struct entry *entry = entry_new(NULL, NULL);
		entry->ref = g_steal_pointer(&names->pdata[i]);
		entry->revision = g_steal_pointer(&revision);
		g_ptr_array_add(snapshot->entries, entry);
	}
	/* Looked at last: an emptied or unmounted folder must not look like deletions. */
	if (!vdir_is_there(self, error)) {
		return NULL;
	}
	snapshot->is_complete = true;
	return g_steal_pointer(&snapshot);
}

/* Lines that begin a card; nested ones (AGENT) count too, so more than one is only a reason to look
 * closer. */
static bool may_hold_several(const char *text)
{
	unsigned count = 0;
	for (const char *line = text; line != NULL && count < 2;) {
		count += g_ascii_strncasecmp(line, card_start, strlen(card_start)) == 0;
		line = strpbrk(line, "\r\n");
		line = line == NULL ? NULL : line + strspn(line, "\r\n");
	}
	return count > 1;
}

static bool is_one_card(const char *text, const char *name, GError **error)
{
	if (!may_hold_several(text)) {
		return true;
	}
	g_autoptr(GPtrArray) cards = vcard_split(text, strlen(text), error);
	if (cards == NULL) {
		g_prefix_error(error, "'%s': ", name);
		return false;
	}
	if (cards->len > 1) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
		            "'%s' holds %u cards; use passerelle import", name, cards->len);
		return false;
	}
	return true;
}

static bool has_line(const char *text, const char *start)
{
	for (const char *line = text; line != NULL;) {
		line += strspn(line, " \t\r\n");
		if (g_ascii_strncasecmp(line, start, strlen(start)) == 0) {
			return true;
		}
		line = strpbrk(line, "\r\n");
	}
	return false;
}

/* Another program may be in the middle of writing it, and what is sent cannot be taken back. */
static bool is_whole(const char *text, enum item_kind kind, GError **error)
{
	static const struct {
		const char *start, *end;
	} frames[] = {
		[ITEM_CONTACT] = {card_start, "END:VCARD"},
		[ITEM_EVENT] = {"BEGIN:VCALENDAR", "END:VCALENDAR"},
	};
	if (!has_line(text, frames[kind].start) || has_line(text, frames[kind].end)) {
		return true;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, "not complete: it has no %s",
	            frames[kind].end);
	return false;
}

char *vdir_text(GBytes *data, const char *name, enum item_kind kind, GError **error)
{
	gsize size;
	const char *bytes = g_bytes_get_data(data, &size);
	if (kind == ITEM_CONTACT) {
		g_autofree char *text = vcard_to_utf8(bytes, size);
		bool is_good = is_whole(text, kind, error) && is_one_card(text, name, error);
		return is_good ? g_steal_pointer(&text) : NULL;
	}
	if (!g_utf8_validate_len(bytes, size, NULL)) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT, "'%s' is not UTF-8",
		            name);
		return NULL;
	}
	g_autofree char *text = g_strndup(bytes, size);
	return is_whole(text, kind, error) ? g_steal_pointer(&text) : NULL;
}

void vdir_note_encoding(const struct vdir *self, GBytes *data, GPtrArray *notes)
{
	gsize size = 0;
	const void *bytes = g_bytes_get_data(data, &size);
	const char *repair = self->kind == ITEM_CONTACT ? vcard_encoding_repair(bytes, size) : NULL;
	if (repair != NULL) {
		g_ptr_array_add(notes, g_strdup(repair));
	}
}

GBytes *vdir_read(const struct vdir *self, const char *name, char **revision, GError **error)
{
	GError *failure = NULL;
	GBytes *data = durable_read_at(self->folder, name, LIMIT_FILE_BYTES, revision, &failure);
	if (passerelle_error_is(failure, PASSERELLE_ERROR_STORAGE)) { /* of one file, and for now */
		g_set_error_literal(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STALE,
		                    failure->message);
		g_error_free(failure);
	} else if (failure != NULL) {
		g_propagate_error(error, failure);
	}
	return data;
}

static bool fetch_one(struct vdir *self, struct change *change, GError **error)
{
	g_autofree char *revision = NULL;
	g_autoptr(GBytes) data = vdir_read(self, change->ref, &revision, error);
	if (data == NULL) {
		return false;
	}
	char *text = vdir_text(data, change->ref, self->kind, error);
	if (text == NULL) {
		return false;
	}
	vdir_note_encoding(self, data, change->notes);
	g_free(change->result);
	change->result = text;
	g_free(change->revision);
	change->revision = g_steal_pointer(&revision);
	change->verdict = VERDICT_DONE;
	return true;
}

static bool fetch(struct endpoint *endpoint, GPtrArray *changes, GError **error)
{
	struct vdir *self = (struct vdir *)endpoint;
	if (!vdir_is_there(self, error)) {
		return false;
	}
	for (guint i = 0; i < changes->len; i++) {
		GError *failure = NULL;
		if (!fetch_one(self, changes->pdata[i], &failure) &&
		    !vdir_answer(self, changes->pdata[i], failure, error)) {
			return false;
		}
	}
	return true;
}

static void close_vdir(struct endpoint *endpoint)
{
	struct vdir *self = (struct vdir *)endpoint;
	if (self == NULL) {
		return;
	}
	if (self->folder >= 0) {
		close(self->folder);
	}
	if (self->trash >= 0) {
		close(self->trash);
	}
	g_free(self->folder_path);
	g_free(self->trash_path);
	g_free(self);
}

static const struct endpoint_functions functions = {
	.list = list,
	.fetch = fetch,
	.create = vdir_create,
	.update = vdir_update,
	.remove = vdir_remove,
	.read_mark = vdir_read_mark,
	.write_mark = vdir_write_mark,
	.close = close_vdir,
};

struct endpoint *vdir_open(const struct vdir_settings *settings, GError **error)
{
	if (!durable_make_folder(settings->folder, 0700, error)) {
		return NULL;
	}
	struct vdir *self = g_new0(struct vdir, 1);
	self->folder_path = g_strdup(settings->folder);
	self->trash_path = g_strdup(settings->trash);
	self->trash = -1;
	self->kind = settings->kind;
	self->now = settings->now;
	self->endpoint.functions = &functions;
	self->endpoint.name = self->folder_path;
	self->folder = durable_open_folder(settings->folder, error);
	if (self->folder < 0) {
		close_vdir(&self->endpoint);
		return NULL;
	}
	return &self->endpoint;
}
