/* SPDX-License-Identifier: MIT */
/* Where the real cards, calendars and names are, that tests read where there are any. */
#ifndef PASSERELLE_TESTS_CORPORA_H
#define PASSERELLE_TESTS_CORPORA_H

#include <glib.h>

/* PASSERELLE_CORPORA, or beside the project. Lent. */
static inline const char *corpora_root(void)
{
	const char *root = g_getenv("PASSERELLE_CORPORA");
	return root != NULL && *root != '\0' ? root : TEST_SOURCE_DIR "/../shared/corpora";
}

#endif
