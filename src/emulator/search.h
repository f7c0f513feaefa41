/* SPDX-License-Identifier: MIT */
/* findcontactlist's search: what a search string means and whom it finds. */
#ifndef PASSERELLE_EMULATOR_SEARCH_H
#define PASSERELLE_EMULATOR_SEARCH_H

#include "emulator/store.h"

/* Text as this kind of search compares it, byte by byte. */
char *emu_search_key(enum emulator_search search, const char *text);

/*
 * The prefix that the parameter stands for, without its quotes. NULL where it may not be: a
 * wild card, a blank outside quotes, an unpaired quote.
 */
char *emu_search_read(const char *parameter);

/*
 * The contacts whose first or last name begins with prefix, by the name that does (the smaller
 * of two), then by id. Elements are lent.
 */
GPtrArray *emu_search_contacts(const struct store *store, const char *prefix);

#endif
