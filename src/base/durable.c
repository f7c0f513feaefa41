/* SPDX-License-Identifier: MIT */
/* Files and folders: looked at, read, and trusted to be on the disk. */
#include "base/durable_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define READ_ATTEMPTS  3
#define TICK_NANOS     (2 * 1000 * 1000)
#define TICK_WAITS_MAX 10

static char *describe(int folder, const char *name)
{
	g_autofree char *link = g_strdup_printf("/proc/self/fd/%d", folder);
	g_autofree char *path = g_file_read_link(link, NULL);
	return path == NULL ? g_strdup(name) : g_build_filename(path, name, NULL);
}

bool durable_fail(int folder, const char *name, enum passerelle_error code, const char *what,
                  GError **error)
{
	const int number = errno;
	g_autofree char *path = describe(folder, name);
	g_set_error(error, PASSERELLE_ERROR, (int)code, "cannot %s '%s': %s", what, path,
	            g_strerror(number));
	return false;
}

bool durable_fail_stale(int folder, const char *name, const char *how, GError **error)
{
	g_autofree char *path = describe(folder, name);
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STALE, "'%s' %s", path, how);
	return false;
}

bool durable_name_is_plain(int folder, const char *name, GError **error)
{
	if (name[0] != '\0' && strchr(name, '/') == NULL && strcmp(name, ".") != 0 &&
	    strcmp(name, "..") != 0) {
		return true;
	}
	errno = EINVAL;
	return durable_fail(folder, name, PASSERELLE_ERROR_INPUT, "use as the name of a file",
	                    error);
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

bool durable_sync_file(int file)
{
	if (fsync(file) == 0) {
		return true;
	}
	durable_distrust();
	return false;
}

bool durable_sync_folder(int folder, GError **error)
{
	return durable_sync_file(folder) ||
	       durable_fail(folder, ".", PASSERELLE_ERROR_STORAGE, "make durable", error);
}

bool durable_sync_parent(const char *path, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(path);
	const int folder = durable_open_folder(parent, error);
	if (folder < 0) {
		return false;
	}
	const bool synced = durable_sync_folder(folder, error);
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

char *durable_format_revision(const struct stat *status)
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
	return durable_format_revision(&status);
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
		durable_fail(folder, name, code, "read", error);
		return -1;
	}
	if (fstat(file, status) != 0) {
		durable_fail(folder, name, PASSERELLE_ERROR_STORAGE, "read", error);
	} else if (!S_ISREG(status->st_mode)) {
		errno = S_ISDIR(status->st_mode) ? EISDIR : EINVAL;
		durable_fail(folder, name, PASSERELLE_ERROR_INPUT, "read as a regular file", error);
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
		durable_fail(folder, name, PASSERELLE_ERROR_INPUT, "read", error);
		return NULL;
	}
	wait_for_next_tick(&status);
	const gsize size = (gsize)status.st_size;
	g_autofree char *data = g_malloc(size + 1);
	const gssize got = read_fully(file, data, size + 1);
	struct stat after;
	if (got < 0 || fstat(file, &after) != 0) {
		durable_fail(folder, name, PASSERELLE_ERROR_STORAGE, "read", error);
		close(file);
		return NULL;
	}
	close(file);
	g_autofree char *before = durable_format_revision(&status);
	g_autofree char *now = durable_format_revision(&after);
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
	if (!durable_name_is_plain(folder, name, error)) {
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
	durable_fail_stale(folder, name, "changes while it is read", error);
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
