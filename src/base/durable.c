/* SPDX-License-Identifier: MIT */
/* Files that survive a power cut, and an edit by somebody else that is noticed. */
#include "base/durable.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NAME_PART_MAX  200 /* of a temporary name: it must fit into NAME_MAX with its ending */
#define ENDING_SIZE    21  /* of one: ".0123456789abcdef.tmp" */
#define LEFTOVER_AGE   (60 * 60)
#define READ_ATTEMPTS  3
#define TICK_NANOS     (2 * 1000 * 1000)
#define TICK_WAITS_MAX 10
#define FILL_MAX       ((gsize)1 << 30) /* one write(2) takes no more than 2 GiB */

const char DURABLE_ANY[] = "any";

/* What a temporary file is on its way to: both names below the same folder. */
struct replacement {
	int folder;
	const char *name;
	char *temporary;
	int file;
};

static char *describe(int folder, const char *name)
{
	g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", folder);
	g_autofree char *path = g_file_read_link(link, NULL);
	return path == NULL ? g_strdup(name) : g_build_filename(path, name, NULL);
}

static bool fail(int folder, const char *name, enum passerelle_error code, const char *what,
                 GError **error)
{
	const int number = errno;
	g_autofree char *path = describe(folder, name);
	g_set_error(error, PASSERELLE_ERROR, (int)code, "cannot %s '%s': %s", what, path,
	            g_strerror(number));
	return false;
}

static bool fail_stale(int folder, const char *name, const char *how, GError **error)
{
	g_autofree char *path = describe(folder, name);
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STALE, "'%s' %s", path, how);
	return false;
}

static bool is_plain_name(int folder, const char *name, GError **error)
{
	if (name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	    strcmp(name, "..") != 0) {
		return true;
	}
	errno = EINVAL;
	return fail(folder, name, PASSERELLE_ERROR_INPUT, "use as the name of a file", error);
}

static bool is_distrusted;

void durable_distrust(void)
{
	is_distrusted = true;
}

bool durable_is_trusted(void)
{
	return !is_distrusted;
}

static bool sync_file(int file)
{
	if (fsync(file) == 0) {
		return true;
	}
	durable_distrust();
	return false;
}

static bool sync_folder(int folder, const char *name, GError **error)
{
	return sync_file(folder) ||
	       fail(folder, name, PASSERELLE_ERROR_STORAGE, "make durable the folder of", error);
}

bool durable_sync_parent(const char *path, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(path);
	const int folder = durable_open_folder(parent, error);
	if (folder < 0) {
		return false;
	}
	const bool synced = sync_folder(folder, "", error);
	close(folder);
	return synced;
}

bool durable_make_folder(const char *path, mode_t mode, GError **error)
{
	if (mkdir(path, mode) == 0) {
		return durable_sync_parent(path, error);
	}
	const int number = errno;
	if (number == EEXIST && g_file_test(path, G_FILE_TEST_IS_DIR)) {
		return true;
	}
	g_autofree char *parent = g_path_get_dirname(path);
	if (number == ENOENT && strcmp(parent, path) != 0 && strcmp(parent, ".") != 0) {
		return durable_make_folder(parent, mode, error) &&
		       (g_file_test(path, G_FILE_TEST_IS_DIR) ||
		        durable_make_folder(path, mode, error));
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
	            "cannot make folder '%s': %s", path, g_strerror(number));
	return false;
}

int durable_open_folder(const char *path, GError **error)
{
	const int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0) {
		const int number = errno;
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE,
		            "cannot open folder '%s': %s", path, g_strerror(number));
	}
	return folder;
}

static gint64 nanos(const struct timespec *when)
{
	return (gint64)when->tv_sec * 1000000000 + when->tv_nsec;
}

static char *format_revision(const struct stat *status)
{
	return g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT ":%" G_GINT64_FORMAT
	                       ":%" G_GINT64_FORMAT,
	                       (guint64)status->st_ino, (gint64)status->st_size,
	                       nanos(&status->st_mtim), nanos(&status->st_ctim));
}

char *durable_revision_at(int folder, const char *name)
{
	struct stat status;
	if (fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
		return NULL;
	}
	if (!S_ISREG(status.st_mode)) {
		errno = ENOENT;
		return NULL;
	}
	return format_revision(&status);
}

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

/*
 * A second edit within one tick of the kernel's coarse clock leaves the same times. Waiting until
 * the tick is over before reading means that any later edit shows.
 */
static void wait_for_next_tick(const struct stat *status)
{
	const struct timespec pause = {.tv_nsec = TICK_NANOS};
	for (int i = 0; i < TICK_WAITS_MAX; i++) {
		struct timespec now;
		clock_gettime(CLOCK_REALTIME_COARSE, &now);
		const gint64 age = nanos(&now) - nanos(&status->st_ctim);
		if (age > 0 || age < -(gint64)TICK_NANOS * TICK_WAITS_MAX) {
			return;
		}
		nanosleep(&pause, NULL);
	}
}

