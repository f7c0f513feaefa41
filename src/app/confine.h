/* SPDX-License-Identifier: MIT */
/*
 * What a cycle of the service may touch and use up. It reads what others wrote; should that ever
 * take it over, there is no shell, no file of the person's but those of the account, and no end of
 * the memory or the disk within its reach.
 *
 * The order in a cycle of the service (sync ACCOUNT, as run starts it) is: hooks_start (hooks.h)
 * parts off a process that stays free, to run the person's own commands at the end; then the lock,
 * the journal and the secrets, by the person's own commands as well; then confine_cycle; and only
 * then the first byte from the remote and from the folders is read. A cycle that a person starts is
 * not confined: it belongs to their terminal.
 */
#ifndef PASSERELLE_APP_CONFINE_H
#define PASSERELLE_APP_CONFINE_H

#include "app/config.h"

/*
 * Bounds of one cycle, far above what an honest one needs. Measured with 100,000 contacts and an
 * export: to fetch them takes 243 MB and 311 s of CPU time, the next cycle 339 MB and 16 s. An
 * export is put together in memory: one of 286 MB, of pictures, takes 516 MB, one of more than 1 GB
 * is beyond the bound.
 */
#define CONFINE_MEMORY_BYTES (G_GUINT64_CONSTANT(2) << 30) /* of its own, not shared libraries */
#define CONFINE_CPU_SECONDS  (30 * 60)
#define CONFINE_FILE_BYTES   (G_GUINT64_CONSTANT(4) << 30) /* writing on fails with "too large" */

/*
 * Confines this process for good: to the folders of the account, the files that it replaces, the
 * state folder, and for reading to certificates and what every program of the host reads (/usr,
 * /etc); to the bounds above; without core files. Makes the folders around the files that the
 * account replaces. version: of Landlock, as landlock_version answers it; 0 = do without. Call it
 * before there are other threads. STORAGE: something of it could not be had; the rest is in force.
 */
bool confine_cycle(const struct account_config *account, int version, GError **error);

/*
 * What is in force, for one line without personal data: "confined: landlock 3, limits, no new
 * privileges, seccomp", or "not confined". The first two are what a process that confined itself
 * for a trial has seen refused, the others are those of this process. Forks: call it before there
 * are other threads. Owned.
 */
char *confine_in_force(int version);

/* What ended a cycle, in words: "it used more than 30 minutes of CPU time". Owned. */
char *confine_words_of_signal(int number);

#endif
