/* SPDX-License-Identifier: MIT */
/* Made-up people to try with. */
#ifndef PASSERELLE_EMULATOR_DEMO_H
#define PASSERELLE_EMULATOR_DEMO_H

#include "emulator/store.h"

/* A dozen contacts with all details, unread mails and a profile. */
void emu_demo_fill(struct store *store);

/*
 * Contacts of the "lastname TAB firstname" lines of a file, count at most (0: all), the same
 * details every time. INPUT.
 */
bool emu_demo_fill_names(struct store *store, const char *path, int count, GError **error);

#endif
