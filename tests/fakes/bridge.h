/* SPDX-License-Identifier: MIT */
/* A whole bridge for tests: a folder, a journal, and a remote of either driver. */
#ifndef PASSERELLE_TESTS_FAKES_BRIDGE_H
#define PASSERELLE_TESTS_FAKES_BRIDGE_H

#include "emulator/emulator.h"
#include "endpoint/driver.h"
#include "sync/cycle.h"

enum bridge_remote { BRIDGE_ORANGE, BRIDGE_MEMORY };

struct bridge {
	enum bridge_remote remote;
	char *root, *contacts, *calendar, *trash, *journal; /* below a new folder */
	struct emulator *emulator;                          /* of BRIDGE_ORANGE */
	char *url, *token;                                  /* the same */
	gint64 now;                                         /* advances by a minute per cycle */
	gint64 since;
	/* may be changed by a test before a cycle */
	struct cycle_settings options;   /* direction, max_adds, is_… alone are used */
	struct remote_settings settings; /* timezone, horizon, in_doubt … */
};

struct bridge *bridge_new(enum bridge_remote remote, const struct emulator_options *options);
void bridge_free(struct bridge *self); /* removes the folder */

/* What lies in the bridge's folder now, and its clock: for another one that begins there. */
struct bridge_past {
	char *root;
	gint64 now, since;
};
struct bridge_past *bridge_keep(const struct bridge *self);
void bridge_past_free(struct bridge_past *self); /* removes its folder */
/* In place of a bridge that has seen no cycle. Its remote is its own. */
void bridge_begin_at(struct bridge *self, const struct bridge_past *past);

void bridge_remove_tree(const char *path);

/* One cycle with everything opened and closed around it, as a process would. */
struct cycle_report *bridge_sync(struct bridge *self, enum item_kind kind);

/* Files. name "a.vcf" or "a.ics" says which folder. */
void bridge_write(struct bridge *self, const char *name, const char *text);
char *bridge_read(struct bridge *self, const char *name); /* NULL = none */
void bridge_delete(struct bridge *self, const char *name);
/* Those of the person: names that begin with a dot do not count. */
guint bridge_count_files(struct bridge *self, enum item_kind kind);
/* Names and change marks of all files of a kind: equal = nothing was rewritten. */
char *bridge_marks(struct bridge *self, enum item_kind kind);

/* What is at the remote. */
guint bridge_count_remote(struct bridge *self, enum item_kind kind);
guint bridge_count_writes(struct bridge *self);
/* As another client would. Contact: given, family and one e-mail. */
void bridge_remote_add(struct bridge *self, const char *given, const char *family,
                       const char *email);

/* A card as a person would write it. */
char *bridge_card(const char *uid, const char *given, const char *family, const char *more_lines);

#endif