/* One byte more than the file should have is asked for, so that growth shows. -1 on failure. */
static gssize read_fully(int file, char *out, gsize size)
{
	gsize filled = 0;
	while (filled < size) {
		const ssize_t got = read(file, out + filled, MIN(size - filled, FILL_MAX));
		if (got == 0) {
			break;
		}
		if (got < 0 && errno != EINTR) {
			return -1;
		}
		filled += got > 0 ? (gsize)got : 0;
	}
	return (gssize)filled;
}

static int open_to_read(int folder, const char *name, struct stat *status, GError **error)
{
	/* Without O_NONBLOCK a FIFO of that name would hold us for ever. */
	const int file =
		openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file < 0) {
		enum passerelle_error code = PASSERELLE_ERROR_STORAGE;
		if (errno == ENOENT) {
			code = PASSERELLE_ERROR_NOT_FOUND;
		} else if (errno == ELOOP || errno == EACCES || errno == ENXIO || errno == EPERM) {
			code = PASSERELLE_ERROR_INPUT;
		}
		fail(folder, name, code, "read", error);
		return -1;
	}
	if (fstat(file, status) != 0) {
		fail(folder, name, PASSERELLE_ERROR_STORAGE, "read", error);
	} else if (!S_ISREG(status->st_mode)) {
		errno = S_ISDIR(status->st_mode) ? EISDIR : EINVAL;
		fail(folder, name, PASSERELLE_ERROR_INPUT, "read as a regular file", error);
	} else {
		return file;
	}
	close(file);
	return -1;
}

/* NULL without error: the file changed under the reading. */
static GBytes *read_once(int folder, const char *name, gsize limit, char **revision, GError **error)
{
	struct stat status;
	const int file = open_to_read(folder, name, &status, error);
	if (file < 0) {
		return NULL;
	}
	if ((guint64)status.st_size > limit) {
		close(file);
		errno = EFBIG;
		fail(folder, name, PASSERELLE_ERROR_INPUT, "read", error);
		return NULL;
	}
	wait_for_next_tick(&status);
	const gsize size = (gsize)status.st_size;
	g_autofree char *data = g_malloc(size + 1);
	const gssize got = read_fully(file, data, size + 1);
	struct stat after;
	if (got < 0 || fstat(file, &after) != 0) {
		fail(folder, name, PASSERELLE_ERROR_STORAGE, "read", error);
		close(file);
		return NULL;
	}
	close(file);
	g_autofree char *before = format_revision(&status);
	g_autofree char *now = format_revision(&after);
	if ((gsize)got != size || strcmp(before, now) != 0) {
		return NULL;
	}
	data[size] = '\0';
	if (revision != NULL) {
		*revision = g_steal_pointer(&now);
	}
	return g_bytes_new_take(g_steal_pointer(&data), size);
}

GBytes *durable_read_at(int folder, const char *name, gsize limit, char **revision, GError **error)
{
	if (!is_plain_name(folder, name, error)) {
		return NULL;
	}
	for (int i = 0; i < READ_ATTEMPTS; i++) {
		GError *failure = NULL;
		GBytes *data = read_once(folder, name, limit, revision, &failure);
		if (data != NULL) {
			return data;
		}
		if (failure != NULL) {
			g_propagate_error(error, failure);
			return NULL;
		}
	}
	fail_stale(folder, name, "changes while it is read", error);
	return NULL;
}

