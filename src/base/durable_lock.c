/* SPDX-License-Identifier: MIT */
/* The lock that keeps a second writer out. */
#include "base/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PID_DIGITS    24
#define PID_LOOKS     100 /* a holder writes its pid right after it has the lock */
#define PID_LOOK_WAIT (2 * 1000 * 1000)

struct durable_lock {
	int file;
};

static bool fail(const char *path, GError **error)
{
	const int number = errno;
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_STORAGE, "cannot lock '%s': %s", path,
	            g_strerror(number));
	return false;
}

static bool write_pid(int file)
{
	char text[PID_DIGITS];
	const int size = snprintf(text, sizeof(text), "%ld\n", (long)getpid());
	return ftruncate(file, 0) == 0 && pwrite(file, text, (size_t)size, 0) == size;
}

/* Of a living process; 0 while the file does not name one (a new holder has not written yet). */
static pid_t read_pid(int file)
{
	char text[PID_DIGITS];
	const ssize_t size = pread(file, text, sizeof(text) - 1, 0);
	if (size <= 0 || text[size - 1] != '\n') {
		return 0;
	}
	text[size] = '\0';
	const gint64 pid = g_ascii_strtoll(text, NULL, 10);
	if (pid <= 0 || pid > G_MAXINT || (kill((pid_t)pid, 0) != 0 && errno == ESRCH)) {
		return 0;
	}
	return (pid_t)pid;
}

static void tell_holder(int file, const char *path, GError **error)
{
	const struct timespec pause = {.tv_nsec = PID_LOOK_WAIT};
	pid_t holder = read_pid(file);
	for (int i = 0; i < PID_LOOKS && holder == 0; i++) {
		nanosleep(&pause, NULL);
		holder = read_pid(file);
	}
	if (holder == 0) {
		g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_BUSY,
		            "'%s' is locked by another process", path);
		return;
	}
	g_set_error(error, PASSERELLE_ERROR, PASSERELLE_ERROR_BUSY, "'%s' is locked by process %ld",
	            path, (long)holder);
}

struct durable_lock *durable_lock_take(const char *path, GError **error)
{
	const int file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (file < 0) {
		fail(path, error);
		return NULL;
	}
	if (flock(file, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EWOULDBLOCK) {
			tell_holder(file, path, error);
		} else {
			fail(path, error);
		}
		close(file);
		return NULL;
	}
	if (!write_pid(file)) {
		fail(path, error);
		close(file);
		return NULL;
	}
	struct durable_lock *self = g_new(struct durable_lock, 1);
	self->file = file;
	return self;
}

/* The file stays: were it removed, one could lock the old file and another a new one. */
void durable_lock_release(struct durable_lock *self)
{
	if (self == NULL) {
		return;
	}
	if (ftruncate(self->file, 0) != 0) {
		/* Nothing to do: the next holder writes its own pid over ours. */
	}
	close(self->file);
	g_free(self);
}
