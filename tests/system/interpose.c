/* SPDX-License-Identifier: MIT */
/*
 * Preloaded into a program under test: a power cut at a chosen sync, which leaves on the disk only
 * what was made durable (as POSIX promises it, not as one file system happens to do it).
 *
 * INTERPOSE_ROOT    what counts: files below this folder
 * INTERPOSE_STASH   a folder on the same file system, not below it: what was unlinked waits there
 * INTERPOSE_CUT     N:before|after:lost|kept|SEED  at the Nth sync, before or after it takes
 * effect; lost: everything not synced is undone; kept: names are kept, contents are not; a seed:
 * names up to some moment, and of each write all, nothing or a part INTERPOSE_COUNT   a file that
 * gets the number of syncs when the program ends by itself
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SECTOR    512 /* a write is torn between two of them */
#define FTW_FILES 16
#define BROKEN    99 /* exit status: the cut itself could not be made */

enum step { STEP_CREATED, STEP_FOLDER, STEP_REMOVED, STEP_MOVED, STEP_EXCHANGED, STEP_WRITTEN };

/* What is undone if the power goes before its file (a write) or folder (a name) is synced. */
struct change {
	enum step step;
	dev_t device;
	ino_t inode; /* of the file or folder whose sync makes it durable */
	bool is_durable;
	char *path, *from;  /* a name: where it is now, where it was */
	char *stash;        /* what stood at path before, or NULL */
	int file;           /* a write: our own descriptor */
	off_t offset;       /* and its place */
	off_t size, after;  /* of the file before and after */
	char *old, *data;   /* what was there, what was written */
	size_t old_size, n; /* their lengths; n = 0: it was cut to size after */
	bool is_kept;
};

static struct {
	const char *root, *stash;
	unsigned long cut_at;
	bool is_after, keeps_names;
	uint64_t seed; /* 0: none */
	unsigned long syncs, stashed;
	struct change *changes;
	size_t n, room;
	pthread_mutex_t lock;
} self = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void broken(const char *what, const char *path)
{
	fprintf(stderr, "interpose: cannot %s %s: %s\n", what, path, strerror(errno));
	_exit(BROKEN);
}

static void *checked(void *memory)
{
	if (memory == NULL) {
		broken("get memory for", "a change");
	}
	return memory;
}

__attribute__((constructor)) static void begin(void)
{
	self.root = getenv("INTERPOSE_ROOT");
	self.stash = getenv("INTERPOSE_STASH");
	const char *cut = getenv("INTERPOSE_CUT");
	char phase[8] = "", variant[24] = "";
	if (cut != NULL && sscanf(cut, "%lu:%7[a-z]:%23s", &self.cut_at, phase, variant) == 3) {
		self.is_after = strcmp(phase, "after") == 0;
		self.keeps_names = strcmp(variant, "kept") == 0;
		self.seed = strtoull(variant, NULL, 10);
	}
}

__attribute__((destructor)) static void end(void)
{
	const char *path = getenv("INTERPOSE_COUNT");
	FILE *out = path == NULL || self.root == NULL ? NULL : fopen(path, "w");
	if (out != NULL) {
		fprintf(out, "%lu\n", self.syncs);
		fclose(out);
	}
}

/* ---- what is watched ---- */

static bool is_watched(const char *path)
{
	const size_t size = self.root == NULL ? 0 : strlen(self.root);
	return size > 0 && strncmp(path, self.root, size) == 0 &&
	       (path[size] == '/' || path[size] == '\0');
}

static bool path_of(int file, char path[PATH_MAX])
{
	char link[64];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
	const ssize_t size = readlink(link, path, PATH_MAX - 1);
	path[size < 0 ? 0 : size] = '\0';
	return size > 0;
}

static bool resolve(int folder, const char *name, char path[PATH_MAX])
{
	char base[PATH_MAX];
	if (name[0] == '/') {
		snprintf(path, PATH_MAX, "%s", name);
		return is_watched(path);
	}
	if (folder == AT_FDCWD ? getcwd(base, sizeof(base)) == NULL : !path_of(folder, base)) {
		return false;
	}
	const int size = snprintf(path, PATH_MAX, "%s/%s", base, name);
	return size < PATH_MAX && is_watched(path);
}

