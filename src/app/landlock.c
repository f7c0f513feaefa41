/* SPDX-License-Identifier: MIT */
/* landlock(7) by plain system calls. */
#include "app/landlock.h"

#include <fcntl.h>
#include <linux/types.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* linux/landlock.h, as of Linux 6.12: the header of the host may be older than its kernel. */
enum right {
	EXECUTE = 1 << 0,
	WRITE_FILE = 1 << 1,
	READ_FILE = 1 << 2,
	READ_DIR = 1 << 3,
	REMOVE_FILE = 1 << 5,
	MAKE_DIR = 1 << 7,
	MAKE_REG = 1 << 8,
	TRUNCATE = 1 << 14,
	IOCTL_DEV = 1 << 15,
};
#define RIGHTS_OF_VERSION_1 ((guint64)(1 << 13) - 1)
#define REFER               ((guint64)1 << 13)
#define RIGHTS_OF_FILES     ((guint64)(EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV))
/* Abstract Unix sockets of others. Not signals to others (2): the one that a process leaves at its
 * death (prctl(2), PR_SET_PDEATHSIG) is refused with them, and the hooks outside rely on it. */
#define SCOPES_OF_VERSION_6 1

#define CREATE_RULESET_VERSION 1
#define RULE_PATH_BENEATH      1

struct ruleset_attributes {
	guint64 handled_access_fs, handled_access_net, scoped;
};

struct path_beneath_attributes {
	guint64 allowed_access;
	gint32 parent_fd;
} __attribute__((packed));

static const guint64 RIGHTS_OF_USE[] = {
	[LANDLOCK_USE_READ] = READ_FILE | READ_DIR,
	[LANDLOCK_USE_CHANGE] =
		READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE | REMOVE_FILE | MAKE_REG | MAKE_DIR,
	[LANDLOCK_USE_REPLACE] = READ_DIR | WRITE_FILE | TRUNCATE | REMOVE_FILE | MAKE_REG,
	[LANDLOCK_USE_DEVICE] = READ_FILE | WRITE_FILE | TRUNCATE | IOCTL_DEV,
};

/* landlock(7), "VERSIONS" */
static const struct {
	int version;
	guint64 rights;
} ADDED[] = {{1, RIGHTS_OF_VERSION_1}, {2, REFER}, {3, TRUNCATE}, {5, IOCTL_DEV}};

guint64 landlock_rights(int version)
{
	guint64 rights = 0;
	for (gsize i = 0; i < G_N_ELEMENTS(ADDED); i++) {
		rights |= version >= ADDED[i].version ? ADDED[i].rights : 0;
	}
	return rights;
}

int landlock_version(void)
{
	const long answer =
		syscall(SYS_landlock_create_ruleset, NULL, (gsize)0, CREATE_RULESET_VERSION);
	return answer > 0 ? (int)MIN(answer, G_MAXINT) : 0;
}

int landlock_open(int version)
{
	const struct ruleset_attributes attributes = {
		.handled_access_fs = landlock_rights(version),
		.scoped = version >= 6 ? SCOPES_OF_VERSION_6 : 0,
	};
	return (int)syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
}

bool landlock_allow(int rules, int version, const char *path, enum landlock_use use)
{
	const int file = open(path, O_PATH | O_CLOEXEC);
	struct stat about;
	if (file < 0) {
		return true;
	}
	guint64 rights = RIGHTS_OF_USE[use] & landlock_rights(version);
	if (fstat(file, &about) == 0 && !S_ISDIR(about.st_mode)) {
		rights &= RIGHTS_OF_FILES;
	}
	const struct path_beneath_attributes attributes = {rights, file};
	const bool is_added = rights == 0 || syscall(SYS_landlock_add_rule, rules,
	                                             RULE_PATH_BENEATH, &attributes, 0) == 0;
	close(file);
	return is_added;
}

bool landlock_enter(int rules)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_landlock_restrict_self, rules, 0) == 0;
}