GBytes *durable_read(const char *path, gsize limit, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(path);
	g_autofree char *name = g_path_get_basename(path);
	const int folder = durable_open_folder(parent, error);
	if (folder < 0) {
		return NULL;
	}
	GBytes *data = durable_read_at(folder, name, limit, NULL, error);
	close(folder);
	return data;
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

/* A second fsync after a failed one may say yes to pages that are lost, so there is none. */
static bool fill(const struct replacement *self, const void *data, gsize size, mode_t mode,
                 GError **error)
{
	return (write_fully(self->file, data, size) && fchmod(self->file, mode) == 0 &&
	        sync_file(self->file)) ||
	       fail(self->folder, self->name, PASSERELLE_ERROR_STORAGE, "write", error);
}

static bool lacks_flag(void)
{
	return errno == EINVAL || errno == ENOSYS || errno == ENOTSUP;
}

/* renameat2 where there is one; the file system may lack the flag. */
static bool move(const struct replacement *self, const char *from, const char *to, unsigned flags)
{
	return renameat2(self->folder, from, self->folder, to, flags) == 0;
}

static bool place_new(const struct replacement *self, GError **error)
{
	if (move(self, self->temporary, self->name, RENAME_NOREPLACE)) {
		return true;
	}
	if (lacks_flag() &&
	    linkat(self->folder, self->temporary, self->folder, self->name, 0) == 0) {
		unlinkat(self->folder, self->temporary, 0);
		return true;
	}
	if (errno == EEXIST) {
		return fail_stale(self->folder, self->name, "is there already", error);
	}
	return fail(self->folder, self->name, PASSERELLE_ERROR_STORAGE, "write", error);
}

static bool is_ours(const struct replacement *self, const char *name)
{
	struct stat ours, there;
	return fstat(self->file, &ours) == 0 &&
	       fstatat(self->folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}

/* What was displaced is not what we read: it goes back, unless a still newer one has come. */
static bool put_back(const struct replacement *self, GError **error)
{
	if (!move(self, self->temporary, self->name, RENAME_EXCHANGE)) {
		move(self, self->temporary, self->name, RENAME_NOREPLACE);
	} else if (!is_ours(self, self->temporary)) {
		move(self, self->temporary, self->name, RENAME_EXCHANGE);
	}
	return fail_stale(self->folder, self->name, "was changed meanwhile", error);
}

static bool place_over(const struct replacement *self, const char *expected, GError **error)
{
	g_autofree char *present = durable_revision_at(self->folder, self->name);
	if (present == NULL || strcmp(present, expected) != 0) {
		return fail_stale(self->folder, self->name, "was changed meanwhile", error);
	}
	if (!move(self, self->temporary, self->name, RENAME_EXCHANGE)) {
		if (errno == ENOENT) {
			return fail_stale(self->folder, self->name, "was removed meanwhile", error);
		}
		return (lacks_flag() && move(self, self->temporary, self->name, 0)) ||
		       fail(self->folder, self->name, PASSERELLE_ERROR_STORAGE, "write", error);
	}
	g_autofree char *displaced = durable_revision_at(self->folder, self->temporary);
	if (!is_same_content(displaced, expected)) {
		return put_back(self, error);
	}
	unlinkat(self->folder, self->temporary, 0);
	return true;
}

static bool place(const struct replacement *self, const char *expected, GError **error)
{
	if (expected == NULL) {
		return place_new(self, error);
	}
	if (expected != DURABLE_ANY) {
		return place_over(self, expected, error);
	}
	return move(self, self->temporary, self->name, 0) ||
	       fail(self->folder, self->name, PASSERELLE_ERROR_STORAGE, "write", error);
}

static char *revision_of(int file)
{
	struct stat status;
	return fstat(file, &status) == 0 ? format_revision(&status) : NULL;
}

bool durable_replace_at(int folder, const char *name, const void *data, gsize size, mode_t mode,
                        const char *expected_revision, char **revision, GError **error)
{
	if (!is_plain_name(folder, name, error)) {
		return false;
	}
	g_autofree char *temporary = temporary_name(name);
	const int file = openat(folder, temporary,
	                        O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (file < 0) {
		return fail(folder, name, PASSERELLE_ERROR_STORAGE, "write", error);
	}
	const struct replacement replacement = {folder, name, temporary, file};
	if (!fill(&replacement, data, size, mode, error) ||
	    !place(&replacement, expected_revision, error)) {
		unlinkat(folder, temporary, 0);
		close(file);
		return false;
	}
	const bool synced = sync_folder(folder, name, error);
	if (synced && revision != NULL) { /* only now: the rename has changed the ctime */
		*revision = revision_of(file);
	}
	close(file);
	return synced;
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
static bool remove_aside(const struct replacement *self, const char *expected, GError **error)
{
	if (!move(self, self->name, self->temporary, 0)) {
		return fail(self->folder, self->name,
		            errno == ENOENT ? PASSERELLE_ERROR_NOT_FOUND : PASSERELLE_ERROR_STORAGE,
		            "remove", error);
	}
	g_autofree char *aside = durable_revision_at(self->folder, self->temporary);
	if (expected != DURABLE_ANY && !is_same_content(aside, expected)) {
		if (!move(self, self->temporary, self->name, RENAME_NOREPLACE) && lacks_flag()) {
			move(self, self->temporary, self->name, 0);
		}
		return fail_stale(self->folder, self->name, "was changed meanwhile", error);
	}
	return unlinkat(self->folder, self->temporary, 0) == 0 ||
	       fail(self->folder, self->name, PASSERELLE_ERROR_STORAGE, "remove", error);
}

bool durable_remove_at(int folder, const char *name, const char *expected_revision, GError **error)
{
	if (!is_plain_name(folder, name, error)) {
		return false;
	}
	g_autofree char *present = durable_revision_at(folder, name);
	if (present == NULL) {
		errno = ENOENT;
		return fail(folder, name, PASSERELLE_ERROR_NOT_FOUND, "remove", error);
	}
	if (expected_revision != DURABLE_ANY && g_strcmp0(present, expected_revision) != 0) {
		return fail_stale(folder, name, "was changed meanwhile", error);
	}
	g_autofree char *temporary = temporary_name(name);
	const struct replacement aside = {folder, name, temporary, -1};
	return remove_aside(&aside, expected_revision, error) && sync_folder(folder, name, error);
}
