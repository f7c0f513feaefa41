/* SPDX-License-Identifier: MIT */
/* Does the service keep an account fresh? A record lock tells. */
#include "app/presence.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#define SUFFIX ".service"

struct presence {
	int file;
};

char *presence_path(const char *status_path)
{
	return g_strconcat(status_path, SUFFIX, NULL);
}

static struct presence *fail(const char *path, GError **error)
{
	const int number = errno;
	const bool is_busy = number == EAGAIN || number == EACCES;
	g_set_error(error, PASSERELLE_ERROR,
	            is_busy ? PASSERELLE_ERROR_BUSY : PASSERELLE_ERROR_STORAGE,
	            "cannot lock '%s': %s", path, g_strerror(number));
	return NULL;
}

struct presence *presence_take(const char *status_path, GError **error)
{
	g_autofree char *path = presence_path(status_path);
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	const int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	if (file < 0) {
		return fail(path, error);
	}
	if (fcntl(file, F_SETLK, &lock) != 0) {
		fail(path, error);
		close(file);
		return NULL;
	}
	struct presence *self = g_new(struct presence, 1);
	self->file = file;
	return self;
}

void presence_release(struct presence *self)
{
	if (self != NULL) {
		close(self->file);
		g_free(self);
	}
}

enum presence_state presence_look(const char *status_path, pid_t *holder)
{
	g_autofree char *path = presence_path(status_path);
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	*holder = 0;
	if (file < 0) {
		return PRESENCE_UNKNOWN;
	}
	const bool is_told = fcntl(file, F_GETLK, &lock) == 0;
	close(file);
	if (!is_told) {
		return PRESENCE_UNKNOWN;
	}
	if (lock.l_type == F_UNLCK) {
		return PRESENCE_GONE;
	}
	*holder = MAX(lock.l_pid, 0); /* of another pid namespace: 0 */
	return PRESENCE_HELD;
}
