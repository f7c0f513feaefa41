/* SPDX-License-Identifier: MIT */
/* Files that survive a power cut, and the lock that keeps a second writer out. */
#ifndef PASSERELLE_BASE_DURABLE_H
#define PASSERELLE_BASE_DURABLE_H

#include "base/error.h"

#include <sys/types.h>

/* mkdir -p; new folders get mode. STORAGE on failure. */
bool durable_make_folder(const char *path, mode_t mode, GError **error);

/*
 * A sync that failed leaves open what the disk holds, and later ones that succeed do not tell (the
 * kernel forgets). Whoever sees one says so here; from then on, until the program starts anew,
 * nothing may be sent that relies on the disk.
 */
void durable_distrust(void);
bool durable_is_trusted(void);

/* Make durable that path stands in its folder. */
bool durable_sync_parent(const char *path, GError **error);

/*
 * Open a folder for the *_at functions below: a descriptor (O_DIRECTORY|O_CLOEXEC) or -1.
 */
int durable_open_folder(const char *path, GError **error);

/*
 * Read a regular file below folder without following a link. At most limit bytes, else INPUT.
 * NOT_FOUND where there is none. out is NUL-terminated behind its length. If revision is not NULL
 * it becomes the change mark of exactly the bytes read (see durable_revision_at).
 */
GBytes *durable_read_at(int folder, const char *name, gsize limit, char **revision, GError **error);
/* The same of a path, whose last part is no link. */
GBytes *durable_read(const char *path, gsize limit, GError **error);

/*
 * The change mark of a file: "inode:size:mtime_ns:ctime_ns". NULL where there is no such regular
 * file (errno is ENOENT then) or it cannot be looked at.
 */
char *durable_revision_at(int folder, const char *name);

/*
 * Replace name by data: temporary file ".name.random.tmp", fsync, rename, fsync of the folder.
 * expected_revision: NULL = the file must not exist (never overwrites: renameat2 RENAME_NOREPLACE,
 * link() where the file system lacks it); otherwise the file must still bear that mark just before
 * the exchange (RENAME_EXCHANGE and a second look: an edit in between wins). STALE where this
 * fails. The special DURABLE_ANY replaces whatever is there. revision (may be NULL) gets the new
 * file's mark. A failed fsync is STORAGE and is never retried. Nothing is left behind on failure.
 */
extern const char DURABLE_ANY[];
bool durable_replace_at(int folder, const char *name, const void *data, gsize size, mode_t mode,
                        const char *expected_revision, char **revision, GError **error);

/*
 * A new file on its way. Of many, each step is done for all of them before the next one, which
 * costs the disk little more than a single file: written under temporary names, synced, each given
 * its name, and then the folder is synced once. Only after that the files are there for good.
 */
struct durable_draft;
/* name: that it is meant for. NULL: STORAGE, INPUT. The folder stays open as long as the draft. */
struct durable_draft *durable_draft_new(int folder, const char *name, const void *data, gsize size,
                                        mode_t mode, GError **error);
/* STORAGE: the draft is lost, and durable_distrust was said. */
bool durable_draft_sync(struct durable_draft *self, GError **error);
/* Another name than the first one is as good. STALE: a file of that name is there. */
bool durable_draft_place(struct durable_draft *self, const char *name, GError **error);
/* The mark of what was written, whatever somebody made of it since. Owned; NULL until it has its
 * name. */
char *durable_draft_revision(const struct durable_draft *self);
/* Without a name it goes. */
void durable_draft_free(struct durable_draft *self);
DEFINE_OWNED(durable_draft, durable_draft_free);
bool durable_sync_folder(int folder, GError **error);

/* Is that what a killed durable_replace_at leaves? */
bool durable_is_leftover(const char *name);

/* Remove what is left of writing name (NULL: any) and older than an hour: no other host can still
 * be at it. What goes wrong is left for the next time. */
void durable_clear_leftovers(int folder, const char *name);

/* durable_replace_at(DURABLE_ANY) by path; what is left of earlier ones goes. */
bool durable_replace(const char *path, const void *data, gsize size, mode_t mode, GError **error);

/* Remove name if it still bears expected_revision (STALE otherwise; DURABLE_ANY: whatever it
 * bears), fsync the folder. */
bool durable_remove_at(int folder, const char *name, const char *expected_revision, GError **error);

/* One writer: an advisory lock (flock) on path, the holder's pid inside. */
struct durable_lock;

/* BUSY with the holder's pid in the message where somebody has it. Never waits. */
struct durable_lock *durable_lock_take(const char *path, GError **error);
void durable_lock_release(struct durable_lock *self);

#endif
