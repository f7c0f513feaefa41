/* SPDX-License-Identifier: MIT */
/* The three sides of a merge and what decides between them. For formats/vcard_merge*.c only. */
#ifndef PASSERELLE_FORMATS_VCARD_MERGE_PARTS_H
#define PASSERELLE_FORMATS_VCARD_MERGE_PARTS_H

#include "formats/vcard_edit.h"

struct card_merge {
	struct vcard_editor *editor;
	const struct contact *base; /* NULL: never agreed */
	const struct contact *mine; /* what the editor's text says */
	const struct contact *theirs;
	GPtrArray *conflicts; /* nullable */
};

void card_merge_add_conflict(const struct card_merge *self, const char *what, const char *mine,
                             const char *theirs);

/* Shall theirs take the place of mine? Tells a conflict where both changed. "" is absent. */
bool card_merge_takes(const struct card_merge *self, const char *what, const char *base,
                      const char *mine, const char *theirs);

void card_merge_devices(struct card_merge *self);
void card_merge_addresses(struct card_merge *self);

#endif
