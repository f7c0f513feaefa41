/* SPDX-License-Identifier: MIT */
/* A whole folder in one file, replaced only when something changed. */
#include "stores/export.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/durable.h"
#include "base/limits.h"
#include "formats/icalendar.h"
#include "formats/pieces.h"
#include "formats/vcard.h"
#include "stores/vdir_parts.h"

#define LINKS_MAX     40 /* as the kernel follows */
#define NEW_FILE_MODE 0600

static void append_normalised(GString *out, const char *text)
{
	while (*text != '\0') {
		const gsize size = strcspn(text, "\r\n");
		g_string_append_len(out, text, (gssize)size);
		g_string_append(out, "\r\n");
		text += size;
		if (text[0] == '\r' && text[1] == '\n') {
			text++;
		}
		text += *text != '\0';
	}
}

/* Another program may be in the middle of writing it. */
static bool is_whole(const char *bytes, gsize size, GError **error)
{
	OWNED(pieces) pieces = pieces_cut(bytes, size, error);
	for (guint i = 0; pieces != NULL && i < pieces_count(pieces); i++) {
		const char *flaw = pieces_get(pieces, i)->flaw;
		if (flaw != NULL) {
			g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_INPUT,
			            "not complete: %s", flaw);
			return false;
		}
	}
	return pieces != NULL;
}

/* Read first: cutting alone would put BEGIN and END around anything. */
static bool append_cards(GString *out, GBytes *data, GError **error)
{
	gsize size;
	const char *bytes = g_bytes_get_data(data, &size);
	OWNED(contact) contact = vcard_read(bytes, size, NULL, error);
	if (contact == NULL || !is_whole(bytes, size, error)) {
		return false;
	}
	g_autoptr(GPtrArray) cards = vcard_split(bytes, size, error);
	if (cards == NULL) {
		return false;
	}
	for (guint i = 0; i < cards->len; i++) {
		append_normalised(out, cards->pdata[i]);
	}
	return true;
}

/* Looked at before it is joined: one bad file must not spoil the others. */
static bool append_calendar(GPtrArray *texts, GBytes *data, const char *name, GError **error)
{
	OWNED(calendar)
	calendar = calendar_read(g_bytes_get_data(data, NULL), g_bytes_get_size(data), error);
	char *text = calendar == NULL ? NULL : vdir_text(data, name, ITEM_EVENT, error);
	if (text == NULL) {
		return false;
	}
	g_ptr_array_add(texts, text);
	return true;
}

/* What was gathered of all folders. */
struct gathered {
	enum item_kind kind;
	GString *cards;
	GPtrArray *calendars; /* char * */
	GPtrArray *problems;  /* nullable */
};

static void gather_file(struct gathered *self, int folder, const char *name)
{
	g_autoptr(GError) failure = NULL;
	g_autoptr(GBytes) data = durable_read_at(folder, name, LIMIT_FILE_BYTES, NULL, &failure);
	const bool added =
		data != NULL && (self->kind == ITEM_CONTACT
	                                 ? append_cards(self->cards, data, &failure)
	                                 : append_calendar(self->calendars, data, name, &failure));
	if (!added && self->problems != NULL) {
		g_ptr_array_add(self->problems, g_strdup_printf("%s: %s", name, failure->message));
	}
}

static bool gather_folder(struct gathered *self, const char *folder, GError **error)
{
	const int descriptor = durable_open_folder(folder, error);
	if (descriptor < 0) {
		return false;
	}
	g_autoptr(GPtrArray) names = vdir_item_names(descriptor, folder, self->kind, NULL, error);
	for (guint i = 0; names != NULL && i < names->len; i++) {
		gather_file(self, descriptor, names->pdata[i]);
	}
	close(descriptor);
	return names != NULL;
}

char *export_text(const char *const *folders, enum item_kind kind, GPtrArray *problems,
                  GError **error)
{
	g_autoptr(GString) cards = g_string_new(NULL);
	g_autoptr(GPtrArray) calendars = g_ptr_array_new_with_free_func(g_free);
	struct gathered self = {kind, cards, calendars, problems};
	for (; *folders != NULL; folders++) {
		if (!gather_folder(&self, *folders, error)) {
			return NULL;
		}
	}
	return kind == ITEM_CONTACT ? g_string_free(g_steal_pointer(&cards), FALSE)
	                            : calendar_join(calendars);
}

static bool holds_already(const char *path, const char *text)
{
	const gsize size = strlen(text);
	g_autoptr(GBytes) present = durable_read(path, size, NULL);
	return present != NULL && g_bytes_get_size(present) == size &&
	       memcmp(g_bytes_get_data(present, NULL), text, size) == 0;
}

/* Also to what is not yet there: what manages the link keeps it. */
char *export_target(const char *path, GError **error)
{
	g_autofree char *at = g_strdup(path);
	for (unsigned i = 0; i < LINKS_MAX; i++) {
		g_autofree char *link = g_file_read_link(at, NULL);
		if (link == NULL) {
			return g_steal_pointer(&at);
		}
		g_autofree char *around = g_path_get_dirname(at);
		g_free(at);
		at = g_path_is_absolute(link) ? g_steal_pointer(&link)
		                              : g_build_filename(around, link, NULL);
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
	            "cannot write '%s': too many links", path);
	return NULL;
}

/* Programs that look at whole seconds alone would take a second export within one for the first. */
static void move_time_on(const char *path, const struct stat *before)
{
	struct stat now;
	if (stat(path, &now) == 0 && now.st_mtim.tv_sec == before->st_mtim.tv_sec) {
		const struct timespec times[] = {{0, UTIME_OMIT}, {now.st_mtim.tv_sec + 1, 0}};
		(void)utimensat(AT_FDCWD, path, times, 0);
	}
}

bool export_replace(const char *path, const char *text, GError **error)
{
	struct stat before;
	const bool is_there = stat(path, &before) == 0 && S_ISREG(before.st_mode);
	const mode_t mode = is_there ? before.st_mode & 0777 : NEW_FILE_MODE;
	if (!durable_replace(path, text, strlen(text), mode, error)) {
		return false;
	}
	if (is_there) {
		move_time_on(path, &before);
	}
	return true;
}

bool export_write(const char *const *folders, enum item_kind kind, const char *path,
                  GPtrArray *problems, GError **error)
{
	g_autofree char *text = export_text(folders, kind, problems, error);
	g_autofree char *target = text != NULL ? export_target(path, error) : NULL;
	return target != NULL &&
	       (holds_already(target, text) || export_replace(target, text, error));
}
