/* SPDX-License-Identifier: MIT */
/* A remote in memory that can do everything: the second driver behind the interface. */
#ifndef PASSERELLE_TESTS_FAKES_MEMORY_REMOTE_H
#define PASSERELLE_TESTS_FAKES_MEMORY_REMOTE_H

#include "endpoint/driver.h"

/* What is at the service; it outlives the remotes opened on it. One per process:
 * remote_settings.endpoint is not asked. */
struct memory_item {
	char *id, *text;
	unsigned version;
};

struct memory_world {
	GPtrArray *items[ITEM_KINDS]; /* struct memory_item */
	unsigned next_id;
	unsigned writes;       /* that took effect */
	unsigned lose_reply;   /* this many creations take effect and are not told */
	unsigned drop_request; /* this many creations do not arrive, and nobody knows */
	bool is_offline;
	bool is_add_only; /* no update, no remove */
};

struct memory_world *memory_world(void); /* made at the first call */
void memory_world_reset(void);
char *memory_add(enum item_kind kind, const char *text); /* as another client would; the id */
void memory_remove(enum item_kind kind, const char *id);

extern const struct remote_driver memory_driver;

#endif