static bool is_there(const char *path)
{
	struct stat status;
	return fstatat(AT_FDCWD, path, &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The shared memory of SQLite is rebuilt by who opens the database first. */
static bool is_watched_file(int file, struct stat *status)
{
	static const char shared[] = "-shm";
	char path[PATH_MAX];
	if (self.root == NULL || fstat(file, status) != 0 || !S_ISREG(status->st_mode) ||
	    !path_of(file, path) || !is_watched(path)) {
		return false;
	}
	const size_t size = strlen(path);
	return size < strlen(shared) || strcmp(path + size - strlen(shared), shared) != 0;
}

/* ---- what is remembered ---- */

static struct change *add(enum step step, const struct stat *owner)
{
	if (self.n == self.room) {
		self.room = self.room * 2 + 64;
		self.changes = checked(realloc(self.changes, self.room * sizeof(*self.changes)));
	}
	struct change *change = &self.changes[self.n++];
	*change = (struct change){
		.step = step, .device = owner->st_dev, .inode = owner->st_ino, .file = -1};
	return change;
}

static struct change *add_name(enum step step, const char *path)
{
	char folder[PATH_MAX];
	struct stat status;
	snprintf(folder, sizeof(folder), "%s", path);
	char *slash = strrchr(folder, '/');
	*(slash == folder ? slash + 1 : slash) = '\0';
	if (stat(folder, &status) != 0) {
		broken("look at", folder);
	}
	struct change *change = add(step, &status);
	change->path = checked(strdup(path));
	return change;
}

/* A second name, so that what is displaced can come back. */
static char *put_aside(const char *path)
{
	char stash[PATH_MAX];
	if (!is_there(path)) {
		return NULL;
	}
	snprintf(stash, sizeof(stash), "%s/%lu", self.stash, ++self.stashed);
	if (syscall(SYS_linkat, AT_FDCWD, path, AT_FDCWD, stash, 0) != 0) {
		return NULL;
	}
	return checked(strdup(stash));
}

/* One descriptor per file, never closed: that would drop the locks that SQLite holds on it. */
static int own_descriptor(int file, const struct stat *status)
{
	for (size_t i = 0; i < self.n; i++) {
		const struct change *change = &self.changes[i];
		if (change->step == STEP_WRITTEN && change->inode == status->st_ino &&
		    change->device == status->st_dev) {
			return change->file;
		}
	}
	char link[64];
	snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
	const int own = (int)syscall(SYS_openat, AT_FDCWD, link, O_RDWR | O_CLOEXEC);
	if (own < 0) {
		broken("open", link);
	}
	return own;
}

static void remember_write(int file, const struct stat *status, const void *data, size_t n,
                           off_t offset)
{
	const int own = own_descriptor(file, status);
	struct change *change = add(STEP_WRITTEN, status);
	change->file = own;
	change->offset = offset;
	change->size = status->st_size;
	change->after = data == NULL ? offset : 0;
	change->n = data == NULL ? 0 : n;
	if (change->n > 0) {
		change->data = checked(malloc(change->n));
		memcpy(change->data, data, change->n);
	}
	if (offset < status->st_size) {
		const size_t left = (size_t)(status->st_size - offset);
		const size_t wanted = data == NULL || left < n ? left : n;
		change->old = checked(malloc(wanted));
		const ssize_t got = syscall(SYS_pread64, change->file, change->old, wanted, offset);
		change->old_size = got > 0 ? (size_t)got : 0;
	}
}

static void make_durable(const struct stat *status)
{
	for (size_t i = 0; i < self.n; i++) {
		struct change *change = &self.changes[i];
		change->is_durable |=
			change->inode == status->st_ino && change->device == status->st_dev;
	}
}

/* ---- the cut ---- */

static uint64_t draw(void) /* xorshift64* */
{
	self.seed ^= self.seed >> 12;
	self.seed ^= self.seed << 25;
	self.seed ^= self.seed >> 27;
	return (self.seed * 0x2545f4914f6cdd1dU) >> 16;
}

static void undo_write(const struct change *change)
{
	if (syscall(SYS_pwrite64, change->file, change->old, change->old_size, change->offset) <
	            0 ||
	    syscall(SYS_ftruncate, change->file, change->size) != 0) {
		broken("take back a write of", "a file");
	}
}

/* All, nothing, or a part that ends between two sectors. */
static void repeat_write(const struct change *change)
{
	const uint64_t choice = draw() % 3;
	if (choice == 0 || (choice == 1 && change->n <= SECTOR)) {
		return;
	}
	const size_t part = choice == 1 ? (draw() % (change->n / SECTOR)) * SECTOR : change->n;
	const long result = change->n == 0 ? syscall(SYS_ftruncate, change->file, change->after)
	                                   : syscall(SYS_pwrite64, change->file, change->data, part,
	                                             change->offset);
	if (result < 0) {
		broken("write a part of", "a file");
	}
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *place)
{
	(void)status;
	(void)place;
	return (int)syscall(SYS_unlinkat, AT_FDCWD, path, type == FTW_DP ? AT_REMOVEDIR : 0);
}

static long move(const char *from, const char *to, unsigned flags)
{
	return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flags);
}

static void undo_name(const struct change *change)
{
	long result = 0;
	switch (change->step) {
	case STEP_CREATED:
		result = syscall(SYS_unlinkat, AT_FDCWD, change->path, 0);
		break;
	case STEP_FOLDER: /* with what was synced in it: nothing leads there any more */
		result = nftw(change->path, remove_one, FTW_FILES, FTW_DEPTH | FTW_PHYS);
		break;
	case STEP_MOVED:
		result = move(change->path, change->from, RENAME_NOREPLACE);
		break;
	case STEP_EXCHANGED:
		result = move(change->path, change->from, RENAME_EXCHANGE);
		break;
	default:
		break;
	}
	if (result == 0 && change->stash != NULL) {
		result = move(change->stash, change->path, RENAME_NOREPLACE);
	}
	if (result != 0) {
		broken("take back", change->path);
	}
}

static void cut_contents(void)
{
	for (size_t i = self.n; i > 0; i--) {
		if (self.changes[i - 1].step == STEP_WRITTEN && !self.changes[i - 1].is_durable) {
			undo_write(&self.changes[i - 1]);
		}
	}
	for (size_t i = 0; self.seed != 0 && i < self.n; i++) {
		if (self.changes[i].step == STEP_WRITTEN && !self.changes[i].is_durable) {
			repeat_write(&self.changes[i]);
		}
	}
}

static void cut_names(void)
{
	size_t open = 0;
	for (size_t i = 0; i < self.n; i++) {
		open += self.changes[i].step != STEP_WRITTEN && !self.changes[i].is_durable;
	}
	size_t undone = self.keeps_names ? 0 : self.seed != 0 ? draw() % (open + 1) : open;
	for (size_t i = self.n; i > 0 && undone > 0; i--) {
		if (self.changes[i - 1].step != STEP_WRITTEN && !self.changes[i - 1].is_durable) {
			undo_name(&self.changes[i - 1]);
			undone--;
		}
	}
}

static void cut_power(void)
{
	cut_contents();
	cut_names();
	kill(getpid(), SIGKILL);
	pause();
}

static int synced(int file, long number)
{
	struct stat status;
	char path[PATH_MAX];
	const bool counts = self.root != NULL && path_of(file, path) && is_watched(path) &&
	                    fstat(file, &status) == 0;
	pthread_mutex_lock(&self.lock);
	const bool is_last = counts && ++self.syncs == self.cut_at;
	if (is_last && !self.is_after) {
		cut_power();
	}
	const int result = (int)syscall(number, file);
	if (counts && result == 0) {
		make_durable(&status);
	}
	if (is_last) {
		cut_power();
	}
	pthread_mutex_unlock(&self.lock);
	return result;
}

/* ---- the calls ---- */

int fsync(int file)
{
	return synced(file, SYS_fsync);
}

int fdatasync(int file)
{
	return synced(file, SYS_fdatasync);
}

static int open_at(int folder, const char *name, int flags, mode_t mode)
{
	char path[PATH_MAX];
	const bool may_make = (flags & O_CREAT) != 0 && (flags & O_TMPFILE) != O_TMPFILE &&
	                      resolve(folder, name, path);
	pthread_mutex_lock(&self.lock);
	const bool was_there = may_make && is_there(path);
	const int file = (int)syscall(SYS_openat, folder, name, flags & ~O_TRUNC, mode);
	const int number = errno;
	if (file >= 0 && may_make && !was_there) {
		add_name(STEP_CREATED, path);
	}
	pthread_mutex_unlock(&self.lock);
	if (file >= 0 && (flags & O_TRUNC) != 0 && ftruncate(file, 0) != 0) {
		close(file);
		return -1;
	}
	errno = number;
	return file;
}

/* The mode is there only where a file may be made. */
#define MODE_OF(flags, mode)                                                                       \
	do {                                                                                       \
		if (((flags) & (O_CREAT | __O_TMPFILE)) != 0) {                                    \
			va_list arguments;                                                         \
			va_start(arguments, flags);                                                \
			(mode) = va_arg(arguments, mode_t);                                        \
			va_end(arguments);                                                         \
		}                                                                                  \
	} while (0)

int open(const char *name, int flags, ...)
{
	mode_t mode = 0;
	MODE_OF(flags, mode);
	return open_at(AT_FDCWD, name, flags, mode);
}

int openat(int folder, const char *name, int flags, ...)
{
	mode_t mode = 0;
	MODE_OF(flags, mode);
	return open_at(folder, name, flags, mode);
}

int creat(const char *name, mode_t mode)
{
	return open_at(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

ssize_t pwrite(int file, const void *data, size_t n, off_t offset)
{
	struct stat status;
	pthread_mutex_lock(&self.lock);
	if (is_watched_file(file, &status) && n > 0) {
		remember_write(file, &status, data, n, offset);
	}
	const ssize_t written = syscall(SYS_pwrite64, file, data, n, offset);
	pthread_mutex_unlock(&self.lock);
	return written;
}

ssize_t write(int file, const void *data, size_t n)
{
	struct stat status;
	if (!is_watched_file(file, &status)) {
		return syscall(SYS_write, file, data, n);
	}
	const bool appends = (fcntl(file, F_GETFL) & O_APPEND) != 0;
	const off_t offset = appends ? status.st_size : lseek(file, 0, SEEK_CUR);
	pthread_mutex_lock(&self.lock);
	if (n > 0) {
		remember_write(file, &status, data, n, offset);
	}
	const ssize_t written = syscall(SYS_write, file, data, n);
	pthread_mutex_unlock(&self.lock);
	return written;
}

int ftruncate(int file, off_t size)
{
	struct stat status;
	pthread_mutex_lock(&self.lock);
	if (is_watched_file(file, &status) && status.st_size != size) {
		remember_write(file, &status, NULL, 0, size);
	}
	const int result = (int)syscall(SYS_ftruncate, file, size);
	pthread_mutex_unlock(&self.lock);
	return result;
}

int renameat2(int from_folder, const char *from, int to_folder, const char *to, unsigned flags)
{
	char before[PATH_MAX], after[PATH_MAX];
	const bool counts = resolve(from_folder, from, before) && resolve(to_folder, to, after);
	pthread_mutex_lock(&self.lock);
	char *stash = counts && flags == 0 ? put_aside(after) : NULL;
	const int result = (int)syscall(SYS_renameat2, from_folder, from, to_folder, to, flags);
	const int number = errno;
	if (counts && result == 0) {
		struct change *change = add_name(
			(flags & RENAME_EXCHANGE) != 0 ? STEP_EXCHANGED : STEP_MOVED, after);
		change->from = checked(strdup(before));
		change->stash = stash;
	}
	pthread_mutex_unlock(&self.lock);
	errno = number;
	return result;
}

int renameat(int from_folder, const char *from, int to_folder, const char *to)
{
	return renameat2(from_folder, from, to_folder, to, 0);
}

int rename(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags)
{
	char path[PATH_MAX];
	const bool counts = resolve(to_folder, to, path);
	pthread_mutex_lock(&self.lock);
	const int result = (int)syscall(SYS_linkat, from_folder, from, to_folder, to, flags);
	if (counts && result == 0) {
		add_name(STEP_CREATED, path);
	}
	pthread_mutex_unlock(&self.lock);
	return result;
}

int link(const char *from, const char *to)
{
	return linkat(AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlinkat(int folder, const char *name, int flags)
{
	char path[PATH_MAX];
	const bool counts = flags == 0 && resolve(folder, name, path);
	pthread_mutex_lock(&self.lock);
	char *stash = counts ? put_aside(path) : NULL;
	const int result = (int)syscall(SYS_unlinkat, folder, name, flags);
	const int number = errno;
	if (counts && result == 0) {
		add_name(STEP_REMOVED, path)->stash = stash;
	}
	pthread_mutex_unlock(&self.lock);
	errno = number;
	return result;
}

int unlink(const char *name)
{
	return unlinkat(AT_FDCWD, name, 0);
}

int mkdirat(int folder, const char *name, mode_t mode)
{
	char path[PATH_MAX];
	const bool counts = resolve(folder, name, path);
	pthread_mutex_lock(&self.lock);
	const int result = (int)syscall(SYS_mkdirat, folder, name, mode);
	const int number = errno;
	if (counts && result == 0) {
		add_name(STEP_FOLDER, path);
	}
	pthread_mutex_unlock(&self.lock);
	errno = number;
	return result;
}

int mkdir(const char *name, mode_t mode)
{
	return mkdirat(AT_FDCWD, name, mode);
}

/* What a program that was built for large files calls. */
int open64(const char *name, int flags, ...) __attribute__((alias("open")));
int openat64(int folder, const char *name, int flags, ...) __attribute__((alias("openat")));
int creat64(const char *name, mode_t mode) __attribute__((alias("creat")));
ssize_t pwrite64(int file, const void *data, size_t n, off64_t offset)
	__attribute__((alias("pwrite")));
int ftruncate64(int file, off64_t size) __attribute__((alias("ftruncate")));
