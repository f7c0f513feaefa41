/* SPDX-License-Identifier: MIT */
/* Files replaced so that they survive a power cut, and an edit by somebody else that is noticed. */
#include "base/durable_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#define NAME_PART_MAX 200 /* of a temporary name: it must fit into NAME_MAX with its ending */
#define ENDING_SIZE   21  /* of one: ".0123456789abcdef.tmp" */
#define LEFTOVER_AGE  (60 * 60)

const char DURABLE_ANY[] = "any";

struct durable_draft {
	int folder;
	char *name;      /* that it is for */
	char *temporary; /* below the same folder */
	int file;
	struct stat written; /* as it was when all of it was on the disk */
	bool is_placed;
};

/* The file was moved since: that alone changes its ctime, so it is left out. */
static bool is_same_content(const char *left, const char *right)
{
	if (left == NULL || right == NULL) {
		return false;
	}
	const char *left_end = strrchr(left, ':'), *right_end = strrchr(right, ':');
	return left_end != NULL && right_end != NULL && left_end - left == right_end - right &&
	       memcmp(left, right, (gsize)(left_end - left)) == 0;
}

/* Straight from the kernel: GLib's generator gives two children of one fork the same names. */
static char *temporary_name(const char *name)
{
	guint64 number = 0;
	if (getrandom(&number, sizeof(number), 0) != sizeof(number)) {
		number = (guint64)g_get_monotonic_time() ^ ((guint64)getpid() << 40);
	}
	return g_strdup_printf(".%.*s.%016" G_GINT64_MODIFIER "x.tmp", NAME_PART_MAX, name, number);
}

bool durable_is_leftover(const char *name)
{
	const gsize size = strlen(name);
	if (name[0] != '.' || size <= ENDING_SIZE + 1 || !g_str_has_suffix(name, ".tmp")) {
		return false;
	}
	const char *number = name + size - ENDING_SIZE;
	return number[0] == '.' &&
	       strspn(number + 1, "0123456789abcdef") == ENDING_SIZE - strlen("..tmp");
}

static bool is_leftover_of(const char *entry, const char *name)
{
	if (!durable_is_leftover(entry)) {
		return false;
	}
	const gsize size = strlen(entry) - 1 - ENDING_SIZE;
	return name == NULL ||
	       (size == MIN(strlen(name), NAME_PART_MAX) && strncmp(entry + 1, name, size) == 0);
}

void durable_clear_leftovers(int folder, const char *name)
{
	const int opened = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = opened < 0 ? NULL : fdopendir(opened);
	if (entries == NULL) {
		if (opened >= 0) {
			close(opened);
		}
		return;
	}
	const gint64 now = g_get_real_time() / G_USEC_PER_SEC;
	for (const struct dirent *entry; (entry = readdir(entries)) != NULL;) {
		struct stat status;
		if (is_leftover_of(entry->d_name, name) &&
		    fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(status.st_mode) && now - status.st_mtime >= LEFTOVER_AGE) {
			unlinkat(folder, entry->d_name, 0);
		}
	}
	closedir(entries);
}

static bool write_fully(int file, const char *data, gsize size)
{
	while (size > 0) {
		const ssize_t written = write(file, data, MIN(size, FILL_MAX));
		if (written < 0 && errno != EINTR) {
			return false;
		}
		if (written > 0) {
			data += written;
			size -= (gsize)written;
		}
	}
	return true;
}

static bool lacks_flag(void)
{
	return errno == EINVAL || errno == ENOSYS || errno == ENOTSUP;
}

/* renameat2 where there is one; the file system may lack the flag. */
static bool move(int folder, const char *from, const char *to, unsigned flags)
{
	return renameat2(folder, from, folder, to, flags) == 0;
}

static bool place_new(const struct durable_draft *self, GError **error)
{
	if (move(self->folder, self->temporary, self->name, RENAME_NOREPLACE)) {
		return true;
	}
	if (lacks_flag() &&
	    linkat(self->folder, self->temporary, self->folder, self->name, 0) == 0) {
		unlinkat(self->folder, self->temporary, 0);
		return true;
	}
	if (errno == EEXIST) {
		return durable_fail_stale(self->folder, self->name, "is there already", error);
	}
	return durable_fail(self->folder, self->name, PASSERELLE_ERROR_STORAGE, "write", error);
}

