/* SPDX-License-Identifier: MIT */
/* What all children of the service have in common. */
#include "app/spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

void spawn_set_up(gpointer service)
{
	const pid_t *parent = service;
	sigset_t none;
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != *parent) {
		_exit(EXIT_FAILURE);
	}
}

char **spawn_environment(void)
{
	char **list = g_environ_unsetenv(g_get_environ(), "NOTIFY_SOCKET");
	return g_environ_unsetenv(list, "WATCHDOG_USEC");
}

int spawn_memory_file(const void *data, gsize size)
{
	int file = memfd_create("passerelle", MFD_CLOEXEC);
	const char *at = data;
	while (file >= 0 && size > 0) {
		const gssize written = write(file, at, size);
		if (written < 0 && errno != EINTR) {
			close(file);
			return -1;
		}
		at += MAX(written, 0);
		size -= (gsize)MAX(written, 0);
	}
	if (file >= 0) {
		lseek(file, 0, SEEK_SET);
	}
	return file;
}
