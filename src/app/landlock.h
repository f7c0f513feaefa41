/* SPDX-License-Identifier: MIT */
/*
 * landlock(7) by plain system calls: the C library of Debian 12 has no functions for it, and its
 * headers stop at what Linux 6.1 knew.
 */
#ifndef PASSERELLE_APP_LANDLOCK_H
#define PASSERELLE_APP_LANDLOCK_H

#include <glib.h>
#include <stdbool.h>

/* What a path, and all below it, may be used for. Nothing may ever be executed. */
enum landlock_use {
	LANDLOCK_USE_READ,    /* files and lists of files */
	LANDLOCK_USE_CHANGE,  /* and make, write and remove files, make folders */
	LANDLOCK_USE_REPLACE, /* write, make and remove files without reading any: the folder around
	                         a file that is replaced */
	LANDLOCK_USE_DEVICE,  /* read and write, make nothing */
};

/* Which version of Landlock the kernel offers; 0 = none, errno says why. */
int landlock_version(void);

/*
 * A file descriptor of an empty set of rules: whatever that version can refuse is refused but for
 * what is allowed. version: 1 to landlock_version(), the same for all of a set. -1: errno.
 */
int landlock_open(int version);
/*
 * path is followed through links to what is there now. A path that is not there, or cannot be
 * looked at, allows nothing and is no error. False: errno.
 */
bool landlock_allow(int rules, int version, const char *path, enum landlock_use use);
/*
 * For the calling thread and what it starts from now on, for ever: call it before there are other
 * threads. Takes away the right to gain privileges, too. rules remains to be closed. False: errno.
 */
bool landlock_enter(int rules);

/* The rights that a version can refuse, as bits of linux/landlock.h: for the test. */
guint64 landlock_rights(int version);

#endif