static bool is_ours(const struct durable_draft *self, const char *name)
{
	struct stat ours, there;
	return fstat(self->file, &ours) == 0 &&
	       fstatat(self->folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

/* What was displaced is not what we read: it goes back, unless a still newer one has come. */
static bool put_back(const struct durable_draft *self, GError **error)
{
	if (!move(self->folder, self->temporary, self->name, RENAME_EXCHANGE)) {
		move(self->folder, self->temporary, self->name, RENAME_NOREPLACE);
	} else if (!is_ours(self, self->temporary)) {
		move(self->folder, self->temporary, self->name, RENAME_EXCHANGE);
	}
	return durable_fail_stale(self->folder, self->name, "was changed meanwhile", error);
}

static bool place_over(const struct durable_draft *self, const char *expected, GError **error)
{
	g_autofree char *present = durable_revision_at(self->folder, self->name);
	if (present == NULL || strcmp(present, expected) != 0) {
		return durable_fail_stale(self->folder, self->name, "was changed meanwhile", error);
	}
	if (!move(self->folder, self->temporary, self->name, RENAME_EXCHANGE)) {
		if (errno == ENOENT) {
			return durable_fail_stale(self->folder, self->name, "was removed meanwhile",
			                          error);
		}
		return (lacks_flag() && move(self->folder, self->temporary, self->name, 0)) ||
		       durable_fail(self->folder, self->name, PASSERELLE_ERROR_STORAGE, "write",
		                    error);
	}
	g_autofree char *displaced = durable_revision_at(self->folder, self->temporary);
	if (!is_same_content(displaced, expected)) {
		return put_back(self, error);
	}
	unlinkat(self->folder, self->temporary, 0);
	return true;
}

static bool place(const struct durable_draft *self, const char *expected, GError **error)
{
	if (expected == NULL) {
		return place_new(self, error);
	}
	if (expected != DURABLE_ANY) {
		return place_over(self, expected, error);
	}
	return move(self->folder, self->temporary, self->name, 0) ||
	       durable_fail(self->folder, self->name, PASSERELLE_ERROR_STORAGE, "write", error);
}

struct durable_draft *durable_draft_new(int folder, const char *name, const void *data, gsize size,
                                        mode_t mode, GError **error)
{
	if (!durable_name_is_plain(folder, name, error)) {
		return NULL;
	}
	OWNED(durable_draft) self = g_new0(struct durable_draft, 1);
	self->folder = folder;
	self->name = g_strdup(name);
	self->temporary = temporary_name(name);
	self->file = openat(folder, self->temporary,
	                    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (self->file < 0 || !write_fully(self->file, data, size) ||
	    fchmod(self->file, mode) != 0) {
		durable_fail(folder, name, PASSERELLE_ERROR_STORAGE, "write", error);
		return NULL;
	}
	/* a hint: with all of them under way, the first sync waits for all, and the others for none
	 */
	sync_file_range(self->file, 0, 0, SYNC_FILE_RANGE_WRITE);
	return g_steal_pointer(&self);
}

/* A second fsync after a failed one may say yes to pages that are lost, so there is none. */
bool durable_draft_sync(struct durable_draft *self, GError **error)
{
	return (durable_sync_file(self->file) && fstat(self->file, &self->written) == 0) ||
	       durable_fail(self->folder, self->name, PASSERELLE_ERROR_STORAGE, "write", error);
}

/* The name has changed the ctime, which is taken at once. What else differs from now on was edited
 * by somebody: that mark is not ours. */
static bool take_name(struct durable_draft *self, bool is_placed)
{
	struct stat status;
	self->is_placed = is_placed;
	if (is_placed && fstat(self->file, &status) == 0) {
		self->written.st_ctim = status.st_ctim;
	}
	return is_placed;
}

bool durable_draft_place(struct durable_draft *self, const char *name, GError **error)
{
	if (!durable_name_is_plain(self->folder, name, error)) {
		return false;
	}
	g_free(self->name);
	self->name = g_strdup(name);
	return take_name(self, place_new(self, error));
}

char *durable_draft_revision(const struct durable_draft *self)
{
	return self->is_placed ? durable_format_revision(&self->written) : NULL;
}

void durable_draft_free(struct durable_draft *self)
{
	if (self == NULL) {
		return;
	}
	if (self->file >= 0) {
		if (!self->is_placed) {
			unlinkat(self->folder, self->temporary, 0);
		}
		close(self->file);
	}
	g_free(self->name);
	g_free(self->temporary);
	g_free(self);
}

bool durable_replace_at(int folder, const char *name, const void *data, gsize size, mode_t mode,
                        const char *expected_revision, char **revision, GError **error)
{
	OWNED(durable_draft) draft = durable_draft_new(folder, name, data, size, mode, error);
	if (draft == NULL || !durable_draft_sync(draft, error)) {
		return false;
	}
	if (!take_name(draft, place(draft, expected_revision, error)) ||
	    !durable_sync_folder(folder, error)) {
		return false;
	}
	if (revision != NULL) {
		*revision = durable_draft_revision(draft);
	}
	return true;
}

bool durable_replace(const char *path, const void *data, gsize size, mode_t mode, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(path);
	const int folder = durable_open_folder(parent, error);
	if (folder < 0) {
		return false;
	}
	durable_clear_leftovers(folder, name);
	const bool replaced =
		durable_replace_at(folder, name, data, size, mode, DURABLE_ANY, NULL, error);
	close(folder);
	return replaced;
}

/* Moved aside first: what is then removed is what was looked at. */
static bool remove_aside(int folder, const char *name, const char *expected, GError **error)
{
	g_autofree char *temporary = temporary_name(name);
	if (!move(folder, name, temporary, 0)) {
		return durable_fail(folder, name,
		                    errno == ENOENT ? PASSERELLE_ERROR_NOT_FOUND
		                                    : PASSERELLE_ERROR_STORAGE,
		                    "remove", error);
	}
	g_autofree char *aside = durable_revision_at(folder, temporary);
	if (expected != DURABLE_ANY && !is_same_content(aside, expected)) {
		if (!move(folder, temporary, name, RENAME_NOREPLACE) && lacks_flag()) {
			move(folder, temporary, name, 0);
		}
		return durable_fail_stale(folder, name, "was changed meanwhile", error);
	}
	return unlinkat(folder, temporary, 0) == 0 ||
	       durable_fail(folder, name, PASSERELLE_ERROR_STORAGE, "remove", error);
}

bool durable_remove_at(int folder, const char *name, const char *expected_revision, GError **error)
{
	if (!durable_name_is_plain(folder, name, error)) {
		return false;
	}
	g_autofree char *present = durable_revision_at(folder, name);
	if (present == NULL) {
		errno = ENOENT;
		return durable_fail(folder, name, PASSERELLE_ERROR_NOT_FOUND, "remove", error);
	}
	if (expected_revision != DURABLE_ANY && g_strcmp0(present, expected_revision) != 0) {
		return durable_fail_stale(folder, name, "was changed meanwhile", error);
	}
	return remove_aside(folder, name, expected_revision, error) &&
	       durable_sync_folder(folder, error);
}
